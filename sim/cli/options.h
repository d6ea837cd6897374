/*
 * options.h - the command line, read through tables as files are.
 *
 * Each command has one table of options; reading, --help and the manual come from it.
 *
 *   --seed 7   --seed=7   --quiet   and positional arguments, in any order; -- ends the options.
 *
 * Errors   An unknown option (with the nearest valid one), a missing or wrong value, too few or too
 *          many arguments: all of them in one run, as "clustersim run: error: ...".
 */
#ifndef SIM_CLI_OPTIONS_H
#define SIM_CLI_OPTIONS_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_TEXTS,    /* struct option_texts: may be given more than once */
    OPTION_INT,      /* int64_t in [min, max] */
    OPTION_DURATION, /* int64_t ns */
};

enum { OPTION_MOST_TEXTS = 64 };

struct option_texts {
    const char *texts[OPTION_MOST_TEXTS];
    size_t len;
};

struct option {
    const char *name; /* without the dashes; NULL ends the table */
    enum option_kind kind;
    size_t offset;
    const char *value; /* what --help calls it: "N", "DIR"; NULL for flags */
    int64_t min, max;  /* of OPTION_INT */
    const char *help;
};

/* A command of the program. */
struct command {
    const char *name;
    const char *arguments; /* "SCENARIO"; "" */
    const char *summary;   /* one line */
    const char *help;      /* paragraphs below the usage line: what it does, with examples */
    const struct option *options;
    size_t options_bytes; /* of the struct they fill */
    const void *defaults; /* such a struct; NULL: zeroed */
    size_t least_arguments, most_arguments;
    int (*run)(const void *options, const char *const *arguments, size_t len);
};

/* Fills *out (which holds the defaults) and the list of positional arguments, which
 * has room for argc. False after a diag_error. */
bool options_read(const struct command *c, int argc, char **argv, void *out, const char **arguments,
                  size_t *arguments_len, struct diag *d);

void options_print_help(const struct command *c, FILE *out);

#endif /* SIM_CLI_OPTIONS_H */
