/*
 * flavor_scan.h - the scan over the flavors of one resource group, for pod sets that share a
 * flavor.
 *
 * Source   findFlavorForPodSets in Kueue v0.20-dev, pkg/scheduler/flavorassigner/flavorassigner.go;
 *          specs/kueue.md 1.7.
 */
#ifndef POLICIES_KUEUE_FLAVOR_SCAN_H
#define POLICIES_KUEUE_FLAVOR_SCAN_H

#include "policies/kueue/assigner.h"

struct flavor_scan {
    /* In. */
    const struct assigner *a;
    const struct kueue_workload *w;
    const struct assignment *so_far; /* what earlier pod sets of w use counts */
    const uint32_t *sets;
    uint32_t sets_len;
    const struct res_qty *requests; /* of all the sets together */
    uint32_t requests_len;
    uint32_t resource; /* the one that asks */
    /* Out. */
    uint32_t group; /* GROUP_NONE: nobody covers the resource */
    const struct resource_group *g;
    struct choice *best; /* for all requested resources of the group */
    uint32_t best_len;   /* 0: no flavor will do */
    struct obstacles obstacles;
    struct attempts attempts;
    struct flavor_mode best_mode;
};

/* Whether a flavor was found. */
bool flavor_scan_run(struct flavor_scan *s);

#endif /* POLICIES_KUEUE_FLAVOR_SCAN_H */
