/*
 * mig_resource.h - what MIG instances are called outside the GPU.
 *
 * NVIDIA's device plugin exposes GPUs to Kubernetes by one of three strategies:
 *   none    nvidia.com/gpu counts GPUs; instances are not exposed
 *   single  every GPU of the node is cut into instances of one profile, which are exposed as
 *           nvidia.com/gpu; the product label says which: NVIDIA-H100-80GB-HBM3-MIG-1g.10gb
 *   mixed   nvidia.com/mig-1g.10gb and so on; GPUs in MIG mode no longer count as nvidia.com/gpu
 * '+' may not stand in such names and becomes '.': nvidia.com/mig-1g.10gb.me.
 *
 * Source   k8s-device-plugin, internal/rm/rm.go, and gpu-feature-discovery.
 * Memory   Texts lie in the arena that is given.
 */
#ifndef MODELS_MIG_RESOURCE_H
#define MODELS_MIG_RESOURCE_H

#include "models/mig.h"

struct arena;

#define MIG_WHOLE_GPU_RESOURCE "nvidia.com/gpu"

enum mig_strategy { MIG_STRATEGY_NONE, MIG_STRATEGY_SINGLE, MIG_STRATEGY_MIXED };

extern const char *const mig_strategy_names[]; /* "none", "single", "mixed"; ended by NULL */

/* Who may change what a node's GPUs are cut into. */
enum mig_manager { MIG_MANAGER_STATIC, MIG_MANAGER_NVIDIA, MIG_MANAGER_DYNAMIC };

extern const char *const mig_manager_names[]; /* "static", "mig-manager", "dynamic"; then NULL */

/* The extended resource of an instance, or of a whole GPU where p is NULL. NULL if the strategy
 * does not expose it. */
const char *mig_resource_name(struct arena *a, enum mig_strategy strategy,
                              const struct mig_profile *p);

/* The profile that "nvidia.com/mig-1g.10gb.me" names, MIG_NONE if it names none of this table. */
int mig_resource_find(const struct mig_table *t, const char *resource);

/* prefix and name, with '.' for every '+' in the name. */
const char *mig_dotted(struct arena *a, const char *prefix, const char *name);

/* The label nvidia.com/gpu.product of a node whose GPUs are cut into this profile, or whole where
 * p is NULL. */
const char *mig_product_label(struct arena *a, const char *product, enum mig_strategy strategy,
                              const struct mig_profile *p);

/* The plain profile with so many compute slices: no +me, and of several the one that fits most
 * often. MIG_NONE if there is none. */
int mig_plain_profile(const struct mig_table *t, unsigned compute_slices);

/* The profile whose name is this text once '+' became '.', MIG_NONE if none is. */
int mig_dotted_find(const struct mig_table *t, const char *text);

/* The profile that AKS's --gpu-instance-profile names: MIG1g, MIG2g, MIG3g, MIG4g, MIG7g. */
int mig_aks_profile(const struct mig_table *t, const char *name);

/* Quotas as scripts/post-provision.sh of the AKS Kueue sample computes them for two teams and a
 * shared queue of equal borrowing: a quarter of all instances is each team's own, half of them is
 * shared and is as much as a team may borrow. Divisions round down, as in the shell. */
struct mig_quota {
    int64_t total;
    int64_t team;      /* nominal quota of each team */
    int64_t borrowing; /* borrowing limit of each team */
    int64_t shared;    /* nominal quota and lending limit of the shared queue */
};

struct mig_quota mig_sample_quota(int64_t gpus, int64_t instances_per_gpu);

#endif /* MODELS_MIG_RESOURCE_H */
