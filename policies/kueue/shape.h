/*
 * shape.h - making shapes: what workloads ask for, each stored once.
 *
 * Memory   The maker owns shapes, at stable addresses until shape_maker_free; texts and terms are
 *          borrowed.
 * Cost     O(length), by hash; the hash decides nothing.
 */
#ifndef POLICIES_KUEUE_SHAPE_H
#define POLICIES_KUEUE_SHAPE_H

#include "models/kubernetes/node_terms.h"
#include "models/names.h"
#include "policies/kueue/kueue_workload.h"

struct shape_maker;

/* One pod set, to be looked up by what it says. */
struct shape_set_spec {
    const char *name;
    uint32_t count, min_count;
    const struct res_qty *requests; /* of one pod, in any order */
    uint32_t requests_len;
    struct pod_requests pod_requests;
    const char *spec_text; /* the pod template as far as Kueue compares it; "" if nobody knows */
    const struct node_terms *terms;
    const struct topology_request *topology;
    const char *topology_text;
};

struct shape_maker *shape_maker_new(const struct intern *resources);
void shape_maker_free(struct shape_maker *m); /* NULL is allowed */

const struct shape *shape_make(struct shape_maker *m, const struct shape_set_spec *sets,
                               uint32_t len);

#endif /* POLICIES_KUEUE_SHAPE_H */
