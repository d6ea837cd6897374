/*
 * check_list.h - what was checked after a run, policy by policy, and how it turned out: what goes
 * to the terminal, to a JUnit report, a Markdown summary and JSON.
 *
 * Order    As added.
 * Memory   Owns copies of all texts until check_list_free.
 * Errors   Writers return false after a diag_error; what lay at the path before then stays.
 */
#ifndef RESULTS_CHECK_LIST_H
#define RESULTS_CHECK_LIST_H

#include "results/run_record.h"

enum check_kind { CHECK_EXPECTATION, CHECK_BASELINE };

/* NaN where a number does not apply. */
struct check {
    enum check_kind kind;
    const char *policy;
    const char *name;    /* "p95(wait) by tenant <= 4h" */
    const char *detail;  /* "3h12m (worst: team-b)" */
    const char *verdict; /* "pass", "fail", "worse" */
    bool passed;
    const char *unit;                /* of the numbers */
    double value, before;            /* a mean over replications; that of the baseline */
    double difference, lower, upper; /* to the baseline, its interval; else the value's */
};

struct check_list;

struct check_list *check_list_new(void);
void check_list_free(struct check_list *l); /* NULL is allowed */
void check_list_add(struct check_list *l, const struct check *c);
size_t check_list_len(const struct check_list *l);
size_t check_list_failed(const struct check_list *l);
const struct check *check_list_at(const struct check_list *l, size_t i);

/* A line each, "fifo: FAIL  p95(wait) <= 2h: 2d"; if `quiet`, only of those that fail. */
void check_list_print(const struct check_list *l, bool quiet, FILE *out);

/* --- reports: of runs (comparison.h) and what was checked --- */

struct check_report {
    const struct run_record *runs; /* at least one */
    size_t len;
    const struct check_list *checks;
    const char *baseline; /* its folder; NULL: none */
};

bool check_report_write_junit(const struct check_report *r, const char *path, struct diag *d);
bool check_report_write_markdown(const struct check_report *r, const char *path, struct diag *d);

/* Schema: docs/OUTPUTS.md. "-" is standard output. */
bool check_report_write_json(const struct check_report *r, const char *path, struct diag *d);

size_t check_report_replications(const struct check_report *r);

#endif /* RESULTS_CHECK_LIST_H */
