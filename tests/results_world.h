/*
 * results_world.h - worlds for tests of what is written: small ones, and random ones in which
 * chaos_policy.h does what it likes.
 */
#ifndef TESTS_RESULTS_WORLD_H
#define TESTS_RESULTS_WORLD_H

#include "tests/world.h"

enum { CHAOS_JOBS = 60, CHAOS_MOST_UNTIL_S = 700 };

/* Two nodes of 8 GPUs under one policy. Free it. */
struct world *results_world_new(const struct policy_use *p, const struct world_job *jobs,
                                size_t len);

/* World number `run` of a random family: tenants, queues, priorities, some with a startup time, a
 * warm-up, several pools, or an end at CHAOS_MOST_UNTIL_S. */
struct world *results_world_chaos(uint64_t run, struct world_job jobs[CHAOS_JOBS]);

/* The text of one file that the observers write, to be freed. */
char *results_world_text(struct world *w, const struct observer_use *observers, size_t len,
                         const char *file);

#endif /* TESTS_RESULTS_WORLD_H */
