/* The baselines against baseline_reference.c, on random workloads with many ties; every other one
 * has nodes that do not let everybody in. */
#include "policies/registry.h"
#include "sim/rng.h"
#include "sim/yaml.h"
#include "tests/baseline_reference.h"
#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 2026, WORKLOADS = 30, JOBS = 120, MOST_NODES = 8 };

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

/* Nodes of two tiers, some of them dedicated, and what tasks ask of them: everything goes on n0. */
static void random_kinds(gsl_rng *rng, struct world *w, struct world_node *kinds)
{
    for (uint32_t n = 1; n < w->nodes; n++)
        kinds[n] = (struct world_node){.tier = 1 + draw(rng, 2), .is_dedicated = draw(rng, 2)};
    w->kinds = kinds;
}

static bool is_let_in(const struct world *w, const struct world_job *j, uint32_t n)
{
    return (j->tier == 0 || j->tier == w->kinds[n].tier) &&
           (j->goes_dedicated || !w->kinds[n].is_dedicated);
}

/* The terms of a job, and no more tasks than there is room for; none where nothing lets it in. */
static void add_terms(gsl_rng *rng, const struct world *w, bool is_varied, struct world_job *j)
{
    j->tier = is_varied ? draw(rng, 3) : 1;
    j->goes_dedicated = !is_varied || draw(rng, 2);
    uint32_t most = 0;
    for (uint32_t n = 0; n < w->nodes; n++)
        most += is_let_in(w, j, n) ? w->gpus_per_node / j->gpus : 0;
    if (most == 0)
        j->tier = 0;
    else if (j->tasks > most)
        j->tasks = most;
    if (j->tier == 0 && j->tasks > w->gpus_per_node / j->gpus)
        j->tasks = w->gpus_per_node / j->gpus; /* n0 is there for all */
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

/* EASY, while a count of units is enough, starts by first fit what the reference keeps apart. */
static bool chooses_first_fit(const struct reference *r)
{
    return r->policy != REFERENCE_EASY && r->policy != REFERENCE_PUBLISHED_EASY;
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
    r->nodes = w->nodes, r->gpus_per_node = w->gpus_per_node, r->kinds = w->kinds;
    r->jobs = w->jobs, r->jobs_len = w->jobs_len;
    reference_run(r);
    for (size_t i = 0; i < w->jobs_len; i++) {
        assert_int_equal(w->results[i].start_s, r->starts_s[i]);
        const uint32_t node = w->results[i].first_node;
        assert_true(w->kinds == NULL || is_let_in(w, &w->jobs[i], node));
        if (chooses_first_fit(r))
            assert_int_equal(node, r->last_node[i]);
    }
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
        struct world_node kinds[MOST_NODES] = {0};
        if (i % 2 == 1 && w->nodes > 1)
            random_kinds(rng, w, kinds);
        for (size_t k = 0; k < JOBS && w->kinds != NULL; k++)
            add_terms(rng, w, i % 4 == 1 && !needs_flat, &jobs[k]);
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

/* It blocks the queue, or it does not, as one that is too large would. */
static void what_no_node_lets_in_says_so(void **state)
{
    (void)state;
    static const struct {
        const char *policy;
        int64_t next_s;
    } like[] = {{"fifo", 55}, {"sjf", 55}, {"easy", 10}, {"conservative", 10}};
    static const struct world_node dedicated = {.is_dedicated = true};
    static const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 1, .tasks = 1, .goes_dedicated = true},
        {.submit_s = 5, .work_s = 10, .gpus = 1, .tasks = 1, .patience_s = 50},
        {.submit_s = 10, .work_s = 20, .gpus = 1, .tasks = 1, .goes_dedicated = true},
    };
    for (size_t i = 0; i < LEN(like); i++) {
        const struct policy_use use = {.ops = policy_find(like[i].policy)};
        struct world *w = calloc(1, sizeof *w);
        *w = (struct world){.policies = &use,
                            .policies_len = 1,
                            .nodes = 1,
                            .gpus_per_node = 4,
                            .kinds = &dedicated,
                            .jobs = jobs,
                            .jobs_len = LEN(jobs)};
        world_run(w);
        assert_int_equal(w->results[0].start_s, 0);
        assert_int_equal(w->results[1].cause, END_LOST);
        assert_string_equal(w->results[1].waited_for, "no_node");
        assert_int_equal(w->results[2].start_s, like[i].next_s);
        free(w);
    }
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 1] = {cmocka_unit_test(what_no_node_lets_in_says_so)};
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i + 1] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = agrees_with_the_reference,
            .initial_state = (void *)(uintptr_t)&rows[i],
        };
    return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
