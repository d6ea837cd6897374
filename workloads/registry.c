#include "workloads/registry.h"

#include <string.h>

/* To add a kind: its files, its line here, its lines in CMakeLists.txt. Nothing else. */
#define JOB_SOURCES(X)   \
    X(generate_source)   \
    X(jobs_csv_source)   \
    X(kubernetes_source) \
    X(openb_source)      \
    X(swf_source)

#define X(symbol) extern const struct job_source_ops symbol;
JOB_SOURCES(X)
#undef X

static const struct job_source_ops *const all[] = {
#define X(symbol) &symbol,
    JOB_SOURCES(X)
#undef X
        NULL,
};

const struct job_source_ops *const *job_source_all(void)
{
    return all;
}

const struct job_source_ops *job_source_find(const char *name)
{
    for (size_t i = 0; all[i] != NULL; i++)
        if (strcmp(all[i]->name, name) == 0)
            return all[i];
    return NULL;
}
