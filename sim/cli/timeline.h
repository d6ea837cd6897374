/*
 * timeline.h - what an administrator does during the run.
 *
 *   timeline:
 *     - {at: 2h, cordon: train-0}         # cordon, uncordon, drain, down, up: a node, or a list
 *     - {at: 2h, restart-device-plugin: gpu-0, for: 20s}
 *     - {at: 20h, mig-layout: night, nodes: [gpu-0]}     # no nodes: all that have such a layout
 *     - {at: 1d, quota: ...}              # anything else is for the policies
 *
 * Nodes of a pool with `boot` come up by entries of their own.
 */
#ifndef SIM_CLI_TIMELINE_H
#define SIM_CLI_TIMELINE_H

#include "models/simulation.h"
#include "sim/cli/scenario.h"

/* Reads the section into a list in the arena, in order of time; false after a diag_error. */
bool timeline_read(const struct scenario *s, const struct cluster *c, struct arena *a,
                   struct diag *d, struct timeline_entry **out, size_t *len);

#endif /* SIM_CLI_TIMELINE_H */
