/*
 * job_name.h - what a job and its tasks are called.
 *
 * Pods are called as Kubernetes would call them, the tasks of a gang after their job and index.
 *
 * Memory   Written to out, at most cap bytes with the final NUL; returns the length.
 */
#ifndef MODELS_JOB_NAME_H
#define MODELS_JOB_NAME_H

#include "models/job.h"

struct names;

size_t job_name(const struct names *names, const struct job *job, char *out, size_t cap);

/* Of a gang's task that has no record yet, a struct task with the index will do. */
size_t task_name(const struct names *names, const struct job *job, const struct task *task,
                 char *out, size_t cap);

#endif /* MODELS_JOB_NAME_H */
