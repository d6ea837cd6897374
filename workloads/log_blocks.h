/*
 * log_blocks.h - a log cut into days or weeks, which are drawn anew: a block bootstrap.
 *
 * A replayed log is one sample of what may come. Other samples like it are made of its own days (or
 * weeks), each drawn with replacement and put where a day was. Within a block everything stays as
 * it was: order, times of day, users and their jobs. What spans blocks is lost: with days the
 * rhythm of the week, with weeks the trend over months.
 *
 * Order    Of the output as of the log: times do not fall.
 * Memory   All records of the part that is replayed: their bytes, and 8 a block.
 * Cost     One pass to fill, then O(1) a record.
 * Threads  One per thread.
 * Source   E. Carlstein, The use of subseries values for estimating the variance of a general
 *          statistic from a stationary sequence, Annals of Statistics 14 (1986): blocks that do not
 *          overlap.
 */
#ifndef WORKLOADS_LOG_BLOCKS_H
#define WORKLOADS_LOG_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct log_blocks;

/* A record begins with its submit time, an int64 in ns; with zero_ns added that is a date. Blocks
 * begin at midnight, UTC, with the day of the first record. */
struct log_blocks *log_blocks_new(size_t record_bytes, int64_t block_ns, int64_t zero_ns);
void log_blocks_free(struct log_blocks *b); /* NULL is allowed */

/* In order. */
void log_blocks_push(struct log_blocks *b, const void *record);

/* When all are pushed: as many blocks as there are, the last, cut short by the end of the log,
 * among them. The same seed and replication draw the same blocks of all logs that have as many. */
void log_blocks_draw(struct log_blocks *b, uint64_t seed, uint64_t replication);

/* The next record, with the time at which it comes now; false: there is none left. */
bool log_blocks_next(struct log_blocks *b, void *record);

size_t log_blocks_len(const struct log_blocks *b); /* blocks */

#endif /* WORKLOADS_LOG_BLOCKS_H */
