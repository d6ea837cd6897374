/*
 * reorder.h - puts the records of a log in order while they stream through.
 *
 * A window of records is held back; whatever is out of order by less than the window leaves in
 * order, and a log that fits into it altogether always does. What is worse goes through an external
 * merge sort, in a temporary file. REORDER_AUTO finds out which it takes by reading a longer log
 * once to its end before its first record leaves, then again.
 *
 * Order    By key, an int64 at the beginning of each record; equal keys in the order of the log.
 * Memory   The window: its records and some 36 bytes for each late one, however long the log is;
 *          4 MiB to merge.
 * Errors   The input's, and those of spill.h: false, and reorder_failed. With REORDER_WINDOW a
 *          record that comes too late for the window gets the key of the last one that left, and is
 *          counted.
 * Cost     O(1) per record in order, O(log n) otherwise; see above for how often a log is read.
 * Threads  One per thread.
 */
#ifndef WORKLOADS_REORDER_H
#define WORKLOADS_REORDER_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reorder_method {
    REORDER_AUTO,
    REORDER_WINDOW, /* reads once */
    REORDER_SORT,   /* reads once, before the first record leaves */
};

enum reorder_pull { REORDER_RECORD, REORDER_END, REORDER_FAILED };

/* Where the records come from. */
struct reorder_input {
    void *context;
    enum reorder_pull (*pull)(void *context, void *record);
    bool (*rewind)(void *context); /* back to the first; not needed with the other methods */
};

struct reorder_spec {
    enum reorder_method method;
    size_t record_bytes;
    uint64_t window_len;     /* records held back at most, at least 1 */
    uint64_t window_span;    /* and from the least key held to the largest; UINT64_MAX: any */
    const char *temp_folder; /* borrowed */
    struct reorder_input input;
};

struct reorder;

/* Reads nothing yet; cannot fail. d is borrowed. */
struct reorder *reorder_new(const struct reorder_spec *spec, struct diag *d);
void reorder_free(struct reorder *r); /* NULL is allowed */

/* The next record; false: there is none, or reorder_failed. */
bool reorder_next(struct reorder *r, void *record);
bool reorder_failed(const struct reorder *r);

struct reorder_counts {
    uint64_t too_late;      /* REORDER_WINDOW: keys raised */
    uint64_t spilled_bytes; /* through the temporary file */
    bool was_read_twice;
};

struct reorder_counts reorder_counts(const struct reorder *r);

#endif /* WORKLOADS_REORDER_H */
