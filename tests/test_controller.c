#include "models/free_index.h"
#include "models/kubernetes/controller.h"
#include "models/kubernetes/pod_name.h"
#include "sim/yaml.h"
#include "tests/unit.h"
#include "tests/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

/* --- a policy that places pods, tells what happens, and does to them what a script says --- */

enum act { STOP_POD, STOP_JOB, ADMIT, CORDON, UNCORDON };

struct step {
    int64_t at_s;
    enum act act;
    uint32_t index; /* of the pod; of the job's pods admitted */
    enum end_cause cause;
    int64_t notice_s, hold_s;
    bool requeue;
};

enum { LOG_MOST = 8192, MOST_PENDING = 64 };

struct script {
    struct yaml_node node; /* first: options point here */
    const struct step *steps;
    size_t len;
    char *log;
};

struct placer {
    const struct script *script;
    const struct cluster *cluster;
    struct free_index *free;
    uint32_t pending[MOST_PENDING];
    size_t pending_len;
    uint32_t job;
    size_t next_step;
    bool has_begun;
};

static bool placer_open(void *state, const struct policy_env *env, struct diag *d)
{
    (void)d;
    struct placer *p = state;
    p->script = (const struct script *)(const void *)env->options;
    p->cluster = env->cluster;
    p->free = free_index_new(env->cluster, env->requests, NULL, NULL);
    p->job = JOB_NONE;
    return true;
}

static void placer_close(void *state)
{
    free_index_free(((struct placer *)state)->free);
}

/* "30:+2" at 30 s pod 2 was made; = it got a node, - it is gone (and why), ! the job is over. */
static void tell(const struct placer *p, const struct acts *a, const char *what, uint32_t index,
                 const char *more)
{
    char *log = p->script->log;
    const size_t len = strlen(log);
    int64_t at_s = acts_now_ns(a) / SECOND_NS;
    snprintf(log + len, LOG_MOST - len, "%s%" PRId64 ":%s%" PRIu32 "%s", len == 0 ? "" : " ", at_s,
             what, index, more);
}

static void forget(struct placer *p, uint32_t task)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->pending_len; i++)
        if (p->pending[i] != task)
            p->pending[kept++] = p->pending[i];
    p->pending_len = kept;
}

static void placer_notify(void *state, const struct note *n, struct acts *a)
{
    struct placer *p = state;
    const struct task *t = n->task == TASK_NONE ? NULL : acts_task(a, n->task);
    switch (n->kind) {
    case NOTE_ARRIVED:
        p->job = n->job;
        break;
    case NOTE_ADMITTED:
        p->pending[p->pending_len++] = n->task;
        tell(p, a, "+", t->index, "");
        break;
    case NOTE_BOUND:
        tell(p, a, "=", t->index, "");
        break;
    case NOTE_RELEASED:
        tell(p, a, "-", t->index, end_cause_name(n->cause));
        break;
    case NOTE_JOB_CHANGED:
        forget(p, n->task);
        tell(p, a, "x", t->index, "");
        break;
    case NOTE_ENDED:
        tell(p, a, "!", 0, end_cause_name(n->cause));
        p->job = JOB_NONE;
        break;
    default:
        break;
    }
}

static uint32_t find_pod(const struct placer *p, const struct acts *a, uint32_t index)
{
    const struct job *job = acts_job(a, p->job);
    for (uint32_t id = job->first_task; id != TASK_NONE; id = acts_task(a, id)->next)
        if (acts_task(a, id)->index == index && acts_task(a, id)->cause == END_NONE)
            return id;
    return TASK_NONE;
}

static void do_step(struct placer *p, struct acts *a, const struct step *s)
{
    const struct group_admission admission = {.count = s->index, .request = REQUEST_NONE};
    if (s->act == ADMIT)
        assert_true(act_admit(a, &(struct admission){.job = p->job, .groups = &admission}));
    else if (s->act == CORDON || s->act == UNCORDON)
        assert_true(act_cordon(a, s->index, s->act == CORDON));
    else
        assert_true(act_stop(
            a, &(struct stop){.job = p->job,
                              .task = s->act == STOP_JOB ? TASK_NONE : find_pod(p, a, s->index),
                              .cause = s->cause,
                              .notice_ns = s->notice_s * SECOND_NS,
                              .hold_ns = s->hold_s * SECOND_NS,
                              .requeue = s->requeue}));
}

static void place_pending(struct placer *p, struct acts *a)
{
    for (size_t i = 0; i < p->pending_len;) {
        const struct task *t = acts_task(a, p->pending[i]);
        const struct job *job = acts_job(a, t->job);
        const uint32_t node = free_index_next(p->free, job->groups[t->group].request, 0);
        if (node == NODE_NONE) {
            i++;
            continue;
        }
        const struct slot slot = {.group = t->group, .node = node, .count = 1, .task = t->id};
        const uint32_t id = t->id;
        assert_true(act_bind(a, &(struct bind){.job = job->id, .slots = &slot, .slots_len = 1}));
        forget(p, id);
    }
}

static enum verdict placer_decide(void *state, struct acts *a)
{
    struct placer *p = state;
    const struct script *script = p->script;
    for (size_t i = 0; !p->has_begun && i < script->len; i++)
        act_wake(a, script->steps[i].at_s * SECOND_NS, PHASE_TIMER, i);
    p->has_begun = true;
    while (p->next_step < script->len &&
           script->steps[p->next_step].at_s * SECOND_NS <= acts_now_ns(a))
        do_step(p, a, &script->steps[p->next_step++]);
    if (p->cluster->nodes_len > 0)
        place_pending(p, a);
    return SETTLED;
}

#define PLACER_WANTS                                                                  \
    NOTE_BIT(NOTE_ARRIVED) | NOTE_BIT(NOTE_ADMITTED) | NOTE_BIT(NOTE_BOUND) |         \
        NOTE_BIT(NOTE_RELEASED) | NOTE_BIT(NOTE_JOB_CHANGED) | NOTE_BIT(NOTE_ENDED) | \
        NOTE_BIT(NOTE_TIMER)

static const struct policy_ops placer = {
    .api = POLICY_API,
    .name = "placer",
    .roles = ROLE_PLACE,
    .wants = PLACER_WANTS,
    .state_bytes = sizeof(struct placer),
    .open = placer_open,
    .notify = placer_notify,
    .decide = placer_decide,
    .close = placer_close,
};

/* The same, where jobs wait to be admitted by the script. */
static const struct policy_ops gatekeeper = {
    .api = POLICY_API,
    .name = "gatekeeper",
    .roles = ROLE_ADMIT,
    .wants = PLACER_WANTS,
    .state_bytes = sizeof(struct placer),
    .open = placer_open,
    .notify = placer_notify,
    .decide = placer_decide,
    .close = placer_close,
};

/* --- scenes --- */

struct scene {
    const char *name;
    struct controller c;
    int64_t work_s; /* 0: endless */
    uint32_t gpus;  /* of one pod, of 8; 0: 1 */
    int64_t startup_s, until_s;
    int64_t deadline_s, lifetime_s; /* 0: none */
    const struct step *steps;
    size_t steps_len;
    bool without_nodes;
    const char *log;
    int64_t end_s; /* -1: still there */
    enum end_cause cause;
    int64_t wait_s;
};

static void play(const struct scene *s, struct world *w, char *log)
{
    struct controller c = s->c;
    c.deadline_ns = s->deadline_s == 0 ? LIMIT_NONE : s->deadline_s * SECOND_NS;
    c.lifetime_ns = s->lifetime_s == 0 ? LIMIT_NONE : s->lifetime_s * SECOND_NS;
    const struct job_extra extra = {.controller = &c, .array_task = UINT32_MAX};
    const struct world_job job = {
        .work_s = s->work_s == 0 ? INT64_MAX : s->work_s,
        .gpus = s->gpus == 0 ? 1 : s->gpus,
        .tasks = s->c.parallelism,
        .name = "job",
        .extra = &extra,
    };
    const struct script script = {
        .node = {.file = "test"}, .steps = s->steps, .len = s->steps_len, .log = log};
    const struct policy_use policy = {s->without_nodes ? &gatekeeper : &placer, &script.node};
    w->nodes = s->without_nodes ? 0 : 1;
    w->gpus_per_node = 8;
    w->policies = &policy;
    w->policies_len = 1;
    w->jobs = &job;
    w->jobs_len = 1;
    w->startup_s = s->startup_s;
    w->until_s = s->until_s;
    w->audit = AUDIT_ALWAYS;
    world_run(w);
    assert_int_equal(w->counts.verbs_refused, 0);
}

static void check_scene(void **state)
{
    const struct scene *s = *state;
    struct world *w = calloc(1, sizeof *w);
    char *log = calloc(1, LOG_MOST);
    assert_non_null(w);
    assert_non_null(log);
    play(s, w, log);
    assert_string_equal(log, s->log);
    assert_int_equal(w->results[0].end_s, s->end_s);
    assert_int_equal(w->results[0].cause, s->cause);
    assert_int_equal(w->results[0].wait_s, s->wait_s);
    free(log);
    free(w);
}

#define STEPS(...)                               \
    .steps = (const struct step[]){__VA_ARGS__}, \
    .steps_len = sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step)
#define STOP_AT(s, pod, why)               \
    {                                      \
        s, STOP_POD, pod, why, 0, 0, false \
    }
#define LEAVE_AT(s, pod, why, end, hold)        \
    {                                           \
        s, STOP_POD, pod, why, end, hold, false \
    }
#define STOP_JOB_AT(s, why, end, hold)       \
    {                                        \
        s, STOP_JOB, 0, why, end, hold, true \
    }
#define ADMIT_AT(s, pods)                     \
    {                                         \
        s, ADMIT, pods, END_NONE, 0, 0, false \
    }

#define JOB(pods, all, limit, policy, ...)                                                       \
    {                                                                                            \
        .kind = CONTROLLER_JOB, .parallelism = pods, .completions = all, .backoff_limit = limit, \
        .restarts = policy, __VA_ARGS__                                                          \
    }
#define SERVICE(k, pods, ...)                                                   \
    {                                                                           \
        .kind = k, .restarts = RESTART_ALWAYS, .parallelism = pods, __VA_ARGS__ \
    }

static const struct scene scenes[] = {
    {
        .name = "a_job_runs_in_waves",
        .c = JOB(2, 5, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 10,
        .log = "0:+0 0:+1 0:=0 0:=1 10:-0done 10:+2 10:-1done 10:+3 10:=2 10:=3 "
               "20:-2done 20:+4 20:-3done 20:=4 30:-4done 30:!0done",
        .end_s = 30,
        .cause = END_DONE,
    },
    {
        .name = "a_job_without_completions_ends_when_one_succeeded_and_none_is_left",
        .c = JOB(2, UINT32_MAX, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 10,
        .gpus = 8,
        .log = "0:+0 0:+1 0:=0 10:-0done 10:=1 20:-1done 20:!0done",
        .end_s = 20,
        .cause = END_DONE,
    },
    {
        .name = "a_success_and_then_a_failure_end_a_job_without_completions_too",
        .c = JOB(2, UINT32_MAX, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 10,
        .gpus = 8,
        STEPS(STOP_AT(15, 1, END_FAILED)),
        .log = "0:+0 0:+1 0:=0 10:-0done 10:=1 15:-1failed 15:!0done",
        .end_s = 15,
        .cause = END_DONE,
    },
    {
        .name = "failed_pods_are_made_again_after_ten_twenty_forty_seconds",
        .c = JOB(1, 1, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 100,
        STEPS(STOP_AT(5, 0, END_FAILED), STOP_AT(16, 0, END_FAILED), STOP_AT(37, 0, END_FAILED)),
        .log = "0:+0 0:=0 5:-0failed 15:+0 15:=0 16:-0failed 36:+0 36:=0 37:-0failed 77:+0 77:=0 "
               "177:-0done 177:!0done",
        .end_s = 177,
        .cause = END_DONE,
    },
    {
        .name = "a_success_clears_the_backoff",
        .c = JOB(2, 4, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 8,
        STEPS(STOP_AT(4, 0, END_FAILED)),
        .log = "0:+0 0:+1 0:=0 0:=1 4:-0failed 8:-1done 8:+0 8:+2 8:=0 8:=2 16:-0done 16:+3 "
               "16:-2done 16:=3 24:-3done 24:!0done",
        .end_s = 24,
        .cause = END_DONE,
    },
    {
        .name = "one_failure_more_than_the_limit_fails_the_job",
        .c = JOB(2, 2, 1, RESTART_NEVER, .is_indexed = false),
        .work_s = 100,
        STEPS(STOP_AT(1, 0, END_FAILED), STOP_AT(2, 1, END_NODE)),
        .log = "0:+0 0:+1 0:=0 0:=1 1:-0failed 2:-1node 2:!0failed",
        .end_s = 2,
        .cause = END_FAILED,
    },
    {
        .name = "with_limit_zero_the_first_failure_counts",
        .c = JOB(2, 2, 0, RESTART_NEVER, .is_indexed = false),
        .work_s = 100,
        STEPS(STOP_AT(1, 1, END_FAILED)),
        .log = "0:+0 0:+1 0:=0 0:=1 1:-1failed 1:-0failed 1:!0failed",
        .end_s = 1,
        .cause = END_FAILED,
    },
    {
        .name = "a_preempted_pod_is_replaced_while_it_still_leaves",
        .c = JOB(2, 2, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 50,
        STEPS(LEAVE_AT(20, 0, END_PREEMPTED, 0, 30)),
        .log = "0:+0 0:+1 0:=0 0:=1 30:+0 30:=0 50:-1done 50:-0preempted 80:-0done 80:!0done",
        .end_s = 80,
        .cause = END_DONE,
    },
    {
        .name = "a_pod_that_ends_well_while_it_leaves_does_not_count",
        .c = JOB(1, 1, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 50,
        STEPS(LEAVE_AT(40, 0, END_PREEMPTED, 30, 0)),
        .log = "0:+0 0:=0 50:-0done 50:+0 50:=0 100:-0done 100:!0done",
        .end_s = 100,
        .cause = END_DONE,
    },
    {
        .name = "restarts_in_place_come_at_once_and_then_after_ten_twenty_seconds",
        .c = JOB(1, 1, 6, RESTART_ON_FAILURE, .is_indexed = false),
        .work_s = 100,
        STEPS(STOP_AT(10, 0, END_FAILED), STOP_AT(20, 0, END_FAILED), STOP_AT(35, 0, END_FAILED)),
        .log = "0:+0 0:=0 155:-0done 155:!0done", /* 10, 20 + 10, 35 + 20 + 100 */
        .end_s = 155,
        .cause = END_DONE,
    },
    {
        .name = "as_many_restarts_as_the_limit_fail_the_job",
        .c = JOB(2, 2, 2, RESTART_ON_FAILURE, .is_indexed = false),
        .work_s = 100,
        STEPS(STOP_AT(10, 0, END_FAILED), STOP_AT(20, 1, END_FAILED)),
        .log = "0:+0 0:+1 0:=0 0:=1 20:-0failed 20:-1failed 20:!0failed",
        .end_s = 20,
        .cause = END_FAILED,
    },
    {
        .name = "the_deadline_of_a_job_counts_from_its_admission",
        .c = JOB(1, 2, 6, RESTART_NEVER, .is_indexed = false),
        .deadline_s = 15,
        .work_s = 10,
        .log = "0:+0 0:=0 10:-0done 10:+1 10:=1 15:-1timeout 15:!0timeout",
        .end_s = 15,
        .cause = END_TIMEOUT,
    },
    {
        .name = "a_stopped_job_keeps_its_successes_and_makes_the_same_indexes_again",
        .c = JOB(3, 4, 6, RESTART_NEVER, .is_indexed = true),
        .work_s = 10,
        STEPS(STOP_JOB_AT(15, END_PREEMPTED, 0, 5)),
        .log = "0:+0 0:+1 0:+2 0:=0 0:=1 0:=2 10:-0done 10:+3 10:-1done 10:-2done 10:=3 "
               "20:-3preempted 20:+3 20:=3 30:-3done 30:!0done",
        .end_s = 30,
        .cause = END_DONE,
    },
    {
        .name = "pods_that_wait_are_withdrawn_when_their_job_stops",
        .c = JOB(3, 3, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 10,
        .gpus = 4,
        STEPS(STOP_JOB_AT(5, END_PREEMPTED, 0, 0)),
        .log = "0:+0 0:+1 0:+2 0:=0 0:=1 5:x2 5:-0preempted 5:-1preempted 5:+0 5:+1 5:+2 5:=0 5:=1 "
               "15:-0done 15:-1done 15:=2 25:-2done 25:!0done",
        .end_s = 25,
        .cause = END_DONE,
    },
    {
        .name = "a_job_that_succeeds_while_it_stops_is_done",
        .c = JOB(1, 1, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 10,
        STEPS(STOP_JOB_AT(5, END_PREEMPTED, 30, 0)),
        .log = "0:+0 0:=0 10:-0done 10:!0done",
        .end_s = 10,
        .cause = END_DONE,
    },
    {
        .name = "a_pod_is_over_when_it_ends",
        .c = {.kind = CONTROLLER_POD, .parallelism = 1, .restarts = RESTART_ON_FAILURE},
        .work_s = 10,
        .log = "0:+0 0:=0 10:-0done 10:!0done",
        .end_s = 10,
        .cause = END_DONE,
    },
    {
        .name = "a_preempted_pod_is_not_made_again",
        .c = {.kind = CONTROLLER_POD, .parallelism = 1, .restarts = RESTART_ALWAYS},
        STEPS(LEAVE_AT(5, 0, END_PREEMPTED, 0, 3)),
        .log = "0:+0 0:=0 8:-0preempted 8:!0preempted",
        .end_s = 8,
        .cause = END_PREEMPTED,
    },
    {
        .name = "a_pod_that_always_restarts_goes_on_until_it_is_deleted",
        .c = {.kind = CONTROLLER_POD, .parallelism = 1, .restarts = RESTART_ALWAYS},
        .lifetime_s = 100,
        .work_s = 10, /* 0-10, 10-20, 30-40, 60-70, and 110 would be next */
        .startup_s = 5,
        .log = "0:+0 0:=0 105:-0done 105:!0done",
        .end_s = 105,
        .cause = END_DONE,
    },
    {
        .name = "a_deployment_replaces_what_leaves_at_once",
        .c = SERVICE(CONTROLLER_DEPLOYMENT, 2, .is_ordered = false),
        .until_s = 100,
        STEPS(LEAVE_AT(10, 1, END_PREEMPTED, 0, 30), STOP_AT(50, 0, END_NODE)),
        .log = "0:+0 0:+1 0:=0 0:=1 10:+1 10:=1 40:-1preempted 50:-0node 50:+0 50:=0",
        .end_s = -1,
        .cause = END_OPEN,
    },
    {
        .name = "a_pod_works_through_its_notice_and_holds_its_devices_after_it",
        .c = SERVICE(CONTROLLER_STATEFULSET, 1, .is_ordered = false),
        .until_s = 100,
        STEPS(LEAVE_AT(10, 0, END_PREEMPTED, 20, 30)),
        .log = "0:+0 0:=0 60:-0preempted 60:+0 60:=0",
        .end_s = -1,
        .cause = END_OPEN,
    },
    {
        .name = "a_pod_that_waits_is_replaced_by_one_that_waits",
        .c = SERVICE(CONTROLLER_DEPLOYMENT, 1, .is_ordered = false),
        .until_s = 100,
        .gpus = 8,
        STEPS(LEAVE_AT(10, 0, END_PREEMPTED, 20, 30)),
        .log = "0:+0 0:=0 10:+0 60:-0preempted 60:=0",
        .end_s = -1,
        .cause = END_OPEN,
        .wait_s = 30, /* from the end of work on no pod runs and one waits */
    },
    {
        .name = "a_deployment_restarts_in_place_and_is_not_replaced",
        .c = SERVICE(CONTROLLER_DEPLOYMENT, 1, .is_ordered = false),
        .until_s = 100,
        STEPS(STOP_AT(10, 0, END_FAILED), STOP_AT(20, 0, END_FAILED)),
        .log = "0:+0 0:=0",
        .end_s = -1,
        .cause = END_OPEN,
    },
    {
        .name = "an_evicted_container_does_not_start_again_where_it_was",
        .c = SERVICE(CONTROLLER_DEPLOYMENT, 1, .is_ordered = false),
        .work_s = 15,
        .until_s = 29,
        STEPS(LEAVE_AT(10, 0, END_PREEMPTED, 30, 0)),
        .log = "0:+0 0:=0 10:+0 10:=0 15:-0done",
        .end_s = -1,
        .cause = END_OPEN,
    },
    {
        .name = "an_ordered_stateful_set_makes_a_pod_when_the_last_one_runs",
        .c = SERVICE(CONTROLLER_STATEFULSET, 3, .is_ordered = true),
        .startup_s = 5,
        .until_s = 30,
        .log = "0:+0 0:=0 5:+1 5:=1 10:+2 10:=2",
        .end_s = -1,
        .cause = END_OPEN,
    },
    {
        .name = "a_parallel_stateful_set_makes_all_pods_at_once",
        .c = SERVICE(CONTROLLER_STATEFULSET, 3, .is_ordered = false),
        .startup_s = 5,
        .until_s = 30,
        .log = "0:+0 0:+1 0:+2 0:=0 0:=1 0:=2",
        .end_s = -1,
        .cause = END_OPEN,
    },
    {
        .name = "a_stateful_set_makes_a_pod_again_when_it_is_gone_and_lower_ones_run",
        .c = SERVICE(CONTROLLER_STATEFULSET, 4, .is_ordered = true),
        .startup_s = 5,
        .until_s = 60,
        STEPS(LEAVE_AT(30, 1, END_PREEMPTED, 0, 10), STOP_AT(32, 3, END_NODE)),
        .log = "0:+0 0:=0 5:+1 5:=1 10:+2 10:=2 15:+3 15:=3 32:-3node 40:-1preempted 40:+1 40:=1 "
               "45:+3 45:=3",
        .end_s = -1,
        .cause = END_OPEN,
    },
    {
        .name = "an_ordered_stateful_set_does_not_wait_for_pods_behind",
        .c = SERVICE(CONTROLLER_STATEFULSET, 3, .is_ordered = true),
        .gpus = 4,
        .until_s = 60,
        STEPS(STOP_AT(30, 0, END_NODE)),
        .log = "0:+0 0:=0 0:+1 0:=1 0:+2 30:-0node 30:+0 30:=2",
        .end_s = -1,
        .cause = END_OPEN,
    },
    {
        .name = "a_service_is_deleted_at_the_end_of_its_life",
        .c = SERVICE(CONTROLLER_DEPLOYMENT, 2, .is_ordered = false),
        .lifetime_s = 40,
        .startup_s = 5,
        .log = "0:+0 0:+1 0:=0 0:=1 45:-0done 45:-1done 45:!0done",
        .end_s = 45,
        .cause = END_DONE,
    },
    {
        .name = "quota_alone_runs_pods_as_they_are_made",
        .c = JOB(4, 5, 6, RESTART_NEVER, .is_indexed = false),
        .work_s = 10,
        .without_nodes = true,
        STEPS(ADMIT_AT(3, 2)),
        .log = "3:+0 3:+1 13:-0done 13:+2 13:-1done 13:+3 23:-2done 23:+4 23:-3done 33:-4done "
               "33:!0done",
        .end_s = 33,
        .cause = END_DONE,
        .wait_s = 3,
    },
    {
        .name = "quota_alone_starts_an_ordered_stateful_set_whole",
        .c = SERVICE(CONTROLLER_STATEFULSET, 3, .is_ordered = true),
        .without_nodes = true,
        .until_s = 10,
        STEPS(ADMIT_AT(3, 3)),
        .log = "3:+0 3:+1 3:+2",
        .end_s = -1,
        .cause = END_OPEN,
        .wait_s = 3,
    },
};

/* --- CrashLoopBackOff --- */

static void restarts_are_delayed_as_kubelet_does(void **state)
{
    (void)state;
    static const int64_t want_s[] = {0, 10, 20, 40, 80, 160, 300, 300, 300};
    struct task t = {.start_ns = 0};
    int64_t now = 0;
    for (size_t i = 0; i < LEN(want_s); i++) {
        t.start_ns = now;
        now += 600 * SECOND_NS; /* not more than ten minutes */
        assert_int_equal(controller_backoff_ns(&t, now), want_s[i] * SECOND_NS);
    }
    t.start_ns = now;
    assert_int_equal(controller_backoff_ns(&t, now + 600 * SECOND_NS + 1), 0);
    t.start_ns = now;
    assert_int_equal(controller_backoff_ns(&t, now), 10 * SECOND_NS);
}

static void many_restarts_do_not_overflow(void **state)
{
    (void)state;
    struct task t = {.start_ns = 0};
    for (int i = 0; i < 70000; i++)
        controller_backoff_ns(&t, 0);
    assert_int_equal(t.backoffs, UINT16_MAX);
    assert_int_equal(controller_backoff_ns(&t, 0), 300 * SECOND_NS);
}

/* --- names --- */

static const char *name(const struct controller *c, const char *job, uint32_t index, uint32_t made)
{
    static _Thread_local char out[300];
    const size_t len = pod_name(c, &(struct pod_name_of){job, 7, index, made}, out, sizeof out);
    assert_int_equal(len, strlen(out));
    return out;
}

static bool is_random(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "bcdfghjklmnpqrstvwxz2456789") == len;
}

static void pods_are_named_as_kubernetes_names_them(void **state)
{
    (void)state;
    struct controller c = {.kind = CONTROLLER_POD};
    assert_string_equal(name(&c, "p", 3, 4), "p");
    c.kind = CONTROLLER_STATEFULSET;
    assert_string_equal(name(&c, "web", 3, 4), "web-3");
    c.first_index = 5;
    assert_string_equal(name(&c, "web", 3, 4), "web-8");
    c = (struct controller){.kind = CONTROLLER_JOB};
    assert_int_equal(strncmp(name(&c, "j", 3, 4), "j-", 2), 0);
    assert_true(is_random(name(&c, "j", 3, 4) + 2, 5));
    c.is_indexed = true;
    assert_int_equal(strncmp(name(&c, "j", 3, 4), "j-3-", 4), 0);
    assert_true(is_random(name(&c, "j", 3, 4) + 4, 5));
    c = (struct controller){.kind = CONTROLLER_DEPLOYMENT};
    const char *dash = strrchr(name(&c, "d", 3, 4), '-');
    assert_true(is_random(dash + 1, 5));
}

static void a_replica_set_has_one_hash_of_a_few_characters(void **state)
{
    (void)state;
    struct controller c = {.kind = CONTROLLER_DEPLOYMENT, .name_seed = 99};
    char first[300];
    strcpy(first, name(&c, "d", 0, 0));
    const size_t hash_len = (size_t)(strrchr(first, '-') - first);
    assert_in_range(hash_len, 2 + 6, 2 + 10);
    assert_int_equal(strspn(first + 2, "456789bcdf"), hash_len - 2);
    for (uint32_t i = 1; i < 20; i++) {
        assert_int_equal(strncmp(first, name(&c, "d", i, i), hash_len), 0);
        assert_string_not_equal(first, name(&c, "d", i, i));
    }
    c.name_seed = 100;
    assert_int_not_equal(strncmp(first, name(&c, "d", 0, 0), hash_len), 0);
}

/* Seed 3's index is the right-most part of digits: about 0.12 % of suffixes are. */
static void a_suffix_is_all_digits_as_often_as_the_alphabet_says(void **state)
{
    (void)state;
    char suffix[POD_NAME_SUFFIX + 1];
    int digits = 0;
    const int len = 200000;
    for (int i = 0; i < len; i++) {
        pod_name_suffix(suffix, (uint64_t)i);
        digits += strspn(suffix, "2456789") == 5;
    }
    /* (7/27)^5 = 0.001171: 234 expected, four standard errors are 61 */
    assert_in_range(digits, 234 - 61, 234 + 61);
}

static void long_names_are_cut_so_that_they_fit(void **state)
{
    (void)state;
    char job[101];
    memset(job, 'a', 100);
    job[100] = '\0';
    struct controller c = {.kind = CONTROLLER_JOB};
    assert_int_equal(strlen(name(&c, job, 3, 4)), 63);
    assert_int_equal(strspn(name(&c, job, 3, 4), "a"), 58); /* the dash is lost, as there */
    c.is_indexed = true;
    assert_int_equal(strlen(name(&c, job, 123, 4)), 63);
    assert_int_equal(strspn(name(&c, job, 123, 4), "a"), 53);
    assert_int_equal(strncmp(name(&c, job, 123, 4) + 53, "-123-", 5), 0);
    c.kind = CONTROLLER_DEPLOYMENT;
    assert_int_equal(strlen(name(&c, job, 3, 4)), 63);
    char small[8];
    c.kind = CONTROLLER_POD;
    assert_int_equal(pod_name(&c, &(struct pod_name_of){"a-long-name", 0, 0, 0}, small, 8), 7);
    assert_string_equal(small, "a-long-");
}

int main(void)
{
    struct CMUnitTest tests[LEN(scenes) + 6] = {
        cmocka_unit_test(restarts_are_delayed_as_kubelet_does),
        cmocka_unit_test(many_restarts_do_not_overflow),
        cmocka_unit_test(pods_are_named_as_kubernetes_names_them),
        cmocka_unit_test(a_replica_set_has_one_hash_of_a_few_characters),
        cmocka_unit_test(a_suffix_is_all_digits_as_often_as_the_alphabet_says),
        cmocka_unit_test(long_names_are_cut_so_that_they_fit),
    };
    size_t n = 6;
    for (size_t i = 0; i < LEN(scenes); i++)
        tests[n++] = (struct CMUnitTest){.name = scenes[i].name,
                                         .test_func = check_scene,
                                         .initial_state = (void *)(uintptr_t)&scenes[i]};
    return cmocka_run_group_tests_name("controller", tests, NULL, NULL);
}
