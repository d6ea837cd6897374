/* summary.csv and summary.json, and what every observer keeps to. */
#include "policies/registry.h"
#include "results/metrics.h"
#include "results/registry.h"
#include "results/summary.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/results_world.h"
#include "tests/table.h"
#include "tests/temp_dir.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct world_job jobs[] = {
    {.submit_s = 0, .work_s = 3600, .gpus = 8, .tasks = 2, .tenant = "team-a", .queue = "lq"},
    {.submit_s = 5, .work_s = 4, .gpus = 3, .tasks = 1, .tenant = "team, \"b\"", .queue = "lq"},
    {.submit_s = 7, .work_s = 20, .gpus = 1, .tasks = 3, .queue = "lq"},
};

static const struct policy_use *fifo(void)
{
    static struct policy_use use;
    use.ops = policy_find("fifo");
    return &use;
}

/* Runs the jobs above into a folder. */
static void run_into(const struct temp_dir *dir, struct run_record *r)
{
    struct world *w = results_world_new(fifo(), jobs, LEN(jobs));
    const struct observer_use use = {observer_find("summary"), r};
    w->observers = &use, w->observers_len = 1, w->out_dir = dir->path, w->seed = 42;
    w->start_s = 1772438400;
    world_run(w);
    free(w);
}

/* --- summary.csv --- */

static const char *csv_value(const struct table *t, const char *where, const char *column)
{
    char row_is[128];
    for (size_t row = 0; row < t->rows; row++) {
        snprintf(row_is, sizeof row_is, "%s/%s %s(%s)", table_text(t, row, "by"),
                 table_text(t, row, "group"), table_text(t, row, "statistic"),
                 table_text(t, row, "metric"));
        if (strcmp(row_is, where) == 0)
            return table_text(t, row, column);
    }
    fail_msg("no row %s", where);
    return NULL;
}

static void every_value_is_a_row(void **state)
{
    (void)state;
    struct temp_dir dir;
    struct run_record r;
    temp_dir_open(&dir);
    run_record_init(&r, &(struct run_facts){.policy = "easy, really"}, 0);
    run_into(&dir, &r);
    struct table *t = table_read_in(dir.path, "summary.csv");
    static const struct {
        const char *where, *column, *want;
    } rows[] = {
        {"/ mean(wait)", "value", "2396"},
        {"/ mean(wait)", "policy", "easy, really"},
        {"/ mean(wait)", "unit", "s"},
        {"/ mean(wait)", "count", "3"},
        {"/ mean(wait)", "low", ""},
        {"/ p95(wait)", "value", "3595"},
        {"/ p50(wait)", "value", "3593"},
        {"/ p50(wait)", "error", "0"},
        {"/ count(wait)", "unit", "jobs"},
        {"/ sum(gpu_hours)", "value", "16.02"},
        {"/ sum(gpu_hours)", "unit", "GPU h"},
        {"/ count(done)", "value", "3"},
        {"/ mean(done)", "value", "1"},
        {"/ count(lost)", "value", "0"},
        {"/ max(queue_length)", "value", "2"},
        {"/ mean(utilisation)", "unit", ""},
        {"/ mean(makespan)", "value", "3620"},
        {"tenant/team, \"b\" mean(wait)", "value", "3595"},
        {"tenant/(none) max(wait)", "value", "3593"},
        {"tenant/team-a deviation(wait)", "value", ""},
        {"queue/lq mean(wait)", "value", "2396"},
        {"queue/lq max(queue_length)", "value", "2"},
        {"size/9-16 count(jobs)", "value", "1"},
        {"size/3-4 count(jobs)", "value", "2"},
        {"priority/0 count(jobs)", "value", "3"},
        {"pool/pool mean(activity)", "unit", ""},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(csv_value(t, rows[i].where, rows[i].column), rows[i].want);
    for (size_t row = 0; row < t->rows; row++) /* no job names a user */
        assert_string_not_equal(table_text(t, row, "by"), "user");
    table_free(t);
    run_record_fini(&r);
    temp_dir_remove(&dir);
}

/* --- summary.json --- */

/* The text of a path such as metrics/wait/mean/value. */
static const char *json_text(const struct yaml_node *n, const char *path)
{
    char part[64];
    while (*path != '\0') {
        const size_t len = strcspn(path, "/");
        snprintf(part, sizeof part, "%.*s", (int)len, path);
        n = n != NULL && n->kind == YAML_LIST ? n->items[atoi(part)] : yaml_get(n, part);
        if (n == NULL)
            fail_msg("no %s in the path", part);
        path += len + (path[len] == '/');
    }
    assert_int_equal(n->kind, YAML_SCALAR);
    return n->text;
}

static void the_json_says_what_it_was_made_from(void **state)
{
    (void)state;
    struct temp_dir dir;
    struct temp_file input;
    struct run_record r;
    struct messages m;
    temp_dir_open(&dir);
    messages_open(&m);
    temp_file_text(&input, "a");
    run_record_init(
        &r, &(struct run_facts){.scenario = "four \"teams\"", .policy = "easy", .version = "7"}, 0);
    assert_true(run_record_add_input(&r, input.path, &m.diag));
    assert_false(run_record_add_input(&r, "/no/such/file", &m.diag));
    assert_string_equal(messages_text(&m),
                        "/no/such/file: error: cannot be read: No such file or directory\n");
    run_into(&dir, &r);
    char path[128];
    snprintf(path, sizeof path, "%s/summary.json", dir.path);
    struct yaml_file *f = yaml_read(path, &m.diag);
    assert_non_null(f);
    const struct yaml_node *n = yaml_doc(f, 0);
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"schema", "1"},
        {"clustersim", "7"},
        {"scenario", "four \"teams\""},
        {"policy", "easy"},
        {"seed", "42"},
        {"replications", "1"},
        {"inputs/0/fnv1a64", "af63dc4c8601ec8c"}, /* published for "a" */
        {"start", "2026-03-02T08:00:00Z"},
        {"end", "2026-03-02T09:00:20Z"},
        {"simulated_s", "3620"},
        {"ended", "drained"},
        {"counts/jobs_arrived", "3"},
        {"counts/jobs_measured", "3"},
        {"counts/verbs_refused", "0"},
        {"waited_for_s/behind_others", "3593"},
        {"waited_for_s/resources", "3595"},
        {"metrics/wait/unit", "s"},
        {"metrics/wait/mean/value", "2396"},
        {"metrics/wait/p95/value", "3595"},
        {"metrics/done/count/value", "3"},
        {"by/tenant/wait/team, \"b\"/mean/value", "3595"},
        {"by/tenant/wait/team-a/deviation/value", "null"},
        {"by/queue/queue_length/lq/max/value", "2"},
    };
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(json_text(n, rows[i].path), rows[i].want);
    assert_string_equal(json_text(n, "inputs/0/path"), input.path);
    yaml_close(f);
    messages_close(&m);
    run_record_fini(&r);
    temp_file_remove(&input);
    temp_dir_remove(&dir);
}

static void a_summary_needs_no_record(void **state)
{
    (void)state;
    struct temp_dir dir;
    temp_dir_open(&dir);
    run_into(&dir, NULL);
    struct table *t = table_read_in(dir.path, "summary.csv");
    assert_string_equal(csv_value(t, "/ mean(wait)", "policy"), "fifo");
    assert_int_equal(temp_dir_len(dir.path), 2);
    table_free(t);
    temp_dir_remove(&dir);
}

static void a_record_may_be_written_later(void **state)
{
    (void)state;
    struct temp_dir dir;
    struct run_record r;
    struct messages m;
    temp_dir_open(&dir);
    messages_open(&m);
    run_record_init(&r, &(struct run_facts){0}, RECORD_NO_FILES);
    run_into(&dir, &r);
    assert_int_equal(temp_dir_len(dir.path), 0);
    assert_true(summary_write(&r, dir.path, &m.diag));
    assert_int_equal(temp_dir_len(dir.path), 2);
    assert_false(summary_write_json(&r, "/dev/full", &m.diag));
    assert_string_equal(messages_text(&m),
                        "/dev/full: error: cannot be written: No space left on device\n");
    messages_close(&m);
    run_record_fini(&r);
    temp_dir_remove(&dir);
}

/* --- the observers --- */

static void every_observer_keeps_to_the_port(void **state)
{
    (void)state;
    for (size_t i = 0; observer_all()[i] != NULL; i++) {
        const struct observer_ops *o = observer_all()[i];
        assert_int_equal(o->api, OBSERVER_API);
        assert_true(strlen(o->name) > 0 && strlen(o->summary) > 0);
        assert_ptr_equal(observer_find(o->name), o);
        assert_true(o->open != NULL && o->close != NULL && o->abandon != NULL);
        assert_true((o->wants & WANTS_JOBS) == 0 || o->job_over != NULL);
        assert_true((o->wants & WANTS_TASKS) == 0 || o->task_over != NULL);
        assert_true((o->wants & WANTS_EVENTS) == 0 || o->happened != NULL);
        assert_true((o->wants & WANTS_SAMPLES) == 0 || o->sample != NULL);
    }
    assert_null(observer_find("no such one"));
}

/* All observers at once, twice: the same bytes. */
static void the_same_run_gives_the_same_bytes(void **state)
{
    (void)state;
    struct observer_use all[32];
    size_t len = 0;
    while (observer_all()[len] != NULL) {
        all[len] = (struct observer_use){observer_all()[len], NULL};
        len++;
    }
    static const char *const files[] = {"jobs.csv",    "tasks.csv",   "utilisation.csv",
                                        "queues.csv",  "gpus.csv",    "events.csv",
                                        "summary.csv", "summary.json"};
    for (size_t i = 0; i < LEN(files); i++) {
        char *text[2];
        for (int k = 0; k < 2; k++) {
            struct world_job chaos[CHAOS_JOBS];
            struct world *w = results_world_chaos(11, chaos);
            text[k] = results_world_text(w, all, len, files[i]);
            free(w);
        }
        assert_string_equal(text[0], text[1]);
        free(text[0]);
        free(text[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_is_a_row),
        cmocka_unit_test(the_json_says_what_it_was_made_from),
        cmocka_unit_test(a_summary_needs_no_record),
        cmocka_unit_test(a_record_may_be_written_later),
        cmocka_unit_test(every_observer_keeps_to_the_port),
        cmocka_unit_test(the_same_run_gives_the_same_bytes),
    };
    return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
