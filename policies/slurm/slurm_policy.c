#include "policies/slurm/slurm_policy.h"

#include <string.h>

#include "policies/slurm/node_set.h"
#include "policies/slurm/slurm_backfill.h"
#include "policies/slurm/slurm_main_loop.h"

enum { TOKEN_WAKE };

static const char *const reasons[] = {
    [REASON_NONE] = "None",
    [REASON_PRIORITY] = "Priority",
    [REASON_RESOURCES] = "Resources",
    [REASON_NODE_NOT_AVAIL] = "ReqNodeNotAvail",
    [REASON_BAD_CONSTRAINTS] = "BadConstraints",
    [REASON_PARTITION_DOWN] = "PartitionDown",
    [REASON_PARTITION_TIME_LIMIT] = "PartitionTimeLimit",
    [REASON_PARTITION_NODE_LIMIT] = "PartitionNodeLimit",
    [REASON_BEGIN_TIME] = "BeginTime",
    [SLURM_REASONS] = NULL,
};

/* --- notes --- */

static bool is_gang(const struct acts *a, uint32_t job)
{
    return acts_job(a, job)->is_gang;
}

/* Pods come and go one by one, gangs as a whole. */
static void notify_job(struct policy_slurm *p, const struct note *n, struct acts *a)
{
    const bool gang = is_gang(a, n->job);
    switch (n->kind) {
    case NOTE_ARRIVED:
        if (gang)
            slurm_life_join(p, a, n->job, TASK_NONE, false);
        break;
    case NOTE_REQUEUED:
        if (gang)
            slurm_life_join(p, a, n->job, TASK_NONE, true);
        break;
    case NOTE_ADMITTED:
        if (!gang && n->task != TASK_NONE)
            slurm_life_join(p, a, n->job, n->task, false);
        break;
    case NOTE_RELEASED:
    case NOTE_JOB_CHANGED:
    case NOTE_ENDED:
        if (gang)
            slurm_life_leave(p, a, slurm_life_of_job(p, n->job));
        else if (n->task != TASK_NONE)
            slurm_life_leave(p, a, slurm_life_of_task(p, n->task));
        break;
    default:
        break;
    }
}

static void name_buckets(struct policy_slurm *p, struct acts *a)
{
    for (uint32_t r = 0; r < SLURM_REASONS && !p->has_buckets; r++)
        act_bucket(a, r, r, NULL);
    p->has_buckets = true;
}

static void notify(void *state, const struct note *n, struct acts *a)
{
    struct policy_slurm *p = state;
    name_buckets(p, a);
    p->acts = a;
    if (n->kind == NOTE_TIMER) {
        p->wakes_at_ns = INT64_MAX;
    } else if (n->kind == NOTE_NODE_CHANGED) {
        if (p->machine.slurm_node[n->node] == UINT32_MAX)
            return;
        slurm_life_set_node(p, a, p->machine.slurm_node[n->node]);
        slurm_timing_node_changed(&p->timing, acts_now_ns(a));
        p->is_changed = true;
    } else {
        notify_job(p, n, a);
    }
}

/* --- decisions --- */

static void carry_out_refusals(struct policy_slurm *p, struct acts *a)
{
    for (size_t i = 0; i < p->refusals_len; i++) {
        const struct job *job = acts_job(a, p->refusals[i].job);
        if (job != NULL && job->state <= JOB_ADMITTED)
            act_refuse(a, p->refusals[i].job, p->refusals[i].why);
    }
    p->refusals_len = 0;
}

/* Requeued jobs whose begin time has come may be looked at. Returns when the next one's does. */
static int64_t release_later(struct policy_slurm *p, struct acts *a)
{
    const int64_t now_s = acts_now_ns(a) / SECOND_NS;
    int64_t next_s = INT64_MAX / SECOND_NS;
    size_t left = 0;
    for (size_t i = 0; i < p->later.len; i++) {
        const uint32_t slot = p->later.slots[i];
        struct slurm_job *job =
            pool_has(&p->ctld.jobs, slot) ? slurm_ctld_job(&p->ctld, slot) : NULL;
        if (job == NULL || job->state != SLURM_HELD || job->reason != REASON_BEGIN_TIME)
            continue;
        if (job->begin_s > now_s) {
            next_s = job->begin_s < next_s ? job->begin_s : next_s;
            p->later.slots[left++] = slot;
            continue;
        }
        slurm_ctld_release(&p->ctld, job);
        slurm_reasons_add_unseen(p, slot);
        slurm_timing_submitted(&p->timing, acts_now_ns(a));
        p->is_changed = true;
    }
    p->later.len = left;
    return next_s == INT64_MAX / SECOND_NS ? INT64_MAX : next_s * SECOND_NS;
}

/* Slurm's thread calculates priorities every PriorityCalcPeriod since the start. Only ages change,
 * so without a weight there is nothing to do. Returns when the next time is. */
static int64_t recalculate(struct policy_slurm *p, int64_t now_ns)
{
    const struct slurm_priority_params *params = &p->site.params.priority;
    const int64_t period_ns = params->calc_period_s * SECOND_NS, start_ns = p->env.start_ns;
    if (!params->is_multifactor || params->weight_age == 0 || p->priority_from == PRIORITY_JOB ||
        p->ctld.pending_len == 0)
        return INT64_MAX;
    const int64_t tick_ns = start_ns + (now_ns - start_ns) / period_ns * period_ns;
    if (tick_ns > p->calculated_ns && slurm_ctld_recalculate(&p->ctld, tick_ns / SECOND_NS)) {
        slurm_timing_reordered(&p->timing, now_ns);
        p->is_changed = true;
    }
    p->calculated_ns = tick_ns;
    return p->ctld.running_len > 0 ? tick_ns + period_ns : INT64_MAX;
}

static uint32_t main_pass(struct policy_slurm *p, int64_t now_s, uint32_t depth)
{
    p->main_passes++;
    const uint32_t started = slurm_main_pass(&p->ctld, now_s, depth);
    slurm_reasons_settle(p);
    return started;
}

/* The passes that slurmctld makes now. */
static void pass_in_real_time(struct policy_slurm *p, int64_t now_ns)
{
    const struct slurm_params *params = &p->site.params;
    const unsigned due = slurm_timing_due(&p->timing, now_ns);
    const int64_t now_s = now_ns / SECOND_NS;
    const size_t pending = p->ctld.pending_len;
    uint32_t started = 0;
    if (due == 0 || pending == 0)
        return;
    if (due & PASS_FULL)
        started += main_pass(p, now_s, 0);
    else if (due & PASS_SHORT)
        started += main_pass(p, now_s, (uint32_t)params->default_queue_depth + 1);
    const bool is_short = due & PASS_SHORT && (int64_t)pending > params->default_queue_depth;
    if (is_short || params->bf_min_age_reserve_s > 0 ||
        (params->sched_max_job_start > 0 && started >= params->sched_max_job_start))
        slurm_timing_left_over(&p->timing, PASS_FULL);
    if (due & PASS_BACKFILL) {
        const uint32_t filled = slurm_backfill_pass(&p->ctld, now_s);
        started += filled;
        if (params->bf_max_job_start > 0 && filled >= params->bf_max_job_start)
            slurm_timing_left_over(&p->timing, PASS_BACKFILL);
    }
    if (started > 0)
        slurm_timing_started(&p->timing, now_ns);
}

static bool is_tick(const struct policy_slurm *p, int64_t now_ns)
{
    return p->tick_ns > 0 && now_ns % p->tick_ns == 0;
}

/* All passes at every instant at which something happened. */
static void pass_at_once(struct policy_slurm *p, int64_t now_ns)
{
    const int64_t now_s = now_ns / SECOND_NS;
    if (!p->is_changed && !is_tick(p, now_ns))
        return;
    p->is_changed = false;
    if (p->ctld.pending_len == 0)
        return;
    main_pass(p, now_s, 0);
    if (p->site.params.has_backfill)
        slurm_backfill_pass(&p->ctld, now_s);
}

static int64_t next_pass_ns(const struct policy_slurm *p, int64_t now_ns)
{
    if (p->ctld.pending_len == 0)
        return INT64_MAX;
    if (p->passes == PASSES_REAL)
        return slurm_timing_next_ns(&p->timing, now_ns);
    if (p->tick_ns == 0 || p->ctld.running_len == 0)
        return INT64_MAX;
    return now_ns - now_ns % p->tick_ns + p->tick_ns;
}

static void wake(struct policy_slurm *p, struct acts *a, int64_t at_ns)
{
    if (at_ns >= p->wakes_at_ns)
        return;
    p->wakes_at_ns = at_ns;
    act_wake(a, at_ns, PHASE_TIMER, TOKEN_WAKE);
}

/* A bind that was refused is a bug; the job is given up so that the ledger stays true. */
static void drop_lost(struct policy_slurm *p, struct acts *a)
{
    for (size_t i = 0; i < p->lost.len; i++) {
        const struct slurm_record *r = &p->records[p->lost.slots[i]];
        act_wait(a, r->job, REASON_BAD_CONSTRAINTS);
        slurm_life_leave(p, a,
                         r->task == TASK_NONE ? slurm_life_of_job(p, r->job)
                                              : slurm_life_of_task(p, r->task));
    }
    p->lost.len = 0;
}

static enum verdict decide(void *state, struct acts *a)
{
    struct policy_slurm *p = state;
    const int64_t now_ns = acts_now_ns(a);
    p->acts = a;
    name_buckets(p, a);
    carry_out_refusals(p, a);
    slurm_limits_enforce(p, a);
    const int64_t begin_ns = release_later(p, a), calc_ns = recalculate(p, now_ns);
    if (p->passes == PASSES_REAL)
        pass_in_real_time(p, now_ns);
    else
        pass_at_once(p, now_ns);
    drop_lost(p, a);
    const int64_t pass_ns = next_pass_ns(p, now_ns), kill = slurm_limits_next_ns(p);
    int64_t next = pass_ns < kill ? pass_ns : kill;
    next = begin_ns < next ? begin_ns : next;
    next = calc_ns < next ? calc_ns : next;
    if (next < INT64_MAX)
        wake(p, a, next);
    return SETTLED;
}

/* --- what queues.csv shows --- */

static int64_t gpus_of_partition(const struct policy_slurm *p, const struct slurm_partition *part)
{
    int64_t gpus = 0;
    for (uint32_t n = node_set_next(part->nodes, p->site.words, 0); n != UINT32_MAX;
         n = node_set_next(part->nodes, p->site.words, n + 1))
        gpus += p->env.cluster->nodes[p->site.nodes[n].machine].gpus;
    return gpus;
}

/* Row i: a partition. Partitions may share nodes, so the rows may add up to more than there is. */
static bool queue_at(void *state, size_t i, struct queue_view *out)
{
    const struct policy_slurm *p = state;
    if (i >= p->site.partitions_len)
        return false;
    const struct slurm_partition *part = &p->site.partitions[i];
    *out = (struct queue_view){
        .name = part->name,
        .resource = RESOURCE_GPU,
        .nominal = gpus_of_partition(p, part),
        .used = p->gpus_used[i],
        .pending = (uint32_t)p->ctld.queues[i].len,
        .admitted = p->running[i],
    };
    return true;
}

/* --- what `clustersim explain` asks --- */

/* The nodes of its partition. */
static void may_have(void *state, const struct acts *a, uint32_t waiting, uint64_t *masks)
{
    struct policy_slurm *p = state;
    const uint32_t slot_plus_1 =
        waiting < p->of_job_cap ? p->of_job[waiting].slot_plus_1 : 0; /* pods: 0 */
    if (slot_plus_1 == 0)
        return;
    const struct slurm_job *job = slurm_ctld_job(&p->ctld, slot_plus_1 - 1);
    const uint64_t *nodes = p->site.partitions[job->partition].nodes;
    memset(masks, 0, acts_cluster(a)->nodes_len * sizeof masks[0]);
    for (uint32_t n = node_set_next(nodes, p->site.words, 0); n != UINT32_MAX;
         n = node_set_next(nodes, p->site.words, n + 1))
        masks[p->site.nodes[n].machine] = UINT64_MAX;
}

extern const struct policy_ops policy_slurm;
const struct policy_ops policy_slurm = {
    .api = POLICY_API,
    .name = "slurm",
    .summary = "Slurm: partitions, strict-order main loop and conservative backfill, with GRES",
    .roles = ROLE_ADMIT | ROLE_PLACE,
    .wants = NOTE_BIT(NOTE_ARRIVED) | NOTE_BIT(NOTE_REQUEUED) | NOTE_BIT(NOTE_ADMITTED) |
             NOTE_BIT(NOTE_RELEASED) | NOTE_BIT(NOTE_JOB_CHANGED) | NOTE_BIT(NOTE_ENDED) |
             NOTE_BIT(NOTE_NODE_CHANGED) | NOTE_BIT(NOTE_TIMER),
    .state_bytes = sizeof(struct policy_slurm),
    .options = &slurm_policy_options,
    .reasons = reasons,
    .open = slurm_policy_open,
    .notify = notify,
    .decide = decide,
    .queue_at = queue_at,
    .may_have = may_have,
    .close = slurm_policy_close,
};
