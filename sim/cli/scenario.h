/*
 * scenario.h - the file that says what to simulate.
 *
 * `extends` names another scenario whose keys this one replaces or extends (yaml_overlay): maps are
 * merged, everything else is replaced. Relative paths start at the file in which they are written.
 *
 * Memory   A scenario owns its files and everything read from them until scenario_close.
 * Errors   All mistakes of the file and of what it extends, in one run, in the diag.
 */
#ifndef SIM_CLI_SCENARIO_H
#define SIM_CLI_SCENARIO_H

#include "sim/cli/knob.h"
#include "sim/config.h"
#include "sim/yaml.h"

struct arena;
struct scenario_setting;

struct run_section {
    const struct yaml_node *until;   /* drained, a duration or a date */
    bool drain;                      /* from `until`: stops once nothing is left to do */
    int64_t until_ns;                /* since the Unix epoch; INT64_MAX: none */
    int64_t limit_ns;                /* after the start; a drained run ends there at the latest */
    const struct yaml_node *warm_up; /* auto or a duration */
    bool finds_warm_up;              /* from `warm_up`: auto, to be found by pilot runs */
    int64_t warm_up_ns;              /* left out of averages */
    int bootstrap;                   /* enum bootstrap */
    int64_t startup_ns;              /* from binding a task to its first useful step */
};

enum bootstrap { BOOTSTRAP_NONE, BOOTSTRAP_DAY, BOOTSTRAP_WEEK };

enum { STACK_MOST = 4 };

/* A stack of policies, as results call it. */
struct policy_entry {
    const char *name;
    const struct yaml_node *node; /* the whole entry */
    const struct policy_ops *stack[STACK_MOST];
    const struct yaml_node *options[STACK_MOST];
    struct yaml_node
        absent[STACK_MOST]; /* options that were not written: empty, but with a place */
    size_t len;
    bool is_sound; /* nothing is wrong with the entry itself */
};

/* How GPUs are sampled, for gpus.csv and --openmetrics. */
struct dcgm_section {
    int64_t interval_ns; /* 0: as `sample` */
    int rows;
};

enum { DCGM_ROWS_CHANGES, DCGM_ROWS_ALL };

struct scenario {
    int64_t version;
    const char *name;
    int64_t seed;
    int64_t start_ns;
    const struct yaml_node *cluster;
    const struct yaml_node *workload; /* a list */
    const struct yaml_node *policies_node;
    const struct yaml_node *extends;
    const struct yaml_node *sweep; /* read by `clustersim sweep` */
    const struct yaml_node *size;  /* read by `clustersim size` */
    const struct yaml_node *timeline;
    struct run_section run;
    int64_t sample_ns;
    const struct yaml_node *expect; /* a list of texts */
    struct config_texts outputs;    /* which files to write; none named: all */
    /* Below: found out. */
    struct policy_entry *policies;
    size_t policies_len;
    const char *path;
    const struct scenario_setting *settings;
    size_t settings_len;
    struct dcgm_section dcgm;
    struct arena *arena;
    struct yaml_file **files;
    size_t files_len;
    const struct yaml_node *layers[16]; /* this file, and those it extends, each as written */
    size_t layers_len;
};

extern const char *const bootstrap_choices[]; /* enum bootstrap; ended by NULL */
extern const struct config_table scenario_table;

/* Something in it to be set to another value. */
struct scenario_setting {
    struct knob knob;
    const struct yaml_node *value;
};

/* The file with the settings made in it, which must outlive the scenario. True if nothing was
 * wrong. Close it in any case. */
bool scenario_open(struct scenario *s, const char *path, const struct scenario_setting *settings,
                   size_t settings_len, struct diag *d);
void scenario_close(struct scenario *s);

/* Of a text, of what was set in the scenario, and of the files it was read from: two runs of
 * different hashes are not parts of one. */
uint64_t scenario_hash(const struct scenario *s, const char *text);

/* Whether a result file is to be written. */
bool scenario_wants(const struct scenario *s, const char *output);

/* Whether results can lie in a folder of this name; a diag_error if not. */
void scenario_check_name(const char *what, const char *name, struct src_pos at, struct diag *d);

/* NULL after complaining, with the nearest name. */
const struct policy_entry *scenario_policy(const struct scenario *s, const char *name,
                                           struct diag *d);

#endif /* SIM_CLI_SCENARIO_H */
