/*
 * regression.h - whether a value became worse than it was: for a gate that must not cry wolf.
 *
 * Worse is a difference that is real (its interval leaves out 0) and larger than what is tolerated.
 * A value that is no longer there is worse; one that was not there before is not judged.
 *
 * Units    Of the values.
 * Threads  Pure functions.
 */
#ifndef RESULTS_REGRESSION_H
#define RESULTS_REGRESSION_H

#include "results/interval.h"
#include "results/metric.h"

enum regression_verdict {
    REGRESSION_NEW,    /* there was no such value before */
    REGRESSION_SAME,   /* in every replication */
    REGRESSION_OPEN,   /* a difference, but it may be luck */
    REGRESSION_SMALL,  /* a real one for the worse, within the tolerance */
    REGRESSION_BETTER, /* a real one for the better */
    REGRESSION_WORSE,  /* more than is tolerated */
    REGRESSION_GONE,   /* nothing is measured any more */
};

struct regression_test {
    enum metric_better better; /* neither: any change is for the worse */
    double tolerance;          /* a share of the mean before if is_relative */
    bool is_relative;
    bool is_paired; /* replication k had the same luck before and now */
    double level;   /* of the interval of the difference */
};

struct regression {
    enum regression_verdict verdict;
    double before, now;         /* means, of what was compared */
    struct interval difference; /* now - before; not known: the same in every replication */
};

/* One value per replication, NaN where it has none; of pairs as many as both have are compared. */
struct regression regression_judge(const struct regression_test *t, const double *before,
                                   size_t before_len, const double *now, size_t now_len);

bool regression_is_bad(enum regression_verdict v);
const char *regression_verdict_name(enum regression_verdict v); /* "worse" */

#endif /* RESULTS_REGRESSION_H */
