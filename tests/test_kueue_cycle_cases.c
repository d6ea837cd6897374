/* Recorded scheduling cycles: objects in, admissions, evictions and queue contents out. */
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/message.h"
#include "sim/arena.h"
#include "tests/kueue_case.h"
#include "tests/unit.h"

#include <string.h>

/* Why each workload waits, as the last decision about it said. */
struct said {
    const struct kueue_workload *w;
    enum pending_reason why;
    const char *text;
};

struct play {
    struct kueue_case c;
    struct said said[256];
    size_t said_len;
    struct decision kept[256]; /* reservations and evictions */
    size_t kept_len;
};

static unsigned messages_differ, messages_all;

static bool says(const char *what, const char *want, const char *got)
{
    if (strcmp(want, got) == 0)
        return true;
    printf("  %s: want '%s', got '%s'\n", what, want, got);
    return false;
}

static bool counts(const char *what, int64_t want, int64_t got)
{
    if (want == got)
        return true;
    printf("  %s: want %lld, got %lld\n", what, (long long)want, (long long)got);
    return false;
}

/* Amounts are quantities here. */
static int64_t amount(const struct yaml_node *usage, const char *resource, uint32_t number)
{
    struct quantity_kubernetes q;
    const char *why;
    const char *text = case_text(usage, resource);
    if (text == NULL || !quantity_kubernetes(text, &q, &why))
        return -1;
    return kueue_request_amount(number, &q);
}

/* --- playing --- */

static void keep(struct play *p)
{
    struct kueue *k = p->c.k;
    for (uint32_t i = 0; i < k->decisions_len; i++) {
        const struct decision *d = &k->decisions[i];
        if (d->kind != DECIDED_PENDING) {
            p->kept[p->kept_len++] = *d;
            continue;
        }
        size_t at = 0;
        while (at < p->said_len && p->said[at].w != d->w)
            at++;
        p->said_len += at == p->said_len;
        p->said[at] = (struct said){d->w, d->why, decision_text(p->c.arena, &p->c.names, d)};
    }
    k->decisions_len = 0;
}

/* run.initialUsage: by the name of a LocalQueue. */
static void seed_usage(struct play *p)
{
    const struct yaml_node *all = yaml_get(p->c.run, "initialUsage");
    struct kueue *k = p->c.k;
    for (uint32_t i = 0; i < k->local_queues_len; i++) {
        struct local_queue *l = k->local_queues[i];
        const struct yaml_node *usage = yaml_get(all, l->spec->name);
        for (size_t u = 0; u < case_len(usage); u++) {
            const char *name = usage->pairs[u].key->text;
            const uint32_t resource = intern_add(p->c.names.resources, name);
            const struct res_qty qty = {resource, amount(usage, name, resource)};
            ledger_seed(&l->ledger, p->c.names.resources, &qty);
            l->ledger.updated_ns = p->c.now_ns;
        }
        if (l->queue != NULL)
            kueue_order_by_usage(k, l->queue);
    }
}

static void run_cycles(struct play *p)
{
    seed_usage(p);
    for (size_t i = 0; i < p->c.objects_len; i++)
        if (p->c.workloads[i] != NULL)
            kueue_ask_second_pass(p->c.k, p->c.workloads[i], INT64_MIN);
    const int64_t cycles = case_int(p->c.run, "cycles", 1);
    for (int64_t i = 0; i < cycles; i++) {
        kueue_touch_all(p->c.k);
        kueue_cycle(p->c.k, p->c.now_ns);
        keep(p);
    }
}

/* --- comparing --- */

static bool places_equal(const struct play *p, const struct yaml_node *want,
                         const struct admitted_set *got)
{
    const struct yaml_node *domains = yaml_get(yaml_get(want, "topology"), "domains");
    const char *delay = case_text(want, "delayedTopologyRequest");
    const bool is_delayed = delay != NULL && strcmp(delay, "Pending") == 0;
    bool ok = counts("delayed", is_delayed, got->is_delayed);
    ok &= counts("domains", (int64_t)case_len(domains),
                 got->topology == NULL ? 0 : got->topology->len);
    for (size_t i = 0; ok && i < case_len(domains); i++) {
        char id[512] = "";
        const struct yaml_node *values = yaml_get(domains->items[i], "values");
        for (size_t v = 0; v < case_len(values); v++)
            strcat(strcat(id, v == 0 ? "" : ","), values->items[v]->text);
        ok &= says("domain", id, intern_text(p->c.names.words, got->topology->pods[i].leaf_id));
        ok &= counts("pods", case_int(domains->items[i], "count", 0), got->topology->pods[i].count);
    }
    return ok;
}

static bool set_equals(const struct play *p, const struct yaml_node *want,
                       const struct kueue_workload *w, const struct admitted_set *got)
{
    const struct yaml_node *flavors = yaml_get(want, "flavors");
    const struct yaml_node *usage = yaml_get(want, "usage");
    bool ok = counts("count", case_int(want, "count", 0), got->count);
    ok &= counts("flavors", (int64_t)case_len(flavors), got->len);
    (void)w;
    ok &= places_equal(p, want, got);
    for (uint32_t i = 0; i < got->len; i++) {
        const char *name = intern_text(p->c.names.resources, got->resources[i].resource);
        const char *flavor = case_text(flavors, name);
        ok &= says(name, flavor == NULL ? "nothing" : flavor,
                   intern_text(p->c.names.words, got->resources[i].flavor));
        ok &= counts(name, amount(usage, name, got->resources[i].resource), got->resources[i].qty);
    }
    return ok;
}

static bool reservation_equals(const struct play *p, const struct yaml_node *want,
                               const struct kueue_workload *w)
{
    const struct yaml_node *sets = yaml_get(want, "podSets");
    bool ok = says("clusterQueue", case_text(want, "clusterQueue"), w->queue->spec->name);
    for (size_t i = 0; i < case_len(sets); i++)
        for (uint32_t s = 0; s < w->shape->sets_len; s++)
            if (strcmp(w->shape->sets[s].name, case_text(sets->items[i], "name")) == 0)
                ok &= set_equals(p, sets->items[i], w, &w->sets[s]);
    return ok;
}

static const struct decision *find(const struct play *p, enum decision_kind kind, const char *key)
{
    for (size_t i = 0; i < p->kept_len; i++)
        if (p->kept[i].kind == kind && strcmp(p->kept[i].w->key, key) == 0)
            return &p->kept[i];
    return NULL;
}

static bool decisions_equal(const struct play *p)
{
    const struct yaml_node *admitted = yaml_get(p->c.expect, "admitted");
    const struct yaml_node *evicted = yaml_get(p->c.expect, "evicted");
    const struct yaml_node *changed = yaml_get(p->c.expect, "changed");
    bool ok =
        counts("decisions", (int64_t)(case_len(admitted) + case_len(evicted) + case_len(changed)),
               (int64_t)p->kept_len);
    for (size_t i = 0; i < case_len(changed); i++) {
        const char *key = case_text(changed->items[i], "workload");
        const struct decision *d = find(p, DECIDED_PLACE, key);
        ok &= d == NULL ? says("changed", key, "nothing")
                        : reservation_equals(p, changed->items[i], d->w);
    }
    for (size_t i = 0; i < case_len(admitted); i++) {
        const char *key = case_text(admitted->items[i], "workload");
        const struct decision *d = find(p, DECIDED_RESERVE, key);
        ok &= d == NULL ? says("admitted", key, "nothing")
                        : reservation_equals(p, admitted->items[i], d->w);
    }
    for (size_t i = 0; i < case_len(evicted); i++) {
        const struct yaml_node *n = evicted->items[i];
        const struct decision *d = find(p, DECIDED_EVICT, case_text(n, "workload"));
        const char *reason = case_text(n, "preemptedReason");
        if (d == NULL) {
            ok &= says("evicted", case_text(n, "workload"), "nothing");
            continue;
        }
        ok &= says("evicted", case_text(n, "reason"), evict_reason_name(d->evict));
        ok &= says("preempted", reason == NULL ? "" : reason, preempt_reason_name(d->preempt));
    }
    for (size_t i = 0; !ok && i < p->kept_len; i++)
        printf("  got %s %s\n", p->kept[i].kind == DECIDED_RESERVE ? "admitted" : "evicted",
               p->kept[i].w->key);
    return ok;
}

static bool holds(const struct yaml_node *list, const char *key)
{
    for (size_t i = 0; i < case_len(list); i++)
        if (strcmp(list->items[i]->text, key) == 0)
            return true;
    return false;
}

static bool queue_equals(const struct play *p, const struct cluster_queue *q)
{
    const struct yaml_node *heap = yaml_get(yaml_get(p->c.expect, "heap"), q->spec->name);
    const struct yaml_node *parked = yaml_get(yaml_get(p->c.expect, "inadmissible"), q->spec->name);
    bool ok = counts("heap", (int64_t)case_len(heap), q->pending.heap_len);
    ok &= counts("parked", (int64_t)case_len(parked), q->pending.parked_len);
    struct kueue_workload *waiting[1024];
    const size_t heaped = pending_list(&q->pending, false, waiting);
    for (size_t i = 0; i < heaped; i++)
        ok &= holds(heap, waiting[i]->key);
    const size_t set_aside = pending_list(&q->pending, true, waiting);
    for (size_t i = 0; i < set_aside; i++)
        ok &= holds(parked, waiting[i]->key);
    if (!ok)
        printf("  queue %s differs\n", q->spec->name);
    return ok;
}

static bool pending_equal(const struct play *p)
{
    const struct yaml_node *want = yaml_get(p->c.expect, "pending");
    bool ok = true;
    for (size_t i = 0; i < case_len(want); i++) {
        const char *key = want->pairs[i].key->text;
        const struct yaml_node *n = want->pairs[i].value;
        const struct said *s = NULL;
        for (size_t k = 0; k < p->said_len; k++)
            if (strcmp(p->said[k].w->key, key) == 0)
                s = &p->said[k];
        if (s == NULL) {
            ok &= says("pending", key, "nothing");
            continue;
        }
        ok &= says(key, case_text(n, "reason"), pending_reason_name(s->why));
        messages_all++;
        if (strcmp(case_text(n, "message"), s->text) != 0) {
            printf("  message of %s: want '%s', got '%s'\n", key, case_text(n, "message"), s->text);
            messages_differ++;
        }
    }
    return ok;
}

static bool check_cycle(const char *path)
{
    struct play *p = calloc(1, sizeof *p);
    kueue_case_open(&p->c, path);
    kueue_case_workloads(&p->c);
    run_cycles(p);
    bool ok = decisions_equal(p);
    ok &= pending_equal(p);
    for (uint32_t i = 0; i < p->c.k->queues_len; i++)
        ok &= queue_equals(p, p->c.k->queues[i]);
    kueue_case_close(&p->c);
    free(p);
    return ok;
}

static void cycles_decide_as_recorded(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("cycle", check_cycle, NULL));
    printf("%u of %u messages equal\n", messages_all - messages_differ, messages_all);
    assert_int_equal(messages_differ, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cycles_decide_as_recorded),
    };
    if (argc > 1)
        return check_cycle(argv[1]) ? 0 : 1;
    return cmocka_run_group_tests_name("kueue_cycle_cases", tests, NULL, NULL);
}
