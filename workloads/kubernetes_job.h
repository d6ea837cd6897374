/*
 * kubernetes_job.h - one object of a manifest as jobs of the simulation.
 *
 * Memory   A job lies in the reader's arena and must outlive the simulation: all submissions share
 *          its extra.
 */
#ifndef WORKLOADS_KUBERNETES_JOB_H
#define WORKLOADS_KUBERNETES_JOB_H

#include "models/job_source.h"
#include "models/kubernetes/priority_class.h"
#include "workloads/run_time.h"
#include "workloads/submit_rule.h"

struct kubernetes_job {
    struct job_extra extra; /* first: the simulation hands it back to draw run times */
    struct workload workload;
    struct controller controller;
    struct submit_rule submit;
    struct run_time run_time;
    uint64_t luck; /* what run times are drawn from */
    struct group_spec *groups;
    uint32_t name_word, queue_word;
    int32_t priority;
    int64_t limit_ns;
    uint64_t given; /* submissions so far */
    int64_t next_ns;
};

/* What jobs are made with. */
struct kubernetes_maker {
    struct field_reader reader;
    const struct source_env *env;
    const struct object_set *objects;
    struct priority_classes classes;
    struct intern *missing_classes; /* each is reported once */
    const bool *has_resource;       /* by number, of resources_len: some node has it */
    uint64_t ignored_resources;     /* requests of what no node is modelled with */
};

/* Everything but submit; rule must outlive the job. False after an error. */
bool kubernetes_job_make(struct kubernetes_maker *m, const struct object *o,
                         const struct run_time_rule *rule, struct kubernetes_job *out);

/* Whether it asks for any pods: replicas: 0 does not. */
bool kubernetes_job_has_pods(const struct kubernetes_job *j);

/* The next submission, at j->next_ns. */
void kubernetes_job_fill(struct kubernetes_job *j, struct job_spec *out);

#endif /* WORKLOADS_KUBERNETES_JOB_H */
