/*
 * A choice's weight times n is what it needs, the sum of all weights is what a slot holds: then
 * needs and room are equal in total, to the unit, and no rounding can leave over a choice that
 * nobody weighed. `poor` choices need less than a slot; each is given one, topped up by a `rich`
 * choice that has to spare.
 */
#include "sim/alias_table.h"

#include "sim/arena.h"
#include "sim/check.h"

#include <math.h>
#include <stdlib.h>

struct builder {
    struct alias_slot *slots;
    uint128 *need;
    uint32_t *stack; /* poor choices from its bottom, rich ones from its top */
    size_t poor, rich, len;
    uint128 room; /* of a slot */
};

static double greatest(const double *weights, size_t len)
{
    double max = 0;
    for (size_t i = 0; i < len; i++) {
        SIM_REQUIRE(weights[i] >= 0 && isfinite(weights[i]));
        max = weights[i] > max ? weights[i] : max;
    }
    SIM_REQUIRE(max > 0);
    return max;
}

/* In units of 2^-52 of the greatest; what is above 0 stays so. */
static uint64_t whole_weight(double weight, double max)
{
    const uint64_t whole = (uint64_t)(weight / max * 0x1p52);
    return whole == 0 && weight > 0 ? 1 : whole;
}

static void sort_in(struct builder *b, uint32_t choice)
{
    if (b->need[choice] < b->room)
        b->stack[b->poor++] = choice;
    else
        b->stack[b->len - ++b->rich] = choice;
}

static uint64_t share_of_slot(const struct builder *b, uint128 need)
{
    const double share = (double)need / (double)b->room * 0x1p64;
    return share >= 0x1p64 ? UINT64_MAX : (uint64_t)share;
}

static void fill_slots(struct builder *b)
{
    while (b->poor > 0 && b->rich > 0) {
        const uint32_t p = b->stack[--b->poor];
        const uint32_t r = b->stack[b->len - b->rich--];
        b->slots[p] = (struct alias_slot){share_of_slot(b, b->need[p]), r};
        b->need[r] -= b->room - b->need[p];
        sort_in(b, r);
    }
    for (; b->rich > 0; b->rich--) { /* they need a slot each, exactly */
        const uint32_t r = b->stack[b->len - b->rich];
        b->slots[r] = (struct alias_slot){UINT64_MAX, r};
    }
}

struct alias_table alias_table_build(struct arena *a, const double *weights, size_t len)
{
    SIM_REQUIRE(len > 0 && len < UINT32_MAX);
    const double max = greatest(weights, len);
    struct builder b = {
        .slots = arena_alloc(a, len * sizeof b.slots[0]),
        .need = malloc(len * sizeof b.need[0]),
        .stack = malloc(len * sizeof b.stack[0]),
        .len = len,
    };
    SIM_REQUIRE(b.need != NULL && b.stack != NULL);
    for (size_t i = 0; i < len; i++) {
        b.room += whole_weight(weights[i], max);
        b.need[i] = (uint128)whole_weight(weights[i], max) * len;
    }
    for (size_t i = 0; i < len; i++)
        sort_in(&b, (uint32_t)i);
    fill_slots(&b);
    free(b.need);
    free(b.stack);
    return (struct alias_table){b.slots, (uint32_t)len};
}
