/* `clustersim explain` as a user calls it: of every job of several scenarios the reasons add up. */
#include "tests/scenario_run.h"
#include "tests/table.h"
#include "tests/temp_file.h"
#include "tests/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Four teams for 10 hours, more than they get; %s: where the project lies. */
static const char busy[] =
    "clustersim: 1\n"
    "name: busy\n"
    "seed: 42\n"
    "cluster:\n"
    "  pools:\n"
    "    - {name: train, machine: Standard_ND96isr_H100_v5, count: 2, labels: {gpu-type: h100}}\n"
    "workload:\n"
    "  - generate:\n"
    "      name: research\n"
    "      tenants: {team-a: 4, team-b: 2, team-c: 1, team-d: 1}\n"
    "      queue: \"{tenant}\"\n"
    "      arrivals: {process: poisson, rate: 7/h}\n"
    "      gpus: {values: [1, 2, 4, 8], weights: [50, 20, 15, 12]}\n"
    "      duration: {lognormal: {median: 25m, p95: 3h}, max: 24h}\n"
    "      limit: {factor: {uniform: [1.2, 5]}}\n"
    "      priority: {values: [low, high], weights: [4, 1]}\n"
    "      until: 10h\n"
    "policies:\n"
    "  - name: kueue\n"
    "    stack: [kueue, kube-scheduler]\n"
    "    kueue: {objects: [%s/examples/four-teams/kueue/]}\n"
    "  - name: annotation-map\n"
    "    annotation-map: {generate: first-fit, mode: strict}\n"
    "  - name: conservative\n"
    "    conservative: {}\n"
    "run: {until: drained}\n";

static const struct row {
    const char *scenario, *policy; /* NULL: busy */
} rows[] = {
    {NULL, "kueue"},
    {NULL, "annotation-map"},
    {NULL, "conservative"},
    {"tests/data/scenarios/gb10-slurm/scenario.yaml", "slurm"},
    {"tests/data/scenarios/annotation-map/scenario.yaml", "strict"},
    {"tests/data/scenarios/tas-racks/scenario.yaml", "kueue"},
    {"tests/data/scenarios/tas-provisioning/scenario.yaml", "kueue"},
    {"tests/data/scenarios/two-taints/scenario.yaml", "kube-scheduler"},
};

/* --- reading what it says --- */

/* The value of a key in its line of JSON, without quotes and comma; false: another line. */
static bool value_of(const char *line, const char *key, char out[128])
{
    char start[64];
    snprintf(start, sizeof start, "\"%s\": ", key);
    const char *at = strstr(line, start);
    if (at == NULL || strspn(line, " ") != (size_t)(at - line))
        return false;
    at += strlen(start);
    size_t len = strcspn(at, ",\n");
    if (len >= 2 && at[0] == '"') {
        at++;
        len -= 2;
    }
    assert_true(len < 128);
    memcpy(out, at, len);
    out[len] = '\0';
    return true;
}

enum { MOST_REASONS = 64 };

struct told {
    int128 wait;
    char names[MOST_REASONS][64];
    int128 waits[MOST_REASONS]; /* as stated, by reason ... */
    int128 spans[MOST_REASONS]; /* ... and as the intervals have it */
    size_t reasons;
};

static size_t reason(struct told *t, const char *name)
{
    for (size_t r = 0; r < t->reasons; r++)
        if (strcmp(t->names[r], name) == 0)
            return r;
    assert_true(t->reasons < MOST_REASONS);
    assert_true(strlen(name) < sizeof t->names[0]);
    strcpy(t->names[t->reasons], name);
    return t->reasons++;
}

static void read_line(struct told *t, const char *line, bool *is_in_waits, int128 *length)
{
    char value[128];
    if (value_of(line, "wait_s", value))
        t->wait = table_parse(value);
    if (value_of(line, "length_s", value))
        *length = table_parse(value);
    if (value_of(line, "reason", value))
        t->spans[reason(t, value)] += *length;
    const char *name = strchr(line, '"');
    if (*is_in_waits && name != NULL) {
        char key[64];
        const size_t len = strcspn(name + 1, "\"");
        assert_true(len < sizeof key);
        memcpy(key, name + 1, len);
        key[len] = '\0';
        assert_true(value_of(line, key, value));
        t->waits[reason(t, key)] = table_parse(value);
    }
    if (strstr(line, "}") != NULL)
        *is_in_waits = false;
    if (strstr(line, "\"waited_for_s\": {") != NULL && strchr(line, '}') == NULL)
        *is_in_waits = true;
}

static struct told *read_told(const char *said)
{
    struct told *t = calloc(1, sizeof *t);
    assert_non_null(t);
    bool is_in_waits = false;
    int128 length = 0;
    for (const char *at = said; *at != '\0';) {
        const size_t len = strcspn(at, "\n");
        char *line = strndup(at, len);
        read_line(t, line, &is_in_waits, &length);
        free(line);
        at += len + (at[len] == '\n');
    }
    return t;
}

/* --- every job --- */

static void check_job(const char *path, const char *policy, const struct table *jobs, size_t row)
{
    char options[160], column[96];
    struct scenario_run r;
    snprintf(options, sizeof options, "--quiet --format json --policy %s --job %s", policy,
             table_text(jobs, row, "job"));
    scenario_say_path(&r, "explain", path, options);
    if (r.rc != 0)
        fail_msg("%s %s: %s", path, options, r.said);
    struct told *t = read_told(r.said);
    assert_true(t->wait == table_number(jobs, row, "wait_s"));
    int128 sum = 0;
    for (size_t i = 0; i < t->reasons; i++) {
        snprintf(column, sizeof column, "wait_%s_s", t->names[i]);
        assert_true(t->waits[i] == table_number(jobs, row, column));
        assert_true(t->waits[i] == t->spans[i]);
        sum += t->waits[i];
    }
    assert_true(sum == t->wait);
    free(t);
    scenario_run_close(&r);
}

static void reasons_of_every_job_add_up_to_its_wait(void **state)
{
    const struct row *row = *state;
    struct temp_file scenario;
    const char *path = row->scenario;
    if (path == NULL) {
        char here[512], text[3000];
        assert_non_null(getcwd(here, sizeof here));
        assert_true(snprintf(text, sizeof text, busy, here) < (int)sizeof text);
        temp_file_text(&scenario, text);
        path = scenario.path;
    }
    struct scenario_run r;
    scenario_run_path(&r, path, row->policy);
    if (r.rc != 0)
        fail_msg("exit code %d: %s", r.rc, r.said);
    struct table *jobs = table_read_in(r.out, "jobs.csv");
    size_t waited = 0;
    for (size_t i = 0; i < jobs->rows; i++) {
        check_job(path, row->policy, jobs, i);
        waited += table_number(jobs, i, "wait_s") > 0;
    }
    print_message("%s: %zu of %zu jobs waited\n", row->policy, waited, jobs->rows);
    table_free(jobs);
    scenario_run_close(&r);
    if (row->scenario == NULL)
        temp_file_remove(&scenario);
}

/* --- words --- */

/* Facts that only the policy knows: whose quota, which GPUs, which node. */
static const struct story {
    const char *scenario, *options;
    const char *said[8];
} stories[] = {
    {"examples/walkthrough.yaml",
     "--job team-a-job-low",
     {"team-a-job-low is job 1 of aks-kueue-walkthrough under kueue, seed 1\n",
      "asks for   1 task with 2 nvidia.com/gpu\n",
      "waited     6m55s (415 s), of these\n  100.0 %  415 s                      "
      "waiting_for_quota\n",
      "60s            5s           ending\n",
      "would have had quota with 2 more nvidia.com/gpu in team-a-cq, flavor h100-flavor\n",
      "held: 8 nvidia.com/gpu by 2 jobs: team-a-job-high 4 (team-a-cq), team-b-job-high 4 "
      "(team-b-cq)\n",
      "it was displaced by team-b-job-high at 60s: InCohortReclaimWhileBorrowing, by "
      "team-b-job-high\n"}},
    {"examples/walkthrough.yaml",
     "--job 3",
     {"it displaced team-a-job-low at 60s: ", "given back first: team-a-job-low, after 5s\n"}},
    {"tests/data/scenarios/gb10-slurm/scenario.yaml",
     "--policy slurm --job interactive",
     {"would have had room with nodes for 1 more task, each 1 nvidia.com/gpu (0 of 2 "
      "nvidia.com/gpu free, 0 on one node)\n",
      "held: 2 nvidia.com/gpu by 2 jobs: batch-2 1 (gpu), batch-3 1 (gpu)\n",
      "2h10s                       bound spark-1:0, where batch-2 had ended or stopped\n"}},
    {"tests/data/scenarios/annotation-map/scenario.yaml",
     "--policy strict --job late-1",
     {"waits: node_not_ready\n",
      "would have had its GPUs, vmss000001:2, on a node that is not down\n"}},
    {"tests/data/scenarios/annotation-map/scenario.yaml",
     "--policy strict --job no-map-0",
     {"waits: no_map\n", "no node is for it\n"}},
};

static void jobs_are_told_in_words(void **state)
{
    (void)state;
    for (size_t s = 0; s < LEN(stories); s++) {
        struct scenario_run r;
        scenario_say_path(&r, "explain", stories[s].scenario, stories[s].options);
        assert_int_equal(r.rc, 0);
        for (size_t i = 0; stories[s].said[i] != NULL; i++)
            if (strstr(r.said, stories[s].said[i]) == NULL)
                fail_msg("not said: %s\nbut: %s", stories[s].said[i], r.said);
        scenario_run_close(&r);
    }
}

static void what_cannot_be_explained_is_said(void **state)
{
    (void)state;
    static const struct bad {
        const char *options, *said;
    } bad[] = {
        {"", "--job ID or --queue NAME: one of them says what is to be explained"},
        {"--job 1 --queue team-a-lq", "--job ID or --queue NAME"},
        {"--job team-a-job-lw", "'team-a-job-lw': there is no such job; did you mean "
                                "'team-a-job-low'?"},
        {"--job 4", "'4': there are 3 jobs, numbered from 1"},
        {"--queue team-c-lq", "'team-c-lq': no job was in such a queue; did you mean 'team-"},
        {"--job 1 --format yaml", "--format: 'yaml': expected text or json"},
        {"--job 1 --policy slrm", "slrm"},
        {"--job", "--job: its value is missing"},
    };
    for (size_t i = 0; i < LEN(bad); i++) {
        struct scenario_run r;
        scenario_say_path(&r, "explain", "examples/walkthrough.yaml", bad[i].options);
        assert_int_equal(r.rc, 2);
        if (strstr(r.said, bad[i].said) == NULL)
            fail_msg("%s: not said: %s\nbut: %s", bad[i].options, bad[i].said, r.said);
        scenario_run_close(&r);
    }
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 2];
    char names[LEN(rows)][64];
    for (size_t i = 0; i < LEN(rows); i++) {
        snprintf(names[i], sizeof names[i], "%.40s of %s", rows[i].policy,
                 rows[i].scenario == NULL ? "busy" : "a golden scenario");
        tests[i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = reasons_of_every_job_add_up_to_its_wait,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    }
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(jobs_are_told_in_words);
    tests[LEN(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(what_cannot_be_explained_is_said);
    return cmocka_run_group_tests_name("program_explain", tests, NULL, NULL);
}
