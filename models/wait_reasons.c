#include "models/wait_reasons.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* F_r(t) = past[r] + (r == reason ? t - since : 0). A bucket that never changed its reason has no
 * past, and since 0: only differences of F count. */
struct wait_bucket {
    uint32_t reason;
    int64_t since_ns;
    int64_t *past;
};

enum { FIRST_CAPACITY = 64 };

void wait_reasons_init(struct wait_reasons *w, size_t reasons_len)
{
    *w = (struct wait_reasons){.reasons_len = reasons_len};
}

void wait_reasons_fini(struct wait_reasons *w)
{
    for (uint32_t b = 0; b < w->buckets_len; b++)
        free(w->buckets[b].past);
    free(w->buckets);
    free(w->accounts);
    free(w->in);
    *w = (struct wait_reasons){.reasons_len = w->reasons_len};
}

uint32_t wait_reasons_add_bucket(struct wait_reasons *w, uint32_t reason)
{
    SIM_REQUIRE(reason < w->reasons_len);
    if (w->buckets_len == w->buckets_cap) {
        w->buckets_cap = w->buckets_cap == 0 ? FIRST_CAPACITY : 2 * w->buckets_cap;
        w->buckets = realloc(w->buckets, w->buckets_cap * sizeof w->buckets[0]);
        SIM_REQUIRE(w->buckets != NULL);
    }
    w->buckets[w->buckets_len] = (struct wait_bucket){.reason = reason};
    return w->buckets_len++;
}

uint32_t wait_reasons_of_bucket(const struct wait_reasons *w, uint32_t bucket)
{
    SIM_REQUIRE(bucket < w->buckets_len);
    return w->buckets[bucket].reason;
}

void wait_reasons_set(struct wait_reasons *w, uint32_t bucket, uint32_t reason, int64_t now_ns)
{
    SIM_REQUIRE(bucket < w->buckets_len && reason < w->reasons_len);
    struct wait_bucket *b = &w->buckets[bucket];
    if (b->reason == reason)
        return;
    if (b->past == NULL) {
        b->past = calloc(w->reasons_len, sizeof b->past[0]);
        SIM_REQUIRE(b->past != NULL);
    }
    b->past[b->reason] += now_ns - b->since_ns;
    b->reason = reason;
    b->since_ns = now_ns;
}

static void grow(struct wait_reasons *w, uint32_t job)
{
    size_t cap = w->jobs_cap == 0 ? FIRST_CAPACITY : w->jobs_cap;
    while (cap <= job)
        cap *= 2;
    w->accounts = realloc(w->accounts, cap * w->reasons_len * sizeof w->accounts[0]);
    w->in = realloc(w->in, cap * sizeof w->in[0]);
    SIM_REQUIRE(w->accounts != NULL && w->in != NULL);
    w->jobs_cap = cap;
}

void wait_reasons_open(struct wait_reasons *w, uint32_t job)
{
    if (job >= w->jobs_cap)
        grow(w, job);
    memset(&w->accounts[job * w->reasons_len], 0, w->reasons_len * sizeof w->accounts[0]);
    w->in[job] = BUCKET_NONE;
}

/* Adds sign * F(now) to the job's account. */
static void book(struct wait_reasons *w, uint32_t job, uint32_t bucket, int64_t now_ns, int sign)
{
    SIM_REQUIRE(bucket < w->buckets_len);
    const struct wait_bucket *b = &w->buckets[bucket];
    int64_t *account = &w->accounts[job * w->reasons_len];
    account[b->reason] += sign * (now_ns - b->since_ns);
    if (b->past == NULL)
        return;
    for (size_t r = 0; r < w->reasons_len; r++)
        account[r] += sign * b->past[r];
}

void wait_reasons_move(struct wait_reasons *w, uint32_t job, uint32_t bucket, int64_t now_ns)
{
    SIM_REQUIRE(job < w->jobs_cap);
    if (w->in[job] == bucket)
        return;
    if (w->in[job] != BUCKET_NONE)
        book(w, job, w->in[job], now_ns, 1);
    if (bucket != BUCKET_NONE)
        book(w, job, bucket, now_ns, -1);
    w->in[job] = bucket;
}

uint32_t wait_reasons_bucket(const struct wait_reasons *w, uint32_t job)
{
    SIM_REQUIRE(job < w->jobs_cap);
    return w->in[job];
}

const int64_t *wait_reasons_of(const struct wait_reasons *w, uint32_t job)
{
    SIM_REQUIRE(job < w->jobs_cap && w->in[job] == BUCKET_NONE);
    return &w->accounts[job * w->reasons_len];
}
