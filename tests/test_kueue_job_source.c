/*
 * The kubernetes source with Kueue's maker: one simulated job for each recorded Workload, with its
 * pod sets, counts and requests, of jobs of every kind; and what it leaves out.
 */
#include "models/kubernetes/tree.h"
#include "models/kubernetes/workload.h"
#include "models/request.h"
#include "policies/kueue/workload_maker.h"
#include "sim/arena.h"
#include "sim/file_text.h"
#include "sim/intern.h"
#include "tests/kueue_case.h"
#include "tests/kueue_verdict.h"
#include "tests/source_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct source_world quota_only = {.nodes = 0, .maker = &kueue_workload_maker};

/* --- what the source makes of a file --- */

struct set {
    const char *name;
    uint32_t count, min_count, request;
    const struct yaml_node *topology;
};

struct found {
    const char *queue;
    uint32_t sets_len;
    struct set sets[WORKLOAD_MOST_SETS];
    bool is_taken; /* by a record */
};

enum { JOBS_MOST = 64 };

struct opened {
    struct source_run run;
    struct found jobs[JOBS_MOST];
    size_t len;
};

static void keep(struct opened *o)
{
    const struct job_spec *spec = &o->run.job;
    const struct workload *w = spec->extra->workload;
    struct found *j = &o->jobs[o->len++];
    *j = (struct found){.queue = intern_text(o->run.names.words, spec->queue_word),
                        .sets_len = spec->groups_len};
    for (uint32_t g = 0; g < spec->groups_len; g++)
        j->sets[g] =
            (struct set){spec->groups[g].name, spec->groups[g].count, spec->groups[g].min_count,
                         spec->groups[g].request, w->sets[g].topology};
}

static void open_file(struct opened *o, const char *path)
{
    char options[512];
    *o = (struct opened){.len = 0};
    assert_true(snprintf(options, sizeof options, "{kubernetes: [%s], duration: 1h}", path) <
                (int)sizeof options);
    source_run_open(&o->run, &quota_only, options);
    if (o->run.is_open)
        while (o->len < JOBS_MOST && source_run_next(&o->run) == PULL_JOB)
            keep(o);
}

/* --- against a record --- */

static bool requests_agree(const struct opened *o, const struct yaml_node *want, uint32_t request)
{
    const struct request *r = request_get(o->run.requests, request);
    uint32_t named = 0;
    for (size_t i = 0; i < tree_pairs(want); i++) {
        const uint32_t resource = intern_find(o->run.names.resources, want->pairs[i].key->text);
        const int64_t qty = tree_int(want->pairs[i].value, NULL, -1);
        if (qty == 0)
            continue;
        named++;
        if (resource == INTERN_NONE || request_amount(r, resource) != qty)
            return false;
    }
    return named == r->amounts_len;
}

static bool sets_agree(const struct opened *o, const struct yaml_node *want, const struct set *got)
{
    return strcmp(tree_text(want, "name", ""), got->name) == 0 &&
           tree_int(want, "count", -1) == got->count &&
           tree_int(want, "minCount", 0) == got->min_count &&
           tree_equal(tree_get(want, "topologyRequest"), got->topology) &&
           requests_agree(o, tree_get(want, "requests"), got->request);
}

static bool job_agrees(const struct opened *o, const struct yaml_node *want,
                       const struct found *got)
{
    const struct yaml_node *sets = tree_get(want, "podSets");
    bool ok = !got->is_taken && tree_len(sets) == got->sets_len &&
              strcmp(tree_text(want, "queueName", ""), got->queue) == 0;
    for (uint32_t i = 0; ok && i < got->sets_len; i++)
        ok = sets_agree(o, sets->items[i], &got->sets[i]);
    return ok;
}

static bool is_found(struct opened *o, const struct yaml_node *want)
{
    for (size_t i = 0; i < o->len; i++)
        if (job_agrees(o, want, &o->jobs[i])) {
            o->jobs[i].is_taken = true;
            return true;
        }
    printf("  no job is as the Workload %s; there are %zu\n", tree_text(want, "name", ""), o->len);
    for (size_t i = 0; i < o->len; i++)
        printf("    job %zu of %" PRIu32 " sets, first %s x %" PRIu32 ", queue %s\n", i,
               o->jobs[i].sets_len, o->jobs[i].sets[0].name, o->jobs[i].sets[0].count,
               o->jobs[i].queue);
    return false;
}

/* What a Configuration changes is the policy's business, not the source's. */
static bool is_for_the_source(const struct yaml_node *header)
{
    return tree_pairs(tree_get(header, "config")) == 0;
}

static bool equals(const char *path)
{
    size_t len;
    char *text;
    struct messages messages;
    messages_open(&messages);
    struct yaml_file *file = yaml_read(path, &messages.diag);
    const struct yaml_node *header = yaml_doc(file, 0);
    const struct yaml_node *want = tree_get(header, "expect.workloads");
    bool ok = true;
    assert_true(file_text_read(path, &text, &len));
    const char *rest = strstr(text, "\n---\n");
    if (is_for_the_source(header) && tree_len(want) > 0 && rest != NULL) {
        struct temp_file objects;
        struct opened o;
        temp_file_text(&objects, rest + 5);
        open_file(&o, objects.path);
        if (!o.run.is_open)
            ok = printf("  %s\n", messages_text(&o.run.m)) < 0;
        for (size_t i = 0; o.run.is_open && i < tree_len(want); i++)
            ok &= is_found(&o, want->items[i]);
        source_run_close(&o.run);
        temp_file_remove(&objects);
    }
    free(text);
    yaml_close(file);
    messages_close(&messages);
    return ok;
}

/* Of the first three the API server would refuse the pods; the next two have none; of the last,
 * what the pods ask of a node is less than what Kueue counts. */
static const char *const differing[] = {
    "examples/serving-workloads-sample-leaderworkerset-tas",
    "resources/exponent-and-suffix-quantities",
    "resources/requests-above-limits",
    "job/parallelism-zero",
    "jobset/replicas-zero",
    "resources/pod-level-limits-only",
    NULL,
};

static void every_recorded_workload_is_a_job(void **state)
{
    (void)state;
    assert_true(kueue_cases_run("jobs", equals, differing));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_recorded_workload_is_a_job),
    };
    return cmocka_run_group_tests_name("kueue_job_source", tests, NULL, NULL);
}
