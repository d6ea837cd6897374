#include "policies/kueue/kueue.h"

#include "policies/kueue/kueue_parts.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 1024 };

/* --- queues from the site --- */

static bool matches(const struct kueue *k, const struct cluster_queue_spec *q, const char *name)
{
    const struct namespace_spec *n = site_namespace(k->site, name);
    return n != NULL && q->namespaces != NULL &&
           selector_matches(q->namespaces, &n->labels, k->names->words);
}

static void update_queue(struct kueue *k, uint32_t i)
{
    const struct cluster_queue_spec *spec = site_queue_at(k->site, i);
    struct cluster_queue *q = k->queues[i];
    if (spec == NULL) {
        SIM_REQUIRE(q == NULL || q->held_len == 0);
        if (q != NULL) {
            pending_fini(&q->pending);
            cluster_queue_fini(q);
            free(q);
        }
        k->queues[i] = NULL;
        return;
    }
    if (q == NULL) {
        k->queues[i] = q = calloc(1, sizeof *q);
        SIM_REQUIRE(q != NULL);
        cluster_queue_init(q, spec, i);
        pending_init(&q->pending, spec->is_strict,
                     gates_on(&k->settings.gates, GATE_SCHEDULING_EQUIVALENCE_HASHING));
    } else if (q->spec != spec) {
        cluster_queue_change(q, spec);
        q->pending.is_strict = spec->is_strict;
    }
}

static void update_local_queue(struct kueue *k, uint32_t i)
{
    const struct local_queue_spec *spec = site_local_queue_at(k->site, i);
    if (spec == NULL)
        return;
    struct local_queue *l = k->local_queues[i];
    if (l == NULL) {
        k->local_queues[i] = l = calloc(1, sizeof *l);
        SIM_REQUIRE(l != NULL);
        l->sample_at_ns = INT64_MIN;
    }
    l->spec = spec;
    l->namespace_id = intern_add(k->names->words, spec->namespace);
    l->name = intern_add(k->names->words, spec->name);
    l->queue = kueue_find_queue(k, spec->queue);
    if (l->sample_at_ns == INT64_MAX)
        l->sample_at_ns = INT64_MIN;
    l->matches = l->queue != NULL && matches(k, l->queue->spec, spec->namespace);
}

static void *widened(void *list, uint32_t old, uint32_t len)
{
    void **more = realloc(list, (len + 1) * sizeof more[0]);
    SIM_REQUIRE(more != NULL);
    for (uint32_t i = old; i < len; i++)
        more[i] = NULL;
    return more;
}

static void update_queues(struct kueue *k)
{
    const uint32_t queues = site_list_len(&k->site->queues);
    const uint32_t local_queues = site_list_len(&k->site->local_queues);
    k->queues = widened(k->queues, k->queues_len, queues);
    k->queues_len = queues;
    k->local_queues = widened(k->local_queues, k->local_queues_len, local_queues);
    k->local_queues_len = local_queues;
    k->sample_at_ns = INT64_MIN;
    for (uint32_t i = 0; i < queues; i++)
        update_queue(k, i);
    for (uint32_t i = 0; i < local_queues; i++)
        update_local_queue(k, i);
    for (uint32_t i = 0; i < queues; i++)
        if (k->queues[i] != NULL)
            kueue_order_by_usage(k, k->queues[i]);
}

struct kueue *kueue_new(const struct kueue_settings *settings, const struct site *site,
                        struct names *names)
{
    struct kueue *k = calloc(1, sizeof *k);
    SIM_REQUIRE(k != NULL);
    k->settings = *settings;
    k->site = site;
    k->names = names;
    k->classes = intern_new();
    key_heap_init(&k->timers);
    k->cycle_arena = arena_new();
    k->place_arena = arena_new();
    if (gates_on(&settings->gates, GATE_TOPOLOGY_AWARE_SCHEDULING))
        k->topologies = topology_site_new(
            names, gates_on(&settings->gates, GATE_TAS_HANDLE_OVERLAPPING_FLAVORS));
    k->pods_resource = intern_add(names->resources, "pods");
    pool_init(&k->workloads, sizeof(struct kueue_workload));
    update_queues(k);
    kueue_plant(k);
    kueue_find_next_flush(k);
    k->flavor_match = flavor_match_new(k);
    return k;
}

void kueue_replant(struct kueue *k)
{
    flavor_match_free(k->flavor_match);
    update_queues(k);
    kueue_plant(k);
    k->flavor_match = flavor_match_new(k);
}

void kueue_free(struct kueue *k)
{
    if (k == NULL)
        return;
    for (uint32_t i = 0; i < k->workloads.cap; i++)
        if (pool_has(&k->workloads, i))
            kueue_workload_fini(pool_at(&k->workloads, i));
    pool_fini(&k->workloads);
    kueue_fell(k);
    for (uint32_t i = 0; i < k->queues_len; i++)
        if (k->queues[i] != NULL) {
            pending_fini(&k->queues[i]->pending);
            cluster_queue_fini(k->queues[i]);
            free(k->queues[i]);
        }
    free(k->queues);
    for (uint32_t i = 0; i < k->local_queues_len; i++) {
        if (k->local_queues[i] != NULL)
            ledger_fini(&k->local_queues[i]->ledger);
        free(k->local_queues[i]);
    }
    free(k->local_queues);
    journal_fini(&k->journal);
    flavor_match_free(k->flavor_match);
    intern_free(k->classes);
    arena_free(k->cycle_arena);
    arena_free(k->place_arena);
    topology_site_free(k->topologies);
    free(k->decisions);
    key_heap_fini(&k->timers);
    free(k->second_passes);
    free(k);
}

struct cluster_queue *kueue_find_queue(const struct kueue *k, const char *name)
{
    const uint32_t at = intern_find(k->site->queues.names, name);
    return at == INTERN_NONE || at >= k->queues_len ? NULL : k->queues[at];
}

struct local_queue *kueue_find_local_queue(const struct kueue *k, const char *namespace,
                                           const char *name)
{
    char key[KEY_BYTES];
    snprintf(key, sizeof key, "%s/%s", namespace, name);
    const uint32_t at = intern_find(k->site->local_queues.names, key);
    return at == INTERN_NONE || at >= k->local_queues_len ? NULL : k->local_queues[at];
}

/* --- what is left to do --- */

static void touch_tree(struct kueue *k, struct kueue_tree *t)
{
    t->quiet = 0;
    if (t->is_dirty)
        return;
    t->is_dirty = true;
    k->dirty_trees++;
}

void kueue_touch(struct kueue *k, struct cluster_queue *q)
{
    touch_tree(k, q->tree);
    if (q->tree->topologies != NULL) /* they meet on nodes */
        for (uint32_t i = 0; i < k->trees_len; i++)
            if (k->trees[i]->topologies != NULL)
                touch_tree(k, k->trees[i]);
}

void kueue_touch_all(struct kueue *k)
{
    for (uint32_t i = 0; i < k->trees_len; i++)
        touch_tree(k, k->trees[i]);
}

/* --- flushes --- */

void kueue_ask_flush(struct kueue *k, struct cluster_queue *q, int64_t now_ns)
{
    if (q->tree->flush_at_ns != INT64_MAX)
        return;
    q->tree->flush_at_ns = now_ns + KUEUE_FLUSH_NS;
    if (q->tree->flush_at_ns < k->flush_at_ns)
        k->flush_at_ns = q->tree->flush_at_ns;
}

int64_t kueue_next_flush_ns(const struct kueue *k)
{
    return k->flush_at_ns;
}

void kueue_find_next_flush(struct kueue *k)
{
    k->flush_at_ns = INT64_MAX;
    for (uint32_t i = 0; i < k->trees_len; i++)
        if (k->trees[i]->flush_at_ns < k->flush_at_ns)
            k->flush_at_ns = k->trees[i]->flush_at_ns;
}

static bool namespace_matches(const void *context, const struct kueue_workload *w)
{
    (void)context;
    return w->local_queue != NULL && w->local_queue->matches;
}

static uint32_t flush(struct kueue *k, struct kueue_tree *t, int64_t now_ns)
{
    uint32_t moved = 0;
    t->flush_at_ns = INT64_MAX;
    for (uint32_t i = 0; i < t->queues_len; i++)
        moved += pending_flush(&t->queues[i]->pending, namespace_matches, NULL, now_ns);
    if (moved > 0)
        kueue_touch(k, t->queues[0]);
    return moved;
}

uint32_t kueue_flush_tree(struct kueue *k, struct kueue_tree *t, int64_t now_ns)
{
    const uint32_t moved = flush(k, t, now_ns);
    kueue_find_next_flush(k);
    return moved;
}

uint32_t kueue_flush(struct kueue *k, int64_t now_ns)
{
    uint32_t flushed = 0;
    if (k->flush_at_ns > now_ns)
        return 0;
    for (uint32_t i = 0; i < k->trees_len; i++)
        if (k->trees[i]->flush_at_ns <= now_ns) {
            flush(k, k->trees[i], now_ns);
            flushed++;
        }
    kueue_find_next_flush(k);
    return flushed;
}
