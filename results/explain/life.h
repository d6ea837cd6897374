/*
 * life.h - the life of one job as `clustersim explain` tells it: what it did when, what it waited
 * for and who had that.
 *
 * A span is a stretch of time in one state and, of one that waits, for one reason; spans follow
 * each other without gaps. A moment is something that happened to the job. A want is something the
 * job lacked at the beginning of a span, with those who held it.
 *
 * Law      The spans of a job that is over last in_state_ns in each state, and those that wait last
 *          what wait_reasons.h says of each reason.
 * Memory   Owns everything in it, copies of all texts included, and outlives the simulation.
 */
#ifndef RESULTS_EXPLAIN_LIFE_H
#define RESULTS_EXPLAIN_LIFE_H

#include "models/simulation.h"

struct arena;

#define LIFE_NO_REASON UINT32_MAX

/* Another job. */
struct life_other {
    uint64_t number;
    const char *name;
    const char *queue; /* "": unknown */
};

struct life_holder {
    struct life_other job;
    int64_t amount;
    int64_t until_ns;      /* when it gave all back; TIME_NEVER: not before the end of the run */
    uint32_t next_watched; /* private: the next of the same job slot */
};

struct life_want {
    uint32_t resource;
    const char *resource_name;
    int64_t amount;    /* more than there was left; of nodes: what its tasks without room ask for */
    const char *queue; /* whose quota; NULL: nodes */
    const char *flavor; /* NULL: none */
    const char *where;  /* the very GPUs it waits for, as in jobs.csv; NULL: any will do */
    const char *state;  /* of where: the first of its nodes that runs nothing is so; NULL: none */
    /* Of nodes: its tasks, and how many of them had room; amounts on nodes that may take them. */
    uint32_t tasks, fit;
    int64_t each, free, most_on_node, capacity;
    uint32_t first_holder, holders_len; /* of life.holders, those with most first */
    int64_t held;
};

/* What the policy said while it waited. */
struct life_word {
    int64_t at_ns;
    const char *what, *text;
};

struct life_span {
    int64_t from_ns, to_ns;
    enum job_state state;
    uint32_t reason; /* LIFE_NO_REASON: it does not wait */
    uint32_t first_word, words_len;
    uint32_t first_want, wants_len;
    /* Jobs that waited in the same queue, those of them that had come before it, and these of all
     * queues. */
    uint32_t others, before, before_all;
    bool is_seen; /* its wants were looked for */
};

struct life_moment {
    int64_t at_ns;
    enum sim_event_kind kind;
    enum end_cause cause;
    uint32_t count;       /* tasks */
    const char *where;    /* of tasks: as in jobs.csv; NULL: nowhere */
    const char *what;     /* SIM_TOLD; NULL: none */
    const char *text;     /* NULL: none */
    struct life_other by; /* who did it; SIM_BOUND: who gave the node back last; number 0: nobody */
    int64_t by_ns;        /* SIM_BOUND: and when */
};

/* One that it pushed out, or that pushed it out. */
struct life_clash {
    int64_t at_ns;
    struct life_other job;
    const char *text;
};

struct life {
    uint64_t number;
    uint32_t id;
    bool is_live, waits;
    const char *name, *tenant, *queue, *user;
    int32_t priority;
    uint32_t tasks, gpus;
    const char *asks;                              /* "2 tasks, each 8 nvidia.com/gpu, 64 cpu" */
    int64_t submit_ns, limit_ns, start_ns, end_ns; /* TIME_NEVER: not */
    enum end_cause cause;
    enum job_state state; /* in the end */
    int64_t in_state_ns[JOB_STATES];
    int64_t *waits_ns; /* by reason */
    uint32_t bucket;

    struct life_span *spans;
    uint32_t spans_len, spans_cap;
    struct life_word *words;
    uint32_t words_len, words_cap;
    struct life_want *wants;
    uint32_t wants_len, wants_cap;
    struct life_holder *holders;
    uint32_t holders_len, holders_cap;
    struct life_moment *moments;
    uint32_t moments_len, moments_cap;
    struct life_clash *victims, *evictors;
    uint32_t victims_len, victims_cap, evictors_len, evictors_cap;

    /* Private. What it said it lacks, by reason; whom to tell when a holder leaves, by job slot. */
    struct arena *arena;
    struct wait_need **needs;
    uint32_t *needs_len;
    uint32_t *watched; /* holder + 1 */
    uint32_t watched_cap;
};

/* The job has just arrived. */
struct life *life_new(const struct simulation *sim, const struct job *job);
void life_free(struct life *l);

/* --- what the observer tells it --- */

void life_moved(struct life *l, const struct job *job, int64_t now_ns);

/* It waits for this from now on; text: what the policy said, NULL: nothing. */
void life_waits_for(struct life *l, uint32_t reason, const char *text, int64_t now_ns);
void life_happened(struct life *l, const struct simulation *sim, const struct sim_event *e);

/* Of the event told last, a SIM_BOUND: this job left the node last, at left_ns. */
void life_follows(struct life *l, const struct simulation *sim, const struct job *job,
                  int64_t left_ns);

/* The event says that this job, of another, is the cause of it. */
void life_displaced(struct life *l, const struct simulation *sim, const struct sim_event *e);

/* The instant is over: if a span began in it, looks who has what the job lacks. */
void life_settled(struct life *l, const struct simulation *sim);

/* Another job, or itself, gave back all it held. */
void life_left(struct life *l, const struct job *job, int64_t now_ns);
void life_over(struct life *l, const struct simulation *sim, const struct job *job);

/* --- reading --- */

static inline const struct life_holder *life_holder(const struct life *l, const struct life_want *w,
                                                    uint32_t i)
{
    return &l->holders[w->first_holder + i];
}

/* The one that gave it back first, and the last one that did so before or at until_ns; NULL: none
 * did. */
const struct life_holder *life_first_to_leave(const struct life *l, const struct life_want *w);
const struct life_holder *life_last_to_leave(const struct life *l, const struct life_want *w,
                                             int64_t until_ns);

/* "8 nvidia.com/gpu", "1.5 cpu", "800GiB memory". Lies in buf. */
enum { LIFE_AMOUNT_TEXT = 320 };

const char *life_amount(char buf[LIFE_AMOUNT_TEXT], const char *resource, int64_t amount);

/* --- between the files of this module --- */

/* Room for one more behind len items. */
void *life_more(void *items, uint32_t len, uint32_t *cap, size_t bytes);
struct life_other life_other(struct life *l, const struct simulation *sim, const struct job *job);
const char *life_asks(struct life *l, const struct simulation *sim, const struct job *job);
void life_look(struct life *l, const struct simulation *sim, const struct job *job,
               struct life_span *span);

#endif /* RESULTS_EXPLAIN_LIFE_H */
