/* Recorded preemption victims for a given assignment, and the orders they come from. */
#include "policies/kueue/candidates.h"
#include "policies/kueue/fair_order.h"
#include "policies/kueue/kueue_parts.h"
#include "sim/arena.h"
#include "tests/kueue_case.h"
#include "tests/unit.h"

#include <string.h>

static void add_all(struct kueue_case *c)
{
    for (size_t i = 0; i < c->objects_len; i++)
        if (kueue_case_is_workload(&c->objects[i]))
            kueue_case_add(c, i);
}

/* --- targets --- */

static uint32_t column_of(const struct kueue_case *c, const struct quota_tree *t,
                          const char *flavor, const char *resource)
{
    return quota_tree_find(t, intern_add(c->names.words, flavor),
                           intern_add(c->names.resources, resource));
}

/* Columns that need preemption, and what must fit, from the assignment that is given. */
static void read_request(struct kueue_case *c, struct preemption_request *r)
{
    struct quota_tree *t = r->q->node->tree;
    const struct yaml_node *sets = yaml_get(yaml_get(c->run, "assignment"), "podSets");
    const struct yaml_node *usage = yaml_get(c->run, "usage");
    uint32_t *columns = arena_alloc(c->arena, 64 * sizeof columns[0]);
    struct column_qty *amounts = arena_alloc(c->arena, case_len(usage) * sizeof amounts[0]);
    for (size_t s = 0; s < case_len(sets); s++) {
        const struct yaml_node *flavors = yaml_get(sets->items[s], "flavors");
        for (size_t i = 0; i < case_len(flavors); i++) {
            const struct yaml_node *f = flavors->pairs[i].value;
            const uint32_t at =
                column_of(c, t, case_text(f, "flavor"), flavors->pairs[i].key->text);
            bool is_known = strcmp(case_text(f, "mode"), "Preempt") != 0;
            for (uint32_t n = 0; n < r->columns_len; n++)
                is_known |= columns[n] == at;
            if (!is_known)
                columns[r->columns_len++] = at;
        }
    }
    for (size_t i = 0; i < case_len(usage); i++) {
        const struct quota_column key = case_column(c, usage->pairs[i].key->text);
        amounts[r->usage_len++] = (struct column_qty){quota_tree_find(t, key.flavor, key.resource),
                                                      case_number(usage->pairs[i].value)};
    }
    r->columns = columns;
    r->usage = amounts;
}

static bool targets_equal(const struct yaml_node *want, const struct targets *got)
{
    bool ok = case_len(want) == got->len;
    for (size_t i = 0; ok && i < case_len(want); i++)
        ok = strcmp(case_text(want->items[i], "workload"), got->items[i].w->key) == 0 &&
             strcmp(case_text(want->items[i], "reason"),
                    preempt_reason_name(got->items[i].reason)) == 0;
    for (size_t i = 0; !ok && i < got->len; i++)
        printf("  got %s %s\n", got->items[i].w->key, preempt_reason_name(got->items[i].reason));
    return ok;
}

static bool check_targets(const char *path)
{
    struct kueue_case c;
    kueue_case_open(&c, path);
    add_all(&c);
    struct cycle cycle = {.k = c.k};
    cycle_begin(&cycle);
    struct kueue_workload *w = kueue_case_find(&c, case_text(c.run, "incoming"));
    w->queue = kueue_find_queue(c.k, case_text(c.run, "clusterQueue"));
    struct preemption_request r = {.w = w, .q = w->queue};
    read_request(&c, &r);
    const struct targets got = preemption_find(&cycle.preemption, &r);
    const bool ok = targets_equal(yaml_get(c.expect, "targets"), &got);
    kueue_case_close(&c);
    return ok;
}

/* --- order --- */

static double usage_of(const void *context, const struct kueue_workload *w)
{
    const struct kueue_case *c = context;
    const char *text = case_text(yaml_get(c->run, "localQueueUsage"), w->key);
    return text == NULL ? -1 : strtod(text, NULL);
}

/* Queues that exist by name only. */
static struct cluster_queue *stand_in(struct kueue_case *c, struct cluster_queue *list,
                                      const char *name)
{
    size_t i = 0;
    for (; list[i].spec != NULL; i++)
        if (strcmp(list[i].spec->name, name) == 0)
            return &list[i];
    struct cluster_queue_spec *spec = arena_alloc(c->arena, sizeof *spec);
    spec->name = name;
    spec->is_usage_based = true;
    list[i].spec = spec;
    return &list[i];
}

static bool check_candidates(struct kueue_case *c)
{
    struct cluster_queue queues[16] = {0};
    const struct yaml_node *in = yaml_get(c->run, "candidates");
    const struct yaml_node *want = yaml_get(c->expect, "order");
    const struct cluster_queue *q = stand_in(c, queues, case_text(c->run, "clusterQueue"));
    struct preemption p = {.arena = c->arena};
    struct kueue_workload *list[64];
    const size_t len = case_len(in);
    if (case_bool(c->run, "admissionFairSharing", false)) {
        p.usage = usage_of;
        p.usage_context = c;
    }
    for (size_t i = 0; i < c->objects_len; i++) {
        const char *name =
            case_text(yaml_get(yaml_get(c->objects[i].doc, "status"), "admission"), "clusterQueue");
        if (c->workloads[i] != NULL)
            c->workloads[i]->queue = stand_in(c, queues, name == NULL ? "" : name);
    }
    for (size_t i = 0; i < len; i++)
        list[i] = kueue_case_find(c, in->items[i]->text);
    for (size_t a = 0; a < len; a++)
        for (size_t b = a + 1; b < len; b++)
            if (candidates_compare(&p, q, list[b], list[a]) < 0) {
                struct kueue_workload *w = list[a];
                list[a] = list[b];
                list[b] = w;
            }
    bool ok = case_len(want) == len;
    for (size_t i = 0; i < len && ok; i++)
        ok = strcmp(want->items[i]->text, list[i]->key) == 0;
    return ok;
}

static enum preemption_policy policy_named(const char *text)
{
    return strcmp(text, "Any") == 0                         ? POLICY_ANY
           : strcmp(text, "LowerPriority") == 0             ? POLICY_LOWER_PRIORITY
           : strcmp(text, "LowerOrNewerEqualPriority") == 0 ? POLICY_LOWER_OR_NEWER_EQUAL_PRIORITY
                                                            : POLICY_NEVER;
}

/* The queues that victims are taken from, one after the other; nothing is really taken. */
static bool check_queue_order(struct kueue_case *c)
{
    const struct yaml_node *in = yaml_get(c->run, "candidates");
    const struct yaml_node *actions = yaml_get(c->run, "actions");
    const struct yaml_node *want = yaml_get(c->expect, "order");
    struct cycle cycle = {.k = c->k};
    const struct kueue_workload anybody = {0};
    struct preemption_request r = {.w = &anybody,
                                   .q = kueue_find_queue(c->k, case_text(c->run, "clusterQueue"))};
    struct fair_order o;
    bool ok = true;
    cycle_begin(&cycle);
    fair_order_open(&o, &cycle.preemption, &r);
    for (uint32_t i = 0; i < c->k->queues_len; i++) {
        struct kueue_workload **list = arena_alloc(c->arena, case_len(in) * sizeof list[0]);
        uint32_t len = 0;
        for (size_t n = 0; n < case_len(in); n++) {
            list[len] = kueue_case_find(c, in->items[n]->text);
            len += list[len]->queue == c->k->queues[i];
        }
        if (c->k->queues[i]->tree == r.q->tree)
            fair_order_add_list(&o, c->k->queues[i], list, len);
    }
    size_t step = 0;
    for (struct candidate_queue *cq = fair_order_next(&o); cq != NULL && ok;
         cq = fair_order_next(&o), step++) {
        const bool drops =
            step < case_len(actions) && strcmp(actions->items[step]->text, "drop") == 0;
        const struct yaml_node *n = step < case_len(want) ? want->items[step] : NULL;
        ok = n != NULL && strcmp(case_text(n, "clusterQueue"), cq->q->spec->name) == 0;
        if (drops)
            fair_order_drop(&o, cq);
        else
            ok &= n != NULL && strcmp(case_text(n, "workload"), fair_order_pop(&o, cq)->key) == 0;
    }
    return ok && step == case_len(want);
}

static bool check_order(const char *path)
{
    struct kueue_case c;
    kueue_case_open(&c, path);
    add_all(&c);
    const char *kind = case_text(c.run, "kind");
    bool ok = false;
    if (strcmp(kind, "candidates") == 0)
        ok = check_candidates(&c);
    else if (strcmp(kind, "clusterQueues") == 0)
        ok = check_queue_order(&c);
    else if (strcmp(kind, "policy") == 0)
        ok = preemption_policy_allows(policy_named(case_text(c.run, "policy")),
                                      kueue_case_find(&c, case_text(c.run, "preemptor")),
                                      kueue_case_find(&c, case_text(c.run, "candidate"))) ==
             case_bool(c.expect, "satisfies", false);
    kueue_case_close(&c);
    return ok;
}

static void victims_are_those_recorded_in_their_order(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("targets", check_targets, NULL));
}

static void candidates_come_in_the_recorded_order(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("order", check_order, NULL));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(victims_are_those_recorded_in_their_order),
        cmocka_unit_test(candidates_come_in_the_recorded_order),
    };
    if (argc > 1)
        return check_targets(argv[1]) ? 0 : 1;
    return cmocka_run_group_tests_name("kueue_target_cases", tests, NULL, NULL);
}
