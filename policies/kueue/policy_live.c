/* Jobs of a live cluster: Kueue goes on from the state that their Workloads tell. */
#include "policies/kueue/policy_kueue.h"

#include "models/kubernetes/live_state.h"
#include "models/kubernetes/node_terms.h"
#include "models/kubernetes/tree.h"
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/read_workload.h"
#include "sim/check.h"

#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)

/* --- taking over --- */

static void will_go_on(struct policy_kueue *p, struct tracked *t, const struct live_state *live)
{
    if (p->live_len == p->live_cap) {
        p->live_cap = 2 * p->live_cap + 64;
        p->live = realloc(p->live, p->live_cap * sizeof p->live[0]);
        SIM_REQUIRE(p->live != NULL);
    }
    p->live[p->live_len++] = t->job;
    t->live = live;
}

static void read_status(struct policy_kueue *p, struct kueue_workload *w, const struct object *o)
{
    struct workload_reader r = {.f = {.diag = p->diag,
                                      .arena = object_set_arena(p->set),
                                      .words = p->env.names->words,
                                      .resources = p->env.names->resources},
                                .shapes = p->shapes,
                                .settings = &p->k->settings,
                                .objects = p->set,
                                .resources = p->resources};
    workload_object_restore(&r, p->k, o, w);
    w->requeue_count = (uint32_t)tree_int(o->doc, "status.requeueState.count", 0);
    w->ran_ns = SECOND_NS * tree_int(o->doc, "status.accumulatedPastExecutionTimeSeconds", 0);
}

/* Its clocks go on: what it ran counts, even if that is all it may. */
static void go_on_counting(struct policy_kueue *p, struct kueue_workload *w,
                           const struct live_state *live, int64_t now_ns)
{
    if (live->since_ns < now_ns)
        w->ran_ns += now_ns - live->since_ns;
    if (w->ran_ns > w->most_ns)
        w->ran_ns = w->most_ns;
    kueue_start_clocks(p->k, w, now_ns);
}

static void wait_again(struct policy_kueue *p, struct kueue_workload *w, int64_t now_ns)
{
    if (w->requeued != REQUEUED_FALSE)
        return;
    if (w->requeue_at_ns > now_ns)
        kueue_start_backoff(p->k, w);
    else
        w->requeued = REQUEUED_TRUE;
}

bool policy_kueue_take_over(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    const struct live_state *live = acts_job(a, t->job)->extra->live;
    struct kueue_workload *w = t->w;
    const int64_t now_ns = acts_now_ns(a);
    if (live == NULL)
        return false;
    if (live->workload == NULL) {
        if (live->is_running) /* without Kueue */
            will_go_on(p, t, live);
        return live->is_running;
    }
    read_status(p, w, live->workload);
    if (w->has_quota && w->sets == NULL) {
        w->has_quota = w->is_admitted = false;
        act_tell(a, "pending", t->job, "the ClusterQueue that it was admitted to does not exist");
    }
    if (!w->has_quota) {
        wait_again(p, w, now_ns);
        return false;
    }
    if (w->is_admitted)
        go_on_counting(p, w, live, now_ns);
    will_go_on(p, t, live);
    return true;
}

/* --- going on --- */

/* The cluster has told it to stop already. */
static void stop(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    const struct kueue_workload *w = t->w;
    t->state = TRACKED_STOPS;
    t->returns_ns = acts_now_ns(a) + p->termination_ns;
    act_stop(a, &(struct stop){.job = t->job,
                               .task = TASK_NONE,
                               .cause = w->evicted_for == EVICT_PREEMPTED ? END_PREEMPTED
                                                                          : END_CANCELLED,
                               .hold_ns = p->termination_ns,
                               .requeue = w->is_active});
}

static void go_on(struct policy_kueue *p, struct acts *a, struct tracked *t)
{
    struct kueue_workload *w = t->w;
    if (!w->has_quota || w->is_admitted || w->is_evicted) {
        policy_kueue_start(p, a, t);
        if (w->is_evicted && w->has_quota)
            stop(p, a, t);
    } else if (kueue_may_run(p->k, w)) {
        policy_kueue_admit(p, a, t);
    } else {
        t->state = TRACKED_CHECKED;
        policy_kueue_start_checks(p, t, w->reserved_ns);
        kueue_ask_second_pass(p->k, w, acts_now_ns(a));
        policy_kueue_wait(p, a, t);
    }
}

bool policy_kueue_go_on(struct policy_kueue *p, struct acts *a)
{
    const bool is_any = p->live_len > 0;
    for (size_t i = 0; i < p->live_len; i++) {
        struct tracked *t = policy_kueue_tracked(p, p->live[i]);
        if (t != NULL && t->live != NULL)
            go_on(p, a, t);
    }
    p->live_len = 0;
    return is_any;
}

/* --- nodes --- */

/* The request of pods that are on that node already. */
static uint32_t named(struct policy_kueue *p, uint32_t request, uint32_t node)
{
    const struct request *r = request_get(p->env.requests, request);
    struct node_terms terms = *node_terms_get(p->env.names->terms, r->terms);
    terms.node_name = node;
    return request_with_terms(p->env.requests, request,
                              node_terms_add(p->env.names->terms, &terms));
}

const struct place_admission *policy_kueue_live_places(struct policy_kueue *p,
                                                       const struct tracked *t,
                                                       const struct group_admission *groups,
                                                       size_t *len)
{
    *len = 0;
    for (uint32_t i = 0; p->env.cluster->nodes_len > 0 && i < t->live->places_len; i++) {
        const struct live_place *at = &t->live->places[i];
        const uint32_t own = groups[at->group].request;
        const uint32_t request = own == REQUEST_NONE ? t->requests[at->group] : own;
        policy_kueue_add_place(
            p, len, &(struct place_admission){at->group, at->count, named(p, request, at->node)});
    }
    return *len == 0 ? policy_kueue_places(p, t, groups, len) : p->places;
}
