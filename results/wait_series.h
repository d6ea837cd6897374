/*
 * wait_series.h - the waits of a run's jobs in the order in which they came: an observer that
 * finds out how long the beginning of a run is not typical of the rest.
 *
 * Memory   Owns 16 bytes a job until wait_series_fini.
 */
#ifndef RESULTS_WAIT_SERIES_H
#define RESULTS_WAIT_SERIES_H

#include "models/observer.h"

struct wait_of_job {
    int64_t submit_ns; /* after the start */
    double wait_s;
};

struct wait_series {
    struct wait_of_job *jobs; /* by submit time once the run is over */
    size_t len, cap;
};

/* Its options are a struct wait_series to be filled. */
extern const struct observer_ops wait_series_observer;

void wait_series_fini(struct wait_series *s);

#endif /* RESULTS_WAIT_SERIES_H */
