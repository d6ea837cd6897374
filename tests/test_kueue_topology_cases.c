/* Recorded placements on topologies, and recorded calls of the parts of the algorithm. */
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/topology_find.h"
#include "sim/arena.h"
#include "tests/kueue_case.h"
#include "tests/unit.h"

#include <string.h>

enum { SETS_MOST = 16, TEXT_BYTES = 1 << 16 };

static bool says(const char *what, const char *want, const char *got)
{
    if (strcmp(want, got) == 0)
        return true;
    printf("  %s: want '%s', got '%s'\n", what, want, got);
    return false;
}

static const char *text_or(const char *text, const char *otherwise)
{
    return text == NULL ? otherwise : text;
}

/* --- reading --- */

static struct workload_reader reader(struct kueue_case *c)
{
    return (struct workload_reader){.f = {.diag = &c->messages.diag,
                                          .arena = c->arena,
                                          .words = c->names.words,
                                          .resources = c->names.resources},
                                    .shapes = c->shapes,
                                    .settings = &c->settings};
}

/* Amounts are numbers here. */
static struct pod_requests read_amounts(struct kueue_case *c, const struct yaml_node *map)
{
    struct res_qty *out = arena_alloc(c->arena, (case_len(map) + 1) * sizeof out[0]);
    for (size_t i = 0; i < case_len(map); i++)
        out[i] = (struct res_qty){intern_add(c->names.resources, map->pairs[i].key->text),
                                  case_number(map->pairs[i].value)};
    return (struct pod_requests){out, (uint32_t)case_len(map)};
}

static struct topology_pods read_domain(struct kueue_case *c, const struct yaml_node *n)
{
    char id[1024] = "";
    const struct yaml_node *values = yaml_get(n, "values");
    for (size_t i = 0; i < case_len(values); i++) {
        strcat(id, i == 0 ? "" : ",");
        strcat(id, values->items[i]->text);
    }
    return (struct topology_pods){intern_add(c->names.words, id),
                                  (uint32_t)case_int(n, "count", 0)};
}

static const struct topology_assignment *read_places(struct kueue_case *c,
                                                     const struct yaml_node *n)
{
    const struct yaml_node *domains = yaml_get(n, "domains");
    if (n == NULL || yaml_is_null(n))
        return NULL;
    struct topology_assignment *a =
        arena_alloc(c->arena, sizeof *a + case_len(domains) * sizeof a->pods[0]);
    for (size_t i = 0; i < case_len(domains); i++)
        a->pods[a->len++] = read_domain(c, domains->items[i]);
    return a;
}

static void read_affinity(struct field_reader *r, const struct yaml_node *n, struct node_terms *out)
{
    const struct yaml_node *list = yaml_get(n, "preferredDuringSchedulingIgnoredDuringExecution");
    struct preferred_term *preferred =
        arena_alloc(r->arena, (case_len(list) + 1) * sizeof preferred[0]);
    out->required =
        node_selector_read(r, yaml_get(n, "requiredDuringSchedulingIgnoredDuringExecution"));
    for (size_t i = 0; i < case_len(list); i++)
        preferred[out->preferred_len++] = (struct preferred_term){
            .weight = (int32_t)case_int(list->items[i], "weight", 0),
            .term = node_selector_term_read(r, yaml_get(list->items[i], "preference"))};
    out->preferred = preferred;
}

static struct topology_ask read_ask(struct kueue_case *c, const struct yaml_node *n, uint32_t set)
{
    struct workload_reader r = reader(c);
    struct node_terms *terms = arena_alloc(c->arena, sizeof *terms);
    terms->tolerations = tolerations_read(&r.f, n, "tolerations");
    terms->selector = label_map_read(&r.f, yaml_get(n, "nodeSelector"));
    terms->node_name = INTERN_NONE;
    read_affinity(&r.f, yaml_get(n, "nodeAffinity"), terms);
    struct topology_request *request = NULL;
    const struct topology_request *written =
        topology_request_read(&r, yaml_get(n, "topologyRequest"));
    if (written != NULL || case_text(n, "podSetGroupName") != NULL) {
        request = arena_alloc(c->arena, sizeof *request);
        if (written != NULL)
            *request = *written;
        request->group = case_text(n, "podSetGroupName");
    }
    return (struct topology_ask){
        .set = set,
        .name = case_text(n, "name"),
        .count = (uint32_t)case_int(n, "count", 0),
        .requests = read_amounts(c, yaml_get(n, "requests")),
        .terms = terms,
        .topology = request,
        .is_implied = case_bool(n, "implied", false),
        .previous = read_places(c, yaml_get(n, "previousAssignment")),
        .current = read_places(c, yaml_get(n, "currentAssignment")),
    };
}

static void use(struct kueue_case *c, struct topology *t, const struct yaml_node *list)
{
    for (size_t i = 0; i < case_len(list); i++) {
        const struct topology_pods pods = read_domain(c, list->items[i]);
        const struct pod_requests one = read_amounts(c, yaml_get(list->items[i], "requests"));
        topology_use(t, NULL, &pods, &one, 1);
    }
}

/* --- comparing --- */

static void describe(const struct kueue_case *c, char *out, const struct topology_assignment *a)
{
    out[0] = '\0';
    for (uint32_t i = 0; a != NULL && i < a->len; i++) {
        const size_t at = strlen(out);
        snprintf(out + at, TEXT_BYTES - at, "%sx%u ",
                 intern_text(c->names.words, a->pods[i].leaf_id), a->pods[i].count);
    }
}

static bool places_equal(struct kueue_case *c, const char *name, const struct yaml_node *want,
                         const struct topology_assignment *got)
{
    static char a[TEXT_BYTES], b[TEXT_BYTES];
    describe(c, a, read_places(c, want));
    describe(c, b, got);
    return says(name, a, b);
}

static bool answer_equals(struct kueue_case *c, const struct yaml_node *want,
                          const struct topology_answer *got)
{
    const char *name = case_text(want, "name");
    if (case_bool(want, "absent", false))
        return says(name, "absent", got->is_given ? "given" : "absent");
    if (!got->is_given)
        return says(name, "given", "absent");
    const char *reason = case_text(want, "reason");
    if (reason != NULL || got->reason != NULL)
        return says(name, text_or(reason, ""), text_or(got->reason, ""));
    return places_equal(c, name, yaml_get(want, "assignment"), got->assignment);
}

static bool amounts_equal(const struct kueue_case *c, const struct yaml_node *want,
                          const struct topology *t, uint32_t leaf, bool used)
{
    bool ok = true;
    for (uint32_t i = 0; i < t->columns->len; i++) {
        const char *name = intern_text(c->names.resources, t->columns->resources[i]);
        const int64_t got = used ? topology_used(t, leaf, i) : topology_free(t, leaf, i);
        if (case_int(want, name, 0) == got)
            continue;
        printf("  %s of %s: want %lld, got %lld\n", used ? "usage" : "free", name,
               (long long)case_int(want, name, 0), (long long)got);
        ok = false;
    }
    return ok;
}

static bool leaves_equal(struct kueue_case *c, const struct topology *t)
{
    const struct yaml_node *leaves = yaml_get(c->expect, "leaves");
    bool ok = case_len(leaves) == t->tree.leaves_len;
    if (!ok)
        printf("  leaves: want %zu, got %u\n", case_len(leaves), t->tree.leaves_len);
    for (size_t i = 0; i < case_len(leaves); i++) {
        const uint32_t leaf = topology_tree_leaf(
            &t->tree, intern_add(c->names.words, case_text(leaves->items[i], "id")));
        if (leaf == DOMAIN_NOWHERE)
            return says("leaf", case_text(leaves->items[i], "id"), "nothing");
        ok &= amounts_equal(c, yaml_get(leaves->items[i], "free"), t, leaf, false);
        ok &= amounts_equal(c, yaml_get(leaves->items[i], "tasUsage"), t, leaf, true);
    }
    return ok;
}

/* --- level topology --- */

static struct topology *the_topology(struct kueue_case *c)
{
    struct topology *t =
        topology_site_of(c->k->topologies, intern_add(c->names.words, "tas-flavor"));
    assert_non_null(t);
    return t;
}

static bool owned_by_one_pod(struct kueue_case *c)
{
    for (size_t i = 0; i < c->objects_len; i++)
        if (kueue_case_is_workload(&c->objects[i]))
            return kueue_case_add(c, i)->is_of_one_pod;
    return false;
}

static bool check_placement(const char *path)
{
    struct kueue_case c;
    struct topology_ask asks[SETS_MOST];
    struct topology_answer answers[SETS_MOST];
    kueue_case_open(&c, path);
    struct topology *t = the_topology(&c);
    const struct yaml_node *sets = yaml_get(c.run, "podSets");
    const struct yaml_node *broken = yaml_get(c.run, "unhealthyNodes");
    const struct yaml_node *want = yaml_get(c.expect, "podSets");
    for (uint32_t i = 0; i < case_len(sets); i++)
        asks[i] = read_ask(&c, sets->items[i], i);
    use(&c, t, yaml_get(c.run, "ownUsage"));
    if (t->tree.is_by_host)
        use(&c, t, yaml_get(c.run, "otherFlavorUsage"));
    bool ok = leaves_equal(&c, t);
    struct assumed assumed = {0};
    const struct topology_search s = {
        .arena = c.arena,
        .gates = &c.settings.gates,
        .wants_reason = true,
        .broken_node =
            case_len(broken) == 0 ? INTERN_NONE : intern_add(c.names.words, broken->items[0]->text),
        .keeps_its_node =
            case_bool(c.run, "workloadPassed", false) && owned_by_one_pod(&c) &&
            gates_on(&c.settings.gates, GATE_SKIP_REASSIGNMENT_FOR_POD_OWNED_WORKLOADS),
        .assumed = &assumed};
    topology_find(t, &s, asks, (uint32_t)case_len(sets), answers);
    for (size_t i = 0; i < case_len(want); i++)
        ok &= answer_equals(&c, want->items[i], &answers[i]);
    kueue_case_close(&c);
    return ok;
}

/* --- level domains --- */

/* A tree of domains as the case lists them: states and names, no nodes. */
struct grove {
    struct kueue_case *c;
    struct topology t;
    struct placement p;
    const char *ids[256];
    struct domain_list tops;
};

static void read_state(const struct yaml_node *n, struct domain_state *s)
{
    *s =
        (struct domain_state){.pods = (int32_t)case_int(n, "podCount", 0),
                              .slices = (int32_t)case_int(n, "sliceCount", 0),
                              .pods_with_leader = (int32_t)case_int(n, "podCountWithLeader", 0),
                              .slices_with_leader = (int32_t)case_int(n, "sliceCountWithLeader", 0),
                              .leaders = (int32_t)case_int(n, "leaderCount", 0),
                              .affinity = case_int(n, "affinityScore", 0)};
}

/* A domain of the case, on its way to its number. */
struct sprout {
    const struct yaml_node *n;
    size_t parent; /* among those of the level above */
    char path[512];
};

struct level_of {
    struct sprout items[256];
    size_t len;
};

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct sprout *)a)->path, ((const struct sprout *)b)->path);
}

static void sprout(struct level_of *l, const struct yaml_node *n, size_t parent)
{
    struct sprout *s = &l->items[l->len++];
    const struct yaml_node *values = yaml_get(n, "levelValues");
    *s = (struct sprout){.n = n, .parent = parent};
    for (size_t i = 0; i < case_len(values); i++) {
        strcat(s->path, values->items[i]->text);
        strcat(s->path, "\x01");
    }
}

/* Children of a level, nested or by the name of their parent. */
static void sprout_children(const struct level_of *l, const struct yaml_node *flat,
                            struct level_of *out)
{
    for (size_t i = 0; i < l->len; i++) {
        const struct yaml_node *nested = yaml_get(l->items[i].n, "children");
        for (size_t k = 0; k < case_len(nested); k++)
            sprout(out, nested->items[k], i);
        for (size_t k = 0; k < case_len(flat); k++) {
            const char *parent = case_text(flat->items[k], "parent");
            if (parent != NULL && strcmp(parent, case_text(l->items[i].n, "id")) == 0)
                sprout(out, flat->items[k], i);
        }
    }
    /* Kueue keeps children as they are listed; numbers go by values, for each parent. */
    for (size_t i = 0, n; i < out->len; i += n) {
        for (n = 1; i + n < out->len && out->items[i + n].parent == out->items[i].parent; n++)
            ;
        qsort(&out->items[i], n, sizeof out->items[0], by_path);
    }
}

static void plant(struct grove *g, const struct yaml_node *domains)
{
    struct topology_tree *tree = &g->t.tree;
    struct level_of *level = calloc(2, sizeof *level), *next = level + 1;
    uint32_t before = 0;
    tree->domains = arena_alloc(g->c->arena, 256 * sizeof tree->domains[0]);
    g->p.states = arena_alloc(g->c->arena, 256 * sizeof g->p.states[0]);
    for (size_t i = 0; i < case_len(domains); i++)
        if (case_text(domains->items[i], "parent") == NULL)
            sprout(level, domains->items[i], 0);
    qsort(level->items, level->len, sizeof level->items[0], by_path);
    for (uint32_t l = 0; level->len > 0 && l < TOPOLOGY_LEVELS_MOST; l++) {
        tree->levels[l] = (struct topology_level){tree->domains_len, (uint32_t)level->len};
        tree->levels_len = l + 1;
        for (size_t i = 0; i < level->len; i++) {
            const uint32_t d = tree->domains_len++;
            const uint32_t parent =
                l == 0 ? DOMAIN_NOWHERE : before + (uint32_t)level->items[i].parent;
            tree->domains[d] = (struct topology_domain){.parent = parent};
            g->ids[d] = case_text(level->items[i].n, "id");
            read_state(level->items[i].n, &g->p.states[d]);
            if (parent != DOMAIN_NOWHERE && tree->domains[parent].children_len++ == 0)
                tree->domains[parent].first_child = d;
        }
        before = tree->levels[l].first;
        next->len = 0;
        sprout_children(level, domains, next);
        *level = *next;
    }
    free(level);
}

static struct grove *grove_new(struct kueue_case *c)
{
    struct grove *g = arena_alloc(c->arena, sizeof *g);
    g->c = c;
    g->t.words = c->names.words;
    g->p = (struct placement){
        .t = &g->t,
        .arena = c->arena,
        .gates = &c->settings.gates,
        .count = (int32_t)case_int(c->run, "count", 0),
        .leader_count = (int32_t)case_int(c->run, "leaderCount", 0),
        .slice_size = (int32_t)case_int(c->run, "sliceSize", 1),
        .level = (uint32_t)case_int(c->run, "requestedLevelIdx", case_int(c->run, "level", 0)),
        .slice_level = (uint32_t)case_int(c->run, "sliceLevelIdx", 0),
        .is_unconstrained = case_bool(c->run, "unconstrained", false),
    };
    if (case_bool(c->run, "leaderRequired", false))
        g->p.leader_count = 1;
    plant(g, yaml_get(c->run, "domains"));
    g->tops = placement_level(&g->p, 0);
    return g;
}

static bool ids_equal(const struct grove *g, const struct yaml_node *want,
                      const struct domain_list *got, bool sorted)
{
    char a[4096] = "", b[4096] = "";
    const char *names[256];
    for (uint32_t i = 0; i < got->len; i++)
        names[i] = g->ids[got->items[i]];
    for (uint32_t i = 1; sorted && i < got->len; i++)
        for (uint32_t k = i; k > 0 && strcmp(names[k - 1], names[k]) > 0; k--) {
            const char *swap = names[k];
            names[k] = names[k - 1];
            names[k - 1] = swap;
        }
    for (size_t i = 0; i < case_len(want); i++)
        strcat(strcat(a, want->items[i]->text), " ");
    for (uint32_t i = 0; i < got->len; i++)
        strcat(strcat(b, names[i]), " ");
    return says("domains", a, b);
}

static bool state_equals(const struct grove *g, const struct yaml_node *want, uint32_t d)
{
    struct domain_state w;
    const struct domain_state *s = &g->p.states[d];
    read_state(want, &w);
    const bool ok = w.pods == s->pods && w.slices == s->slices &&
                    w.pods_with_leader == s->pods_with_leader &&
                    w.slices_with_leader == s->slices_with_leader && w.leaders == s->leaders;
    if (!ok)
        printf("  %s: want %d %d %d %d %d, got %d %d %d %d %d\n", g->ids[d], w.pods, w.slices,
               w.pods_with_leader, w.slices_with_leader, w.leaders, s->pods, s->slices,
               s->pods_with_leader, s->slices_with_leader, s->leaders);
    return ok;
}

static bool states_equal(const struct grove *g, const struct yaml_node *want,
                         const struct domain_list *got)
{
    bool ok = case_len(want) == got->len;
    for (uint32_t i = 0; i < got->len && i < case_len(want); i++) {
        const uint32_t d = got->items[i];
        ok &= says("domain", text_or(case_text(want->items[i], "id"), ""), g->ids[d]) &&
              state_equals(g, want->items[i], d);
        const struct domain_list children = placement_children_of(&g->p, d);
        if (yaml_get(want->items[i], "children") != NULL)
            ok &= states_equal(g, yaml_get(want->items[i], "children"), &children);
    }
    return ok;
}

/* --- calls by name --- */

static bool call_sorted(struct kueue_case *c)
{
    struct grove *g = grove_new(c);
    const struct domain_list out = placement_sorted(&g->p, &g->tops);
    return ids_equal(g, yaml_get(c->expect, "domains"), &out, false);
}

static bool call_sorted_by_leader(struct kueue_case *c)
{
    struct grove *g = grove_new(c);
    const struct domain_list out = placement_sorted_by_leader(&g->p, &g->tops);
    return ids_equal(g, yaml_get(c->expect, "domains"), &out, false);
}

static bool call_by_entropy(struct kueue_case *c)
{
    struct grove *g = grove_new(c);
    const struct domain_list out = placement_sorted_by(&g->p, &g->tops, placement_by_entropy);
    return ids_equal(g, yaml_get(c->expect, "domains"), &out, false);
}

static bool call_select(struct kueue_case *c)
{
    struct grove *g = grove_new(c);
    const struct domain_list out =
        placement_select(&g->p, &g->tops, (int32_t)case_int(c->run, "workerCount", 0),
                         g->p.leader_count, case_bool(c->run, "prioritizeByEntropy", false));
    return ids_equal(g, yaml_get(c->expect, "domains"), &out, false);
}

static bool call_spread(struct kueue_case *c)
{
    struct grove *g = grove_new(c);
    const struct domain_list out =
        placement_spread(&g->p, &g->tops, (int32_t)case_int(c->run, "sliceCount", 0),
                         (int32_t)case_int(c->run, "threshold", 0));
    return states_equal(g, yaml_get(c->expect, "result"), &out) &&
           says("reason", text_or(case_text(c->expect, "reason"), ""),
                out.len > 0 ? "" : text_or(case_text(c->expect, "reason"), "none"));
}

static bool call_threshold(struct kueue_case *c)
{
    struct grove *g = grove_new(c);
    struct domain_list out;
    const int32_t threshold = placement_threshold(&g->p, &out);
    const struct yaml_node *want = yaml_get(c->expect, "domains");
    if (threshold != case_int(c->expect, "threshold", 0)) {
        printf("  threshold: got %d\n", threshold);
        return false;
    }
    return want == NULL || ids_equal(g, want, &out, true);
}

static bool call_prune(struct kueue_case *c)
{
    struct grove *g = grove_new(c);
    placement_prune(&g->p, &g->tops, (int32_t)case_int(c->run, "threshold", 0), g->p.level);
    return states_equal(g, yaml_get(c->expect, "result"), &g->tops);
}

/* A topology of the case's levels over its nodes. */
static struct topology *nodes_of(struct kueue_case *c, struct topology_columns *columns)
{
    const char *levels[TOPOLOGY_LEVELS_MOST];
    const struct yaml_node *list = yaml_get(c->run, "levels");
    static const struct label_map no_labels;
    static const struct toleration_list no_tolerations;
    for (size_t i = 0; i < case_len(list); i++)
        levels[i] = list->items[i]->text;
    struct topology *t = arena_alloc(c->arena, sizeof *t);
    topology_init(t, &(struct topology_spec_of){.name = "default",
                                                .resources = c->names.resources,
                                                .tolerations = &no_tolerations,
                                                .columns = columns,
                                                .tree = {.words = c->names.words,
                                                         .levels = levels,
                                                         .levels_len = (uint32_t)case_len(list),
                                                         .labels = &no_labels,
                                                         .nodes = c->site->nodes,
                                                         .nodes_len = c->site->nodes_len}});
    return t;
}

static bool call_merge(struct kueue_case *c)
{
    struct topology *t = nodes_of(c, &c->k->topologies->columns);
    const struct topology_assignment *out = topology_merge(
        t, c->arena, read_places(c, yaml_get(c->run, "a")), read_places(c, yaml_get(c->run, "b")));
    const bool ok = places_equal(c, "merged", yaml_get(c->expect, "assignment"), out);
    topology_fini(t);
    return ok;
}

static bool call_stale(struct kueue_case *c)
{
    struct topology *t = nodes_of(c, &c->k->topologies->columns);
    const char *leaf = "";
    const bool is_stale = topology_is_stale(t, read_places(c, c->run), &leaf);
    char widest[256];
    snprintf(widest, sizeof widest, "%.*s", (int)strcspn(leaf, ","), leaf);
    topology_fini(t);
    return says("stale", case_bool(c->expect, "stale", false) ? "yes" : "no",
                is_stale ? "yes" : "no") &&
           says("stale domain", text_or(case_text(c->expect, "staleDomain"), ""), widest);
}

static bool call_has_level(struct kueue_case *c)
{
    struct workload_reader r = reader(c);
    struct topology *t = nodes_of(c, &c->k->topologies->columns);
    const bool has =
        topology_has_levels(t, topology_request_read(&r, yaml_get(c->run, "topologyRequest")));
    topology_fini(t);
    return says("result", case_bool(c->expect, "result", false) ? "yes" : "no", has ? "yes" : "no");
}

static bool call_truncate(struct kueue_case *c)
{
    const struct topology_assignment *a = read_places(c, yaml_get(c->run, "assignment"));
    const struct topology_assignment *out =
        topology_truncate(c->arena, a, (uint32_t)case_int(c->run, "count", 0));
    return places_equal(c, "truncated", yaml_get(c->expect, "assignment"), out);
}

static bool check_domains(const char *path)
{
    static const struct {
        const char *name;
        bool (*call)(struct kueue_case *c);
    } calls[] = {
        {"sortedDomains", call_sorted},
        {"sortedDomainsWithLeader", call_sorted_by_leader},
        {"compareDomainCapacityAndEntropy", call_by_entropy},
        {"selectOptimalDomainSetToFit", call_select},
        {"placeSlicesOnDomainsBalanced", call_spread},
        {"findBestDomainsForBalancedPlacement", call_threshold},
        {"pruneDomainsBelowThreshold", call_prune},
        {"mergeTopologyAssignments", call_merge},
        {"isTopologyAssignmentStale", call_stale},
        {"hasLevel", call_has_level},
        {"truncateAssignment", call_truncate},
    };
    struct kueue_case c;
    kueue_case_open(&c, path);
    const char *name = text_or(case_text(c.run, "function"), "compareDomainCapacityAndEntropy");
    bool ok = false;
    for (size_t i = 0; i < LEN(calls); i++)
        if (strcmp(calls[i].name, name) == 0)
            ok = calls[i].call(&c);
    kueue_case_close(&c);
    return ok;
}

static void placements_are_those_recorded(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("topology", check_placement, NULL));
}

static void parts_of_the_algorithm_answer_as_recorded(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("domains", check_domains, NULL));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placements_are_those_recorded),
        cmocka_unit_test(parts_of_the_algorithm_answer_as_recorded),
    };
    if (argc > 1)
        return (strstr(argv[1], "/domains/") != NULL ? check_domains : check_placement)(argv[1])
                   ? 0
                   : 1;
    return cmocka_run_group_tests_name("kueue_topology_cases", tests, NULL, NULL);
}
