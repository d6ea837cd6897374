#include "policies/slurm/slurm_slots.h"

#include "policies/slurm/node_set.h"
#include "sim/check.h"

#include <stdlib.h>

void slurm_slots_init(struct slurm_slots *s, size_t words)
{
    *s = (struct slurm_slots){.words = words};
}

void slurm_slots_fini(struct slurm_slots *s)
{
    for (size_t i = 0; i < s->cap; i++)
        free(s->slots[i].free);
    free(s->slots);
    *s = (struct slurm_slots){0};
}

/* Sets of unused slots stay behind the used ones, for the next. */
static void make_room(struct slurm_slots *s)
{
    if (s->len < s->cap)
        return;
    const size_t cap = s->cap == 0 ? 16 : 2 * s->cap;
    s->slots = realloc(s->slots, cap * sizeof s->slots[0]);
    SIM_REQUIRE(s->slots != NULL);
    for (; s->cap < cap; s->cap++) {
        s->slots[s->cap].free = malloc((s->words + 1) * sizeof(uint64_t));
        SIM_REQUIRE(s->slots[s->cap].free != NULL);
    }
}

void slurm_slots_reset(struct slurm_slots *s, int64_t begin_s, int64_t end_s, const uint64_t *nodes)
{
    s->len = 0;
    make_room(s);
    s->len = 1;
    s->records = 1;
    s->slots[0].begin_s = begin_s;
    s->slots[0].end_s = end_s;
    node_set_copy(s->slots[0].free, nodes, s->words);
}

size_t slurm_slots_find(const struct slurm_slots *s, int64_t t)
{
    size_t low = 0, high = s->len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->slots[middle].end_s > t)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Slot i ends at t, and a new one with the same nodes has the rest. */
static void split(struct slurm_slots *s, size_t i, int64_t t)
{
    make_room(s);
    const struct slurm_slot spare = s->slots[s->len];
    memmove(&s->slots[i + 2], &s->slots[i + 1], (s->len - i - 1) * sizeof s->slots[0]);
    s->slots[i + 1] = (struct slurm_slot){t, s->slots[i].end_s, spare.free};
    s->slots[i].end_s = t;
    node_set_copy(spare.free, s->slots[i].free, s->words);
    s->len++;
    s->records++;
}

/* Slot i also covers the time of the next one. */
static void merge(struct slurm_slots *s, size_t i)
{
    const struct slurm_slot gone = s->slots[i + 1];
    s->slots[i].end_s = gone.end_s;
    memmove(&s->slots[i + 1], &s->slots[i + 2], (s->len - i - 2) * sizeof s->slots[0]);
    s->slots[--s->len] = gone;
}

/* One pair at most, between the slot before the reservation and the one behind it. */
static void merge_one(struct slurm_slots *s, size_t from, size_t to)
{
    for (size_t i = from; i != to && i + 1 < s->len; i++)
        if (node_set_equal(s->slots[i].free, s->slots[i + 1].free, s->words)) {
            merge(s, i);
            return;
        }
}

void slurm_slots_reserve(struct slurm_slots *s, int64_t begin_s, int64_t end_s,
                         const uint64_t *nodes)
{
    size_t before = 0;
    while (before < s->len && s->slots[before].end_s < begin_s)
        before++;
    if (before == s->len)
        return;
    /* A begin at the map's own leaves an empty slot there, as in Slurm. */
    if (s->slots[before].end_s > begin_s)
        split(s, before, begin_s);
    size_t last = before + 1;
    while (last < s->len && s->slots[last].end_s < end_s)
        last++;
    if (last < s->len && s->slots[last].end_s > end_s)
        split(s, last, end_s);
    const size_t behind = last + 1 < s->len ? last + 1 : last;
    for (size_t i = before + 1; i < s->len && s->slots[i].end_s <= end_s; i++)
        node_set_minus(s->slots[i].free, nodes, s->words);
    merge_one(s, before > 0 ? before - 1 : 0, last < s->len ? behind : SIZE_MAX);
}

bool slurm_slots_are_free(const struct slurm_slots *s, int64_t begin_s, int64_t end_s,
                          const uint64_t *nodes)
{
    for (size_t i = slurm_slots_find(s, begin_s); i < s->len && s->slots[i].begin_s < end_s; i++)
        if (!node_set_within(nodes, s->slots[i].free, s->words))
            return false;
    return true;
}
