/*
 * conservative.h - the inside of conservative backfilling. Private to conservative*.c.
 *
 * conservative.c       who comes and goes, decisions
 * conservative_plan.c  reservations
 */
#ifndef POLICIES_BASELINE_CONSERVATIVE_H
#define POLICIES_BASELINE_CONSERVATIVE_H

#include "policies/baseline/flat_machine.h"
#include "policies/baseline/order_tree.h"
#include "policies/baseline/prediction.h"
#include "policies/baseline/size_waits.h"
#include "policies/baseline/time_plan.h"
#include "sim/id_list.h"
#include "sim/pool.h"

enum plan_state { PLAN_CAME, PLAN_WAITING, PLAN_RUNNING, PLAN_GONE };

/* Tasks on a node. */
struct plan_hold {
    uint32_t group, request, node, count;
};

struct plan_job {
    uint32_t id; /* of this record */
    uint32_t work;
    uint32_t job;  /* live unless it has ended */
    uint32_t size; /* units */
    enum plan_state state;
    bool is_told;
    struct prediction prediction;
    uint64_t rank;           /* in the queue */
    int64_t start_ns;        /* reserved, or real; INT64_MAX: it has no reservation */
    int64_t end_ns;          /* if it runs as long as promised */
    struct plan_hold *holds; /* where; none on a flat machine */
    size_t holds_len;
};

struct conservative {
    struct first_fit fit;
    struct flat_machine machine;
    struct predictions predictions;
    struct pool jobs;         /* struct plan_job */
    struct id_map record_of;  /* by work number: record + 1 */
    struct id_list came;      /* since the last decision */
    struct order_tree queue;  /* who waits, by rank */
    struct order_tree starts; /* those with a reservation, by its start and rank */
    struct order_tree ends;   /* and who runs, by end and rank */
    uint64_t ranks;
    int64_t running; /* units */

    /* units: one node, one column; on a flat machine that is all. nodes: else, every column. */
    struct time_plan units, nodes;
    struct plan_hold *holds; /* scratch: of the place that is being looked for */
    size_t holds_len, holds_cap;
    struct slot *slots; /* scratch */
    size_t slots_cap;

    bool nodes_changed;
    bool has_holes; /* something ended early, or left the queue */
    bool is_broken; /* promises were broken: everybody gets a new reservation */
    int64_t wakes_at_ns;

    struct size_waits waits; /* flat */
    bool has_buckets;
};

static inline struct plan_job *plan_job(const struct conservative *c, uint32_t id)
{
    return pool_at(&c->jobs, id);
}

/* When a job that starts then ends. */
static inline int64_t plan_end_ns(int64_t start_ns, int64_t length_ns)
{
    return length_ns > INT64_MAX - start_ns ? INT64_MAX : start_ns + length_ns;
}

/* The clock has moved. */
void plan_set_now(struct conservative *c, int64_t now_ns);

/* Reserves the earliest place that begins before before_ns; false, and nothing done, if there is
 * none. The job has none. */
bool plan_reserve(struct conservative *c, const struct acts *a, struct plan_job *j,
                  int64_t before_ns);

/* Gives up the reservation, or what is left of a running job's time. */
void plan_release(struct conservative *c, int64_t now_ns, struct plan_job *j);

/* Moves everybody who waits to an earlier place, in the order of the queue, if there is one. */
void plan_compress(struct conservative *c, const struct acts *a);

/* Plans everything anew. */
void plan_rebuild(struct conservative *c, const struct acts *a);

#endif /* POLICIES_BASELINE_CONSERVATIVE_H */
