#include "results/job_dimension.h"

#include "results/own_text.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

void dimension_fini(struct dimension *d)
{
    for (size_t i = 0; d->groups != NULL && i < d->len; i++)
        job_group_free(d->groups[i]);
    free(d->groups);
    free(d->first_name);
    *d = (struct dimension){0};
}

static struct job_group *add_group(struct dimension *d, const char *name, int64_t key,
                                   size_t reasons_len)
{
    SIM_REQUIRE(d->len <= GROUPS_MOST);
    struct job_group *g = job_group_new(name, key, d->keeps, reasons_len);
    if (d->sketches)
        job_group_begin_sketch(g);
    d->groups[d->len++] = g;
    return g;
}

static size_t slot_of(int64_t key, size_t try)
{
    return (size_t)(((uint64_t)key * 0x9e3779b97f4a7c15u >> 56) + try) % GROUP_SLOTS;
}

static void enter_slot(struct dimension *d, int64_t key, size_t group)
{
    size_t try = 0;
    while (d->slots[slot_of(key, try)] != 0)
        try++;
    d->slots[slot_of(key, try)] = (uint8_t)(group + 1);
}

/* There is a second key: what all jobs had so far was the first one's. */
static void split(struct dimension *d, const struct job_group *all)
{
    d->groups = calloc(GROUPS_MOST + 1, sizeof d->groups[0]);
    SIM_REQUIRE(d->groups != NULL);
    job_group_merge(add_group(d, d->first_name, d->first_key, all->reasons_len), all);
    enter_slot(d, d->first_key, 0);
}

static size_t find_group(const struct dimension *d, int64_t key)
{
    for (size_t try = 0;; try++) {
        const size_t group = d->slots[slot_of(key, try)];
        if (group == 0)
            return SIZE_MAX;
        if (d->groups[group - 1]->key == key)
            return group - 1;
    }
}

static size_t others(struct dimension *d, size_t reasons_len)
{
    SIM_REQUIRE(d->len == (d->is_cut ? GROUPS_MOST + 1 : GROUPS_MOST));
    if (!d->is_cut)
        add_group(d, GROUP_OTHERS, INT64_MAX, reasons_len);
    d->is_cut = true;
    return GROUPS_MOST;
}

static size_t group_of(struct dimension *d, int64_t key, size_t reasons_len, job_key_name_fn *name,
                       const void *context)
{
    char buf[METRIC_TEXT];
    const size_t found = find_group(d, key);
    if (found != SIZE_MAX)
        return found;
    if (d->len >= GROUPS_MOST)
        return others(d, reasons_len);
    add_group(d, name(context, d->by, key, buf), key, reasons_len);
    enter_slot(d, key, d->len - 1);
    return d->len - 1;
}

/* Whether one key is all there ever was, this batch included. */
static bool has_one_key(struct dimension *d, const struct job_batch *b, job_key_name_fn *name,
                        const void *context)
{
    const int64_t *keys = b->keys[d->by];
    char buf[METRIC_TEXT];
    if (!d->has_key) {
        d->has_key = true;
        d->first_key = keys[0];
        d->first_name = own_text(name(context, d->by, keys[0], buf));
    }
    int64_t other = 0;
    for (size_t i = 0; i < b->len; i++)
        other |= keys[i] ^ d->first_key;
    return other == 0;
}

/* The rows of the batch in the order of their groups, by counting. */
static void sort_rows(const uint8_t *groups, size_t len, uint8_t rows[BATCH_JOBS],
                      uint8_t counts[GROUPS_MOST + 1])
{
    uint8_t at[GROUPS_MOST + 1];
    memset(counts, 0, GROUPS_MOST + 1);
    for (size_t i = 0; i < len; i++)
        counts[groups[i]]++;
    unsigned first = 0;
    for (unsigned g = 0; g <= GROUPS_MOST; g++) {
        at[g] = (uint8_t)first;
        first += counts[g];
    }
    for (size_t i = 0; i < len; i++)
        rows[at[groups[i]]++] = (uint8_t)i;
}

void dimension_add(struct dimension *d, const struct job_batch *b, const struct job_group *all,
                   job_key_name_fn *name, const void *context)
{
    if (b->len == 0 || (d->groups == NULL && has_one_key(d, b, name, context)))
        return;
    if (d->groups == NULL)
        split(d, all);
    uint8_t groups[BATCH_JOBS], rows[BATCH_JOBS], counts[GROUPS_MOST + 1];
    for (size_t i = 0; i < b->len; i++)
        groups[i] = (uint8_t)group_of(d, b->keys[d->by][i], all->reasons_len, name, context);
    sort_rows(groups, b->len, rows, counts);
    size_t first = 0;
    for (size_t g = 0; g < d->len; first += counts[g++])
        if (counts[g] > 0)
            job_group_add_rows(d->groups[g], b, rows + first, counts[g]);
}

/* --- merging, order --- */

static struct job_group *group_named(struct dimension *d, const char *name, int64_t key,
                                     size_t reasons_len)
{
    for (size_t i = 0; i < d->len; i++)
        if (strcmp(d->groups[i]->name, name) == 0)
            return d->groups[i];
    if (d->len < GROUPS_MOST)
        return add_group(d, name, key, reasons_len);
    return d->groups[others(d, reasons_len)];
}

void dimension_merge(struct dimension *into, const struct job_group *all_into,
                     const struct dimension *from, const struct job_group *all_from)
{
    if (!from->has_key)
        return;
    if (!into->has_key) {
        into->has_key = true;
        into->first_key = from->first_key;
        into->first_name = own_text(from->first_name);
    }
    if (into->groups == NULL && from->groups == NULL &&
        strcmp(into->first_name, from->first_name) == 0)
        return; /* one key, still */
    if (into->groups == NULL)
        split(into, all_into);
    for (size_t i = 0; i < dimension_len(from); i++) {
        const struct job_group *g = dimension_group(from, all_from, i);
        const int64_t key = from->groups == NULL ? from->first_key : g->key;
        job_group_merge(group_named(into, dimension_name(from, i), key, all_into->reasons_len), g);
    }
    dimension_sort(into);
}

static bool is_last(const char *name)
{
    return strcmp(name, GROUP_NONE) == 0 || strcmp(name, GROUP_OTHERS) == 0;
}

static int by_name(const void *a, const void *b)
{
    const struct job_group *x = *(struct job_group *const *)a;
    const struct job_group *y = *(struct job_group *const *)b;
    if (is_last(x->name) != is_last(y->name))
        return is_last(x->name) - is_last(y->name);
    return strcmp(x->name, y->name);
}

static int by_key(const void *a, const void *b)
{
    const struct job_group *x = *(struct job_group *const *)a;
    const struct job_group *y = *(struct job_group *const *)b;
    return (x->key > y->key) - (x->key < y->key);
}

void dimension_sort(struct dimension *d)
{
    const bool has_numbers = d->by == BY_SIZE || d->by == BY_PRIORITY;
    if (d->groups == NULL)
        return;
    qsort(d->groups, d->len, sizeof d->groups[0], has_numbers ? by_key : by_name);
    memset(d->slots, 0, sizeof d->slots); /* no jobs come any more */
}

void dimension_begin_sketch(struct dimension *d)
{
    d->sketches = true;
    for (size_t i = 0; d->groups != NULL && i < d->len; i++)
        job_group_begin_sketch(d->groups[i]);
}

size_t dimension_len(const struct dimension *d)
{
    return d->groups == NULL ? d->has_key : d->len;
}

const struct job_group *dimension_group(const struct dimension *d, const struct job_group *all,
                                        size_t i)
{
    SIM_REQUIRE(i < dimension_len(d));
    return d->groups == NULL ? all : d->groups[i];
}

const char *dimension_name(const struct dimension *d, size_t i)
{
    SIM_REQUIRE(i < dimension_len(d));
    return d->groups == NULL ? d->first_name : d->groups[i]->name;
}
