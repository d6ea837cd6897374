#include "policies/slurm/slurm_ctld.h"

#include "policies/slurm/node_set.h"
#include "policies/slurm/slurm_backfill.h"
#include "policies/slurm/slurm_fit.h"
#include "sim/check.h"

#include <stdlib.h>

static void *zeroed(size_t len, size_t bytes)
{
    void *p = calloc(len + 1, bytes);
    SIM_REQUIRE(p != NULL);
    return p;
}

void slurm_ctld_init(struct slurm_ctld *c, const struct slurm_site *site,
                     const struct slurm_hooks *hooks)
{
    *c = (struct slurm_ctld){
        .site = site,
        .hooks = *hooks,
        .shapes = slurm_shapes_new(site),
        .priorities = slurm_priorities_new(site),
        .queues = zeroed(site->partitions_len, sizeof(struct slurm_queue)),
        .up = zeroed(site->words, sizeof(uint64_t)),
        .completing = zeroed(site->words, sizeof(uint64_t)),
        .completing_on = zeroed(site->nodes_len, sizeof(uint16_t)),
        .can_run = zeroed(site->partitions_len, sizeof(uint8_t *)),
        .can_run_len = zeroed(site->partitions_len, sizeof(uint32_t)),
        .walks = zeroed(site->partitions_len, sizeof(struct queue_walk)),
        .failed = zeroed(site->partitions_len, sizeof(bool)),
        .looked_at = zeroed(site->partitions_len, sizeof(uint32_t)),
        .next_number = 1,
        .backfill = slurm_backfill_new(site),
    };
    for (size_t i = 0; i < sizeof c->scratch / sizeof c->scratch[0]; i++)
        c->scratch[i] = zeroed(site->words, sizeof(uint64_t));
    slurm_ledger_init(&c->ledger, site);
    slurm_selector_init(&c->selector, &c->ledger);
    pool_init(&c->jobs, sizeof(struct slurm_job));
    for (uint32_t n = 0; n < site->nodes_len; n++)
        if (site->nodes[n].is_up)
            node_set_put(c->up, n);
}

void slurm_ctld_fini(struct slurm_ctld *c)
{
    for (uint32_t id = 0; id < c->jobs.cap; id++)
        if (pool_has(&c->jobs, id))
            free(slurm_ctld_job(c, id)->allocs);
    for (uint32_t p = 0; p < c->site->partitions_len; p++) {
        slurm_queue_fini(&c->queues[p]);
        free(c->can_run[p]);
    }
    for (size_t i = 0; i < sizeof c->scratch / sizeof c->scratch[0]; i++)
        free(c->scratch[i]);
    free(c->queues);
    free(c->up);
    free(c->completing);
    free(c->completing_on);
    free(c->can_run);
    free(c->can_run_len);
    free(c->walks);
    free(c->failed);
    free(c->looked_at);
    free(c->running);
    slurm_backfill_free(c->backfill);
    slurm_selector_fini(&c->selector);
    slurm_ledger_fini(&c->ledger);
    slurm_shapes_free(c->shapes);
    slurm_priorities_free(c->priorities);
    pool_fini(&c->jobs);
    *c = (struct slurm_ctld){0};
}

/* --- pending jobs --- */

static struct queue_entry entry_of(const struct slurm_job *job)
{
    return (struct queue_entry){.rank = slurm_queue_rank(job->priority, job->submit_s),
                                .number = job->number,
                                .job = job->id};
}

static void enqueue(struct slurm_ctld *c, struct slurm_job *job)
{
    const struct queue_entry e = entry_of(job);
    slurm_queue_push(&c->queues[job->partition], &e);
    c->pending_len++;
    job->state = SLURM_PENDING;
}

static void dequeue(struct slurm_ctld *c, struct slurm_job *job)
{
    const struct queue_entry e = entry_of(job);
    slurm_queue_remove(&c->queues[job->partition], &e);
    c->pending_len--;
}

static bool share_nodes(const struct slurm_site *s, uint32_t a, uint32_t b)
{
    return node_set_meets(s->partitions[a].nodes, s->partitions[b].nodes, s->words);
}

/* Whether somebody in the queue has more than this priority. Jobs too young to reserve do not
 * count: with a minimum age the walk may have to pass some of those. */
static bool has_more(const struct slurm_ctld *c, const struct slurm_queue *q, int64_t priority,
                     int64_t now_s)
{
    struct queue_walk walk = {.block = 0};
    for (const struct queue_entry *e; (e = slurm_queue_at(q, &walk)) != NULL;
         slurm_queue_step(&walk)) {
        const struct slurm_job *job = slurm_ctld_job(c, e->job);
        if ((int64_t)job->priority <= priority)
            return false;
        if (now_s - job->begin_s >= c->site->params.bf_min_age_reserve_s)
            return true;
    }
    return false;
}

/* Whether a job that waits goes before it, in its partition or in one that shares its nodes: sbatch
 * looks before any pass does. */
static bool has_better(const struct slurm_ctld *c, const struct slurm_job *job)
{
    const struct slurm_site *s = c->site;
    const uint32_t tier = s->partitions[job->partition].tier;
    for (uint32_t p = 0; p < s->partitions_len; p++) {
        const struct slurm_partition *part = &s->partitions[p];
        if (part->state != PARTITION_UP || part->tier < tier ||
            (p != job->partition && !share_nodes(s, p, job->partition)))
            continue;
        if (has_more(c, &c->queues[p], part->tier > tier ? -1 : (int64_t)job->priority,
                     job->submit_s))
            return true;
    }
    return false;
}

/* --- priority by factors --- */

static uint32_t priority_at(const struct slurm_ctld *c, const struct slurm_job *job, int64_t now_s)
{
    const struct slurm_priority_params *p = &c->site->params.priority;
    const int64_t since_s = p->accrues_always ? job->submit_s : job->begin_s;
    return slurm_priority_at(p, &job->factors, now_s - since_s);
}

static void calculate_first(struct slurm_ctld *c, struct slurm_job *job)
{
    job->is_by_factors = true;
    slurm_factors_of(c->priorities, slurm_shape_get(c->shapes, job->shape), job->partition,
                     job->limit_min, &job->factors);
    job->priority = priority_at(c, job, job->submit_s);
}

struct recalculation {
    struct slurm_ctld *c;
    int64_t now_s;
};

static uint64_t rank_now(void *context, uint32_t id)
{
    const struct recalculation *r = context;
    struct slurm_job *job = slurm_ctld_job(r->c, id);
    if (job->is_by_factors)
        job->priority = priority_at(r->c, job, r->now_s);
    return slurm_queue_rank(job->priority, job->submit_s);
}

bool slurm_ctld_recalculate(struct slurm_ctld *c, int64_t now_s)
{
    struct recalculation r = {c, now_s};
    bool is_changed = false;
    for (uint32_t p = 0; p < c->site->partitions_len; p++)
        is_changed |= slurm_queue_rerank(&c->queues[p], rank_now, &r);
    return is_changed;
}

struct slurm_job *slurm_ctld_submit(struct slurm_ctld *c, const struct slurm_submission *s)
{
    const uint32_t id = pool_take(&c->jobs);
    struct slurm_job *job = slurm_ctld_job(c, id);
    *job = (struct slurm_job){
        .id = id,
        .number = s->number != 0 ? s->number : c->next_number++,
        .partition = s->partition,
        .shape = slurm_shape_add(c->shapes, &s->request),
        .user = s->user,
        .priority = s->priority,
        .submit_s = s->submit_s,
        .begin_s = s->begin_s,
        .limit_min = s->limit_min,
        .tag = s->tag,
    };
    if (s->is_by_factors)
        calculate_first(c, job);
    if (has_better(c, job))
        job->reason = REASON_PRIORITY;
    enqueue(c, job);
    return job;
}

void slurm_ctld_release(struct slurm_ctld *c, struct slurm_job *job)
{
    SIM_REQUIRE(job->state == SLURM_HELD);
    enqueue(c, job);
    slurm_ctld_set_reason(c, job, REASON_NONE);
}

void slurm_ctld_hold(struct slurm_ctld *c, struct slurm_job *job, enum slurm_reason reason)
{
    SIM_REQUIRE(job->state == SLURM_PENDING);
    dequeue(c, job);
    job->state = SLURM_HELD;
    slurm_ctld_set_reason(c, job, reason);
}

void slurm_ctld_set_reason(struct slurm_ctld *c, struct slurm_job *job, enum slurm_reason reason)
{
    job->reason = reason;
    if (c->hooks.waits != NULL)
        c->hooks.waits(c->hooks.context, job);
}

/* --- running jobs --- */

static bool ends_before(const struct running_job *a, const struct running_job *b)
{
    return a->end_s != b->end_s ? a->end_s < b->end_s : a->number < b->number;
}

/* Where r stands among the running jobs, or would. */
static size_t find_running(const struct slurm_ctld *c, const struct running_job *r)
{
    size_t low = 0, high = c->running_len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ends_before(&c->running[middle], r))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void add_running(struct slurm_ctld *c, const struct slurm_job *job)
{
    const struct running_job r = {
        .end_s = job->end_s,
        .number = job->number,
        .job = job->id,
        .node = job->allocs_len == 1 ? job->allocs[0].node : UINT32_MAX,
    };
    if (c->running_len == c->running_cap) {
        c->running_cap = c->running_cap == 0 ? 64 : 2 * c->running_cap;
        c->running = realloc(c->running, c->running_cap * sizeof c->running[0]);
        SIM_REQUIRE(c->running != NULL);
    }
    const size_t at = find_running(c, &r);
    memmove(&c->running[at + 1], &c->running[at], (c->running_len - at) * sizeof c->running[0]);
    c->running[at] = r;
    c->running_len++;
    c->running_version++;
}

static void drop_running(struct slurm_ctld *c, const struct slurm_job *job)
{
    const struct running_job r = {.end_s = job->end_s, .number = job->number};
    const size_t at = find_running(c, &r);
    SIM_REQUIRE(at < c->running_len && c->running[at].job == job->id);
    c->running_len--;
    memmove(&c->running[at], &c->running[at + 1], (c->running_len - at) * sizeof c->running[0]);
    c->running_version++;
}

static int by_node(const void *a, const void *b)
{
    const struct slurm_pick *x = a, *y = b;
    return (x->node > y->node) - (x->node < y->node);
}

/* All tasks, at least one on each node, no more than its CPUs carry; nothing without a task. */
static void spread_tasks(struct slurm_selector *s, const struct slurm_shape *shape)
{
    const struct slurm_request *r = &shape->r;
    uint32_t left = r->tasks;
    for (size_t i = 0; i < s->picks_len && r->tasks > 0; i++) {
        struct slurm_pick *pick = &s->picks[i];
        const uint32_t others = (uint32_t)(s->picks_len - 1 - i);
        const uint32_t most = left > others ? left - others : 1;
        const uint32_t room = pick->cpus / r->cpus_per_task;
        const uint32_t tasks = others == 0 || room > most ? most : room;
        left -= tasks < left ? tasks : left;
        pick->cpus = tasks * r->cpus_per_task;
        if (shape->gpu != NULL && shape->gpu->scope == WANT_PER_TASK)
            pick->gpus = shape->gpu->count * tasks;
    }
}

void slurm_ctld_start(struct slurm_ctld *c, struct slurm_job *job, int64_t now_s)
{
    struct slurm_selector *s = &c->selector;
    const struct slurm_shape *shape = slurm_shape_get(c->shapes, job->shape);
    SIM_REQUIRE(job->state == SLURM_PENDING && s->picks_len > 0);
    dequeue(c, job);
    if (s->picks_len > 1)
        qsort(s->picks, s->picks_len, sizeof s->picks[0], by_node);
    job->allocs_len = (uint32_t)s->picks_len;
    job->allocs = zeroed(s->picks_len, sizeof job->allocs[0]);
    spread_tasks(s, shape);
    for (uint32_t i = 0; i < job->allocs_len; i++) {
        SIM_REQUIRE(slurm_offer_take(&c->ledger, shape, &s->picks[i], &job->allocs[i]));
        slurm_ledger_take(&c->ledger, &job->allocs[i]);
    }
    job->state = SLURM_RUNNING;
    job->start_s = now_s;
    job->end_s = now_s + 60 * slurm_ctld_plan_min(c, job, true);
    add_running(c, job);
    if (c->hooks.started != NULL)
        c->hooks.started(c->hooks.context, job);
}

static void count_completing(struct slurm_ctld *c, const struct slurm_job *job, int by)
{
    c->completing_len += (uint32_t)by;
    for (uint32_t i = 0; i < job->allocs_len; i++) {
        const uint32_t node = job->allocs[i].node;
        c->completing_on[node] = (uint16_t)(c->completing_on[node] + by);
        if (c->completing_on[node] > 0)
            node_set_put(c->completing, node);
        else
            node_set_drop(c->completing, node);
    }
}

void slurm_ctld_complete(struct slurm_ctld *c, uint32_t id, int64_t now_s)
{
    struct slurm_job *job = slurm_ctld_job(c, id);
    SIM_REQUIRE(job->state == SLURM_RUNNING && !job->is_completing);
    drop_running(c, job);
    job->is_completing = true;
    if (job->end_s > now_s)
        job->end_s = now_s;
    add_running(c, job);
    count_completing(c, job, 1);
}

void slurm_ctld_end(struct slurm_ctld *c, uint32_t id)
{
    struct slurm_job *job = slurm_ctld_job(c, id);
    if (job->state == SLURM_PENDING)
        dequeue(c, job);
    if (job->state == SLURM_RUNNING) {
        drop_running(c, job);
        if (job->is_completing)
            count_completing(c, job, -1);
        for (uint32_t i = 0; i < job->allocs_len; i++)
            slurm_ledger_give(&c->ledger, &job->allocs[i]);
    }
    free(job->allocs);
    pool_give(&c->jobs, id);
}

int64_t slurm_ctld_limit_min(const struct slurm_ctld *c, const struct slurm_job *job)
{
    const struct slurm_partition *p = &c->site->partitions[job->partition];
    if (job->limit_min != SLURM_NOT_SET)
        return job->limit_min;
    return p->default_time_min != SLURM_NOT_SET ? p->default_time_min : p->max_time_min;
}

int64_t slurm_ctld_plan_min(const struct slurm_ctld *c, const struct slurm_job *job,
                            bool has_started)
{
    enum { YEAR_MIN = 365 * 24 * 60 };
    const struct slurm_partition *p = &c->site->partitions[job->partition];
    int64_t limit = slurm_ctld_limit_min(c, job);
    if (!has_started && job->limit_min == SLURM_NOT_SET)
        limit = p->max_time_min;
    if (!has_started && limit > p->max_time_min)
        limit = p->max_time_min;
    return limit == SLURM_NO_LIMIT ? YEAR_MIN : limit;
}

/* --- nodes --- */

void slurm_ctld_set_node(struct slurm_ctld *c, uint32_t node, bool is_up)
{
    if (is_up && c->site->nodes[node].is_up)
        node_set_put(c->up, node);
    else
        node_set_drop(c->up, node);
}

bool slurm_ctld_test(struct slurm_ctld *c, const struct slurm_job *job, const uint64_t *cand)
{
    struct slurm_shape *shape = slurm_shape_get(c->shapes, job->shape);
    const struct slurm_query q = {
        .shape = shape,
        .state = USE_LIVE,
        .fits = slurm_fit_now(&c->ledger, shape),
        .cand = cand,
    };
    return slurm_select(&c->selector, &q);
}

bool slurm_ctld_select(struct slurm_ctld *c, const struct slurm_job *job, const uint64_t *cand)
{
    if (c->completing_len == 0)
        return slurm_ctld_test(c, job, cand);
    uint64_t *rid = c->scratch[3];
    node_set_copy(rid, cand, c->site->words);
    node_set_minus(rid, c->completing, c->site->words);
    return slurm_ctld_test(c, job, rid);
}

bool slurm_ctld_select_empty(struct slurm_ctld *c, const struct slurm_job *job,
                             const uint64_t *cand)
{
    const struct slurm_shape *shape = slurm_shape_get(c->shapes, job->shape);
    uint64_t *fits = c->scratch[2];
    const struct slurm_query q = {.shape = shape, .state = USE_EMPTY, .fits = fits, .cand = cand};
    node_set_clear(fits, c->site->words);
    for (uint32_t n = node_set_next(cand, c->site->words, 0); n != UINT32_MAX;
         n = node_set_next(cand, c->site->words, n + 1)) {
        struct node_offer o;
        slurm_offer(&c->ledger, USE_EMPTY, shape, n, &o);
        if (o.fits)
            node_set_put(fits, n);
    }
    return slurm_select(&c->selector, &q);
}

enum { CAN_RUN = 1, CANNOT_RUN = 2 };

bool slurm_ctld_can_run(struct slurm_ctld *c, const struct slurm_job *job)
{
    const uint32_t p = job->partition;
    if (job->shape >= c->can_run_len[p]) {
        const uint32_t len = (uint32_t)slurm_shapes_len(c->shapes);
        c->can_run[p] = realloc(c->can_run[p], len);
        SIM_REQUIRE(c->can_run[p] != NULL);
        memset(c->can_run[p] + c->can_run_len[p], 0, len - c->can_run_len[p]);
        c->can_run_len[p] = len;
    }
    uint8_t *known = &c->can_run[p][job->shape];
    if (*known == 0)
        *known =
            slurm_ctld_select_empty(c, job, c->site->partitions[p].nodes) ? CAN_RUN : CANNOT_RUN;
    return *known == CAN_RUN;
}

/* --- walking the queues --- */

void slurm_ctld_begin_walk(struct slurm_ctld *c)
{
    const uint32_t len = c->site->partitions_len;
    memset(c->walks, 0, len * sizeof c->walks[0]);
    memset(c->looked_at, 0, len * sizeof c->looked_at[0]);
    memset(c->failed, 0, len * sizeof c->failed[0]);
    for (uint32_t p = 0; p < len; p++)
        if (c->site->partitions[p].state != PARTITION_UP)
            c->walks[p].block = SIZE_MAX / 2;
}

struct slurm_job *slurm_ctld_next(struct slurm_ctld *c, const bool *skip)
{
    const struct queue_entry *best = NULL;
    uint32_t tier = 0;
    for (uint32_t p = 0; p < c->site->partitions_len; p++) {
        if (skip != NULL && skip[p])
            continue;
        const struct queue_entry *e = slurm_queue_at(&c->queues[p], &c->walks[p]);
        const uint32_t its = c->site->partitions[p].tier;
        if (e == NULL || (best != NULL && its < tier))
            continue;
        if (best == NULL || its > tier || queue_entry_precedes(e, best)) {
            best = e;
            tier = its;
        }
    }
    return best == NULL ? NULL : slurm_ctld_job(c, best->job);
}
