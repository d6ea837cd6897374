/* layouts ascend by code; reachable[i] belongs to layouts[i]. */
#include "models/mig_space.h"

#include "sim/check.h"

#include <stdlib.h>

struct list {
    struct mig_layout *layouts;
    size_t len;
    size_t cap;
};

struct mig_space {
    const struct mig_table *table;
    unsigned profiles;
    struct list all;
    struct list maximal;
    uint32_t *reachable;
};

static void append(struct list *list, const struct mig_layout *l)
{
    if (list->len == list->cap) {
        list->cap = list->cap == 0 ? 64 : 2 * list->cap;
        list->layouts = realloc(list->layouts, list->cap * sizeof list->layouts[0]);
        SIM_REQUIRE(list->layouts != NULL);
    }
    list->layouts[list->len++] = *l;
}

static bool is_maximal(const struct mig_space *s, const struct mig_layout *l)
{
    for (unsigned p = 0; p < s->table->len; p++)
        if ((s->profiles >> p & 1u) != 0 && mig_free_starts(s->table, l, p) != 0)
            return false;
    return true;
}

/* Decides what begins at `start`, nothing first: so codes come out in ascending order. */
static void enumerate(struct mig_space *s, const struct mig_layout *l, unsigned start)
{
    if (start == s->table->memory_slices) {
        append(&s->all, l);
        if (is_maximal(s, l))
            append(&s->maximal, l);
        return;
    }
    enumerate(s, l, start + 1);
    for (unsigned p = 0; p < s->table->len; p++) {
        if ((s->profiles >> p & 1u) == 0 || !mig_may_add(s->table, l, p, start))
            continue;
        struct mig_layout with = *l;
        mig_add(s->table, &with, p, start);
        enumerate(s, &with, start + 1);
    }
}

/* The position of a layout in the list of all, or all.len. */
static size_t find(const struct mig_space *s, const struct mig_layout *l)
{
    size_t low = 0;
    size_t high = s->all.len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->all.layouts[middle].code < l->code)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->all.len && s->all.layouts[low].code == l->code ? low : s->all.len;
}

/* Counts a maximal layout for each of its parts: instances from `start` on may still be left out.
 * Each part is met once. */
static void count_parts(struct mig_space *s, const struct mig_layout *l, unsigned start)
{
    s->reachable[find(s, l)]++;
    for (; start < s->table->memory_slices; start++) {
        if (mig_at(l, start) == MIG_NONE)
            continue;
        struct mig_layout without = *l;
        mig_remove(s->table, &without, start);
        count_parts(s, &without, start + 1);
    }
}

struct mig_space *mig_space_new(const struct mig_table *t, unsigned profiles)
{
    unsigned flawed;
    SIM_REQUIRE(mig_table_flaw(t, &flawed) == NULL);
    struct mig_space *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL);
    s->table = t;
    s->profiles = profiles;
    enumerate(s, &(struct mig_layout){0}, 0);
    s->reachable = calloc(s->all.len, sizeof s->reachable[0]);
    SIM_REQUIRE(s->reachable != NULL);
    for (size_t i = 0; i < s->maximal.len; i++)
        count_parts(s, &s->maximal.layouts[i], 0);
    return s;
}

void mig_space_free(struct mig_space *s)
{
    if (s == NULL)
        return;
    free(s->all.layouts);
    free(s->maximal.layouts);
    free(s->reachable);
    free(s);
}

const struct mig_table *mig_space_table(const struct mig_space *s)
{
    return s->table;
}

const struct mig_layout *mig_space_layouts(const struct mig_space *s, size_t *len)
{
    *len = s->all.len;
    return s->all.layouts;
}

const struct mig_layout *mig_space_maximal(const struct mig_space *s, size_t *len)
{
    *len = s->maximal.len;
    return s->maximal.layouts;
}

bool mig_space_has(const struct mig_space *s, const struct mig_layout *l)
{
    return find(s, l) < s->all.len;
}

unsigned mig_space_reachable(const struct mig_space *s, const struct mig_layout *l)
{
    const size_t i = find(s, l);
    return i < s->all.len ? s->reachable[i] : 0;
}
