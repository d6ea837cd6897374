/*
 * alias_table.h - one of n choices by weight, in constant time (Walker 1977, Vose 1991).
 *
 * The choices share n slots of equal width; each slot belongs to one choice up to `keep`, and to
 * another beyond. One 64-bit number says both the slot and the place in it.
 *
 * Order    The same weights give the same table everywhere: it is built from integers.
 * Memory   Lies in the arena it was built in: 16 bytes a choice.
 * Errors   Probabilities are those of the weights within 2^-52 of the greatest. A choice of weight
 * 0 is never made. No weight above 0 is a bug: SIM_REQUIRE. Cost     Building O(n), choosing 2 ns.
 */
#ifndef SIM_ALIAS_TABLE_H
#define SIM_ALIAS_TABLE_H

#include "sim/int128.h"

#include <stddef.h>
#include <stdint.h>

struct arena;

struct alias_slot {
    uint64_t keep; /* in 2^-64 of the slot's width */
    uint32_t other;
};

struct alias_table {
    const struct alias_slot *slots;
    uint32_t len;
};

/* Weights are finite and not negative; at least one is above 0; fewer than 2^32. */
struct alias_table alias_table_build(struct arena *a, const double *weights, size_t len);

/* number: all values of 64 bits, equally likely. */
static inline uint32_t alias_table_pick(const struct alias_table *t, uint64_t number)
{
    const uint128 place = (uint128)number * t->len;
    const uint32_t slot = (uint32_t)(place >> 64);
    return (uint64_t)place < t->slots[slot].keep ? slot : t->slots[slot].other;
}

#endif /* SIM_ALIAS_TABLE_H */
