/* Recorded flavor assignments with a stubbed oracle, and searches of partial admission. */
#include "policies/kueue/kueue_parts.h"
#include "policies/kueue/message.h"
#include "sim/arena.h"
#include "tests/kueue_case.h"
#include "tests/unit.h"

#include <string.h>

/* The cycle stands first: what the assigner asks is told apart by it alone. */
struct fixture {
    struct cycle cycle;
    struct kueue_case c;
};

/* --- the stub --- */

static enum possibility possibility_of(const char *text)
{
    return strcmp(text, "NoCandidates") == 0 ? POSSIBLE_NO_CANDIDATES
           : strcmp(text, "Preempt") == 0    ? POSSIBLE_PREEMPT
                                             : POSSIBLE_RECLAIM;
}

static struct oracle_answer answer(void *context, const struct kueue_workload *w, uint32_t column,
                                   int64_t qty)
{
    const struct fixture *f = context;
    const struct yaml_node *oracle = yaml_get(f->c.run, "oracle");
    const struct quota_column *want = &w->queue->node->tree->columns[column];
    const struct yaml_node *said = yaml_get(f->c.run, "oracleDefault");
    (void)qty;
    for (size_t i = 0; i < case_len(oracle); i++) {
        const struct quota_column key = case_column(&f->c, oracle->pairs[i].key->text);
        if (key.flavor == want->flavor && key.resource == want->resource)
            said = oracle->pairs[i].value;
    }
    return (struct oracle_answer){possibility_of(case_text(said, "possibility")),
                                  (unsigned)case_int(said, "borrow", 0)};
}

/* --- comparing --- */

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

static bool reasons_equal(const struct fixture *f, const char *what, const struct yaml_node *want,
                          const struct obstacles *got)
{
    char text[8192] = "";
    for (size_t i = 0; i < case_len(want); i++) {
        strcat(text, i == 0 ? "" : ", ");
        strcat(text, want->items[i]->text);
    }
    return says(what, text, obstacles_text(f->c.arena, &f->c.names, got));
}

static bool choices_equal(const struct fixture *f, const struct yaml_node *want,
                          const struct set_assignment *got)
{
    bool ok = counts("flavors", (int64_t)case_len(want), got->choices_len);
    for (size_t i = 0; i < case_len(want); i++) {
        const struct yaml_node *c = want->pairs[i].value;
        const char *name = want->pairs[i].key->text;
        const struct choice *choice =
            set_assignment_choice(got, intern_add(f->c.names.resources, name));
        if (choice == NULL)
            return says("flavor of", name, "nothing");
        ok &= says(name, case_text(c, "flavor"), intern_text(f->c.names.words, choice->flavor));
        ok &= says(name, case_text(c, "mode"), fit_name(choice->fit));
        ok &= counts("borrow", case_int(c, "borrow", 0), choice->borrow);
        ok &= counts("triedFlavorIdx", case_int(c, "triedFlavorIdx", 0), choice->tried);
    }
    return ok;
}

static bool requests_equal(const struct fixture *f, const struct yaml_node *want,
                           const struct set_assignment *got)
{
    bool ok = counts("requests", (int64_t)case_len(want), got->requests_len);
    for (uint32_t i = 0; i < got->requests_len; i++) {
        const char *name = intern_text(f->c.names.resources, got->requests[i].resource);
        ok &= counts(name, case_int(want, name, -1), got->requests[i].qty);
    }
    return ok;
}

static const struct attempt *attempt_of(const struct fixture *f, const struct attempts *list,
                                        const char *flavor)
{
    for (uint32_t i = 0; list != NULL && i < list->len; i++)
        if (strcmp(intern_text(f->c.names.words, list->items[i].flavor), flavor) == 0)
            return &list->items[i];
    return NULL;
}

static bool attempts_equal(const struct fixture *f, const struct yaml_node *want,
                           const struct attempts *got)
{
    bool ok = counts("attempts", (int64_t)case_len(want), got == NULL ? 0 : got->len);
    for (size_t i = 0; i < case_len(want); i++) {
        const struct yaml_node *n = want->items[i];
        const struct attempt *a = attempt_of(f, got, case_text(n, "flavor"));
        if (a == NULL)
            return says("attempt", case_text(n, "flavor"), "nothing");
        const char *possible = case_text(n, "possibility");
        ok &= says("attempt", case_text(n, "mode"), fit_name(a->fit));
        ok &= counts("attempt borrow", case_int(n, "borrow", 0), a->borrow);
        ok &= says("attempt reason", case_text(n, "noFitReason"), pending_reason_name(a->reason));
        ok &= counts("possibility", possible == NULL ? POSSIBLE_UNASKED : possibility_of(possible),
                     a->possibility);
        ok &= reasons_equal(f, "attempt reasons", yaml_get(n, "reasons"), &a->obstacles);
    }
    return ok;
}

static bool scan_equals(const struct fixture *f, const struct yaml_node *want,
                        const struct scan_memory *got)
{
    bool ok = true;
    size_t marks = 0;
    for (size_t s = 0; s < case_len(want); s++)
        for (size_t i = 0; i < case_len(want->items[s]); i++, marks++) {
            const struct yaml_pair *p = &want->items[s]->pairs[i];
            const uint32_t r = intern_add(f->c.names.resources, p->key->text);
            ok &= counts("lastTriedFlavorIdx", case_number(p->value) + 1,
                         scan_memory_next(got, (uint32_t)s, r));
        }
    return counts("marks", (int64_t)marks, got->len) && ok;
}

static bool assignment_equals(const struct fixture *f, const struct yaml_node *want,
                              const struct kueue_workload *w, struct assignment *got)
{
    const struct yaml_node *sets = yaml_get(want, "podSets");
    const struct yaml_node *usage = yaml_get(want, "usage");
    bool ok = says("mode", case_text(want, "representativeMode"), fit_name(assignment_fit(got)));
    ok &= counts("borrowing", case_int(want, "borrowing", 0), got->borrow);
    ok &= says("noFitReason", case_text(want, "noFitReason"),
               pending_reason_name(got->no_fit_reason));
    ok &= counts("podSets", (int64_t)case_len(sets), got->sets_len);
    ok &= scan_equals(f, yaml_get(want, "lastTriedFlavorIdx"), &got->scan);
    for (size_t i = 0; i < case_len(sets) && i < got->sets_len; i++) {
        const struct yaml_node *n = sets->items[i];
        const struct set_assignment *s = &got->sets[i];
        const char *error = case_text(n, "error");
        ok &= says("set", case_text(n, "name"), w->shape->sets[s->set].name);
        ok &= counts("count", case_int(n, "count", 0), s->count);
        ok &= says("set mode", case_text(n, "mode"), fit_name(set_assignment_fit(s)));
        ok &= says("error", error == NULL ? "" : error, s->error == NULL ? "" : s->error);
        ok &= reasons_equal(f, "reasons", yaml_get(n, "reasons"), &s->obstacles);
        ok &= choices_equal(f, yaml_get(n, "flavors"), s);
        ok &= requests_equal(f, yaml_get(n, "requests"), s);
        ok &= attempts_equal(f, yaml_get(n, "attempts"), s->attempts);
    }
    for (size_t i = 0; i < case_len(usage); i++) {
        const struct quota_column key = case_column(&f->c, usage->pairs[i].key->text);
        const uint32_t at = quota_tree_find(w->queue->node->tree, key.flavor, key.resource);
        ok &= counts("usage", case_number(usage->pairs[i].value), assignment_used(got, at));
    }
    return counts("usage entries", (int64_t)case_len(usage), got->usage_len) && ok;
}

/* --- a case --- */

static void use(struct kueue_case *c)
{
    const struct yaml_node *usage = yaml_get(c->run, "usage");
    for (size_t i = 0; i < case_len(usage); i++) {
        struct cluster_queue *q = kueue_find_queue(c->k, usage->pairs[i].key->text);
        const struct yaml_node *amounts = usage->pairs[i].value;
        for (size_t a = 0; a < case_len(amounts); a++) {
            const struct quota_column key = case_column(c, amounts->pairs[a].key->text);
            quota_add(q->node, quota_tree_find(q->node->tree, key.flavor, key.resource),
                      case_number(amounts->pairs[a].value));
        }
    }
}

static void use_nodes(struct kueue_case *c, uint32_t flavor, const struct yaml_node *list)
{
    struct topology *t = topology_site_of(c->k->topologies, flavor);
    for (size_t i = 0; i < case_len(list); i++) {
        const struct yaml_node *amounts = yaml_get(list->items[i], "singlePodRequests");
        const struct yaml_node *values = yaml_get(list->items[i], "values");
        char id[512] = "";
        struct res_qty one[16];
        for (size_t v = 0; v < case_len(values); v++)
            strcat(strcat(id, v == 0 ? "" : ","), values->items[v]->text);
        for (size_t a = 0; a < case_len(amounts); a++)
            one[a] = (struct res_qty){intern_add(c->names.resources, amounts->pairs[a].key->text),
                                      case_number(amounts->pairs[a].value)};
        topology_use(t, NULL,
                     &(struct topology_pods){intern_add(c->names.words, id),
                                             (uint32_t)case_int(list->items[i], "count", 0)},
                     &(struct pod_requests){one, (uint32_t)case_len(amounts)}, 1);
    }
}

/* run.tasUsage: by queue, then by flavor. */
static void use_places(struct kueue_case *c)
{
    const struct yaml_node *queues = yaml_get(c->run, "tasUsage");
    for (size_t i = 0; i < case_len(queues); i++) {
        const struct yaml_node *flavors = queues->pairs[i].value;
        for (size_t f = 0; f < case_len(flavors); f++)
            use_nodes(c, intern_add(c->names.words, flavors->pairs[f].key->text),
                      flavors->pairs[f].value);
    }
}

/* The slice that the workload takes over, as a workload that holds what the header says. */
static struct kueue_workload *replaced_slice(struct fixture *f, const struct kueue_workload *w)
{
    const struct yaml_node *sets = yaml_get(yaml_get(f->c.run, "replacedSlice"), "podSets");
    if (sets == NULL)
        return NULL;
    struct kueue_workload *old = arena_alloc(f->c.arena, sizeof *old);
    old->shape = w->shape;
    old->sets = arena_alloc(f->c.arena, w->shape->sets_len * sizeof old->sets[0]);
    for (size_t s = 0; s < sets->len; s++) {
        const struct yaml_node *flavors = yaml_get(sets->items[s], "flavors");
        const struct yaml_node *requests = yaml_get(sets->items[s], "requests");
        struct admitted_set *set = &old->sets[s];
        set->count = (uint32_t)case_int(sets->items[s], "count", 0);
        set->resources = arena_alloc(f->c.arena, case_len(flavors) * sizeof set->resources[0]);
        for (size_t i = 0; i < case_len(flavors); i++) {
            const char *name = flavors->pairs[i].key->text;
            set->resources[set->len++] =
                (struct assigned){intern_add(f->c.names.resources, name),
                                  intern_add(f->c.names.words, flavors->pairs[i].value->text),
                                  case_int(requests, name, 0)};
        }
    }
    return old;
}

static const struct assignment *read_pins(struct fixture *f, const struct kueue_workload *w)
{
    const struct yaml_node *map = yaml_get(f->c.run, "nominationMapping");
    if (case_len(map) == 0)
        return NULL;
    struct assignment *pins = arena_alloc(f->c.arena, sizeof *pins);
    pins->sets = arena_alloc(f->c.arena, w->shape->sets_len * sizeof pins->sets[0]);
    for (uint32_t s = 0; s < w->shape->sets_len; s++) {
        const struct yaml_node *flavors = yaml_get(map, w->shape->sets[s].name);
        struct set_assignment *set = &pins->sets[pins->sets_len++];
        set->set = s;
        set->choices = arena_alloc(f->c.arena, case_len(flavors) * sizeof set->choices[0]);
        for (size_t i = 0; i < case_len(flavors); i++)
            set->choices[set->choices_len++] = (struct choice){
                .resource = intern_add(f->c.names.resources, flavors->pairs[i].key->text),
                .flavor = intern_add(f->c.names.words, flavors->pairs[i].value->text)};
    }
    return pins;
}

static bool check_flavors(const char *path)
{
    struct fixture f = {0};
    kueue_case_open(&f.c, path);
    struct kueue_workload *w = NULL;
    for (size_t i = 0; i < f.c.objects_len; i++)
        if (kueue_case_is_workload(&f.c.objects[i]))
            kueue_case_add(&f.c, i);
    w = kueue_case_find(&f.c, case_text(f.c.run, "workload"));
    w->queue = kueue_find_queue(f.c.k, case_text(f.c.run, "clusterQueue"));
    f.cycle.k = f.c.k;
    cycle_begin(&f.cycle);
    f.cycle.assigner.oracle = answer;
    f.cycle.assigner.replaced = replaced_slice(&f, w);
    struct assignment a;
    bool ok = true;
    if (yaml_get(f.c.expect, "nomination") != NULL) {
        assigner_assign(&f.cycle.assigner, w, NULL, &a);
        ok &= assignment_equals(&f, yaml_get(f.c.expect, "nomination"), w, &a);
    }
    use(&f.c);
    use_places(&f.c);
    f.cycle.assigner.pins = read_pins(&f, w);
    assigner_assign(&f.cycle.assigner, w, NULL, &a);
    ok &= assignment_equals(&f, f.c.expect, w, &a);
    journal_forget(&f.c.k->journal);
    kueue_case_close(&f.c);
    return ok;
}

/* --- search --- */

struct probes {
    const struct yaml_node *want;
    const struct shape *shape;
    int64_t limit;
    size_t at;
    bool ok;
    uint32_t last[64];
};

static bool probe(void *context, const uint32_t *counts_now)
{
    struct probes *p = context;
    int64_t sum = 0;
    const struct yaml_node *want =
        p->at < case_len(p->want) ? yaml_get(p->want->items[p->at], "counts") : NULL;
    p->ok &= want != NULL;
    for (uint32_t s = 0; s < p->shape->sets_len; s++) {
        sum += counts_now[s];
        p->ok &= want == NULL || case_number(want->items[s]) == counts_now[s];
    }
    const bool fits = sum <= p->limit;
    p->ok &= want == NULL || case_bool(p->want->items[p->at], "fits", false) == fits;
    p->at++;
    if (fits)
        memcpy(p->last, counts_now, p->shape->sets_len * sizeof p->last[0]);
    return fits;
}

static bool check_search(const char *path)
{
    struct kueue_case c;
    kueue_case_open(&c, path);
    const struct yaml_node *sets = yaml_get(c.run, "podSets");
    struct shape_set set[64] = {0};
    struct shape shape = {.sets_len = (uint32_t)case_len(sets), .sets = set};
    for (size_t s = 0; s < case_len(sets); s++) {
        set[s].count = (uint32_t)case_int(sets->items[s], "count", 0);
        set[s].min_count = (uint32_t)case_int(sets->items[s], "minCount", 0);
    }
    struct probes p = {.want = yaml_get(c.expect, "probes"),
                       .shape = &shape,
                       .limit = case_int(c.run, "limit", 0),
                       .ok = true};
    uint32_t room[64];
    const bool found = partial_search(&shape, room, probe, &p);
    const struct yaml_node *want = yaml_get(c.expect, "counts");
    bool ok = p.ok;
    ok &= (p.at == case_len(p.want));
    ok &= (found == case_bool(c.expect, "found", false));
    for (size_t s = 0; s < case_len(want); s++)
        ok &= counts("counts", case_number(want->items[s]), p.last[s]);
    kueue_case_close(&c);
    return ok;
}

static void flavors_are_chosen_as_recorded(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("flavors", check_flavors, NULL));
}

static void the_search_probes_what_kueue_probes(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("search", check_search, NULL));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flavors_are_chosen_as_recorded),
        cmocka_unit_test(the_search_probes_what_kueue_probes),
    };
    if (argc > 1)
        return check_flavors(argv[1]) ? 0 : 1;
    return cmocka_run_group_tests_name("kueue_flavor_cases", tests, NULL, NULL);
}
