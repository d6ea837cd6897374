/*
 * baseline.h - the replications.csv of an earlier run: what --baseline compares with.
 *
 * Memory   In the arena it is read with.
 * Errors   Of the file: a missing column, replications out of order, text where a number belongs:
 *          diag_errors with its line. A file that is not there says how to make it.
 */
#ifndef SIM_CLI_BASELINE_H
#define SIM_CLI_BASELINE_H

#include "results/replications.h"
#include "sim/diag.h"

struct arena;

/* One value of one policy: a number per replication, NaN where it has none. */
struct baseline_series {
    const char *policy, *by, *group, *metric, *statistic;
    double *values;
    size_t len, cap;
};

struct baseline {
    const char *dir;
    struct baseline_series *series;
    size_t len, cap;
    uint64_t seed;
    size_t replications;
};

bool baseline_read(struct baseline *b, const char *dir, struct arena *a, struct diag *d);
void baseline_close(struct baseline *b);

bool baseline_has_policy(const struct baseline *b, const char *policy);

/* The next series at or behind `from` that answers the question; SIZE_MAX: none. */
size_t baseline_find(const struct baseline *b, size_t from, const char *policy,
                     const struct replication_question *q);

#endif /* SIM_CLI_BASELINE_H */
