/* Admission checks, and the second pass of workloads that have quota and look for places. */
#include "policies/kueue/kueue_parts.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { SECOND_PASS_MOST_S = 30 };

/* --- which checks --- */

static bool uses_flavor(const struct kueue_workload *w, const struct check_use *c)
{
    for (uint32_t s = 0; s < w->shape->sets_len; s++)
        for (uint32_t i = 0; i < w->sets[s].len; i++)
            for (uint32_t f = 0; f < c->flavors_len; f++)
                if (w->sets[s].resources[i].flavor == c->flavors[f])
                    return true;
    return c->flavors_len == 0;
}

void kueue_start_checks(struct kueue *k, struct kueue_workload *w)
{
    const struct cluster_queue_spec *q = w->queue->spec;
    free(w->checks);
    w->checks = NULL;
    w->checks_len = 0;
    if (q->checks_len == 0)
        return;
    w->checks = calloc(q->checks_len, sizeof w->checks[0]);
    SIM_REQUIRE(w->checks != NULL);
    for (uint32_t i = 0; i < q->checks_len; i++)
        if (uses_flavor(w, &q->checks[i]))
            w->checks[w->checks_len++].name = intern_add(k->names->words, q->checks[i].name);
}

bool kueue_set_check(struct kueue *k, struct kueue_workload *w, const char *name,
                     enum check_state state, int64_t now_ns)
{
    const uint32_t word = intern_add(k->names->words, name);
    for (uint32_t i = 0; i < w->checks_len; i++)
        if (w->checks[i].name == word)
            w->checks[i].state = state;
    if (state == CHECK_REJECTED)
        kueue_deactivate(k, w, DEACTIVATED_BY_CHECK, now_ns);
    kueue_ask_second_pass(k, w, now_ns);
    return kueue_may_run(k, w);
}

void kueue_retry(struct kueue *k, struct kueue_workload *w, int64_t after_ns, int64_t now_ns)
{
    for (uint32_t i = 0; i < w->checks_len; i++)
        w->checks[i].state = CHECK_PENDING;
    w->requeue_at_ns = now_ns + after_ns;
    kueue_put_out(k, w, EVICT_ADMISSION_CHECK, now_ns);
}

static bool has_delayed_places(const struct kueue_workload *w)
{
    for (uint32_t s = 0; w->sets != NULL && s < w->shape->sets_len; s++)
        if (w->sets[s].is_delayed && w->sets[s].topology == NULL)
            return true;
    return false;
}

static bool checks_are_ready(const struct kueue_workload *w)
{
    for (uint32_t i = 0; i < w->checks_len; i++)
        if (w->checks[i].state != CHECK_READY)
            return false;
    return true;
}

/* Another cluster runs what this queue admits, and finds the places. */
static bool runs_elsewhere(const struct kueue *k, const struct kueue_workload *w)
{
    for (uint32_t i = 0; w->queue != NULL && i < w->queue->spec->checks_len; i++) {
        const struct check_spec *c = site_check(k->site, w->queue->spec->checks[i].name);
        if (c != NULL && c->controller == CHECK_BY_MULTIKUEUE)
            return true;
    }
    return false;
}

bool kueue_may_run(const struct kueue *k, const struct kueue_workload *w)
{
    return w->has_quota && !w->is_evicted && checks_are_ready(w) &&
           (!has_delayed_places(w) || runs_elsewhere(k, w));
}

/* --- who finds places late --- */

static bool is_for(const struct check_use *c, uint32_t flavor)
{
    for (uint32_t i = 0; i < c->flavors_len; i++)
        if (c->flavors[i] == flavor)
            return true;
    return c->flavors_len == 0;
}

bool kueue_delays_places(const struct kueue *k, const struct kueue_workload *w, uint32_t flavor)
{
    const struct cluster_queue_spec *q = w->queue->spec;
    for (uint32_t i = 0; i < q->checks_len; i++) {
        const struct check_spec *c = site_check(k->site, q->checks[i].name);
        if (c == NULL)
            continue;
        if (c->controller == CHECK_BY_MULTIKUEUE)
            return true; /* another cluster places it */
        if (c->controller == CHECK_BY_PROVISIONING && !w->has_quota &&
            is_for(&q->checks[i], flavor))
            return true; /* the nodes are still to come */
    }
    return false;
}

/* --- the second pass --- */

static bool needs_second_pass(const struct kueue *k, const struct kueue_workload *w)
{
    if (w->is_finished || w->is_evicted || !w->has_quota)
        return false;
    return kueue_has_broken_place(k, w) ||
           (w->checks_len > 0 && checks_are_ready(w) && has_delayed_places(w) && !w->is_admitted &&
            !runs_elsewhere(k, w));
}

/* 1 s, 2 s, 4 s and so on, up to half a minute. */
static int64_t backoff_ns(uint32_t passes)
{
    int64_t seconds = 1;
    while (passes > 1 && seconds < SECOND_PASS_MOST_S) {
        seconds *= 2;
        passes--;
    }
    return (seconds < SECOND_PASS_MOST_S ? seconds : SECOND_PASS_MOST_S) * SECOND_NS;
}

void kueue_forget_second_pass(struct kueue *k, struct kueue_workload *w)
{
    if (!w->is_in_second_pass)
        return;
    w->is_in_second_pass = false;
    for (uint32_t i = 0; i < k->second_passes_len; i++)
        if (k->second_passes[i] == w) {
            memmove(&k->second_passes[i], &k->second_passes[i + 1],
                    (k->second_passes_len - i - 1) * sizeof k->second_passes[0]);
            k->second_passes_len--;
            return;
        }
}

bool kueue_ask_second_pass(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    if (!needs_second_pass(k, w)) {
        if (w->second_passes > 0)
            kueue_forget_second_pass(k, w);
        w->second_passes = 0;
        return false;
    }
    if (w->is_in_second_pass)
        return false;
    if (k->second_passes_len == k->second_passes_cap) {
        k->second_passes_cap = k->second_passes_cap == 0 ? 16 : 2 * k->second_passes_cap;
        k->second_passes =
            realloc(k->second_passes, k->second_passes_cap * sizeof k->second_passes[0]);
        SIM_REQUIRE(k->second_passes != NULL);
    }
    k->second_passes[k->second_passes_len++] = w;
    w->is_in_second_pass = true;
    w->second_passes++;
    w->second_pass_at_ns = now_ns + backoff_ns(w->second_passes);
    return true;
}

static bool is_on(const struct kueue *k, const struct kueue_workload *w, uint32_t node)
{
    for (uint32_t s = 0; w->sets != NULL && s < w->shape->sets_len; s++) {
        const struct topology_assignment *a = w->sets[s].topology;
        for (uint32_t i = 0; a != NULL && i < a->len; i++)
            if (topology_id_is_of(k->names->words, a->pods[i].leaf_id, node))
                return true;
    }
    return false;
}

void kueue_break_node(struct kueue *k, struct kueue_workload *w, uint32_t node, int64_t now_ns)
{
    if (!w->is_admitted || w->is_evicted || !is_on(k, w, node) ||
        !gates_on(&k->settings.gates, GATE_TAS_FAILED_NODE_REPLACEMENT))
        return;
    if (w->broken_len > 0 && w->broken_nodes[0] != node) {
        kueue_put_out(k, w, EVICT_NODE_FAILURES, now_ns);
        return;
    }
    free(w->broken_nodes);
    w->broken_nodes = malloc(sizeof w->broken_nodes[0]);
    SIM_REQUIRE(w->broken_nodes != NULL);
    w->broken_nodes[0] = node;
    w->broken_len = 1;
    kueue_ask_second_pass(k, w, now_ns);
}

int64_t kueue_next_second_pass_ns(const struct kueue *k)
{
    int64_t next = INT64_MAX;
    for (uint32_t i = 0; i < k->second_passes_len; i++)
        if (k->second_passes[i]->second_pass_at_ns < next)
            next = k->second_passes[i]->second_pass_at_ns;
    return next;
}

uint32_t kueue_wake_second_passes(struct kueue *k, int64_t now_ns)
{
    uint32_t due = 0;
    for (uint32_t i = 0; i < k->second_passes_len; i++)
        if (k->second_passes[i]->second_pass_at_ns <= now_ns) {
            kueue_touch(k, k->second_passes[i]->queue);
            due++;
        }
    return due;
}

struct kueue_workload *kueue_take_second_pass(struct kueue *k, int64_t now_ns)
{
    for (uint32_t i = 0; i < k->second_passes_len; i++) {
        struct kueue_workload *w = k->second_passes[i];
        if (w->second_pass_at_ns > now_ns)
            continue;
        kueue_forget_second_pass(k, w);
        if (needs_second_pass(k, w))
            return w;
        i--;
    }
    return NULL;
}
