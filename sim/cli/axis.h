/*
 * axis.h - a knob with the values that it is to take: one direction of a sweep or of a search.
 *
 *   vary:
 *     - nodes of pool train: {from: 1, to: 32}                              1, 2 ... 32
 *     - workload.g.generate.arrivals.rate: {from: 6/h, to: 12/h, step: 1.5/h}
 *     - policies.kueue.kueue.version: [v0.17, v0.20]
 *
 * Memory   Lies in the arena and in the file it was read from.
 * Errors   All mistakes of all axes, each at its place.
 */
#ifndef SIM_CLI_AXIS_H
#define SIM_CLI_AXIS_H

#include "sim/cli/knob.h"
#include "sim/cli/scenario.h"

#include <stdint.h>
#include <stdio.h>

enum { AXIS_MOST_VALUES = 1000000 };

struct axis {
    struct knob knob;
    const struct yaml_node *node;          /* the values as written */
    const struct yaml_node *const *values; /* of a list; NULL: of a range */
    uint64_t len;                          /* how many; 0: all numbers of the range */
    double from, to, step;                 /* of a range */
    const char *unit;                      /* behind its numbers */
};

struct axes {
    struct axis *items;
    size_t len;
};

/* Reads a list of them; `what` begins the messages: "vary". A range without a step is of whole
 * numbers, or of all numbers if one of its ends is no whole number. */
bool axes_read(struct axes *axes, const struct yaml_node *list, const char *what, struct arena *a,
               struct diag *d);

/* The number-th value, or that of a share in [0, 1) of a continuous range. */
const struct yaml_node *axis_value(const struct axis *axis, uint64_t number, struct arena *a);
const struct yaml_node *axis_value_at(const struct axis *axis, double share, struct arena *a);

/* The settings of a point of the grid; points are numbered from 0, the last axis fastest. */
struct scenario_setting *axes_point(const struct axes *axes, uint64_t point, struct arena *a);

/* A line for each, with its values as written. */
void axes_print(const struct axes *axes, FILE *out);

/* Settings on one line: nodes of pool a = 4, run.until = 7d. */
void axis_print_settings(const struct scenario_setting *settings, size_t len, FILE *out);

/* A value on one line: 8, [1g.10gb, 2g.20gb], {rate: 6/h}. */
void axis_print_value(const struct yaml_node *value, FILE *out);

#endif /* SIM_CLI_AXIS_H */
