/*
 * read_workload.h - Kueue's Workload objects: what they ask for, and the state they are in.
 *
 * Memory   What is made lies in the reader's arena and the shape maker.
 * Errors   Wrong types and amounts are errors in the diag.
 * Source   Kueue v0.20-dev, apis/kueue/v1beta2/workload_types.go; specs/kueue.md 3.1.
 */
#ifndef POLICIES_KUEUE_READ_WORKLOAD_H
#define POLICIES_KUEUE_READ_WORKLOAD_H

#include "models/kubernetes/object.h"
#include "policies/kueue/kueue.h"
#include "policies/kueue/shape.h"

struct workload_reader {
    struct field_reader f;
    struct shape_maker *shapes;
    const struct kueue_settings *settings;
    const struct object_set *objects;  /* LimitRanges; NULL: there are none */
    const struct yaml_node *resources; /* of the Configuration; NULL: as they are */
};

/* The spec, as kueue_add takes it; false after an error. key is "namespace/name". */
bool workload_object_read(struct workload_reader *r, const struct object *o,
                          struct kueue_workload_spec *out);

/* A topologyRequest; NULL gives NULL. */
const struct topology_request *topology_request_read(struct workload_reader *r,
                                                     const struct yaml_node *n);

/* --- read_workload_state.c --- */

/* Brings w into the state that the object's status tells: conditions, reclaimed pods, backoff, and
 * the quota it holds (kueue_restore). False after an error. */
bool workload_object_restore(struct workload_reader *r, struct kueue *k, const struct object *o,
                             struct kueue_workload *w);

/* Whether workload_object_restore could read that state, before there is anything to restore it
 * into. False after an error. */
bool workload_object_check(const struct field_reader *f, const struct object *o);

/* A topologyAssignment, of v1beta2 or v1beta1; malloc'ed. NULL gives NULL. */
struct topology_assignment *places_read(struct workload_reader *r, const struct yaml_node *n);

#endif /* POLICIES_KUEUE_READ_WORKLOAD_H */
