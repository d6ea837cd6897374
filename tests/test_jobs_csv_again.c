/* The jobs.csv of one run is the workload of the next. */
#include "policies/registry.h"
#include "results/registry.h"
#include "tests/results_world.h"
#include "tests/source_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdlib.h>

static char *jobs_csv_of(const struct world_job *jobs, size_t len, int64_t start_s, int64_t until_s)
{
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    const struct observer_use observer = {observer_find("jobs"), NULL};
    struct world *w = results_world_new(&fifo, jobs, len);
    w->start_s = start_s;
    w->until_s = until_s;
    char *text = results_world_text(w, &observer, 1, "jobs.csv");
    free(w);
    return text;
}

static char *jobs_of_csv(const char *csv, int64_t start_s, bool strict)
{
    const struct source_world world = {
        .nodes = 2, .gpus = 8, .start_ns = start_s * 1000000000, .strict = strict};
    struct temp_file f;
    char options[128];
    temp_file_text(&f, csv);
    snprintf(options, sizeof options, "{csv: %s}", f.path);
    char *text = source_run_all(&world, options, f.path);
    temp_file_remove(&f);
    return text;
}

static void a_run_can_be_run_again(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 3600, .gpus = 8, .tasks = 2, .tenant = "team-a", .queue = "lq"},
        {.submit_s = 5, .work_s = 4, .gpus = 3, .tasks = 1, .user = "ann, \"the\" one"},
        {.submit_s = 7, .work_s = 20, .gpus = 1, .tasks = 3, .priority = -5, .name = "x\ny"},
        {.submit_s = 9, .work_s = 20, .gpus = 1, .tasks = 1, .patience_s = 5},
    };
    char *csv = jobs_csv_of(jobs, LEN(jobs), 1000000, 0);
    char *again = jobs_of_csv(csv, 1000000, true);
    assert_string_equal(
        again, "job-0 at 11d13h46m40s: 2 x 8 nvidia.com/gpu, 1h of ever, tenant team-a, queue lq\n"
               "job-1 at 11d13h46m45s: 1 x 3 nvidia.com/gpu, 4s of ever, user ann, \"the\" one\n"
               "x\ny at 11d13h46m47s: 3 x 1 nvidia.com/gpu, 20s of ever, priority -5\n"
               "-1 never ran in the run it comes from: row left out (line 2)\n");
    free(again);
    free(csv);
}

static void jobs_that_were_not_over_keep_what_they_ran(void **state)
{
    (void)state;
    const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 50, .gpus = 8, .tasks = 2},
        {.submit_s = 1, .work_s = 1000, .gpus = 8, .tasks = 2},
        {.submit_s = 2, .work_s = 10, .gpus = 1, .tasks = 1},
    };
    char *csv = jobs_csv_of(jobs, LEN(jobs), 0, 100);
    char *again = jobs_of_csv(csv, 0, true);
    assert_string_equal(again,
                        "job-0 at 0s: 2 x 8 nvidia.com/gpu, 50s of ever\n"
                        "job-1 at 1s: 2 x 8 nvidia.com/gpu, 50s of ever\n"
                        "-1 never ran in the run it comes from: row left out (line 4)\n"
                        "1 not over at the end of the run it comes from: its run time so far taken "
                        "(line 3)\n");
    free(again);
    free(csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_can_be_run_again),
        cmocka_unit_test(jobs_that_were_not_over_keep_what_they_ran),
    };
    return cmocka_run_group_tests_name("jobs_csv_again", tests, NULL, NULL);
}
