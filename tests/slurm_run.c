#include "tests/slurm_run.h"

#include "policies/slurm/slurm_backfill.h"
#include "policies/slurm/slurm_main_loop.h"
#include "sim/arena.h"
#include "tests/slurm_run_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    LAG_MS = 150, /* no node was completing for longer */
    MOST_LAGS = 5,
    CLOCK_MS = 5,
    LOOK_MS = 150, /* squeue was asked a moment after the time that the timeline gives */
};

PRINTF_LIKE(2, 3) static void differ(struct slurm_run *r, const char *fmt, ...)
{
    if (r->out->first_difference[0] != '\0')
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->out->first_difference, sizeof r->out->first_difference, fmt, ap);
    va_end(ap);
}

/* The pass under way decides otherwise than the recorded one. */
static void mark_difference(struct slurm_run *r)
{
    if (r->differs_ms == NEVER_MS)
        r->differs_ms = r->pass_ms;
}

/* --- what ours decides --- */

static void on_start(void *context, struct slurm_job *job)
{
    struct slurm_run *r = context;
    struct run_state *s = &r->jobs[job->tag].now;
    s->got_pass = r->pass;
    recorded_parts_of(job, &s->got);
}

static void on_plan(void *context, const struct slurm_job *job, int64_t start_s,
                    const uint64_t *nodes)
{
    struct slurm_run *r = context;
    struct run_state *s = &r->jobs[job->tag].now;
    s->plan_pass = r->pass;
    s->is_plan_seen = false;
    s->plan_s = start_s - r->epoch_s;
    s->plan_nodes = nodes == NULL ? 0 : nodes[0];
}

static const char *text_of(enum slurm_reason reason)
{
    switch (reason) {
    case REASON_PRIORITY:
        return "Priority";
    case REASON_RESOURCES:
        return "Resources";
    case REASON_NODE_NOT_AVAIL:
        return "ReqNodeNotAvail";
    case REASON_BAD_CONSTRAINTS:
        return "BadConstraints";
    default:
        return "None";
    }
}

static void on_wait(void *context, const struct slurm_job *job)
{
    struct slurm_run *r = context;
    r->jobs[job->tag].now.reason = text_of(job->reason);
    r->jobs[job->tag].now.reason_pass = r->pass;
}

static void on_block(void *context, uint32_t partition)
{
    struct slurm_run *r = context;
    for (size_t i = 0; i < r->jobs_len; i++) {
        struct run_state *s = &r->jobs[i].now;
        if (s->is_live && r->jobs[i].partition == partition && s->got_pass == NO_PASS &&
            s->reason_pass != r->pass)
            s->reason = "Priority";
    }
}

/* --- what happens --- */

static void submit(struct slurm_run *r, struct run_job *j, int64_t now_s, const char *priority)
{
    if (j->now.is_submitted)
        return;
    struct slurm_job *job =
        slurm_ctld_submit(&r->ctld, &(struct slurm_submission){
                                        .partition = j->partition,
                                        .request = j->request,
                                        .user = j->user,
                                        .priority = (uint32_t)strtoul(priority, NULL, 10),
                                        .submit_s = now_s,
                                        .begin_s = now_s,
                                        .limit_min = j->limit_min,
                                        .tag = (uint64_t)(j - r->jobs),
                                    });
    j->now.slot = job->id;
    j->now.is_live = j->now.is_submitted = true;
    j->now.reason = text_of(job->reason);
    if (j->nodelist != 0)
        slurm_ctld_hold(&r->ctld, job, REASON_NONE);
}

/* The record says that it started in the pass that is under way. */
static void started(struct slurm_run *r, struct run_job *j, int64_t now_s)
{
    j->now.want_pass = r->pass;
    if (j->nodelist == 0)
        return;
    struct slurm_job *job = slurm_ctld_job(&r->ctld, j->now.slot);
    slurm_ctld_release(&r->ctld, job);
    if (slurm_ctld_select(&r->ctld, job, &j->nodelist))
        slurm_ctld_start(&r->ctld, job, now_s);
    else
        slurm_ctld_hold(&r->ctld, job, REASON_NONE);
}

static void is_rid(struct slurm_run *r, struct run_job *j)
{
    if (j->now.is_completing)
        slurm_ctld_end(&r->ctld, j->now.slot);
    j->now.is_completing = false;
}

static void ended(struct slurm_run *r, struct run_job *j, int64_t now_ms)
{
    const bool lags = j->lags && j->now.got_pass != NO_PASS;
    if (!j->now.is_live)
        return;
    j->ended_ms = now_ms;
    j->now.is_live = false;
    j->now.is_completing = true;
    if (lags)
        slurm_ctld_complete(&r->ctld, j->now.slot, r->epoch_s + now_ms / 1000);
    else
        is_rid(r, j);
}

static void end_lags(struct slurm_run *r, int64_t now_ms)
{
    for (size_t i = 0; i < r->jobs_len; i++)
        if (r->jobs[i].now.is_completing && now_ms >= r->jobs[i].ended_ms + LAG_MS)
            is_rid(r, &r->jobs[i]);
}

/* --- what is compared --- */

static int64_t ms_of(const struct table *t, size_t row)
{
    return (int64_t)(table_number(t, row, "t") / 1000000000);
}

/* "60, end at 180 on nodes n1 in partition p" */
static void check_plan(struct slurm_run *r, struct run_job *j, const char *detail, const char *at)
{
    struct run_state *s = &j->now;
    const char *nodes = strstr(detail, " on nodes ");
    const bool is_there = s->plan_pass == r->pass;
    uint64_t set = 0;
    if (nodes != NULL) {
        nodes += strlen(" on nodes ");
        set = recorded_nodes(r->arena, &r->site, arena_text(r->arena, nodes, strcspn(nodes, " ")));
    }
    s->is_plan_seen = true;
    r->out->plans++;
    if (is_there && s->plan_s == strtoll(detail, NULL, 10) &&
        (s->plan_nodes == 0 || s->plan_nodes == set)) {
        r->out->plans_equal++;
        return;
    }
    mark_difference(r);
    differ(r, "t=%s: %s is planned at %s; here at %" PRId64 " on nodes %#" PRIx64, at, j->id,
           detail, is_there ? s->plan_s : -1, is_there ? s->plan_nodes : 0);
}

static bool has_its_parts(const struct run_job *j)
{
    return !j->has_observed ||
           (recorded_parts_same_nodes(&j->now.got, &j->want) && j->now.got.cpus == j->want.cpus &&
            recorded_parts_same_devices(&j->now.got, &j->want));
}

/* Of the pass that is over. */
static void check_pass(struct slurm_run *r)
{
    for (size_t i = 0; i < r->jobs_len && r->pass != NO_PASS; i++) {
        const struct run_job *j = &r->jobs[i];
        const struct run_state *s = &j->now;
        const bool got = s->got_pass == r->pass, want = s->want_pass == r->pass;
        if (got != want || (got && !has_its_parts(j)))
            mark_difference(r);
        if (s->plan_pass != r->pass || s->is_plan_seen || !s->is_live)
            continue;
        r->out->plans++;
        mark_difference(r);
        differ(r, "t=%" PRId64 "ms: %s is planned at %" PRId64 " here only", r->pass_ms, j->id,
               s->plan_s);
    }
}

/* time() may be a few ms behind the log's clock: the jobs that start in the pass know its second.
 */
static int64_t second_of(struct slurm_run *r, size_t row)
{
    const struct table *t = r->events;
    const int64_t now_ms = ms_of(t, row);
    while (++row < t->rows && strstr(table_text(t, row, "kind"), "_pass") == NULL) {
        const struct run_job *j = slurm_run_find(r, table_text(t, row, "id"));
        if (strstr(table_text(t, row, "kind"), "_start") != NULL && j != NULL && j->has_observed &&
            now_ms - 1000 * j->start_s < 1000 + CLOCK_MS)
            return r->epoch_s + j->start_s;
    }
    return r->epoch_s + (now_ms < 0 ? -1 : now_ms / 1000);
}

/* The log may tell of a submission after the pass that has seen it. */
static void submit_early(struct slurm_run *r, size_t row)
{
    const struct table *t = r->events;
    for (size_t i = row + 1; i < t->rows && strstr(table_text(t, i, "kind"), "_pass") == NULL;
         i++) {
        struct run_job *j = slurm_run_find(r, table_text(t, i, "id"));
        if (j == NULL || j->now.is_submitted || strcmp(table_text(t, i, "kind"), "bf_plan") != 0)
            continue;
        while (strcmp(table_text(t, i, "kind"), "submit") != 0 ||
               slurm_run_find(r, table_text(t, i, "id")) != j)
            i++;
        submit(r, j, r->epoch_s + ms_of(t, row) / 1000, table_text(t, i, "detail"));
    }
}

static void make_pass(struct slurm_run *r, size_t row, bool is_backfill)
{
    const int64_t depth = r->site.params.default_queue_depth + 1;
    const bool is_full = strcmp(table_text(r->events, row, "detail"), "full queue") == 0;
    const int64_t now_s = second_of(r, row);
    check_pass(r);
    submit_early(r, row);
    r->pass++;
    r->pass_ms = ms_of(r->events, row);
    if (is_backfill)
        slurm_backfill_pass(&r->ctld, now_s);
    else
        slurm_main_pass(&r->ctld, now_s, is_full ? 0 : (uint32_t)depth);
}

/* squeue shows some reasons with more words. */
static bool says(const char *recorded, const char *reason)
{
    static const char down[] = "Nodes required for job are DOWN";
    if (strncmp(recorded, down, strlen(down)) == 0)
        recorded = "Resources";
    const size_t len = strcspn(recorded, ",");
    return strlen(reason) == len && strncmp(recorded, reason, len) == 0;
}

static bool is_pending(const struct run_job *j)
{
    return j->now.is_live && j->now.got_pass == NO_PASS;
}

/* A row of the timeline, as it is now; true if it need not be looked at again. */
static bool check_reason(struct slurm_run *r, size_t row, bool is_last)
{
    const struct table *t = r->timeline;
    const struct run_job *j = slurm_run_find(r, table_text(t, row, "id"));
    const char *reason = table_text(t, row, "reason");
    if (j == NULL || j->nodelist != 0 || strcmp(table_text(t, row, "state"), "PENDING") != 0)
        return true;
    const bool is_equal = is_pending(j) && says(reason, j->now.reason);
    if (!is_equal && !is_last)
        return false;
    r->out->reasons++;
    r->out->reasons_equal += is_equal;
    if (!is_equal)
        differ(r, "t=%s: %s waits for %s; here %s", table_text(t, row, "t"), j->id, reason,
               is_pending(j) ? j->now.reason : "it does not wait");
    return true;
}

/* What squeue showed before now. */
static void check_reasons(struct slurm_run *r, int64_t now_ms)
{
    const struct table *t = r->timeline;
    for (size_t row = r->looked; row < t->rows && ms_of(t, row) < now_ms; row++)
        r->is_looked[row] =
            r->is_looked[row] || check_reason(r, row, ms_of(t, row) + LOOK_MS < now_ms);
    while (r->looked < t->rows && r->is_looked[r->looked])
        r->looked++;
}

static void check_job(struct slurm_run *r, const struct run_job *j)
{
    const struct run_state *s = &j->now;
    r->out->jobs++;
    if (s->got_pass != s->want_pass)
        differ(r, "%s starts in pass %d; here in %d", j->id, s->want_pass, s->got_pass);
    else if (j->has_observed && !recorded_parts_same_nodes(&s->got, &j->want))
        differ(r, "%s is on other nodes: first %" PRIu32 " of %zu; here %" PRIu32 " of %zu", j->id,
               j->want.parts[0].node, j->want.len, s->got.parts[0].node, s->got.len);
    else if (!has_its_parts(j))
        differ(r,
               "%s has %" PRId64 " CPUs and first devices %#" PRIx64 "; here %" PRId64
               " and %#" PRIx64,
               j->id, j->want.cpus, j->want.parts[0].devices, s->got.cpus, s->got.parts[0].devices);
    else
        r->out->jobs_equal++;
}

/* --- one replay --- */

static void replay_row(struct slurm_run *r, size_t row)
{
    const struct table *t = r->events;
    const char *kind = table_text(t, row, "kind"), *detail = table_text(t, row, "detail");
    struct run_job *j = slurm_run_find(r, table_text(t, row, "id"));
    const bool is_main = strcmp(kind, "main_pass") == 0, is_fill = strcmp(kind, "bf_pass") == 0;
    const int64_t now_ms = ms_of(t, row);
    check_reasons(r, now_ms);
    end_lags(r, now_ms);
    if (is_main || is_fill)
        make_pass(r, row, is_fill);
    else if (j == NULL)
        return;
    else if (strcmp(kind, "submit") == 0)
        submit(r, j, r->epoch_s + now_ms / 1000, detail);
    else if (strcmp(kind, "main_start") == 0 || strcmp(kind, "bf_start") == 0)
        started(r, j, r->epoch_s + now_ms / 1000);
    else if (strcmp(kind, "bf_plan") == 0)
        check_plan(r, j, detail, table_text(t, row, "t"));
    else if (strcmp(kind, "complete") == 0 || strcmp(kind, "timeout") == 0)
        ended(r, j, now_ms);
    else if (strcmp(kind, "node_free") == 0)
        is_rid(r, j);
}

static void replay(struct slurm_run *r)
{
    const struct slurm_hooks hooks = {.context = r,
                                      .started = on_start,
                                      .planned = on_plan,
                                      .waits = on_wait,
                                      .blocked = on_block};
    memset(r->out, 0, sizeof *r->out);
    memset(r->is_looked, 0, r->timeline->rows);
    slurm_ctld_init(&r->ctld, &r->site, &hooks);
    r->pass = NO_PASS;
    r->looked = 0;
    r->differs_ms = NEVER_MS;
    for (size_t i = 0; i < r->jobs_len; i++)
        r->jobs[i].now = (struct run_state){.got_pass = NO_PASS,
                                            .want_pass = NO_PASS,
                                            .reason_pass = NO_PASS,
                                            .plan_pass = NO_PASS,
                                            .reason = "None"};
    for (size_t row = 0; row < r->events->rows; row++)
        replay_row(r, row);
    check_pass(r);
    for (size_t i = 0; i < r->jobs_len; i++) {
        check_job(r, &r->jobs[i]);
        r->out->lags += r->jobs[i].lags;
    }
    slurm_ctld_fini(&r->ctld);
}

/* --- nodes that were completing --- */

/* Ends shortly before the first pass that decides otherwise. */
static size_t list_ends(struct slurm_run *r, struct run_job *ends[MOST_LAGS])
{
    size_t len = 0;
    for (size_t i = 0; i < r->jobs_len && len < MOST_LAGS; i++) {
        struct run_job *j = &r->jobs[i];
        if (!j->lags && j->ended_ms <= r->differs_ms && j->ended_ms + LAG_MS > r->differs_ms)
            ends[len++] = j;
    }
    return len;
}

static void set_lags(struct run_job *const *ends, size_t len, unsigned which)
{
    for (size_t i = 0; i < len; i++)
        ends[i]->lags = which >> i & 1;
}

/* Lets nodes lag before the pass that decides otherwise; false if nothing that could be done makes
 * more passes equal. */
static bool find_lags(struct slurm_run *r)
{
    struct run_job *ends[MOST_LAGS];
    const size_t len = list_ends(r, ends);
    int64_t best_ms = r->differs_ms;
    unsigned best = 0;
    for (unsigned which = 1; which < 1u << len && best_ms != NEVER_MS; which++) {
        set_lags(ends, len, which);
        replay(r);
        if (r->differs_ms > best_ms) {
            best_ms = r->differs_ms;
            best = which;
        }
    }
    set_lags(ends, len, best);
    return best != 0;
}

/* --- all of it --- */

void slurm_run_replay(const char *dir, struct slurm_run_result *out)
{
    struct slurm_run *r = slurm_run_open(dir, out);
    if (slurm_run_read(r)) {
        do
            replay(r);
        while (r->differs_ms != NEVER_MS && find_lags(r));
        replay(r);
    }
    slurm_run_close(r);
}
