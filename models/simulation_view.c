/* What observers, progress and tests may see of a simulation. */
#include "models/job_name.h"
#include "models/simulation.h"
#include "models/simulation_state.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdio.h>

int64_t simulation_now_ns(const struct simulation *sim)
{
    return sim_now(sim);
}

const struct simulation_spec *simulation_spec_of(const struct simulation *sim)
{
    return &sim->spec;
}

const struct meter *simulation_meter(const struct simulation *sim)
{
    return &sim->meter;
}

const struct fragmentation *simulation_fragmentation(const struct simulation *sim)
{
    return sim->fragmentation;
}

const struct cluster *simulation_cluster(const struct simulation *sim)
{
    return sim->cluster;
}

const struct names *simulation_names(const struct simulation *sim)
{
    return sim->spec.names;
}

const struct request_table *simulation_requests(const struct simulation *sim)
{
    return sim->requests;
}

const struct job *simulation_job(const struct simulation *sim, uint32_t id)
{
    return pool_has(&sim->jobs, id) ? sim_job(sim, id) : NULL;
}

const struct task *simulation_task(const struct simulation *sim, uint32_t id)
{
    return pool_has(&sim->tasks, id) ? sim_task(sim, id) : NULL;
}

struct simulation_counts simulation_counts(const struct simulation *sim)
{
    struct simulation_counts counts = sim->counts;
    counts.events = sim->loop.events;
    counts.rounds = sim->loop.rounds;
    counts.jobs_live = sim->jobs.len;
    return counts;
}

size_t simulation_reasons_len(const struct simulation *sim)
{
    return sim->reasons_len;
}

const char *simulation_reason(const struct simulation *sim, size_t i)
{
    SIM_REQUIRE(i < sim->reasons_len);
    return sim->reasons[i];
}

const int64_t *simulation_waits(const struct simulation *sim, const struct job *job)
{
    return wait_reasons_of(&sim->waits, job->id);
}

bool simulation_next_queue(const struct simulation *sim, struct queue_cursor *at,
                           struct queue_view *out)
{
    for (; at->policy < sim->spec.policies_len; *at = (struct queue_cursor){at->policy + 1, 0}) {
        const struct policy_slot *slot = &sim->policies[at->policy];
        if (slot->ops->queue_at != NULL && slot->ops->queue_at(slot->state, at->row, out)) {
            at->row++;
            return true;
        }
    }
    return false;
}

int64_t simulation_holds(const struct simulation *sim, const struct job *holder,
                         const struct job *waiting, const struct wait_need *need,
                         const char **queue)
{
    for (size_t p = 0; p < sim->spec.policies_len; p++) {
        const struct policy_slot *slot = &sim->policies[p];
        if (slot->ops->holds != NULL)
            return slot->ops->holds(slot->state, holder->id, waiting->id, need, queue);
    }
    return 0;
}

void simulation_may_have(const struct simulation *sim, const struct job *waiting, uint64_t *masks)
{
    for (uint32_t n = 0; n < sim->cluster->nodes_len; n++)
        masks[n] = UINT64_MAX;
    for (size_t p = 0; p < sim->spec.policies_len; p++) {
        const struct policy_slot *slot = &sim->policies[p];
        if (slot->ops->may_have != NULL)
            slot->ops->may_have(slot->state, &slot->acts, waiting->id, masks);
    }
}

uint32_t simulation_jobs_cap(const struct simulation *sim)
{
    return sim->jobs.cap;
}

enum simulation_end simulation_ended(const struct simulation *sim)
{
    return sim->end;
}

size_t simulation_job_name(const struct simulation *sim, const struct job *job, char *out,
                           size_t cap)
{
    return job_name(sim->spec.names, job, out, cap);
}

size_t simulation_task_name(const struct simulation *sim, const struct job *job,
                            const struct task *task, char *out, size_t cap)
{
    return task_name(sim->spec.names, job, task, out, cap);
}

bool simulation_repair_at(const struct simulation *sim, size_t i, const char **source,
                          const struct repair **out)
{
    for (size_t s = 0; s < sim->spec.sources_len; s++) {
        const struct source_slot *slot = &sim->sources[s];
        const struct repair *list = NULL;
        const size_t len = slot->ops->tally == NULL ? 0 : slot->ops->tally(slot->state, &list);
        if (i < len) {
            *source = slot->ops->name;
            *out = &list[i];
            return true;
        }
        i -= len;
    }
    return false;
}

/* --- names of states --- */

const char *sim_event_name(enum sim_event_kind kind)
{
    static const char *const names[SIM_EVENT_KINDS] = {
        [SIM_ARRIVED] = "arrived",   [SIM_ADMITTED] = "admitted",
        [SIM_BOUND] = "bound",       [SIM_STARTED] = "started",
        [SIM_STOPPING] = "stopping", [SIM_RELEASED] = "released",
        [SIM_REQUEUED] = "requeued", [SIM_ENDED] = "ended",
        [SIM_REASON] = "reason",     [SIM_TASK_FAILED] = "task-failed",
        [SIM_NODE] = "node",         [SIM_LAYOUT] = "layout",
        [SIM_TOLD] = "told",
    };
    SIM_REQUIRE((unsigned)kind < SIM_EVENT_KINDS);
    return names[kind];
}

const char *end_cause_name(enum end_cause cause)
{
    static const char *const names[END_CAUSES] = {
        [END_NONE] = "",
        [END_DONE] = "done",
        [END_FAILED] = "failed",
        [END_TIMEOUT] = "timeout",
        [END_PREEMPTED] = "preempted",
        [END_NODE] = "node",
        [END_CANCELLED] = "cancelled",
        [END_REFUSED] = "refused",
        [END_LOST] = "lost",
        [END_OPEN] = "open",
    };
    SIM_REQUIRE((unsigned)cause < END_CAUSES);
    return names[cause];
}

const char *job_state_name(enum job_state state)
{
    static const char *const names[JOB_STATES] = {
        [JOB_QUEUED] = "queued",   [JOB_ADMITTED] = "admitted",   [JOB_STARTING] = "starting",
        [JOB_RUNNING] = "running", [JOB_SUSPENDED] = "suspended", [JOB_ENDING] = "ending",
        [JOB_ENDED] = "ended",
    };
    SIM_REQUIRE((unsigned)state < JOB_STATES);
    return names[state];
}

const char *task_state_name(enum task_state state)
{
    static const char *const names[TASK_STATES] = {
        [TASK_GATED] = "gated",       [TASK_PENDING] = "pending", [TASK_BOUND] = "bound",
        [TASK_STARTING] = "starting", [TASK_RUNNING] = "running", [TASK_SUSPENDED] = "suspended",
        [TASK_BACKOFF] = "backoff",   [TASK_ENDING] = "ending",   [TASK_ENDED] = "ended",
    };
    SIM_REQUIRE((unsigned)state < TASK_STATES);
    return names[state];
}
