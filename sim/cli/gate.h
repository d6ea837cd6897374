/*
 * gate.h - what a change must keep: expectations, and what an earlier run measured. The part of run
 * and compare that refuses.
 *
 * A value that differs from the baseline is refused only if the difference is real and larger than
 * what is tolerated (regression.h). Replications with the seed of the baseline are its pairs. All
 * values of all policies are judged at a level at which all intervals together hold in 95 %.
 */
#ifndef SIM_CLI_GATE_H
#define SIM_CLI_GATE_H

#include "results/run_record.h"
#include "sim/cli/baseline.h"
#include "sim/cli/prepared.h"

struct gate_options {
    struct option_texts expect, tolerance;
    const char *baseline, *junit, *markdown; /* NULL: not given */
    const char *format;
};

#define GATE_DEFAULTS     \
    {                     \
        .format = "text", \
    }

#define GATE_OPTIONS(type, member)                                                               \
    {"expect", OPTION_TEXTS, offsetof(type, member.expect), "FILE",                              \
     .help = "more expectations: a YAML list, or {expect: [...], tolerance: [...]}"},            \
        {"baseline", OPTION_TEXT, offsetof(type, member.baseline), "DIR",                        \
         .help = "compare with the replications.csv of an earlier run, as many replications as " \
                 "it has; exit code 1 if something became worse"},                               \
        {"tolerance", OPTION_TEXTS, offsetof(type, member.tolerance), "VALUE",                   \
         .help = "how much worse than the baseline is tolerated: 10%, or of one value: "         \
                 "'p95(wait) by queue <= 10%' (default: 5% of mean(wait), p95(wait), "           \
                 "mean(bounded_slowdown), count(done))"},                                        \
        {"junit", OPTION_TEXT, offsetof(type, member.junit), "FILE",                             \
         .help = "write what was checked as JUnit XML"},                                         \
        {"markdown", OPTION_TEXT, offsetof(type, member.markdown), "FILE",                       \
         .help = "write a short summary for a pull request"},                                    \
    {                                                                                            \
        "format", OPTION_TEXT, offsetof(type, member.format), "text|json",                       \
            .help = "what is printed (default: text)"                                            \
    }

/* A value that is compared with the baseline's. */
struct gate_value {
    struct expectation of; /* its value: how much worse is tolerated */
    bool is_relative;
};

struct gate {
    const struct gate_options *options;
    struct baseline baseline; /* of no series: there is none */
    struct gate_value *values;
    size_t values_len, values_cap;
    struct yaml_file *files[OPTION_MOST_TEXTS];
    size_t files_len;
};

/* Before the first run: reads all files, adds to what p expects and measures, and takes over the
 * number of replications of the baseline if none was asked for. False after a diag_error;
 * gate_close in any case. */
bool gate_open(struct gate *g, const struct gate_options *o, struct prepared *p, struct diag *d);
void gate_close(struct gate *g);

bool gate_is_json(const struct gate *g); /* nothing else goes to standard output */

/* After the runs: prints what was checked, writes the reports. The exit code. */
int gate_judge(const struct gate *g, const struct prepared *p, const struct run_record *records,
               size_t len, struct diag *d);

#endif /* SIM_CLI_GATE_H */
