/*
 * Heaps are event queues that are never popped, only peeked at and cancelled, so that their clock
 * stands: the time is the priority, upside down, and the key the order of coming. Invariant: a
 * bucket is in `open` if and only if it is open and has a ready unit, at the place of its head.
 */
#include "policies/kube_scheduler/pod_pool.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
enum { FIRST_BACKOFF_S = 1, MOST_BACKOFF_S = 10 };

void pod_pool_init(struct pod_pool *p)
{
    *p = (struct pod_pool){0};
    pool_init(&p->units, sizeof(struct pod_unit));
    p->open = event_queue_new(INT64_MIN);
    p->backoff = event_queue_new(INT64_MIN);
}

void pod_pool_fini(struct pod_pool *p)
{
    for (uint32_t b = 0; b < p->buckets_len; b++)
        event_queue_free(p->buckets[b].ready);
    pool_fini(&p->units);
    free(p->buckets);
    free(p->free_buckets);
    free(p->first_bucket);
    free(p->first_unit);
    free(p->last_unit);
    event_queue_free(p->open);
    event_queue_free(p->backoff);
}

struct pod_unit *pod_pool_unit(const struct pod_pool *p, uint32_t unit)
{
    return pool_at(&p->units, unit);
}

bool pod_pool_has(const struct pod_pool *p, uint32_t unit, uint64_t came)
{
    return pool_has(&p->units, unit) && pod_pool_unit(p, unit)->came == came;
}

/* --- heaps --- */

static uint32_t push(struct event_queue *q, const struct pod_unit *u, uint32_t subject)
{
    return event_queue_push(
        q, &(struct event){.time_ns = -(int64_t)u->priority, .key = u->came, .subject = subject});
}

static uint32_t head_of(const struct event_queue *q)
{
    struct event first;
    return event_queue_peek(q, &first) ? first.subject : UNIT_NONE;
}

/* Puts the bucket where its head belongs. */
static void rank_bucket(struct pod_pool *p, uint32_t bucket)
{
    struct pod_bucket *b = &p->buckets[bucket];
    const uint32_t head = b->is_open ? head_of(b->ready) : UNIT_NONE;
    if (head == b->handle_unit)
        return;
    event_queue_cancel(p->open, &b->handle);
    b->handle_unit = head;
    if (head != UNIT_NONE)
        b->handle = push(p->open, pod_pool_unit(p, head), bucket);
}

/* --- buckets --- */

static void know_request(struct pod_pool *p, uint32_t request)
{
    const size_t old = p->requests_cap;
    while (p->requests_cap <= request)
        p->requests_cap = p->requests_cap == 0 ? 64 : 2 * p->requests_cap;
    p->first_bucket = realloc(p->first_bucket, p->requests_cap * sizeof p->first_bucket[0]);
    SIM_REQUIRE(p->first_bucket != NULL);
    for (size_t i = old; i < p->requests_cap; i++)
        p->first_bucket[i] = BUCKET_GONE;
}

static uint32_t fresh_bucket(struct pod_pool *p)
{
    if (p->free_buckets_len > 0)
        return p->free_buckets[--p->free_buckets_len];
    if (p->buckets_len == p->buckets_cap) {
        p->buckets_cap = p->buckets_cap == 0 ? 16 : 2 * p->buckets_cap;
        p->buckets = realloc(p->buckets, p->buckets_cap * sizeof p->buckets[0]);
        p->free_buckets = realloc(p->free_buckets, p->buckets_cap * sizeof p->free_buckets[0]);
        SIM_REQUIRE(p->buckets != NULL && p->free_buckets != NULL);
    }
    p->buckets[p->buckets_len].ready = event_queue_new(INT64_MIN);
    return p->buckets_len++;
}

static uint32_t bucket_for(struct pod_pool *p, const struct pod_bucket *like)
{
    if (like->request >= p->requests_cap)
        know_request(p, like->request);
    uint32_t i = p->first_bucket[like->request];
    while (i != BUCKET_GONE &&
           (p->buckets[i].need != like->need || p->buckets[i].owner != like->owner))
        i = p->buckets[i].next;
    if (i != BUCKET_GONE)
        return i;
    i = fresh_bucket(p);
    struct event_queue *ready = p->buckets[i].ready;
    p->buckets[i] = (struct pod_bucket){
        .request = like->request,
        .need = like->need,
        .owner = like->owner,
        .next = p->first_bucket[like->request],
        .handle = EVENT_NONE,
        .handle_unit = UNIT_NONE,
        .is_open = true,
        .ready = ready,
    };
    p->first_bucket[like->request] = i;
    return i;
}

static void free_bucket(struct pod_pool *p, uint32_t bucket)
{
    uint32_t *link = &p->first_bucket[p->buckets[bucket].request];
    while (*link != bucket)
        link = &p->buckets[*link].next;
    *link = p->buckets[bucket].next;
    p->free_buckets[p->free_buckets_len++] = bucket;
}

void pod_pool_open(struct pod_pool *p, uint32_t bucket)
{
    p->buckets[bucket].is_open = true;
    rank_bucket(p, bucket);
}

void pod_pool_close(struct pod_pool *p, uint32_t bucket)
{
    p->buckets[bucket].is_open = false;
    rank_bucket(p, bucket);
}

/* --- units --- */

static void know_job(struct pod_pool *p, uint32_t job)
{
    const size_t old = p->jobs_cap;
    while (p->jobs_cap <= job)
        p->jobs_cap = p->jobs_cap == 0 ? 64 : 2 * p->jobs_cap;
    p->first_unit = realloc(p->first_unit, p->jobs_cap * sizeof p->first_unit[0]);
    p->last_unit = realloc(p->last_unit, p->jobs_cap * sizeof p->last_unit[0]);
    SIM_REQUIRE(p->first_unit != NULL && p->last_unit != NULL);
    for (size_t i = old; i < p->jobs_cap; i++)
        p->first_unit[i] = p->last_unit[i] = UNIT_NONE;
}

static void join_job(struct pod_pool *p, uint32_t unit)
{
    struct pod_unit *u = pod_pool_unit(p, unit);
    if (u->job >= p->jobs_cap)
        know_job(p, u->job);
    u->next = UNIT_NONE;
    u->prev = p->last_unit[u->job];
    if (u->prev == UNIT_NONE)
        p->first_unit[u->job] = unit;
    else
        pod_pool_unit(p, u->prev)->next = unit;
    p->last_unit[u->job] = unit;
}

static void leave_job(struct pod_pool *p, const struct pod_unit *u)
{
    if (u->prev == UNIT_NONE)
        p->first_unit[u->job] = u->next;
    else
        pod_pool_unit(p, u->prev)->next = u->next;
    if (u->next == UNIT_NONE)
        p->last_unit[u->job] = u->prev;
    else
        pod_pool_unit(p, u->next)->prev = u->prev;
}

uint32_t pod_pool_add(struct pod_pool *p, const struct pod_unit *unit,
                      const struct pod_bucket *bucket)
{
    const uint32_t id = pool_take(&p->units);
    struct pod_unit *u = pod_pool_unit(p, id);
    *u = *unit;
    if (u->came == 0)
        u->came = ++p->came;
    u->attempts = 0;
    u->backs_off = false;
    join_job(p, id);
    u->bucket = bucket_for(p, bucket);
    p->buckets[u->bucket].units++;
    u->handle = push(p->buckets[u->bucket].ready, u, id);
    rank_bucket(p, u->bucket);
    return id;
}

void pod_pool_remove(struct pod_pool *p, uint32_t unit)
{
    struct pod_unit *u = pod_pool_unit(p, unit);
    const uint32_t bucket = u->bucket;
    struct pod_bucket *b = &p->buckets[bucket];
    event_queue_cancel(u->backs_off ? p->backoff : b->ready, &u->handle);
    leave_job(p, u);
    rank_bucket(p, bucket);
    pool_give(&p->units, unit);
    if (--b->units == 0)
        free_bucket(p, bucket);
}

uint32_t pod_pool_of_job(const struct pod_pool *p, uint32_t job)
{
    return job < p->jobs_cap ? p->first_unit[job] : UNIT_NONE;
}

uint32_t pod_pool_next(const struct pod_pool *p)
{
    const uint32_t bucket = head_of(p->open);
    return bucket == UNIT_NONE ? UNIT_NONE : p->buckets[bucket].handle_unit;
}

/* --- back-off --- */

static int64_t backoff_ns(uint32_t attempts)
{
    int64_t seconds = FIRST_BACKOFF_S;
    while (--attempts > 0 && seconds < MOST_BACKOFF_S)
        seconds *= 2;
    return (seconds < MOST_BACKOFF_S ? seconds : MOST_BACKOFF_S) * SECOND_NS;
}

void pod_pool_back_off(struct pod_pool *p, uint32_t bucket, int64_t now_ns)
{
    struct pod_bucket *b = &p->buckets[bucket];
    for (uint32_t unit; (unit = head_of(b->ready)) != UNIT_NONE;) {
        struct pod_unit *u = pod_pool_unit(p, unit);
        event_queue_cancel(b->ready, &u->handle);
        u->attempts++;
        u->backs_off = true;
        u->handle = event_queue_push(p->backoff,
                                     &(struct event){.time_ns = now_ns + backoff_ns(u->attempts),
                                                     .key = u->came,
                                                     .subject = unit});
    }
    rank_bucket(p, bucket);
}

void pod_pool_wake(struct pod_pool *p, int64_t now_ns)
{
    struct event first;
    while (event_queue_peek(p->backoff, &first) && first.time_ns <= now_ns) {
        struct pod_unit *u = pod_pool_unit(p, first.subject);
        event_queue_cancel(p->backoff, &u->handle);
        u->backs_off = false;
        u->handle = push(p->buckets[u->bucket].ready, u, first.subject);
        rank_bucket(p, u->bucket);
    }
}

int64_t pod_pool_wakes_at_ns(const struct pod_pool *p)
{
    struct event first;
    return event_queue_peek(p->backoff, &first) ? first.time_ns : INT64_MAX;
}
