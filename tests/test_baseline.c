/* The baselines against baseline_reference.c, on random workloads with many ties. */
#include "policies/registry.h"
#include "sim/rng.h"
#include "sim/yaml.h"
#include "tests/baseline_reference.h"
#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 2026, WORKLOADS = 30, JOBS = 120 };

/* One row is one test: a policy with its options, and what the reference is to do. */
static const struct row {
    const char *name;
    const char *policy;
    const char *options; /* YAML; NULL: none */
    struct reference like;
} rows[] = {
    {"fifo", "fifo", NULL, {.policy = REFERENCE_FIFO}},
    {"sjf", "sjf", NULL, {.policy = REFERENCE_SJF}},
    {"sjf_max_wait", "sjf", "max_wait: 40s", {.policy = REFERENCE_SJF, .max_wait_s = 40}},
    {"sjf_max_wait_1", "sjf", "max_wait: 1s", {.policy = REFERENCE_SJF, .max_wait_s = 1}},
    {"easy", "easy", NULL, {.policy = REFERENCE_EASY}},
    {"easy_sjbf", "easy", "order: sjbf", {.policy = REFERENCE_EASY, .shortest_first = true}},
    {"easy_clairvoyant",
     "easy",
     "predictor: clairvoyant",
     {.policy = REFERENCE_EASY, .predictor = KNOWS_TRUTH}},
    {"easy_double",
     "easy",
     "{predictor: double, corrector: recursive-doubling}",
     {.policy = REFERENCE_EASY, .predictor = KNOWS_DOUBLE, .corrector = THEN_DOUBLE}},
    {"easy_tsafrir",
     "easy",
     "{predictor: tsafrir, corrector: recursive-doubling}",
     {.policy = REFERENCE_EASY, .predictor = KNOWS_LAST_TWO, .corrector = THEN_DOUBLE}},
    {"easy_plus_plus",
     "easy",
     "{order: sjbf, predictor: tsafrir, corrector: tsafrir}",
     {.policy = REFERENCE_EASY,
      .shortest_first = true,
      .predictor = KNOWS_LAST_TWO,
      .corrector = THEN_STEPS}},
    {"conservative",
     "conservative",
     NULL,
     {.policy = REFERENCE_CONSERVATIVE, .corrector = THEN_DOUBLE}},
    {"easy_published", "easy", "protocol: published", {.policy = REFERENCE_PUBLISHED_EASY}},
    {"easy_published_sjbf",
     "easy",
     "{protocol: published, order: sjbf}",
     {.policy = REFERENCE_PUBLISHED_EASY, .shortest_first = true}},
    {"easy_published_clairvoyant",
     "easy",
     "{protocol: published, predictor: clairvoyant}",
     {.policy = REFERENCE_PUBLISHED_EASY, .predictor = KNOWS_TRUTH}},
    {"easy_published_doubling",
     "easy",
     "{protocol: published, predictor: tsafrir, corrector: recursive-doubling}",
     {.policy = REFERENCE_PUBLISHED_EASY, .predictor = KNOWS_LAST_TWO, .corrector = THEN_DOUBLE}},
    {"easy_published_plus_plus",
     "easy",
     "{protocol: published, order: sjbf, predictor: tsafrir, corrector: tsafrir}",
     {.policy = REFERENCE_PUBLISHED_EASY,
      .shortest_first = true,
      .predictor = KNOWS_LAST_TWO,
      .corrector = THEN_STEPS}},
};

static uint32_t draw(gsl_rng *rng, unsigned long below)
{
    return (uint32_t)gsl_rng_uniform_int(rng, below);
}

/* Small whole numbers of seconds, so that much happens at the same instant. */
static void random_jobs(gsl_rng *rng, const struct world *w, struct world_job *jobs)
{
    int64_t at_s = 0;
    for (size_t i = 0; i < JOBS; i++) {
        at_s += draw(rng, 2) * draw(rng, 12);
        const uint32_t gpus = draw(rng, 3) == 0 ? 1 : 1 + draw(rng, w->gpus_per_node);
        const uint32_t most = w->nodes * (w->gpus_per_node / gpus);
        const int64_t work_s = 1 + draw(rng, 30);
        const uint32_t kind = draw(rng, 6); /* without a limit, outliving it, or within it */
        const int64_t limit_s = kind == 0   ? 0
                                : kind == 1 ? 1 + draw(rng, (unsigned long)work_s)
                                            : work_s + draw(rng, 40);
        jobs[i] = (struct world_job){
            .submit_s = at_s,
            .work_s = work_s,
            .gpus = gpus,
            .tasks = 1 + (draw(rng, 2) ? draw(rng, most) : 0),
            .limit_s = limit_s,
        };
    }
}

static void run_both(const struct row *row, struct world *w, const struct yaml_node *options)
{
    const struct policy_use use = {.ops = policy_find(row->policy), .options = options};
    w->policies = &use, w->policies_len = 1;
    world_run(w);
    assert_int_equal(w->end, SIMULATION_DRAINED);
    assert_int_equal(w->counts.verbs_refused, 0);
    struct reference *r = calloc(1, sizeof *r);
    *r = row->like;
    r->nodes = w->nodes, r->gpus_per_node = w->gpus_per_node;
    r->jobs = w->jobs, r->jobs_len = w->jobs_len;
    reference_run(r);
    for (size_t i = 0; i < w->jobs_len; i++)
        assert_int_equal(w->results[i].start_s, r->starts_s[i]);
    free(r);
}

static void agrees_with_the_reference(void **state)
{
    const struct row *row = *state;
    struct diag d;
    diag_init(&d, stderr);
    const char *text = row->options == NULL ? "" : row->options;
    struct yaml_file *file = yaml_parse("options", text, strlen(text), &d);
    const uint32_t workloads =
        row->like.policy == REFERENCE_CONSERVATIVE ? WORKLOADS / 2 : WORKLOADS;
    for (uint32_t i = 0; i < workloads; i++) {
        gsl_rng *rng = rng_open(SEED, 0, "baseline", i);
        struct world *w = calloc(1, sizeof *w);
        struct world_job *jobs = calloc(JOBS, sizeof jobs[0]);
        const bool needs_flat = row->like.policy == REFERENCE_PUBLISHED_EASY;
        w->nodes = i % 3 == 0 ? 1 : 1 + draw(rng, 5);
        w->gpus_per_node = i % 4 == 0 || (needs_flat && w->nodes > 1) ? 1 : 1 + draw(rng, 8);
        w->is_loose = draw(rng, 2);
        random_jobs(rng, w, jobs);
        w->jobs = jobs, w->jobs_len = JOBS;
        w->log = stderr;
        print_message("seed %d, workload %u: %u nodes of %u\n", SEED, i, w->nodes,
                      w->gpus_per_node);
        run_both(row, w, row->options == NULL ? NULL : yaml_doc(file, 0));
        free(jobs);
        free(w);
        gsl_rng_free(rng);
    }
    yaml_close(file);
    assert_int_equal(diag_errors(&d), 0);
    diag_fini(&d);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = agrees_with_the_reference,
            .initial_state = (void *)(uintptr_t)&rows[i],
        };
    return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
