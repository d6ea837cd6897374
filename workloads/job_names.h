/*
 * job_names.h - options by the name of a job: {team-a-job-low: 0s, team-a/train: 30s}.
 *
 * A key is an object's name, or namespace/name. One that fits no job is a mistake.
 */
#ifndef WORKLOADS_JOB_NAMES_H
#define WORKLOADS_JOB_NAMES_H

#include "models/kubernetes/object.h"

struct job_names {
    const struct yaml_node *map; /* NULL: no options by name */
    const char *what;            /* the option's key, for messages */
    bool *used;
};

void job_names_init(struct job_names *names, struct arena *a, const char *what,
                    const struct yaml_node *map);

/* The object's value, the key with its namespace first; NULL if it is not named. */
const struct yaml_node *job_names_find(struct job_names *names, const struct object *o);

/* Complains about keys that fitted none; jobs are offered as what may have been meant. */
void job_names_check(const struct job_names *names, const struct object *const *jobs, size_t len,
                     struct diag *d);

#endif /* WORKLOADS_JOB_NAMES_H */
