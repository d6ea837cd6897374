/*
 * mig_layout_spec.h - how a scenario says what the GPUs of a node are cut into.
 *
 *   layout: all-3g.40gb                                      a set that mig-parted brings along
 *   layout: custom-mix                                       a name in a file of mig-parted
 *   layout: MIG3g                                            AKS's --gpu-instance-profile
 *   layout: [3g.40gb, 2g.20gb, 1g.10gb, 1g.10gb]             every GPU
 *   layout: {default: [7g.80gb], 0: [1g.10gb], 1: all-disabled}   GPU by GPU; no default: whole
 */
#ifndef MODELS_MIG_LAYOUT_SPEC_H
#define MODELS_MIG_LAYOUT_SPEC_H

#include "models/mig.h"

struct arena;
struct diag;
struct gpu_model;
struct mig_configs;
struct yaml_node;

/* The GPUs of a node. */
struct mig_layout_target {
    const struct gpu_model *model; /* it can be partitioned */
    unsigned gpus;
    const struct mig_configs *configs; /* whose names are known, too; NULL: none */
    struct arena *arena;
    struct diag *diag;
};

/* The layouts of the target's GPUs: enabled[g] and layouts[g] for g < gpus. False after complaints;
 * a set that cannot be says why. */
bool mig_layout_spec_read(const struct yaml_node *n, const struct mig_layout_target *target,
                          struct mig_layout *layouts, bool *enabled);

#endif /* MODELS_MIG_LAYOUT_SPEC_H */
