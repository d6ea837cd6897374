/*
 * setup.h - one simulation of a scenario, put together: names, cluster, policies, sources.
 *
 * A setup is made for one policy and one replication and is used for one run, so that runs share
 * nothing but the scenario and the catalogue, which nobody changes.
 *
 * Memory   Owns all it makes until setup_close; the scenario and the catalogue must outlive it.
 */
#ifndef SIM_CLI_SETUP_H
#define SIM_CLI_SETUP_H

#include "models/catalogue.h"
#include "models/simulation.h"
#include "sim/cli/scenario.h"

struct setup_options {
    const struct policy_entry *policy;
    uint64_t seed, replication;
    int64_t bootstrap_ns;
    const char *out_dir; /* NULL: nothing is written */
    const struct observer_use *observers;
    size_t observers_len;
    bool strict, audit, no_fragments;
    FILE *log; /* refused verbs */
};

struct setup {
    struct names names;
    struct request_table *requests;
    struct cluster *cluster;
    struct arena *arena;
    struct policy_use policies[STACK_MOST];
    struct source_use *sources;
    size_t sources_len;
    struct timeline_entry *timeline;
    size_t timeline_len;
    struct simulation *sim;
};

/* The cluster and the list of sources, without a simulation; false after a diag_error. Close it in
 * any case. */
bool setup_prepare(struct setup *s, const struct scenario *scenario, const struct catalogue *c,
                   struct diag *d);

/* The same with the simulation opened. */
bool setup_open(struct setup *s, const struct scenario *scenario, const struct catalogue *c,
                const struct setup_options *options, struct diag *d);

/* The name given to the i-th source, else its kind. */
const char *setup_source_name(const struct setup *s, size_t i);

/* True if everything was written. */
bool setup_close(struct setup *s);

#endif /* SIM_CLI_SETUP_H */
