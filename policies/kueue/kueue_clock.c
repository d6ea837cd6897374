/* What befalls a workload as time goes by: waitForPodsReady, backoffs, the time it may run. */
#include "policies/kueue/kueue_parts.h"

#define SECOND_NS INT64_C(1000000000)

/* --- timers --- */

/* Timers are never taken back: one whose time is not among the workload's own is void. */
static void set_timer(struct kueue *k, const struct kueue_workload *w, int64_t at_ns)
{
    if (at_ns != INT64_MAX)
        key_heap_push(&k->timers, (struct key_entry){at_ns, k->timers_made++, w->slot});
}

/* INT64_MAX where the sum is beyond all times. */
static int64_t later(int64_t now_ns, int64_t span_ns)
{
    return span_ns >= INT64_MAX - now_ns ? INT64_MAX : now_ns + span_ns;
}

int64_t kueue_next_timer_ns(const struct kueue *k)
{
    const struct key_entry *top = key_heap_top(&k->timers);
    return top == NULL ? INT64_MAX : top->key;
}

/* --- evictions --- */

void kueue_put_out(struct kueue *k, struct kueue_workload *w, enum evict_reason why, int64_t now_ns)
{
    if (!w->has_quota || w->is_evicted)
        return;
    k->now_ns = now_ns;
    kueue_evict(k, w, why);
    kueue_decide(
        k, (struct decision){
               .kind = DECIDED_EVICT, .w = w, .evict = why, .deactivation = w->deactivated_by});
    kueue_touch(k, w->queue);
}

void kueue_deactivate(struct kueue *k, struct kueue_workload *w, enum deactivation why,
                      int64_t now_ns)
{
    w->is_active = false;
    w->deactivated_by = why;
    kueue_put_out(k, w, EVICT_DEACTIVATED, now_ns);
}

void kueue_start_backoff(struct kueue *k, struct kueue_workload *w)
{
    w->requeued = REQUEUED_FALSE;
    set_timer(k, w, w->requeue_at_ns);
}

static void end_backoff(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    w->requeue_at_ns = INT64_MIN;
    w->requeued = REQUEUED_TRUE;
    kueue_refresh(k, w);
    kueue_queue(k, w, now_ns);
}

/* --- pods that are not ready --- */

/* base x 2^(count - 1), at most the maximum. */
static int64_t backoff_ns(const struct pods_ready_settings *s, uint32_t count)
{
    int64_t seconds = s->backoff_base_s;
    for (uint32_t i = 1; i < count && seconds < s->backoff_max_s; i++)
        seconds *= 2;
    return (seconds < s->backoff_max_s ? seconds : s->backoff_max_s) * SECOND_NS;
}

static void time_out(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    const struct pods_ready_settings *s = &k->settings.pods_ready;
    w->ready_by_ns = INT64_MAX;
    if (s->has_limit && w->requeue_count >= s->backoff_limit) {
        kueue_deactivate(k, w, DEACTIVATED_BY_REQUEUES, now_ns);
        return;
    }
    w->requeue_count++;
    w->requeue_at_ns = later(now_ns, backoff_ns(s, w->requeue_count));
    kueue_put_out(k, w, EVICT_PODS_READY_TIMEOUT, now_ns);
}

static void wait_until_ready(struct kueue *k, struct kueue_workload *w, int64_t now_ns,
                             int64_t timeout_ns)
{
    w->ready_by_ns = k->settings.pods_ready.is_on ? later(now_ns, timeout_ns) : INT64_MAX;
    set_timer(k, w, w->ready_by_ns);
}

void kueue_set_ready(struct kueue *k, struct kueue_workload *w, bool is_ready, int64_t now_ns)
{
    if (!w->has_quota || w->is_ready == is_ready)
        return;
    w->is_ready = is_ready;
    if (is_ready) {
        k->unready--;
        w->ready_by_ns = INT64_MAX;
        w->requeue_count = 0;
        return;
    }
    k->unready++;
    if (w->is_admitted && !w->is_evicted)
        wait_until_ready(k, w, now_ns, k->settings.pods_ready.recovery_timeout_ns);
}

bool kueue_waits_for_pods(const struct kueue *k)
{
    const struct pods_ready_settings *s = &k->settings.pods_ready;
    return s->is_on && s->blocks_admission;
}

/* --- clocks --- */

void kueue_start_clocks(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    w->admitted_ns = now_ns;
    if (!w->is_ready)
        wait_until_ready(k, w, now_ns, k->settings.pods_ready.timeout_ns);
    w->over_ns = w->most_ns == INT64_MAX ? INT64_MAX : later(now_ns, w->most_ns - w->ran_ns);
    set_timer(k, w, w->over_ns);
}

void kueue_stop_clocks(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    if (!w->is_ready)
        k->unready--;
    if (w->is_admitted)
        w->ran_ns += now_ns - w->admitted_ns;
    w->is_ready = false;
    w->ready_by_ns = w->over_ns = INT64_MAX;
}

static void ring(struct kueue *k, struct kueue_workload *w, int64_t at_ns, int64_t now_ns)
{
    const bool is_up = w->has_quota && !w->is_evicted && !w->is_finished;
    if (is_up && w->over_ns == at_ns)
        kueue_deactivate(k, w, DEACTIVATED_BY_TIME, now_ns);
    else if (is_up && w->ready_by_ns == at_ns)
        time_out(k, w, now_ns);
    else if (!w->has_quota && w->requeued == REQUEUED_FALSE && w->requeue_at_ns == at_ns)
        end_backoff(k, w, now_ns);
}

void kueue_run_timers(struct kueue *k, int64_t now_ns)
{
    while (kueue_next_timer_ns(k) <= now_ns) {
        const struct key_entry e = key_heap_pop(&k->timers);
        if (pool_has(&k->workloads, e.item))
            ring(k, pool_at(&k->workloads, e.item), e.key, now_ns);
    }
}

/* --- pods that are done --- */

void kueue_reclaim(struct kueue *k, struct kueue_workload *w, uint32_t set, uint32_t count,
                   int64_t now_ns)
{
    if (!gates_on(&k->settings.gates, GATE_RECLAIMABLE_PODS))
        return;
    kueue_workload_reclaim(w, set, count);
    kueue_refresh(k, w);
    const uint32_t left = kueue_workload_count(w, set);
    if (!w->has_quota || w->sets[set].count <= left)
        return;
    cluster_queue_discharge(w->queue, w->usage, w->usage_len);
    kueue_count_admitted(k, w, -1);
    admitted_set_scale(&w->sets[set], left);
    kueue_workload_count_usage(w);
    kueue_count_admitted(k, w, 1);
    cluster_queue_charge(w->queue, w->usage, w->usage_len);
    journal_forget(&k->journal);
    w->queue->generation++;
    kueue_ask_flush(k, w->queue, now_ns);
    kueue_touch(k, w->queue);
}
