/*
 * knob.h - one thing of a scenario that can be set to another value: by --set, sweep and size.
 *
 *   cluster.pools.train.count        keys between dots; an item of a list by its name, the name in
 *                                    its only mapping (a source), its key (a policy) or its number
 *   policies.*.slurm.conf            *: every item of the list that has the next key
 *   policies.fifo.placement."a.b"    a key with dots in it stands in quotes
 *   nodes of pool train              the same in words: see `knob_forms`
 *   quota of ClusterQueue team-b for nvidia.com/gpu
 *
 * Memory   A knob lies in the arena it was read with; so does what it makes, which shares all else
 *          with the tree it was made from.
 * Errors   Each mistake is a diag_error at the knob's own place, with the nearest valid name.
 */
#ifndef SIM_CLI_KNOB_H
#define SIM_CLI_KNOB_H

#include "sim/yaml.h"

struct arena;

struct knob {
    const char *text; /* as written */
    struct src_pos at;
    const char *const *steps;
    size_t len;
};

/* What can be said in words, for manuals. */
struct knob_form {
    const char *words; /* "nodes of pool NAME" */
    const char *path;  /* "cluster.pools.NAME.count" */
    const char *help;
};
const struct knob_form *knob_forms(void); /* words == NULL ends them */

bool knob_read(struct knob *k, const char *text, struct src_pos at, struct arena *a,
               struct diag *d);

/* The scenario with the value put there; NULL after a diag_error. */
const struct yaml_node *knob_set(const struct knob *k, const struct yaml_node *scenario,
                                 const struct yaml_node *value, struct arena *a, struct diag *d);

#endif /* SIM_CLI_KNOB_H */
