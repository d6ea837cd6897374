#include "policies/slurm/slurm_timing.h"

#define SECOND_NS INT64_C(1000000000)

void slurm_timing_init(struct slurm_timing *t, const struct slurm_params *p, int64_t start_ns)
{
    *t = (struct slurm_timing){
        .params = p,
        .start_ns = start_ns,
        .last_main_ns = start_ns - 3600 * SECOND_NS,
        .last_backfill_ns = start_ns,
        .last_change_ns = INT64_MIN,
        .backfill_due_ns = INT64_MAX,
    };
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The first instant >= at that is a multiple of step after `from`. */
static int64_t grid(int64_t from_ns, int64_t at_ns, int64_t step_ns)
{
    if (at_ns <= from_ns)
        return from_ns;
    return from_ns + (at_ns - from_ns + step_ns - 1) / step_ns * step_ns;
}

/* --- the main loop --- */

static bool has_full_passes(const struct slurm_timing *t)
{
    return t->params->sched_interval_s >= 0;
}

/* The loop looks once a second, so no interval is shorter. */
static int64_t full_interval_ns(const struct slurm_timing *t)
{
    return larger(t->params->sched_interval_s, 1) * SECOND_NS;
}

/* The last pass, with the full ones that were not made because they would have decided nothing. */
static int64_t last_pass_ns(const struct slurm_timing *t, int64_t now_ns)
{
    if (!has_full_passes(t) || now_ns <= t->start_ns)
        return t->last_main_ns;
    const int64_t interval = full_interval_ns(t);
    return larger(t->last_main_ns, t->start_ns + (now_ns - 1 - t->start_ns) / interval * interval);
}

static int64_t next_full_ns(const struct slurm_timing *t, int64_t from_ns)
{
    if (!has_full_passes(t) || !t->is_unseen)
        return INT64_MAX;
    return grid(t->start_ns, from_ns, full_interval_ns(t));
}

/* With sched_interval=-1 the main loop is off altogether. */
static int64_t next_short_ns(const struct slurm_timing *t, int64_t from_ns)
{
    if (!t->is_asked || !has_full_passes(t))
        return INT64_MAX;
    const int64_t delay_ns = t->params->batch_sched_delay_s * SECOND_NS;
    const int64_t at_ns = larger(from_ns, last_pass_ns(t, from_ns) + delay_ns);
    return grid(t->start_ns, at_ns, SECOND_NS);
}

/* --- backfill --- */

static bool has_backfill(const struct slurm_timing *t)
{
    return t->params->has_backfill && t->params->bf_interval_s > 0;
}

/* The thread's looks: bf_interval after its last pass, and then every second. */
static int64_t next_look_ns(const struct slurm_timing *t, int64_t from_ns)
{
    return grid(t->last_backfill_ns + t->params->bf_interval_s * SECOND_NS, from_ns, SECOND_NS);
}

static bool is_same_second(int64_t a_ns, int64_t b_ns)
{
    return a_ns / SECOND_NS == b_ns / SECOND_NS;
}

/* A pass is over, or was passed over. Slurm's times are whole seconds: a change in the second of a
 * pass looks as if it came after it. */
static void end_backfill(struct slurm_timing *t, int64_t at_ns)
{
    t->last_backfill_ns = at_ns;
    t->backfill_due_ns = INT64_MAX;
    if (is_same_second(t->last_change_ns, at_ns))
        t->backfill_due_ns = next_look_ns(t, at_ns);
}

/* Passes that were due before now and had nothing to do. */
static void catch_up(struct slurm_timing *t, int64_t now_ns)
{
    while (t->backfill_due_ns < now_ns)
        end_backfill(t, t->backfill_due_ns);
}

static void change(struct slurm_timing *t, int64_t now_ns)
{
    catch_up(t, now_ns);
    t->last_change_ns = now_ns;
    t->is_unseen = t->is_unfilled = true;
    if (t->backfill_due_ns == INT64_MAX && has_backfill(t))
        t->backfill_due_ns = next_look_ns(t, now_ns);
}

/* --- what happens --- */

void slurm_timing_submitted(struct slurm_timing *t, int64_t now_ns)
{
    change(t, now_ns);
    t->is_asked = true;
}

void slurm_timing_node_changed(struct slurm_timing *t, int64_t now_ns)
{
    change(t, now_ns);
    t->is_asked = true;
}

void slurm_timing_reordered(struct slurm_timing *t, int64_t now_ns)
{
    change(t, now_ns);
}

void slurm_timing_ended(struct slurm_timing *t, int64_t now_ns)
{
    change(t, now_ns);
    if (t->params->is_deferred)
        t->is_asked = true;
    else
        t->is_at_once = has_full_passes(t);
}

void slurm_timing_left_over(struct slurm_timing *t, enum slurm_pass pass)
{
    t->is_unseen |= pass != PASS_BACKFILL;
    t->is_unfilled |= pass == PASS_BACKFILL;
    if (pass == PASS_BACKFILL && t->backfill_due_ns == INT64_MAX)
        t->backfill_due_ns = next_look_ns(t, t->last_backfill_ns);
}

void slurm_timing_started(struct slurm_timing *t, int64_t now_ns)
{
    t->last_change_ns = now_ns;
    if (t->backfill_due_ns == INT64_MAX && has_backfill(t))
        t->backfill_due_ns = next_look_ns(t, now_ns);
}

/* --- what is due --- */

static unsigned main_pass_due(struct slurm_timing *t, int64_t now_ns)
{
    unsigned due = 0;
    if (next_full_ns(t, now_ns) == now_ns)
        due = PASS_FULL;
    else if (t->is_at_once || next_short_ns(t, now_ns) == now_ns)
        due = PASS_SHORT;
    if (due == 0)
        return 0;
    t->last_main_ns = now_ns;
    t->is_asked = t->is_at_once = t->is_unseen = false;
    return due;
}

unsigned slurm_timing_due(struct slurm_timing *t, int64_t now_ns)
{
    unsigned due = main_pass_due(t, now_ns);
    catch_up(t, now_ns);
    if (t->backfill_due_ns > now_ns)
        return due;
    if (t->is_unfilled)
        due |= PASS_BACKFILL;
    t->is_unfilled = false;
    end_backfill(t, now_ns);
    return due;
}

int64_t slurm_timing_next_ns(const struct slurm_timing *t, int64_t now_ns)
{
    const int64_t full_ns = next_full_ns(t, now_ns + 1), short_ns = next_short_ns(t, now_ns + 1);
    int64_t next = full_ns < short_ns ? full_ns : short_ns;
    if (t->is_at_once)
        next = now_ns;
    if (!t->is_unfilled)
        return next;
    return t->backfill_due_ns < next ? t->backfill_due_ns : next;
}
