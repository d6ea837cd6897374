/*
 * mig_configs.h - named ways to cut the GPUs of a node, in the files of NVIDIA's mig-parted.
 *
 *   mig-configs:
 *     mixed-training:
 *       - devices: all              # or [0, 1]
 *         device-filter: "0x233010DE"
 *         mig-enabled: true
 *         mig-devices: {"3g.40gb": 1, "1g.10gb": 4}
 *
 * Such a text is also found inside a ConfigMap (data:) and inside Helm values
 * (migManager.config.data, migParted.config.data). The names that mig-parted brings along
 * (mig_set.h) are known without a file; one in a file goes before them.
 *
 * Order    Rules are applied from first to last, so that the last that matches a GPU counts.
 * Memory   Owns what it read until mig_configs_free. The diag must outlive it.
 * Errors   Mistakes in a file are reported when it is added; what does not suit a model of GPU,
 * when mig_configs_check is asked about that model. Source   mig-parted, api/spec/v1/spec.go at
 * bd7160f.
 */
#ifndef MODELS_MIG_CONFIGS_H
#define MODELS_MIG_CONFIGS_H

#include "models/gpu_model.h"
#include "models/mig_set.h"
#include "sim/diag.h"

struct mig_configs;
struct yaml_node;

struct mig_configs *mig_configs_new(void);
void mig_configs_free(struct mig_configs *c); /* NULL is allowed */

/* Both return true if nothing was wrong. The node's file must outlive the configurations. */
bool mig_configs_add_file(struct mig_configs *c, const char *path, struct diag *d);
bool mig_configs_add_node(struct mig_configs *c, const struct yaml_node *root, struct diag *d);

/* Those that were added, in the order of adding. */
size_t mig_configs_len(const struct mig_configs *c);
const char *mig_configs_name(const struct mig_configs *c, size_t i);

/* Complains, at the places in the file, of profiles the model lacks and of sets that do not fit on
 * it; at `at` if there is no configuration of that name, with the nearest. `space` has all layouts
 * of the model, NULL if it cannot be partitioned. */
bool mig_configs_check(const struct mig_configs *c, const char *name, const struct gpu_model *m,
                       const struct mig_space *space, struct src_pos at, struct diag *d);

/* What the configuration makes of GPU number `gpu` of a node. It was checked for the model. */
struct mig_set mig_configs_set(const struct mig_configs *c, const char *name,
                               const struct gpu_model *m, unsigned gpu);

#endif /* MODELS_MIG_CONFIGS_H */
