/* registry.h - every kind of workload that is linked in, by name. */
#ifndef WORKLOADS_REGISTRY_H
#define WORKLOADS_REGISTRY_H

#include "models/job_source.h"

/* NULL if there is none of that name. */
const struct job_source_ops *job_source_find(const char *name);

/* All of them, ended by NULL. */
const struct job_source_ops *const *job_source_all(void);

#endif /* WORKLOADS_REGISTRY_H */
