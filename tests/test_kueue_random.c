/*
 * Random small sites with random lives of workloads: whatever happens, the books are in order.
 *
 *   test_kueue_random [SITES [FIRST]]     so many, from site FIRST on; scripts/random-kueue.sh
 */
#include "policies/kueue/kueue_parts.h"
#include "sim/arena.h"
#include "sim/rng.h"
#include "sim/text_stream.h"
#include "tests/kueue_case.h"
#include "tests/unit.h"

#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { SEED = 20261122, SITES = 400, STEPS = 120, QUEUES = 4, WORKLOADS = 14, CYCLES_MOST = 400 };

struct play {
    struct kueue_case c;
    gsl_rng *rng;
    struct yaml_file *edits[STEPS];
    size_t edits_len;
    bool was_edited;
    int64_t gone_ns[WORKLOADS * 4]; /* by object: when an evicted one has stopped */
    uint64_t reserved, evicted;     /* in all */
};

static uint32_t below(struct play *p, uint32_t most)
{
    return (uint32_t)gsl_rng_uniform_int(p->rng, most);
}

static bool chance(struct play *p, double x)
{
    return rng_unit(gsl_rng_get(p->rng)) < x;
}

static const char *one_of(struct play *p, const char *const *texts, uint32_t len)
{
    return texts[below(p, len)];
}

/* --- a site as text --- */

static void write_quota(struct play *p, FILE *out, bool may_lend)
{
    const uint32_t nominal = below(p, 9);
    fprintf(out, "{name: cpu, nominalQuota: %u", nominal);
    if (may_lend && chance(p, 0.3))
        fprintf(out, ", borrowingLimit: %u", below(p, 6));
    if (may_lend && chance(p, 0.3))
        fprintf(out, ", lendingLimit: %u", below(p, nominal + 1));
    fputs("}", out);
}

static void write_groups(struct play *p, FILE *out, uint32_t flavors, bool may_lend)
{
    fputs("resourceGroups: [{coveredResources: [cpu], flavors: [", out);
    for (uint32_t f = 0; f < flavors; f++) {
        fprintf(out, "%s{name: f%u, resources: [", f == 0 ? "" : ", ", f);
        write_quota(p, out, may_lend);
        fputs("]}", out);
    }
    fputs("]}]", out);
}

static void write_queue(struct play *p, FILE *out, uint32_t i, const char *stop)
{
    static const char *const within[] = {"Never", "LowerPriority", "LowerOrNewerEqualPriority"};
    static const char *const reclaim[] = {"Never", "LowerPriority", "Any"};
    static const char *const tries[] = {"MayStopSearch", "TryNextFlavor"};
    const bool has_cohort = i > 0; /* the first stands alone */
    const char *reclaims = one_of(p, reclaim, LEN(reclaim));
    fprintf(out,
            "---\n{apiVersion: kueue.x-k8s.io/v1beta2, kind: ClusterQueue, metadata: {name: q%u}, "
            "spec: {namespaceSelector: {}, stopPolicy: %s, queueingStrategy: %s, ",
            i, stop, chance(p, 0.3) ? "StrictFIFO" : "BestEffortFIFO");
    if (has_cohort)
        fprintf(out, "cohortName: c%u, ", below(p, 2));
    fprintf(out, "preemption: {withinClusterQueue: %s, reclaimWithinCohort: %s",
            one_of(p, within, LEN(within)), reclaims);
    if (strcmp(reclaims, "Never") != 0 && chance(p, 0.3))
        fputs(", borrowWithinCohort: {policy: LowerPriority}", out);
    /* One draw for each statement: arguments are evaluated in any order. */
    fprintf(out, "}, flavorFungibility: {whenCanBorrow: %s", one_of(p, tries, LEN(tries)));
    fprintf(out, ", whenCanPreempt: %s}, ", one_of(p, tries, LEN(tries)));
    if (i == 1)
        fputs("admissionChecksStrategy: {admissionChecks: [{name: check}]}, ", out);
    write_groups(p, out, 1 + below(p, 2), has_cohort);
    fputs("}}\n", out);
}

static void write_workload(struct play *p, FILE *out, uint32_t i)
{
    const uint32_t queue = below(p, QUEUES), priority = below(p, 4), count = 1 + below(p, 5);
    fprintf(out,
            "---\n{apiVersion: kueue.x-k8s.io/v1beta2, kind: Workload, metadata: {name: w%02u, "
            "uid: w%02u, namespace: ns, creationTimestamp: '1970-01-01T00:00:%02uZ'}, spec: "
            "{queueName: l%u, priority: %u, podSets: [{name: main, count: %u",
            i, i, i, queue, priority, count);
    if (count > 1 && chance(p, 0.3))
        fprintf(out, ", minCount: %u", 1 + below(p, count - 1));
    fprintf(out,
            ", template: {spec: {containers: [{name: c, resources: {requests: {cpu: %u}}}]}}}]}}\n",
            1 + below(p, 3));
}

static void write_site(struct play *p, FILE *out)
{
    fputs(
        "{kind: KueueCase, now: '1970-01-01T00:00:00Z'}\n"
        "---\n{apiVersion: v1, kind: Namespace, metadata: {name: ns}}\n"
        "---\n{apiVersion: kueue.x-k8s.io/v1beta2, kind: ResourceFlavor, metadata: {name: f0}}\n"
        "---\n{apiVersion: kueue.x-k8s.io/v1beta2, kind: ResourceFlavor, metadata: {name: f1}}\n"
        "---\n{apiVersion: kueue.x-k8s.io/v1beta2, kind: AdmissionCheck, metadata: {name: check}, "
        "spec: {controllerName: example.com/c}}\n"
        "---\n{apiVersion: kueue.x-k8s.io/v1beta2, kind: Cohort, metadata: {name: c1}, spec: "
        "{parentName: c0}}\n",
        out);
    for (uint32_t i = 0; i < QUEUES; i++) {
        fprintf(out,
                "---\n{apiVersion: kueue.x-k8s.io/v1beta2, kind: LocalQueue, metadata: {name: l%u, "
                "namespace: ns}, spec: {clusterQueue: q%u}}\n",
                i, i);
        write_queue(p, out, i, "None");
    }
    for (uint32_t i = 0; i < WORKLOADS; i++)
        write_workload(p, out, i);
}

static void open_site(struct play *p)
{
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    write_site(p, out);
    kueue_case_parse(&p->c, "random.yaml", text_stream_close(&text));
    free(text.text);
    struct pods_ready_settings *s = &p->c.k->settings.pods_ready;
    s->is_on = chance(p, 0.6);
    s->blocks_admission = chance(p, 0.4);
    s->timeout_ns = s->recovery_timeout_ns = (5 + below(p, 30)) * SECOND_NS;
    s->backoff_base_s = 1 + below(p, 10);
    s->has_limit = chance(p, 0.5);
    s->backoff_limit = below(p, 4);
    p->c.k->settings.has_fair_sharing = chance(p, 0.5);
}

/* --- the books --- */

static void audit_tree(struct kueue_tree *t)
{
    struct quota_tree *q = t->quota;
    int64_t *was = calloc((size_t)q->nodes_len * q->columns_len + 1, sizeof was[0]);
    assert_non_null(was);
    for (uint32_t n = 0; n < q->nodes_len; n++)
        for (uint32_t c = 0; c < q->columns_len; c++) {
            was[n * q->columns_len + c] = q->nodes[n]->cells[c].usage;
            q->nodes[n]->cells[c].usage = 0;
        }
    for (uint32_t i = 0; i < t->queues_len; i++)
        for (uint32_t h = 0; h < t->queues[i]->held_len; h++) {
            const struct kueue_workload *w = t->queues[i]->held[h];
            for (uint32_t u = 0; u < w->usage_len; u++)
                t->queues[i]->node->cells[w->usage[u].column].usage += w->usage[u].qty;
        }
    quota_tree_settle(q);
    for (uint32_t n = 0; n < q->nodes_len; n++)
        for (uint32_t c = 0; c < q->columns_len; c++)
            assert_int_equal(q->nodes[n]->cells[c].usage, was[n * q->columns_len + c]);
    free(was);
}

/* Nobody is in two places, or in none that should be in one. */
static void audit_workload(const struct kueue *k, const struct kueue_workload *w)
{
    if (w->has_quota) {
        assert_int_equal(w->place, PLACE_NOWHERE);
        assert_false(w->is_finished);
        assert_non_null(w->sets);
    } else if (w == k->held) {
        assert_int_equal(w->place, PLACE_IN_FLIGHT);
    } else {
        assert_null(w->sets);
        assert_int_not_equal(w->place, PLACE_IN_FLIGHT);
        if (w->is_finished || !w->is_active)
            assert_int_equal(w->place, PLACE_NOWHERE);
    }
}

static void audit(struct play *p)
{
    const struct kueue *k = p->c.k;
    uint32_t unready = 0, with_quota = 0, held = 0;
    for (uint32_t i = 0; i < k->trees_len; i++)
        audit_tree(k->trees[i]);
    for (size_t i = 0; i < p->c.objects_len; i++) {
        const struct kueue_workload *w = p->c.workloads[i];
        if (w == NULL)
            continue;
        audit_workload(k, w);
        with_quota += w->has_quota;
        unready += w->has_quota && !w->is_ready;
    }
    for (uint32_t i = 0; i < k->queues_len; i++)
        held += k->queues[i]->held_len;
    assert_int_equal(k->unready, unready);
    assert_int_equal(held, with_quota);
    assert_int_equal(k->journal.len, 0);
}

static bool has_victims(const struct kueue_tree *t)
{
    for (uint32_t i = 0; i < t->queues_len; i++)
        for (uint32_t h = 0; h < t->queues[i]->held_len; h++)
            if (t->queues[i]->held[h]->is_evicted)
                return true;
    return false;
}

/* Quota is never given beyond what there is, unless somebody took it away meanwhile, or gives it
 * back soon: what victims of this cycle leave over is given away in the same cycle. */
static void audit_reservation(const struct play *p, const struct kueue_workload *w)
{
    if (p->was_edited || kueue_waits_for_pods(p->c.k) || has_victims(w->queue->tree))
        return;
    for (uint32_t u = 0; u < w->usage_len; u++) {
        const uint32_t column = w->usage[u].column;
        const struct quota_node *n = w->queue->node;
        const struct quota_cell *c = &n->cells[column];
        assert_true(c->usage <= qty_add(c->nominal, n->parent == NULL ? 0 : c->borrowing_limit));
        const struct quota_node *root = quota_root(n);
        assert_true(root->cells[column].usage <= root->cells[column].subtree);
    }
}

/* --- victims --- */

/* What all pods of a workload ask for; there is one pod set and one resource. */
static int64_t wants(const struct kueue_workload *w)
{
    const struct shape_set *set = &w->shape->sets[0];
    int64_t qty = 0;
    for (uint32_t i = 0; i < set->requests_len; i++)
        if (cluster_queue_group(w->queue, set->requests[i].resource) != GROUP_NONE)
            qty += set->requests[i].qty * kueue_workload_count(w, 0);
    return qty;
}

/* Whether it fits whatever flavor it takes; is_own: within its queue's own quota. */
static bool fits_everywhere(const struct kueue_workload *w, bool is_own)
{
    const struct quota_node *n = w->queue->node;
    const int64_t qty = wants(w);
    for (uint32_t c = 0; c < n->tree->columns_len; c++)
        if (n->cells[c].is_declared &&
            (quota_available(n, c) < qty ||
             (is_own && qty_add(n->cells[c].usage, qty) > n->cells[c].nominal)))
            return false;
    return true;
}

/* The usage of holders that `by` evicts now, but not that of one of them, taken out or put back. */
static void move_usage(const struct play *p, const struct kueue_workload *by,
                       const struct kueue_workload *but, int sign)
{
    const struct kueue *k = p->c.k;
    struct quota_tree *q = by->queue->tree->quota;
    for (uint32_t i = 0; i < k->decisions_len; i++) {
        const struct decision *d = &k->decisions[i];
        if (d->kind != DECIDED_EVICT || d->by != by || d->w == but)
            continue;
        for (uint32_t u = 0; u < d->w->usage_len; u++)
            d->w->queue->node->cells[d->w->usage[u].column].usage += sign * d->w->usage[u].qty;
    }
    for (uint32_t n = 0; n < q->nodes_len; n++)
        for (uint32_t c = 0; !q->nodes[n]->is_queue && c < q->columns_len; c++)
            q->nodes[n]->cells[c].usage = 0;
    quota_tree_settle(q);
}

/* Nobody is evicted for one that fits as it is, or would with the other victims gone; and nobody
 * whom the preemptor's policies spare. */
static void audit_victim(const struct play *p, const struct decision *d)
{
    const struct kueue_workload *by = d->by, *w = d->w;
    if (by == NULL || d->evict != EVICT_PREEMPTED)
        return;
    const struct cluster_queue_spec *spec = by->queue->spec;
    const enum preemption_policy policy =
        w->queue == by->queue ? spec->preemption.within : spec->preemption.reclaim;
    assert_ptr_equal(w->queue->tree, by->queue->tree);
    assert_true(policy != POLICY_NEVER);
    assert_true(policy != POLICY_LOWER_PRIORITY || w->priority < by->priority);
    assert_true(policy != POLICY_LOWER_OR_NEWER_EQUAL_PRIORITY || w->priority <= by->priority);
    assert_false(fits_everywhere(by, false));
    move_usage(p, by, w, -1);
    const bool is_needless = fits_everywhere(by, true);
    move_usage(p, by, w, 1);
    assert_false(is_needless);
}

/* --- lives --- */

static size_t index_of(const struct play *p, const struct kueue_workload *w)
{
    for (size_t i = 0; i < p->c.objects_len; i++)
        if (p->c.workloads[i] == w)
            return i;
    fail_msg("a workload that nobody made");
    return 0;
}

static void carry_out(struct play *p)
{
    struct kueue *k = p->c.k;
    for (uint32_t i = 0; i < k->decisions_len; i++) {
        const struct decision d = k->decisions[i];
        if (d.kind == DECIDED_RESERVE) {
            p->reserved++;
            audit_reservation(p, d.w);
            if (kueue_may_run(k, d.w))
                kueue_admit(k, d.w, k->now_ns);
        } else if (d.kind == DECIDED_EVICT) {
            p->evicted++;
            audit_victim(p, &d);
            p->gone_ns[index_of(p, d.w)] = k->now_ns + (1 + below(p, 3)) * SECOND_NS;
        }
    }
    k->decisions_len = 0;
}

static void come_to_rest(struct play *p)
{
    carry_out(p);
    for (uint32_t n = 0; kueue_has_work(p->c.k) && n < CYCLES_MOST; n++) {
        kueue_cycle(p->c.k, p->c.k->now_ns);
        carry_out(p);
    }
}

static struct kueue_workload *any_workload(struct play *p)
{
    struct kueue_workload *w;
    do
        w = p->c.workloads[below(p, (uint32_t)p->c.objects_len)];
    while (w == NULL);
    return w;
}

static void answer_check(struct play *p, struct kueue_workload *w)
{
    struct kueue *k = p->c.k;
    if (w->checks_len == 0 || w->is_admitted || w->is_evicted || !w->has_quota)
        return;
    if (chance(p, 0.2))
        kueue_retry(k, w, below(p, 20) * SECOND_NS, k->now_ns);
    else if (kueue_set_check(k, w, "check", chance(p, 0.1) ? CHECK_REJECTED : CHECK_READY,
                             k->now_ns))
        kueue_admit(k, w, k->now_ns);
}

static void apply_edit(struct play *p)
{
    static const char *const stops[] = {"None", "None", "Hold", "HoldAndDrain"};
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    const uint32_t queue = below(p, QUEUES);
    write_queue(p, out, queue, one_of(p, stops, LEN(stops)));
    const char *yaml = text_stream_close(&text);
    struct yaml_file *f = yaml_parse("edit.yaml", yaml, strlen(yaml), &p->c.messages.diag);
    struct site_reader r = {.f = {.diag = &p->c.messages.diag,
                                  .arena = p->c.arena,
                                  .words = p->c.names.words,
                                  .resources = p->c.names.resources},
                            .site = p->c.site};
    struct object o;
    assert_true(object_read(&r.f, yaml_doc(f, 0), 0, &o));
    assert_true(site_read(&r, &o));
    p->edits[p->edits_len++] = f;
    free(text.text);
    kueue_rebuild(p->c.k, p->c.k->now_ns);
    p->was_edited = true;
}

static void do_something(struct play *p)
{
    struct kueue *k = p->c.k;
    struct kueue_workload *w = any_workload(p);
    switch (below(p, 8)) {
    case 0:
    case 1:
        kueue_set_ready(k, w, chance(p, 0.8), k->now_ns);
        break;
    case 2:
    case 3:
        answer_check(p, w);
        break;
    case 4:
        if (!w->is_finished && (w->is_admitted || chance(p, 0.1)))
            kueue_finish(k, w, k->now_ns);
        break;
    case 5:
        if (!w->is_finished && w->shape->sets[0].count > 1)
            kueue_reclaim(k, w, 0, below(p, w->shape->sets[0].count), k->now_ns);
        break;
    case 6:
        if (chance(p, 0.2))
            apply_edit(p);
        break;
    default:
        break;
    }
}

static void release_the_stopped(struct play *p)
{
    for (size_t i = 0; i < p->c.objects_len; i++) {
        struct kueue_workload *w = p->c.workloads[i];
        if (w != NULL && w->has_quota && w->is_evicted && p->gone_ns[i] <= p->c.k->now_ns)
            kueue_release(p->c.k, w, p->c.k->now_ns);
    }
}

static void step(struct play *p)
{
    struct kueue *k = p->c.k;
    k->now_ns += below(p, 4) * SECOND_NS;
    release_the_stopped(p);
    kueue_run_timers(k, k->now_ns);
    kueue_flush(k, k->now_ns);
    audit(p);
    do_something(p);
    audit(p);
    come_to_rest(p);
    audit(p);
}

static void play_site(uint64_t number, uint64_t *reserved, uint64_t *evicted)
{
    struct play *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->rng = rng_open(SEED, number, "kueue random", 0);
    open_site(p);
    assert_true(p->c.objects_len <= LEN(p->gone_ns));
    kueue_case_workloads(&p->c);
    for (uint32_t w = 0; w < p->c.objects_len; w++)
        if (p->c.workloads[w] != NULL && chance(p, 0.2))
            p->c.workloads[w]->most_ns = (5 + below(p, 60)) * SECOND_NS;
    come_to_rest(p);
    for (uint32_t s = 0; s < STEPS; s++)
        step(p);
    *reserved += p->reserved;
    *evicted += p->evicted;
    kueue_case_close(&p->c);
    for (size_t e = 0; e < p->edits_len; e++)
        yaml_close(p->edits[e]);
    gsl_rng_free(p->rng);
    free(p);
}

struct range {
    uint64_t sites, first;
    uint64_t at; /* being played */
};

static void the_books_are_in_order(void **state)
{
    struct range *r = *state;
    uint64_t reserved = 0, evicted = 0;
    for (uint64_t i = 0; i < r->sites; i++) {
        if (r->sites > SITES && i % 1000 == 0)
            fprintf(stderr, "site %llu\n", (unsigned long long)(r->first + i));
        r->at = r->first + i;
        play_site(r->at, &reserved, &evicted);
    }
    printf("seed %d: %llu sites from %llu, %llu reservations, %llu evictions\n", SEED,
           (unsigned long long)r->sites, (unsigned long long)r->first, (unsigned long long)reserved,
           (unsigned long long)evicted);
    if (r->sites < SITES)
        return; /* too few to tell */
    assert_true(reserved > 10 * r->sites);
    assert_true(evicted > 5 * r->sites);
}

int main(int argc, char **argv)
{
    struct range r = {.sites = argc > 1 ? strtoull(argv[1], NULL, 10) : SITES,
                      .first = argc > 2 ? strtoull(argv[2], NULL, 10) : 0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(the_books_are_in_order, &r),
    };
    const int failed = cmocka_run_group_tests_name("kueue_random", tests, NULL, NULL);
    if (failed != 0)
        fprintf(stderr, "site %llu failed\n", (unsigned long long)r.at);
    return failed;
}
