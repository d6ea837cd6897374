#include "policies/baseline/size_waits.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* Invariant: a bucket in which somebody waits has the reason that `free` gives its size. */

void size_waits_fini(struct size_waits *w)
{
    free(w->sizes);
    w->sizes = NULL;
    w->len = w->cap = 0;
}

/* The first size that is at least this; len if there is none. */
static uint32_t find(const struct size_waits *w, int64_t size)
{
    uint32_t low = 0, high = w->len;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (w->sizes[middle].size < size)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert(struct size_waits *w, uint32_t i, uint32_t size)
{
    if (w->len == w->cap) {
        w->cap = w->cap == 0 ? 16 : 2 * w->cap;
        w->sizes = realloc(w->sizes, w->cap * sizeof w->sizes[0]);
        SIM_REQUIRE(w->sizes != NULL);
    }
    memmove(&w->sizes[i + 1], &w->sizes[i], (w->len - i) * sizeof w->sizes[0]);
    w->len++;
    w->sizes[i] = (struct size_bucket){.size = size, .bucket = w->next_bucket++};
}

static void name_reason(const struct size_waits *w, struct acts *a, const struct size_bucket *s)
{
    act_bucket(a, s->bucket, s->size > w->free ? w->too_large : w->kept_back, NULL);
}

void size_waits_add(struct size_waits *w, struct acts *a, uint32_t job, uint32_t size)
{
    const uint32_t i = find(w, size);
    if (i == w->len || w->sizes[i].size != size)
        insert(w, i, size);
    if (w->sizes[i].waiting++ == 0)
        name_reason(w, a, &w->sizes[i]);
    act_wait(a, job, w->sizes[i].bucket);
}

void size_waits_drop(struct size_waits *w, uint32_t size)
{
    const uint32_t i = find(w, size);
    SIM_REQUIRE(i < w->len && w->sizes[i].size == size && w->sizes[i].waiting > 0);
    w->sizes[i].waiting--;
}

void size_waits_set_free(struct size_waits *w, struct acts *a, int64_t units)
{
    const int64_t low = units < w->free ? units : w->free;
    const int64_t high = units < w->free ? w->free : units;
    w->free = units;
    for (uint32_t i = find(w, low + 1); i < w->len && w->sizes[i].size <= high; i++)
        if (w->sizes[i].waiting > 0)
            name_reason(w, a, &w->sizes[i]);
}
