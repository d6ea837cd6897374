/*
 * Pages of 1024 buckets: one for the values below 1024, and one for each power of two above; the
 * page of v holds the next SUB_BITS bits below its leading one. Negative values have the pages
 * below, as if reflected: v is treated as ~v, and counted from the other end. Pages and buckets
 * together are thus in the order of the values.
 */
#include "sim/quantile.h"

#include "sim/check.h"
#include "sim/int128.h"

#include <stdlib.h>

enum {
    SUB_BITS = 10,
    BUCKETS = 1 << SUB_BITS,
    PAGES = 2 * (64 - SUB_BITS),
    ZERO_PAGE = PAGES / 2, /* holds 0 to 1023 */
    FIRST_CAPACITY = 64,
};

struct quantile {
    uint64_t count;
    int64_t min, max;
    size_t exact_most;
    int64_t *values; /* all of them, while count <= exact_most */
    size_t cap;
    bool sorted;
    uint64_t **pages; /* NULL while exact; a page is NULL until it is needed */
};

struct place {
    unsigned page, bucket;
};

/* `count` values in [low, high]. */
struct run {
    int64_t low, high;
    uint64_t count;
};

/* Where a walk over all runs in ascending order stands. */
struct cursor {
    const struct quantile *q;
    struct place at;
    size_t i;
};

static struct place place_of(int64_t value)
{
    const uint64_t v = (uint64_t)(value < 0 ? ~value : value);
    struct place p = {.page = ZERO_PAGE, .bucket = (unsigned)v};
    if (v >= BUCKETS) {
        const unsigned shift = 63 - SUB_BITS - (unsigned)__builtin_clzll(v);
        p = (struct place){ZERO_PAGE + 1 + shift, (unsigned)(v >> shift) - BUCKETS};
    }
    if (value < 0)
        p = (struct place){PAGES - 1 - p.page, BUCKETS - 1 - p.bucket};
    return p;
}

static struct run bounds_of(struct place p)
{
    if (p.page < ZERO_PAGE) {
        const struct run r = bounds_of((struct place){PAGES - 1 - p.page, BUCKETS - 1 - p.bucket});
        return (struct run){.low = ~r.high, .high = ~r.low};
    }
    if (p.page == ZERO_PAGE)
        return (struct run){.low = p.bucket, .high = p.bucket};
    const unsigned shift = p.page - ZERO_PAGE - 1;
    const int64_t low = (int64_t)(BUCKETS + p.bucket) << shift;
    return (struct run){.low = low, .high = low + ((INT64_C(1) << shift) - 1)};
}

static uint64_t *page_at(struct quantile *q, unsigned page)
{
    if (q->pages[page] == NULL) {
        q->pages[page] = calloc(BUCKETS, sizeof q->pages[page][0]);
        SIM_REQUIRE(q->pages[page] != NULL);
    }
    return q->pages[page];
}

static void count_in_bucket(struct quantile *q, int64_t value)
{
    const struct place p = place_of(value);
    page_at(q, p.page)[p.bucket]++;
}

void quantile_begin_sketch(struct quantile *q)
{
    if (q->pages != NULL)
        return;
    q->pages = calloc(PAGES, sizeof q->pages[0]);
    SIM_REQUIRE(q->pages != NULL);
    for (size_t i = 0; i < q->count; i++)
        count_in_bucket(q, q->values[i]);
    free(q->values);
    q->values = NULL;
}

static void keep(struct quantile *q, int64_t value)
{
    const size_t len = (size_t)q->count;
    if (len == q->cap) {
        q->cap = len == 0 ? FIRST_CAPACITY : 2 * len;
        q->values = realloc(q->values, q->cap * sizeof q->values[0]);
        SIM_REQUIRE(q->values != NULL);
    }
    q->values[len] = value;
    q->sorted = false;
}

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a;
    const int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sort(struct quantile *q)
{
    if (q->pages == NULL && !q->sorted && q->count > 0)
        qsort(q->values, (size_t)q->count, sizeof q->values[0], ascending);
    q->sorted = true;
}

/* The next value with all its equals, of the sorted ones. */
static bool next_value(struct cursor *c, struct run *out)
{
    const struct quantile *q = c->q;
    if (c->i == q->count)
        return false;
    *out = (struct run){.low = q->values[c->i], .high = q->values[c->i]};
    while (c->i < q->count && q->values[c->i] == out->low) {
        out->count++;
        c->i++;
    }
    return true;
}

static bool next_bucket(struct cursor *c, struct run *out)
{
    const struct quantile *q = c->q;
    for (; c->at.page < PAGES; c->at = (struct place){c->at.page + 1, 0}) {
        const uint64_t *page = q->pages[c->at.page];
        while (page != NULL && c->at.bucket < BUCKETS && page[c->at.bucket] == 0)
            c->at.bucket++;
        if (page == NULL || c->at.bucket == BUCKETS)
            continue;
        const struct run r = bounds_of(c->at);
        *out = (struct run){r.low > q->min ? r.low : q->min, r.high < q->max ? r.high : q->max,
                            page[c->at.bucket++]};
        return true;
    }
    return false;
}

static bool next_run(struct cursor *c, struct run *out)
{
    return c->q->pages == NULL ? next_value(c, out) : next_bucket(c, out);
}

static struct quantile_answer middle(const struct run *r)
{
    const int64_t value = r->low + (int64_t)(((uint64_t)r->high - (uint64_t)r->low) / 2);
    return (struct quantile_answer){value, r->high - value};
}

struct quantile *quantile_new(size_t exact_most)
{
    struct quantile *q = calloc(1, sizeof *q);
    SIM_REQUIRE(q != NULL);
    q->exact_most = exact_most;
    return q;
}

void quantile_free(struct quantile *q)
{
    if (q == NULL)
        return;
    for (unsigned p = 0; q->pages != NULL && p < PAGES; p++)
        free(q->pages[p]);
    free(q->pages);
    free(q->values);
    free(q);
}

void quantile_add(struct quantile *q, int64_t value)
{
    if (q->count == 0 || value < q->min)
        q->min = value;
    if (q->count == 0 || value > q->max)
        q->max = value;
    if (q->pages == NULL && q->count == q->exact_most)
        quantile_begin_sketch(q);
    if (q->pages == NULL)
        keep(q, value);
    else
        count_in_bucket(q, value);
    q->count++;
}

static void widen(struct quantile *q, int64_t min, int64_t max)
{
    if (q->count == 0 || min < q->min)
        q->min = min;
    if (q->count == 0 || max > q->max)
        q->max = max;
}

void quantile_add_all(struct quantile *q, const int64_t *values, size_t len)
{
    size_t i = 0;
    for (; q->pages == NULL && i < len; i++)
        quantile_add(q, values[i]);
    if (i == len)
        return;
    int64_t min = values[i], max = values[i];
    const size_t rest = len - i;
    for (; i < len; i++) {
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
        count_in_bucket(q, values[i]);
    }
    widen(q, min, max);
    q->count += rest;
}

void quantile_add_times(struct quantile *q, int64_t value, uint64_t times)
{
    if (times > q->exact_most || q->count > q->exact_most - times)
        quantile_begin_sketch(q);
    if (q->pages == NULL) {
        for (; times > 0; times--)
            quantile_add(q, value);
    } else if (times > 0) {
        const struct place p = place_of(value);
        widen(q, value, value);
        page_at(q, p.page)[p.bucket] += times;
        q->count += times;
    }
}

static void merge_pages(struct quantile *into, const struct quantile *from)
{
    for (unsigned p = 0; p < PAGES; p++) {
        if (from->pages[p] == NULL)
            continue;
        uint64_t *page = page_at(into, p);
        for (unsigned b = 0; b < BUCKETS; b++)
            page[b] += from->pages[p][b];
    }
}

void quantile_merge(struct quantile *into, const struct quantile *from)
{
    SIM_REQUIRE(into != from && into->exact_most == from->exact_most);
    if (from->pages == NULL) {
        for (size_t i = 0; i < from->count; i++)
            quantile_add(into, from->values[i]);
        return;
    }
    if (from->count > 0)
        widen(into, from->min, from->max);
    quantile_begin_sketch(into);
    merge_pages(into, from);
    into->count += from->count;
}

uint64_t quantile_count(const struct quantile *q)
{
    return q->count;
}

bool quantile_is_exact(const struct quantile *q)
{
    return q->pages == NULL;
}

bool quantile_at(struct quantile *q, unsigned p, struct quantile_answer *out)
{
    SIM_REQUIRE(p <= QUANTILE_ONE);
    if (q->count == 0)
        return false;
    sort(q);
    const uint128 above = ((uint128)q->count * p + QUANTILE_ONE - 1) / QUANTILE_ONE;
    const uint64_t rank = above == 0 ? 1 : (uint64_t)above;
    struct run r = {.low = q->min, .high = q->min};
    if (rank == q->count)
        r = (struct run){.low = q->max, .high = q->max};
    else if (q->pages == NULL)
        r = (struct run){.low = q->values[rank - 1], .high = q->values[rank - 1]};
    else if (rank > 1) {
        struct cursor c = {.q = q};
        for (uint64_t seen = 0; seen < rank && next_bucket(&c, &r);)
            seen += r.count;
    }
    *out = middle(&r);
    return true;
}

struct quantile_range quantile_above(struct quantile *q, int64_t threshold)
{
    sort(q);
    struct quantile_range above = {0};
    struct cursor c = {.q = q};
    for (struct run r; next_run(&c, &r);) {
        above.least += r.low > threshold ? r.count : 0;
        above.most += r.high > threshold ? r.count : 0;
    }
    return above;
}

void quantile_at_most(struct quantile *q, const int64_t *limits, size_t len, uint64_t *counts)
{
    sort(q);
    struct cursor c = {.q = q};
    uint64_t seen = 0;
    size_t i = 0;
    for (struct run r; i < len && next_run(&c, &r); seen += r.count)
        for (const int64_t value = middle(&r).value; i < len && limits[i] < value; i++)
            counts[i] = seen;
    for (; i < len; i++)
        counts[i] = seen;
}

/* How many of `most` evenly spread ranks are at most `seen`. */
static uint64_t marks_passed(const struct quantile *q, uint64_t seen, size_t most)
{
    return (uint64_t)((uint128)seen * (most - 1) / q->count);
}

size_t quantile_cdf(struct quantile *q, struct quantile_step *out, size_t most)
{
    SIM_REQUIRE(most >= 2);
    sort(q);
    struct cursor c = {.q = q};
    size_t len = 0;
    uint64_t seen = 0;
    for (struct run r; next_run(&c, &r);) {
        const uint64_t before = seen;
        seen += r.count;
        if (before == 0)
            out[len++] = (struct quantile_step){r.low, r.low == r.high ? r.count : 1};
        const bool passed = marks_passed(q, seen, most) > marks_passed(q, before, most);
        if (passed && out[len - 1].value != r.high)
            out[len++] = (struct quantile_step){r.high, seen};
    }
    return len;
}
