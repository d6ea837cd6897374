/*
 * expectation.h - what a run is expected to keep: p95(wait) by tenant <= 4h.
 *
 *   STATISTIC(METRIC) [by KEY | of KIND NAME] OP VALUE
 *
 *   p95(wait) by tenant <= 4h                   of each of them
 *   mean(utilisation) of pool train >= 70%      of one
 *   mean(queue length) <= 20                    of all together
 *   count(lost) == 0
 *   sum(cost) < 12000 USD
 *
 * STATISTIC is mean, median, p95, p99.9, min, max, sum, deviation or count; METRIC one of
 * metric.h, a blank for each underscore; KEY and KIND tenant, queue, user, size, priority or pool;
 * OP one of <= < >= > == !=. NAME may be in quotes. VALUE has the metric's unit: a duration, a
 * share such as 70%, dollars, a rate; jobs, GPUs, GPU-hours and ratios are plain numbers.
 *
 * Memory   An expectation owns nothing; texts lie in the arena it was read with, results borrow
 *          names from the metrics.
 * Errors   One diag_error per text, at the place in the text that is wrong.
 */
#ifndef RESULTS_EXPECTATION_H
#define RESULTS_EXPECTATION_H

#include "results/interval.h"
#include "results/metrics.h"
#include "sim/diag.h"

struct arena;
struct replication_question;
struct replications;
struct yaml_node;

enum comparison { LESS_EQUAL, LESS, GREATER_EQUAL, GREATER, EQUAL, NOT_EQUAL };

struct expectation {
    const char *text; /* as written */
    enum metric_id id;
    enum statistic s;
    unsigned p;        /* of STAT_P, in millionths */
    enum metric_by by; /* BY_NOTHING: of all together */
    const char *name;  /* NULL: of each of them */
    enum comparison op;
    double value; /* in the unit of metric_unit_of */
};

struct expectation_result {
    bool passed;
    bool is_close;     /* the error of a percentile leaves it open */
    size_t groups;     /* that were looked at */
    size_t failed;     /* of them */
    const char *worst; /* the group that is farthest from passing; "": all together; NULL: none */
    struct metric_value value; /* its; NaN: nothing was measured */
    struct interval interval;  /* of that over replications; not known: there is none */
    bool is_within; /* some interval has the limit in it: other luck may decide otherwise */
};

/* Reads an expectation; `what` begins the messages: "expect", "target". */
bool expectation_parse(struct expectation *e, const char *text, const char *what, struct arena *a,
                       struct diag *d);
bool expectation_read(struct expectation *e, const struct yaml_node *node, const char *what,
                      struct arena *a, struct diag *d);

/* A value alone, without a limit: `p95(wait) of queue a`; of all together or of one. */
bool expectation_read_value(struct expectation *e, const struct yaml_node *node, const char *what,
                            struct arena *a, struct diag *d);

/* A value and a width around it: `p95(wait) of queue a <= 5%`, a share of it, or `<= 2m`, in the
 * metric's unit; `5%` or `2m` alone: of mean(wait). Not negative. */
bool expectation_parse_width(struct expectation *e, bool *is_relative, const char *text,
                             struct src_pos at, const char *what, struct arena *a, struct diag *d);

/* Has the metrics keep what it asks for; before the run. */
void expectation_want(const struct expectation *e, struct metrics *m);

struct expectation_result expectation_check(const struct expectation *e, struct metrics *m);

/* Of replications: asks for its values before they are filled, then checks their means. */
void expectation_ask(const struct expectation *e, struct replications *r);
struct expectation_result expectation_check_means(const struct expectation *e,
                                                  const struct replications *r);
struct replication_question expectation_question(const struct expectation *e);

/* One line: "pass  p95(wait) by tenant <= 4h: 3h12m (worst: team-b)". */
void expectation_print(const struct expectation *e, const struct expectation_result *r, FILE *out);

void expectation_print_detail(const struct expectation *e, const struct expectation_result *r,
                              FILE *out); /* "3h12m (worst: team-b)" */

bool comparison_holds(enum comparison op, double a, double b);

#endif /* RESULTS_EXPECTATION_H */
