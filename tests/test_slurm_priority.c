/* priority/multifactor: by hand, in the queue, and as a real slurmctld calculated it. */
#include "policies/slurm/slurm_main_loop.h"
#include "tests/shared_data.h"
#include "tests/slurm_run_parts.h"
#include "tests/slurm_text_site.h"
#include "tests/unit.h"

#include <stdlib.h>

#define SITE                                                              \
    "GresTypes=gpu\nNodeName=n[1-4] CPUs=64 RealMemory=1000 Gres=gpu:8\n" \
    "PartitionName=a Nodes=ALL PriorityJobFactor=10 MaxTime=100\nPartitionName=b Nodes=n[1-3]\n"

/* --- by hand --- */

static const struct row {
    const char *name, *keys;
    uint32_t partition, nodes, tasks, cpus, gpus;
    int64_t limit_min, age_s;
    uint32_t want;
} rows[] = {
    {"nothing_counts", "", 0, 1, 1, 1, 0, 10, 100, 1},
    {"age_of_a_week_is_all", "PriorityWeightAge=1000\n", 0, 1, 1, 1, 0, 10, 604800, 1000},
    {"age_beyond_counts_no_more", "PriorityWeightAge=1000\n", 0, 1, 1, 1, 0, 10, 999999, 1000},
    {"age_is_cut_to_whole_numbers", "PriorityWeightAge=1000\nPriorityMaxAge=0-00:05:00\n", 0, 1, 1,
     1, 0, 10, 61, 203},
    {"no_age_yet", "PriorityWeightAge=1000\n", 0, 1, 1, 1, 0, 10, 0, 1},
    {"large_jobs_first", "PriorityWeightJobSize=1000\n", 0, 2, 2, 32, 0, 10, 0, 375},
    {"small_jobs_first", "PriorityWeightJobSize=1000\nPriorityFavorSmall=YES\n", 0, 2, 2, 32, 0, 10,
     0, 625},
    {"size_by_time", "PriorityWeightJobSize=1000\nPriorityFlags=SMALL_RELATIVE_TO_TIME\n", 0, 2, 2,
     32, 0, 10, 0, 50},
    {"small_size_by_time",
     "PriorityWeightJobSize=1000\nPriorityFlags=SMALL_RELATIVE_TO_TIME\nPriorityFavorSmall=1\n", 0,
     2, 2, 32, 0, 10, 0, 950},
    {"no_limit_is_the_partitions",
     "PriorityWeightJobSize=1000\nPriorityFlags=SMALL_RELATIVE_TO_TIME\n", 0, 2, 2, 32, 0,
     SLURM_NOT_SET, 0, 5},
    {"partition", "PriorityWeightPartition=1000\n", 0, 1, 1, 1, 0, 10, 0, 1000},
    {"lesser_partition", "PriorityWeightPartition=1000\n", 1, 1, 1, 1, 0, 10, 0, 100},
    {"raw_partition", "PriorityWeightPartition=7\nPriorityFlags=NO_NORMAL_PART\n", 0, 1, 1, 1, 0,
     10, 0, 70},
    {"gpus_of_the_partition", "PriorityWeightTRES=GRES/gpu=300\n", 1, 1, 1, 1, 4, 10, 0, 50},
    {"gpus_of_all_nodes", "PriorityWeightTRES=gres/gpu=320\n", 0, 2, 2, 1, 4, 10, 0, 80},
    {"cpus_and_nodes", "PriorityWeightTRES=CPU=1000,Node=400\n", 0, 2, 2, 32, 0, 10, 0, 450},
    {"raw_cpus", "PriorityWeightTRES=cpu=2\nPriorityFlags=NO_NORMAL_ALL\n", 0, 1, 3, 2, 0, 10, 0,
     12},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct text_site t;
    char text[512];
    assert_true(snprintf(text, sizeof text, "%s%s", row->keys, SITE) < (int)sizeof text);
    text_site_open(&t, text, "AutoDetect=nvml\n");
    messages_assert(&t.messages, "");
    struct slurm_request q = {.min_nodes = row->nodes,
                              .max_nodes = row->nodes,
                              .tasks = row->tasks,
                              .cpus_per_task = row->cpus};
    if (row->gpus > 0)
        q.wants[q.wants_len++] =
            (struct gres_want){.kind = GRES_GPU, .types = SLURM_ANY_TYPE, .count = row->gpus};
    struct slurm_shapes *shapes = slurm_shapes_new(&t.site);
    struct slurm_priorities *p = slurm_priorities_new(&t.site);
    struct slurm_factors f;
    slurm_factors_of(p, slurm_shape_get(shapes, slurm_shape_add(shapes, &q)), row->partition,
                     row->limit_min, &f);
    assert_int_equal(slurm_priority_at(&t.site.params.priority, &f, row->age_s), row->want);
    slurm_priorities_free(p);
    slurm_shapes_free(shapes);
    text_site_close(&t);
}

/* --- in the queue --- */

static const struct slurm_job *first_of(struct slurm_ctld *c)
{
    slurm_ctld_begin_walk(c);
    return slurm_ctld_next(c, NULL);
}

static void the_old_overtake_the_large_as_they_age(void **state)
{
    (void)state;
    enum { MANY = 600 };
    struct text_site t;
    struct slurm_ctld c;
    text_site_open(&t,
                   "PriorityWeightAge=1000\nPriorityMaxAge=0-00:10:00\n"
                   "PriorityWeightJobSize=1000\n" SITE,
                   "AutoDetect=nvml\n");
    slurm_ctld_init(&c, &t.site, &(struct slurm_hooks){.context = NULL});
    struct slurm_submission s = {.is_by_factors = true, .limit_min = 1, .request.tasks = 1};
    for (uint32_t i = 0; i < MANY; i++) {
        s.submit_s = s.begin_s = i;
        s.request.min_nodes = s.request.max_nodes = s.request.tasks = i < MANY / 2 ? 1 : 4;
        slurm_ctld_submit(&c, &s);
    }
    assert_int_equal(first_of(&c)->submit_s, MANY / 2); /* large, and just came */
    assert_true(slurm_ctld_recalculate(&c, MANY));
    assert_true(!slurm_ctld_recalculate(&c, MANY + 1)); /* all are a second older */
    int64_t last = UINT32_MAX;
    slurm_ctld_begin_walk(&c);
    for (struct slurm_job *job; (job = slurm_ctld_next(&c, NULL)) != NULL;) {
        assert_true(job->priority <= last);
        last = job->priority;
        slurm_queue_step(&c.walks[job->partition]);
    }
    /* The first has all its age: 1000 + 126, the first large one 500 + 507. */
    assert_int_equal(first_of(&c)->submit_s, 0);
    assert_true(slurm_ctld_recalculate(&c, 10 * MANY));
    assert_int_equal(first_of(&c)->submit_s, MANY / 2); /* nobody ages any more */
    slurm_ctld_fini(&c);
    text_site_close(&t);
}

/* --- as recorded --- */

/* QOS priorities of sacctmgr.txt: "add qos low priority=10", "modify qos normal set priority=50".
 */
static long qos_priority(const char *text, const char *name)
{
    char pattern[64];
    assert_true(snprintf(pattern, sizeof pattern, "qos %s ", name) < (int)sizeof pattern);
    const char *at = strstr(text, pattern);
    at = at == NULL ? NULL : strstr(at, "priority=");
    return at == NULL ? 0 : strtol(at + strlen("priority="), NULL, 10);
}

static char *read_text(const char *dir, const char *name)
{
    char path[512];
    assert_true(snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path);
    FILE *f = fopen(path, "r");
    char *text = calloc(1, 1 << 16);
    assert_true(f != NULL && text != NULL);
    const size_t len = fread(text, 1, (1 << 16) - 1, f);
    text[len] = '\0';
    fclose(f);
    return text;
}

/* What QOS and --nice gave is known, and whole: the rest must be ours. */
static size_t check_priorities(const char *dir, size_t *equal)
{
    struct slurm_run_result out;
    struct slurm_run *r = slurm_run_open(dir, &out);
    char *qos_text = read_text(dir, "sacctmgr.txt");
    slurm_run_read(r); /* limits and QOS are not covered, but everything is read */
    assert_true(r->site.params.priority.is_multifactor);
    struct slurm_shapes *shapes = slurm_shapes_new(&r->site);
    struct slurm_priorities *p = slurm_priorities_new(&r->site);
    size_t compared = 0;
    for (size_t row = 0; row < r->events->rows; row++) {
        const struct run_job *j = slurm_run_find(r, table_text(r->events, row, "id"));
        if (j == NULL || strcmp(table_text(r->events, row, "kind"), "submit") != 0)
            continue;
        const size_t job = (size_t)(j - r->jobs);
        const char *qos = table_text(r->workload, job, "qos");
        const long of_qos = 800 * qos_priority(qos_text, qos[0] == '\0' ? "normal" : qos) / 100;
        const long nice = strtol(table_text(r->workload, job, "nice"), NULL, 10);
        struct slurm_factors f;
        slurm_factors_of(p, slurm_shape_get(shapes, slurm_shape_add(shapes, &j->request)),
                         j->partition, j->limit_min, &f);
        const long want = strtol(table_text(r->events, row, "detail"), NULL, 10) - of_qos + nice;
        compared++;
        *equal += slurm_priority_at(&r->site.params.priority, &f, 0) == (uint32_t)want;
    }
    slurm_priorities_free(p);
    slurm_shapes_free(shapes);
    free(qos_text);
    slurm_run_close(r);
    return compared;
}

static void recorded_priorities_are_equal(void **state)
{
    (void)state;
    static const char *const runs[] = {"m11_order_favor_small", "s05b_prioritytier"};
    const char *shared = shared_data_dir();
    size_t compared = 0, equal = 0;
    for (size_t i = 0; i < LEN(runs) && shared != NULL; i++) {
        char dir[512];
        struct stat info;
        assert_true(snprintf(dir, sizeof dir, "%s/conformance/slurm/runs/%s", shared, runs[i]) <
                    (int)sizeof dir);
        if (stat(dir, &info) == 0)
            compared += check_priorities(dir, &equal);
    }
    if (compared == 0) {
        printf("recorded priorities: not present, skipped\n");
        skip();
    }
    printf("recorded priorities: %zu of %zu equal\n", equal, compared);
    assert_int_equal(equal, compared);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 2];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = check_row,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(the_old_overtake_the_large_as_they_age);
    tests[LEN(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(recorded_priorities_are_equal);
    return cmocka_run_group_tests_name("slurm_priority", tests, NULL, NULL);
}
