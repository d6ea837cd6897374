#include "models/kubernetes/controller.h"
#include "models/kubernetes/node_terms.h"
#include "models/kubernetes/workload.h"
#include "models/names.h"
#include "models/request.h"
#include "sim/calendar.h"
#include "sim/intern.h"
#include "tests/shared_data.h"
#include "tests/source_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define HOUR_NS   (3600 * SECOND_NS)

static const struct source_world world = {.nodes = 4, .gpus = 8, .cpus = 96};
static const struct source_world quota_only = {.nodes = 0};
static const struct source_world a_week = {.nodes = 4, .gpus = 8, .horizon_ns = 168 * HOUR_NS};

/* --- manifests in a line --- */

#define META(name) "metadata: {name: " name "}"
#define SLEEP(s)   "restartPolicy: Never, containers: [{command: [sleep, '" s "']}]"
#define JOB(name, fields, pod)                                                                  \
    "{apiVersion: batch/v1, kind: Job, " META(name) ", spec: {" fields "template: {spec: {" pod \
                                                    "}}}}\n---\n"
#define POD(name, pod) "{apiVersion: v1, kind: Pod, " META(name) ", spec: {" pod "}}\n---\n"
#define SET(kind, name, fields, pod)                                       \
    "{apiVersion: apps/v1, kind: " kind ", " META(name) ", spec: {" fields \
                                                        "template: {spec: {" pod "}}}}\n---\n"
#define FOREVER "containers: [{command: [server]}]"

/* --- rows: options beside the file, a manifest, and what comes of them --- */

static const struct row {
    const char *name;
    const struct source_world *world;
    const char *options;
    const char *manifest;
    const char *comes;
} rows[] = {
    {"a_job_runs_as_long_as_it_sleeps", &world, "", JOB("j", "", SLEEP("600")),
     "j at 0s: 1 x, 10m of ever, tenant default, namespace default\n"},
    {"all_facts_are_taken", &world, "",
     "apiVersion: batch/v1\n"
     "kind: Job\n"
     "metadata:\n"
     "  name: train\n"
     "  namespace: team-a\n"
     "  labels: {kueue.x-k8s.io/queue-name: team-a-lq, kueue.x-k8s.io/priority-class: low}\n"
     "  annotations: {gpu-scheduling-map: '0=n0:1'}\n"
     "spec:\n"
     "  parallelism: 4\n"
     "  completions: 8\n"
     "  activeDeadlineSeconds: 3600\n"
     "  template:\n"
     "    spec:\n"
     "      restartPolicy: Never\n"
     "      priorityClassName: high\n"
     "      containers:\n"
     "      - command: [bash, -c, nvidia-smi && sleep 300]\n"
     "        resources: {requests: {cpu: 4}, limits: {nvidia.com/gpu: 2}}\n"
     "---\n"
     "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: high}, value: 7}\n",
     "train at 0s: 4 x 4000 cpu + 2 nvidia.com/gpu, 5m of 1h, tenant team-a, queue team-a-lq, "
     "priority 7, namespace team-a, class low, map '0=n0:1'\n"},
    {"the_map_of_the_pods_goes_before_that_of_the_object", &world, "",
     "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s, annotations: "
     "{gpu-scheduling-map: a}}, spec: {template: {metadata: {annotations: {gpu-scheduling-map: "
     "b}}, spec: {" FOREVER "}}}}",
     "s at 0s: 1 x, ever of ever, tenant default, service, namespace default, map 'b'\n"},
    {"services_never_end", &world, "duration: {from: sleep}",
     SET("Deployment", "d", "replicas: 3, ", "containers: [{command: [sleep, '60']}]")
         SET("StatefulSet", "s", "replicas: 2, ", FOREVER)
             POD("p", "containers: [{command: [sleep, '60']}]"),
     "d at 0s: 3 x, ever of ever, tenant default, service, namespace default\n"
     "s at 0s: 2 x, ever of ever, tenant default, service, namespace default\n"
     "p at 0s: 1 x, ever of ever, tenant default, service, namespace default\n"},
    {"pods_that_do_not_always_restart_end", &world, "", POD("p", SLEEP("5")),
     "p at 0s: 1 x, 5s of ever, tenant default, namespace default\n"},
    {"init_containers_come_first", &world, "",
     JOB("j", "",
         "restartPolicy: Never, initContainers: [{command: [sleep, '1']}, {command: [sleep, '2']},"
         "{restartPolicy: Always, command: [sleep, '99']}],"
         "containers: [{command: [sleep, '10']}, {command: [sleep, '20']}, {command: [date]}]"),
     "j at 0s: 1 x, 23s of ever, tenant default, namespace default\n"},
    {"args_alone_and_known_images_are_programs", &world, "",
     JOB("a", "", "restartPolicy: Never, containers: [{args: [sleep, '7']}]") JOB(
         "b", "", "restartPolicy: Never, containers: [{image: 'x.io/y/sleep:v1', args: [8s]}]")
         JOB("c", "", "restartPolicy: Never, containers: [{image: 'x/agnhost', args: [pause]}]"),
     "a at 0s: 1 x, 7s of ever, tenant default, namespace default\n"
     "b at 0s: 1 x, 8s of ever, tenant default, namespace default\n"
     "c at 0s: 1 x, ever of ever, tenant default, namespace default\n"},
    {"gangs_run_as_long_as_their_longest_role", &world, "",
     "{apiVersion: kubeflow.org/v1, kind: PyTorchJob, metadata: {name: p}, spec: {"
     "pytorchReplicaSpecs: {Master: {template: {spec: {" SLEEP(
         "60") "}}}, Worker: {replicas: 3,"
               "template: {spec: {restartPolicy: Never, containers: [{command: [sleep, '90'],"
               "resources: {limits: {nvidia.com/gpu: 8}}}]}}}}}}",
     "p at 0s: 1 x, 3 x 8 nvidia.com/gpu, 90s of ever, tenant default, namespace default\n"},

    /* submission */
    {"one_time_for_all", &world, "submit: 90s", JOB("a", "", SLEEP("1")) JOB("b", "", SLEEP("2")),
     "a at 90s: 1 x, 1s of ever, tenant default, namespace default\n"
     "b at 90s: 1 x, 2s of ever, tenant default, namespace default\n"},
    {"times_by_name_put_jobs_in_order", &world, "submit: {a: 30s, default/b: 10s, b: 99s}",
     JOB("a", "", SLEEP("1")) JOB("b", "", SLEEP("2")) JOB("c", "", SLEEP("3")),
     "c at 0s: 1 x, 3s of ever, tenant default, namespace default\n"
     "b at 10s: 1 x, 2s of ever, tenant default, namespace default\n"
     "a at 30s: 1 x, 1s of ever, tenant default, namespace default\n"},
    {"again_and_again", &world, "submit: {every: 24h, at: '02:00', count: 3}",
     JOB("nightly", "", SLEEP("60")),
     "nightly-0 at 2h: 1 x, 60s of ever, tenant default, namespace default\n"
     "nightly-1 at 1d2h: 1 x, 60s of ever, tenant default, namespace default\n"
     "nightly-2 at 2d2h: 1 x, 60s of ever, tenant default, namespace default\n"},
    {"the_horizon_ends_repetition", &a_week, "submit: {a: {every: 3d}, b: {every: 4d, until: 4d}}",
     JOB("a", "", SLEEP("1")) JOB("b", "", SLEEP("2")),
     "a-0 at 0s: 1 x, 1s of ever, tenant default, namespace default\n"
     "b-0 at 0s: 1 x, 2s of ever, tenant default, namespace default\n"
     "a-1 at 3d: 1 x, 1s of ever, tenant default, namespace default\n"
     "a-2 at 6d: 1 x, 1s of ever, tenant default, namespace default\n"},
    {"jobs_beyond_the_horizon_are_not_made", &a_week, "submit: 8d", JOB("a", "", SLEEP("1")), ""},
    {"a_dump_says_when", &world, "submit: {from: creationTimestamp}",
     "{apiVersion: v1, kind: Pod, metadata: {name: p, creationTimestamp: '1970-01-01T01:00:00Z'},"
     " spec: {" SLEEP("1") "}}\n---\n" JOB("old", "", SLEEP("2")),
     "old at 0s: 1 x, 2s of ever, tenant default, namespace default\n"
     "p at 1h: 1 x, 1s of ever, tenant default, namespace default\n"},
    {"never_submitted_twice_at_one_instant", &world,
     "submit: {every: 1s, at: '00:00:01', until: 1970-01-01T00:00:03Z}", JOB("a", "", SLEEP("1")),
     "a-0 at 1s: 1 x, 1s of ever, tenant default, namespace default\n"
     "a-1 at 2s: 1 x, 1s of ever, tenant default, namespace default\n"},

    /* run times */
    {"one_duration_for_all", &world, "duration: 5m",
     JOB("a", "", "restartPolicy: Never, containers: [{}]") JOB("b", "", SLEEP("2")),
     "a at 0s: 1 x, 5m of ever, tenant default, namespace default\n"
     "b at 0s: 1 x, 5m of ever, tenant default, namespace default\n"},
    {"durations_by_name", &world, "duration: {a: 1h, b: never, c: {constant: 200d}}",
     JOB("a", "", SLEEP("1")) JOB("b", "", SLEEP("2")) JOB("c", "", SLEEP("3"))
         JOB("d", "", SLEEP("4")),
     "a at 0s: 1 x, 1h of ever, tenant default, namespace default\n"
     "b at 0s: 1 x, ever of ever, tenant default, namespace default\n"
     "c at 0s: 1 x, 200d of ever, tenant default, namespace default\n"
     "d at 0s: 1 x, 4s of ever, tenant default, namespace default\n"},
    {"durations_from_annotations", &world, "duration: {annotation: sim/time}",
     "{apiVersion: batch/v1, kind: Job, metadata: {name: a, annotations: {sim/time: 90m}}, spec: "
     "{template: {spec: {" SLEEP(
         "1") "}}}}\n---\n"
              "{apiVersion: batch/v1, kind: Job, metadata: {name: b}, spec: "
              "{template: {metadata: {annotations: {sim/time: 3s}}, spec: {" SLEEP(
                  "1") "}}}}\n---\n" SET("Deployment", "d", "", FOREVER),
     "a at 0s: 1 x, 1h30m of ever, tenant default, namespace default\n"
     "b at 0s: 1 x, 3s of ever, tenant default, namespace default\n"
     "d at 0s: 1 x, ever of ever, tenant default, service, namespace default\n"},

    /* what is left out */
    {"nothing_asked_for_is_nothing_submitted", &world, "",
     SET("Deployment", "d", "replicas: 0, ", FOREVER) JOB("j", "parallelism: 0, ", SLEEP("1"))
         JOB("k", "completions: 0, ", SLEEP("1")) JOB("l", "", SLEEP("1")),
     "l at 0s: 1 x, 1s of ever, tenant default, namespace default\n"
     "-3 asks for no pods: left out (line 1)\n"},
    {"disks_are_not_looked_at_where_no_node_has_any", &world, "",
     JOB("j", "",
         "restartPolicy: Never, containers: [{command: [sleep, '1'], resources: {requests:"
         " {ephemeral-storage: 1Gi, memory: 0}}}]"),
     "j at 0s: 1 x, 1s of ever, tenant default, namespace default\n"
     "1 asks for disk or huge pages, which no node is described with: not looked at (line 0)\n"},
    {"but_kept_where_quota_alone_decides", &quota_only, "",
     JOB("j", "",
         "restartPolicy: Never, containers: [{command: [sleep, '1'], resources: {requests:"
         " {ephemeral-storage: 1Ki}}}]"),
     "j at 0s: 1 x 1024 ephemeral-storage, 1s of ever, tenant default, namespace default\n"},
};

static void write_manifest(struct temp_file *f, const char *manifest)
{
    temp_file_text(f, manifest);
}

static char *comes_of(const struct source_world *w, const char *options, const char *manifest)
{
    struct temp_file f;
    char all[1000];
    write_manifest(&f, manifest);
    snprintf(all, sizeof all, "{kubernetes: %s%s%s}", f.path, options[0] == '\0' ? "" : ", ",
             options);
    char *text = source_run_all(w, all, f.path);
    temp_file_remove(&f);
    return text;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    char *text = comes_of(row->world, row->options, row->manifest);
    assert_string_equal(text, row->comes);
    free(text);
}

/* --- mistakes: the first line of what is said --- */

static const struct mistake {
    const char *name, *options, *manifest, *message;
} mistakes[] = {
    {"no_run_time_in_a_command", "", JOB("j", "", "restartPolicy: Never, containers: [{}]"),
     "FILE:1:1: error: Job j: its command does not sleep, so its run time is unknown; give one "
     "beside the files: `duration: {j: 10m}`, for all of them `duration: 10m`, or as a "
     "distribution"},
    {"an_unclear_one", "",
     "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  restartPolicy: Never\n"
     "  containers:\n  - command: [sh, -c, sleep $N]\n",
     "FILE:7:14: error: Pod p: how long its command sleeps depends on more than its text; give one "
     "beside the files: `duration: {p: 10m}`, for all of them `duration: 10m`, or as a "
     "distribution"},
    {"numbers_in_a_command", "",
     JOB("j", "", "restartPolicy: Never, containers: [{command: [sleep, 600]}]"),
     "FILE:1:134: error: command: '600': not text to Kubernetes but a number; put it in quotes"},
    {"no_annotation", "duration: {annotation: sim/time}", JOB("j", "", SLEEP("1")),
     "FILE:1:1: error: Job j has no annotation 'sim/time'; give it one such as 'sim/time: 10m'"},
    {"a_bad_annotation", "duration: {annotation: t}",
     "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {t: '10'}}, spec: {" SLEEP(
         "1") "}}",
     "FILE:1:66: error: t: '10': no unit; expected a duration such as 90s or 1.5h"},
    {"a_name_that_is_no_job", "submit: {trian: 3s}", JOB("train", "", SLEEP("1")),
     "scenario.yaml:1:52: error: submit: 'trian': no job of this name in these files; did you mean "
     "'train'?"},
    {"a_duration_for_nobody", "duration: {x: 3s}", JOB("train", "", SLEEP("1")),
     "scenario.yaml:1:54: error: duration: 'x': no job of this name in these files"},
    {"a_bad_duration", "duration: 5", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:53: error: duration: '5': no unit; expected a duration such as 90s or "
     "1.5h"},
    {"a_duration_from_elsewhere", "duration: {from: luck}", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:60: error: from: 'luck'; expected sleep"},
    {"two_rules_at_once", "duration: {from: sleep, annotation: x}", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:53: error: duration: expected {from: sleep} alone"},
    {"a_bad_time", "submit: soon", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:51: error: submit: 'soon': not a number; expected a duration such as 90s or "
     "1.5h, or a date"},
    {"a_bad_time_of_day", "submit: {every: 1d, at: 2am}", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:67: error: at: '2am': no time of day; expected one such as 02:00"},
    {"times_of_day_end_at_24", "submit: {every: 1d, at: '24:00'}", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:67: error: at: '24:00': no time of day; expected one such as 02:00"},
    {"a_repetition_without_end", "submit: {every: 1d}", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:51: error: submit: never ends, and neither does the run; give count or "
     "until"},
    {"an_unknown_key_of_a_repetition", "submit: {every: 1d, counts: 3}", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:63: error: unknown key 'counts' in submit (every, at, count, until); did you "
     "mean 'count'?"},
    {"an_unknown_option", "durations: 5m", JOB("j", "", SLEEP("1")),
     "scenario.yaml:1:43: error: unknown key 'durations' in kubernetes (kubernetes, submit, "
     "duration, live); did you mean 'duration'?"},
    {"no_jobs", "", "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}",
     "scenario.yaml:1:14: error: kubernetes: there is no Job, Pod, Deployment or StatefulSet in "
     "these files"},
    {"half_a_gpu", "",
     JOB("j", "",
         "restartPolicy: Never, containers: [{command: [sleep, '1'], resources: {limits: "
         "{nvidia.com/gpu: 0.5}}}]"),
     "FILE:1:177: error: nvidia.com/gpu: '0.5': not a whole number; it comes in pieces"},
    {"more_gpus_than_there_are", "",
     JOB("j", "parallelism: 9000000, ",
         "restartPolicy: Never, containers: [{command: [sleep, '1'], resources: {limits: "
         "{nvidia.com/gpu: 1000000}}}]"),
     "FILE:1:1: error: Job j: its pods together ask for 9000000000000 GPUs"},
    {"a_job_that_always_restarts", "", JOB("j", "", FOREVER),
     "FILE:1:80: error: restartPolicy: missing; a Job needs Never or OnFailure"},
};

static void check_mistake(void **state)
{
    const struct mistake *m = *state;
    char *text = comes_of(&world, m->options, m->manifest);
    text[strcspn(text, "\n")] = '\0';
    assert_string_equal(text, m->message);
    free(text);
}

static void warnings_do_not_stop_anything(void **state)
{
    (void)state;
    char *text = comes_of(&world, "",
                          "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: c}\n---\n" JOB(
                              "j", "successPolicy: {}, ", "priorityClassName: urgent, " SLEEP("1"))
                              JOB("k", "", "priorityClassName: urgent, " SLEEP("2")));
    const char *const parts[] = {
        "FILE:1:1: warning: CronJob c: objects of this kind are not simulated; left out\n",
        "warning: successPolicy: not simulated\n",
        "warning: priorityClassName: 'urgent': no PriorityClass of this name in these files; it "
        "counts as 0\n",
        "j at 0s: 1 x, 1s of ever, tenant default, namespace default, class urgent\n"
        "k at 0s: 1 x, 2s of ever, tenant default, namespace default, class urgent\n",
    };
    const char *at = text;
    for (size_t i = 0; i < LEN(parts); i++) {
        at = strstr(at, parts[i]);
        assert_non_null(at);
        at += strlen(parts[i]);
    }
    assert_int_equal(*at, '\0');
    assert_null(strstr(strstr(text, "PriorityClass") + 1, "PriorityClass"));
    free(text);
}

/* --- what the text above does not show --- */

struct opened {
    struct temp_file file;
    struct source_run run;
};

static void open_with(struct opened *o, const char *options, const char *manifest)
{
    char all[600];
    temp_file_text(&o->file, manifest);
    snprintf(all, sizeof all, "{kubernetes: %s%s%s}", o->file.path, options[0] == '\0' ? "" : ", ",
             options);
    source_run_open(&o->run, &a_week, all);
    assert_true(o->run.is_open);
}

static void close_it(struct opened *o)
{
    source_run_close(&o->run);
    temp_file_remove(&o->file);
}

static void pods_bring_their_terms_and_their_controller(void **state)
{
    (void)state;
    struct opened o;
    open_with(&o, "",
              JOB("j", "parallelism: 2, completions: 3, completionMode: Indexed, ",
                  "tolerations: [{operator: Exists}], " SLEEP("1")) JOB("k", "", SLEEP("1")));
    assert_int_equal(source_run_next(&o.run), PULL_JOB);
    const struct job_spec j = o.run.job;
    const struct request *r = request_get(o.run.requests, j.groups[0].request);
    assert_int_not_equal(r->terms, NODE_TERMS_NONE);
    assert_int_equal(node_terms_get(o.run.names.terms, r->terms)->tolerations.len, 1);
    assert_non_null(j.extra->controller);
    assert_int_equal(j.extra->controller->parallelism, 2);
    assert_int_equal(j.extra->controller->completions, 3);
    assert_true(j.extra->controller->is_indexed);
    assert_true(j.extra->controller->lifetime_ns == LIMIT_NONE);
    assert_string_equal(j.extra->workload->object->name, "j");
    assert_int_equal(source_run_next(&o.run), PULL_JOB);
    assert_int_equal(request_get(o.run.requests, o.run.job.groups[0].request)->terms,
                     NODE_TERMS_NONE);
    assert_int_not_equal(o.run.job.extra->controller->name_seed, j.extra->controller->name_seed);
    assert_int_equal(source_run_next(&o.run), PULL_END);
    close_it(&o);
}

static void a_service_with_a_duration_is_deleted_after_it(void **state)
{
    (void)state;
    struct opened o;
    open_with(&o, "duration: {d: 3h, p: {uniform: [1h, 2h]}}",
              SET("Deployment", "d", "replicas: 3, ", FOREVER) POD("p", FOREVER));
    assert_int_equal(source_run_next(&o.run), PULL_JOB);
    assert_true(o.run.job.work_ns == WORK_ENDLESS);
    assert_true(o.run.job.extra->controller->lifetime_ns == 3 * HOUR_NS);
    assert_int_equal(source_run_next(&o.run), PULL_JOB);
    assert_true(o.run.job.work_ns == WORK_ENDLESS);
    assert_null(o.run.job.extra->task_work);
    assert_in_range(o.run.job.extra->controller->lifetime_ns, HOUR_NS, 2 * HOUR_NS);
    close_it(&o);
}

#define DRAWS JOB("one", "", SLEEP("1")) JOB("many", "parallelism: 2, completions: 9, ", SLEEP("1"))

static void every_pod_draws_a_run_time_of_its_own(void **state)
{
    (void)state;
    struct opened o;
    open_with(&o, "submit: {every: 1d}, duration: {uniform: [1h, 3h]}", DRAWS);
    int64_t first = 0, again = 0;
    for (int i = 0; i < 4; i++) {
        assert_int_equal(source_run_next(&o.run), PULL_JOB);
        const struct job_spec *j = &o.run.job;
        if (i % 2 == 0) {
            again = first;
            first = j->work_ns;
            assert_null(j->extra->task_work);
            assert_in_range(j->work_ns, HOUR_NS, 3 * HOUR_NS);
            continue;
        }
        assert_true(j->work_ns == 2 * HOUR_NS); /* the mean */
        int64_t sum = 0, last = 0;
        for (uint32_t pod = 0; pod < 1000; pod++) {
            const int64_t ns = j->extra->task_work(j->extra, 17, pod);
            assert_true(ns != last);
            assert_true(ns == j->extra->task_work(j->extra, 17, pod));
            assert_true(ns != j->extra->task_work(j->extra, 18, pod));
            last = ns;
            sum += ns / 1000;
        }
        /* a standard deviation of 2h / sqrt(12), by sqrt(1000), four times */
        assert_in_range(sum, 2 * HOUR_NS - 263 * SECOND_NS, 2 * HOUR_NS + 263 * SECOND_NS);
    }
    assert_true(first != again);
    close_it(&o);
}

static void run_times_do_not_depend_on_other_objects(void **state)
{
    (void)state;
    struct opened o;
    open_with(&o, "duration: {uniform: [1h, 3h]}", JOB("x", "", SLEEP("1")));
    assert_int_equal(source_run_next(&o.run), PULL_JOB);
    const int64_t alone = o.run.job.work_ns;
    close_it(&o);
    open_with(&o, "duration: {uniform: [1h, 3h]}", DRAWS JOB("x", "", SLEEP("1")));
    for (int i = 0; i < 3; i++)
        assert_int_equal(source_run_next(&o.run), PULL_JOB);
    assert_true(o.run.job.work_ns == alone);
    close_it(&o);
}

static void repetition_begins_at_its_time_of_day(void **state)
{
    (void)state;
    static const struct {
        const char *start, *rule, *want;
    } cases[] = {
        {"2026-03-02T08:00:00Z", "{every: 24h, at: '02:00', count: 1}", "2026-03-03T02:00:00Z"},
        {"2026-03-02T01:00:00Z", "{every: 24h, at: '02:00', count: 1}", "2026-03-02T02:00:00Z"},
        {"2026-03-02T02:00:00Z", "{every: 24h, at: '02:00', count: 1}", "2026-03-02T02:00:00Z"},
        {"2026-03-02T08:00:00Z", "{every: 6h, at: '02:00', count: 1}", "2026-03-02T08:00:00Z"},
        {"2026-03-02T09:00:00Z", "{every: 6h, at: '02:00', count: 1}", "2026-03-02T14:00:00Z"},
        {"2026-03-02T09:00:00Z", "{every: 7d, at: '02:00', count: 1}", "2026-03-09T02:00:00Z"},
        {"1969-12-31T20:00:00Z", "{every: 24h, at: '19:00', count: 1}", "1970-01-01T19:00:00Z"},
        {"2026-03-02T09:00:00Z", "{every: 7d, count: 1}", "2026-03-02T09:00:00Z"},
        {"2026-03-02T09:00:00Z", "2h", "2026-03-02T11:00:00Z"},
        {"2026-03-02T09:00:00Z", "2026-03-05", "2026-03-05T00:00:00Z"},
        {"2026-03-02T09:00:00Z", "2020-01-01", "2026-03-02T09:00:00Z"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct temp_file f;
        struct source_world w = a_week;
        struct source_run r;
        char options[300], date[CALENDAR_TEXT];
        const char *why;
        assert_true(calendar_parse(cases[i].start, &w.start_ns, &why));
        w.horizon_ns = w.start_ns + 1000 * HOUR_NS;
        temp_file_text(&f, JOB("j", "", SLEEP("1")));
        snprintf(options, sizeof options, "{kubernetes: %s, submit: %s}", f.path, cases[i].rule);
        source_run_open(&r, &w, options);
        assert_string_equal(messages_text(&r.m), "");
        assert_int_equal(source_run_next(&r), PULL_JOB);
        assert_string_equal(calendar_print(date, r.job.submit_ns), cases[i].want);
        source_run_close(&r);
        temp_file_remove(&f);
    }
}

static void thousands_of_jobs_come_in_order(void **state)
{
    (void)state;
    enum { JOBS = 2000 };
    struct opened o;
    char *manifest = NULL, *submit = NULL;
    size_t len;
    FILE *out = open_memstream(&manifest, &len);
    FILE *rules = open_memstream(&submit, &len);
    fputs("submit: {", rules);
    for (unsigned i = 0; i < JOBS; i++) {
        fprintf(out, JOB("j%u", "", SLEEP("1")), i);
        fprintf(rules, "j%u: %us,", i, i * 7919u % JOBS);
    }
    fputs("}", rules);
    fclose(out);
    fclose(rules);
    temp_file_text(&o.file, manifest);
    char *all = malloc(strlen(submit) + 200);
    sprintf(all, "{kubernetes: %s, %s}", o.file.path, submit);
    source_run_open(&o.run, &world, all);
    for (int i = 0; i < JOBS; i++) {
        assert_int_equal(source_run_next(&o.run), PULL_JOB);
        assert_true(o.run.job.submit_ns == i * SECOND_NS);
    }
    assert_int_equal(source_run_next(&o.run), PULL_END);
    assert_int_equal(source_run_next(&o.run), PULL_END);
    close_it(&o);
    free(all);
    free(manifest);
    free(submit);
}

/* The walkthrough of seed 000, the deployments of seed 001, the pod of seed 003. */
static void the_seeds_manifests_are_jobs(void **state)
{
    (void)state;
    char options[1500];
    const char *dir = shared_data_dir();
    if (dir == NULL) {
        print_message("the shared manifests are not present, skipped\n");
        return;
    }
    struct source_run r;
    snprintf(options, sizeof options,
             "{kubernetes: [%s/manifests/aks-kueue/team-a-job-low.yaml,"
             " %s/manifests/aks-kueue/team-a-job-high.yaml,"
             " %s/manifests/aks-kueue/team-b-job-high.yaml, %s/manifests/time-slicing/,"
             " %s/manifests/annotation-map/manual-test-pod.yaml],"
             " submit: {team-a-job-low: 0s, team-a-job-high: 30s, team-b-job-high: 60s},"
             " duration: {cuda-vectoradd: 10s}}",
             dir, dir, dir, dir, dir);
    source_run_open(&r, &world, options);
    char *text = source_run_text(&r);
    assert_string_equal(
        text,
        "team-a-job-low at 0s: 1 x 2 nvidia.com/gpu, 10m of ever, tenant team-a, queue team-a-lq, "
        "namespace team-a, class low-priority\n"
        "cuda-vectoradd at 0s: 1 x 1 nvidia.com/gpu, 10s of ever, tenant default, namespace "
        "default\n"
        "nvidia-smi-test at 0s: 4 x 1 nvidia.com/gpu, ever of ever, tenant default, service, "
        "namespace default\n"
        "vllm at 0s: 1 x 17179869184 memory + 1 nvidia.com/gpu, ever of ever, tenant default, "
        "service, namespace default\n"
        "manual-gpu-test at 0s: 1 x 100 cpu + 67108864 memory, 5m of ever, tenant default, "
        "namespace default, map '0=aks-workerpool-25338008-vmss000000:0,1\n"
        "1=aks-workerpool-25338008-vmss000001:2\n"
        "2=aks-workerpool-25338008-vmss000003:0,1,2\n"
        "3=aks-workerpool-25338008-vmss000004:3\n"
        "4=aks-workerpool-25338008-vmss000004:3\n"
        "'\n"
        "team-a-job-high at 30s: 1 x 4 nvidia.com/gpu, 10m of ever, tenant team-a, queue "
        "team-a-lq, namespace team-a, class high-priority\n"
        "team-b-job-high at 60s: 1 x 4 nvidia.com/gpu, 10m of ever, tenant team-b, queue "
        "team-b-lq, namespace team-b, class high-priority\n");
    print_message("3 of 3 folders of manifests\n");
    free(text);
    source_run_close(&r);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + LEN(mistakes) + 8] = {
        cmocka_unit_test(warnings_do_not_stop_anything),
        cmocka_unit_test(pods_bring_their_terms_and_their_controller),
        cmocka_unit_test(a_service_with_a_duration_is_deleted_after_it),
        cmocka_unit_test(every_pod_draws_a_run_time_of_its_own),
        cmocka_unit_test(run_times_do_not_depend_on_other_objects),
        cmocka_unit_test(repetition_begins_at_its_time_of_day),
        cmocka_unit_test(thousands_of_jobs_come_in_order),
        cmocka_unit_test(the_seeds_manifests_are_jobs),
    };
    size_t n = 8;
    for (size_t i = 0; i < LEN(rows); i++)
        tests[n++] = (struct CMUnitTest){.name = rows[i].name,
                                         .test_func = check_row,
                                         .initial_state = (void *)(uintptr_t)&rows[i]};
    for (size_t i = 0; i < LEN(mistakes); i++)
        tests[n++] = (struct CMUnitTest){.name = mistakes[i].name,
                                         .test_func = check_mistake,
                                         .initial_state = (void *)(uintptr_t)&mistakes[i]};
    return cmocka_run_group_tests_name("kubernetes_source", tests, NULL, NULL);
}
