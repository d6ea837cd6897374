/*
 * replications.h - what each of several runs of one scenario under one policy measured: the values
 * that means, intervals and paired differences are made from.
 *
 *   struct replications *r = replications_new(20, metrics);
 *   replications_ask(r, &question);                besides all values that are not of a group
 *   ... each replication k, on any thread: replications_fill(r, k, record) ...
 *   interval_of(replications_values(r, &question, ""), replications_len(r))
 *
 * Replication k of two policies has the same random streams, so its values are a pair.
 *
 * Order    Groups are in the order of the first replication that has them.
 * Memory   Numbers, not metrics: grows with replications and groups, not with jobs.
 * Errors   A question that was not asked is a bug.
 * Threads  Different replications may be filled at once; reading begins when all are filled.
 */
#ifndef RESULTS_REPLICATIONS_H
#define RESULTS_REPLICATIONS_H

#include "results/interval.h"
#include "results/metrics.h"
#include "results/run_record.h"

struct replications;

struct replication_question {
    enum metric_id id;
    enum metric_by by;
    enum statistic s;
    unsigned p; /* of STAT_P, in millionths */
};

/* m is not filled yet: it knows which percentiles will be kept. */
struct replications *replications_new(size_t len, const struct metrics *m);
void replications_free(struct replications *r); /* NULL is allowed */
size_t replications_len(const struct replications *r);

/* Each is a sample of one log (a bootstrap): intervals are then where the value of one such log
 * lies, t times the deviation, which does not shrink with their number; else of the mean. */
void replications_set_samples(struct replications *r, bool are_samples);
bool replications_are_samples(const struct replications *r);

/* Makes room for more, which are to be filled next. Not while others are being filled. */
void replications_grow(struct replications *r, size_t len);

/* Before the first is filled. */
void replications_ask(struct replications *r, const struct replication_question *q);

size_t replications_questions(const struct replications *r);
const struct replication_question *replications_question(const struct replications *r, size_t i);

/* Before the first is filled: keeps the wait_curve.h of each. */
void replications_keep_waits(struct replications *r);
bool replications_have_waits(const struct replications *r);

/* After the run; nothing of the record is kept. */
void replications_fill(struct replications *r, size_t replication, const struct run_record *run);

size_t replications_ended(const struct replications *r, enum simulation_end end);

/* Groups that some replication has; one, "", with BY_NOTHING. */
size_t replications_groups(const struct replications *r, const struct replication_question *q);
const char *replications_group_name(const struct replications *r,
                                    const struct replication_question *q, size_t group);

/* Writes one per replication; NaN where it has none. Counts and sums of a group that is missing
 * in a replication are 0. */
void replications_values(const struct replications *r, const struct replication_question *q,
                         const char *group, double *out);

/* The mean over replications with its interval, and the mean error of its percentiles. */
struct interval replications_mean(const struct replications *r,
                                  const struct replication_question *q, const char *group,
                                  double *error);

/* The share of jobs that wait at most as long as at a point of the curve; if waits are kept. */
struct interval replications_waited(const struct replications *r, size_t point);

/* Of a minus b, of all jobs. */
struct interval replications_difference(const struct replications *a, const struct replications *b,
                                        const struct replication_question *q);

/* Whether there are several and none differs from another in any value: nothing was random. */
bool replications_are_identical(const struct replications *r);

/* Of runs that have replications; false after a diag_error. */
bool replications_write_csv(const struct run_record *runs, size_t len, const char *path,
                            struct diag *d);

#endif /* RESULTS_REPLICATIONS_H */
