/* Every registered strategy is held to the port; then what single strategies choose. */
#include "models/catalogue.h"
#include "models/cluster_spec.h"
#include "models/device.h"
#include "models/gpu_share.h"
#include "models/kubernetes/node_terms.h"
#include "policies/placement/placement.h"
#include "sim/arena.h"
#include "sim/rng.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

static const char mixed_cluster[] =
    "pools:\n"
    "- {name: whole, machine: Standard_ND96isr_H100_v5, count: 5}\n"
    "- {name: small, machine: Standard_NC80adis_H100_v5, count: 4}\n"
    "- {name: cpu, machine: Standard_D4s_v5, count: 3}\n"
    "- {name: spot, machine: Standard_ND96isr_H100_v5, count: 2, taints: "
    "['spot:PreferNoSchedule']}\n"
    "- {name: kept, machine: Standard_ND96isr_H100_v5, count: 2, taints: ['kept:NoSchedule']}\n"
    "- name: mig\n"
    "  machine: Standard_ND96isr_H100_v5\n"
    "  count: 3\n"
    "  mig: {layout: {default: [3g.40gb, 2g.20gb, 1g.10gb, 1g.10gb], 0: all-disabled}}\n"
    "- {name: slices, machine: Standard_NC40ads_H100_v5, count: 4, mig: {layout: all-1g.12gb}}\n";

enum { TASKS = 60 };

struct fixture {
    struct messages messages;
    struct catalogue *catalogue;
    struct names names;
    struct request_table *requests;
    struct arena *arena;
    struct yaml_file *file;
    struct cluster *cluster;
};

static void set_up(struct fixture *f, const char *cluster)
{
    *f = (struct fixture){.arena = arena_new()};
    messages_open(&f->messages);
    f->catalogue = catalogue_open(&f->messages.diag);
    f->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    f->names.terms = node_terms_table_new(f->names.words);
    f->requests = request_table_new(f->names.resources);
    f->file = yaml_parse("c.yaml", cluster, strlen(cluster), &f->messages.diag);
    struct config_reader r = {.diag = &f->messages.diag, .arena = f->arena};
    struct cluster_spec spec = {0};
    assert_true(cluster_spec_read(&r, yaml_doc(f->file, 0), f->catalogue, &spec));
    f->cluster = cluster_spec_build(&spec, f->catalogue, &f->names, f->arena, &f->messages.diag);
    assert_string_equal(messages_text(&f->messages), "");
}

static void tear_down(struct fixture *f)
{
    cluster_free(f->cluster);
    request_table_free(f->requests);
    node_terms_table_free(f->names.terms);
    catalogue_close(f->catalogue);
    yaml_close(f->file);
    intern_free(f->names.resources);
    intern_free(f->names.words);
    arena_free(f->arena);
    messages_close(&f->messages);
}

static struct placement *open_strategy(struct fixture *f, const struct strategy_ops *ops, int ties)
{
    struct config_reader r = {.diag = &f->messages.diag, .arena = f->arena};
    struct yaml_node name = {.kind = YAML_SCALAR, .file = "t", .text = ops->name};
    name.len = strlen(ops->name);
    struct placement_choice choice = {.ties = ties};
    assert_true(placement_read(&r, &name, &choice));
    const struct policy_env env = {.names_view = &f->names,
                                   .names = &f->names,
                                   .requests = f->requests,
                                   .cluster = f->cluster,
                                   .seed = 9,
                                   .arena = f->arena};
    struct placement *p = placement_new(&choice, &env, &f->messages.diag);
    assert_non_null(p);
    return p;
}

static struct placement *open_named(struct fixture *f, const char *name)
{
    return open_strategy(f, placement_find(name), PLACEMENT_TIES_OF_STRATEGY);
}

static uint32_t request(struct fixture *f, const char *resource, int64_t count, uint16_t milli)
{
    const struct amount amounts[] = {
        {RESOURCE_CPU, 1000},
        {RESOURCE_MEMORY, INT64_C(1) << 30},
        {intern_add(f->names.resources, resource), count},
    };
    const struct device_load load = {.gpu_milli = milli};
    return request_add(f->requests, amounts, 3, 0, &load);
}

static const char *node_name(const struct fixture *f, uint32_t node)
{
    return f->cluster->nodes[node].name;
}

/* --- tasks, as the simulation binds them --- */

struct live {
    struct task task;
    uint32_t request;
    bool is_live;
};

static void bind(struct fixture *f, struct live *t, uint32_t id, const struct placement_pick *pick)
{
    const struct request *r = request_get(f->requests, id);
    *t = (struct live){.task = {.node = pick->node, .count = 1}, .request = id, .is_live = true};
    if (pick->gpu_mask == 0)
        device_take(f->cluster, &t->task, r, 1);
    else
        assert_true(device_take_gpus(f->cluster, &t->task, r, 1, pick->gpu_mask));
    cluster_take(f->cluster, pick->node, r, 1);
}

static void unbind(struct fixture *f, struct live *t)
{
    const struct request *r = request_get(f->requests, t->request);
    device_give(f->cluster, &t->task, r);
    cluster_give(f->cluster, t->task.node, r, 1);
    t->is_live = false;
}

/* Asks, binds and tells; NODE_NONE if nothing fits. */
static uint32_t place(struct fixture *f, struct placement *p, uint32_t id, struct live *t)
{
    struct placement_pick pick;
    if (!placement_pick(p, id, &pick))
        return NODE_NONE;
    bind(f, t, id, &pick);
    placement_moved(p, id, pick.node, 1);
    return pick.node;
}

static void take_away(struct fixture *f, struct placement *p, struct live *t)
{
    const uint32_t node = t->task.node;
    unbind(f, t);
    placement_moved(p, t->request, node, -1);
}

/* --- the contract --- */

static void fill_requests(struct fixture *f, uint32_t *requests, size_t len, gsl_rng *rng)
{
    static const char *const resources[] = {"nvidia.com/gpu", "nvidia.com/mig-1g.10gb",
                                            "nvidia.com/mig-3g.40gb", "nvidia.com/mig-1g.12gb"};
    for (size_t i = 0; i < len; i++) {
        const char *resource = resources[gsl_rng_uniform_int(rng, LEN(resources))];
        const bool is_share = i % 3 == 0;
        requests[i] = request(f, resource, is_share ? 0 : 1 + (int64_t)gsl_rng_uniform_int(rng, 2),
                              is_share ? (uint16_t)(1 + gsl_rng_uniform_int(rng, 999)) : 0);
    }
}

/* One that was told the same from the beginning, and has cached nothing, agrees. */
static void expect_like_a_new_one(struct fixture *f, const struct strategy_ops *ops,
                                  struct placement *p, const struct live *live,
                                  const uint32_t *came, size_t came_len)
{
    struct placement *fresh = open_strategy(f, ops, PLACEMENT_TIES_OF_STRATEGY);
    for (size_t i = 0; i < came_len; i++)
        placement_came(fresh, came[i], 1);
    for (int i = 0; i < TASKS; i++)
        if (live[i].is_live)
            placement_moved(fresh, live[i].request, live[i].task.node, 1);
    for (size_t i = 0; i < came_len; i++)
        for (uint32_t n = 0; n < f->cluster->nodes_len; n++)
            assert_true(placement_score(p, came[i], n) == placement_score(fresh, came[i], n));
    placement_free(fresh);
}

static void check_pick(struct fixture *f, const struct strategy_ops *ops, struct placement *p,
                       uint32_t id)
{
    const struct request *r = request_get(f->requests, id);
    struct placement_pick pick;
    int64_t best = SCORE_NONE;
    for (uint32_t n = 0; n < f->cluster->nodes_len; n++) {
        const int64_t score = placement_score(p, id, n);
        const bool is_kept = strncmp(node_name(f, n), "kept", 4) == 0;
        assert_int_equal(score != SCORE_NONE, !is_kept && cluster_fits(f->cluster, n, r) > 0);
        best = score > best ? score : best;
    }
    assert_int_equal(placement_fits(p, id), best != SCORE_NONE);
    if (!placement_pick(p, id, &pick))
        return;
    assert_true(placement_score(p, id, pick.node) == best);
    assert_int_equal(__builtin_popcountll(pick.gpu_mask),
                     r->load.gpu_milli > 0 && ops->gpu != NULL);
}

static void check_strategy(void **state)
{
    enum { STEPS = 1500, REQUESTS = 12, SEED = 29 };
    const struct strategy_ops *ops = *state;
    struct fixture f;
    struct live live[TASKS] = {0};
    uint32_t requests[REQUESTS], came[STEPS];
    size_t came_len = 0;
    assert_int_equal(ops->api, STRATEGY_API);
    assert_non_null(ops->score);
    assert_true(strlen(ops->summary) > 10 && strchr(ops->summary, '\n') == NULL);
    set_up(&f, mixed_cluster);
    gsl_rng *rng = rng_open(SEED, 0, "placement", 0);
    struct placement *p = open_strategy(&f, ops, PLACEMENT_TIES_OF_STRATEGY);
    fill_requests(&f, requests, REQUESTS, rng);
    for (int step = 0; step < STEPS; step++) {
        struct live *t = &live[gsl_rng_uniform_int(rng, TASKS)];
        const uint32_t id = requests[gsl_rng_uniform_int(rng, REQUESTS)];
        if (t->is_live) {
            take_away(&f, p, t);
            continue;
        }
        came[came_len++] = id;
        placement_came(p, id, 1);
        check_pick(&f, ops, p, id);
        place(&f, p, id, t);
        if (gsl_rng_uniform_int(rng, 15) == 0) {
            const uint32_t node = (uint32_t)gsl_rng_uniform_int(rng, f.cluster->nodes_len);
            cluster_set_state(f.cluster, node,
                              f.cluster->nodes[node].state == NODE_READY ? NODE_CORDONED
                                                                         : NODE_READY);
        }
        if (step % 100 == 0)
            expect_like_a_new_one(&f, ops, p, live, came, came_len);
    }
    for (int i = 0; i < TASKS; i++)
        if (live[i].is_live)
            take_away(&f, p, &live[i]);
    gsl_rng_free(rng);
    placement_free(p);
    tear_down(&f);
}

/* --- what strategies choose --- */

static const char three_nodes[] =
    "pools:\n"
    "- {name: n, machine: Standard_ND96isr_H100_v5, count: 3, names: [n10, n2, n9]}\n";

static void ties_go_by_name_unless_the_strategy_says_otherwise(void **state)
{
    (void)state;
    struct fixture f;
    struct live t;
    set_up(&f, three_nodes);
    const uint32_t one = request(&f, "nvidia.com/gpu", 1, 0);
    struct placement *p = open_named(&f, "worst-fit");
    assert_string_equal(node_name(&f, place(&f, p, one, &t)), "n10");
    take_away(&f, p, &t);
    placement_free(p);
    p = open_strategy(&f, placement_find("worst-fit"), TIES_FIRST_NUMBER + 1);
    assert_string_equal(node_name(&f, place(&f, p, one, &t)), "n10");
    assert_string_equal(node_name(&f, place(&f, p, one, &t)), "n2");
    placement_free(p);
    cluster_set_state(f.cluster, 0, NODE_DOWN);
    p = open_named(&f, "worst-fit");
    cluster_set_state(f.cluster, 1, NODE_DOWN);
    assert_string_equal(node_name(&f, place(&f, p, one, &t)), "n9");
    placement_free(p);
    tear_down(&f);
}

static void best_fit_fills_a_node_and_worst_fit_spreads(void **state)
{
    (void)state;
    struct fixture f;
    struct live t[8];
    set_up(&f, three_nodes);
    const uint32_t two = request(&f, "nvidia.com/gpu", 2, 0);
    struct placement *p = open_named(&f, "best-fit");
    for (int i = 0; i < 5; i++)
        place(&f, p, two, &t[i]);
    assert_string_equal(node_name(&f, t[3].task.node), "n10");
    assert_string_equal(node_name(&f, t[4].task.node), "n2");
    for (int i = 0; i < 5; i++)
        take_away(&f, p, &t[i]);
    placement_free(p);
    p = open_named(&f, "worst-fit");
    for (int i = 0; i < 4; i++)
        place(&f, p, two, &t[i]);
    assert_string_equal(node_name(&f, t[1].task.node), "n2");
    assert_string_equal(node_name(&f, t[2].task.node), "n9");
    assert_string_equal(node_name(&f, t[3].task.node), "n10");
    placement_free(p);
    tear_down(&f);
}

static void random_takes_every_node_and_gpu_alike(void **state)
{
    (void)state;
    enum { DRAWS = 2400 };
    struct fixture f;
    struct live t;
    unsigned met[3][8] = {{0}};
    set_up(&f, three_nodes);
    const uint32_t share = request(&f, "nvidia.com/gpu", 0, 300);
    struct placement *p = open_named(&f, "random");
    for (int i = 0; i < DRAWS; i++) {
        place(&f, p, share, &t);
        met[t.task.node][t.task.uses[0].unit]++;
        take_away(&f, p, &t);
    }
    for (int n = 0; n < 3; n++)
        for (int g = 0; g < 8; g++)
            assert_in_range(met[n][g], 60, 140); /* 100 on average, four standard errors */
    placement_free(p);
    tear_down(&f);
}

static void a_preferred_taint_comes_before_the_strategy(void **state)
{
    (void)state;
    struct fixture f;
    struct live t[20];
    set_up(&f, "pools:\n"
               "- {name: a, machine: Standard_ND96isr_H100_v5, taints: ['spot:PreferNoSchedule']}\n"
               "- {name: b, machine: Standard_ND96isr_H100_v5}\n");
    const uint32_t four = request(&f, "nvidia.com/gpu", 4, 0);
    struct placement *p = open_named(&f, "worst-fit");
    for (int i = 0; i < 4; i++)
        assert_string_equal(node_name(&f, place(&f, p, four, &t[i])), i < 2 ? "b-0" : "a-0");
    assert_int_equal(place(&f, p, four, &t[4]), NODE_NONE);
    assert_int_equal(placement_misfits(p, four)[MISFIT_GPU], 2);
    placement_free(p);
    tear_down(&f);
}

static void misfits_tell_full_nodes_from_small_ones(void **state)
{
    (void)state;
    struct fixture f;
    struct live t;
    char text[512];
    set_up(&f, "pools:\n"
               "- {name: a, machine: Standard_ND96isr_H100_v5}\n"
               "- {name: b, machine: Standard_NC80adis_H100_v5}\n"
               "- {name: c, machine: Standard_ND96isr_H100_v5, taints: ['kept=1:NoSchedule']}\n"
               "- {name: d, machine: Standard_ND96isr_H100_v5}\n");
    cluster_set_state(f.cluster, 3, NODE_CORDONED);
    const uint32_t eight = request(&f, "nvidia.com/gpu", 8, 0);
    struct placement *p = open_named(&f, "first-fit");
    place(&f, p, eight, &t);
    assert_false(placement_fits(p, eight));
    const uint32_t *misfits = placement_misfits(p, eight);
    assert_int_equal(misfits[MISFIT_GPU], 1);
    assert_int_equal(misfits[MISFIT_TOO_SMALL], 1);
    assert_int_equal(misfits[MISFIT_TAINT], 1);
    assert_int_equal(misfits[MISFIT_STATE], 1);
    assert_string_equal(placement_explain(p, eight, text, sizeof text),
                        "0/4 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) "
                        "were unschedulable, 2 Insufficient nvidia.com/gpu.");
    take_away(&f, p, &t);
    assert_true(placement_fits(p, eight));
    placement_free(p);
    tear_down(&f);
}

static uint32_t request_with(struct fixture *f, const char *spec, int64_t gpus)
{
    struct field_reader r = {&f->messages.diag, f->arena, f->names.words, f->names.resources};
    struct yaml_file *file = yaml_parse("p.yaml", spec, strlen(spec), &f->messages.diag);
    const struct node_terms terms = node_terms_read(&r, yaml_doc(file, 0));
    const uint32_t id = node_terms_add(f->names.terms, &terms);
    yaml_close(file);
    assert_string_equal(messages_text(&f->messages), "");
    const struct amount amounts[] = {{RESOURCE_GPU, gpus}};
    return request_add(f->requests, amounts, 1, id, NULL);
}

static void what_a_pod_tolerates_and_prefers_counts(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, "pools:\n"
               "- {name: a, machine: Standard_ND96isr_H100_v5, taints: ['spot:PreferNoSchedule']}\n"
               "- {name: b, machine: Standard_ND96isr_H100_v5, labels: {tier: gold}}\n"
               "- {name: c, machine: Standard_ND96isr_H100_v5, labels: {tier: tin}, taints: "
               "['kept=1:NoSchedule', 'spot:PreferNoSchedule', 'old:PreferNoSchedule']}\n");
    struct placement *p = open_named(&f, "least-allocated");
    const uint32_t plain = request(&f, "nvidia.com/gpu", 1, 0);
    const uint32_t spot = request_with(&f, "{tolerations: [{key: spot, operator: Exists}]}", 1);
    const uint32_t all = request_with(&f, "{tolerations: [{operator: Exists}]}", 1);
    const uint32_t kept = request_with(&f, "{tolerations: [{key: kept, operator: Exists}]}", 1);
    const uint32_t tin = request_with(
        &f,
        "{tolerations: [{operator: Exists}], affinity: {nodeAffinity: "
        "{preferredDuringSchedulingIgnoredDuringExecution: [{weight: 40, preference: "
        "{matchExpressions: [{key: tier, operator: In, values: [tin]}]}}, {weight: 10, preference: "
        "{matchExpressions: [{key: tier, operator: Exists}]}}]}}}",
        1);
    static const int64_t none = SCORE_NONE;
    const struct {
        uint32_t request;
        int64_t a, b, c; /* beyond the score of an empty node; SCORE_NONE: may not be there */
    } rows[] = {
        {plain, 0, 300, none},
        {spot, 300, 300, none},
        {all, 300, 300, 300},
        {kept, 150, 300, 0},             /* one of two taints, none, two */
        {tin, 300, 300 + 40, 300 + 200}, /* 10 of 50, all of them */
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        const int64_t want[] = {rows[i].a, rows[i].b, rows[i].c};
        const int64_t empty = placement_score(p, rows[i].request, 1) - rows[i].b;
        assert_in_range(empty, 90, 180);
        for (uint32_t n = 0; n < 3; n++)
            assert_true(placement_score(p, rows[i].request, n) ==
                        (want[n] == SCORE_NONE ? SCORE_NONE : empty + want[n]));
    }
    placement_free(p);
    tear_down(&f);
}

/* A 1g on a GPU that has one already costs fewer layouts than on an empty one; a node full of empty
 * GPUs is left for 3g. */
static void mig_aware_gathers_small_instances(void **state)
{
    (void)state;
    struct fixture f;
    struct live t[8];
    set_up(&f, "pools:\n"
               "- name: n\n"
               "  machine: Standard_NC40ads_H100_v5\n"
               "  count: 3\n"
               "  mig: {layout: [3g.47gb, 1g.12gb, 1g.12gb, 1g.12gb, 1g.12gb]}\n");
    assert_string_equal(messages_text(&f.messages), "");
    const uint32_t small = request(&f, "nvidia.com/mig-1g.12gb", 1, 0);
    const uint32_t large = request(&f, "nvidia.com/mig-3g.47gb", 1, 0);
    struct placement *p = open_named(&f, "mig-aware");
    assert_string_equal(node_name(&f, place(&f, p, large, &t[0])), "n-0");
    /* Beside a 3g, a 1g takes few layouts away: there were few left. */
    assert_string_equal(node_name(&f, place(&f, p, small, &t[1])), "n-0");
    assert_string_equal(node_name(&f, place(&f, p, small, &t[2])), "n-0");
    assert_string_equal(node_name(&f, place(&f, p, large, &t[3])), "n-1");
    assert_string_equal(node_name(&f, place(&f, p, small, &t[4])), "n-0");
    assert_string_equal(node_name(&f, place(&f, p, small, &t[5])), "n-0");
    assert_string_equal(node_name(&f, place(&f, p, small, &t[6])), "n-1");
    placement_free(p);
    tear_down(&f);
}

/* As many slices are free on both nodes; which of them still have more layouts decides. */
static void mig_aware_counts_layouts_not_slices(void **state)
{
    (void)state;
    struct fixture f;
    struct live t[4];
    set_up(&f, "pools:\n"
               "- name: n\n"
               "  machine: Standard_NC40ads_H100_v5\n"
               "  count: 2\n"
               "  mig: {layout: [2g.24gb, 2g.24gb, 1g.12gb, 1g.12gb, 1g.12gb]}\n");
    const uint32_t small = request(&f, "nvidia.com/mig-1g.12gb", 1, 0);
    const uint32_t middle = request(&f, "nvidia.com/mig-2g.24gb", 1, 0);
    bind(&f, &t[0], middle, &(struct placement_pick){.node = 0});
    bind(&f, &t[1], small, &(struct placement_pick){.node = 1});
    bind(&f, &t[2], small, &(struct placement_pick){.node = 1});
    assert_int_equal(cluster_idle_milli(f.cluster, 0), cluster_idle_milli(f.cluster, 1));
    struct placement *p = open_named(&f, "mig-aware");
    assert_int_equal(place(&f, p, middle, &t[3]), 1);
    placement_free(p);
    tear_down(&f);
}

/* Of two half-used GPUs FGD chooses the one that leaves whole pieces of the typical size. */
static void fgd_keeps_room_for_what_is_typical(void **state)
{
    (void)state;
    struct fixture f;
    struct live t[3];
    set_up(&f, "pools:\n- {name: n, machine: Standard_NC80adis_H100_v5}\n");
    const uint32_t half = request(&f, "nvidia.com/gpu", 0, 500);
    const uint32_t third = request(&f, "nvidia.com/gpu", 0, 300);
    const uint32_t fifth = request(&f, "nvidia.com/gpu", 0, 200);
    struct placement *p = open_named(&f, "fgd");
    for (int i = 0; i < 64; i++)
        placement_came(p, half, 1);
    place(&f, p, third, &t[0]);                  /* 700 left on one GPU, 1000 on the other */
    assert_int_equal(t[0].task.uses[0].unit, 0); /* the first of equals */
    place(&f, p, fifth, &t[1]);                  /* beside it: 500 and 1000 serve halves thrice */
    assert_int_equal(t[1].task.uses[0].unit, t[0].task.uses[0].unit);
    /* best fit would put it there, too, and leave 200: FGD breaks a whole GPU for 700. */
    place(&f, p, third, &t[2]);
    assert_int_not_equal(t[2].task.uses[0].unit, t[0].task.uses[0].unit);
    placement_free(p);
    tear_down(&f);
}

int main(void)
{
    enum { MOST = 64 };
    struct CMUnitTest tests[MOST] = {
        cmocka_unit_test(ties_go_by_name_unless_the_strategy_says_otherwise),
        cmocka_unit_test(best_fit_fills_a_node_and_worst_fit_spreads),
        cmocka_unit_test(random_takes_every_node_and_gpu_alike),
        cmocka_unit_test(a_preferred_taint_comes_before_the_strategy),
        cmocka_unit_test(misfits_tell_full_nodes_from_small_ones),
        cmocka_unit_test(mig_aware_gathers_small_instances),
        cmocka_unit_test(mig_aware_counts_layouts_not_slices),
        cmocka_unit_test(what_a_pod_tolerates_and_prefers_counts),
        cmocka_unit_test(fgd_keeps_room_for_what_is_typical),
    };
    size_t len = 9;
    for (const struct strategy_ops *const *ops = placement_all(); *ops != NULL; ops++)
        tests[len++] = (struct CMUnitTest){.name = (*ops)->name,
                                           .test_func = check_strategy,
                                           .initial_state = (void *)(uintptr_t)*ops};
    return _cmocka_run_group_tests("placement", tests, len, NULL, NULL);
}
