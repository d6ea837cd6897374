/*
 * kueue_parts.h - the inside of kueue.h, for its own files.
 */
#ifndef POLICIES_KUEUE_KUEUE_PARTS_H
#define POLICIES_KUEUE_KUEUE_PARTS_H

#include "policies/kueue/kueue.h"
#include "policies/kueue/partial.h"

/* --- kueue_build.c --- */

/* Trees for k->queues, which are there already; fell takes them down. */
void kueue_plant(struct kueue *k);
void kueue_fell(struct kueue *k);

/* --- kueue.c --- */

/* Queues, trees and tables from the site as it is now, around the workloads there are. */
void kueue_replant(struct kueue *k);

/* k->flush_at_ns from what the trees have. */
void kueue_find_next_flush(struct kueue *k);

/* --- kueue_places.c --- */

/* What its pods take on nodes, for good. */
void kueue_use_places(struct kueue *k, const struct kueue_workload *w, int sign);

/* Topologies from the site, with what workloads use. */
void kueue_plant_topologies(struct kueue *k);

/* Some of its pods are on a node that broke. */
bool kueue_has_broken_place(const struct kueue *k, const struct kueue_workload *w);

/* --- kueue_checks.c --- */

/* It got quota: what checks its flavors ask for is pending. */
void kueue_start_checks(struct kueue *k, struct kueue_workload *w);

/* Its places on nodes are found later: once an admission check is ready, or elsewhere. */
bool kueue_delays_places(const struct kueue *k, const struct kueue_workload *w, uint32_t flavor);

void kueue_forget_second_pass(struct kueue *k, struct kueue_workload *w);

/* The next one that is due and still needs it; NULL: there is none. */
struct kueue_workload *kueue_take_second_pass(struct kueue *k, int64_t now_ns);

/* --- kueue_clock.c --- */

/* It was admitted, or gave its quota back: its deadlines begin, or are void. */
void kueue_start_clocks(struct kueue *k, struct kueue_workload *w, int64_t now_ns);
void kueue_stop_clocks(struct kueue *k, struct kueue_workload *w, int64_t now_ns);

/* It queues again when its backoff is over. */
void kueue_start_backoff(struct kueue *k, struct kueue_workload *w);

/* Whether the next workload has to wait until the pods of others are ready. */
bool kueue_waits_for_pods(const struct kueue *k);

/* It is evicted for another reason than preemption, and this is a decision. */
void kueue_put_out(struct kueue *k, struct kueue_workload *w, enum evict_reason why,
                   int64_t now_ns);

/* For good. */
void kueue_deactivate(struct kueue *k, struct kueue_workload *w, enum deactivation why,
                      int64_t now_ns);

/* --- kueue_life.c --- */

/* w->usage from w->sets, in the columns of its queue's tree. */
void kueue_workload_count_usage(struct kueue_workload *w);

/* It has quota from now on; w->sets and w->usage say which. It is charged and listed. */
void kueue_reserve(struct kueue *k, struct kueue_workload *w);

/* It keeps its quota, but is to stop. */
void kueue_evict(struct kueue *k, struct kueue_workload *w, enum evict_reason why);

/* --- kueue_afs.c --- */

bool kueue_has_afs(const struct kueue *k);
usage_fn *kueue_usage(const struct kueue *k); /* of context k; NULL: not asked for */

/* The heap of q goes by usage, where the queue is of that kind. */
void kueue_order_by_usage(struct kueue *k, struct cluster_queue *q);

/* The penalty for taking quota: due, or due no longer. */
void kueue_owe(struct kueue *k, struct kueue_workload *w);
void kueue_waive(struct kueue *k, struct kueue_workload *w);

/* What it uses counts for its local queue from now on, or until now. */
void kueue_count_admitted(struct kueue *k, const struct kueue_workload *w, int sign);
void kueue_leave(struct kueue *k, struct kueue_workload *w);

/* --- cycles --- */

void kueue_decide(struct kueue *k, struct decision d);

/* The workload that waits for the pods of others gets its quota, or is not wanted any more. */
void kueue_admit_held(struct kueue *k);
void kueue_let_held_go(struct kueue *k);

/* From ENTRY_ASSUMED on it does not go back to its queue. */
enum entry_status {
    ENTRY_OPEN,
    ENTRY_SKIPPED,
    ENTRY_GATED,
    ENTRY_ASSUMED,
    ENTRY_HELD,
    ENTRY_EVICTED
};

/* A head in a cycle. */
struct entry {
    struct kueue_workload *w;
    struct cluster_queue *q;
    bool is_second_pass; /* it has quota already */
    bool is_preemptor;
    bool was_nominated;
    bool was_processed;
    struct assignment a;
    struct targets targets;
    enum entry_status status;
    enum requeue_reason reason;
    enum pending_reason why;
    const char *text; /* instead of what the assignment says */
    uint32_t victims;
    bool evicts_anew;       /* some victim was not evicted before */
    struct scan_memory was; /* its scan memory before the cycle */
};

/* The victims of preemptions that this cycle issued. */
struct victims {
    struct target_by {
        struct kueue_workload *w;
        struct entry *by;
        enum preempt_reason reason;
        bool is_new;
    } * items;
    uint32_t len, cap;
};

struct cycle {
    struct kueue *k;
    struct entry *entries;
    uint32_t len;
    struct victims victims;
    uint32_t assumed; /* entries, so far */
    bool is_held;     /* an entry waits for pods of others; those after it were not looked at */
    struct preemption preemption;
    struct assigner assigner;
};

/* cycle_nominate.c: who answers the assigner's questions. */
void cycle_begin(struct cycle *c);

/* Flavors and victims for an entry, on the snapshot as it is. pins: only these
 * flavors, from the first one. */
void entry_assign(struct cycle *c, struct entry *e, const struct assignment *pins);

/* cycle_process.c: what becomes of it; the snapshot goes on from there. */
void entry_process(struct cycle *c, struct entry *e);

/* cycle_topology.c: places on nodes. */
bool cycle_has_topology(void *cycle, uint32_t flavor);
void cycle_place(void *cycle, const struct kueue_workload *w, struct assignment *a);
const char *cycle_topology_mismatch(struct cycle *c, const struct kueue_workload *w, uint32_t set,
                                    uint32_t flavor, const struct resource_group *g);

/* A context for cycle_fits_nodes; NULL: nodes play no part. */
void *cycle_node_check(struct cycle *c, const struct kueue_workload *w, struct assignment *a);
bool cycle_fits_nodes(void *node_check);

void entry_place_for_preemption(struct cycle *c, struct entry *e);
bool entry_fits_nodes(struct cycle *c, const struct entry *e);
void entry_use_nodes(struct cycle *c, const struct entry *e);

/* cycle_order.c: classical order. */
void entries_sort(struct cycle *c, struct entry **order, uint32_t len);

/* flavor_match.c: which flavors the pods of a workload may use at all. */
struct flavor_match *flavor_match_new(struct kueue *k);
void flavor_match_free(struct flavor_match *m);
const char *flavor_match_check(void *cycle, const struct kueue_workload *w, uint32_t set,
                               uint32_t flavor, const struct resource_group *g);

#endif /* POLICIES_KUEUE_KUEUE_PARTS_H */
