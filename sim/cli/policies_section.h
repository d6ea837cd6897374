/*
 * policies_section.h - the `policies` of a scenario: which stacks of schedulers, with which
 * options.
 *
 * Memory   Entries lie in the scenario's arena and point into its files.
 * Errors   All mistakes of all entries, in the diag; an entry with one is not sound.
 */
#ifndef SIM_CLI_POLICIES_SECTION_H
#define SIM_CLI_POLICIES_SECTION_H

#include "sim/cli/scenario.h"

/* The scenario with each `use: NAME` replaced by what it names. */
const struct yaml_node *policies_resolve(const struct scenario *s, const struct yaml_node *root,
                                         struct diag *d);

/* Fills s->policies from s->policies_node. */
void policies_read(struct scenario *s, struct diag *d);

#endif /* SIM_CLI_POLICIES_SECTION_H */
