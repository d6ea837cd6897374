/*
 * world.h - a small simulation for tests: equal nodes, jobs from an array, and what became of them.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "models/simulation.h"

enum { WORLD_MOST_JOBS = 4096 };

/* What a node is like: it has the label tier=TIER, and the taint "dedicated:NoSchedule". */
struct world_node {
    uint32_t tier; /* 0: no label */
    bool is_dedicated;
};

/* One job of the input: times in seconds, GPUs of one task, number of tasks. */
struct world_job {
    int64_t submit_s, work_s;
    uint32_t gpus, tasks;
    int64_t cpu_milli;              /* of a task */
    uint32_t more_gpus, more_tasks; /* a second group; no tasks: none */
    int64_t limit_s;                /* 0: none */
    int64_t patience_s;             /* 0: endless, -1: none at all */
    int32_t priority;
    const char *name;                  /* NULL: "job-", and its index */
    const char *tenant, *user, *queue; /* NULL: none */
    const struct job_extra *extra;
    uint32_t tier;       /* of the nodes it selects; 0: any */
    bool goes_dedicated; /* it tolerates the taint */
};

/* One job of the output, by input index. */
struct world_result {
    int64_t start_s, end_s, wait_s;
    enum end_cause cause;
    const char *waited_for; /* the reason it waited longest; NULL: it did not wait */
    uint32_t first_node;    /* of its task that was bound last */
    uint64_t gpu_mask;
    int preemptions;
    bool is_over;
    int64_t unexplained_s; /* of its wait: no policy gave a reason */
};

struct world {
    uint32_t nodes, gpus_per_node;
    const uint32_t *gpus_of_node;   /* NULL: gpus_per_node, the most that any has */
    const char *const *node_names;  /* NULL: n0, n1 ... */
    const struct world_node *kinds; /* by node; NULL: plain ones */
    int64_t cpu_milli;              /* of a node */
    uint32_t pools; /* equal ones, named pool-0 ... (nodes is a multiple); 0: one, named pool */
    int64_t price_micro_per_h; /* of a node */
    uint32_t replicas;         /* 0: whole GPUs; else time-slicing into so many */
    bool is_loose;             /* GPUs without identity */
    const struct policy_use *policies;
    size_t policies_len;
    const struct world_job *jobs;
    size_t jobs_len;
    const struct source_use *source; /* in place of jobs; results stay empty */
    const struct timeline_entry *timeline;
    size_t timeline_len;
    int64_t until_s; /* 0: until drained */
    int64_t startup_s;
    int64_t start_s; /* of simulated time, to which all times of the input are added */
    int64_t step_s, warm_up_s;
    const struct observer_use *observers; /* beside the world's own */
    size_t observers_len;
    const char *out_dir;
    uint64_t seed, replication;
    bool expect_open_fails, expect_close_fails;
    FILE *diag_out; /* NULL: stderr */
    enum simulation_audit audit;
    FILE *log;
    /* Afterwards: */
    struct world_result results[WORLD_MOST_JOBS];
    enum simulation_end end;
    int64_t end_s;
    struct simulation_counts counts;
    char order[WORLD_MOST_JOBS]; /* log of events: see world.c */
    int128 allocated_milli_ns;   /* integral over all pools */
    int128 held_milli_ns;        /* sum over jobs of GPUs x time */
    int128 in_system_ns;
    int128 sojourn_ns; /* sum over jobs of end - submit */
};

/* Runs it to the end. Fails the test if an invariant does not hold. */
void world_run(struct world *w);

#endif /* TESTS_WORLD_H */
