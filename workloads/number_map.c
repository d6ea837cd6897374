/* Linear probing; removing moves later ones of the same run back, so that no run has a hole. */
#include "workloads/number_map.h"

#include "sim/check.h"

#include <stdlib.h>

enum { FIRST_CAP = 64 };

void number_map_init(struct number_map *m)
{
    *m = (struct number_map){.slots = NULL};
}

void number_map_fini(struct number_map *m)
{
    free(m->slots);
    number_map_init(m);
}

static size_t home_of(const struct number_map *m, int64_t number)
{
    return (size_t)((uint64_t)number * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (m->cap - 1);
}

/* The slot of the number, or the free one where it belongs. */
static size_t slot_of(const struct number_map *m, int64_t number)
{
    size_t i = home_of(m, number);
    while (m->slots[i].value != NUMBER_MAP_NONE && m->slots[i].number != number)
        i = (i + 1) & (m->cap - 1);
    return i;
}

uint32_t number_map_find(const struct number_map *m, int64_t number)
{
    return m->cap == 0 ? NUMBER_MAP_NONE : m->slots[slot_of(m, number)].value;
}

static void grow(struct number_map *m)
{
    struct number_map old = *m;
    m->cap = old.cap == 0 ? FIRST_CAP : 2 * old.cap;
    m->slots = malloc(m->cap * sizeof m->slots[0]);
    SIM_REQUIRE(m->slots != NULL);
    for (size_t i = 0; i < m->cap; i++)
        m->slots[i].value = NUMBER_MAP_NONE;
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].value != NUMBER_MAP_NONE)
            m->slots[slot_of(m, old.slots[i].number)] = old.slots[i];
    free(old.slots);
}

void number_map_add(struct number_map *m, int64_t number, uint32_t value)
{
    if (2 * (m->len + 1) > m->cap)
        grow(m);
    struct number_map_slot *slot = &m->slots[slot_of(m, number)];
    SIM_REQUIRE(slot->value == NUMBER_MAP_NONE && value != NUMBER_MAP_NONE);
    *slot = (struct number_map_slot){number, value};
    m->len++;
}

void number_map_remove(struct number_map *m, int64_t number)
{
    size_t hole = m->cap == 0 ? 0 : slot_of(m, number);
    SIM_REQUIRE(m->cap > 0 && m->slots[hole].value != NUMBER_MAP_NONE);
    const size_t mask = m->cap - 1;
    for (size_t i = (hole + 1) & mask; m->slots[i].value != NUMBER_MAP_NONE; i = (i + 1) & mask) {
        const size_t home = home_of(m, m->slots[i].number);
        if (((i - home) & mask) < ((i - hole) & mask))
            continue; /* it would stand before its home */
        m->slots[hole] = m->slots[i];
        hole = i;
    }
    m->slots[hole].value = NUMBER_MAP_NONE;
    m->len--;
}
