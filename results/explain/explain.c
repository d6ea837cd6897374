#include "results/explain/explain.h"

#include "models/names.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/quantity.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 512 };

/* What a policy said last of a set of jobs. */
struct explain_bucket {
    uint32_t reason;
    char *text; /* owned; NULL: nothing */
};

/* Who left a node last. A name is made of it only if somebody asks. */
struct explain_leaver {
    struct job job; /* its number and names; number 0: nobody */
    int64_t at_ns;
};

void explain_init(struct explain *e, const struct explain_asked *asked)
{
    *e = (struct explain){.asked = *asked, .arena = arena_new()};
    const char *why;
    int64_t number;
    if (asked->job != NULL && quantity_int(asked->job, &number, &why) && number > 0)
        e->number = (uint64_t)number;
    const char *name = asked->job != NULL ? asked->job : asked->queue != NULL ? asked->queue : "";
    suggest_init(&e->near, name);
}

void explain_fini(struct explain *e)
{
    for (uint32_t i = 0; i < e->lives_len; i++)
        life_free(e->lives[i]);
    for (uint32_t b = 0; b < e->buckets_cap; b++)
        free(e->buckets[b].text);
    free(e->lives);
    free(e->life_of);
    free(e->buckets);
    free(e->leavers);
    arena_free(e->arena);
    *e = (struct explain){0};
}

const struct life *explain_job(const struct explain *e)
{
    return e->lives_len == 0 ? NULL : e->lives[0];
}

/* --- the observer --- */

struct watcher {
    struct explain *e;
};

static bool explain_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    struct watcher *w = state;
    struct explain *e = w->e = (struct explain *)(uintptr_t)env->options;
    e->sim = env->sim;
    e->start_ns = env->start_ns;
    e->reasons_len = simulation_reasons_len(env->sim);
    e->reasons = arena_alloc(e->arena, e->reasons_len * sizeof e->reasons[0]);
    for (size_t r = 0; r < e->reasons_len; r++)
        e->reasons[r] = arena_printf(e->arena, "%s", simulation_reason(env->sim, r));
    e->leavers = calloc(simulation_cluster(env->sim)->nodes_len + 1, sizeof e->leavers[0]);
    SIM_REQUIRE(e->leavers != NULL);
    struct explain_queue *q = &e->queue;
    q->waits_ns = arena_alloc(e->arena, e->reasons_len * sizeof q->waits_ns[0]);
    q->jobs_by = arena_alloc(e->arena, e->reasons_len * sizeof q->jobs_by[0]);
    q->most_ns = arena_alloc(e->arena, e->reasons_len * sizeof q->most_ns[0]);
    return true;
}

static struct life *life_of(const struct explain *e, const struct job *job)
{
    return job != NULL && job->id < e->life_of_cap && e->life_of[job->id] != 0
               ? e->lives[e->life_of[job->id] - 1]
               : NULL;
}

/* --- who is asked for --- */

/* A better one is copied: the one offered does not last. */
static void offer(struct explain *e, const char *name)
{
    const char *best = e->near.best;
    suggest_offer(&e->near, name);
    if (e->near.best != best)
        e->near.best = arena_printf(e->arena, "%s", name);
}

static bool is_asked_for(struct explain *e, const struct job *job)
{
    char name[NAME_MOST];
    if (e->asked.all || e->asked.job == NULL)
        return e->asked.all;
    if (e->number != 0 && job->number == e->number)
        return true;
    simulation_job_name(e->sim, job, name, sizeof name);
    if (strcmp(name, e->asked.job) != 0) {
        offer(e, name);
        return false;
    }
    return e->number == 0 && ++e->namesakes == 1;
}

static void arrive(struct explain *e, const struct job *job)
{
    e->jobs++;
    if (!is_asked_for(e, job))
        return;
    if (job->id >= e->life_of_cap) {
        const uint32_t cap = 2 * job->id + 64;
        e->life_of = realloc(e->life_of, cap * sizeof e->life_of[0]);
        SIM_REQUIRE(e->life_of != NULL);
        memset(&e->life_of[e->life_of_cap], 0, (cap - e->life_of_cap) * sizeof e->life_of[0]);
        e->life_of_cap = cap;
    }
    e->lives = life_more(e->lives, e->lives_len, &e->lives_cap, sizeof e->lives[0]);
    e->lives[e->lives_len++] = life_new(e->sim, job);
    e->life_of[job->id] = e->lives_len;
}

/* --- reasons --- */

static struct explain_bucket *bucket_of(struct explain *e, uint32_t bucket)
{
    if (bucket >= e->buckets_cap) {
        const uint32_t cap = 2 * bucket + 64;
        e->buckets = realloc(e->buckets, cap * sizeof e->buckets[0]);
        SIM_REQUIRE(e->buckets != NULL);
        memset(&e->buckets[e->buckets_cap], 0, (cap - e->buckets_cap) * sizeof e->buckets[0]);
        e->buckets_cap = cap;
    }
    return &e->buckets[bucket];
}

static void change_bucket(struct explain *e, const struct sim_event *ev)
{
    struct explain_bucket *b = bucket_of(e, ev->bucket);
    b->reason = ev->reason;
    free(b->text);
    b->text = ev->detail == NULL ? NULL : strdup(ev->detail);
    for (uint32_t i = 0; i < e->lives_len; i++) {
        struct life *l = e->lives[i];
        if (l->is_live && l->waits && l->bucket == ev->bucket)
            life_waits_for(l, ev->reason, ev->detail, ev->at_ns);
    }
}

static void join_bucket(struct explain *e, struct life *l, const struct sim_event *ev)
{
    l->bucket = ev->bucket;
    life_waits_for(l, ev->reason, bucket_of(e, ev->bucket)->text, ev->at_ns);
}

/* --- nodes --- */

static void note_leaver(const struct explain *e, const struct sim_event *ev)
{
    if (ev->node != NODE_NONE)
        e->leavers[ev->node] = (struct explain_leaver){{.number = ev->job->number,
                                                        .name_word = ev->job->name_word,
                                                        .ordinal = ev->job->ordinal,
                                                        .queue_word = ev->job->queue_word},
                                                       ev->at_ns};
}

/* Only of a node that was given back while the job waited. */
static void tell_leaver(const struct explain *e, struct life *l, const struct sim_event *ev)
{
    const struct explain_leaver *last = ev->node == NODE_NONE ? NULL : &e->leavers[ev->node];
    if (last != NULL && last->job.number != 0 && last->job.number != l->number &&
        last->at_ns > l->submit_ns)
        life_follows(l, e->sim, &last->job, last->at_ns);
}

static void explain_happened(void *state, const struct sim_event *ev)
{
    struct explain *e = ((struct watcher *)state)->e;
    if (ev->kind == SIM_ARRIVED)
        arrive(e, ev->job);
    if (ev->kind == SIM_REASON && ev->job == NULL) {
        change_bucket(e, ev);
        return;
    }
    if (ev->kind == SIM_RELEASED)
        note_leaver(e, ev);
    struct life *l = life_of(e, ev->job), *by = life_of(e, ev->by);
    if (l != NULL && ev->kind == SIM_REASON)
        join_bucket(e, l, ev);
    else if (l != NULL)
        life_happened(l, e->sim, ev);
    if (l != NULL && ev->kind == SIM_BOUND)
        tell_leaver(e, l, ev);
    if (by != NULL)
        life_displaced(by, e->sim, ev);
}

static void explain_moved(void *state, const struct job *job, enum job_state from)
{
    const struct explain *e = ((struct watcher *)state)->e;
    const int64_t now_ns = simulation_now_ns(e->sim);
    const bool gave_back =
        job->state == JOB_ENDED || (job->state == JOB_QUEUED && from != JOB_QUEUED);
    struct life *own = life_of(e, job);
    if (own != NULL)
        life_moved(own, job, now_ns);
    for (uint32_t i = 0; gave_back && i < e->lives_len; i++)
        life_left(e->lives[i], job, now_ns);
}

static void explain_settled(void *state, int64_t now_ns)
{
    (void)now_ns;
    const struct explain *e = ((struct watcher *)state)->e;
    for (uint32_t i = 0; i < e->lives_len; i++)
        life_settled(e->lives[i], e->sim);
}

/* --- the queue --- */

static void keep_longest(struct explain *e, const struct job *job, int64_t wait_ns, uint32_t reason)
{
    struct explain_queue *q = &e->queue;
    size_t at = q->longest_len;
    while (at > 0 && q->longest[at - 1].wait_ns < wait_ns)
        at--;
    if (at == EXPLAIN_WAITERS)
        return;
    if (q->longest_len < EXPLAIN_WAITERS)
        q->longest_len++;
    memmove(&q->longest[at + 1], &q->longest[at], (q->longest_len - 1 - at) * sizeof q->longest[0]);
    char name[NAME_MOST];
    simulation_job_name(e->sim, job, name, sizeof name);
    q->longest[at] = (struct explain_waiter){
        {job->number, arena_printf(e->arena, "%s", name), ""}, wait_ns, reason};
}

static void add_to_queue(struct explain *e, const struct job *job)
{
    struct explain_queue *q = &e->queue;
    const int64_t wait_ns = job->in_state_ns[JOB_QUEUED] + job->in_state_ns[JOB_ADMITTED];
    const int64_t *waits = simulation_waits(e->sim, job);
    uint32_t most = 0;
    q->jobs++;
    q->waited += wait_ns > 0;
    q->wait_ns += wait_ns;
    for (uint32_t r = 0; r < e->reasons_len; r++) {
        q->waits_ns[r] += waits[r];
        q->jobs_by[r] += waits[r] > 0;
        q->most_ns[r] = waits[r] > q->most_ns[r] ? waits[r] : q->most_ns[r];
        most = waits[r] > waits[most] ? r : most;
    }
    if (wait_ns > 0)
        keep_longest(e, job, wait_ns, most);
}

static void look_at_queue(struct explain *e, const struct job *job)
{
    const char *queue = job->queue_word == INTERN_NONE
                            ? ""
                            : intern_text(simulation_names(e->sim)->words, job->queue_word);
    if (strcmp(queue, e->asked.queue) == 0)
        add_to_queue(e, job);
    else
        offer(e, queue);
}

/* --- the end --- */

static void explain_job_over(void *state, const struct job *job)
{
    struct explain *e = ((struct watcher *)state)->e;
    struct life *l = life_of(e, job);
    if (e->asked.queue != NULL)
        look_at_queue(e, job);
    if (l == NULL)
        return;
    life_over(l, e->sim, job);
    e->life_of[job->id] = 0;
}

static bool explain_close(void *state, struct diag *d)
{
    (void)d;
    struct explain *e = ((struct watcher *)state)->e;
    e->end_ns = simulation_now_ns(e->sim);
    e->sim = NULL;
    return true;
}

const struct observer_ops observer_explain = {
    .api = OBSERVER_API,
    .name = "explain",
    .summary = "why a job waited, for `clustersim explain`",
    .state_bytes = sizeof(struct watcher),
    .wants = WANTS_JOBS | WANTS_EVENTS | WANTS_DETAIL | WANTS_MOVES | WANTS_SETTLED,
    .open = explain_open,
    .job_over = explain_job_over,
    .happened = explain_happened,
    .moved = explain_moved,
    .settled = explain_settled,
    .close = explain_close,
};
