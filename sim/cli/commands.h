/*
 * commands.h - the commands of the program, and what they have in common.
 *
 * Exit codes: 0 done, 1 an expectation failed, 2 input refused, 3 the world (disk full, no such
 * file).
 */
#ifndef SIM_CLI_COMMANDS_H
#define SIM_CLI_COMMANDS_H

#include "sim/cli/options.h"

enum exit_code { EXIT_DONE = 0, EXIT_EXPECTATION = 1, EXIT_INPUT = 2, EXIT_WORLD = 3 };

extern const struct command command_run;
extern const struct command command_compare;
extern const struct command command_size;
extern const struct command command_sweep;
extern const struct command command_check;
extern const struct command command_explain;
extern const struct command command_report;
extern const struct command command_stats;
extern const struct command command_convert;
extern const struct command command_init;
extern const struct command command_list;
extern const struct command command_manual;

/* All of them, ended by NULL. */
const struct command *const *command_all(void);

#endif /* SIM_CLI_COMMANDS_H */
