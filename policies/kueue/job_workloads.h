/*
 * job_workloads.h - the Workloads that Kueue makes of the jobs people submit, or why it does not.
 *
 * A Workload is made as a tree, as Kueue would write it, so what follows (the webhook's rules,
 * read_workload.h) is the same as for a Workload that stands in a file.
 *
 * Order    By object; for a LeaderWorkerSet by group, for a Deployment by pod; a pod group where
 *          its first pod stands.
 * Memory   Everything lies in the reader's arena and in the files of the objects.
 * Errors   What Kueue refuses is collected, not reported: a simulation of what people submitted
 *          goes on. Wrong types are errors in the diag.
 * Source   Kueue v0.20-dev, pkg/controller/jobframework, pkg/controller/jobs; specs/kueue.md 1.15,
 *          conformance/kueue/README-jobs-validation-config.md.
 */
#ifndef POLICIES_KUEUE_JOB_WORKLOADS_H
#define POLICIES_KUEUE_JOB_WORKLOADS_H

#include "models/kubernetes/object_set.h"
#include "models/kubernetes/priority_class.h"
#include "policies/kueue/gates.h"
#include "policies/kueue/refusal.h"

struct made_workload {
    const struct object *from; /* the job; the first pod of a group */
    const char *owner_kind, *owner_name;
    const char *namespace, *name;
    const struct yaml_node *doc;
};

/* No Workload of this object. */
struct job_problem {
    const struct object *from;
    bool is_rejected; /* the object itself is refused */
    const char *text;
};

struct job_maker {
    struct field_reader f;
    const struct object_set *objects;
    const struct gates *gates;
    const struct yaml_node *configuration; /* with defaults; NULL: Kueue's defaults */
    bool ignores_classes;                  /* priority classes that are not there count as 0 */
    struct priority_classes classes;
    struct made_workload *made;
    uint32_t made_len, made_cap;
    struct job_problem *problems;
    uint32_t problems_len, problems_cap;
};

/* f, objects, gates and configuration are given. */
void job_workloads_make(struct job_maker *m);

/* --- shared by the files job_*.c --- */

struct kueue_kind;

/* One pod set on its way. */
struct job_set {
    const char *name;
    int64_t count, min_count;         /* min_count 0: all or nothing */
    const struct yaml_node *template; /* as the Workload has it */
    const struct yaml_node *meta;     /* where its annotations stand; NULL: none */
    const char *field;                /* of that in the job: "spec.template.metadata" */
    const struct yaml_node *topology; /* topologyRequest; NULL: none */
    const char *index_label;          /* NULL: none */
    const char *sub_group_label;      /* NULL: that of JobSets */
    bool has_sub_groups;
    int64_t sub_groups;
};

enum { JOB_MOST_SETS = 18, JOB_ROOM_FOR_SETS = 64 };

/* A job on its way. */
struct queued_job {
    const struct object *o;
    const struct yaml_node *doc; /* as the webhooks leave it */
    const struct kueue_kind *kind;
    const char *queue; /* "": none */
    bool is_managed;
    bool is_elastic;
    const char *problem; /* of its sets; NULL: none */
    const char *owner_kind, *owner_name;
    const struct yaml_node *extra; /* more annotations of its Workload; NULL: none */
    struct job_set sets[JOB_ROOM_FOR_SETS];
    uint32_t sets_len;
};

const char *job_label(const struct queued_job *j, const char *key);      /* NULL: none */
const char *job_annotation(const struct queued_job *j, const char *key); /* NULL: none */
void job_problem_add(struct job_maker *m, const struct object *o, bool is_rejected,
                     const char *text);

/* --- job_kinds.c --- */

struct kueue_kind {
    const char *group, *kind, *version;
    const char *index_label; /* of its pods; NULL: none */
    bool has_sub_groups, keeps_no_metadata;
    bool may_be_elastic, may_be_prebuilt;
    bool has_gate; /* it is known only with that gate */
    enum gate gate;
    bool checks_first; /* its own rules before those of all jobs */
    enum {
        TOPOLOGY_WHOLE,
        TOPOLOGY_JOB,
        TOPOLOGY_POD,
        TOPOLOGY_ROLES,
        TOPOLOGY_RAY,
        TOPOLOGY_RAW,
        TOPOLOGY_RAW_ROLES,
        TOPOLOGY_UNCHECKED
    } topology;              /* see job_topology.c */
    bool ignores_namespaces; /* once it has a queue name */
    const char *class_path;  /* of the priority class that goes before those of the pods */
    bool (*make)(struct job_maker *m,
                 struct queued_job *j); /* its pod sets; false: it has none, for now */
    void (*check)(struct job_maker *m, struct queued_job *j,
                  struct refusals *r); /* NULL: no rules */
};

/* NULL: Kueue makes no Workload of it. */
const struct kueue_kind *job_kind_find(const struct object *o);

/* --- job_sets.c --- */

bool job_sets_read(struct job_maker *m, struct queued_job *j);
/* By the table's row of that kind, whatever the job's own. */
void job_sets_by(struct job_maker *m, struct queued_job *j, const struct object *kind);
bool job_sets_of_lws(struct job_maker *m, struct queued_job *j);
/* A number of pods, within what Kubernetes can hold. */
int64_t job_count(const struct yaml_node *n, const char *path, int64_t otherwise);
struct job_set *job_set_add(struct queued_job *j, const char *name, int64_t count,
                            const struct yaml_node *template);

/* --- job_ray.c --- */

bool job_sets_of_ray_cluster(struct job_maker *m, struct queued_job *j);
bool job_sets_of_ray_job(struct job_maker *m, struct queued_job *j);
bool job_sets_of_ray_service(struct job_maker *m, struct queued_job *j);
void job_check_ray_cluster(struct job_maker *m, struct queued_job *j, struct refusals *r);
void job_check_ray_job(struct job_maker *m, struct queued_job *j, struct refusals *r);
void job_check_ray_service(struct job_maker *m, struct queued_job *j, struct refusals *r);

/* --- job_spark.c, job_train.c, job_wrapper.c --- */

bool job_sets_of_spark(struct job_maker *m, struct queued_job *j);
void job_check_spark(struct job_maker *m, struct queued_job *j, struct refusals *r);
bool job_sets_of_train_job(struct job_maker *m, struct queued_job *j);
bool job_sets_of_wrapper(struct job_maker *m, struct queued_job *j);

/* --- job_topology.c --- */

/* Fills in the topologyRequest of every set. */
void job_topology_read(struct job_maker *m, struct queued_job *j);
/* Only what the webhook of the kind looks at. */
void job_topology_check(struct job_maker *m, const struct queued_job *j, struct refusals *r);

/* Why an annotation cannot be understood, in Go's words; NULL: all can. */
const char *job_topology_problem(struct job_maker *m, const struct queued_job *j);

/* --- job_check.c --- */

/* What the webhooks of the job's kind would refuse. */
void job_check(struct job_maker *m, struct queued_job *j, struct refusals *r);
void job_check_batch(struct job_maker *m, struct queued_job *j, struct refusals *r);
void job_check_pod(struct job_maker *m, struct queued_job *j, struct refusals *r);

/* The Workload that somebody else makes for it; NULL: none. */
const char *job_prebuilt(const struct job_maker *m, const struct queued_job *j);

/* As Go's strconv.ParseBool. */
bool job_parse_bool(const char *text, bool *value);

/* All in one text, as Kueue joins them. */
const char *job_refusals_text(struct arena *a, const struct refusals *r);

/* --- job_group.c --- */

/* The name of the pod group that a Pod is of; NULL: none. */
const char *pod_group_name(const struct job_maker *m, const struct object *o);

/* pods: all of one group, in the order of reading. */
void pod_group_make(struct job_maker *m, const struct object *const *pods, uint32_t len);
bool job_pod_sets(struct job_maker *m, struct queued_job *j); /* of one Pod */

/* The hash that tells pods of different roles apart. */
const char *pod_role_hash(struct arena *a, const struct yaml_node *spec);

/* --- job_managed.c --- */

/* The queue the job names, or its namespace's default one; "": none. */
const char *job_queue_of(struct job_maker *m, const struct object *o);

/* The queue, "" where none is needed; NULL: the object is not Kueue's business. depth: of owners
 * that were asked before, 0. */
const char *job_managed_queue(struct job_maker *m, const struct object *o,
                              const struct kueue_kind *kind, unsigned depth);

/* --- job_make.c --- */

/* The Workload of a job whose sets and owner are complete. */
void job_finish(struct job_maker *m, struct queued_job *j, const char *name);

/* kind-name-hash. */
const char *job_workload_name(const struct job_maker *m, const struct queued_job *j,
                              const char *owner, const char *uid, const char *more);
const char *job_uid(const struct job_maker *m, const struct object *o);

#endif /* POLICIES_KUEUE_JOB_WORKLOADS_H */
