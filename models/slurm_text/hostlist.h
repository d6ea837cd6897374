/*
 * hostlist.h - sets of names as Slurm writes them: n[1-3,07-10], r[1-2]n[1-4], a,b.
 *
 * The same form names devices (/dev/nvidia[0-7]) and, without a name in front, cores (0-15,32-47).
 *
 * Order    Expansion goes from left to right, the last bracket fastest; doubles are kept.
 * Memory   Names lie in the caller's arena.
 * Errors   False, and *why says why. At most HOSTLIST_MOST names come of one text.
 * Cost     O(names).
 * Source   slurm.conf(5), NodeName.
 */
#ifndef MODELS_SLURM_TEXT_HOSTLIST_H
#define MODELS_SLURM_TEXT_HOSTLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum { HOSTLIST_MOST = 1 << 18, HOSTLIST_MOST_BRACKETS = 4 };

struct hostlist {
    const char **names;
    size_t len;
};

bool hostlist_expand(struct arena *a, const char *text, struct hostlist *out, const char **why);

/* Neighbours that differ in a number at their end share a bracket, where the numbers' widths allow:
 * n[1-3],m1. The order stays. */
const char *hostlist_compress(struct arena *a, const char *const *names, size_t len);

struct number_range {
    uint32_t first, last;
};

/* 0-15,32-47 into *out; false also for numbers above UINT32_MAX and for ranges that run down. */
bool hostlist_ranges(struct arena *a, const char *text, const struct number_range **out,
                     size_t *len, const char **why);

#endif /* MODELS_SLURM_TEXT_HOSTLIST_H */
