/*
 * check_world.h - what files say together: manifests with the nodes of a scenario, or with each
 * other.
 *
 * Without a scenario the hardware is that of Node objects among the manifests, if there are any;
 * rules that need hardware are not judged without.
 *
 * Memory   Owns the sets it is given until check_world_free.
 * Errors   By lint_report.
 */
#ifndef SIM_CLI_CHECK_WORLD_H
#define SIM_CLI_CHECK_WORLD_H

#include "sim/cli/prepared.h"

struct object_set;
struct check_world;

struct check_world *check_world_new(struct diag *d);
void check_world_free(struct check_world *c); /* NULL is allowed */

/* The objects of a file: takes the set. */
void check_world_add_set(struct check_world *c, struct object_set *set);

/* A file of the device plugin by itself; false after an error. */
bool check_world_add_plugin(struct check_world *c, const struct yaml_node *doc);

/* Judges all that was added, and the objects that the scenario names, on its nodes. p NULL: there
 * is no scenario. */
void check_world_judge(struct check_world *c, const struct prepared *p);

#endif /* SIM_CLI_CHECK_WORLD_H */
