/* registry.h - every policy that is linked in, by name. */
#ifndef POLICIES_REGISTRY_H
#define POLICIES_REGISTRY_H

#include "models/policy.h"

/* NULL if there is none of that name. */
const struct policy_ops *policy_find(const char *name);

/* All of them, ended by NULL, in the order of `clustersim list policies`. */
const struct policy_ops *const *policy_all(void);

#endif /* POLICIES_REGISTRY_H */
