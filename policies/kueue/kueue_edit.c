/* Objects changed while workloads wait and run: quotas, queues, stop policies. */
#include "policies/kueue/kueue_parts.h"

#include "sim/check.h"

#include <stdlib.h>

/* --- flushes that were asked for --- */

struct asked {
    uint32_t name; /* words: of the tree */
    bool is_cohort;
    int64_t flush_at_ns;
};

static struct asked *save_flushes(const struct kueue *k)
{
    struct asked *all = calloc(k->trees_len + 1, sizeof all[0]);
    SIM_REQUIRE(all != NULL);
    for (uint32_t i = 0; i < k->trees_len; i++)
        all[i] = (struct asked){intern_add(k->names->words, k->trees[i]->name),
                                k->trees[i]->is_cohort, k->trees[i]->flush_at_ns};
    return all;
}

/* An edit may make room: all trees get a second look, at the latest a second from now. */
static void restore_flushes(struct kueue *k, const struct asked *asked, uint32_t len,
                            int64_t now_ns)
{
    for (uint32_t i = 0; i < k->trees_len; i++) {
        struct kueue_tree *t = k->trees[i];
        const uint32_t name = intern_add(k->names->words, t->name);
        t->flush_at_ns = now_ns + KUEUE_FLUSH_NS;
        for (uint32_t a = 0; a < len; a++)
            if (asked[a].name == name && asked[a].is_cohort == t->is_cohort &&
                asked[a].flush_at_ns < t->flush_at_ns)
                t->flush_at_ns = asked[a].flush_at_ns;
    }
    kueue_find_next_flush(k);
}

/* --- workloads under the new rules --- */

static enum evict_reason drained_by(const struct kueue_workload *w)
{
    if (w->queue->spec->stop == STOP_HOLD_AND_DRAIN)
        return EVICT_CLUSTER_QUEUE_STOPPED;
    if (w->local_queue != NULL && w->local_queue->spec->stop == STOP_HOLD_AND_DRAIN)
        return EVICT_LOCAL_QUEUE_STOPPED;
    return EVICT_NONE;
}

static void find_queue(struct kueue *k, struct kueue_workload *w)
{
    const struct intern *words = k->names->words;
    if (w->local_queue == NULL && w->queue_name != INTERN_NONE)
        w->local_queue = kueue_find_local_queue(k, intern_text(words, w->namespace_id),
                                                intern_text(words, w->queue_name));
}

static void settle(struct kueue *k, struct kueue_workload *w, int64_t now_ns)
{
    find_queue(k, w);
    if (w->has_quota) {
        const enum evict_reason why = drained_by(w);
        if (why != EVICT_NONE)
            kueue_put_out(k, w, why, now_ns);
    } else if (w->place == PLACE_NOWHERE) {
        kueue_queue(k, w, now_ns);
    } else if (w->local_queue->spec->stop != STOP_NONE && w->place != PLACE_IN_FLIGHT) {
        pending_remove(&w->queue->pending, w);
    }
}

void kueue_rebuild(struct kueue *k, int64_t now_ns)
{
    struct asked *asked = save_flushes(k);
    const uint32_t trees = k->trees_len;
    kueue_replant(k);
    restore_flushes(k, asked, trees, now_ns);
    free(asked);
    for (uint32_t i = 0; i < k->workloads.cap; i++) {
        struct kueue_workload *w = pool_at(&k->workloads, i);
        if (pool_has(&k->workloads, i) && !w->is_finished)
            settle(k, w, now_ns);
    }
    kueue_touch_all(k);
}
