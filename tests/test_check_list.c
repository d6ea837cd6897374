/* What was checked: on the terminal, as JUnit XML, Markdown and JSON. */
#include "policies/registry.h"
#include "results/check_list.h"
#include "results/registry.h"
#include "sim/text_stream.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/temp_dir.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NONE ((double)NAN)

/* Waits 0 and 100 s: each wants all 16 GPUs. */
static const struct world_job jobs[] = {
    {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 2, .tenant = "a"},
    {.submit_s = 0, .work_s = 50, .gpus = 8, .tasks = 2, .tenant = "a"},
};

static void run(struct run_record *record)
{
    const struct policy_use use = {.ops = policy_find("fifo")};
    const struct observer_use observer = {observer_find("summary"), record};
    struct world *w = results_world_new(&use, jobs, LEN(jobs));
    run_record_init(record,
                    &(struct run_facts){.scenario = "a|b<c", .policy = "fifo", .version = "9.9"},
                    RECORD_NO_FILES);
    w->observers = &observer, w->observers_len = 1, w->seed = 42;
    world_run(w);
    free(w);
}

static struct check_list *new_checks(void)
{
    static const struct check some[] = {
        {CHECK_EXPECTATION, "fifo", "mean(wait) <= 1h", "50s", "pass", true, "s", 50, NONE, NONE,
         NONE, NONE},
        {CHECK_BASELINE, "fifo", "p95(wait) of tenant \"a|b\" & c", "2m\n*more*\x01", "worse",
         false, "s", 120, 60, 60, 50, 70},
    };
    struct check_list *l = check_list_new();
    for (size_t i = 0; i < LEN(some); i++)
        check_list_add(l, &some[i]);
    return l;
}

typedef bool write_fn(const struct check_report *r, const char *path, struct diag *d);

/* To be freed. */
static char *written(write_fn *write)
{
    struct run_record record;
    struct temp_dir dir;
    struct messages m;
    char path[120];
    size_t bytes;
    run(&record);
    temp_dir_open(&dir);
    messages_open(&m);
    struct check_list *l = new_checks();
    snprintf(path, sizeof path, "%s/report", dir.path);
    assert_true(write(&(struct check_report){&record, 1, l, "base"}, path, &m.diag));
    char *text = temp_file_read(path, &bytes);
    check_list_free(l);
    messages_close(&m);
    temp_dir_remove(&dir);
    run_record_fini(&record);
    return text;
}

static void expect_in(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("no '%s' in\n%s", part, text);
}

static void junit_is_escaped_and_counts_failures(void **state)
{
    (void)state;
    char *text = written(check_report_write_junit);
    assert_string_equal(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"a|b&lt;c\" tests=\"2\" failures=\"1\" errors=\"0\" time=\"0\">\n"
        "  <testsuite name=\"a|b&lt;c.fifo\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" "
        "time=\"0\">\n"
        "    <properties>\n"
        "      <property name=\"clustersim\" value=\"9.9\"/>\n"
        "      <property name=\"seed\" value=\"42\"/>\n"
        "      <property name=\"replications\" value=\"1\"/>\n"
        "      <property name=\"baseline\" value=\"base\"/>\n"
        "    </properties>\n"
        "    <testcase classname=\"a|b&lt;c.fifo\" name=\"mean(wait) &lt;= 1h\" time=\"0\"/>\n"
        "    <testcase classname=\"a|b&lt;c.fifo\" name=\"p95(wait) of tenant &quot;a|b&quot; "
        "&amp; "
        "c\" time=\"0\">\n"
        "      <failure type=\"baseline\" message=\"2m *more*?\">p95(wait) of tenant "
        "&quot;a|b&quot; &amp; c: 2m *more*?</failure>\n"
        "    </testcase>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
    free(text);
}

static void markdown_shows_failures_first(void **state)
{
    (void)state;
    char *text = written(check_report_write_markdown);
    const char *head = "### clustersim: a\\|b&lt;c: 1 of 2 checks fail\n\n"
                       "| | policy | check | measured |\n|---|---|---|---|\n"
                       "| **FAIL** | fifo | p95(wait) of tenant \"a\\|b\" & c | 2m \\*more\\*";
    assert_memory_equal(text, head, strlen(head));
    expect_in(text, "| pass | fifo | mean(wait) &lt;= 1h | 50s |\n\n| policy | done | mean wait |");
    expect_in(text, "| fifo | 2 | 50s |");
    expect_in(text, "\nclustersim 9.9, seed 42, 1 replication, compared with base.\n");
    free(text);
}

static void json_holds_checks_and_values(void **state)
{
    (void)state;
    char *text = written(check_report_write_json);
    expect_in(text, "\"scenario\": \"a|b<c\",\n  \"seed\": 42,\n  \"replications\": 1,\n"
                    "  \"baseline\": \"base\",\n  \"passed\": false,\n");
    expect_in(text, "\"check\": \"mean(wait) <= 1h\",\n      \"passed\": true,\n"
                    "      \"verdict\": \"pass\",\n      \"detail\": \"50s\",\n"
                    "      \"unit\": \"s\",\n      \"value\": 50\n    }");
    expect_in(text, "\"value\": 120,\n      \"baseline\": 60,\n      \"difference\": 60,\n"
                    "      \"lower\": 50,\n      \"upper\": 70\n");
    expect_in(text, "\"fifo\": {\n      \"wait\": {\n        \"unit\": \"s\",\n");
    expect_in(text, "\"mean\": {\n          \"value\": 50\n");
    free(text);
}

static void quiet_prints_only_what_fails(void **state)
{
    (void)state;
    struct check_list *l = new_checks();
    struct text_stream t;
    check_list_print(l, true, text_stream_open(&t));
    assert_string_equal(text_stream_close(&t),
                        "fifo: FAIL  p95(wait) of tenant \"a|b\" & c: 2m\n*more*\x01\n");
    free(t.text);
    assert_int_equal(check_list_len(l), 2);
    assert_int_equal(check_list_failed(l), 1);
    check_list_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(junit_is_escaped_and_counts_failures),
        cmocka_unit_test(markdown_shows_failures_first),
        cmocka_unit_test(json_holds_checks_and_values),
        cmocka_unit_test(quiet_prints_only_what_fails),
    };
    return cmocka_run_group_tests_name("check_list", tests, NULL, NULL);
}
