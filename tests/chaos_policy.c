#include "tests/chaos_policy.h"

#include "policies/placement/first_fit.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>

enum { MOST_JOBS = 4096, DEEDS = 400, BUCKETS = 4, MOST_PAUSE_S = 40 };

static const char *const reasons[] = {"quota", "resources", "behind others", NULL};
enum { REASONS = 3 };

#define SECOND_NS INT64_C(1000000000)

struct chaos {
    gsl_rng *rng;
    struct first_fit fit;
    uint32_t jobs[MOST_JOBS]; /* live ones, in the order of their arrival */
    size_t len;
    unsigned deeds_left;
    bool is_awake; /* a wake is on its way */
};

static uint32_t draw(struct chaos *c, unsigned long below)
{
    return (uint32_t)gsl_rng_uniform_int(c->rng, below);
}

static bool chance(struct chaos *c, unsigned long one_in)
{
    return c->deeds_left > 0 && draw(c, one_in) == 0;
}

static bool chaos_open(void *state, const struct policy_env *env, struct diag *d)
{
    (void)d;
    struct chaos *c = state;
    c->rng = rng_open(env->seed, env->replication, "chaos", 0);
    c->deeds_left = DEEDS;
    first_fit_init(&c->fit, env);
    return true;
}

static void forget(struct chaos *c, uint32_t job)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->jobs[i] == job) {
            for (c->len--; i < c->len; i++)
                c->jobs[i] = c->jobs[i + 1];
            return;
        }
}

static void chaos_notify(void *state, const struct note *n, struct acts *a)
{
    (void)a;
    struct chaos *c = state;
    if (n->kind == NOTE_ARRIVED)
        c->jobs[c->len++] = n->job;
    else if (n->kind == NOTE_ENDED)
        forget(c, n->job);
    else if (n->kind == NOTE_TIMER)
        c->is_awake = false;
}

static void disturb_waiting(struct chaos *c, struct acts *a, uint32_t job)
{
    if (chance(c, 3))
        act_wait(a, job, draw(c, BUCKETS));
    if (chance(c, 200))
        act_refuse(a, job, "by chance");
}

static void disturb_running(struct chaos *c, struct acts *a, const struct job *job)
{
    if (chance(c, 12)) {
        const bool yes = !job->is_suspended;
        act_suspend(a, job->id, yes);
    } else if (chance(c, 10)) {
        act_stop(a, &(struct stop){.job = job->id,
                                   .task = TASK_NONE,
                                   .cause = draw(c, 4) == 0 ? END_CANCELLED : END_PREEMPTED,
                                   .notice_ns = draw(c, 3) * 5 * SECOND_NS,
                                   .hold_ns = draw(c, 3) * 3 * SECOND_NS,
                                   .requeue = draw(c, 5) != 0,
                                   .keep_progress = draw(c, 2) == 0});
        c->deeds_left--;
    }
}

static void disturb_cluster(struct chaos *c, struct acts *a)
{
    if (chance(c, 6))
        act_bucket(a, draw(c, BUCKETS), draw(c, REASONS), "by chance");
    for (uint32_t n = 0; n < acts_cluster(a)->nodes_len; n++) {
        const bool is_ready = acts_cluster(a)->nodes[n].state == NODE_READY;
        if (is_ready ? chance(c, 40) : c->deeds_left == 0 || chance(c, 8))
            act_cordon(a, n, is_ready);
    }
    if (chance(c, 20))
        act_tell(a, "thinking", JOB_NONE, "about \"chaos\", mostly");
}

static void visit(struct chaos *c, struct acts *a, uint32_t id)
{
    const struct job *job = acts_job(a, id);
    if (job->state == JOB_SUSPENDED && c->deeds_left == 0)
        act_suspend(a, id, false);
    if (job->state == JOB_RUNNING || job->state == JOB_SUSPENDED)
        disturb_running(c, a, job);
    else if (job->state == JOB_QUEUED && !chance(c, 4) && first_fit_plan(&c->fit, job, NULL))
        act_bind(a, &(struct bind){.job = id, .slots = c->fit.slots, .slots_len = c->fit.len});
    else if (job->state == JOB_QUEUED)
        disturb_waiting(c, a, id);
}

static enum verdict chaos_decide(void *state, struct acts *a)
{
    struct chaos *c = state;
    uint32_t ids[MOST_JOBS];
    const size_t len = c->len;
    for (size_t i = 0; i < len; i++)
        ids[i] = c->jobs[i];
    disturb_cluster(c, a);
    for (size_t i = 0; i < len; i++)
        if (acts_job(a, ids[i]) != NULL) /* a stop of another may have ended it */
            visit(c, a, ids[i]);
    if (!c->is_awake && c->deeds_left > 0) {
        c->deeds_left--;
        c->is_awake = true;
        act_wake(a, acts_now_ns(a) + (1 + draw(c, MOST_PAUSE_S)) * SECOND_NS, PHASE_TIMER, 0);
    }
    return SETTLED;
}

static void chaos_close(void *state)
{
    struct chaos *c = state;
    gsl_rng_free(c->rng);
    first_fit_fini(&c->fit);
}

const struct policy_ops policy_chaos = {
    .api = POLICY_API,
    .name = "chaos",
    .summary = "does at random whatever a policy may do",
    .roles = ROLE_ADMIT | ROLE_PLACE,
    .wants = NOTE_BIT(NOTE_ARRIVED) | NOTE_BIT(NOTE_ENDED) | NOTE_BIT(NOTE_TIMER),
    .state_bytes = sizeof(struct chaos),
    .reasons = reasons,
    .open = chaos_open,
    .notify = chaos_notify,
    .decide = chaos_decide,
    .close = chaos_close,
};
