/*
 * submit_rule.h - when the jobs of manifests are submitted.
 *
 *   30s                                          so long after the start
 *   2026-03-03T02:00:00Z                         then
 *   {every: 24h, at: "02:00", count: 10, until: 14d}   again and again, as a CronJob does
 *   {from: creationTimestamp}                    as a dump of a live cluster says
 *
 * Order    Times of one rule never fall. Submissions before the start arrive at the start.
 * Errors   In the reader's diag.
 */
#ifndef WORKLOADS_SUBMIT_RULE_H
#define WORKLOADS_SUBMIT_RULE_H

#include "models/kubernetes/object.h"
#include "sim/config.h"

struct submit_rule {
    int64_t first_ns; /* since the Unix epoch */
    int64_t every_ns; /* 0: once */
    int64_t count;    /* of submissions at most */
    int64_t until_ns; /* none from then on */
    bool from_created;
};

struct submit_env {
    int64_t start_ns;
    int64_t horizon_ns; /* INT64_MAX: the run has no end */
};

extern const struct config_table submit_table;

#define SUBMIT_HINT                                                                               \
    "a duration after the start, a date, {every: 24h, at: 02:00}, {from: creationTimestamp}, or " \
    "these by the names of jobs"

/* Whether n is a rule itself, and not one by job name. NULL is one: at the start. */
bool submit_is_rule(const struct yaml_node *n);

bool submit_rule_read(struct config_reader *r, const struct yaml_node *n,
                      const struct submit_env *env, struct submit_rule *out);

/* The time of the nth submission, from 0; false: there is none. */
bool submit_rule_at(const struct submit_rule *rule, uint64_t n, const struct object *o,
                    int64_t *at_ns);

#endif /* WORKLOADS_SUBMIT_RULE_H */
