#include "models/gpu_share.h"

#include "models/device.h"
#include "models/device_activity.h"
#include "models/gpu_model.h"
#include "models/job.h"
#include "models/sharing.h"
#include "sim/intern.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { NODES = 3, GPUS = 4, CPU_MILLI = 16000 };

static const struct gpu_model model = {.name = "test"};

struct fixture {
    struct intern *resources;
    struct request_table *requests;
    struct cluster *cluster;
    struct device_unit units[GPUS];
};

/* GPU 3 of the last node is partitioned: nobody gets it, whole or in shares. */
static void set_up(struct fixture *f)
{
    static const struct device_unit whole = {.domain = UINT16_MAX, .milli = 1000};
    f->resources = resource_names_new();
    f->requests = request_table_new(f->resources);
    f->cluster = cluster_new();
    const uint32_t kind = cluster_add_kind(f->cluster, &model);
    cluster_add_pool(f->cluster, "pool", "machine", kind);
    static struct device_unit partitioned[GPUS];
    for (uint16_t g = 0; g < GPUS; g++) {
        f->units[g] = partitioned[g] = whole;
        f->units[g].gpu = partitioned[g].gpu = g;
    }
    partitioned[GPUS - 1].milli = 0;
    const struct amount cpu = {RESOURCE_CPU, CPU_MILLI};
    for (uint32_t n = 0; n < NODES; n++) {
        const struct class_spec k = {.resource = RESOURCE_GPU,
                                     .kind = DEVICE_WHOLE,
                                     .units = n == NODES - 1 ? partitioned : f->units,
                                     .units_len = GPUS};
        cluster_add_node(f->cluster, &(struct node_spec){.name = "n",
                                                         .state = NODE_READY,
                                                         .gpus = GPUS,
                                                         .is_numbered = true,
                                                         .amounts = &cpu,
                                                         .amounts_len = 1,
                                                         .classes = &k,
                                                         .classes_len = 1});
    }
    cluster_seal(f->cluster, RESOURCES_FIXED);
}

static void tear_down(struct fixture *f)
{
    cluster_free(f->cluster);
    request_table_free(f->requests);
    intern_free(f->resources);
}

static const struct request *share(struct fixture *f, uint16_t milli, int64_t cpu)
{
    const struct amount a = {RESOURCE_CPU, cpu};
    const struct device_load load = {.gpu_milli = milli};
    return request_get(f->requests, request_add(f->requests, &a, 1, 0, &load));
}

static const struct request *whole(struct fixture *f, int64_t gpus)
{
    const struct amount a = {RESOURCE_GPU, gpus};
    return request_get(f->requests, request_add(f->requests, &a, 1, 0, NULL));
}

static bool bind(struct fixture *f, struct task *t, const struct request *r, uint32_t node,
                 uint32_t count, uint64_t mask)
{
    *t = (struct task){.node = node, .count = count};
    if (cluster_fits(f->cluster, node, r) < count)
        return false;
    if (mask == 0)
        device_take(f->cluster, t, r, count);
    else if (!device_take_gpus(f->cluster, t, r, count, mask))
        return false;
    cluster_take(f->cluster, node, r, count);
    return true;
}

static void unbind(struct fixture *f, struct task *t, const struct request *r)
{
    device_give(f->cluster, t, r);
    cluster_give(f->cluster, t->node, r, t->count);
}

static void a_share_is_asked_for_beside_the_amounts(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    const struct request *r = share(&f, 300, 1000);
    assert_int_equal(r->gpus, 1); /* for reports */
    assert_int_equal(cluster_fits(f.cluster, 0, r), 12);
    assert_int_equal(cluster_fits(f.cluster, 2, r), 9);
    assert_int_equal(cluster_could_fit(f.cluster, 2, r), 9);
    assert_int_equal(cluster_fits(f.cluster, 0, share(&f, 300, 8000)), 2);
    tear_down(&f);
}

static void shares_go_where_they_leave_least_and_the_lowest_gpu_wins(void **state)
{
    (void)state;
    struct fixture f;
    struct task a, b, c, d;
    set_up(&f);
    assert_true(bind(&f, &a, share(&f, 600, 0), 0, 1, 0));
    assert_int_equal(a.uses[0].unit, 0);
    assert_true(bind(&f, &b, share(&f, 500, 0), 0, 1, 0));
    assert_int_equal(b.uses[0].unit, 1);
    assert_true(bind(&f, &c, share(&f, 400, 0), 0, 1, 0));
    assert_int_equal(c.uses[0].unit, 0);
    assert_true(bind(&f, &d, whole(&f, 2), 0, 1, 0));
    assert_int_equal(d.gpu_mask, 0xc);
    assert_int_equal(cluster_free_of(f.cluster, 0, RESOURCE_GPU), 0);
    assert_int_equal(f.cluster->nodes[0].allocated_milli, 3500);
    assert_int_equal(device_milli(f.cluster, &c, share(&f, 400, 0)), 400);
    assert_true(device_speed(f.cluster, &c, &share(&f, 400, 0)->load) == SPEED_ONE);
    assert_int_equal(device_active_milli(f.cluster, &c, share(&f, 400, 0)), 400);
    unbind(&f, &b, share(&f, 500, 0));
    assert_int_equal(cluster_free_of(f.cluster, 0, RESOURCE_GPU), 1);
    unbind(&f, &a, share(&f, 600, 0));
    assert_int_equal(cluster_free_of(f.cluster, 0, RESOURCE_GPU), 1); /* c still is on GPU 0 */
    unbind(&f, &c, share(&f, 400, 0));
    assert_int_equal(cluster_free_of(f.cluster, 0, RESOURCE_GPU), 2);
    unbind(&f, &d, whole(&f, 2));
    assert_int_equal(f.cluster->pools[0].allocated_milli, 0);
    tear_down(&f);
}

static void a_chosen_gpu_must_have_room_for_all_shares(void **state)
{
    (void)state;
    struct fixture f;
    struct task a, b;
    set_up(&f);
    assert_true(bind(&f, &a, share(&f, 400, 0), 0, 2, 1 << 2));
    assert_int_equal(a.uses_len, 2);
    assert_int_equal(a.uses[1].unit, 2);
    assert_false(bind(&f, &b, share(&f, 400, 0), 0, 1, 1 << 2)); /* 200 are left */
    assert_false(bind(&f, &b, share(&f, 100, 0), 0, 1, 3));      /* two GPUs */
    assert_false(bind(&f, &b, share(&f, 100, 0), 0, 1, 1 << 5)); /* there is none */
    assert_false(bind(&f, &b, share(&f, 100, 0), 2, 1, 1 << 3)); /* partitioned */
    assert_false(bind(&f, &b, whole(&f, 1), 0, 1, 1 << 2));
    assert_true(bind(&f, &b, whole(&f, 1), 0, 1, 1 << 1));
    assert_false(bind(&f, &b, share(&f, 100, 0), 0, 1, 1 << 1));
    unbind(&f, &a, share(&f, 400, 0));
    assert_int_equal(cluster_free_of(f.cluster, 0, RESOURCE_GPU), 3);
    tear_down(&f);
}

/* --- against a reference that keeps thousandths by GPU --- */

struct held {
    struct task task;
    const struct request *request;
    bool is_live;
};

static void expect_left(struct fixture *f, const int64_t left[NODES][GPUS], uint16_t milli)
{
    for (uint32_t n = 0; n < NODES; n++) {
        int64_t fits = 0, free = 0, used = 0;
        for (uint32_t g = 0; g < GPUS; g++) {
            fits += left[n][g] / milli;
            free += left[n][g] == 1000;
            used += 1000 - left[n][g];
        }
        assert_int_equal(cluster_fits(f->cluster, n, share(f, milli, 0)), fits);
        assert_int_equal(cluster_free_of(f->cluster, n, RESOURCE_GPU), free);
        assert_int_equal(f->cluster->nodes[n].allocated_milli, used - (n == NODES - 1) * 1000);
    }
}

static void count_in(const struct held *h, int64_t left[NODES][GPUS], int64_t sign)
{
    for (uint32_t i = 0; i < h->task.uses_len; i++)
        left[h->task.node][h->task.uses[i].unit] -= sign * h->request->load.gpu_milli;
    for (uint64_t mask = h->task.gpu_mask; mask != 0; mask &= mask - 1)
        left[h->task.node][__builtin_ctzll(mask)] -= sign * 1000;
}

static void shares_and_whole_gpus_never_meet(void **state)
{
    (void)state;
    enum { STEPS = 20000, HELD = 24, SEED = 11 };
    print_message("seed %d\n", SEED);
    struct fixture f;
    set_up(&f);
    struct held held[HELD] = {0};
    int64_t left[NODES][GPUS];
    for (uint32_t n = 0; n < NODES; n++)
        for (uint32_t g = 0; g < GPUS; g++)
            left[n][g] = n == NODES - 1 && g == GPUS - 1 ? 0 : 1000;
    gsl_rng *rng = rng_open(SEED, 0, "gpu_share", 0);
    for (int step = 0; step < STEPS; step++) {
        struct held *h = &held[gsl_rng_uniform_int(rng, HELD)];
        if (h->is_live) {
            count_in(h, left, -1);
            unbind(&f, &h->task, h->request);
            h->is_live = false;
        } else {
            const uint16_t milli = (uint16_t)(1 + gsl_rng_uniform_int(rng, 999));
            h->request = gsl_rng_uniform_int(rng, 4) == 0
                             ? whole(&f, 1 + (int64_t)gsl_rng_uniform_int(rng, 3))
                             : share(&f, milli, 0);
            h->is_live = bind(&f, &h->task, h->request, (uint32_t)gsl_rng_uniform_int(rng, NODES),
                              1 + (uint32_t)gsl_rng_uniform_int(rng, 2), 0);
            if (h->is_live)
                count_in(h, left, 1);
        }
        expect_left(&f, (const int64_t(*)[GPUS])left,
                    (uint16_t)(1 + gsl_rng_uniform_int(rng, 999)));
    }
    for (int i = 0; i < HELD; i++)
        if (held[i].is_live)
            unbind(&f, &held[i].task, held[i].request);
    assert_int_equal(f.cluster->pools[0].allocated_milli, 0);
    gsl_rng_free(rng);
    tear_down(&f);
}

static void what_scores_count_belongs_to_the_request(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    const struct request *bare = whole(&f, 1);
    assert_int_equal(bare->scored_cpu_milli, 100);
    assert_int_equal(bare->scored_memory_bytes, 200 << 20);
    const struct request *named = share(&f, 10, 250);
    assert_int_equal(named->scored_cpu_milli, 250);
    const struct amount a = {RESOURCE_CPU, 250};
    const struct request_spec two = {.amounts = &a,
                                     .amounts_len = 1,
                                     .load = &named->load,
                                     .scored_cpu_milli = 350,
                                     .scored_memory_bytes = 0};
    const uint32_t id = request_add_spec(f.requests, &two);
    assert_int_not_equal(id, named->id);
    assert_int_equal(request_add_spec(f.requests, &two), id);
    assert_int_equal(request_get(f.requests, id)->scored_cpu_milli, 350);
    assert_int_equal(request_get(f.requests, id)->scored_memory_bytes, 0);
    const uint32_t other = request_with_terms(f.requests, id, 7);
    assert_int_equal(request_get(f.requests, other)->terms, 7);
    assert_int_equal(request_get(f.requests, other)->scored_cpu_milli, 350);
    assert_int_equal(request_with_terms(f.requests, other, 0), id);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_asked_for_beside_the_amounts),
        cmocka_unit_test(shares_go_where_they_leave_least_and_the_lowest_gpu_wins),
        cmocka_unit_test(a_chosen_gpu_must_have_room_for_all_shares),
        cmocka_unit_test(shares_and_whole_gpus_never_meet),
        cmocka_unit_test(what_scores_count_belongs_to_the_request),
    };
    return cmocka_run_group_tests_name("gpu_share", tests, NULL, NULL);
}
