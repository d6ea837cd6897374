/*
 * job_dimension.h - the jobs of a run divided by tenant, queue, user, size or priority.
 *
 * Memory   A dimension owns its groups. While all jobs have the same key there are none: the group
 *          of all jobs stands for it, and the dimension costs nothing. At most GROUPS_MOST groups
 *          and one for the others.
 * Cost     As tally.h, per metric, once there is a second key.
 */
#ifndef RESULTS_JOB_DIMENSION_H
#define RESULTS_JOB_DIMENSION_H

#include "results/job_group.h"

enum { GROUPS_MOST = 64, GROUP_SLOTS = 256 };

/* Jobs of the groups beyond GROUPS_MOST are summed up under this name; those without a name under
 * the other. */
#define GROUP_OTHERS "(others)"
#define GROUP_NONE   "(none)"

/* Writes the name of a key; lies in the caller's buffer or lasts as long as context. */
typedef const char *job_key_name_fn(const void *context, enum metric_by by, int64_t key,
                                    char buf[METRIC_TEXT]);

struct dimension {
    enum metric_by by;
    unsigned keeps;
    bool has_key; /* there was a job */
    bool is_cut;  /* there are others, behind GROUPS_MOST groups with a name */
    bool sketches;
    int64_t first_key;
    char *first_name;
    struct job_group **groups; /* GROUPS_MOST and the others; NULL: all jobs have first_key */
    size_t len;
    uint8_t slots[GROUP_SLOTS]; /* index + 1 by hash of the key */
};

void dimension_fini(struct dimension *d);

/* Adds the batch that `all`, the group of all jobs, does not have yet. */
void dimension_add(struct dimension *d, const struct job_batch *b, const struct job_group *all,
                   job_key_name_fn *name, const void *context);

/* all_into and all_from are the groups of all jobs, before they are merged. */
void dimension_merge(struct dimension *into, const struct job_group *all_into,
                     const struct dimension *from, const struct job_group *all_from);

/* In order of their names, sizes and priorities by number, the others last. */
void dimension_sort(struct dimension *d);
void dimension_begin_sketch(struct dimension *d);

size_t dimension_len(const struct dimension *d);
const struct job_group *dimension_group(const struct dimension *d, const struct job_group *all,
                                        size_t i);
const char *dimension_name(const struct dimension *d, size_t i);

#endif /* RESULTS_JOB_DIMENSION_H */
