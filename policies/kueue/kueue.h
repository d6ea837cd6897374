/*
 * kueue.h - Kueue: queues, quota and the cycles that admit and preempt, without a cluster or a
 * clock.
 *
 * Whoever drives it (the policy in policy_kueue.c, a conformance test) says what happens and when,
 * runs cycles while something is left to do, and carries out the decisions.
 *
 *   struct kueue_workload *w = kueue_add(k, &spec);
 *   kueue_queue(k, w, now);
 *   while (kueue_has_work(k))
 *       kueue_cycle(k, now);
 *   ... k->decisions ...
 *
 * Order    Nothing depends on an address. Where Kueue walks a Go map, this goes by the order of
 *          objects in the site.
 * Memory   Owns trees, queues and workloads; borrows the site and the names.
 * Errors   None: a site with mistakes (a flavor that is missing, a cycle of cohorts) has inactive
 *          queues, as in Kueue.
 * Cost     A cycle costs the heads of the queues in trees where something changed, and what their
 *          preemptions look at. kueue_rebuild: O(everything).
 * Source   Kueue v0.20-dev; specs/kueue.md 1.1 to 1.3, 1.13.
 */
#ifndef POLICIES_KUEUE_KUEUE_H
#define POLICIES_KUEUE_KUEUE_H

#include "models/names.h"
#include "policies/kueue/assigner.h"
#include "policies/kueue/ledger.h"
#include "policies/kueue/settings.h"
#include "policies/kueue/site.h"
#include "policies/kueue/topology_site.h"
#include "sim/key_heap.h"
#include "sim/pool.h"

#define KUEUE_FLUSH_NS INT64_C(1000000000) /* requests within it are served together */

/* A root cohort and all below it, or a ClusterQueue without cohort. Trees do not influence each
 * other but through nodes. */
struct kueue_tree {
    struct quota_tree *quota;
    const char *name;
    bool is_cohort;
    bool is_dirty;                    /* something changed since its cycles came to rest */
    struct topology_site *topologies; /* of all trees; NULL: none of its flavors has one */
    bool has_changed;                 /* visibly, in this cycle */
    bool has_other_memory;            /* some scan memory changed in this cycle */
    uint32_t quiet;                   /* cycles since the last visible change */
    int64_t flush_at_ns;              /* INT64_MAX: nobody asked */
    struct cluster_queue **queues;
    uint32_t queues_len;
};

struct local_queue {
    const struct local_queue_spec *spec;
    struct cluster_queue *queue; /* NULL: there is none of that name */
    uint32_t namespace_id, name; /* words */
    bool matches;                /* its namespace is one that the ClusterQueue takes */
    struct ledger ledger;
    int64_t sample_at_ns; /* INT64_MAX: not while things are as they are */
};

enum decision_kind {
    DECIDED_RESERVE, /* w got quota */
    DECIDED_PLACE,   /* w has quota and got (other) places on nodes */
    DECIDED_EVICT,   /* w is to be stopped; it keeps its quota until kueue_release */
    DECIDED_PENDING, /* w was looked at and goes on waiting */
};

struct decision {
    enum decision_kind kind;
    struct kueue_workload *w;
    const struct kueue_workload *by; /* of an eviction by preemption */
    enum evict_reason evict;
    enum preempt_reason preempt;
    enum deactivation deactivation;      /* of an eviction for good */
    enum pending_reason why;             /* of DECIDED_PENDING */
    const char *text;                    /* fixed words, or NULL: the assignment's */
    const struct assignment *assignment; /* of DECIDED_PENDING; until the next cycle */
    uint32_t victims;                    /* whose eviction it waits for */
};

struct kueue {
    struct kueue_settings settings;
    const struct site *site;
    struct names *names;
    struct journal journal;
    struct kueue_tree **trees;
    uint32_t trees_len;
    struct cluster_queue **queues; /* by place in the site; NULL: taken away */
    uint32_t queues_len;
    struct local_queue **local_queues; /* likewise */
    uint32_t local_queues_len;
    struct pool workloads;
    uint64_t workloads_made;
    struct intern *classes; /* scheduling classes, by what they consist of */
    struct arena *cycle_arena;
    struct arena *place_arena;        /* given back after each try */
    struct topology_site *topologies; /* NULL: gate TopologyAwareScheduling is off */
    int64_t cycle;
    int64_t now_ns; /* of the cycle that runs */
    uint32_t dirty_trees;
    int64_t sample_at_ns; /* the first of all local queues' */
    int64_t flush_at_ns;  /* the first of all trees' */
    struct decision *decisions;
    uint32_t decisions_len, decisions_cap;
    struct key_heap timers;      /* by time; of workloads, by slot; some may be void by now */
    uint64_t timers_made;        /* the tie of the next */
    uint32_t unready;            /* workloads that have quota and pods that are not ready */
    struct kueue_workload *held; /* has its assignment, and waits until all others are ready */
    struct kueue_workload **second_passes; /* waiting for one, in the order they asked */
    uint32_t second_passes_len, second_passes_cap;
    struct flavor_match *flavor_match;
    uint32_t pods_resource;
};

struct kueue *kueue_new(const struct kueue_settings *settings, const struct site *site,
                        struct names *names);
void kueue_free(struct kueue *k); /* NULL is allowed */

/* The site changed: quotas, queues and cohorts are built anew around the workloads there are. Who
 * has quota in a queue that is drained now is evicted: see the decisions. */
void kueue_rebuild(struct kueue *k, int64_t now_ns);

struct cluster_queue *kueue_find_queue(const struct kueue *k, const char *name);
struct local_queue *kueue_find_local_queue(const struct kueue *k, const char *namespace,
                                           const char *name);

/* --- workloads --- */

struct kueue_workload_spec {
    const char *namespace, *name;
    const char *key; /* namespace/name */
    const char *uid;
    const char *queue; /* LocalQueue; NULL: none */
    uint64_t number;
    const struct shape *shape;
    int64_t priority;
    int64_t created_ns;
    const char *misfit; /* why it can never run: requests above limits; NULL: nothing wrong */
    int64_t most_ns;    /* maximumExecutionTimeSeconds; 0: no limit */
};

/* A workload; texts and shape are borrowed for as long as it lives. It is not queued yet. */
struct kueue_workload *kueue_add(struct kueue *k, const struct kueue_workload_spec *spec);

/* It is gone, from wherever it was; its quota is free and the pointer dead. */
void kueue_drop(struct kueue *k, struct kueue_workload *w, int64_t now_ns);

/* It is new, or changed so that it may fit now; false: there is no queue for it, or it may not. */
bool kueue_queue(struct kueue *k, struct kueue_workload *w, int64_t now_ns);

/* It holds this quota already: w->sets was filled by the caller. */
void kueue_restore(struct kueue *k, struct kueue_workload *w, struct cluster_queue *q);

/* It has quota, and all else it needs: it may run. Whoever carries out DECIDED_RESERVE says so. */
void kueue_admit(struct kueue *k, struct kueue_workload *w, int64_t now_ns);

/* Its work is done: the quota is free. */
void kueue_finish(struct kueue *k, struct kueue_workload *w, int64_t now_ns);

/* It was evicted and has stopped: the quota is free, and it queues again. */
void kueue_release(struct kueue *k, struct kueue_workload *w, int64_t now_ns);

/* What priority, counts or conditions of it enter: class and age. After changing them by hand. */
void kueue_refresh(struct kueue *k, struct kueue_workload *w);

/* --- time --- */

/* Parked workloads around the queue get another chance, one second after the first request. */
void kueue_ask_flush(struct kueue *k, struct cluster_queue *q, int64_t now_ns);

/* When the next flush is due; INT64_MAX: none is. */
int64_t kueue_next_flush_ns(const struct kueue *k);

/* Those that are due. Returns how many trees. */
uint32_t kueue_flush(struct kueue *k, int64_t now_ns);
uint32_t kueue_flush_tree(struct kueue *k, struct kueue_tree *t, int64_t now_ns);

/* Past usage of local queues is brought up to date, where an interval is over. Returns how many
 * changed. What was due earlier and not asked for is made up for. */
uint32_t kueue_sample(struct kueue *k, int64_t now_ns);
int64_t kueue_next_sample_ns(const struct kueue *k); /* INT64_MAX: there is nothing to sample */

/* Deadlines and backoffs that are over: evictions are appended to the decisions. */
void kueue_run_timers(struct kueue *k, int64_t now_ns);
int64_t kueue_next_timer_ns(const struct kueue *k); /* INT64_MAX: there is none */

/* --- what follows quota --- */

/* An admission check of w says so. Whether w may run now (kueue_admit). A check that wants to try
 * again, or never, evicts w: see the decisions. */
bool kueue_set_check(struct kueue *k, struct kueue_workload *w, const char *name,
                     enum check_state state, int64_t now_ns);

/* A check wants to try again: w is evicted, and queues again after `after_ns`. */
void kueue_retry(struct kueue *k, struct kueue_workload *w, int64_t after_ns, int64_t now_ns);

/* All pods of w are ready, or some are no longer. */
void kueue_set_ready(struct kueue *k, struct kueue_workload *w, bool is_ready, int64_t now_ns);

/* So many pods of a set are done and need nobody in their place. */
void kueue_reclaim(struct kueue *k, struct kueue_workload *w, uint32_t set, uint32_t count,
                   int64_t now_ns);

/* It has quota, its checks are ready, and its places are found. */
bool kueue_may_run(const struct kueue *k, const struct kueue_workload *w);

/* If w has quota and needs places on nodes (late, or others), it is looked at again after a while.
 * Whether that was news. */
bool kueue_ask_second_pass(struct kueue *k, struct kueue_workload *w, int64_t now_ns);
int64_t kueue_next_second_pass_ns(const struct kueue *k); /* INT64_MAX: none is due */

/* Those that are due come with the next cycle. Returns how many. */
uint32_t kueue_wake_second_passes(struct kueue *k, int64_t now_ns);

/* --- nodes --- */

/* Nodes came, went or changed: the topologies are built anew from the site, and who waits for
 * places gets another chance. */
void kueue_nodes_changed(struct kueue *k, int64_t now_ns);

/* A pod that Kueue has not placed by topology comes to a node of the site (sign 1) or goes. */
void kueue_occupy(struct kueue *k, uint32_t node, const struct pod_requests *r, int sign);

/* The node (a word) broke, with pods of w on it: they are to find other places, within a second. A
 * second such node before that is one too many: w is evicted. */
void kueue_break_node(struct kueue *k, struct kueue_workload *w, uint32_t node, int64_t now_ns);

/* Such pods have gone: who waits for places gets another chance. */
void kueue_ask_topology_flush(struct kueue *k, int64_t now_ns);

/* The labels of the nodes that a place of a set of w stands for; len 0: the flavor has no such
 * place. In the arena. */
struct label_map kueue_place_labels(const struct kueue *k, const struct admitted_set *set,
                                    uint32_t place, struct arena *arena);

/* --- cycles --- */

static inline bool kueue_has_work(const struct kueue *k)
{
    return k->held != NULL ? k->unready == 0 : k->dirty_trees > 0;
}

enum cycle_result {
    CYCLE_IDLE,    /* there were no heads */
    CYCLE_QUIET,   /* nothing changed that anybody sees; memories may have */
    CYCLE_CHANGED, /* somebody got quota, was evicted or parked */
};

/* One scheduling cycle over the trees where something is left to do. Decisions are appended. */
enum cycle_result kueue_cycle(struct kueue *k, int64_t now_ns);

/* What a workload's condition says, as a number: a decision of the same number is no news. */
uint64_t kueue_told(const struct decision *d, const char *text);

/* Something in or around the queue's tree changed: its heads are looked at again. */
void kueue_touch(struct kueue *k, struct cluster_queue *q);
void kueue_touch_all(struct kueue *k);

#endif /* POLICIES_KUEUE_KUEUE_H */
