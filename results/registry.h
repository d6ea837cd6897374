/* registry.h - every observer that is linked in, by name. */
#ifndef RESULTS_REGISTRY_H
#define RESULTS_REGISTRY_H

#include "models/observer.h"

/* NULL if there is none of that name. */
const struct observer_ops *observer_find(const char *name);

/* All of them, ended by NULL, in the order of `clustersim list outputs`. */
const struct observer_ops *const *observer_all(void);

#endif /* RESULTS_REGISTRY_H */
