/*
 * prepared.h - a scenario with what it needs, ready to be simulated: what run, compare and the
 * other commands that simulate have in common.
 */
#ifndef SIM_CLI_PREPARED_H
#define SIM_CLI_PREPARED_H

#include "sim/cli/expectations.h"
#include "sim/cli/options.h"
#include "sim/cli/settings.h"
#include "sim/cli/setup.h"
#include "sim/cli/until_width.h"

/* Options that all commands that simulate share. */
struct run_options {
    const char *out; /* folder; NULL: out/NAME */
    int64_t seed;    /* -1: the scenario's */
    int64_t replications;
    const char *until_width; /* NULL: not given */
    const char *bootstrap;   /* NULL: the scenario's */
    int64_t threads;         /* 0: as many as there are cores */
    bool quiet, strict, audit, no_plots;
    struct option_texts set;
    /* Set besides, not by the user: a point of a sweep. */
    const struct scenario_setting *settings;
    size_t settings_len;
    bool is_judged; /* somebody has opened it so before, and nothing was wrong */
};

#define RUN_DEFAULTS                  \
    {                                 \
        .seed = -1, .replications = 1 \
    }

#define RUN_OPTIONS(type, member)                                                                 \
    {"out", OPTION_TEXT, offsetof(type, member.out), "DIR",                                       \
     .help = "folder for the results (default: out/NAME)"},                                       \
        {"seed", OPTION_INT,       offsetof(type, member.seed),                                   \
         "N",    .max = INT64_MAX, .help = "in place of the scenario's"},                         \
        {"replications",                                                                          \
         OPTION_INT,                                                                              \
         offsetof(type, member.replications),                                                     \
         "N",                                                                                     \
         1,                                                                                       \
         100000,                                                                                  \
         "runs with luck of their own; values are their means, with intervals (default: 1)"},     \
        {"until-width", OPTION_TEXT, offsetof(type, member.until_width), "WIDTH",                 \
         .help = "as many replications as make a 95 % interval so narrow, to either side: 5% or " \
                 "2m, of mean(wait); 'p95(wait) of queue a <= 5%'. At most --replications, or "   \
                 "1000"},                                                                         \
        {"bootstrap", OPTION_TEXT, offsetof(type, member.bootstrap), "day|week|none",             \
         .help = "draw the days or weeks of replayed logs anew in each replication but the "      \
                 "first, in place of the scenario's run: {bootstrap: ...}"},                      \
        {"threads",                                                                               \
         OPTION_INT,                                                                              \
         offsetof(type, member.threads),                                                          \
         "N",                                                                                     \
         1,                                                                                       \
         1024,                                                                                    \
         "replications at a time; changes no result (default: all cores)"},                       \
        {"set", OPTION_TEXTS, offsetof(type, member.set), "KEY=VALUE",                            \
         .help = "sets a key of the scenario, such as cluster.pools.train.count=8"},              \
        {"quiet", OPTION_FLAG, offsetof(type, member.quiet), .help = "no progress, no table"},    \
        {"strict", OPTION_FLAG, offsetof(type, member.strict),                                    \
         .help = "refuse dirt in logs instead of repairing it"},                                  \
        {"audit", OPTION_FLAG, offsetof(type, member.audit),                                      \
         .help = "check all invariants at every instant; slow"},                                  \
    {                                                                                             \
        "no-plots", OPTION_FLAG, offsetof(type, member.no_plots), .help = "only the CSV files"    \
    }

struct prepared {
    struct settings settings;
    struct scenario scenario;
    struct catalogue *catalogue;
    const struct run_options *options;
    const struct policy_entry *policy; /* the one that was asked for; NULL: all */
    const char *out_dir;
    const char *openmetrics; /* file; NULL: not asked for */
    struct expectations expect;
    struct expectations watched;     /* values that are measured as if they were expected */
    struct until_width *until_width; /* NULL: not asked for */
    size_t replications;             /* of each policy; with until_width: at the most */
    bool has_no_record;              /* nobody will ask what was measured: only the files count */
    uint64_t seed;
    int64_t bootstrap_ns; /* see source_env */
};

/* Reads the scenario and judges it under the policy called `only` (NULL: under all of them) without
 * writing anything. False after a diag_error; prepared_close in any case. */
bool prepared_open(struct prepared *p, const char *path, const struct run_options *o,
                   const char *only, struct diag *d);
void prepared_close(struct prepared *p);

/* Whether there is more than one run of each policy. */
static inline bool prepared_replicates(const struct prepared *p)
{
    return p->replications > 1 || p->until_width != NULL;
}

static inline bool prepared_wants_plots(const struct prepared *p)
{
    return !p->options->no_plots && scenario_wants(&p->scenario, "plots");
}

/* What a command does with a scenario that is in order; the exit code. */
typedef int prepared_use(struct prepared *p, const void *options, struct diag *d);

/* The frame of every command that simulates: opens the scenario, has it used, says how many
 * mistakes there were and closes all. The exit code: of `use`, or of what kept it from being
 * called. */
int prepared_run(const char *path, const struct run_options *o, const char *only, prepared_use *use,
                 const void *options);

/* Creates a folder and those above it; false after a diag_error. */
bool make_dirs(const char *path, struct diag *d);

#endif /* SIM_CLI_PREPARED_H */
