/*
 * node_set.h - sets of nodes as plain words, for algebra on whole sets.
 *
 * All sets of one site have the same number of words; the functions take it. (sim/bitset.h finds
 * members of sparse sets; here sets are intersected and compared far more often than walked.)
 *
 * Memory   The caller's.
 * Cost     O(words).
 */
#ifndef POLICIES_SLURM_NODE_SET_H
#define POLICIES_SLURM_NODE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline size_t node_set_words(uint32_t nodes)
{
    return (nodes + 63u) / 64u;
}

static inline bool node_set_has(const uint64_t *s, uint32_t n)
{
    return s[n / 64] >> n % 64 & 1;
}

static inline void node_set_put(uint64_t *s, uint32_t n)
{
    s[n / 64] |= UINT64_C(1) << n % 64;
}

static inline void node_set_drop(uint64_t *s, uint32_t n)
{
    s[n / 64] &= ~(UINT64_C(1) << n % 64);
}

static inline void node_set_clear(uint64_t *s, size_t words)
{
    memset(s, 0, words * sizeof s[0]);
}

static inline void node_set_copy(uint64_t *to, const uint64_t *from, size_t words)
{
    memcpy(to, from, words * sizeof to[0]);
}

static inline void node_set_and(uint64_t *s, const uint64_t *other, size_t words)
{
    for (size_t w = 0; w < words; w++)
        s[w] &= other[w];
}

static inline void node_set_minus(uint64_t *s, const uint64_t *other, size_t words)
{
    for (size_t w = 0; w < words; w++)
        s[w] &= ~other[w];
}

static inline bool node_set_equal(const uint64_t *a, const uint64_t *b, size_t words)
{
    return memcmp(a, b, words * sizeof a[0]) == 0;
}

/* Whether every member of a is one of b. */
static inline bool node_set_within(const uint64_t *a, const uint64_t *b, size_t words)
{
    for (size_t w = 0; w < words; w++)
        if ((a[w] & ~b[w]) != 0)
            return false;
    return true;
}

static inline bool node_set_meets(const uint64_t *a, const uint64_t *b, size_t words)
{
    for (size_t w = 0; w < words; w++)
        if ((a[w] & b[w]) != 0)
            return true;
    return false;
}

static inline uint32_t node_set_len(const uint64_t *s, size_t words)
{
    uint32_t len = 0;
    for (size_t w = 0; w < words; w++)
        len += (uint32_t)__builtin_popcountll(s[w]);
    return len;
}

/* Whether a and b share at least n members; stops counting there. */
static inline bool node_set_share(const uint64_t *a, const uint64_t *b, size_t words, uint32_t n)
{
    for (size_t w = 0; w < words && n > 0; w++)
        for (uint64_t bits = a[w] & b[w]; bits != 0 && n > 0; bits &= bits - 1)
            n--;
    return n == 0;
}

/* Whether it has at least n members. */
static inline bool node_set_holds(const uint64_t *s, size_t words, uint32_t n)
{
    return node_set_share(s, s, words, n);
}

/* The least member >= from; UINT32_MAX if there is none. */
static inline uint32_t node_set_next(const uint64_t *s, size_t words, uint32_t from)
{
    size_t w = from / 64;
    if (w >= words)
        return UINT32_MAX;
    uint64_t bits = s[w] & (~UINT64_C(0) << from % 64);
    while (bits == 0) {
        if (++w == words)
            return UINT32_MAX;
        bits = s[w];
    }
    return (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(bits);
}

#endif /* POLICIES_SLURM_NODE_SET_H */
