/*
 * facts.h - what a report says of runs from their summary.json: what jobs waited for, how the runs
 * were made, and the scenario as it was run.
 */
#ifndef SIM_CLI_REPORT_FACTS_H
#define SIM_CLI_REPORT_FACTS_H

#include "sim/cli/report/folder.h"

struct out_file;

/* Runs of which something is to be said: one, or those of a comparison. */
struct facts_runs {
    const struct folder *items;
    size_t len;
};

struct facts_runs facts_runs(const struct folder *f);

/* Which reasons make up the waiting time: a row per reason, two columns per run. */
void facts_put_waits(struct out_file *out, struct facts_runs runs);

/* A table of seeds, versions, counts, and what was repaired. */
void facts_put_runs(struct out_file *out, struct facts_runs runs);

/* The files of the scenario, each with its hash. */
void facts_put_inputs(struct out_file *out, struct facts_runs runs);

/* "seed 42, simulated 2026-03-02 to 2026-03-15, clustersim 0.1.0": a paragraph. */
void facts_put_line(struct out_file *out, struct facts_runs runs);

#endif /* SIM_CLI_REPORT_FACTS_H */
