/*
 * tally.h - the values of one metric over one group of jobs.
 *
 * Memory   Owns its percentiles, if it keeps them; a zeroed tally keeps none.
 * Cost     tally_add: about 5 ns per value, 8 with percentiles; a column of zeros nearly nothing.
 */
#ifndef RESULTS_TALLY_H
#define RESULTS_TALLY_H

#include "sim/moments.h"
#include "sim/quantile.h"

#define TALLY_ABSENT INT64_MIN /* a job has no such value; others are not negative */

enum { TALLY_COLUMN_MOST = 128 };

struct tally {
    struct moments moments;
    struct quantile *quantile; /* NULL: no percentiles */
};

void tally_keep_percentiles(struct tally *t);
void tally_fini(struct tally *t);

/* What a column of values holds. */
enum tally_column { TALLY_ZEROS, TALLY_VALUES, TALLY_SOME_ABSENT };

enum tally_column tally_look(const int64_t *values, size_t len);

/* Adds a column of at most TALLY_COLUMN_MOST values, absent ones left out. `holds` may be of a
 * column that this is a part of; of zeros, nothing is read. */
void tally_add(struct tally *t, const int64_t *values, size_t len, enum tally_column holds);
void tally_merge(struct tally *into, const struct tally *from);

#endif /* RESULTS_TALLY_H */
