/*
 * mig_layout_spec.h - how a scenario says what the GPUs of a node are cut into.
 *
 *   layout: all-3g.40gb                                      a set that mig-parted brings along
 *   layout: MIG3g                                            AKS's --gpu-instance-profile
 *   layout: [3g.40gb, 2g.20gb, 1g.10gb, 1g.10gb]             every GPU
 *   layout: {default: [7g.80gb], 0: [1g.10gb], 1: all-disabled}   GPU by GPU; no default: whole
 */
#ifndef MODELS_MIG_LAYOUT_SPEC_H
#define MODELS_MIG_LAYOUT_SPEC_H

#include "models/mig.h"

struct arena;
struct diag;
struct yaml_node;

/* The layouts of a node's GPUs: enabled[g] and layouts[g] for g < gpus. False after complaints; a
 * set that cannot be says why. */
bool mig_layout_spec_read(const struct yaml_node *n, const struct mig_table *t, unsigned gpus,
                          struct mig_layout *layouts, bool *enabled, struct arena *a,
                          struct diag *d);

#endif /* MODELS_MIG_LAYOUT_SPEC_H */
