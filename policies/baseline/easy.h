/*
 * easy.h - the inside of EASY backfilling. Private to easy*.c.
 *
 * easy.c          options, notes, decisions
 * easy_machine.c  units, the queue, why jobs wait
 * easy_pass.c     one scheduling pass
 * easy_nodes.c    reservations where tasks do not fit anywhere
 */
#ifndef POLICIES_BASELINE_EASY_H
#define POLICIES_BASELINE_EASY_H

#include "policies/baseline/backlog.h"
#include "policies/baseline/flat_machine.h"
#include "policies/baseline/order_tree.h"
#include "policies/baseline/prediction.h"
#include "policies/baseline/size_waits.h"
#include "sim/id_list.h"
#include "sim/pool.h"

enum easy_order { EASY_FCFS, EASY_SJBF };
enum easy_protocol { EASY_SETTLED, EASY_PUBLISHED };

enum easy_reason { EASY_NO_ROOM, EASY_RESERVED, EASY_NO_NODE, EASY_REASONS };

enum easy_state {
    EASY_CAME,    /* since the last decision */
    EASY_WAITING, /* in the backlog */
    EASY_RUNNING,
    EASY_ENDED, /* since the last decision */
    EASY_GONE,  /* came and went between two decisions */
};

struct easy_job {
    uint32_t id; /* of this record */
    uint32_t work;
    uint32_t job; /* live unless it has ended */
    uint32_t user;
    uint32_t size; /* units it takes */
    enum easy_state state;
    bool is_told;   /* it is in a bucket that fits the present mode */
    bool is_learnt; /* its run time tells of the user's next */
    struct prediction prediction;
    int64_t true_ns;
    int64_t start_ns;
    int64_t end_ns;   /* as predicted, while it runs */
    uint64_t rank;    /* in the order of queueing; once it runs, of starting */
    uint64_t kept_at; /* last pass that found it kept back */
};

/* Tasks of the head on a node, at the time of its reservation. */
struct easy_hold {
    uint32_t node, request, count;
};

/* The reservation on nodes. `later`: what is free at that time and not now, less what the head
 * takes; `kept`: where that is negative, so much of what is free now must stay. */
struct easy_nodes {
    struct node_overlay later, kept;
    struct easy_hold *holds;
    size_t holds_len, holds_cap;
    int64_t *row; /* scratch: one node's amounts */
};

struct easy {
    int order;    /* enum easy_order */
    int protocol; /* enum easy_protocol */
    int predictor, corrector;

    struct first_fit fit;
    struct predictions predictions;
    struct pool jobs;            /* struct easy_job */
    struct id_map record_of;     /* by work number: record + 1 */
    struct id_list came, ended;  /* since the last decision */
    struct id_list overdue;      /* scratch */
    struct backlog backlog;      /* who waits, in order */
    struct order_tree by_length; /* the same by prediction, rank; only for EASY_SJBF */
    struct order_tree ends;      /* who runs, by predicted end, rank */
    uint64_t ranks;
    uint64_t passes;

    struct flat_machine machine;
    bool nodes_changed;
    int64_t running; /* units of all running jobs */
    int64_t expired; /* of those, predicted to have ended by now */

    /* The head's reservation; holds while nothing starts at the head, ends or is corrected. */
    bool is_planned;
    bool head_left;    /* since the last decision */
    int64_t shadow_ns; /* INT64_MAX: it never fits */
    int64_t spare;     /* flat: units that will be free then and the head does not need */
    struct easy_nodes nodes;

    struct id_list untold;   /* who waits and is in no bucket yet */
    struct size_waits waits; /* flat */
    struct id_list kept;     /* not flat: who is said to be kept back */
    bool has_buckets;
};

static inline struct easy_job *easy_job(const struct easy *e, uint32_t id)
{
    return pool_at(&e->jobs, id);
}

/* Units that are free now, as the protocol counts. */
static inline int64_t easy_free(const struct easy *e)
{
    return e->machine.capacity - e->running + e->expired;
}

/* When the running job is predicted to end. */
static inline int64_t easy_end_ns(const struct easy_job *j)
{
    const int64_t run_ns = j->prediction.run_ns;
    return run_ns > INT64_MAX - j->start_ns ? INT64_MAX : j->start_ns + run_ns;
}

/* --- easy_machine.c --- */

/* Sets the size of a job that has come; false if it was refused. */
bool easy_measure(struct easy *e, struct acts *a, struct easy_job *j);

/* Nodes came or went: the machine may be flat no more, or again. */
void easy_look_at_nodes(struct easy *e, struct acts *a);

void easy_join_queue(struct easy *e, struct easy_job *j);
void easy_leave_queue(struct easy *e, struct easy_job *j);

/* Says of everybody who waits why. */
void easy_tell_waits(struct easy *e, struct acts *a);

/* --- easy_pass.c --- */

/* One pass: starts from the head, reserves for the first that does not fit, backfills. */
void easy_pass(struct easy *e, struct acts *a);

/* The same if nothing but this job is new since a pass after which e->is_planned. */
void easy_pass_new(struct easy *e, struct acts *a, uint32_t id);

/* Whether the units it needs are free now, whatever else waits. */
bool easy_fits_now(struct easy *e, const struct acts *a, const struct easy_job *j);

/* --- easy_nodes.c --- */

/* Sets e->shadow_ns and e->nodes. */
void easy_nodes_reserve(struct easy *e, const struct acts *a, const struct easy_job *head);

/* Plans nodes for the job that do not delay the head; false if there are none. */
bool easy_nodes_plan(struct easy *e, const struct acts *a, struct easy_job *j, bool is_short);

/* After the start of a job that will have ended by the reservation. */
void easy_nodes_add_short(struct easy *e, const struct acts *a, const struct easy_job *started,
                          const struct easy_job *head);

void easy_nodes_init(struct easy_nodes *n, const struct cluster *c);
void easy_nodes_fini(struct easy_nodes *n);

#endif /* POLICIES_BASELINE_EASY_H */
