/* Slurm jobs come, start and go as the simulation's do. */
#include "policies/slurm/slurm_policy.h"

#include "policies/slurm/node_set.h"
#include "sim/calendar.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- tables that grow --- */

static void *zeroed(size_t len, size_t bytes)
{
    void *m = calloc(len + 1, bytes);
    SIM_REQUIRE(m != NULL);
    return m;
}

/* Room for index i; what is new is zeroed. */
static void *room(void *table, size_t i, size_t *cap, size_t bytes)
{
    const size_t old = *cap;
    if (i < old)
        return table;
    while (*cap <= i)
        *cap = *cap == 0 ? 64 : 2 * *cap;
    unsigned char *grown = realloc(table, *cap * bytes);
    SIM_REQUIRE(grown != NULL);
    memset(grown + old * bytes, 0, (*cap - old) * bytes);
    return grown;
}

void slot_list_add(struct slot_list *l, uint32_t slot)
{
    l->slots = room(l->slots, l->len, &l->cap, sizeof l->slots[0]);
    l->slots[l->len++] = slot;
}

static struct slurm_record *record_of(const struct policy_slurm *p, uint32_t slot)
{
    return &p->records[slot];
}

struct job_place *slurm_life_of_job(struct policy_slurm *p, uint32_t job)
{
    p->of_job = room(p->of_job, job, &p->of_job_cap, sizeof p->of_job[0]);
    return &p->of_job[job];
}

struct job_place *slurm_life_of_task(struct policy_slurm *p, uint32_t task)
{
    p->of_task = room(p->of_task, task, &p->of_task_cap, sizeof p->of_task[0]);
    return &p->of_task[task];
}

/* --- starts --- */

static int64_t gpus_of(const struct slurm_job *job)
{
    int64_t gpus = 0;
    for (uint32_t i = 0; i < job->allocs_len; i++)
        gpus += job->allocs[i].gpus;
    return gpus;
}

static void on_start(void *context, struct slurm_job *job)
{
    struct policy_slurm *p = context;
    struct slurm_record *r = record_of(p, job->id);
    r->started_ns = acts_now_ns(p->acts);
    p->limited_len += slurm_limits_apply(p, job);
    p->running[job->partition]++;
    p->gpus_used[job->partition] += gpus_of(job);
    if (!slurm_jobs_bind(p, p->acts, job, r))
        slot_list_add(&p->lost, job->id);
}

static void on_plan(void *context, const struct slurm_job *job, int64_t start_s,
                    const uint64_t *nodes)
{
    struct policy_slurm *p = context;
    struct slurm_record *r = record_of(p, job->id);
    char text[CALENDAR_TEXT + 64], date[CALENDAR_TEXT];
    if (!acts_wants_detail(p->acts) || r->told_plan_s == start_s)
        return;
    r->told_plan_s = start_s;
    calendar_print(date, start_s * SECOND_NS);
    if (nodes == NULL)
        snprintf(text, sizeof text, "%s", date);
    else
        snprintf(text, sizeof text, "%s on %" PRIu32 " nodes, the first is %s", date,
                 node_set_len(nodes, p->site.words),
                 p->site.nodes[node_set_next(nodes, p->site.words, 0)].name);
    act_tell(p->acts, "planned", r->job, text);
}

void slurm_policy_start(struct policy_slurm *p)
{
    const struct slurm_hooks hooks = {
        .context = p,
        .started = on_start,
        .planned = on_plan,
        .waits = slurm_reasons_wait,
        .blocked = slurm_reasons_block,
    };
    slurm_ctld_init(&p->ctld, &p->site, &hooks);
    slurm_timing_init(&p->timing, &p->site.params, p->env.start_ns);
    p->unseen = zeroed(p->site.partitions_len, sizeof p->unseen[0]);
    p->gpus_used = zeroed(p->site.partitions_len, sizeof p->gpus_used[0]);
    p->running = zeroed(p->site.partitions_len, sizeof p->running[0]);
    p->wakes_at_ns = INT64_MAX;
    p->calculated_ns = p->env.start_ns;
    for (uint32_t n = 0; n < p->site.nodes_len; n++)
        slurm_ctld_set_node(&p->ctld, n,
                            p->env.cluster->nodes[p->site.nodes[n].machine].state == NODE_READY);
    p->is_open = true;
}

/* --- who comes and goes --- */

static void refuse(struct policy_slurm *p, uint32_t job, const char *why)
{
    if (p->refusals_len == p->refusals_cap) {
        p->refusals_cap = p->refusals_cap == 0 ? 16 : 2 * p->refusals_cap;
        p->refusals = realloc(p->refusals, p->refusals_cap * sizeof p->refusals[0]);
        SIM_REQUIRE(p->refusals != NULL);
    }
    p->refusals[p->refusals_len++] = (struct refusal){job, why};
}

void slurm_life_join(struct policy_slurm *p, struct acts *a, uint32_t job, uint32_t task,
                     bool is_requeued)
{
    struct joining_job j;
    const struct task *pod = task == TASK_NONE ? NULL : acts_task(a, task);
    const enum joining how = slurm_jobs_make(p, a, acts_job(a, job), pod, &j);
    if (how == JOINS_NOT) {
        act_wait(a, job, REASON_BAD_CONSTRAINTS);
        refuse(p, job, j.why);
        return;
    }
    struct job_place *place =
        task == TASK_NONE ? slurm_life_of_job(p, job) : slurm_life_of_task(p, task);
    if (is_requeued) { /* it is the same job still */
        j.submission.begin_s += p->site.params.requeue_delay_s;
        j.submission.number = place->number;
        j.submission.priority = place->priority;
    }
    p->acts = a;
    struct slurm_job *s = slurm_ctld_submit(&p->ctld, &j.submission);
    *place = (struct job_place){s->id + 1, s->number, s->priority};
    p->records = room(p->records, s->id, &p->records_cap, sizeof p->records[0]);
    *record_of(p, s->id) =
        (struct slurm_record){.job = job, .task = task, .told_plan_s = SLURM_NEVER};
    act_wait(a, job, s->reason);
    if (how == JOINS_HELD) {
        slurm_ctld_hold(&p->ctld, s, j.held);
    } else if (is_requeued) {
        slurm_ctld_hold(&p->ctld, s, REASON_BEGIN_TIME);
        slot_list_add(&p->later, s->id);
    } else {
        if (s->reason == REASON_NONE)
            slurm_reasons_add_unseen(p, s->id);
        slurm_timing_submitted(&p->timing, acts_now_ns(a));
    }
    p->is_changed = true;
}

void slurm_life_set_node(struct policy_slurm *p, const struct acts *a, uint32_t node)
{
    const uint32_t machine = p->site.nodes[node].machine;
    const struct node *n = &acts_cluster(a)->nodes[machine];
    /* A node with fewer GRES than configured is drained. */
    slurm_ctld_set_node(&p->ctld, node, n->state == NODE_READY && !n->is_withheld);
}

void slurm_life_leave(struct policy_slurm *p, struct acts *a, struct job_place *place)
{
    if (place->slot_plus_1 == 0)
        return;
    const uint32_t slot = place->slot_plus_1 - 1;
    struct slurm_job *job = slurm_ctld_job(&p->ctld, slot);
    place->slot_plus_1 = 0;
    if (job->state == SLURM_RUNNING) {
        p->limited_len -= slurm_limits_apply(p, job);
        p->running[job->partition]--;
        p->gpus_used[job->partition] -= gpus_of(job);
        slurm_timing_ended(&p->timing, acts_now_ns(a));
    }
    slurm_ctld_end(&p->ctld, slot);
    p->is_changed = true;
}

/* --- the end --- */

void slurm_policy_close(void *state)
{
    struct policy_slurm *p = state;
    if (!p->is_open)
        return;
    for (uint32_t i = 0; i < p->site.partitions_len; i++)
        free(p->unseen[i].slots);
    slurm_ctld_fini(&p->ctld);
    free(p->unseen);
    free(p->failing.slots);
    free(p->later.slots);
    free(p->lost.slots);
    free(p->records);
    free(p->of_job);
    free(p->of_task);
    free(p->refusals);
    free(p->gpus_used);
    free(p->running);
}
