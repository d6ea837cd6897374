#include "models/free_index.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { NODES = 150, REQUESTS = 40 };

struct fixture {
    struct intern *resources;
    struct request_table *requests;
    struct cluster *cluster;
};

static void set_up(struct fixture *f)
{
    f->resources = resource_names_new();
    f->requests = request_table_new(f->resources);
    f->cluster = cluster_new();
    cluster_add_pool(f->cluster, "pool", "machine", KIND_NONE);
    for (uint32_t n = 0; n < NODES; n++) {
        const struct amount amounts[] = {{RESOURCE_CPU, 1000 * (1 + n % 7)}, {RESOURCE_MEMORY, 64}};
        cluster_add_node(f->cluster,
                         &(struct node_spec){.name = arena_printf(f->cluster->arena, "n%u", n),
                                             .state = NODE_READY,
                                             .amounts = amounts,
                                             .amounts_len = LEN(amounts)});
    }
    cluster_seal(f->cluster, RESOURCES_FIXED);
}

static void tear_down(struct fixture *f)
{
    cluster_free(f->cluster);
    request_table_free(f->requests);
    intern_free(f->resources);
}

static bool odd_nodes_only(const void *context, const struct request *r, const struct node *n)
{
    (void)context;
    return r->terms == 0 || n->id % 2 == 1;
}

static void expect_as_if_walked(struct fixture *f, struct free_index *ix, uint32_t request,
                                uint32_t from)
{
    const struct request *r = request_get(f->requests, request);
    uint64_t total = 0;
    uint32_t next = NODE_NONE;
    for (uint32_t n = NODES; n-- > 0;) {
        const bool admits = odd_nodes_only(NULL, r, &f->cluster->nodes[n]);
        const int64_t fits = admits ? cluster_fits(f->cluster, n, r) : 0;
        total += (uint64_t)fits;
        if (fits > 0 && n >= from)
            next = n;
        assert_int_equal(free_index_fits(ix, request, n), fits);
    }
    assert_int_equal(free_index_total(ix, request), total);
    assert_int_equal(free_index_next(ix, request, from), next);
}

static void agrees_with_walking_all_nodes(void **state)
{
    (void)state;
    enum { STEPS = 3000, SEED = 3 };
    print_message("seed %d\n", SEED);
    struct fixture f;
    set_up(&f);
    struct free_index *ix = free_index_new(f.cluster, f.requests, odd_nodes_only, NULL);
    gsl_rng *rng = rng_open(SEED, 0, "free_index", 0);
    for (int step = 0; step < STEPS; step++) {
        const struct amount amounts[] = {
            {RESOURCE_CPU, 250 * (1 + (int64_t)gsl_rng_uniform_int(rng, 10))},
            {RESOURCE_MEMORY, (int64_t)gsl_rng_uniform_int(rng, 4)},
        };
        const uint32_t request =
            request_add(f.requests, amounts, 2, (uint32_t)gsl_rng_uniform_int(rng, 2), NULL);
        const struct request *r = request_get(f.requests, request);
        const uint32_t node = (uint32_t)gsl_rng_uniform_int(rng, NODES);
        if (cluster_fits(f.cluster, node, r) > 0)
            cluster_take(f.cluster, node, r, 1);
        if (gsl_rng_uniform_int(rng, 20) == 0)
            cluster_set_state(f.cluster, node,
                              gsl_rng_uniform_int(rng, 2) ? NODE_READY : NODE_DOWN);
        if (step % 8 == 0)
            expect_as_if_walked(&f, ix, request, (uint32_t)gsl_rng_uniform_int(rng, NODES));
    }
    gsl_rng_free(rng);
    free_index_free(ix);
    tear_down(&f);
}

static void a_request_for_what_no_node_has_fits_nowhere(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    struct free_index *ix = free_index_new(f.cluster, f.requests, NULL, NULL);
    const uint32_t unknown = intern_add(f.resources, "example.com/fpga");
    const uint32_t request = request_add(f.requests, &(struct amount){unknown, 1}, 1, 0, NULL);
    assert_int_equal(free_index_total(ix, request), 0);
    assert_int_equal(free_index_next(ix, request, 0), NODE_NONE);
    free_index_free(ix);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_walking_all_nodes),
        cmocka_unit_test(a_request_for_what_no_node_has_fits_nowhere),
    };
    return cmocka_run_group_tests_name("free_index", tests, NULL, NULL);
}
