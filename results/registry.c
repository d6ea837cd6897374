#include "results/registry.h"

#include <string.h>

/* To add an observer: its files, its line here, its lines in CMakeLists.txt. Nothing else. */
#define OBSERVERS(X)        \
    X(observer_jobs)        \
    X(observer_tasks)       \
    X(observer_utilisation) \
    X(observer_queues)      \
    X(observer_gpus)        \
    X(observer_fragments)   \
    X(observer_events)      \
    X(observer_summary)     \
    X(observer_plots)

#define X(symbol) extern const struct observer_ops symbol;
OBSERVERS(X)
#undef X

static const struct observer_ops *const all[] = {
#define X(symbol) &symbol,
    OBSERVERS(X)
#undef X
        NULL,
};

const struct observer_ops *const *observer_all(void)
{
    return all;
}

const struct observer_ops *observer_find(const char *name)
{
    for (size_t i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
