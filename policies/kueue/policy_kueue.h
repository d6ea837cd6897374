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
#include "policies/kueue/control_plane.h"
#include "policies/kueue/kueue.h"
#include "policies/kueue/read_site.h"
#include "policies/kueue/shape.h"
#include "sim/rng.h"

enum { KEY_TEXT = 32 };

/* What an AdmissionCheck does in the simulation: somebody else's work, told in the scenario. */
struct check_rule {
    const char *name;
    int64_t takes_ns; /* from the reservation of quota to its answer */
    double fails;     /* the probability that an attempt fails */
};

/* A job and its workload. */
struct tracked {
    struct kueue_workload *w; /* NULL: no record */
    uint32_t job;
    uint32_t *requests; /* by group, as they were before any admission */
    char key[KEY_TEXT];
    uint64_t told;                 /* what was said of why it waits */
    uint32_t done;                 /* pods of a controller that succeeded */
    uint32_t attempts;             /* of its admission checks that failed */
    int64_t reserved_ns;           /* when it got its quota */
    int64_t returns_ns;            /* evicted: its quota is not released before */
    const struct live_state *live; /* it runs in a live cluster, and is yet to go on; NULL: no */
    uint64_t write;                /* number of the one that it waits for; 0: none */
    uint64_t written;              /* what the API server knows of why it waits */
    struct stop stop;              /* TRACKED_EVICTED: what is to be done then */
    bool has_pods;                 /* it had when it was evicted */
    /* TRACKED_ASSUMED, TRACKED_EVICTED: Kueue has decided so, and the API server does not know yet.
     * TRACKED_CHECKED: it has quota, and waits for admission checks or places. TRACKED_RETURNS: its
     * pods are gone, but its quota is not released yet. */
    enum {
        TRACKED_WAITS,
        TRACKED_ASSUMED,
        TRACKED_CHECKED,
        TRACKED_RUNS,
        TRACKED_EVICTED,
        TRACKED_STOPS,
        TRACKED_RETURNS
    } state;
};

/* Reasons to wait beyond those of enum pending_reason. */
enum { WAIT_CHECKS = PENDING_REASONS, WAIT_BACKOFF, WAIT_STOPPED, WAIT_REASONS };

/* A request that was admitted to flavors: with their labels and tolerations. */
struct flavored {
    uint32_t request;
    uint32_t flavors_key;
    uint32_t result;
};

struct policy_edit;

struct policy_kueue {
    /* Options. */
    struct config_texts objects, overlay;
    const struct yaml_node *quota; /* NULL: as the objects say */
    const char *configuration;
    int version;
    int64_t termination_ns;
    bool is_exact;            /* timestamps: exact */
    struct config_list rules; /* struct check_rule */
    struct control_plane_options control_plane_options;
    /* The rest. */
    struct policy_env env;
    struct object_set *set;
    struct yaml_file *configuration_file; /* NULL: none */
    const struct yaml_node *resources;    /* of it: what is left out and transformed; NULL: none */
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
    struct key_heap checks_due; /* jobs with checks to be answered; some may be void by now */
    uint64_t checks_made;
    struct key_heap returns_due; /* jobs in TRACKED_RETURNS; some may be void by now */
    uint64_t returns_made;
    struct control_plane control_plane;
    struct key_heap writes_due; /* of jobs; some may be void by now */
    uint64_t writes_made;
    int64_t stands_until_ns; /* the scheduler waits for a write of its own */
    bool has_topologies;
    struct res_qty *capacities; /* [node * capacity_cap]: of nodes, for topologies */
    uint32_t capacity_cap;
    struct arena *scratch; /* given back with every admission to places */
    struct place_admission *places;
    size_t places_cap;
    uint32_t *live; /* jobs of a live cluster that are yet to go on */
    size_t live_len, live_cap;
    struct diag *diag;          /* lives as long as the simulation */
    struct policy_edit **edits; /* by token */
    size_t edits_len;
    int64_t asked_ns[2]; /* when it will be woken at the latest, by token; INT64_MAX: never */
    bool is_ready;
};

/* Reasons to wait: the numbers of policy_ops.reasons, and of buckets. */
extern const char *const policy_kueue_reasons[];

/* --- policy_open.c --- */

bool policy_kueue_open(void *state, const struct policy_env *env, struct diag *d);
void policy_kueue_close(void *state);
extern const struct config_table policy_kueue_options;

/* --- policy_nodes.c: nodes and places, where a flavor has a topology --- */

/* Before kueue_new: the nodes of the cluster become nodes of the site. */
void policy_kueue_read_nodes(struct policy_kueue *p);
void policy_kueue_node_changed(struct policy_kueue *p, struct acts *a, uint32_t node);

/* Pods of a job came to a node (sign 1) or left it. */
void policy_kueue_pods_moved(struct policy_kueue *p, struct acts *a, const struct note *n,
                             int sign);

/* Where the pods of an admitted job are to go, added up by policy_kueue_add_place. Lent until the
 * next call. */
void policy_kueue_add_place(struct policy_kueue *p, size_t *len,
                            const struct place_admission *place);
const struct place_admission *policy_kueue_places(struct policy_kueue *p, const struct tracked *t,
                                                  const struct group_admission *groups,
                                                  size_t *len);

/* What a job's pods ask for (the topologyRequest of its Workload); NULL: nothing. text: the same,
 * to compare. */
const struct topology_request *policy_kueue_topology(struct policy_kueue *p, const struct job *job,
                                                     uint32_t group, const char **text);

/* --- policy_carry.c: decisions become verbs --- */

/* Whether anything was done beyond saying why jobs wait. */
bool policy_kueue_carry_out(struct policy_kueue *p, struct acts *a);

/* It has quota, its checks are ready, its places are found: the job may start. */
void policy_kueue_admit(struct policy_kueue *p, struct acts *a, struct tracked *t);

/* What was decided of it is written: it is admitted, or evicted. */
void policy_kueue_written(struct policy_kueue *p, struct acts *a, struct tracked *t);

/* The same of one that Kueue knows to be admitted. */
void policy_kueue_start(struct policy_kueue *p, struct acts *a, struct tracked *t);

/* Why it waits, while Kueue has not looked at it. */
void policy_kueue_wait(struct policy_kueue *p, struct acts *a, const struct tracked *t);

/* --- policy_writes.c: where the control plane takes its time --- */

/* What was decided of it has to be written; false: that takes no time. */
bool policy_kueue_defer(struct policy_kueue *p, struct tracked *t, bool scheduler_waits,
                        int64_t now_ns);

/* Why it waits is written, if it is news, and the scheduler waits for that. */
void policy_kueue_write_reason(struct policy_kueue *p, struct tracked *t, const struct decision *d,
                               int64_t now_ns);

/* When the next write is through that anybody waits for; INT64_MAX: nobody does. */
int64_t policy_kueue_next_write_ns(const struct policy_kueue *p, int64_t now_ns);

/* Those that are through by now. */
void policy_kueue_write_due(struct policy_kueue *p, struct acts *a);

/* --- policy_live.c: jobs of a live cluster --- */

/* Takes a job over in the state that its Workload tells. False: it is to be queued. */
bool policy_kueue_take_over(struct policy_kueue *p, struct acts *a, struct tracked *t);

/* What ran goes on, on the nodes where it was. Whether there was anything. */
bool policy_kueue_go_on(struct policy_kueue *p, struct acts *a);

/* Those nodes; as policy_kueue_places. */
const struct place_admission *policy_kueue_live_places(struct policy_kueue *p,
                                                       const struct tracked *t,
                                                       const struct group_admission *groups,
                                                       size_t *len);

/* --- policy_checks.c --- */

extern const struct config_table policy_kueue_check_options;
void policy_kueue_start_checks(struct policy_kueue *p, struct tracked *t, int64_t now_ns);
void policy_kueue_answer_checks(struct policy_kueue *p, struct acts *a);
int64_t policy_kueue_next_check_ns(const struct policy_kueue *p); /* INT64_MAX: none is due */

/* --- policy_edits.c --- */

bool policy_kueue_parse_edit(void *state, const struct yaml_node *edit, uint64_t *token,
                             struct diag *d);
void policy_kueue_edit(struct policy_kueue *p, struct acts *a, uint64_t token);
void policy_kueue_free_edits(struct policy_kueue *p);

/* --- policy_jobs.c --- */

/* The record of a new job; its workload is not queued yet. */
struct tracked *policy_kueue_track(struct policy_kueue *p, const struct job *job);
void policy_kueue_forget(struct policy_kueue *p, uint32_t job, int64_t now_ns);
struct tracked *policy_kueue_tracked(const struct policy_kueue *p, uint32_t job);

/* policy_resources.c: what of these requests counts against quota, in their place or in the
 * policy's memory. */
const struct res_qty *policy_kueue_counted(struct policy_kueue *p, const struct res_qty *requests,
                                           uint32_t *len);

/* The request of a group that got these flavors. */
uint32_t policy_kueue_flavored(struct policy_kueue *p, uint32_t request,
                               const struct admitted_set *set);

#endif /* POLICIES_KUEUE_POLICY_KUEUE_H */
