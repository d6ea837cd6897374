/* Recorded scripts of queue operations: level queues. */
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/pending.h"
#include "tests/kueue_case.h"
#include "tests/unit.h"

#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { MOST = 64 };

struct script {
    struct kueue_case c;
    bool is_manager;
    int64_t now_ns;
    bool in_api[MOST]; /* by object */
    char result[4096];
};

/* --- workloads --- */

static size_t object_of(const struct script *s, const char *key)
{
    for (size_t i = 0; i < s->c.objects_len; i++) {
        const struct object *o = &s->c.objects[i];
        const size_t len = strlen(o->namespace);
        if (kueue_case_is_workload(o) && strncmp(key, o->namespace, len) == 0 && key[len] == '/' &&
            strcmp(key + len + 1, o->name) == 0)
            return i;
    }
    fail_msg("no workload %s", key);
    return 0;
}

static double consumed(const void *context, const struct kueue_workload *w)
{
    const struct script *s = context;
    const struct yaml_node *usage = yaml_get(s->c.run, "consumed");
    const struct yaml_node *weights =
        yaml_get(yaml_get(s->c.config, "admissionFairSharing"), "resourceWeights");
    char key[256];
    const char *slash = strchr(w->key, '/');
    snprintf(key, sizeof key, "%.*s/%s", (int)(slash - w->key), w->key,
             intern_text(s->c.names.words, w->queue_name));
    const struct yaml_node *list = yaml_get(usage, key);
    double sum = 0;
    for (size_t i = 0; i < case_len(list); i++) {
        const char *name = list->pairs[i].key->text;
        const char *weight = case_text(weights, name);
        const double qty = (double)case_number(list->pairs[i].value);
        sum += (weight == NULL ? 1 : strtod(weight, NULL)) *
               (strcmp(name, "cpu") == 0 ? qty / 1000 : qty);
    }
    return sum;
}

static void set_class(struct script *s, struct kueue_workload *w, const struct yaml_node *step)
{
    const char *hash = case_text(step, "hash");
    if (hash != NULL)
        w->scheduling_class =
            strcmp(hash, "unknown") == 0 ? CLASS_UNKNOWN : intern_add(s->c.names.words, hash);
}

static struct pending *pending_of(struct script *s, const struct kueue_workload *w)
{
    if (!s->is_manager)
        return &s->c.k->queues[0]->pending;
    return w->local_queue == NULL || w->local_queue->queue == NULL
               ? NULL
               : &w->local_queue->queue->pending;
}

/* The workload of a step; a version of it given there takes the place of the one there was. */
static struct kueue_workload *workload_of(struct script *s, const struct yaml_node *step,
                                          bool *has_changed)
{
    const size_t at = object_of(s, case_text(step, "workload"));
    const struct yaml_node *version = yaml_get(step, "object");
    *has_changed = s->c.workloads[at] == NULL;
    if (s->c.workloads[at] == NULL)
        kueue_case_add(&s->c, at);
    struct kueue_workload *w = s->c.workloads[at];
    if (version != NULL) {
        const struct object old = s->c.objects[at];
        s->c.objects[at] = kueue_case_object(&s->c, version);
        struct kueue_workload *now = kueue_case_add(&s->c, at);
        s->c.objects[at] = old;
        s->c.workloads[at] = w;
        *has_changed = now->shape != w->shape || now->queue_name != w->queue_name ||
                       now->priority != w->priority || now->reclaimed != w->reclaimed ||
                       now->is_evicted != w->is_evicted || now->requeued != w->requeued;
        w->shape = now->shape;
        w->queue_name = now->queue_name;
        w->local_queue = now->local_queue;
        w->has_quota |= now->has_quota;
        w->is_evicted = now->is_evicted;
        w->order_ns = now->order_ns;
    }
    set_class(s, w, step);
    return w;
}

/* --- operations; each leaves its result as text --- */

static void say(struct script *s, const char *text)
{
    snprintf(s->result, sizeof s->result, "%s", text);
}

static enum requeue_reason reason_of(const char *text)
{
    for (int r = 0; text != NULL && r < REQUEUE_REASONS; r++)
        if (strcmp(requeue_reason_name((enum requeue_reason)r), text) == 0)
            return (enum requeue_reason)r;
    fail_msg("reason %s", text);
    return REQUEUE_GENERIC;
}

static void do_add(struct script *s, const struct yaml_node *step)
{
    bool has_changed;
    struct kueue_workload *w = workload_of(s, step, &has_changed);
    struct pending *p = pending_of(s, w);
    const bool ok = p != NULL && (!s->is_manager || kueue_workload_is_admissible(w));
    say(s, ok ? "true" : "false");
    if (ok)
        pending_add(p, w, has_changed, s->now_ns);
}

static void read_scan(struct script *s, const struct yaml_node *step, struct kueue_workload *w)
{
    const struct yaml_node *list = yaml_get(step, "lastTriedFlavorIdx");
    w->scan.len = 0;
    w->scan.is_set = list != NULL;
    for (size_t i = 0; i < case_len(list); i++)
        for (size_t n = 0; n < list->items[i]->len; n++) {
            const struct yaml_pair *pair = &list->items[i]->pairs[n];
            scan_memory_add(&w->scan,
                            (struct scan_mark){(uint32_t)i,
                                               intern_add(s->c.names.resources, pair->key->text),
                                               (int32_t)case_number(pair->value)});
        }
}

static void do_requeue(struct script *s, const struct yaml_node *step)
{
    bool has_changed;
    struct kueue_workload *w = workload_of(s, step, &has_changed);
    struct pending *p = pending_of(s, w);
    const enum requeue_reason reason = reason_of(case_text(step, "reason"));
    read_scan(s, step, w);
    bool ok = p != NULL;
    if (s->is_manager)
        ok &=
            s->in_api[object_of(s, case_text(step, "workload"))] && kueue_workload_is_admissible(w);
    if (ok && case_text(step, "immediate") != NULL)
        ok = pending_return(p, w, reason, case_bool(step, "immediate", false), s->now_ns);
    else if (ok)
        ok = pending_requeue(p, w, reason, s->now_ns);
    say(s, ok ? "true" : "false");
}

static bool namespace_matches(const void *context, const struct kueue_workload *w)
{
    const struct script *s = context;
    const struct cluster_queue_spec *q =
        s->is_manager ? w->local_queue->queue->spec : s->c.k->queues[0]->spec;
    const struct namespace_spec *n =
        site_namespace(s->c.site, intern_text(s->c.names.words, w->namespace_id));
    return n != NULL && q->namespaces != NULL &&
           selector_matches(q->namespaces, &n->labels, s->c.names.words);
}

static void do_flush(struct script *s, const struct yaml_node *step)
{
    const struct yaml_node *names = yaml_get(step, "clusterQueues");
    uint32_t moved = 0;
    struct kueue_tree *done[MOST];
    size_t len = 0;
    for (uint32_t i = 0; i < s->c.k->queues_len; i++) {
        struct cluster_queue *q = s->c.k->queues[i];
        bool is_asked = names == NULL, is_done = false;
        for (size_t n = 0; n < case_len(names); n++)
            is_asked |= strcmp(names->items[n]->text, q->spec->name) == 0;
        for (size_t n = 0; n < len; n++)
            is_done |= done[n] == q->tree;
        /* A tree without a cohort of its own: its cohorts run in a circle. */
        if (!is_asked || is_done || (q->spec->cohort[0] != '\0' && !q->tree->is_cohort))
            continue;
        done[len++] = q->tree;
        for (uint32_t t = 0; t < q->tree->queues_len; t++)
            moved += pending_flush(&q->tree->queues[t]->pending, namespace_matches, s, s->now_ns);
    }
    snprintf(s->result, sizeof s->result, "%u", moved);
}

static void do_heads(struct script *s)
{
    const struct yaml_node *inactive = yaml_get(s->c.run, "inactiveClusterQueues");
    const char *keys[MOST];
    size_t len = 0;
    for (uint32_t i = 0; i < s->c.k->queues_len; i++) {
        bool skip = false;
        for (size_t n = 0; n < case_len(inactive); n++)
            skip |= strcmp(inactive->items[n]->text, s->c.k->queues[i]->spec->name) == 0;
        const struct kueue_workload *w = skip ? NULL : pending_pop(&s->c.k->queues[i]->pending);
        if (w != NULL)
            keys[len++] = w->key;
    }
    s->result[0] = '\0';
    for (size_t a = 0; a < len; a++)
        for (size_t b = a + 1; b < len; b++)
            if (strcmp(keys[b], keys[a]) < 0) {
                const char *k = keys[a];
                keys[a] = keys[b];
                keys[b] = k;
            }
    for (size_t a = 0; a < len; a++) {
        strcat(s->result, keys[a]);
        strcat(s->result, " ");
    }
}

/* Its admission is for a queue that the case does not have; what counts is that places are to
 * come. */
static void delay_places(const struct script *s, struct kueue_workload *w, size_t at)
{
    const struct yaml_node *status = yaml_get(s->c.objects[at].doc, "status");
    const struct yaml_node *sets = yaml_get(yaml_get(status, "admission"), "podSetAssignments");
    w->sets = calloc(w->shape->sets_len, sizeof w->sets[0]);
    assert_non_null(w->sets);
    for (size_t i = 0; i < case_len(sets); i++)
        w->sets[i].is_delayed = case_text(sets->items[i], "delayedTopologyRequest") != NULL;
}

static void do_second_pass(struct script *s, const struct yaml_node *step)
{
    bool has_changed;
    const size_t at = object_of(s, case_text(step, "workload"));
    struct kueue_workload *w = workload_of(s, step, &has_changed);
    if (w->sets == NULL)
        delay_places(s, w, at);
    say(s, kueue_ask_second_pass(s->c.k, w, s->now_ns) ? "true" : "false");
}

/* In the order of their names: of two that are due the one that asked first comes first. */
static void do_take_second_passes(struct script *s)
{
    s->result[0] = '\0';
    for (const struct kueue_workload *w = kueue_take_second_pass(s->c.k, s->now_ns); w != NULL;
         w = kueue_take_second_pass(s->c.k, s->now_ns)) {
        strcat(s->result, w->key);
        strcat(s->result, " ");
    }
}

static bool do_step(struct script *s, const struct yaml_node *step)
{
    const char *op = case_text(step, "op");
    bool has_changed;
    say(s, "");
    if (strcmp(op, "add") == 0) {
        do_add(s, step);
    } else if (strcmp(op, "requeue") == 0) {
        do_requeue(s, step);
    } else if (strcmp(op, "create") == 0) {
        s->in_api[object_of(s, case_text(step, "workload"))] = true;
    } else if (strcmp(op, "delete") == 0) {
        struct kueue_workload *w = workload_of(s, step, &has_changed);
        pending_remove(pending_of(s, w), w);
    } else if (strcmp(op, "pop") == 0) {
        const struct kueue_workload *w = pending_pop(&s->c.k->queues[0]->pending);
        say(s, w == NULL ? "" : w->key);
    } else if (strcmp(op, "flush") == 0) {
        do_flush(s, step);
    } else if (strcmp(op, "heads") == 0) {
        do_heads(s);
    } else if (strcmp(op, "blockHash") == 0) {
        snprintf(s->result, sizeof s->result, "%u",
                 pending_block(&s->c.k->queues[0]->pending,
                               intern_add(s->c.names.words, case_text(step, "hash"))));
    } else if (strcmp(op, "advance") == 0) {
        s->now_ns += case_int(step, "seconds", 0) * SECOND_NS;
    } else if (strcmp(op, "backoffExpired") == 0) {
        const struct kueue_workload *w = workload_of(s, step, &has_changed);
        say(s, kueue_workload_backoff_is_over(w, s->now_ns) ? "true" : "false");
    } else if (strcmp(op, "queueSecondPass") == 0) {
        do_second_pass(s, step);
    } else if (strcmp(op, "takeSecondPass") == 0) {
        do_take_second_passes(s);
    } else {
        printf("  unknown step %s\n", op);
        return false;
    }
    return true;
}

/* --- the state after a step --- */

static bool list_equals(const struct yaml_node *want, const char **got, size_t len, bool in_order)
{
    if (case_len(want) != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool found = in_order && strcmp(want->items[i]->text, got[i]) == 0;
        for (size_t n = 0; n < len && !in_order; n++)
            found |= strcmp(want->items[i]->text, got[n]) == 0;
        if (!found)
            return false;
    }
    return true;
}

static bool heap_equals(const struct pending *p, const struct yaml_node *want)
{
    struct kueue_workload *left[MOST];
    const char *keys[MOST];
    pending_list(p, false, left);
    for (size_t n = 0; n < p->heap_len; n++) {
        size_t first = n;
        for (size_t i = n + 1; i < p->heap_len; i++)
            if (pending_before(p, left[i], left[first]))
                first = i;
        struct kueue_workload *w = left[first];
        left[first] = left[n];
        left[n] = w;
        keys[n] = w->key;
    }
    return list_equals(yaml_get(want, "heap"), keys, p->heap_len, yaml_get(want, "ties") == NULL);
}

static bool parked_equals(const struct pending *p, const struct yaml_node *want)
{
    const char *keys[MOST];
    struct kueue_workload *parked[MOST];
    const size_t len = pending_list(p, true, parked);
    for (size_t i = 0; i < len; i++)
        keys[i] = parked[i]->key;
    return list_equals(yaml_get(want, "inadmissible"), keys, len, false);
}

static bool key_equals(const struct kueue_workload *w, const char *want)
{
    return want == NULL ? w == NULL : w != NULL && strcmp(w->key, want) == 0;
}

static bool state_equals(const struct script *s, const struct pending *p,
                         const struct yaml_node *want)
{
    const struct yaml_node *blocked = yaml_get(want, "blockedHashes");
    bool ok = heap_equals(p, want);
    ok &= parked_equals(p, want);
    ok &= key_equals(p->in_flight, case_text(want, "inflight"));
    ok &= (p->flush_cycle == case_int(want, "flushCycle", 0));
    ok &= (p->blocked_len == case_len(blocked));
    ok &= strcmp(s->c.suite, "TestHeads") == 0 || p->pop_cycle == case_int(want, "popCycle", 0);
    if (case_text(want, "preemptor") != NULL) {
        ok &= key_equals(p->preemptor, case_text(want, "preemptor"));
        ok &= p->is_sticky == case_bool(want, "sticky", false);
    }
    for (size_t i = 0; i < case_len(blocked); i++)
        ok &= pending_is_blocked(p, intern_add(s->c.names.words, blocked->items[i]->text));
    return ok;
}

static bool step_equals(struct script *s, const struct yaml_node *want)
{
    const struct yaml_node *result = yaml_get(want, "result");
    const struct yaml_node *queues = yaml_get(want, "clusterQueues");
    bool ok = true;
    if (result != NULL && result->kind == YAML_LIST) {
        char keys[4096] = "";
        for (size_t i = 0; i < result->len; i++) {
            strcat(keys, result->items[i]->text);
            strcat(keys, " ");
        }
        ok = strcmp(keys, s->result) == 0;
    } else if (result != NULL) {
        ok = strcmp(result->text, s->result) == 0;
    }
    if (!ok)
        printf("  result: got '%s'\n", s->result);
    for (size_t i = 0; i < case_len(queues); i++)
        ok &= state_equals(s, &kueue_find_queue(s->c.k, queues->pairs[i].key->text)->pending,
                           queues->pairs[i].value);
    if (yaml_get(want, "heap") != NULL)
        ok &= state_equals(s, &s->c.k->queues[0]->pending, want);
    return ok;
}

static void begin(struct script *s, const char *path)
{
    kueue_case_open(&s->c, path);
    s->now_ns = s->c.now_ns;
    s->is_manager = strcmp(case_text(s->c.run, "scope"), "manager") == 0;
    for (uint32_t i = 0; i < s->c.k->queues_len; i++) {
        struct pending *p = &s->c.k->queues[i]->pending;
        p->pop_cycle = case_int(s->c.run, "initialPopCycle", 0);
        if (yaml_get(s->c.config, "admissionFairSharing") != NULL &&
            s->c.k->queues[i]->spec->is_usage_based) {
            p->usage = consumed;
            p->usage_context = s;
        }
    }
}

static bool check_script(const char *path)
{
    struct script s = {0};
    begin(&s, path);
    const char *timestamp = case_text(s.c.config, "requeuingTimestamp");
    s.c.k->settings.pods_ready.orders_by_creation =
        timestamp != NULL && strcmp(timestamp, "Creation") == 0;
    const struct yaml_node *steps = yaml_get(s.c.run, "steps");
    const struct yaml_node *want = yaml_get(s.c.expect, "steps");
    bool ok = true;
    for (size_t i = 0; i < case_len(steps) && ok; i++) {
        ok = do_step(&s, steps->items[i]) && step_equals(&s, want->items[i]);
        if (!ok)
            printf("  step %zu: %s\n", i, case_text(steps->items[i], "op"));
    }
    kueue_case_close(&s.c);
    return ok;
}

static void queues_do_as_recorded(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("queues", check_script, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queues_do_as_recorded),
    };
    return cmocka_run_group_tests_name("kueue_queue_cases", tests, NULL, NULL);
}
