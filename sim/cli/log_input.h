/*
 * log_input.h - a log, or a scenario's workload, as a row of jobs: for the commands that describe
 * and convert.
 *
 * A file whose name ends in .yaml or .yml is a scenario; others are told apart by their first line:
 * a comment or 17 numbers and more begin an SWF log, anything else a jobs CSV. A log has no
 * cluster: a processor counts as a GPU, and jobs come at the log's own dates.
 *
 * Order    By submission; of several sources at one instant, in the order of the sources.
 * Memory   The sources'; it does not grow with the log.
 * Errors   All in the diag, with their places in the file.
 */
#ifndef SIM_CLI_LOG_INPUT_H
#define SIM_CLI_LOG_INPUT_H

#include "sim/cli/prepared.h"

enum log_format { LOG_SCENARIO, LOG_SWF, LOG_CSV };

struct log_repair {
    const char *what;
    bool is_skip;
    uint64_t count, first_line;
};

struct log_input {
    enum log_format format;
    const char *path;
    struct run_options run;
    struct prepared prepared; /* of a scenario */
    struct setup setup;
    struct yaml_file *yaml; /* of a log: the source that reads it */
    bool is_cut;            /* there were more jobs than `most` */
    struct log_repair *repairs;
    size_t repairs_len;
};

struct log_input_how {
    bool strict;
    bool as_written;  /* of an SWF log: no limit where none is known, and none is raised */
    bool counts_cpus; /* of an SWF log: a processor is a CPU, not a GPU */
};

/* Takes a job; false: enough. */
typedef bool log_input_take(void *context, const struct job_spec *job);

/* False after a diag_error; close it in any case. */
bool log_input_open(struct log_input *in, const char *path, const struct log_input_how *how,
                    struct diag *d);
void log_input_close(struct log_input *in);

/* Pulls all jobs, at most `most` (0: all), then knows the repairs. False: reading failed. */
bool log_input_each(struct log_input *in, uint64_t most, log_input_take *take, void *context,
                    struct diag *d);

/* GPUs of a scenario's cluster; 0: none, or no scenario. */
uint64_t log_input_gpus(const struct log_input *in);

const char *log_format_name(enum log_format f); /* "SWF" */

#endif /* SIM_CLI_LOG_INPUT_H */
