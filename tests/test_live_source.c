/*
 * The kubernetes source on dumps of live clusters: which objects are one job, what it is doing, for
 * how long, and where; and run times from a table of the past.
 */
#include "models/kubernetes/live_state.h"
#include "sim/duration.h"
#include "sim/intern.h"
#include "tests/source_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* 2026-11-20T09:00:00Z */
#define START_NS (INT64_C(1795165200) * 1000000000)

static const struct source_world world = {.nodes = 4, .gpus = 8, .cpus = 96, .start_ns = START_NS};

/* --- objects in a line; times are of the day of the start --- */

#define AT(hm) "'2026-11-20T" hm ":00Z'"
#define TEMPLATE(gpus)                                                          \
    "{metadata: {labels: {app: a}}, spec: {restartPolicy: Never, containers: [" \
    "{name: c, resources: {limits: {nvidia.com/gpu: " gpus "}}}]}}"
#define OWNER(api, kind, name) \
    "ownerReferences: [{apiVersion: " api ", kind: " kind ", name: " name ", controller: true}]"
#define JOB(name, hm, more)                                                                     \
    "{apiVersion: batch/v1, kind: Job, metadata: {name: " name ", creationTimestamp: " AT(      \
        hm) ","                                                                                 \
            " labels: {kueue.x-k8s.io/queue-name: q}}, spec: {parallelism: 2, completions: 4, " \
            "template: " TEMPLATE("2") "}" more "}\n---\n"
#define WORKLOAD(name, owner, hm, status)                                                       \
    "{apiVersion: kueue.x-k8s.io/v1beta2, kind: Workload, metadata: {name: " name               \
    ", creationTimestamp: " AT(hm) ", " owner "}, spec: {queueName: q, priority: 7, podSets: [" \
                                   "{name: main, count: 2, template: " TEMPLATE(                \
                                       "2") "}]}, status: {" status "}}\n---\n"
#define ADMITTED(hm)                                                                            \
    "admission: {clusterQueue: cq, podSetAssignments: [{name: main, count: 2}]}, conditions: [" \
    "{type: QuotaReserved, status: 'True', lastTransitionTime: " AT(                            \
        hm) "}, {type: Admitted, "                                                              \
            "status: 'True', lastTransitionTime: " AT(hm) "}]"
#define POD(name, owner, labels, node, hm)                                                   \
    "{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {" labels "}, " owner    \
    "}, spec: {nodeName: " node ", restartPolicy: Never, containers: [{name: c, resources: " \
    "{limits: {nvidia.com/gpu: 2}}}]}, status: {phase: Running, startTime: " AT(hm) "}}\n---\n"

static const struct row {
    const char *name;
    const char *options;
    const char *objects;
    const char *comes;
} rows[] = {
    {"a_workload_that_runs_is_one_job_with_its_owner_and_its_pods", "duration: 3h",
     JOB("j", "07:00", ", status: {succeeded: 1}")
         WORKLOAD("w", OWNER("batch/v1", "Job", "j"), "07:00", ADMITTED("08:00"))
             POD("p1", OWNER("batch/v1", "Job", "j"), "", "n1", "08:00")
                 POD("p2", OWNER("batch/v1", "Job", "j"), "", "n2", "08:00"),
     "j at 0s in q, 2 pods, runs, pods of it: 2h 2h 3h, on n1 1, on n2 1, workload w\n"},
    {"a_workload_whose_owner_is_not_in_the_dump_is_a_gang", "duration: 3h",
     WORKLOAD("w", OWNER("x.io/v1", "Unknown", "u"), "07:00", ADMITTED("08:00")),
     "w at 0s in q, 2 pods, runs, 3h of which 1h is done, workload w\n"},
    {"what_waits_has_waited_since_its_creation", "duration: 3h", WORKLOAD("w", "", "08:15", ""),
     "w at 0s in q, 2 pods, has waited 45m, 3h, workload w\n"},
    {"what_was_created_after_the_start_comes_then", "duration: 3h", WORKLOAD("w", "", "09:10", ""),
     "w at 10m in q, 2 pods, 3h, workload w\n"},
    {"what_runs_comes_first_and_the_oldest_of_those_that_wait_next", "duration: 3h",
     WORKLOAD("young", "", "08:50", "") WORKLOAD("old", "", "08:00", "") WORKLOAD(
         "late", "", "06:00", ADMITTED("08:30")) WORKLOAD("early", "", "07:00", ADMITTED("07:30")),
     "early at 0s in q, 2 pods, runs, 3h of which 1h30m is done, workload early\n"
     "late at 0s in q, 2 pods, runs, 3h of which 30m is done, workload late\n"
     "old at 0s in q, 2 pods, has waited 1h, 3h, workload old\n"
     "young at 0s in q, 2 pods, has waited 10m, 3h, workload young\n"},
    {"what_is_finished_or_deactivated_is_left_out", "duration: 3h",
     WORKLOAD(
         "done", "", "07:00",
         "conditions: [{type: Finished, status: 'True'}]") "{apiVersion: kueue.x-k8s.io/v1beta2, "
                                                           "kind: Workload, metadata: {name: "
                                                           "idle}, "
                                                           "spec: "
                                                           "{active: false, queueName: q, podSets: "
                                                           "[{name: main, count: 1, "
                                                           "template: " TEMPLATE(
                                                               "1") "}]}}\n---\n" JOB("over",
                                                                                      "06:00",
                                                                                      ", status: "
                                                                                      "{conditions:"
                                                                                      " [{type: "
                                                                                      "Complete, "
                                                                                      "status: "
                                                                                      "'True'}]}")
                                                               WORKLOAD("w", "", "09:00", ""),
     "w at 0s in q, 2 pods, 3h, workload w\n"
     "2 is finished (line 1)\n1 is deactivated (line 3)\n"},
    {"pods_that_are_not_ready_have_done_nothing", "duration: 3h",
     WORKLOAD(
         "w", "", "07:00",
         "admission: {clusterQueue: cq}, conditions: [{type: QuotaReserved, status: 'True'}, "
         "{type: Admitted, status: 'True', lastTransitionTime: " AT(
             "08:00") "}, "
                      "{type: PodsReady, status: 'False', lastTransitionTime: " AT("08:00") "}]"),
     "w at 0s in q, 2 pods, runs, 3h, workload w\n"},
    {"a_pod_names_its_workload_by_annotation_or_group", "duration: 3h",
     WORKLOAD("w", "", "07:00", ADMITTED("08:00"))
         POD("p1", "annotations: {kueue.x-k8s.io/workload: w}", "", "n3", "08:00")
             POD("p2", "", "kueue.x-k8s.io/pod-group-name: w", "n3", "08:00"),
     "w at 0s in q, 2 pods, runs, 3h of which 1h is done, on n3 2, workload w\n"},
    {"pods_that_have_ended_are_on_no_node", "duration: 3h",
     WORKLOAD("w", "", "07:00", ADMITTED("08:00")) "{apiVersion: v1, kind: Pod, metadata: {name: "
                                                   "p, annotations: {kueue.x-k8s.io/workload: "
                                                   "w}}, spec: {nodeName: n9, containers: [{name: "
                                                   "c}]}, status: {phase: Failed}}\n---\n",
     "w at 0s in q, 2 pods, runs, 3h of which 1h is done, workload w\n"},
    {"a_job_without_kueue_runs_where_its_pods_are", "duration: 3h",
     JOB("j", "07:00", "") POD("p", OWNER("batch/v1", "Job", "j"), "", "n0", "08:30"),
     "j at 0s in q, 2 pods, runs, pods of it: 2h30m 3h 3h, on n0 1\n"},
    {"a_job_that_outlived_its_time_ends_at_once", "duration: 30m",
     WORKLOAD("w", "", "07:00", ADMITTED("08:00")),
     "w at 0s in q, 2 pods, runs, 30m of which 30m is done, workload w\n"
     "1 has run longer than it is said to run at all: ends at once (line 1)\n"},
    {"run_times_come_from_the_past", "duration: {history: HISTORY, by: {label: app}}",
     WORKLOAD("w", "", "07:00", ADMITTED("08:00")) WORKLOAD("v", "", "09:00", ""),
     "w at 0s in q, 2 pods, runs, 4h of which 1h is done, workload w\n"
     "v at 0s in q, 2 pods, 10m, workload v\n"},
    {"who_has_no_past_has_another_rule", "duration: {history: HISTORY, by: name, otherwise: 7m}",
     WORKLOAD("w", "", "09:00", ""), "w at 0s in q, 2 pods, 7m, workload w\n"},
    {"without_live_a_dump_is_submitted_anew", "duration: 3h, live: false",
     JOB("j", "07:00", "") WORKLOAD("w", OWNER("batch/v1", "Job", "j"), "07:00", ADMITTED("08:00")),
     "j at 0s in q, 2 pods, 3h\n"},
};

static const struct mistake {
    const char *name;
    const char *options;
    const char *objects;
    const char *message;
} mistakes[] = {
    {"a_node_that_the_scenario_does_not_have", "duration: 1h", POD("p", "", "", "gpu-7", "08:00"),
     "FILE:1:81: error: nodeName: 'gpu-7': the cluster of the scenario has no node of this name; "
     "see `names` of its pools"},
    {"a_time_that_is_none", "duration: 1h",
     WORKLOAD("w", "", "08:00",
              "admission: {}, conditions: [{type: QuotaReserved, status: 'True'}, {type: Admitted, "
              "status: 'True', lastTransitionTime: noon}]"),
     "error: lastTransitionTime: 'noon': "},
    {"a_time_of_submission", "duration: 1h, submit: 5m", WORKLOAD("w", "", "08:00", ""),
     "error: submit: not with `live: true`; a live cluster's objects say when they came"},
    {"no_row_of_the_history", "duration: {history: HISTORY, by: queue}",
     WORKLOAD("w", "", "08:00", ""), "Workload w: no row of "},
    {"an_unknown_key_of_the_history", "duration: {history: HISTORY, by: colour}",
     WORKLOAD("w", "", "08:00", ""),
     "by: 'colour'; expected name, namespace, queue, {label: KEY} or {annotation: KEY}"},
    {"a_history_without_columns", "duration: {history: FILE}", WORKLOAD("w", "", "08:00", ""),
     "error: column 'key' is missing"},
};

/* --- running a row --- */

struct opened {
    struct temp_file objects, history;
    struct source_run run;
};

/* text with a word replaced by a path. */
static char *with(char *text, const char *word, const char *path)
{
    char *at = strstr(text, word);
    if (at == NULL)
        return text;
    char *out = malloc(strlen(text) + strlen(path) + 1);
    assert_non_null(out);
    sprintf(out, "%.*s%s%s", (int)(at - text), text, path, at + strlen(word));
    free(text);
    return out;
}

static void open_it(struct opened *o, const char *options, const char *objects)
{
    const bool is_live = strstr(options, "live:") == NULL;
    temp_file_text(&o->objects, objects);
    temp_file_text(&o->history, "key,duration\na,10m\nz,2m\na,4h\n");
    char *text = malloc(strlen(options) + 64);
    assert_non_null(text);
    sprintf(text, "{kubernetes: [FILE], %s%s}", options, is_live ? ", live: true" : "");
    text = with(text, "FILE", o->objects.path);
    text = with(text, "FILE", o->objects.path);
    text = with(text, "HISTORY", o->history.path);
    source_run_open(&o->run, &world, text);
    free(text);
}

static void close_it(struct opened *o)
{
    source_run_close(&o->run);
    temp_file_remove(&o->objects);
    temp_file_remove(&o->history);
}

static const char *span(char *text, int64_t ns)
{
    return duration_print(text, ns);
}

static void print_work(const struct job_spec *j, FILE *out)
{
    char text[DURATION_TEXT], done[DURATION_TEXT];
    if (j->extra->task_work != NULL) {
        fprintf(out, ", pods of it:");
        for (uint32_t made = 0; made < 3; made++)
            fprintf(out, " %s", span(text, j->extra->task_work(j->extra, 1, made)));
        return;
    }
    fprintf(out, ", %s", span(text, j->work_ns));
    if (j->begun_ns > 0)
        fprintf(out, " of which %s is done", span(done, j->begun_ns));
}

static void print_job(const struct source_run *r, FILE *out)
{
    const struct job_spec *j = &r->job;
    const struct live_state *live = j->extra->live;
    char at[DURATION_TEXT], waited[DURATION_TEXT];
    uint32_t pods = 0;
    for (uint32_t g = 0; g < j->groups_len; g++)
        pods += j->groups[g].count;
    fprintf(out, "%s at %s in %s, %" PRIu32 " pods", intern_text(r->names.words, j->name_word),
            span(at, j->submit_ns - START_NS), intern_text(r->names.words, j->queue_word), pods);
    if (live != NULL && live->is_running)
        fputs(", runs", out);
    if (j->waited_ns > 0)
        fprintf(out, ", has waited %s", span(waited, j->waited_ns));
    print_work(j, out);
    for (uint32_t i = 0; live != NULL && i < live->places_len; i++)
        fprintf(out, ", on %s %" PRIu32, intern_text(r->names.words, live->places[i].node),
                live->places[i].count);
    if (live != NULL && live->workload != NULL)
        fprintf(out, ", workload %s", live->workload->name);
    fputc('\n', out);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct opened o;
    open_it(&o, row->options, row->objects);
    if (!o.run.is_open)
        fail_msg("%s", messages_text(&o.run.m));
    char *text;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    while (source_run_next(&o.run) == PULL_JOB)
        print_job(&o.run, out);
    source_run_print_tally(&o.run, out);
    fclose(out);
    const char *start = text;
    for (char *dash = text; (dash = strstr(dash, "\n-")) != NULL;)
        memmove(dash + 1, dash + 2, strlen(dash + 2) + 1);
    assert_string_equal(start, row->comes);
    free(text);
    close_it(&o);
}

static void check_mistake(void **state)
{
    const struct mistake *m = *state;
    struct opened o;
    char all[2000];
    open_it(&o, m->options, m->objects);
    assert_false(o.run.is_open);
    const char *hidden = strncmp(m->message, "FILE", 4) == 0 ? o.objects.path : "";
    assert_true(snprintf(all, sizeof all, "%s%s", hidden,
                         m->message + (hidden[0] == '\0' ? 0 : 4)) < (int)sizeof all);
    if (strstr(messages_text(&o.run.m), all) == NULL)
        fail_msg("%s\nis not in\n%s", all, messages_text(&o.run.m));
    close_it(&o);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + LEN(mistakes)];
    size_t n = 0;
    for (size_t i = 0; i < LEN(rows); i++)
        tests[n++] = (struct CMUnitTest){.name = rows[i].name,
                                         .test_func = check_row,
                                         .initial_state = (void *)(uintptr_t)&rows[i]};
    for (size_t i = 0; i < LEN(mistakes); i++)
        tests[n++] = (struct CMUnitTest){.name = mistakes[i].name,
                                         .test_func = check_mistake,
                                         .initial_state = (void *)(uintptr_t)&mistakes[i]};
    return cmocka_run_group_tests_name("live_source", tests, NULL, NULL);
}
