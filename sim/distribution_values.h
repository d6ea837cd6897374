/*
 * distribution_values.h - reading single values, lists of them and their weights.
 *
 * Private to sim/distribution*.c. All complain to the reader's diag, and then return false or NULL.
 */
#ifndef SIM_DISTRIBUTION_VALUES_H
#define SIM_DISTRIBUTION_VALUES_H

#include "sim/distribution.h"

#define DISTRIBUTION_REAL_MOST 1e18 /* of reals as they are written: squares stay finite */

/* A value of the samples' unit. */
struct distribution_value {
    int64_t whole;
    double real; /* the same, for integers */
    const char *text;
};

/* Puts the field's offset into the key, by its kind. */
bool distribution_read_as(struct config_reader *r, const struct yaml_node *n, struct config_key key,
                          struct distribution_value *v);

/* What can be drawn: within what distribution_int returns, and DISTRIBUTION_REAL_MOST. */
bool distribution_read_value(struct config_reader *r, const struct yaml_node *n, const char *name,
                             enum distribution_unit unit, struct distribution_value *v);

/* How a plain value of the unit is read, and called in messages. */
enum config_kind distribution_unit_kind(enum distribution_unit unit);
const char *distribution_unit_noun(enum distribution_unit unit);

bool distribution_refuse(struct config_reader *r, const struct yaml_node *n, const char *name,
                         const char *why);

/* The length of a list that is not empty; 0 after a complaint. */
size_t distribution_list_len(struct config_reader *r, const struct yaml_node *n, const char *name);

/* A list of as many weights as there are things, scaled so that they add up to 1. */
double *distribution_read_weights(struct config_reader *r, const struct yaml_node *n, size_t len,
                                  const char *things);

/* The forms of a distribution that lists its values; the limits are set before. */
bool distribution_read_constant(struct config_reader *r, const struct yaml_node *n,
                                const char *name, struct distribution *d);
bool distribution_read_values(struct config_reader *r, const struct yaml_node *n,
                              const struct yaml_node *weights, struct distribution *d);
bool distribution_read_file(struct config_reader *r, const struct yaml_node *n,
                            const struct yaml_node *unit, struct distribution *d);

#endif /* SIM_DISTRIBUTION_VALUES_H */
