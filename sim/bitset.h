/*
 * bitset.h - a set of small numbers that finds its next member fast.
 *
 * Three levels of words, each bit of a level saying that the word below it is not empty: up to
 * 262,144 numbers.
 *
 * Memory   Owns its words.
 * Cost     set, clear, has: O(1). next: O(1), three words at most.
 */
#ifndef SIM_BITSET_H
#define SIM_BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BITSET_LEVELS = 3, BITSET_MOST = 1 << 18 };

#define BITSET_NONE UINT32_MAX

struct bitset {
    uint64_t *level[BITSET_LEVELS]; /* [0] the numbers themselves */
    uint32_t size;
};

void bitset_init(struct bitset *b, uint32_t size);
void bitset_fini(struct bitset *b);

static inline bool bitset_has(const struct bitset *b, uint32_t i)
{
    return b->level[0][i / 64] >> i % 64 & 1;
}

static inline void bitset_set(struct bitset *b, uint32_t i)
{
    for (int l = 0; l < BITSET_LEVELS; l++, i /= 64)
        b->level[l][i / 64] |= UINT64_C(1) << i % 64;
}

static inline void bitset_clear(struct bitset *b, uint32_t i)
{
    for (int l = 0; l < BITSET_LEVELS; l++, i /= 64) {
        b->level[l][i / 64] &= ~(UINT64_C(1) << i % 64);
        if (b->level[l][i / 64] != 0)
            return;
    }
}

/* The least member >= from; BITSET_NONE if there is none. */
uint32_t bitset_next(const struct bitset *b, uint32_t from);

#endif /* SIM_BITSET_H */
