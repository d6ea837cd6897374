/*
 * check_file.h - what is wrong with a file that is no scenario, taken by itself.
 *
 * Kubernetes objects (those that bring pods, and Kueue's), and the MIG layouts of mig-parted, also
 * inside ConfigMaps and Helm values of the GPU operator. Files of other kinds are checked with the
 * scenario that names them.
 *
 * Errors   In the diag, at their places in the file.
 */
#ifndef SIM_CLI_CHECK_FILE_H
#define SIM_CLI_CHECK_FILE_H

#include "models/catalogue.h"
#include "sim/diag.h"

#include <stdio.h>

struct yaml_node;

struct check_world;

enum file_kind {
    FILE_SCENARIO,
    FILE_OBJECTS,
    FILE_MIG_CONFIGS,
    FILE_PLUGIN, /* of NVIDIA's device plugin: how GPUs are shared */
    FILE_UNKNOWN
};

/* By what its first document says. */
enum file_kind check_file_kind(const struct yaml_node *doc);

/* Every layout in the file on GPUs of that model. Says on `out`, if not NULL, what is in it. */
bool check_mig_configs(const char *path, const struct gpu_model *gpu, FILE *out, struct diag *d);

/* Each object by itself; what they say together is left to the world, which keeps them. */
bool check_objects(const char *path, const struct gpu_model *gpu, FILE *out,
                   struct check_world *world, struct diag *d);

#endif /* SIM_CLI_CHECK_FILE_H */
