#include "policies/placement/strategy.h"

#include <string.h>

/* To add a strategy: its file, its line here, its line in CMakeLists.txt. Nothing else. */
#define STRATEGIES(X)                 \
    X(strategy_least_allocated)       \
    X(strategy_most_allocated)        \
    X(strategy_requested_to_capacity) \
    X(strategy_balanced)              \
    X(strategy_first_fit)             \
    X(strategy_best_fit)              \
    X(strategy_worst_fit)             \
    X(strategy_random)                \
    X(strategy_dot_product)           \
    X(strategy_gpu_clustering)        \
    X(strategy_gpu_packing)           \
    X(strategy_fgd_best_fit)          \
    X(strategy_fgd)                   \
    X(strategy_mig_aware)

#define X(symbol) extern const struct strategy_ops symbol;
STRATEGIES(X)
#undef X

static const struct strategy_ops *const all[] = {
#define X(symbol) &symbol,
    STRATEGIES(X)
#undef X
        NULL,
};

const struct strategy_ops *const *placement_all(void)
{
    return all;
}

const struct strategy_ops *placement_find(const char *name)
{
    for (size_t i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
