/*
 * Every policy that is registered, held to the port's contract: it describes itself, and on random
 * clusters and workloads no verb of it is refused, all invariants hold at every instant
 * (models/audit.h), every job that can run ends, every second of its wait has a reason, and a
 * second run is like the first.
 */
#include "models/kubernetes/controller.h"
#include "policies/registry.h"
#include "sim/intern.h"
#include "sim/rng.h"
#include "sim/yaml.h"
#include "tests/unit.h"
#include "tests/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 7, WORLDS = 60, JOBS = 60, MOST_NODES = 6, MOST_GPUS = 8, NODE_CPU_MILLI = 16000 };

#define SECOND_NS INT64_C(1000000000)

/* What policies need that cannot run without options, and what they cannot do. */
static const struct site {
    const char *policy;
    const char *options; /* NULL: none */
    bool places_pods;    /* one by one: two gangs that both have got half wait for ever */
    bool wants_alike;    /* refuses gangs whose tasks ask for different things */
} sites[] = {
    {"kueue", "{objects: [data/contract/kueue.yaml], termination: 5s}", true, false},
    {"kube-scheduler", NULL, true, false},
    {"slurm", NULL, false, true},
    {"annotation-map", "{generate: first-fit, mode: strict}", false, false},
};

/* --- what it says of itself --- */

static void describes_itself(void **state)
{
    const struct policy_ops *p = *state;
    assert_int_equal(p->api, POLICY_API);
    assert_true(p->name[0] != '\0');
    assert_int_equal(strspn(p->name, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(p->name));
    assert_ptr_equal(policy_find(p->name), p); /* nobody else has its name */
    assert_true(strlen(p->summary) > 10 && strchr(p->summary, '\n') == NULL);
    assert_true(p->roles != 0 && (p->roles & ~(unsigned)(ROLE_ADMIT | ROLE_PLACE)) == 0);
    assert_true(p->open != NULL && p->notify != NULL && p->decide != NULL && p->close != NULL);
    assert_true(p->wants < NOTE_BIT(NOTE_KINDS));
    assert_non_null(p->reasons);
    assert_non_null(p->reasons[0]);
    for (size_t i = 0; p->reasons[i] != NULL; i++) {
        assert_true(p->reasons[i][0] != '\0' && strpbrk(p->reasons[i], ",\"\n") == NULL);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(p->reasons[i], p->reasons[k]);
    }
}

/* --- random worlds --- */

/* Some live a while and are deleted, though their pods go on for ever. */
static const struct controller controllers[] = {
    {.kind = CONTROLLER_POD,
     .restarts = RESTART_NEVER,
     .parallelism = 1,
     .completions = 1,
     .deadline_ns = LIMIT_NONE,
     .lifetime_ns = LIMIT_NONE},
    {.kind = CONTROLLER_JOB,
     .restarts = RESTART_NEVER,
     .parallelism = 3,
     .completions = 7,
     .backoff_limit = 100,
     .deadline_ns = LIMIT_NONE,
     .lifetime_ns = LIMIT_NONE},
    {.kind = CONTROLLER_JOB,
     .restarts = RESTART_NEVER,
     .parallelism = 4,
     .completions = 4,
     .backoff_limit = 100,
     .is_indexed = true,
     .deadline_ns = 200 * SECOND_NS,
     .lifetime_ns = LIMIT_NONE},
    {.kind = CONTROLLER_DEPLOYMENT,
     .parallelism = 2,
     .deadline_ns = LIMIT_NONE,
     .lifetime_ns = 100 * SECOND_NS},
    {.kind = CONTROLLER_STATEFULSET,
     .parallelism = 3,
     .is_ordered = true,
     .deadline_ns = LIMIT_NONE,
     .lifetime_ns = 150 * SECOND_NS},
};

#define EXTRA(i)                                                                                  \
    {                                                                                             \
        .controller = &controllers[i], .namespace_word = INTERN_NONE,                             \
        .priority_class_word = INTERN_NONE, .account_word = INTERN_NONE, .qos_word = INTERN_NONE, \
        .array_task = UINT32_MAX,                                                                 \
    }
static const struct job_extra extras[] = {EXTRA(0), EXTRA(1), EXTRA(2), EXTRA(3), EXTRA(4)};

struct made_world {
    struct world w;
    uint32_t gpus_of_node[MOST_NODES];
    struct world_job jobs[JOBS];
    struct timeline_entry timeline[2 * MOST_NODES];
};

static uint32_t draw(gsl_rng *rng, unsigned long below)
{
    return (uint32_t)gsl_rng_uniform_int(rng, below);
}

/* Takes so many tasks off the lowest nodes; false if they do not fit. */
static bool take(const struct made_world *m, const struct world_job *j, uint32_t gpus,
                 uint32_t tasks, int64_t (*used)[2])
{
    for (uint32_t n = 0; n < m->w.nodes && tasks > 0; n++)
        for (; tasks > 0 && used[n][0] + gpus <= m->gpus_of_node[n] &&
               used[n][1] + j->cpu_milli <= NODE_CPU_MILLI;
             tasks--) {
            used[n][0] += gpus;
            used[n][1] += j->cpu_milli;
        }
    return tasks == 0;
}

static bool could_run(const struct made_world *m, const struct world_job *j)
{
    int64_t used[MOST_NODES][2] = {{0}};
    return take(m, j, j->gpus, j->tasks, used) && take(m, j, j->more_gpus, j->more_tasks, used);
}

static struct world_job random_job(gsl_rng *rng, const struct made_world *m, bool is_varied,
                                   const struct site *site)
{
    const bool has_gangs = !site->places_pods;
    const int64_t work_s = 1 + draw(rng, 40);
    struct world_job j = {
        .work_s = work_s,
        .gpus = draw(rng, 2) ? 1 : 1 + draw(rng, m->w.gpus_per_node),
        .tasks = 1 + (draw(rng, 2) && has_gangs ? draw(rng, 6) : 0),
        .limit_s = draw(rng, 4) == 0 ? 0 : 1 + draw(rng, 2 * (unsigned long)work_s),
        .patience_s = draw(rng, 8) == 0 ? 1 + draw(rng, 60) : 0,
        .priority = (int32_t)draw(rng, 3),
        .user = draw(rng, 2) ? "anna" : "berta",
        .queue = "all",
    };
    if (!is_varied)
        return j;
    j.cpu_milli = draw(rng, 3) * 1000;
    if (draw(rng, 5) == 0 && has_gangs && !site->wants_alike)
        j.more_gpus = draw(rng, 3), j.more_tasks = 1 + draw(rng, 2);
    else if (draw(rng, 3) == 0)
        j.extra = &extras[draw(rng, LEN(extras))];
    if (j.extra != NULL)
        j.tasks = j.extra->controller->parallelism;
    return j;
}

/* Nodes break and come back. */
static void add_troubles(gsl_rng *rng, struct made_world *m, int64_t last_s)
{
    size_t len = 0;
    for (uint32_t n = 0; n < m->w.nodes; n++) {
        if (draw(rng, 3) != 0)
            continue;
        const int64_t at_s = draw(rng, (unsigned long)last_s + 1);
        const enum node_state how = draw(rng, 2) ? NODE_DOWN : NODE_CORDONED;
        m->timeline[len++] =
            (struct timeline_entry){.at_ns = at_s * SECOND_NS, .node = n, .state = how};
        m->timeline[len++] = (struct timeline_entry){
            .at_ns = (at_s + 1 + draw(rng, 60)) * SECOND_NS, .node = n, .state = NODE_READY};
    }
    m->w.timeline = m->timeline;
    m->w.timeline_len = len;
}

static void make_world(gsl_rng *rng, struct made_world *m, uint32_t number, const struct site *site)
{
    memset(m, 0, sizeof *m);
    m->w.nodes = 1 + draw(rng, MOST_NODES);
    m->w.gpus_per_node = 1 + draw(rng, MOST_GPUS);
    for (uint32_t n = 0; n < m->w.nodes; n++)
        m->gpus_of_node[n] = 1 + draw(rng, m->w.gpus_per_node);
    m->gpus_of_node[0] = m->w.gpus_per_node;
    m->w.gpus_of_node = m->gpus_of_node;
    m->w.cpu_milli = NODE_CPU_MILLI;
    m->w.is_loose = draw(rng, 2);
    m->w.startup_s = draw(rng, 3) == 0 ? 2 : 0;
    int64_t at_s = 0;
    for (size_t i = 0; i < JOBS; i++) {
        do
            m->jobs[i] = random_job(rng, m, number % 2 == 1, site);
        while (!could_run(m, &m->jobs[i]));
        at_s += draw(rng, 2) * draw(rng, 15);
        m->jobs[i].submit_s = at_s;
    }
    m->w.jobs = m->jobs;
    m->w.jobs_len = JOBS;
    if (number % 4 == 3)
        add_troubles(rng, m, at_s);
    m->w.audit = true;
    m->w.log = stderr;
}

/* --- what it does --- */

static const struct site *site_of(const struct policy_ops *p)
{
    static const struct site plain = {0};
    for (size_t i = 0; i < LEN(sites); i++)
        if (strcmp(sites[i].policy, p->name) == 0)
            return &sites[i];
    return &plain;
}

static const struct yaml_node *options_of(const struct policy_ops *p, struct yaml_file **file,
                                          struct diag *d)
{
    const char *text = site_of(p)->options;
    if (text == NULL)
        return NULL;
    *file = yaml_parse("tests/test_policy_contract.c", text, strlen(text), d);
    return yaml_doc(*file, 0);
}

/* One that only admits is put over a placer or, where there is none, has no nodes. */
static void run(struct world *w, const struct policy_ops *p)
{
    struct diag d;
    diag_init(&d, stderr);
    struct yaml_file *file = NULL;
    struct policy_use stack[2] = {{.ops = p, .options = options_of(p, &file, &d)},
                                  {.ops = policy_find("kube-scheduler")}};
    const bool only_admits = (p->roles & ROLE_PLACE) == 0;
    if (only_admits && stack[1].ops == NULL)
        w->nodes = 0, w->timeline_len = 0;
    w->policies = stack;
    w->policies_len = only_admits && stack[1].ops != NULL ? 2 : 1;
    world_run(w);
    yaml_close(file);
    assert_int_equal(diag_errors(&d), 0);
    diag_fini(&d);
}

static void check_job(const struct world_job *in, const struct world_result *out)
{
    const bool is_pod = in->extra != NULL && in->extra->controller->kind == CONTROLLER_POD;
    assert_true(out->is_over);
    if (out->cause == END_LOST)
        assert_true(in->patience_s > 0 && out->wait_s <= in->patience_s);
    else if (out->cause == END_NODE)
        assert_true(is_pod); /* nobody makes it again */
    else if (out->cause == END_TIMEOUT)
        assert_true(in->extra != NULL && in->extra->controller->deadline_ns != LIMIT_NONE);
    else
        assert_int_equal(out->cause, END_DONE);
    assert_int_equal(out->unexplained_s, 0);
}

static void compare(const struct world *a, const struct world *b)
{
    assert_memory_equal(&a->counts, &b->counts, sizeof a->counts);
    for (size_t i = 0; i < a->jobs_len; i++) {
        assert_int_equal(a->results[i].start_s, b->results[i].start_s);
        assert_int_equal(a->results[i].end_s, b->results[i].end_s);
        assert_int_equal(a->results[i].first_node, b->results[i].first_node);
        assert_int_equal(a->results[i].gpu_mask, b->results[i].gpu_mask);
    }
}

static void keeps_the_rules_on_random_workloads(void **state)
{
    const struct policy_ops *p = *state;
    const struct site *site = site_of(p);
    struct made_world *m = malloc(sizeof *m), *again = malloc(sizeof *again);
    for (uint32_t i = 0; i < WORLDS; i++) {
        gsl_rng *rng = rng_open(SEED, 0, "contract", i);
        make_world(rng, m, i, site);
        print_message("%s: seed %d, world %u: %u nodes\n", p->name, SEED, i, m->w.nodes);
        run(&m->w, p);
        assert_int_equal(m->w.end, SIMULATION_DRAINED);
        assert_int_equal(m->w.counts.verbs_refused, 0);
        for (size_t k = 0; k < JOBS; k++)
            check_job(&m->jobs[k], &m->w.results[k]);
        gsl_rng_free(rng);
        rng = rng_open(SEED, 0, "contract", i);
        make_world(rng, again, i, site);
        run(&again->w, p);
        compare(&m->w, &again->w);
        gsl_rng_free(rng);
    }
    free(m);
    free(again);
}

int main(void)
{
    const struct policy_ops *const *all = policy_all();
    size_t len = 0;
    while (all[len] != NULL)
        len++;
    struct CMUnitTest *tests = calloc(2 * len, sizeof tests[0]);
    char(*names)[2][80] = calloc(len, sizeof names[0]);
    for (size_t i = 0; i < len; i++) {
        snprintf(names[i][0], sizeof names[i][0], "%s_describes_itself", all[i]->name);
        snprintf(names[i][1], sizeof names[i][1], "%s_keeps_the_rules", all[i]->name);
        tests[2 * i] = (struct CMUnitTest){.name = names[i][0],
                                           .test_func = describes_itself,
                                           .initial_state = (void *)(uintptr_t)all[i]};
        tests[2 * i + 1] = (struct CMUnitTest){.name = names[i][1],
                                               .test_func = keeps_the_rules_on_random_workloads,
                                               .initial_state = (void *)(uintptr_t)all[i]};
    }
    const int failed = _cmocka_run_group_tests("policy_contract", tests, 2 * len, NULL, NULL);
    free(tests);
    free(names);
    return failed;
}
