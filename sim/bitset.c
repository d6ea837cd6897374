#include "sim/bitset.h"

#include "sim/check.h"

#include <stdlib.h>

static uint32_t words_for(uint32_t bits)
{
    return bits / 64 + 1;
}

void bitset_init(struct bitset *b, uint32_t size)
{
    SIM_REQUIRE(size <= BITSET_MOST);
    b->size = size;
    for (int l = 0; l < BITSET_LEVELS; l++, size /= 64) {
        b->level[l] = calloc(words_for(size), sizeof(uint64_t));
        SIM_REQUIRE(b->level[l] != NULL);
    }
}

void bitset_fini(struct bitset *b)
{
    for (int l = 0; l < BITSET_LEVELS; l++)
        free(b->level[l]);
    *b = (struct bitset){.size = 0};
}

uint32_t bitset_next(const struct bitset *b, uint32_t from)
{
    if (from >= b->size)
        return BITSET_NONE;
    /* Up until a word has something at or after the place, then down to its least member. */
    uint32_t at = from;
    int l = 0;
    for (;; l++) {
        if (l == BITSET_LEVELS)
            return BITSET_NONE;
        const uint64_t rest = at / 64 >= words_for(b->size >> (6 * l))
                                  ? 0
                                  : b->level[l][at / 64] & (~UINT64_C(0) << at % 64);
        if (rest != 0) {
            at = at / 64 * 64 + (uint32_t)__builtin_ctzll(rest);
            break;
        }
        at = at / 64 + 1;
    }
    for (; l > 0; l--)
        at = at * 64 + (uint32_t)__builtin_ctzll(b->level[l - 1][at]);
    return at;
}
