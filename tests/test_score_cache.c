#include "policies/placement/score_cache.h"

#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

/* --- the tree --- */

static void the_tree_agrees_with_looking_at_all(void **state)
{
    (void)state;
    enum { MOST = 700, STEPS = 6000, SEED = 17 };
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "score_tree", 0);
    struct score_tree t = {0};
    int64_t scores[MOST];
    uint32_t len = 0;
    for (int step = 0; step < STEPS; step++) {
        if (step % 500 == 0) {
            len = 1 + (uint32_t)gsl_rng_uniform_int(rng, step % 1000 == 0 ? 20 : MOST);
            score_tree_reset(&t, len);
            for (uint32_t i = 0; i < len; i++) {
                scores[i] = gsl_rng_uniform_int(rng, 3) ? (int64_t)gsl_rng_uniform_int(rng, 9) - 4
                                                        : SCORE_NONE;
                score_tree_put(&t, i, scores[i]);
            }
            score_tree_build(&t);
        }
        const uint32_t at = (uint32_t)gsl_rng_uniform_int(rng, len);
        scores[at] =
            gsl_rng_uniform_int(rng, 3) ? (int64_t)gsl_rng_uniform_int(rng, 9) - 4 : SCORE_NONE;
        score_tree_set(&t, at, scores[at]);
        int64_t best = SCORE_NONE;
        for (uint32_t i = 0; i < len; i++)
            best = scores[i] > best ? scores[i] : best;
        assert_true(score_tree_best(&t) == best);
        uint32_t ties = 0;
        for (uint32_t i = 0; i < len && best != SCORE_NONE; i++)
            if (scores[i] == best)
                assert_int_equal(score_tree_nth(&t, ties++), i);
        if (best != SCORE_NONE)
            assert_int_equal(score_tree_ties(&t), ties);
    }
    score_tree_fini(&t);
    gsl_rng_free(rng);
}

static void an_empty_tree_has_no_best(void **state)
{
    (void)state;
    struct score_tree t = {0};
    assert_true(score_tree_best(&t) == SCORE_NONE);
    score_tree_reset(&t, 0);
    assert_true(score_tree_best(&t) == SCORE_NONE);
    score_tree_reset(&t, 1);
    assert_true(score_tree_best(&t) == SCORE_NONE);
    score_tree_set(&t, 0, -5);
    assert_true(score_tree_best(&t) == -5);
    score_tree_fini(&t);
}

/* --- the cache --- */

enum { NODES = 120, REQUESTS = 12 };

struct fixture {
    struct intern *resources;
    struct request_table *requests;
    struct cluster *cluster;
    uint32_t rank[NODES];
    int64_t traits[NODES][SCORE_TRAITS];
    unsigned scored; /* calls */
};

static bool admit(void *context, const struct request *r, const struct node *n,
                  int64_t traits[SCORE_TRAITS], uint8_t *misfit)
{
    const struct fixture *f = context;
    if (r->terms == 0)
        return true;
    memcpy(traits, f->traits[n->id], sizeof f->traits[n->id]);
    *misfit = 4;
    return (n->id + r->terms) % 5 != 0;
}

/* Few distinct values, so that there are ties. */
static int64_t score(void *context, const struct request *r, uint32_t node, uint8_t *misfit)
{
    struct fixture *f = context;
    f->scored++;
    if (cluster_fits(f->cluster, node, r) == 0) {
        *misfit = (uint8_t)(1 + node % 2);
        return SCORE_NONE;
    }
    return cluster_free_of(f->cluster, node, RESOURCE_CPU) / 2000;
}

/* Equal, so that groups tie: what one trait takes away, the other gives. */
static const struct trait_weight weights[SCORE_TRAITS] = {{2, true}, {2, false}};

static void set_up(struct fixture *f, gsl_rng *rng)
{
    memset(f, 0, sizeof *f);
    f->resources = resource_names_new();
    f->requests = request_table_new(f->resources);
    f->cluster = cluster_new();
    cluster_add_pool(f->cluster, "pool", "machine", KIND_NONE);
    for (uint32_t n = 0; n < NODES; n++) {
        const struct amount cpu = {RESOURCE_CPU, 1000 * (4 + n % 7)};
        cluster_add_node(f->cluster,
                         &(struct node_spec){
                             .name = "n", .state = NODE_READY, .amounts = &cpu, .amounts_len = 1});
        f->rank[n] = n;
        f->traits[n][0] = (int64_t)gsl_rng_uniform_int(rng, 2);
        f->traits[n][1] = 7 * (int64_t)gsl_rng_uniform_int(rng, 3);
    }
    for (uint32_t n = NODES - 1; n > 0; n--) {
        const uint32_t other = (uint32_t)gsl_rng_uniform_int(rng, n + 1);
        const uint32_t swap = f->rank[n];
        f->rank[n] = f->rank[other];
        f->rank[other] = swap;
    }
    cluster_seal(f->cluster, RESOURCES_FIXED);
}

static void tear_down(struct fixture *f)
{
    cluster_free(f->cluster);
    request_table_free(f->requests);
    intern_free(f->resources);
}

static struct score_cache *new_cache(struct fixture *f)
{
    const struct score_judge judge = {.context = f, .admit = admit, .score = score};
    return score_cache_new(f->cluster, f->requests, &judge, weights, f->rank);
}

static int64_t slow_total(struct fixture *f, const struct request *r, uint32_t node)
{
    int64_t traits[SCORE_TRAITS] = {0}, most[SCORE_TRAITS] = {0};
    uint8_t why;
    for (uint32_t n = 0; n < NODES; n++) {
        int64_t other[SCORE_TRAITS] = {0};
        if (!admit(f, r, &f->cluster->nodes[n], other, &why) || score(f, r, n, &why) == SCORE_NONE)
            continue;
        for (int t = 0; t < SCORE_TRAITS; t++)
            most[t] = other[t] > most[t] ? other[t] : most[t];
    }
    if (!admit(f, r, &f->cluster->nodes[node], traits, &why))
        return SCORE_NONE;
    const int64_t own = score(f, r, node, &why);
    if (own == SCORE_NONE)
        return SCORE_NONE;
    return own + 2 * (most[0] == 0 ? 100 : 100 - 100 * traits[0] / most[0]) +
           2 * (most[1] == 0 ? 0 : 100 * traits[1] / most[1]);
}

static void expect_misfits(struct fixture *f, const struct request *r, const uint32_t *got)
{
    uint32_t want[MISFITS] = {0};
    for (uint32_t n = 0; n < NODES; n++) {
        int64_t traits[SCORE_TRAITS];
        uint8_t why = 0;
        if (!admit(f, r, &f->cluster->nodes[n], traits, &why) ||
            (why = 0, score(f, r, n, &why) == SCORE_NONE))
            for (int i = 0; i < MISFITS; i++)
                want[i] += why >> i & 1;
    }
    assert_memory_equal(got, want, sizeof want);
}

static void expect_as_if_all_were_scored(struct fixture *f, struct score_cache *s, uint32_t request)
{
    const struct request *r = request_get(f->requests, request);
    int64_t best = SCORE_NONE;
    uint32_t first = NODE_NONE, ties = 0;
    for (uint32_t n = 0; n < NODES; n++) {
        const int64_t total = slow_total(f, r, n);
        assert_true(score_cache_total(s, request, n) == total);
        if (total == SCORE_NONE || total < best)
            continue;
        ties = total > best ? 1 : ties + 1;
        if (total > best || f->rank[n] < f->rank[first])
            first = n;
        best = total;
    }
    struct score_best got;
    assert_int_equal(score_cache_best(s, request, &got), first != NODE_NONE);
    assert_int_equal(got.node, first);
    assert_true(got.total == best);
    assert_int_equal(got.ties, ties);
    bool seen[NODES] = {false};
    for (uint32_t i = 0; i < ties; i++) {
        const uint32_t n = score_cache_nth(s, request, i);
        assert_false(seen[n]);
        seen[n] = true;
        assert_true(slow_total(f, r, n) == best);
    }
    expect_misfits(f, r, score_cache_misfits(s, request));
}

static void the_cache_agrees_with_scoring_all_nodes(void **state)
{
    (void)state;
    enum { STEPS = 4000, SEED = 23 };
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "score_cache", 0);
    struct fixture f;
    set_up(&f, rng);
    struct score_cache *s = new_cache(&f);
    uint32_t requests[REQUESTS];
    for (uint32_t i = 0; i < REQUESTS; i++)
        requests[i] =
            request_add(f.requests, &(struct amount){RESOURCE_CPU, 500 * (1 + i)}, 1, i % 4, NULL);
    for (int step = 0; step < STEPS; step++) {
        const struct request *r =
            request_get(f.requests, requests[gsl_rng_uniform_int(rng, REQUESTS)]);
        const uint32_t node = (uint32_t)gsl_rng_uniform_int(rng, NODES);
        if (cluster_fits(f.cluster, node, r) > 0)
            cluster_take(f.cluster, node, r, 1);
        else if (f.cluster->nodes[node].tasks > 0 &&
                 cluster_capacity_of(f.cluster, node, RESOURCE_CPU) -
                         cluster_free_of(f.cluster, node, RESOURCE_CPU) >=
                     r->amounts[0].value)
            cluster_give(f.cluster, node, r, 1);
        if (gsl_rng_uniform_int(rng, 20) == 0)
            cluster_set_state(f.cluster, node,
                              gsl_rng_uniform_int(rng, 2) ? NODE_READY : NODE_DOWN);
        if (gsl_rng_uniform_int(rng, 300) == 0) {
            f.traits[node][0] = 5;
            score_cache_forget(s);
        }
        if (step % 9 == 0)
            expect_as_if_all_were_scored(&f, s, r->id);
    }
    score_cache_free(s);
    gsl_rng_free(rng);
    tear_down(&f);
}

static void only_nodes_that_changed_are_scored_again(void **state)
{
    (void)state;
    gsl_rng *rng = rng_open(1, 0, "score_cache", 0);
    struct fixture f;
    set_up(&f, rng);
    struct score_cache *s = new_cache(&f);
    struct score_best best;
    const uint32_t a = request_add(f.requests, &(struct amount){RESOURCE_CPU, 10}, 1, 0, NULL);
    const uint32_t b = request_add(f.requests, &(struct amount){RESOURCE_CPU, 20}, 1, 1, NULL);
    score_cache_best(s, a, &best);
    assert_int_equal(f.scored, NODES);
    score_cache_best(s, b, &best);
    assert_int_equal(f.scored, NODES + NODES * 4 / 5);
    f.scored = 0;
    score_cache_best(s, a, &best);
    assert_int_equal(f.scored, 0);
    for (int i = 0; i < 3; i++)
        cluster_take(f.cluster, 8, request_get(f.requests, a), 1);
    cluster_take(f.cluster, 9, request_get(f.requests, a), 1); /* never for b */
    score_cache_best(s, a, &best);
    assert_int_equal(f.scored, 2);
    score_cache_best(s, b, &best);
    assert_int_equal(f.scored, 3);
    score_cache_free(s);
    gsl_rng_free(rng);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_agrees_with_looking_at_all),
        cmocka_unit_test(an_empty_tree_has_no_best),
        cmocka_unit_test(the_cache_agrees_with_scoring_all_nodes),
        cmocka_unit_test(only_nodes_that_changed_are_scored_again),
    };
    return cmocka_run_group_tests_name("score_cache", tests, NULL, NULL);
}
