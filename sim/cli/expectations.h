/*
 * expectations.h - the `expect` lines of a scenario: read before the run, judged after it.
 *
 * Memory   In the arena they were read with, which must outlive them.
 */
#ifndef SIM_CLI_EXPECTATIONS_H
#define SIM_CLI_EXPECTATIONS_H

#include "results/check_list.h"
#include "results/expectation.h"
#include "results/run_record.h"

struct expectations {
    struct expectation *items;
    size_t len;
};

/* From a list of texts; NULL is an empty one. False after a diag_error for each that is wrong. */
bool expectations_read(struct expectations *e, const struct yaml_node *list, struct arena *a,
                       struct diag *d);

/* More of them, as expectations_read. */
bool expectations_add(struct expectations *e, const struct yaml_node *list, struct arena *a,
                      struct diag *d);
void expectations_push(struct expectations *e, const struct expectation *item, struct arena *a);

/* Has the metrics keep what they ask for; before the run. */
void expectations_want(const struct expectations *e, struct metrics *m);

/* The same of replications; before the first is filled. */
void expectations_ask(const struct expectations *e, struct replications *r);

/* A check each: whether it holds, of replications on their mean. */
void expectations_check(const struct expectations *e, const struct run_record *record,
                        struct check_list *out);

#endif /* SIM_CLI_EXPECTATIONS_H */
