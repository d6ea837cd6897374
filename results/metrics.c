#include "results/metrics.h"

#include "results/metrics_state.h"
#include "results/own_text.h"
#include "sim/check.h"

#include <stdlib.h>

#define KEEP(id) METRIC_KEEP(id)

enum {
    TIMES_OF_JOBS = KEEP(METRIC_WAIT) | KEEP(METRIC_UNSCHEDULABLE) | KEEP(METRIC_STARTUP) |
                    KEEP(METRIC_RUN) | KEEP(METRIC_SUSPENDED) | KEEP(METRIC_TURNAROUND),
    SLOWDOWNS = KEEP(METRIC_SLOWDOWN) | KEEP(METRIC_BOUNDED_SLOWDOWN),
    MAIN_ONES = KEEP(METRIC_WAIT) | KEEP(METRIC_TURNAROUND) | KEEP(METRIC_BOUNDED_SLOWDOWN)
};

static const unsigned kept_by_itself[METRIC_BYS] = {
    [BY_NOTHING] = TIMES_OF_JOBS | SLOWDOWNS,
    [BY_TENANT] = MAIN_ONES,
    [BY_QUEUE] = MAIN_ONES,
    [BY_USER] = KEEP(METRIC_WAIT),
    [BY_SIZE] = KEEP(METRIC_WAIT),
    [BY_PRIORITY] = KEEP(METRIC_WAIT),
};

struct metrics *metrics_new(void)
{
    struct metrics *m = calloc(1, sizeof *m);
    SIM_REQUIRE(m != NULL);
    for (enum metric_by by = 0; by < METRIC_BYS; by++)
        m->dimensions[by] = (struct dimension){.by = by, .keeps = kept_by_itself[by]};
    m->first_submit_ns = INT64_MAX;
    m->last_end_ns = INT64_MIN;
    return m;
}

void metrics_free(struct metrics *m)
{
    if (m == NULL)
        return;
    for (enum metric_by by = 0; by < METRIC_BYS; by++)
        dimension_fini(&m->dimensions[by]);
    job_group_free(m->all);
    metric_levels_fini(&m->levels);
    for (size_t r = 0; r < m->reasons_len; r++)
        free(m->reasons[r]);
    free(m->reasons);
    free(m->batch.waits);
    free(m);
}

void metrics_want(struct metrics *m, enum metric_by by, enum metric_id id)
{
    SIM_REQUIRE(m->all == NULL && id < JOB_METRICS);
    m->dimensions[by].keeps |= KEEP(id);
    m->dimensions[BY_NOTHING].keeps |= KEEP(id); /* it stands for a single group */
}

/* --- merging --- */

static void adopt_reasons(struct metrics *into, const struct metrics *from)
{
    into->reasons_len = from->reasons_len;
    into->reasons = calloc(from->reasons_len + 1, sizeof into->reasons[0]);
    SIM_REQUIRE(into->reasons != NULL);
    for (size_t r = 0; r < from->reasons_len; r++)
        into->reasons[r] = own_text(from->reasons[r]);
    into->all = job_group_new("", 0, into->dimensions[BY_NOTHING].keeps, into->reasons_len);
}

void metrics_merge(struct metrics *into, const struct metrics *from)
{
    if (into->all == NULL)
        adopt_reasons(into, from);
    for (enum metric_by by = BY_TENANT; by <= BY_PRIORITY; by++) {
        SIM_REQUIRE(into->dimensions[by].keeps == from->dimensions[by].keeps);
        dimension_merge(&into->dimensions[by], into->all, &from->dimensions[by], from->all);
    }
    job_group_merge(into->all, from->all);
    into->jobs += from->jobs;
    into->runs += from->runs;
    for (unsigned r = 0; r < RUN_METRICS; r++)
        moments_merge(&into->per_run[r], &from->per_run[r]);
    metric_levels_merge(&into->levels, &from->levels);
}
