/*
 * explain.h - why a job waited, or all jobs of a queue: found out while the simulation is run
 * again.
 *
 *   struct explain e;
 *   explain_init(&e, &(struct explain_asked){.job = "research-82"});
 *   ... simulation with the observer {&observer_explain, &e} ...
 *   explain_print_job(&e, stdout);
 *   explain_fini(&e);
 *
 * Memory   Owns what it found, which outlives the simulation; borrows the texts it was asked.
 * Cost     Of one job, what happens to others costs nothing but a look at its number.
 */
#ifndef RESULTS_EXPLAIN_EXPLAIN_H
#define RESULTS_EXPLAIN_EXPLAIN_H

#include "results/explain/life.h"
#include "sim/suggest.h"

struct json_out;

struct explain_asked {
    const char *job;   /* a number of jobs.csv, or a name; NULL: none */
    const char *queue; /* as in jobs.csv; NULL: none */
    bool all;          /* every job has its life written; for tests */
};

/* A job of the queue, among those that waited longest. */
struct explain_waiter {
    struct life_other job;
    int64_t wait_ns;
    uint32_t reason; /* that made most of it */
};

enum { EXPLAIN_WAITERS = 5 };

struct explain_queue {
    uint64_t jobs, waited;
    int64_t wait_ns;
    int64_t *waits_ns; /* by reason */
    uint64_t *jobs_by; /* those that waited for it at all */
    int64_t *most_ns;
    struct explain_waiter longest[EXPLAIN_WAITERS];
    size_t longest_len;
};

struct explain {
    struct explain_asked asked;
    struct life **lives; /* in the order of their arrival */
    uint32_t lives_len, lives_cap;
    uint64_t jobs, namesakes; /* that arrived; that have the name asked for */
    uint64_t number;          /* asked for; 0: a name */
    struct suggest near;      /* names */
    struct explain_queue queue;
    /* Of the run. */
    const char **reasons;
    size_t reasons_len;
    int64_t start_ns, end_ns;
    struct arena *arena;
    /* Private. */
    const struct simulation *sim;
    uint32_t *life_of; /* life + 1 by job slot */
    uint32_t life_of_cap;
    struct explain_bucket *buckets; /* of the run: what the policies said of them last */
    uint32_t buckets_cap;
    struct explain_leaver *leavers; /* by node: the last job that gave something back */
};

extern const struct observer_ops observer_explain;

void explain_init(struct explain *e, const struct explain_asked *asked);
void explain_fini(struct explain *e);

/* The job that was asked for; NULL: there is none. */
const struct life *explain_job(const struct explain *e);

/* --- showing; facts: what the simulation does not know --- */

struct explain_facts {
    const char *scenario, *policy, *version;
    uint64_t seed;
};

void explain_print_job(const struct explain *e, const struct explain_facts *facts, FILE *out);
void explain_print_queue(const struct explain *e, const struct explain_facts *facts, FILE *out);
void explain_put_job(const struct explain *e, const struct explain_facts *facts,
                     struct json_out *j);
void explain_put_queue(const struct explain *e, const struct explain_facts *facts,
                       struct json_out *j);

#endif /* RESULTS_EXPLAIN_EXPLAIN_H */
