/*
 * frameworks.h - the kinds of jobs Kueue knows, as integrations.frameworks names them.
 *
 * Source   Kueue v0.20-dev, pkg/controller/jobs.
 */
#ifndef POLICIES_KUEUE_FRAMEWORKS_H
#define POLICIES_KUEUE_FRAMEWORKS_H

#include <stdbool.h>

struct arena;

struct framework {
    const char *name; /* "batch/job" */
    const char *kind; /* "Job.v1.batch" */
    bool has_multi_kueue;
};

const struct framework *framework_find(const char *name); /* NULL: there is none */
const char *const *framework_names(struct arena *a);      /* NULL at the end */

/* Whether text is Kind.version.group; the group may be empty. */
bool framework_kind_is_whole(const char *text);

#endif /* POLICIES_KUEUE_FRAMEWORKS_H */
