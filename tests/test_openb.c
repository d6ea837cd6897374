/* openb: how much of 6,212 GPUs is allocated when pods have asked for 130 % of them. The files are
 * not part of the repository. */
#include "tests/openb_world.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct files {
    char nodes[512], pods[512], node_order[512], order[600];
    char *typical;
    char *policy; /* scratch */
};

enum { POLICY_BYTES = 1 << 21 };

static void find_files(struct files *f)
{
    const char *shared = shared_data_dir();
    if (shared == NULL) {
        print_message("openb: not present, skipped\n");
        skip();
    }
    snprintf(f->nodes, sizeof f->nodes, "%s/traces/gpu/openb/openb_node_list_gpu_node.csv.gz",
             shared);
    snprintf(f->pods, sizeof f->pods, "%s/traces/gpu/openb/openb_pod_list_default.csv.gz", shared);
    snprintf(f->node_order, sizeof f->node_order, "%s/conformance/fgd/node_order.txt", shared);
    snprintf(f->order, sizeof f->order, "order: %s/conformance/fgd/arrival_order.csv", shared);
    f->typical = openb_typical(f->pods);
    f->policy = malloc(POLICY_BYTES);
}

static void forget_files(struct files *f)
{
    free(f->typical);
    free(f->policy);
}

static const char *policy_text(struct files *f, const char *placement, const char *ties)
{
    const bool is_fgd = strcmp(placement, "fgd") == 0;
    snprintf(f->policy, POLICY_BYTES, "placement: {%s: {%s}}, ties: %s", placement,
             is_fgd ? f->typical : "", ties);
    return f->policy;
}

/* published_results.md (b), seed 42: the very totals. */
static void seed_42_allocates_what_the_papers_simulator_does(void **state)
{
    (void)state;
    static const struct {
        const char *placement;
        int64_t allocated_milli;
        uint64_t placed; /* 0: not published */
    } rows[] = {
        {"fgd", 5919410, 8334},
        {"fgd-best-fit", 5785450, 0},
        {"gpu-packing", 5688580, 0},
    };
    struct files f;
    find_files(&f);
    for (size_t i = 0; i < LEN(rows); i++) {
        struct openb_world w = {.nodes = f.nodes,
                                .node_order = f.node_order,
                                .pods = f.pods,
                                .source = f.order,
                                .policy = policy_text(&f, rows[i].placement, "by-strategy")};
        openb_world_run(&w);
        print_message("%s: %" PRId64 " milli-GPUs allocated, %" PRIu64 " of %" PRIu64
                      " pods placed, %.3f s\n",
                      rows[i].placement, w.allocated_milli, w.placed, w.arrived, w.run_s);
        assert_int_equal(w.arrived, 10866);
        assert_int_equal(w.allocated_milli, rows[i].allocated_milli);
        if (rows[i].placed > 0)
            assert_int_equal(w.placed, rows[i].placed);
    }
    forget_files(&f);
}

/* --- orders of our own --- */

#ifdef NDEBUG
enum { ORDERS = 10 };
static const double t_95 = 2.262; /* Student's t, 9 degrees of freedom */
#else
enum { ORDERS = 3 }; /* a debug build takes four times as long */
static const double t_95 = 4.303;
#endif

/* Per cent of the GPUs, over the orders: mean and half the width of its 95 % interval. */
static void measure(struct files *f, const char *placement, double *mean, double *half)
{
    const char *ties = strcmp(placement, "random") == 0 ? "random" : "shuffled";
    double x[ORDERS], squares = 0;
    *mean = 0;
    for (int i = 0; i < ORDERS; i++) {
        struct openb_world w = {.nodes = f->nodes,
                                .pods = f->pods,
                                .source = "shuffle: true, demand: 130%",
                                .policy = policy_text(f, placement, ties),
                                .seed = 42 + (uint64_t)i};
        openb_world_run(&w);
        x[i] = (double)w.allocated_milli / 62120;
        *mean += x[i] / ORDERS;
    }
    for (int i = 0; i < ORDERS; i++)
        squares += (x[i] - *mean) * (x[i] - *mean);
    *half = t_95 * sqrt(squares / (ORDERS - 1) / ORDERS);
}

/* The published means are over ten orders, too, drawn by another generator. */
static void fgd_allocates_more_than_all_others(void **state)
{
    (void)state;
    static const struct {
        const char *placement;
        double published;
    } others[] = {{"random", 87.47},      {"dot-product", 90.85},  {"gpu-clustering", 91.88},
                  {"gpu-packing", 92.00}, {"fgd-best-fit", 93.08}, {"first-fit", 0},
                  {"most-allocated", 0},  {"least-allocated", 0}};
    struct files f;
    find_files(&f);
    double fgd, fgd_half;
    measure(&f, "fgd", &fgd, &fgd_half);
    print_message("fgd: %.2f +- %.2f %%, published 95.39\n", fgd, fgd_half);
    assert_true(fabs(fgd - 95.39) < 0.2);
    for (size_t i = 0; i < LEN(others); i++) {
        double mean, half;
        measure(&f, others[i].placement, &mean, &half);
        print_message("%s: %.2f +- %.2f %%", others[i].placement, mean, half);
        if (others[i].published > 0)
            print_message(", published %.2f", others[i].published);
        print_message("\n");
        assert_true(fgd - fgd_half > mean + half);
        assert_true(others[i].published == 0 || fabs(mean - others[i].published) < 0.5);
    }
    forget_files(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seed_42_allocates_what_the_papers_simulator_does),
        cmocka_unit_test(fgd_allocates_more_than_all_others),
    };
    return cmocka_run_group_tests_name("openb", tests, NULL, NULL);
}
