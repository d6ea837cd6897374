/*
 * policy_kueue.h - the inside of the policy `kueue`: Kueue put to work in a simulation.
 *
 * The policy turns jobs into workloads, runs cycles when the instant has settled, and carries the
 * decisions out with the verbs of policy.h. Eviction has two stages: the job is told to stop, and
 * keeps its quota until it has.
 *
 * Memory   A job's record lives until NOTE_ENDED.
 */
#ifndef POLICIES_KUEUE_POLICY_KUEUE_H
#define POLICIES_KUEUE_POLICY_KUEUE_H

#include "models/kubernetes/object_set.h"
#include "models/policy.h"
#include "policies/kueue/kueue.h"
#include "policies/kueue/shape.h"

enum { KEY_TEXT = 32 };

/* A job and its workload. */
struct tracked {
    struct kueue_workload *w; /* NULL: no record */
    uint32_t job;
    uint32_t *requests; /* by group, as they were before any admission */
    char key[KEY_TEXT];
    uint64_t told; /* what was said of why it waits */
    enum { TRACKED_WAITS, TRACKED_RUNS, TRACKED_STOPS } state;
};

/* A request that was admitted to flavors: with their labels and tolerations. */
struct flavored {
    uint32_t request;
    uint32_t flavors_key;
    uint32_t result;
};

struct policy_kueue {
    /* Options. */
    struct config_texts objects;
    const char *configuration;
    int version;
    int64_t termination_ns;
    bool is_exact; /* timestamps: exact */
    /* The rest. */
    struct policy_env env;
    struct object_set *set;
    struct yaml_file *configuration_file; /* NULL: none */
    struct site *site;
    struct shape_maker *shapes;
    struct kueue *k;
    struct tracked *tracked; /* by job */
    uint32_t tracked_cap;
    struct intern *shape_keys; /* what shapes were made of, and these by number */
    const struct shape **shape_of;
    size_t shape_of_cap;
    struct intern *flavor_keys; /* request and flavors, and what came of it by number */
    uint32_t *flavored;
    size_t flavored_cap;
    int64_t wakes_at_ns; /* for a flush */
    bool is_ready;
};

/* Reasons to wait: the numbers of policy_ops.reasons, and of buckets. */
extern const char *const policy_kueue_reasons[];

/* --- policy_open.c --- */

bool policy_kueue_open(void *state, const struct policy_env *env, struct diag *d);
extern const struct config_table policy_kueue_options;

/* --- policy_jobs.c --- */

/* The record of a new job; its workload is not queued yet. */
struct tracked *policy_kueue_track(struct policy_kueue *p, const struct job *job);
void policy_kueue_forget(struct policy_kueue *p, uint32_t job, int64_t now_ns);
struct tracked *policy_kueue_tracked(const struct policy_kueue *p, uint32_t job);

/* The request of a group that got these flavors. */
uint32_t policy_kueue_flavored(struct policy_kueue *p, uint32_t request,
                               const struct admitted_set *set);

#endif /* POLICIES_KUEUE_POLICY_KUEUE_H */
