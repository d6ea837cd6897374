/*
 * backlog.h - waiting jobs in the order they came, and which of them may be backfilled.
 *
 * Backfilling asks for the first job, in queue order, that is small enough for what is free now and
 * either short enough to be gone before the reservation, or so small that it takes nothing from it.
 * The queue is cut into blocks, these are the leaves of a tree, and every node of it knows the
 * least size among its jobs up to a length, for lengths in powers of two. So whole stretches of the
 * queue are passed over at once.
 *
 * Memory   Owns everything; grows with the jobs in it.
 * Cost     push, remove: O(log n) amortised. find: O(log n), and a block for every stretch where a
 *          job is small enough and its length lies between the asked one and the power of two
 *          above.
 */
#ifndef POLICIES_BASELINE_BACKLOG_H
#define POLICIES_BASELINE_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BACKLOG_NONE UINT32_MAX
enum { BACKLOG_BLOCK = 16, BACKLOG_BANDS = 16, BACKLOG_FANOUT = 4, BACKLOG_LEVELS = 14 };

/* Least sizes of jobs in bands up to this one; UINT32_MAX: there is none. */
struct backlog_bands {
    uint32_t least[BACKLOG_BANDS];
};

struct backlog {
    uint32_t *items; /* by position; BACKLOG_NONE: a gap */
    uint32_t *sizes; /* UINT32_MAX: a gap */
    int64_t *lengths_ns;
    struct backlog_bands *levels[BACKLOG_LEVELS]; /* [0]: of blocks */
    uint32_t widths[BACKLOG_LEVELS];
    unsigned levels_len;
    uint32_t begin, end, cap; /* positions */
    uint32_t len;             /* jobs in it */
    uint32_t *places;         /* by item: position + 1; 0: not in it */
    size_t places_cap;
};

void backlog_fini(struct backlog *b); /* one that is all zero is empty */

/* Joins the end. item: a small number; size < UINT32_MAX; length_ns >= 0. */
void backlog_push(struct backlog *b, uint32_t item, uint32_t size, int64_t length_ns);
void backlog_remove(struct backlog *b, uint32_t item);
bool backlog_has(const struct backlog *b, uint32_t item);

/* The job at the head; BACKLOG_NONE if there is none. */
uint32_t backlog_first(const struct backlog *b);

/* None is negative. */
struct backlog_probe {
    int64_t most;     /* a size above this does not fit at all */
    int64_t short_ns; /* a length up to this ... */
    int64_t spare;    /* ... or a size up to this */
};

/* The first job that passes the probe, from *cursor on; *cursor then stands behind it. It begins as
 * 0, at the head; a push moves everybody. */
uint32_t backlog_find(const struct backlog *b, uint32_t *cursor, const struct backlog_probe *probe);

#endif /* POLICIES_BASELINE_BACKLOG_H */
