#include "policies/kueue/policy_kueue.h"

#include "models/job_name.h"
#include "policies/kueue/message.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_WAKE, NAME_TEXT = 512 };

/* Numbered as enum pending_reason; the first is what a workload has that nobody looked at yet. */
const char *const policy_kueue_reasons[] = {
    [PENDING_NONE] = "pending_evaluation",
    [PENDING_TOPOLOGY_PLACEMENT_FAILED] = "topology_placement_failed",
    [PENDING_WAITING_FOR_QUOTA] = "waiting_for_quota",
    [PENDING_EXCEEDS_MAX_QUOTA] = "exceeds_max_quota",
    [PENDING_NO_MATCHING_FLAVOR] = "no_matching_flavor",
    [PENDING_WAITING_FOR_PREEMPTED] = "waiting_for_preempted_workloads",
    [PENDING_WAITING_FOR_PODS_READY] = "waiting_for_pods_ready",
    [PENDING_MISCONFIGURED] = "misconfigured",
    [PENDING_SUSPENDED] = "suspended",
    [PENDING_EVALUATION] = "failed_checks",
    [PENDING_ADMISSION_GATED] = "admission_gated",
    [PENDING_REASONS] = NULL,
};

/* --- notes --- */

static void name_buckets(struct policy_kueue *p, struct acts *a)
{
    for (uint32_t r = 0; !p->is_ready && r < PENDING_REASONS; r++)
        act_bucket(a, r, r, NULL);
    p->is_ready = true;
}

/* Past usage is sampled for those who wait; nobody needs to be woken where nobody does. */
static int64_t next_sample_ns(const struct policy_kueue *p)
{
    bool is_used = false;
    for (uint32_t i = 0; i < p->k->queues_len && !is_used; i++) {
        const struct cluster_queue *q = p->k->queues[i];
        is_used = q != NULL && q->pending.usage != NULL &&
                  q->pending.heap_len + q->pending.parked_len > 0;
    }
    return is_used ? kueue_next_sample_ns(p->k) : INT64_MAX;
}

static void wake(struct policy_kueue *p, struct acts *a)
{
    const int64_t flush = kueue_next_flush_ns(p->k), sample = next_sample_ns(p);
    const int64_t next = flush < sample ? flush : sample;
    if (next == INT64_MAX || next == p->wakes_at_ns)
        return;
    p->wakes_at_ns = next;
    act_wake(a, next, PHASE_TIMER, TOKEN_WAKE);
}

static void arrive(struct policy_kueue *p, struct acts *a, uint32_t job)
{
    struct tracked *t = policy_kueue_track(p, acts_job(a, job));
    const bool is_queued = kueue_queue(p->k, t->w, acts_now_ns(a));
    act_wait(a, job, is_queued ? PENDING_NONE : PENDING_MISCONFIGURED);
    if (!is_queued)
        act_tell(a, "pending", job, "its LocalQueue or ClusterQueue does not exist");
}

/* It was evicted, and has stopped. */
static void come_back(struct policy_kueue *p, struct acts *a, uint32_t job)
{
    struct tracked *t = policy_kueue_tracked(p, job);
    t->state = TRACKED_WAITS;
    if (t->w->has_quota)
        kueue_release(p->k, t->w, acts_now_ns(a));
    act_wait(a, job, PENDING_NONE);
}

static void notify(void *state, const struct note *n, struct acts *a)
{
    struct policy_kueue *p = state;
    name_buckets(p, a);
    kueue_sample(p->k, acts_now_ns(a));
    switch (n->kind) {
    case NOTE_ARRIVED:
        arrive(p, a, n->job);
        break;
    case NOTE_REQUEUED:
        come_back(p, a, n->job);
        break;
    case NOTE_ENDED:
        policy_kueue_forget(p, n->job, acts_now_ns(a));
        break;
    case NOTE_TIMER:
        p->wakes_at_ns = INT64_MIN;
        kueue_flush(p->k, acts_now_ns(a));
        break;
    default:
        break;
    }
    wake(p, a);
}

/* --- decisions --- */

static void admit(struct policy_kueue *p, struct acts *a, const struct kueue_workload *w)
{
    struct tracked *t = policy_kueue_tracked(p, (uint32_t)w->number);
    enum { GROUPS_MOST = 64 };
    struct group_admission groups[GROUPS_MOST];
    SIM_REQUIRE(w->shape->sets_len <= GROUPS_MOST);
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        groups[s] = (struct group_admission){
            .count = w->sets[s].count,
            .request = policy_kueue_flavored(p, t->requests[s], &w->sets[s])};
    t->state = TRACKED_RUNS;
    kueue_admit(p->k, t->w, acts_now_ns(a));
    act_admit(a, &(struct admission){.job = t->job, .groups = groups});
}

static void tell_preemption(const struct policy_kueue *p, struct acts *a, const struct decision *d)
{
    char name[NAME_TEXT], text[NAME_TEXT + 64];
    job_name(p->env.names, acts_job(a, (uint32_t)d->by->number), name, sizeof name);
    const int len = snprintf(text, sizeof text, "%s, by %s", preempt_reason_name(d->preempt), name);
    SIM_REQUIRE(len > 0 && (size_t)len < sizeof text);
    act_tell(a, "preempted", (uint32_t)d->w->number, text);
}

static void evict(struct policy_kueue *p, struct acts *a, const struct decision *d)
{
    struct tracked *t = policy_kueue_tracked(p, (uint32_t)d->w->number);
    if (acts_wants_detail(a))
        tell_preemption(p, a, d);
    t->state = TRACKED_STOPS;
    act_stop(a, &(struct stop){.job = t->job,
                               .task = TASK_NONE,
                               .cause = END_PREEMPTED,
                               .hold_ns = p->termination_ns,
                               .requeue = true});
}

static void explain(struct policy_kueue *p, struct acts *a, const struct decision *d)
{
    struct tracked *t = policy_kueue_tracked(p, (uint32_t)d->w->number);
    act_wait(a, t->job, d->why);
    if (!acts_wants_detail(a))
        return;
    struct arena *arena = arena_new();
    const char *text = decision_text(arena, p->env.names, d);
    const uint64_t told = kueue_told(d, text);
    if (told != t->told)
        act_tell(a, "pending", t->job, text);
    t->told = told;
    arena_free(arena);
}

static void carry_out(struct policy_kueue *p, struct acts *a)
{
    for (uint32_t i = 0; i < p->k->decisions_len; i++) {
        const struct decision d = p->k->decisions[i];
        if (d.kind == DECIDED_RESERVE)
            admit(p, a, d.w);
        else if (d.kind == DECIDED_EVICT)
            evict(p, a, &d);
        else
            explain(p, a, &d);
    }
    p->k->decisions_len = 0;
}

static enum verdict decide(void *state, struct acts *a)
{
    struct policy_kueue *p = state;
    while (kueue_has_work(p->k)) {
        kueue_cycle(p->k, acts_now_ns(a));
        carry_out(p, a);
    }
    wake(p, a);
    return SETTLED;
}

/* --- what queues.csv shows --- */

/* Row i: a ClusterQueue and a resource it covers. */
static struct cluster_queue *row(const struct policy_kueue *p, size_t i, uint32_t *resource)
{
    for (uint32_t n = 0; n < p->k->queues_len; n++) {
        struct cluster_queue *q = p->k->queues[n];
        for (uint32_t g = 0; q != NULL && g < q->spec->groups_len; g++) {
            if (i < q->spec->groups[g].resources_len) {
                *resource = q->spec->groups[g].resources[i];
                return q;
            }
            i -= q->spec->groups[g].resources_len;
        }
    }
    return NULL;
}

static bool queue_at(void *state, size_t i, struct queue_view *out)
{
    const struct policy_kueue *p = state;
    uint32_t resource;
    const struct cluster_queue *q = row(p, i, &resource);
    if (q == NULL)
        return false;
    *out = (struct queue_view){.name = q->spec->name,
                               .resource = resource,
                               .pending = q->pending.heap_len + q->pending.parked_len,
                               .admitted = q->held_len};
    const struct quota_tree *t = q->node->tree;
    for (uint32_t c = 0; c < t->columns_len; c++) {
        const struct quota_cell *cell = &q->node->cells[c];
        if (t->columns[c].resource != resource)
            continue;
        out->nominal = qty_add(out->nominal, cell->nominal);
        out->used = qty_add(out->used, cell->usage);
        out->borrowed = qty_add(out->borrowed, qty_max(0, qty_sub(cell->usage, cell->nominal)));
    }
    return true;
}

/* --- the end --- */

static void close_policy(void *state)
{
    struct policy_kueue *p = state;
    for (uint32_t i = 0; i < p->tracked_cap; i++)
        free(p->tracked[i].requests);
    free(p->tracked);
    kueue_free(p->k);
    shape_maker_free(p->shapes);
    intern_free(p->shape_keys);
    intern_free(p->flavor_keys);
    free(p->shape_of);
    free(p->flavored);
    site_free(p->site);
    yaml_close(p->configuration_file);
    object_set_free(p->set);
}

extern const struct policy_ops policy_kueue;
const struct policy_ops policy_kueue = {
    .api = POLICY_API,
    .name = "kueue",
    .summary = "Kueue: quota in ClusterQueues and cohorts, with preemption; admits only",
    .roles = ROLE_ADMIT,
    .wants = NOTE_BIT(NOTE_ARRIVED) | NOTE_BIT(NOTE_REQUEUED) | NOTE_BIT(NOTE_ENDED) |
             NOTE_BIT(NOTE_TIMER),
    .state_bytes = sizeof(struct policy_kueue),
    .options = &policy_kueue_options,
    .reasons = policy_kueue_reasons,
    .open = policy_kueue_open,
    .notify = notify,
    .decide = decide,
    .queue_at = queue_at,
    .close = close_policy,
};
