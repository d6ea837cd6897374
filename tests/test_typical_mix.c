#include "models/typical_mix.h"

#include "models/gpu_share.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

enum { NODES = 6, GPUS = 8 };

/* The mix looks at the numbers of nodes only, and at what `admits` says of them. */
static struct cluster *make_cluster(void)
{
    struct cluster *c = cluster_new();
    cluster_add_pool(c, "pool", "machine", KIND_NONE);
    for (uint32_t n = 0; n < NODES; n++)
        cluster_add_node(c, &(struct node_spec){.name = "n", .state = NODE_READY});
    cluster_seal(c, RESOURCES_FIXED);
    return c;
}

static bool not_everywhere(const void *context, uint32_t where, const struct node *n)
{
    (void)context;
    return where == 0 || n->id % 3 != where % 3;
}

/* The definition, word by word. */
static int64_t fragments_for(const struct typical_task *t, uint32_t node,
                             const struct gpu_left *left)
{
    const struct node n = {.id = node};
    uint32_t enough = 0;
    int64_t small = 0;
    for (uint32_t g = 0; g < left->gpus; g++) {
        enough += left->milli[g] >= t->want.milli;
        small += left->milli[g] < t->want.milli ? left->milli[g] : 0;
    }
    if (t->want.gpus == 0 || left->cpu_milli < t->want.cpu_milli || enough < t->want.gpus ||
        !not_everywhere(NULL, t->where, &n))
        return left->total_milli;
    return small;
}

static int64_t slow_fragments(const struct typical_task *tasks, size_t len, uint32_t node,
                              const struct gpu_left *left)
{
    int64_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += tasks[i].count * fragments_for(&tasks[i], node, left);
    return sum;
}

static struct typical_task random_task(gsl_rng *rng)
{
    const uint32_t gpus = (uint32_t)gsl_rng_uniform_int(rng, 4);
    return (struct typical_task){
        .want = {.cpu_milli = 1000 * (int64_t)gsl_rng_uniform_int(rng, 6),
                 .gpus = gpus,
                 .milli = gpus == 1 ? 100 * (1 + (uint32_t)gsl_rng_uniform_int(rng, 10)) : 1000},
        .where = (uint32_t)gsl_rng_uniform_int(rng, 4),
        .count = 1 + (int64_t)gsl_rng_uniform_int(rng, 50),
    };
}

static struct gpu_left random_left(gsl_rng *rng)
{
    struct gpu_left left = {.cpu_milli = 1000 * (int64_t)gsl_rng_uniform_int(rng, 10),
                            .gpus = (uint32_t)gsl_rng_uniform_int(rng, GPUS + 1)};
    for (uint32_t g = 0; g < left.gpus; g++) {
        left.milli[g] = 50 * (uint32_t)gsl_rng_uniform_int(rng, 21);
        left.total_milli += left.milli[g];
    }
    return left;
}

static struct typical_mix *new_mix(const struct typical_task *tasks, size_t len, uint32_t ppm,
                                   const struct cluster *c, typical_admits_fn *admits)
{
    return typical_mix_new(&(struct typical_spec){
        .tasks = tasks, .len = len, .coverage_ppm = ppm, .cluster = c, .admits = admits});
}

static void fragments_are_as_defined(void **state)
{
    (void)state;
    enum { TASKS = 40, MIXES = 40, LEFTS = 50, SEED = 31 };
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "typical_mix", 0);
    struct cluster *c = make_cluster();
    for (int mix = 0; mix < MIXES; mix++) {
        struct typical_task tasks[TASKS];
        int64_t weight = 0;
        for (int i = 0; i < TASKS; i++) {
            tasks[i] = random_task(rng);
            weight += tasks[i].count;
        }
        struct typical_mix *m = new_mix(tasks, TASKS, 1000000, c, not_everywhere);
        assert_int_equal(typical_mix_weight(m), weight);
        for (int k = 0; k < LEFTS; k++) {
            struct gpu_left left = random_left(rng);
            const uint32_t node = (uint32_t)gsl_rng_uniform_int(rng, NODES);
            assert_int_equal(typical_mix_fragments(m, node, &left),
                             slow_fragments(tasks, TASKS, node, &left));
            int64_t after[NODE_MOST_GPUS];
            const uint32_t milli = 50 * (1 + (uint32_t)gsl_rng_uniform_int(rng, 19));
            typical_mix_after_share(m, node, &left, &(struct gpu_demand){1000, 1, milli}, after);
            left.cpu_milli -= 1000;
            for (uint32_t g = 0; g < left.gpus; g++) {
                if (left.milli[g] < milli)
                    continue;
                left.milli[g] -= milli;
                left.total_milli -= milli;
                assert_int_equal(after[g], slow_fragments(tasks, TASKS, node, &left));
                left.milli[g] += milli;
                left.total_milli += milli;
            }
        }
        typical_mix_free(m);
    }
    cluster_free(c);
    gsl_rng_free(rng);
}

static void the_most_frequent_tasks_are_typical(void **state)
{
    (void)state;
    struct cluster *c = make_cluster();
    const struct typical_task tasks[] = {
        {.want = {1000, 1, 500}, .count = 30}, {.want = {1000, 1, 400}, .count = 20},
        {.want = {2000, 1, 400}, .count = 20}, {.want = {1000, 1, 500}, .count = 25},
        {.want = {9000, 1, 900}, .count = 5},  {.want = {9000, 1, 800}, .count = 0},
    };
    struct typical_mix *m = new_mix(tasks, LEN(tasks), 550000, c, NULL);
    assert_int_equal(typical_mix_len(m), 1); /* 55 of 100, of two equal ones */
    assert_int_equal(typical_mix_weight(m), 55);
    typical_mix_free(m);
    m = new_mix(tasks, LEN(tasks), 560000, c, NULL);
    assert_int_equal(typical_mix_weight(m), 75);
    /* Of the two that came 20 times, the one that wants more CPU: with 1500 it cannot run, so all
     * that is left is a fragment to it. */
    const struct gpu_left left = {.cpu_milli = 1500, .gpus = 1, .milli = {700}, .total_milli = 700};
    assert_int_equal(typical_mix_fragments(m, 0, &left), 20 * 700);
    typical_mix_free(m);
    m = new_mix(NULL, 0, 950000, c, NULL);
    assert_int_equal(typical_mix_fragments(m, 0, &left), 0);
    typical_mix_free(m);
    cluster_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragments_are_as_defined),
        cmocka_unit_test(the_most_frequent_tasks_are_typical),
    };
    return cmocka_run_group_tests_name("typical_mix", tests, NULL, NULL);
}
