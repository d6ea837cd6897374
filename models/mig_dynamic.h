/*
 * mig_dynamic.h - MIG instances that are made when a task gets them, and destroyed after it.
 *
 * Every profile at every place is a device of its own, and one may be had as long as the rule of
 * mig.h allows it beside those that are there: the shared counters of Kubernetes' dynamic resource
 * allocation say the same. A GPU without any instance may also be had whole.
 *
 * A class of kind DEVICE_DYNAMIC has one unit for each place of one profile on each GPU; its column
 * says how many more instances of that profile the node could have, if no other came before them.
 * The GPU is the lowest with room, as in the DRA driver's listing; the place on it is chosen by a
 * rule of mig_place.h. The largest profiles of a task are placed first.
 *
 * Law      The column of a profile is the sum over GPUs of the places that are free at once:
 *          min(free starts, free compute slices / its own, most - those there). Places of one
 *          profile never overlap, so filling them in any order reaches that sum.
 * Cost     A change of one GPU: O(profiles x memory slices).
 */
#ifndef MODELS_MIG_DYNAMIC_H
#define MODELS_MIG_DYNAMIC_H

#include "models/cluster.h"
#include "models/job.h"
#include "models/mig_place.h"

/* Of a pool. */
struct mig_dynamic {
    const struct mig_table *table;
    struct mig_space *space; /* the cluster frees it */
    enum mig_rule rule;
    int64_t create_ns, destroy_ns; /* of each instance */
};

/* Units of a class for so many GPUs, by GPU and start; returns how many. */
uint32_t mig_dynamic_units(const struct mig_table *t, unsigned profile, uint32_t gpus,
                           struct device_unit *units);

/* Instances of the profile that one more GPU of this layout could have. */
uint32_t mig_dynamic_room(const struct mig_table *t, const struct mig_layout *l, unsigned profile);

/* How many tasks of r fit on the node, of `most` that fit by its columns: for tasks that ask for
 * several profiles at once these do not say. */
int64_t mig_dynamic_limit(const struct cluster *c, uint32_t node, const struct request *r,
                          int64_t most);

/* --- changes; device.h's and the simulation's --- */

/* Makes an instance of the class and returns its unit; UINT32_MAX if there is no room. */
uint32_t mig_dynamic_create(struct cluster *c, const struct node *n, const struct device_class *k);

/* Nobody uses it any more. */
void mig_dynamic_destroy(struct cluster *c, uint32_t node, uint32_t gpu, uint32_t start);

/* Around any other change of what tasks hold of a GPU: its places are out of the columns between
 * the two. Nothing happens on nodes without dynamic instances. */
void mig_dynamic_lift(struct cluster *c, const struct node *n, uint32_t gpu);
void mig_dynamic_settle(struct cluster *c, const struct node *n, uint32_t gpu);

/* From bind to the moment the last of the task's instances is there. */
int64_t mig_dynamic_create_ns(const struct cluster *c, const struct task *t);

#endif /* MODELS_MIG_DYNAMIC_H */
