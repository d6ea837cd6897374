/*
 * mig_set.h - which instances every GPU of a node is cut into, wherever on the GPU they lie.
 *
 * Source   The names, and `all-balanced`, from mig-parted, pkg/mig/builder at bd7160f.
 * Errors   What does not suit the GPU is reported in the diag, with the nearest name.
 */
#ifndef MODELS_MIG_SET_H
#define MODELS_MIG_SET_H

#include "models/mig_space.h"
#include "sim/config_key.h"
#include "sim/diag.h"

struct arena;

struct mig_set {
    bool enabled;                       /* MIG mode; if not, the GPU is whole */
    uint32_t counts[MIG_MOST_PROFILES]; /* instances by profile */
};

/* The sets that mig-parted brings along: all-disabled, all-enabled (MIG mode, no instance),
 * all-balanced, and all-PROFILE with as many instances as fit. False if the name is none of them
 * on this kind of GPU. */
bool mig_set_named(const struct mig_table *t, const char *name, struct mig_set *out);

/* Their names, ended by NULL. */
const char *const *mig_set_names(const struct mig_table *t, struct arena *a);

/* The profile of all its instances, as the strategy `single` demands; MIG_NONE if there are several
 * profiles, or no instance. */
int mig_set_uniform(const struct mig_table *t, const struct mig_set *set);

/* Complains that a table lacks the profile that was written at `at`. */
void mig_set_no_profile(const struct mig_table *t, const char *profile, struct src_pos at,
                        struct diag *d);

/* False, after saying why at `at`, if the instances do not fit on one GPU. */
bool mig_set_fits(const struct mig_space *space, const struct mig_set *set, struct src_pos at,
                  struct diag *d);

/* A set written as a list of profiles: [3g.40gb, 1g.10gb, 1g.10gb]. False after complaining. */
bool mig_set_read(const struct config_texts *profiles, const struct mig_space *space,
                  struct diag *d, struct mig_set *out);

#endif /* MODELS_MIG_SET_H */
