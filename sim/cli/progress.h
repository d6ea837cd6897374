/*
 * progress.h - a line on the terminal that says how far a run is.
 *
 *   fifo: 2026-03-09 14:05, 41 % of 14d, 12,804 jobs done, 3.1 M events/s, 4 s left
 *
 * Shown only if stderr is a terminal and --quiet was not given; redrawn four times a second.
 */
#ifndef SIM_CLI_PROGRESS_H
#define SIM_CLI_PROGRESS_H

#include "models/simulation.h"

/* Runs the simulation to its end, showing progress if asked to. */
enum simulation_end progress_run(struct simulation *sim, const char *name, bool is_quiet);

#endif /* SIM_CLI_PROGRESS_H */
