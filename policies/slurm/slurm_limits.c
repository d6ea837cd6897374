/* Jobs that reach their time limit are killed. */
#include "policies/slurm/slurm_policy.h"

enum { KILL_TICK_S = 30 };

static int64_t over_time_min(const struct policy_slurm *p, const struct slurm_job *job)
{
    const int64_t own = p->site.partitions[job->partition].over_time_min;
    return own != SLURM_NOT_SET ? own : p->site.params.over_time_min;
}

bool slurm_limits_apply(const struct policy_slurm *p, const struct slurm_job *job)
{
    return slurm_ctld_limit_min(&p->ctld, job) != SLURM_NO_LIMIT &&
           over_time_min(p, job) != SLURM_NO_LIMIT;
}

/* When the job is killed for its limit: in real time at the controller's next look, every 30 s. */
static int64_t kill_ns(const struct policy_slurm *p, const struct slurm_job *job)
{
    const int64_t limit = slurm_ctld_limit_min(&p->ctld, job), over = over_time_min(p, job);
    const int64_t longest_min = (INT64_MAX / 4) / (60 * SECOND_NS);
    if (!slurm_limits_apply(p, job) || limit > longest_min || over > longest_min ||
        p->records[job->id].is_stopping)
        return INT64_MAX;
    const int64_t at_ns = p->records[job->id].started_ns + 60 * SECOND_NS * (limit + over);
    if (p->passes == PASSES_ZERO_LATENCY)
        return at_ns;
    const int64_t tick_ns = KILL_TICK_S * SECOND_NS, since_ns = at_ns - p->env.start_ns;
    return p->env.start_ns + (since_ns + tick_ns - 1) / tick_ns * tick_ns;
}

/* Running jobs are in the order of their limits, so few have to be looked at. */
int64_t slurm_limits_next_ns(const struct policy_slurm *p)
{
    int64_t next = INT64_MAX;
    for (size_t i = 0; i < p->ctld.running_len && p->limited_len > 0; i++) {
        const struct running_job *r = &p->ctld.running[i];
        if (next < INT64_MAX && r->end_s > next / SECOND_NS)
            break;
        const int64_t at_ns = kill_ns(p, slurm_ctld_job(&p->ctld, r->job));
        next = at_ns < next ? at_ns : next;
    }
    return next;
}

static void kill_job(struct policy_slurm *p, struct acts *a, uint32_t slot)
{
    struct slurm_record *r = &p->records[slot];
    const bool is_ignored = p->sigterm == SIGTERM_IGNORED;
    r->is_stopping = true;
    if (is_ignored)
        slurm_ctld_complete(&p->ctld, slot, acts_now_ns(a) / SECOND_NS);
    act_stop(a, &(struct stop){
                    .job = r->job,
                    .task = r->task,
                    .cause = END_TIMEOUT,
                    .notice_ns = is_ignored ? p->site.params.kill_wait_s * SECOND_NS : 0,
                });
}

void slurm_limits_enforce(struct policy_slurm *p, struct acts *a)
{
    const int64_t now_ns = acts_now_ns(a);
    for (size_t i = 0; slurm_limits_next_ns(p) <= now_ns && i < p->ctld.running_len; i++) {
        const uint32_t slot = p->ctld.running[i].job;
        if (kill_ns(p, slurm_ctld_job(&p->ctld, slot)) > now_ns)
            continue;
        kill_job(p, a, slot);
        i = SIZE_MAX; /* the list has changed */
    }
}
