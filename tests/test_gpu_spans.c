/* Who held which GPU when, and when there is no chart of it. */
#include "policies/registry.h"
#include "results/gpu_spans.h"
#include "results/plots/plots.h"
#include "results/registry.h"
#include "results/run_record.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/temp_dir.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdlib.h>

#define S INT64_C(1000000000)

static void run(struct run_record *r, struct world *w)
{
    const struct policy_use use = {.ops = policy_find("fifo")};
    const struct observer_use observers[] = {{observer_find("summary"), r},
                                             {observer_find("plots"), r}};
    run_record_init(r, &(struct run_facts){.policy = "fifo"}, RECORD_NO_FILES | RECORD_PLOTS);
    w->policies = &use, w->policies_len = 1;
    w->observers = observers, w->observers_len = LEN(observers);
    world_run(w);
}

static void assert_span(const struct gpu_spans *s, size_t i, uint32_t gpu, int64_t from_s,
                        int64_t to_s, const char *name, unsigned lane)
{
    const struct gpu_span *span = gpu_spans_at(s, i);
    assert_int_equal(span->gpu, gpu);
    assert_int_equal(span->from_ns, from_s * S);
    assert_int_equal(span->to_ns, to_s * S);
    assert_string_equal(gpu_spans_name(s, span->name), name);
    assert_int_equal(span->lane, lane);
    assert_false(span->is_preempted);
}

static void stays_are_in_the_order_of_gpus_and_time(void **state)
{
    (void)state;
    static const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 3, .tasks = 1, .name = "a", .queue = "x"},
        {.submit_s = 5, .work_s = 10, .gpus = 4, .tasks = 1, .name = "b", .queue = "y"},
        {.submit_s = 6, .work_s = 50, .gpus = 2, .tasks = 1, .name = "c", .queue = "x"},
    };
    struct world *w = results_world_new(NULL, jobs, LEN(jobs));
    struct run_record r;
    w->nodes = 2, w->gpus_per_node = 4, w->until_s = 60;
    run(&r, w);
    const struct gpu_spans *s = r.spans;
    assert_null(gpu_spans_why_not(s));
    assert_int_equal(gpu_spans_len(s), 9);
    for (uint32_t g = 0; g < 3; g++)
        assert_span(s, g, g, 0, 60, "a", 0); /* still there at the end */
    assert_span(s, 3, 4, 5, 15, "b", 0);
    assert_span(s, 4, 4, 15, 60, "c", 0);
    assert_span(s, 5, 5, 5, 15, "b", 0);
    assert_span(s, 6, 5, 15, 60, "c", 0);
    assert_span(s, 8, 7, 5, 15, "b", 0);
    assert_int_equal(gpu_spans_gpus(s), 8);
    assert_string_equal(gpu_spans_node(s, 5), "n1");
    assert_int_equal(gpu_spans_index(s, 5), 1);
    assert_int_equal(gpu_spans_at(s, 5)->lanes, 1);
    assert_int_equal(gpu_spans_slices(s, 5), 0);
    assert_int_equal(gpu_spans_by(s), SPANS_BY_QUEUE); /* no job has a tenant */
    assert_int_equal(gpu_spans_groups(s), 2);
    assert_string_equal(gpu_spans_group(s, gpu_spans_at(s, 3)->group), "y");
    assert_string_equal(gpu_spans_group(s, gpu_spans_at(s, 4)->group), "x");
    run_record_fini(&r);
    free(w);
}

static void those_on_one_gpu_at_a_time_have_lanes(void **state)
{
    (void)state;
    static const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 100, .gpus = 1, .tasks = 1, .name = "a"},
        {.submit_s = 1, .work_s = 1, .gpus = 1, .tasks = 1, .name = "b"},
        {.submit_s = 50, .work_s = 1, .gpus = 1, .tasks = 1, .name = "c"},
    };
    struct world *w = results_world_new(NULL, jobs, LEN(jobs));
    struct run_record r;
    w->nodes = 1, w->gpus_per_node = 1, w->replicas = 2;
    run(&r, w);
    const struct gpu_spans *s = r.spans;
    assert_int_equal(gpu_spans_len(s), 3);
    assert_int_equal(gpu_spans_at(s, 0)->lanes, 2);
    static const unsigned lanes[] = {0, 1, 1};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(gpu_spans_at(s, i)->lane, lanes[i]);
    assert_int_equal(gpu_spans_by(s), SPANS_BY_JOB);
    assert_int_equal(gpu_spans_groups(s), 0);
    run_record_fini(&r);
    free(w);
}

static void a_large_cluster_has_no_chart(void **state)
{
    (void)state;
    static const struct world_job jobs[] = {{.work_s = 1, .gpus = 1, .tasks = 1}};
    struct world *w = results_world_new(NULL, jobs, LEN(jobs));
    struct run_record r;
    w->nodes = 16, w->gpus_per_node = 8;
    run(&r, w);
    assert_null(gpu_spans_why_not(r.spans));
    run_record_fini(&r);
    w->nodes = 17;
    run(&r, w);
    assert_string_equal(gpu_spans_why_not(r.spans),
                        "the cluster has 136 GPUs; a chart shows at most 128");
    run_record_fini(&r);
    w->nodes = 2, w->is_loose = true;
    run(&r, w);
    assert_string_equal(gpu_spans_why_not(r.spans), "no machine of the cluster numbers its GPUs");
    run_record_fini(&r);
    free(w);
}

static void too_many_stays_have_no_chart(void **state)
{
    (void)state;
    enum { JOBS = SPANS_MOST / 8 + 1 };
    struct world_job *jobs = calloc(JOBS, sizeof jobs[0]);
    assert_non_null(jobs);
    for (int64_t i = 0; i < JOBS; i++)
        jobs[i] = (struct world_job){.submit_s = i, .work_s = 1, .gpus = 8, .tasks = 1};
    struct world *w = results_world_new(NULL, jobs, JOBS - 1);
    struct run_record r;
    w->nodes = 1;
    run(&r, w);
    assert_null(gpu_spans_why_not(r.spans));
    assert_int_equal(gpu_spans_len(r.spans), SPANS_MOST);
    run_record_fini(&r);
    w->jobs_len = JOBS;
    run(&r, w);
    assert_string_equal(gpu_spans_why_not(r.spans), "there were more than 20000 stays on GPUs");
    assert_int_equal(gpu_spans_len(r.spans), 0);
    run_record_fini(&r);
    free(jobs);
    free(w);
}

/* Whether the script of the chart has these lines. */
static void look_in_gantt(const struct run_record *r, const char *lines, bool is_there)
{
    struct temp_dir dir;
    struct messages m;
    char path[128];
    size_t len;
    temp_dir_open(&dir);
    messages_open(&m);
    assert_true(plots_draw_run(r, dir.path, &m.diag));
    snprintf(path, sizeof path, "%s/plots/gantt.gp", dir.path);
    char *script = temp_file_read(path, &len);
    if ((strstr(script, lines) != NULL) != is_there)
        fail_msg("%s %s in %s", is_there ? "no" : "a", lines, script);
    free(script);
    messages_close(&m);
    temp_dir_remove(&dir);
}

static void assert_in_gantt(const struct run_record *r, const char *lines)
{
    look_in_gantt(r, lines, true);
}

static void assert_not_in_gantt(const struct run_record *r, const char *lines)
{
    look_in_gantt(r, lines, false);
}

/* Rows are 5 px high, names 15 px apart at least. */
static void names_of_nodes_do_not_overlap(void **state)
{
    (void)state;
    static const struct world_job job = {.work_s = 100, .gpus = 1, .tasks = 1};
    struct world *w = results_world_new(NULL, &job, 1);
    struct run_record r;
    w->nodes = 128, w->gpus_per_node = 1;
    run(&r, w);
    assert_in_gantt(&r, "set ytics scale 0 (node_0 0.5, node_3 3.5, node_6 6.5, ");
    assert_not_in_gantt(&r, "name_0 = "); /* there is no room for it */
    run_record_fini(&r);
    w->nodes = 2;
    run(&r, w);
    assert_in_gantt(&r, "name_0 = 'job-0'\nset label 10 name_0 at 0,0.5000 ");
    run_record_fini(&r);
    free(w);
}

static void few_evictions_are_marked(void **state)
{
    (void)state;
    struct world_job jobs[CHAOS_JOBS];
    struct world *w = results_world_chaos(1, jobs);
    struct run_record r;
    const struct observer_use observers[] = {{observer_find("summary"), &r},
                                             {observer_find("plots"), &r}};
    run_record_init(&r, &(struct run_facts){.policy = "chaos"}, RECORD_NO_FILES | RECORD_PLOTS);
    w->observers = observers, w->observers_len = LEN(observers);
    world_run(w);
    size_t evicted = 0;
    for (size_t i = 0; i < gpu_spans_len(r.spans); i++)
        evicted += gpu_spans_at(r.spans, i)->is_preempted;
    assert_in_range(evicted, 1, 400);
    assert_in_gantt(&r, " title 'evicted'\n");
    run_record_fini(&r);
    free(w);
}

/* Of nine tenants the two that held least are "others"; colours go by name. */
static void the_largest_groups_have_colours(void **state)
{
    (void)state;
    enum { TENANTS = 9 };
    static const char *const names[TENANTS] = {"i", "h", "g", "f", "e", "d", "c", "b", "a"};
    struct world_job jobs[TENANTS];
    for (size_t i = 0; i < TENANTS; i++)
        jobs[i] = (struct world_job){
            .work_s = (int64_t)(10 * i) + 10, .gpus = 1, .tasks = 1, .tenant = names[i]};
    struct world *w = results_world_new(NULL, jobs, TENANTS);
    struct run_record r;
    run(&r, w);
    static const char *const lines[] = {
        "maxrows 1\n",
        "group_0 = 'a'\n",
        "group_6 = 'g'\n",
        "group_7 = 'others'\n",
        "$stays_0 << END\n0 90 8.0800 8.9200 0\nEND\n",                       /* a */
        "$stays_7 << END\n0 10 0.0800 0.9200 0\n0 20 1.0800 1.9200 0\nEND\n", /* i, h */
    };
    for (size_t i = 0; i < LEN(lines); i++)
        assert_in_gantt(&r, lines[i]);
    run_record_fini(&r);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_are_in_the_order_of_gpus_and_time),
        cmocka_unit_test(those_on_one_gpu_at_a_time_have_lanes),
        cmocka_unit_test(a_large_cluster_has_no_chart),
        cmocka_unit_test(too_many_stays_have_no_chart),
        cmocka_unit_test(names_of_nodes_do_not_overlap),
        cmocka_unit_test(few_evictions_are_marked),
        cmocka_unit_test(the_largest_groups_have_colours),
    };
    return cmocka_run_group_tests_name("gpu_spans", tests, NULL, NULL);
}
