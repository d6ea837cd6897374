/*
 * gate_compare.h - what became worse than in the baseline.
 */
#ifndef SIM_CLI_GATE_COMPARE_H
#define SIM_CLI_GATE_COMPARE_H

#include "results/check_list.h"
#include "sim/cli/gate.h"

/* A check for each value of each policy and group that the baseline has. */
void gate_compare(const struct gate *g, const struct run_record *records, size_t len,
                  struct check_list *out);

#endif /* SIM_CLI_GATE_COMPARE_H */
