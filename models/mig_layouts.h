/*
 * mig_layouts.h - the layouts that mig-manager may give a pool's nodes, as the scenario names them.
 *
 *   layouts: {day: all-1g.10gb, night: [3g.40gb, 3g.40gb]}
 *   layouts: [all-1g.10gb, all-balanced]       each is called what it is
 */
#ifndef MODELS_MIG_LAYOUTS_H
#define MODELS_MIG_LAYOUTS_H

#include "models/cluster_spec.h"

/* False after a diag_error. n: the section `mig`. */
bool mig_layouts_suit(const struct mig_section *mig, const struct yaml_node *n, struct diag *d);

/* Which of them nodes begin with: `layout`, or the first. */
size_t mig_layouts_first(const struct mig_section *mig, struct diag *d);

const char *mig_layouts_name(const struct yaml_node *layouts, size_t i);
const struct yaml_node *mig_layouts_value(const struct yaml_node *layouts, size_t i);

#endif /* MODELS_MIG_LAYOUTS_H */
