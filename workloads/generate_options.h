/*
 * generate_options.h - what a scenario says about a generated workload.
 *
 * Memory   Lies in the scenario's file and the source's arena.
 */
#ifndef WORKLOADS_GENERATE_OPTIONS_H
#define WORKLOADS_GENERATE_OPTIONS_H

#include "workloads/arrivals.h"
#include "workloads/load_option.h"
#include "workloads/owners.h"
#include "workloads/task_terms.h"

enum limit_kind { LIMIT_ABSENT, LIMIT_FACTOR, LIMIT_DURATION };

struct limit_option {
    enum limit_kind kind;
    struct distribution d; /* factors of the duration, or durations */
};

struct priority_option {
    bool is_listed; /* d is of texts, otherwise of integers; not read: 0 */
    bool are_words; /* classes, lowest first; otherwise the texts are integers */
    struct distribution d;
    const int32_t *values; /* of the texts */
};

struct lublin_option {
    int type; /* enum lublin_type */
    int64_t largest;
};

/* A distribution that was not written is zeroed: generate_has. */
struct generate_options {
    const char *name;
    struct owners_options owners;
    const char *qos;
    struct arrivals_options arrivals;
    struct lublin_option lublin;
    struct distribution gpus, tasks;
    int64_t gpus_per_task; /* 0: as many as the largest node has */
    const char *resource;  /* what `gpus` counts */
    struct distribution mig, gpu_share;
    struct distribution cpus, memory;
    double cpus_per_gpu;
    int64_t memory_per_gpu;
    struct load_option load;
    struct distribution duration, patience;
    struct limit_option limit;
    struct priority_option priority;
    int kind; /* enum job_kind */
    struct task_terms terms;
    const struct yaml_node *annotations; /* of the pods; NULL: none */
    const struct yaml_node *from, *until;
    int64_t jobs; /* 0: any number */
    /* Made of the above: */
    const struct yaml_node *map; /* where they stand */
    bool has_lublin;
    int64_t from_ns, last_ns; /* no job before the first, none after the last */
};

extern const struct config_table generate_options_table;

static inline bool generate_has(const struct distribution *d)
{
    return d->kind != NULL || d->len > 0;
}

/* The value of a key, or the whole section, for messages. */
struct src_pos generate_at(const struct generate_options *o, const char *key);

/* Reads and checks them; false after errors in d. */
bool generate_options_read(struct generate_options *o, const struct source_env *env,
                           struct diag *d);

/* What does not go together: generate_check.c. */
bool generate_options_check(const struct generate_options *o, struct diag *d);

#endif /* WORKLOADS_GENERATE_OPTIONS_H */
