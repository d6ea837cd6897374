/*
 * kubernetes_job.h - one object of a manifest as jobs of the simulation.
 *
 * Memory   A job lies in the reader's arena and must outlive the simulation: all submissions share
 *          its extra.
 */
#ifndef WORKLOADS_KUBERNETES_JOB_H
#define WORKLOADS_KUBERNETES_JOB_H

#include "models/job_source.h"
#include "models/kubernetes/live_state.h"
#include "models/kubernetes/priority_class.h"
#include "workloads/run_time.h"
#include "workloads/submit_rule.h"

struct kubernetes_job {
    struct job_extra extra; /* first: the simulation hands it back to draw run times */
    struct workload workload;
    const struct yaml_node *spec; /* of its Workload; NULL: it has none */
    struct controller controller;
    struct submit_rule submit;
    struct run_time run_time;
    uint64_t luck; /* what run times are drawn from */
    struct live_state live;
    int64_t ran_ns;        /* before the start, as long as it has run already; -1: it has not */
    uint32_t running_pods; /* of its controller, which have */
    int64_t waited_ns;     /* before the start */
    struct group_spec *groups;
    uint32_t name_word, queue_word;
    int32_t priority;
    int64_t limit_ns;
    uint64_t given; /* submissions so far */
    int64_t next_ns;
    size_t order; /* in the files */
};

/* What a job is made of. */
struct job_origin {
    const struct object *object;   /* whose name, labels and controller it has */
    const struct object *workload; /* Kueue's Workload, whose pod sets it has; NULL: as its kind */
    const struct object *made;     /* a Workload that says its queue and topology; NULL: none */
    const struct object *named;    /* by whose name it is found in options */
    const struct object *head;     /* in a live cluster: whose status counts; NULL: it is new */
    const char *name;              /* NULL: that of the object */
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
    const struct live_dump *dump;   /* NULL: nothing is live */
    struct repair outlived;         /* longer run already than they are said to run at all */
};

/* Everything but submit; rule must outlive the job. False after an error. */
bool kubernetes_job_make(struct kubernetes_maker *m, const struct job_origin *from,
                         const struct run_time_rule *rule, struct kubernetes_job *out);

/* Whether it asks for any pods: replicas: 0 does not. */
bool kubernetes_job_has_pods(const struct kubernetes_job *j);

/* The next submission, at j->next_ns. */
void kubernetes_job_fill(struct kubernetes_job *j, struct job_spec *out);

#endif /* WORKLOADS_KUBERNETES_JOB_H */
