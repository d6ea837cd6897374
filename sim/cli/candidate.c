#include "sim/cli/candidate.h"

#include "results/replications.h"
#include "results/timeline.h"
#include "sim/arena.h"
#include "sim/cli/commands.h"
#include "sim/cli/replicator.h"
#include "sim/cli/simulate.h"
#include "sim/text_stream.h"

#include <math.h>
#include <string.h>

enum { FIRST_BATCH = 10 };

static bool open_point(const struct candidate_job *job, uint64_t point, bool is_judged,
                       struct run_options *o, struct prepared *p, struct diag *d)
{
    *o = *job->base->options;
    o->settings = axes_point(&job->plan->axes, point, job->arena);
    o->settings_len = job->plan->axes.len;
    o->is_judged = is_judged;
    o->quiet = true;
    return prepared_open(p, job->base->scenario.path, o,
                         job->base->policy != NULL ? job->base->policy->name : NULL, d);
}

static const struct policy_entry *policy_of(const struct prepared *p)
{
    return p->policy != NULL ? p->policy : &p->scenario.policies[0];
}

/* --- price --- */

int64_t candidate_price(const struct candidate_job *job, uint64_t point, struct diag *d)
{
    struct run_options o;
    struct prepared p;
    struct setup s;
    int64_t price = -1;
    if (open_point(job, point, true, &o, &p, d)) {
        if (setup_prepare(&s, &p.scenario, p.catalogue, d)) {
            price = 0;
            for (uint32_t n = 0; n < s.cluster->nodes_len; n++)
                price += s.cluster->nodes[n].price_micro_per_h;
        }
        setup_close(&s);
    }
    prepared_close(&p);
    return price;
}

/* --- targets --- */

/* How many looks there are at the most: at 10, 20, 40 ... replications. */
static size_t count_looks(int64_t most)
{
    size_t looks = 1;
    for (int64_t n = FIRST_BATCH; n < most; n *= 2)
        looks++;
    return looks;
}

static double badness(const struct expectation *e, const struct interval *i)
{
    const bool is_most = e->op == LESS || e->op == LESS_EQUAL;
    return isnan(i->mean) ? INFINITY : is_most ? i->mean - e->value : e->value - i->mean;
}

/* All groups must hold; one that fails decides. */
static struct target_value judge_target(const struct size_plan *plan, const struct expectation *e,
                                        const struct replications *r)
{
    const struct replication_question q = expectation_question(e);
    const size_t looks = count_looks(plan->budget.replications);
    struct target_value v = {.interval = {.mean = (double)NAN}, .decision = DECISION_HOLDS};
    double worst = -INFINITY;
    size_t groups = 0;
    for (size_t g = 0; g < replications_groups(r, &q); g++) {
        const char *group = replications_group_name(r, &q, g);
        double error;
        if (e->name != NULL && strcmp(e->name, group) != 0)
            continue;
        const struct interval i = replications_mean(r, &q, group, &error);
        const enum decision decision =
            sequential_decision(&i, e->op, e->value, plan->confidence, looks);
        if (decision == DECISION_FAILS || v.decision == DECISION_FAILS)
            v.decision = DECISION_FAILS;
        else if (decision == DECISION_OPEN)
            v.decision = DECISION_OPEN;
        if (groups++ == 0 || badness(e, &i) > worst) {
            worst = badness(e, &i);
            v.interval = i;
            v.group = group;
        }
    }
    if (groups == 0)
        v.decision = DECISION_FAILS; /* nothing was measured */
    v.margin = interval_is_known(&v.interval)
                   ? sequential_margin(&v.interval, plan->confidence, looks)
                   : (double)NAN;
    return v;
}

/* OPEN while any target is, and none fails. */
static enum decision judge_targets(const struct candidate_job *job, const struct replications *r,
                                   struct candidate *c)
{
    enum decision all = DECISION_HOLDS;
    for (size_t i = 0; i < job->plan->targets_len; i++) {
        c->targets[i] = judge_target(job->plan, &job->plan->targets[i], r);
        if (c->targets[i].group != NULL)
            c->targets[i].group =
                arena_text(job->arena, c->targets[i].group, strlen(c->targets[i].group));
        const enum decision one = c->targets[i].decision;
        all = one == DECISION_FAILS || all == DECISION_FAILS ? DECISION_FAILS
              : one == DECISION_OPEN                         ? DECISION_OPEN
                                                             : all;
    }
    /* What never ends keeps no promise, whatever it measured until then. */
    if (replications_ended(r, SIMULATION_STALLED) > 0)
        all = DECISION_FAILS;
    return all;
}

static bool means_hold(const struct size_plan *plan, const struct candidate *c)
{
    for (size_t i = 0; i < plan->targets_len; i++)
        if (!comparison_holds(plan->targets[i].op, c->targets[i].interval.mean,
                              plan->targets[i].value))
            return false;
    return true;
}

/* --- running --- */

static bool run_until_decided(const struct candidate_job *job, struct replicator *r,
                              const struct run_record *record, struct candidate *c)
{
    const size_t most = (size_t)job->plan->budget.replications;
    enum decision v = DECISION_OPEN;
    for (size_t next = FIRST_BATCH; v == DECISION_OPEN && c->replications < most; next *= 2) {
        const size_t times = next < most ? next : most;
        if (!replicator_extend(r, times))
            return false;
        c->replications = times;
        v = judge_targets(job, record->replications, c);
        if (replications_are_identical(record->replications))
            break; /* there is no luck in it */
    }
    c->is_open = v == DECISION_OPEN;
    c->holds = v == DECISION_HOLDS || (v == DECISION_OPEN && means_hold(job->plan, c));
    return true;
}

static bool judge_prepared(const struct candidate_job *job, struct prepared *p, struct candidate *c,
                           struct diag *d)
{
    static const char *const no_files[] = {NULL};
    struct run_record record;
    p->expect = (struct expectations){job->plan->targets, job->plan->targets_len};
    struct replicator *r = replicator_open(p, policy_of(p), no_files, 1, &record);
    const bool ok = run_until_decided(job, r, &record, c);
    struct diag quiet;
    struct text_stream said;
    diag_init(&quiet, text_stream_open(&said));
    replicator_close(r, &quiet);
    diag_fini(&quiet);
    text_stream_close(&said);
    if (!ok) {
        fputs(said.text, d->out);
        d->is_world = true;
        d->errors++;
    }
    free(said.text);
    run_record_fini(&record);
    return ok;
}

struct candidate *candidate_judge(const struct candidate_job *job, uint64_t point, struct diag *d)
{
    struct candidate *c = arena_alloc(job->arena, sizeof *c);
    *c = (struct candidate){.point = point};
    c->targets = arena_alloc(job->arena, job->plan->targets_len * sizeof c->targets[0]);
    c->price_micro_per_h = candidate_price(job, point, d);
    struct run_options o;
    struct prepared p;
    bool ok = open_point(job, point, false, &o, &p, d);
    ok = ok && c->price_micro_per_h >= 0 && judge_prepared(job, &p, c, d);
    prepared_close(&p);
    return ok ? c : NULL;
}

/* --- when it is worst --- */

bool candidate_worst_time(const struct candidate_job *job, uint64_t point, int64_t *at_ns,
                          double *waiting, struct diag *d)
{
    struct run_options o;
    struct prepared p;
    struct run_record record = {0};
    *waiting = 0;
    if (open_point(job, point, true, &o, &p, d)) {
        const struct simulate_task task = {.policy = policy_of(&p), .keeps_timeline = true};
        const bool is_run = simulate_one(&p, &task, &record, d) < EXIT_INPUT;
        for (size_t i = 0; is_run && i < timeline_len(record.timeline); i++)
            if (timeline_waiting(record.timeline, i, SIZE_MAX) > *waiting) {
                *waiting = timeline_waiting(record.timeline, i, SIZE_MAX);
                *at_ns = timeline_from_ns(record.timeline, i);
            }
        run_record_fini(&record);
    }
    prepared_close(&p);
    return *waiting > 0;
}
