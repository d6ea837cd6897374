/*
 * mig_misfit.h - why a set of MIG instances cannot be: "two 3g.40gb use all 8 memory slices, no
 * room is left for one 1g.10gb".
 */
#ifndef MODELS_MIG_MISFIT_H
#define MODELS_MIG_MISFIT_H

#include "models/mig_space.h"

struct arena;

/* Why counts[p] instances of each profile p do not fit on one GPU together, a phrase for messages
 * in the arena; NULL if they do fit. */
const char *mig_misfit(const struct mig_space *s, struct arena *a, const uint32_t *counts);

#endif /* MODELS_MIG_MISFIT_H */
