#include "policies/registry.h"

#include <string.h>

/* To add a policy: its files, its line here, its lines in CMakeLists.txt. Nothing else. */
#define POLICIES(X)          \
    X(policy_fifo)           \
    X(policy_sjf)            \
    X(policy_easy)           \
    X(policy_conservative)   \
    X(policy_annotation_map) \
    X(policy_kueue)          \
    X(policy_kube_scheduler) \
    X(policy_slurm)

#define X(symbol) extern const struct policy_ops symbol;
POLICIES(X)
#undef X

static const struct policy_ops *const all[] = {
#define X(symbol) &symbol,
    POLICIES(X)
#undef X
        NULL,
};

const struct policy_ops *const *policy_all(void)
{
    return all;
}

const struct policy_ops *policy_find(const char *name)
{
    for (size_t i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
