#include "policies/kueue/kueue_workload.h"

#include "policies/kueue/qty.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

const char *evict_reason_name(enum evict_reason r)
{
    static const char *const names[EVICT_REASONS] = {
        [EVICT_NONE] = "",
        [EVICT_PREEMPTED] = "Preempted",
        [EVICT_PODS_READY_TIMEOUT] = "PodsReadyTimeout",
        [EVICT_ADMISSION_CHECK] = "AdmissionCheck",
        [EVICT_CLUSTER_QUEUE_STOPPED] = "ClusterQueueStopped",
        [EVICT_LOCAL_QUEUE_STOPPED] = "LocalQueueStopped",
        [EVICT_NODE_FAILURES] = "NodeFailures",
        [EVICT_DEACTIVATED] = "Deactivated",
        [EVICT_OTHER] = "Other",
    };
    return names[r];
}

const char *preempt_reason_name(enum preempt_reason r)
{
    static const char *const names[PREEMPT_REASONS] = {
        [PREEMPT_NONE] = "",
        [PREEMPT_IN_CLUSTER_QUEUE] = "InClusterQueue",
        [PREEMPT_IN_COHORT_RECLAMATION] = "InCohortReclamation",
        [PREEMPT_IN_COHORT_FAIR_SHARING] = "InCohortFairSharing",
        [PREEMPT_IN_COHORT_RECLAIM_WHILE_BORROWING] = "InCohortReclaimWhileBorrowing",
    };
    return names[r];
}

const char *deactivation_name(enum deactivation d)
{
    static const char *const names[DEACTIVATIONS] = {
        [DEACTIVATED_NOT] = "",
        [DEACTIVATED_BY_CHECK] = "DeactivatedDueToAdmissionCheck",
        [DEACTIVATED_BY_TIME] = "DeactivatedDueToMaximumExecutionTimeExceeded",
        [DEACTIVATED_BY_REQUEUES] = "DeactivatedDueToRequeuingLimitExceeded",
    };
    return names[d];
}

bool scan_memory_is_pending(const struct scan_memory *m)
{
    for (uint32_t i = 0; m->is_set && i < m->len; i++)
        if (m->marks[i].tried != -1)
            return true;
    return false;
}

uint32_t scan_memory_next(const struct scan_memory *m, uint32_t set, uint32_t resource)
{
    for (uint32_t i = 0; m->is_set && i < m->len; i++)
        if (m->marks[i].set == set && m->marks[i].resource == resource)
            return (uint32_t)(m->marks[i].tried + 1);
    return 0;
}

bool scan_memory_equals(const struct scan_memory *a, const struct scan_memory *b)
{
    if (a->is_set != b->is_set)
        return false;
    if (!a->is_set)
        return true;
    if (a->len != b->len || a->scheduling_class != b->scheduling_class)
        return false;
    for (uint32_t i = 0; i < a->len; i++)
        if (a->marks[i].set != b->marks[i].set || a->marks[i].resource != b->marks[i].resource ||
            a->marks[i].tried != b->marks[i].tried)
            return false;
    return true;
}

static void reserve(struct scan_memory *m, uint32_t cap)
{
    if (cap <= m->cap)
        return;
    m->cap = cap < 4 ? 4 : 2 * cap;
    m->marks = realloc(m->marks, m->cap * sizeof m->marks[0]);
    SIM_REQUIRE(m->marks != NULL);
}

void scan_memory_add(struct scan_memory *m, struct scan_mark mark)
{
    reserve(m, m->len + 1);
    m->marks[m->len++] = mark;
}

void scan_memory_copy(struct scan_memory *to, const struct scan_memory *from)
{
    reserve(to, from->len);
    if (from->len > 0)
        memcpy(to->marks, from->marks, from->len * sizeof to->marks[0]);
    to->is_set = from->is_set;
    to->cycle = from->cycle;
    to->generation = from->generation;
    to->scheduling_class = from->scheduling_class;
    to->len = from->len;
}

void scan_memory_fini(struct scan_memory *m)
{
    free(m->marks);
    *m = (struct scan_memory){0};
}

void kueue_workload_drop_sets(struct kueue_workload *w)
{
    for (uint32_t s = 0; w->sets != NULL && s < w->shape->sets_len; s++) {
        free(w->sets[s].resources);
        free(w->sets[s].topology);
    }
    free(w->sets);
    free(w->usage);
    w->sets = NULL;
    w->usage = NULL;
    w->usage_len = 0;
    w->has_places = false;
}

void admitted_set_scale(struct admitted_set *s, uint32_t count)
{
    if (count >= s->count)
        return;
    for (uint32_t i = 0; i < s->len; i++)
        s->resources[i].qty = qty_times(s->resources[i].qty / (int64_t)s->count, count);
    s->count = count;
}

void kueue_workload_reclaim(struct kueue_workload *w, uint32_t set, uint32_t count)
{
    if (w->reclaimed == NULL) {
        w->reclaimed = calloc(w->shape->sets_len, sizeof w->reclaimed[0]);
        SIM_REQUIRE(w->reclaimed != NULL);
    }
    w->reclaimed[set] = count;
}

void kueue_workload_fini(struct kueue_workload *w)
{
    kueue_workload_drop_sets(w);
    scan_memory_fini(&w->scan);
    free(w->reclaimed);
    free(w->penalty);
    free(w->broken_nodes);
    free(w->checks);
}
