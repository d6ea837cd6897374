/*
 * spill.h - sorted runs of records in a temporary file, and their merge.
 *
 * The second half of an external sort: runs are written one after the other, each in order, then
 * read together.
 *
 * Order    By key, an int64 at the beginning of each record; equal keys in the order of writing.
 * Memory   O(memory_bytes), shared by the runs while they are read; a record per run at least.
 * Errors   In the diag, with the folder and the system's reason; then false for ever. The file has
 *          no name any more once it is open: the system takes it away however the program ends.
 * Cost     Every record is written once and read once; O(log runs) per record.
 * Threads  One spill belongs to one thread.
 */
#ifndef WORKLOADS_SPILL_H
#define WORKLOADS_SPILL_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spill;

/* NULL, after an error in d, if there can be no file in the folder. Both are borrowed. */
struct spill *spill_open(const char *folder, size_t record_bytes, size_t memory_bytes,
                         struct diag *d);
void spill_close(struct spill *s); /* NULL is allowed */

/* The records of a run follow, in order. */
void spill_begin_run(struct spill *s);
bool spill_write(struct spill *s, const void *record);

/* All runs are written: reading begins. */
bool spill_rewind(struct spill *s);

/* The next record of all runs; false: there is none, or spill_failed. */
bool spill_read(struct spill *s, void *record);
bool spill_failed(const struct spill *s);

uint64_t spill_bytes(const struct spill *s); /* written */

#endif /* WORKLOADS_SPILL_H */
