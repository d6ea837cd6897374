/*
 * topology_request.h - how close to each other the pods of a set want to be.
 *
 * Source   PodSetTopologyRequest of Kueue v0.20-dev; specs/kueue.md 1.12.3.
 */
#ifndef POLICIES_KUEUE_TOPOLOGY_REQUEST_H
#define POLICIES_KUEUE_TOPOLOGY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOPOLOGY_MOST_SLICES = 3 };

struct topology_slice {
    const char *level; /* node label */
    uint32_t size;
};

struct topology_request {
    const char *required, *preferred; /* node label of the level; NULL: not given */
    bool has_unconstrained, unconstrained;
    const char *slice_level; /* podSetSliceRequiredTopology; NULL: not given */
    bool has_slice_size;
    uint32_t slice_size;
    struct topology_slice slices[TOPOLOGY_MOST_SLICES]; /* ...TopologyConstraints */
    uint32_t slices_len;
    const char *group; /* podSetGroupName; NULL: none */
};

/* Whether it asks for anything: an object that only names index labels does not. */
static inline bool topology_request_is_explicit(const struct topology_request *t)
{
    return t != NULL && (t->has_unconstrained || t->required != NULL || t->preferred != NULL ||
                         t->slice_level != NULL || t->has_slice_size || t->slices_len > 0);
}

#endif /* POLICIES_KUEUE_TOPOLOGY_REQUEST_H */
