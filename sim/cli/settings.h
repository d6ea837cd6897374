/*
 * settings.h - what a command line sets in a scenario: --set KEY=VALUE, as often as wanted.
 *
 * The value is read as YAML: --set run.until=7d, --set 'outputs=[jobs, summary]'.
 *
 * Memory   Owns its texts until settings_close; the scenario that is opened with it must be closed
 *          before.
 */
#ifndef SIM_CLI_SETTINGS_H
#define SIM_CLI_SETTINGS_H

#include "sim/cli/options.h"
#include "sim/cli/scenario.h"

struct settings {
    struct scenario_setting *items;
    size_t len;
    struct yaml_file *files[OPTION_MOST_TEXTS];
    size_t files_len;
    struct arena *arena;
};

/* Those of the command line, then `more`. False after a diag_error for each that is wrong; close it
 * in any case. */
bool settings_open(struct settings *s, const struct option_texts *set,
                   const struct scenario_setting *more, size_t more_len, struct diag *d);
void settings_close(struct settings *s);

#endif /* SIM_CLI_SETTINGS_H */
