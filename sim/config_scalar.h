/*
 * config_scalar.h - the kinds of config keys that are one number with or without a unit.
 *
 * What reading (config_value.c) and describing (config_manual.c) must agree on, once.
 */
#ifndef SIM_CONFIG_SCALAR_H
#define SIM_CONFIG_SCALAR_H

#include "sim/config_key.h"

#include <stdio.h>

enum { CONFIG_SCALAR_TEXT = 40 }; /* bytes that hold any printed limit */

struct config_scalar {
    const char *hint; /* "a whole number" */
    /* One of the two, by the type of the field. */
    bool (*parse_int)(const char *text, int64_t *value, const char **why);
    bool (*parse_real)(const char *text, double *value, const char **why);
    const char *(*print)(char *buf, int64_t value); /* an int in user's units; NULL: digits */
    const char *unit;                               /* behind a real; NULL: none */
    bool is_number;                                 /* must not be in quotes */
    bool is_signed;                                 /* may be below 0 */
};

/* NULL for the kinds that are no numbers. */
const struct config_scalar *config_scalar_find(enum config_kind kind);

bool config_has_range(const struct config_key *key);

/* "1 to 7d", "at least 1", "at most 7d"; nothing if there is no limit. */
void config_print_range(FILE *out, const struct config_key *key);

#endif /* SIM_CONFIG_SCALAR_H */
