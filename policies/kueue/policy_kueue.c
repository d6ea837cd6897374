#include "policies/kueue/policy_kueue.h"

#include "models/kubernetes/controller.h"
#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_NEAR, TOKEN_DEADLINE };

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
    [WAIT_CHECKS] = "admission_checks",
    [WAIT_BACKOFF] = "requeue_backoff",
    [WAIT_STOPPED] = "queue_stopped",
    [WAIT_REASONS] = NULL,
};

/* --- notes --- */

static void name_buckets(struct policy_kueue *p, struct acts *a)
{
    for (uint32_t r = 0; !p->is_ready && r < WAIT_REASONS; r++)
        act_bucket(a, r, r, NULL);
    p->is_ready = true;
}

/* Past usage is sampled for those who wait; nobody needs to be woken where nobody does. */
static int64_t next_sample_ns(const struct policy_kueue *p)
{
    bool is_used = false;
    if (!p->k->settings.afs.is_on)
        return INT64_MAX;
    for (uint32_t i = 0; i < p->k->queues_len && !is_used; i++) {
        const struct cluster_queue *q = p->k->queues[i];
        is_used = q != NULL && q->pending.usage != NULL &&
                  q->pending.heap_len + q->pending.parked_len > 0;
    }
    return is_used ? kueue_next_sample_ns(p->k) : INT64_MAX;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* One wake before or at that time is enough: it looks again. */
static void ask(struct policy_kueue *p, struct acts *a, unsigned token, int64_t at_ns)
{
    if (p->asked_ns[token] <= at_ns)
        return;
    p->asked_ns[token] = at_ns;
    act_wake(a, at_ns, PHASE_TIMER, token);
}

/* Deadlines are far away and many; what else is due is near. */
static void wake(struct policy_kueue *p, struct acts *a)
{
    const int64_t now_ns = acts_now_ns(a);
    int64_t next = least(kueue_next_flush_ns(p->k), next_sample_ns(p));
    /* What is due by now is what the decision of now is about. */
    if (kueue_next_second_pass_ns(p->k) > now_ns)
        next = least(next, kueue_next_second_pass_ns(p->k));
    if (policy_kueue_next_check_ns(p) > now_ns)
        next = least(next, policy_kueue_next_check_ns(p));
    next = least(next, policy_kueue_next_write_ns(p, now_ns));
    if (key_heap_top(&p->returns_due) != NULL)
        next = least(next, key_heap_top(&p->returns_due)->key);
    ask(p, a, TOKEN_NEAR, next);
    ask(p, a, TOKEN_DEADLINE, kueue_next_timer_ns(p->k));
}

static void arrive(struct policy_kueue *p, struct acts *a, uint32_t job)
{
    struct tracked *t = policy_kueue_track(p, acts_job(a, job));
    if (policy_kueue_take_over(p, a, t))
        return;
    kueue_queue(p->k, t->w, acts_now_ns(a));
    policy_kueue_wait(p, a, t);
    if (t->w->local_queue == NULL || t->w->local_queue->queue == NULL)
        act_tell(a, "pending", job, "its LocalQueue or ClusterQueue does not exist");
}

static void release(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    t->state = TRACKED_WAITS;
    t->write = 0;
    if (t->w->has_quota)
        kueue_release(p->k, t->w, acts_now_ns(a));
    policy_kueue_wait(p, a, t);
}

/* It was evicted, and has stopped. */
static void come_back(struct policy_kueue *p, struct acts *a, uint32_t job)
{
    struct tracked *t = policy_kueue_tracked(p, job);
    if (t->returns_ns <= acts_now_ns(a)) {
        release(p, a, t);
        return;
    }
    t->state = TRACKED_RETURNS;
    key_heap_push(&p->returns_due, (struct key_entry){t->returns_ns, p->returns_made++, job});
    policy_kueue_wait(p, a, t);
}

static void release_due(struct policy_kueue *p, struct acts *a)
{
    const struct key_entry *top;
    while ((top = key_heap_top(&p->returns_due)) != NULL && top->key <= acts_now_ns(a)) {
        struct tracked *t = policy_kueue_tracked(p, key_heap_pop(&p->returns_due).item);
        if (t != NULL && t->state == TRACKED_RETURNS && t->returns_ns <= acts_now_ns(a))
            release(p, a, t);
    }
}

/* All its pods run; of a controller that is told again when more of them do. */
static void start(struct policy_kueue *p, struct acts *a, uint32_t job)
{
    const struct job *j = acts_job(a, job);
    if (j->is_gang || (j->tasks_pending == 0 && j->tasks_unready == 0))
        kueue_set_ready(p->k, policy_kueue_tracked(p, job)->w, true, acts_now_ns(a));
}

/* Pods of a Job that need nobody in their place. */
static void reclaim(struct policy_kueue *p, struct tracked *t, const struct controller *c,
                    int64_t now_ns)
{
    if (c->kind != CONTROLLER_JOB || c->completions == UINT32_MAX || c->parallelism == 1 ||
        t->done >= c->completions)
        return;
    const uint32_t left = c->completions - t->done;
    if (left < c->parallelism)
        kueue_reclaim(p->k, t->w, 0, c->parallelism - left, now_ns);
}

static void lose_pods(struct policy_kueue *p, struct acts *a, const struct note *n)
{
    struct tracked *t = policy_kueue_tracked(p, n->job);
    const struct job *j = acts_job(a, n->job);
    if (t == NULL || t->state != TRACKED_RUNS || j->is_stopping)
        return;
    if (n->cause == END_DONE && j->extra->controller != NULL) {
        t->done += n->count;
        reclaim(p, t, j->extra->controller, acts_now_ns(a));
    } else if (n->cause == END_FAILED || n->cause == END_NODE) {
        kueue_set_ready(p->k, t->w, false, acts_now_ns(a));
    }
}

/* What is due at this instant: deadlines, then another look. */
static void catch_up(struct policy_kueue *p, struct acts *a)
{
    const int64_t now_ns = acts_now_ns(a);
    for (size_t i = 0; i < sizeof p->asked_ns / sizeof p->asked_ns[0]; i++)
        if (p->asked_ns[i] <= now_ns)
            p->asked_ns[i] = INT64_MAX;
    release_due(p, a);
    kueue_run_timers(p->k, now_ns);
    kueue_wake_second_passes(p->k, now_ns);
    kueue_flush(p->k, now_ns);
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
    case NOTE_STARTED:
        start(p, a, n->job);
        break;
    case NOTE_BOUND:
        policy_kueue_pods_moved(p, a, n, 1);
        break;
    case NOTE_RELEASED:
        policy_kueue_pods_moved(p, a, n, -1);
        lose_pods(p, a, n);
        break;
    case NOTE_NODE_CHANGED:
        policy_kueue_node_changed(p, a, n->node);
        break;
    case NOTE_TIMER:
        catch_up(p, a);
        break;
    case NOTE_EDIT:
        policy_kueue_edit(p, a, n->token);
        break;
    default:
        break;
    }
    wake(p, a);
}

/* --- decisions --- */

static bool has_work(const struct policy_kueue *p, const struct acts *a)
{
    return kueue_has_work(p->k) && p->stands_until_ns <= acts_now_ns(a);
}

/* Cycles until one has something to carry out: that ends the round. Real Kueue can evict and admit
 * the same workloads again and again, and the kernel sees that. */
static enum verdict decide(void *state, struct acts *a)
{
    struct policy_kueue *p = state;
    if (policy_kueue_go_on(p, a))
        return AGAIN; /* once its pods are on their nodes */
    policy_kueue_answer_checks(p, a);
    policy_kueue_write_due(p, a);
    policy_kueue_carry_out(p, a);
    for (bool acted = false; !acted && has_work(p, a);) {
        kueue_cycle(p->k, acts_now_ns(a));
        acted = policy_kueue_carry_out(p, a);
    }
    if (has_work(p, a))
        return AGAIN; /* after what became due meanwhile: pods that end or get a node */
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

/* --- what `clustersim explain` asks --- */

static int64_t holds(void *state, uint32_t holder, uint32_t waiting, const struct wait_need *need,
                     const char **queue)
{
    const struct policy_kueue *p = state;
    const struct tracked *h = policy_kueue_tracked(p, holder),
                         *w = policy_kueue_tracked(p, waiting);
    if (h == NULL || w == NULL || !h->w->has_quota || h->w->queue == NULL || w->w->queue == NULL ||
        h->w->queue->node->tree != w->w->queue->node->tree)
        return 0;
    int64_t held = 0;
    for (uint32_t s = 0; h->w->sets != NULL && s < h->w->shape->sets_len; s++) {
        for (uint32_t i = 0; i < h->w->sets[s].len; i++) {
            const struct assigned *r = &h->w->sets[s].resources[i];
            if (r->resource == need->resource &&
                strcmp(intern_text(p->env.names->words, r->flavor), need->flavor) == 0)
                held = qty_add(held, r->qty);
        }
    }
    *queue = h->w->queue->spec->name;
    return held;
}

/* --- the end --- */

void policy_kueue_close(void *state)
{
    struct policy_kueue *p = state;
    for (uint32_t i = 0; i < p->tracked_cap; i++)
        free(p->tracked[i].requests);
    free(p->tracked);
    key_heap_fini(&p->checks_due);
    key_heap_fini(&p->returns_due);
    key_heap_fini(&p->writes_due);
    kueue_free(p->k);
    shape_maker_free(p->shapes);
    intern_free(p->shape_keys);
    intern_free(p->flavor_keys);
    free(p->shape_of);
    free(p->flavored);
    site_free(p->site);
    arena_free(p->scratch);
    free(p->capacities);
    free(p->live);
    free(p->places);
    yaml_close(p->configuration_file);
    policy_kueue_free_edits(p); /* what they brought was in use */
    object_set_free(p->set);
}

extern const struct policy_ops policy_kueue;
const struct policy_ops policy_kueue = {
    .api = POLICY_API,
    .name = "kueue",
    .summary = "Kueue: quota in ClusterQueues and cohorts, with preemption; admits only",
    .roles = ROLE_ADMIT,
    .wants = NOTE_BIT(NOTE_ARRIVED) | NOTE_BIT(NOTE_REQUEUED) | NOTE_BIT(NOTE_ENDED) |
             NOTE_BIT(NOTE_STARTED) | NOTE_BIT(NOTE_BOUND) | NOTE_BIT(NOTE_RELEASED) |
             NOTE_BIT(NOTE_NODE_CHANGED) | NOTE_BIT(NOTE_TIMER) | NOTE_BIT(NOTE_EDIT),
    .state_bytes = sizeof(struct policy_kueue),
    .options = &policy_kueue_options,
    .reasons = policy_kueue_reasons,
    .open = policy_kueue_open,
    .parse_edit = policy_kueue_parse_edit,
    .notify = notify,
    .decide = decide,
    .queue_at = queue_at,
    .holds = holds,
    .close = policy_kueue_close,
};
