/* Recorded quota arithmetic: levels available, usage and shares. */
#include "policies/kueue/share.h"
#include "policies/kueue/snapshot.h"
#include "tests/kueue_case.h"
#include "tests/unit.h"

#include <math.h>
#include <string.h>

/* --- nodes --- */

static const struct quota_node *node_named(const struct kueue_case *c, const char *name,
                                           bool is_queue)
{
    for (uint32_t t = 0; t < c->k->trees_len; t++) {
        const struct quota_tree *tree = c->k->trees[t]->quota;
        for (uint32_t n = 0; n < tree->nodes_len; n++)
            if (tree->nodes[n]->is_queue == is_queue && strcmp(tree->nodes[n]->name, name) == 0)
                return tree->nodes[n];
    }
    return NULL;
}

static int64_t amount_in(const struct kueue_case *c, const struct yaml_node *map,
                         const struct quota_column *column)
{
    for (size_t i = 0; i < case_len(map); i++) {
        const struct quota_column key = case_column(c, map->pairs[i].key->text);
        if (key.flavor == column->flavor && key.resource == column->resource)
            return case_number(map->pairs[i].value);
    }
    return 0;
}

static bool differs(const struct kueue_case *c, const struct quota_node *n, uint32_t column,
                    const char *what, int64_t want, int64_t got)
{
    if (want == got)
        return false;
    printf("  %s %s of %s/%s: want %lld, got %lld\n", n->name, what,
           intern_text(c->names.words, n->tree->columns[column].flavor),
           intern_text(c->names.resources, n->tree->columns[column].resource), (long long)want,
           (long long)got);
    return true;
}

static bool check_cells(const struct kueue_case *c, const struct quota_node *n,
                        const struct yaml_node *want)
{
    bool ok = true;
    for (uint32_t i = 0; i < n->tree->columns_len; i++) {
        const struct quota_column *column = &n->tree->columns[i];
        ok &= !differs(c, n, i, "usage", amount_in(c, yaml_get(want, "usage"), column),
                       n->cells[i].usage);
        ok &= !differs(c, n, i, "subtreeQuota",
                       amount_in(c, yaml_get(want, "subtreeQuota"), column), n->cells[i].subtree);
    }
    return ok;
}

static bool check_workloads(const struct kueue_case *c, const struct cluster_queue *q,
                            const struct yaml_node *want)
{
    if (want == NULL)
        return true;
    uint32_t found = 0, there = 0;
    for (uint32_t i = 0; i < q->held_len; i++)
        there += !q->held[i]->is_away;
    for (size_t i = 0; i < want->len; i++) {
        const struct kueue_workload *w = kueue_case_find(c, want->items[i]->text);
        found += w != NULL && w->queue == q && w->has_quota && !w->is_away;
    }
    if (found == want->len && found == there)
        return true;
    printf("  %s: %u workloads, %zu wanted\n", q->spec->name, there, want->len);
    return false;
}

static bool check_nodes(const struct kueue_case *c, const struct yaml_node *want)
{
    const struct yaml_node *queues = yaml_get(want, "clusterQueues");
    const struct yaml_node *cohorts = yaml_get(want, "cohorts");
    const struct yaml_node *inactive = yaml_get(want, "inactive");
    bool ok = true;
    for (size_t i = 0; i < case_len(queues); i++) {
        const char *name = queues->pairs[i].key->text;
        const struct yaml_node *q = queues->pairs[i].value;
        const struct quota_node *n = node_named(c, name, true);
        ok &= n != NULL && check_cells(c, n, q) &&
              strcmp(case_text(q, "cohort"), n->parent == NULL ? "" : n->parent->name) == 0 &&
              n->weight == strtod(case_text(q, "fairWeight"), NULL) &&
              check_workloads(c, n->owner, yaml_get(q, "workloads"));
    }
    for (size_t i = 0; i < case_len(cohorts); i++) {
        const struct yaml_node *q = cohorts->pairs[i].value;
        const struct quota_node *n = node_named(c, cohorts->pairs[i].key->text, false);
        ok &= n != NULL && check_cells(c, n, q) &&
              strcmp(case_text(q, "parent"), n->parent == NULL ? "" : n->parent->name) == 0 &&
              n->weight == strtod(case_text(q, "fairWeight"), NULL);
    }
    uint32_t hidden = 0;
    for (uint32_t i = 0; i < c->k->queues_len; i++)
        hidden += !c->k->queues[i]->is_active;
    for (size_t i = 0; i < case_len(inactive); i++) {
        const struct cluster_queue *q = kueue_find_queue(c->k, inactive->items[i]->text);
        ok &= q != NULL && !q->is_active;
    }
    return ok && hidden == case_len(inactive);
}

/* --- available --- */

static void use(struct kueue_case *c)
{
    const struct yaml_node *usage = yaml_get(c->run, "usage");
    for (size_t i = 0; i < case_len(usage); i++) {
        struct cluster_queue *q = kueue_find_queue(c->k, usage->pairs[i].key->text);
        const struct yaml_node *amounts = usage->pairs[i].value;
        assert_non_null(q);
        for (size_t a = 0; a < case_len(amounts); a++) {
            const struct quota_column key = case_column(c, amounts->pairs[a].key->text);
            quota_add(q->node, quota_tree_find(q->node->tree, key.flavor, key.resource),
                      case_number(amounts->pairs[a].value));
        }
    }
}

static bool check_amounts(const struct kueue_case *c, const char *what, bool potential)
{
    const struct yaml_node *want = yaml_get(c->expect, what);
    bool ok = true;
    for (size_t i = 0; i < case_len(want); i++) {
        const struct cluster_queue *q = kueue_find_queue(c->k, want->pairs[i].key->text);
        const struct yaml_node *amounts = want->pairs[i].value;
        for (size_t a = 0; a < case_len(amounts); a++) {
            const struct quota_column key = case_column(c, amounts->pairs[a].key->text);
            const uint32_t column = quota_tree_find(q->node->tree, key.flavor, key.resource);
            ok &= !differs(c, q->node, column, what, case_number(amounts->pairs[a].value),
                           potential ? quota_potential(q->node, column)
                                     : quota_available(q->node, column));
        }
    }
    return ok;
}

static bool check_lendable(const struct kueue_case *c)
{
    const struct yaml_node *want = yaml_get(c->expect, "lendable");
    bool ok = true;
    for (size_t i = 0; i < case_len(want); i++) {
        const struct quota_node *n = node_named(c, case_text(c->run, "cohort"), false);
        const uint32_t resource = intern_add(c->names.resources, want->pairs[i].key->text);
        for (uint32_t s = 0; s < n->tree->slots_len; s++)
            if (n->tree->slots[s] == resource)
                ok &= n->lendable[s] == case_number(want->pairs[i].value);
    }
    return ok;
}

static bool check_available(const char *path)
{
    struct kueue_case c;
    kueue_case_open(&c, path);
    use(&c);
    const struct yaml_node *nodes = yaml_get(c.expect, "nodes");
    bool ok = check_amounts(&c, "available", false);
    ok &= check_lendable(&c);
    ok &= check_amounts(&c, "potentiallyAvailable", true);
    ok &= nodes == NULL || check_nodes(&c, nodes);
    /* Without the usage everything that could be available is. */
    journal_back(&c.k->journal, 0);
    for (uint32_t i = 0; i < c.k->queues_len; i++)
        for (uint32_t f = 0; f < c.k->queues[i]->node->tree->columns_len; f++)
            ok &= quota_available(c.k->queues[i]->node, f) ==
                  quota_potential(c.k->queues[i]->node, f);
    kueue_case_close(&c);
    return ok;
}

/* --- shares --- */

static struct column_qty *read_request(struct kueue_case *c, const struct quota_node *n,
                                       const char *key, uint32_t *len)
{
    static struct column_qty list[16];
    const struct yaml_node *map = yaml_get(c->run, key);
    *len = 0;
    for (size_t i = 0; i < case_len(map); i++) {
        const struct quota_column column = case_column(c, map->pairs[i].key->text);
        const uint32_t at = quota_tree_find(n->tree, column.flavor, column.resource);
        if (at != QUOTA_NO_COLUMN)
            list[(*len)++] = (struct column_qty){at, case_number(map->pairs[i].value)};
    }
    return list;
}

static bool is_close(double a, double b)
{
    return a == b || fabs(a - b) <= 1e-12 * fabs(a);
}

static bool check_share_values(struct share s, const struct yaml_node *want)
{
    return strtoll(case_text(want, "weightedShare"), NULL, 10) == share_rounded(s) &&
           is_close(strtod(case_text(want, "preciseWeightedShare"), NULL), share_weighted(s));
}

static bool check_share(struct kueue_case *c, const struct quota_node *n,
                        const struct yaml_node *want)
{
    uint32_t len;
    const struct column_qty *more = read_request(c, n, "workloadRequest", &len);
    const struct share s = share_of(n, more, len);
    const char *resource =
        s.resource == UINT32_MAX ? "" : intern_text(c->names.resources, s.resource);
    const struct yaml_node *borrowed = yaml_get(want, "borrowedOn");
    bool ok = check_share_values(s, want) &&
              is_close(strtod(case_text(want, "unweightedRatio"), NULL), s.ratio) &&
              s.is_borrowing == case_bool(want, "borrowing", false) &&
              strcmp(case_text(want, "dominantResource"), resource) == 0 &&
              is_close(strtod(case_text(want, "fairWeight"), NULL), s.weight);
    for (size_t i = 0; i < case_len(borrowed); i++) {
        const struct quota_column key = case_column(c, borrowed->items[i]->text);
        const uint32_t at = quota_tree_find(n->tree, key.flavor, key.resource);
        int64_t qty = 0;
        for (uint32_t m = 0; m < len; m++)
            qty += more[m].column == at ? more[m].qty : 0;
        ok &= quota_borrows_with(n, at, qty);
    }
    if (!ok)
        printf("  share of %s: got ratio %.17g of %s\n", n->name, s.ratio, resource);
    return ok;
}

static bool check_shares(const char *path)
{
    struct kueue_case c;
    kueue_case_open(&c, path);
    const struct yaml_node *drs = yaml_get(c.run, "drs");
    bool ok = true;
    if (drs != NULL)
        ok = check_share_values(
            (struct share){.weight = strtod(case_text(drs, "fairWeight"), NULL),
                           .ratio = strtod(case_text(drs, "unweightedRatio"), NULL)},
            c.expect);
    use(&c);
    for (int queues = 0; queues < 2; queues++) {
        const struct yaml_node *map = yaml_get(c.expect, queues ? "clusterQueues" : "cohorts");
        for (size_t i = 0; i < case_len(map); i++)
            ok &= check_share(&c, node_named(&c, map->pairs[i].key->text, queues),
                              map->pairs[i].value);
    }
    if (case_text(c.expect, "borrowingOnRequested") != NULL) {
        const struct quota_node *n = node_named(&c, case_text(c.run, "clusterQueue"), true);
        uint32_t len;
        const struct column_qty *list = read_request(&c, n, "requested", &len);
        ok &= share_borrows_any(n, list, len) == case_bool(c.expect, "borrowingOnRequested", false);
    }
    const struct yaml_node *nodes = yaml_get(c.expect, "nodes");
    ok &= nodes == NULL || check_nodes(&c, nodes);
    kueue_case_close(&c);
    return ok;
}

/* --- usage --- */

static bool check_usage(const char *path)
{
    struct kueue_case c;
    kueue_case_open(&c, path);
    kueue_case_workloads(&c);
    const struct yaml_node *remove = yaml_get(c.run, "remove"), *add = yaml_get(c.run, "add");
    for (size_t i = 0; i < case_len(remove); i++)
        snapshot_remove(kueue_case_find(&c, remove->items[i]->text));
    for (size_t i = 0; i < case_len(add); i++)
        snapshot_add(kueue_case_find(&c, add->items[i]->text));
    const bool ok = check_nodes(&c, c.expect);
    kueue_case_close(&c);
    return ok;
}

static void what_is_available_is_what_kueue_finds(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("available", check_available, NULL));
}

static void shares_are_the_same_doubles(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("shares", check_shares, NULL));
}

static void usage_bubbles_up_as_in_kueue(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("usage", check_usage, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_available_is_what_kueue_finds),
        cmocka_unit_test(shares_are_the_same_doubles),
        cmocka_unit_test(usage_bubbles_up_as_in_kueue),
    };
    return cmocka_run_group_tests_name("kueue_quota_cases", tests, NULL, NULL);
}
