/*
 * first_fit.h - nodes for all tasks of a job at once, the lowest-numbered first.
 *
 * A task goes to the first node that takes one; a node is filled before the next is looked at. It
 * packs, and it is what the baselines use.
 *
 * Memory   A plan owns its slots; they are valid until the next plan is made with it.
 * Cost     O(nodes the job gets), and what free_index needs to catch up.
 */
#ifndef POLICIES_PLACEMENT_FIRST_FIT_H
#define POLICIES_PLACEMENT_FIRST_FIT_H

#include "models/free_index.h"
#include "models/policy.h"

struct placement_plan {
    struct slot *slots;
    size_t len, cap;
};

void placement_plan_fini(struct placement_plan *p);
void placement_plan_add(struct placement_plan *p, const struct slot *slot);

/* Plans all waiting tasks of a gang; false if they do not fit now. */
bool first_fit_plan(struct free_index *ix, const struct job *job, struct placement_plan *out);

#endif /* POLICIES_PLACEMENT_FIRST_FIT_H */
