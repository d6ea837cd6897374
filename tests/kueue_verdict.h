/*
 * kueue_verdict.h - recorded verdicts of Kueue beside ours: refusals, and trees.
 */
#ifndef TESTS_KUEUE_VERDICT_H
#define TESTS_KUEUE_VERDICT_H

#include "policies/kueue/refusal.h"

/* Whether want, a list of {field, type, value, detail}, has the same refusals in any order; says
 * what differs. */
bool verdicts_equal(const struct yaml_node *want, const struct refusals *got);

/* Whether got says what want says. Durations and quantities are compared by what they mean; what
 * want shows as false, 0, "" or empty may be absent in got. what: for the complaint. */
bool trees_agree(const char *what, const struct yaml_node *want, const struct yaml_node *got);

#endif /* TESTS_KUEUE_VERDICT_H */
