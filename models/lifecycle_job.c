#include "models/kubernetes/controller.h"
#include "models/kubernetes/live_state.h"
#include "models/lifecycle.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <stdlib.h>

static const struct job_extra no_extra = {
    .namespace_word = INTERN_NONE,
    .priority_class_word = INTERN_NONE,
    .account_word = INTERN_NONE,
    .qos_word = INTERN_NONE,
    .array_task = UINT32_MAX,
};

static void count_in(struct simulation *sim, const struct job *job, enum job_state state, int sign)
{
    const int64_t now = sim_now(sim);
    struct queue_meter *q = &sim->meter.queues[job->queue_meter];
    if (lifecycle_waits(state)) {
        for (uint32_t g = 0; sim->fragmentation != NULL && g < job->groups_len; g++)
            fragmentation_waits(sim->fragmentation, job->groups[g].request, sign);
        time_average_add(&sim->meter.waiting, now, sign);
        time_average_add(&q->waiting, now, sign);
        time_average_add(&q->waiting_gpus, now, sign * (int64_t)job->gpus);
    } else if (state == JOB_RUNNING) {
        time_average_add(&sim->meter.running, now, sign);
        time_average_add(&q->running, now, sign);
        time_average_add(&q->running_gpus, now, sign * (int64_t)job->gpus);
    }
}

/* It waits again: in the bucket that its pods were put into while others of them ran. */
static void wait_again(struct simulation *sim, const struct job *job)
{
    const uint32_t bucket = job->wait_bucket;
    wait_reasons_move(&sim->waits, job->id, bucket, sim_now(sim));
    if (bucket != 0 && sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_REASON,
                                          .job = job,
                                          .reason = wait_reasons_of_bucket(&sim->waits, bucket),
                                          .bucket = bucket});
}

void lifecycle_set_state(struct simulation *sim, struct job *job, enum job_state state)
{
    const int64_t now = sim_now(sim);
    const enum job_state old = job->state;
    if (state == old)
        return;
    job->in_state_ns[old] += now - job->state_since_ns;
    job->state_since_ns = now;
    job->state = state;
    lifecycle_show_move(sim, job, old);
    if (lifecycle_waits(old) && lifecycle_waits(state))
        return;
    count_in(sim, job, old, -1);
    count_in(sim, job, state, 1);
    if (lifecycle_waits(old))
        wait_reasons_move(&sim->waits, job->id, BUCKET_NONE, now);
    else if (lifecycle_waits(state))
        wait_again(sim, job);
}

/* --- arrival and admission --- */

static void copy_groups(struct simulation *sim, struct job *job, const struct job_spec *spec)
{
    job->groups_len = spec->groups_len;
    job->groups = &job->one_group;
    if (spec->groups_len > 1) {
        job->groups = calloc(spec->groups_len, sizeof job->groups[0]);
        SIM_REQUIRE(job->groups != NULL);
    }
    for (uint32_t g = 0; g < spec->groups_len; g++) {
        const struct group_spec *from = &spec->groups[g];
        job->groups[g] = (struct group){
            .name =
                from->name == NULL ? INTERN_NONE : intern_add(sim->spec.names->words, from->name),
            .request = from->request,
            .count = from->count,
            .min_count = from->min_count};
        job->gpus += request_get(sim->requests, from->request)->gpus * from->count;
    }
}

static struct job *new_job(struct simulation *sim, uint32_t source, const struct job_spec *spec)
{
    const uint32_t id = pool_take(&sim->jobs);
    struct job *job = sim_job(sim, id);
    const int64_t now = sim_now(sim);
    job->id = id;
    job->source = source;
    job->number = ++sim->counts.jobs_arrived;
    job->extra = spec->extra != NULL ? spec->extra : &no_extra;
    job->is_gang = job->extra->controller == NULL;
    job->first_task = job->last_task = TASK_NONE;
    job->was_running = job->extra->live != NULL && job->extra->live->is_running;
    job->arrive_ns = now;
    job->submit_ns = now - spec->waited_ns;
    job->work_ns = spec->work_ns;
    job->saved_ns = job->begun_ns = spec->begun_ns;
    job->limit_ns = spec->limit_ns;
    job->ordinal = spec->ordinal;
    job->source_id = spec->source_id;
    job->name_word = spec->name_word;
    job->user_word = spec->user_word;
    job->tenant_word = spec->tenant_word;
    job->queue_word = spec->queue_word;
    job->queue_meter = meter_queue(&sim->meter, spec->queue_word, now);
    job->priority = spec->priority;
    job->kind = spec->kind;
    job->admit_ns = job->first_start_ns = job->start_ns = job->end_ns = TIME_NEVER;
    job->state_since_ns = job->submit_ns;
    job->patience_event = EVENT_NONE;
    copy_groups(sim, job, spec);
    if (!job->is_gang)
        controller_open(job);
    return job;
}

/* Where a policy admits first, tasks are gated until then. */
static void want_tasks(struct simulation *sim, struct job *job)
{
    const bool is_gated = sim->stack == STACK_ADMIT_PLACE || sim->stack == STACK_ADMIT;
    job->tasks_pending = 0;
    for (uint32_t g = 0; g < job->groups_len; g++) {
        struct group *group = &job->groups[g];
        group->gated = is_gated ? group->count : 0;
        lifecycle_set_pending(sim, group, is_gated || !job->is_gang ? 0 : group->count);
        job->tasks_pending += group->gated + group->pending;
    }
}

void lifecycle_arrive(struct simulation *sim, uint32_t source, const struct job_spec *spec)
{
    struct job *job = new_job(sim, source, spec);
    const int64_t now = sim_now(sim);
    wait_reasons_open(&sim->waits, job->id);
    wait_reasons_move(&sim->waits, job->id, 0, job->submit_ns);
    time_average_add(&sim->meter.in_system, now, 1);
    sim->meter.queues[job->queue_meter].arrived++;
    count_in(sim, job, JOB_QUEUED, 1);
    want_tasks(sim, job);
    if (spec->patience_ns != LIMIT_NONE)
        job->patience_event = sim_push(sim, now + spec->patience_ns, PHASE_LEAVE, job->number,
                                       EVENT_PATIENCE, job->id);
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_ARRIVED, .job = job});
    sim_notify(sim, &(struct note){.kind = NOTE_ARRIVED,
                                   .job = job->id,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = NODE_NONE});
    if (sim->stack == STACK_PLACE || (sim->stack == STACK_BOTH && !job->is_gang))
        lifecycle_admit(sim, job, NULL);
}

static void set_request(struct simulation *sim, const struct job *job, struct group *group,
                        uint32_t request)
{
    if (sim->fragmentation != NULL && lifecycle_waits(job->state)) {
        fragmentation_waits(sim->fragmentation, group->request, -1);
        fragmentation_waits(sim->fragmentation, request, 1);
    }
    const uint32_t pending = group->pending;
    lifecycle_set_pending(sim, group, 0);
    group->request = request;
    lifecycle_set_pending(sim, group, pending);
}

static void tell_admitted(struct simulation *sim, const struct job *job, uint32_t g, uint32_t count,
                          uint32_t request)
{
    sim_notify(sim, &(struct note){.kind = NOTE_ADMITTED,
                                   .job = job->id,
                                   .group = g,
                                   .task = TASK_NONE,
                                   .node = NODE_NONE,
                                   .count = count,
                                   .request = request});
}

/* Tasks of a gang, place by place, and those that may go anywhere. */
static void tell_places(struct simulation *sim, const struct job *job, uint32_t g,
                        const struct admission *adm)
{
    uint32_t left = job->groups[g].pending;
    for (size_t i = 0; adm != NULL && i < adm->places_len; i++) {
        const struct place_admission *p = &adm->places[i];
        if (p->group != g || left == 0)
            continue;
        const uint32_t count = p->count < left ? p->count : left;
        tell_admitted(sim, job, g, count, p->request);
        left -= count;
    }
    if (left > 0 || job->groups[g].pending == 0)
        tell_admitted(sim, job, g, left, job->groups[g].request);
}

static void forget_places(struct job *job)
{
    free(job->places);
    job->places = NULL;
    job->places_len = 0;
}

/* For tasks that are made one by one. */
static void keep_places(struct job *job, const struct admission *adm)
{
    forget_places(job);
    if (adm == NULL || adm->places_len == 0 || job->is_gang)
        return;
    job->places = calloc(adm->places_len, sizeof job->places[0]);
    SIM_REQUIRE(job->places != NULL);
    for (size_t i = 0; i < adm->places_len; i++)
        job->places[job->places_len++] =
            (struct task_place){adm->places[i].group, adm->places[i].request, adm->places[i].count};
}

/* The place of the new ones that it is in already, if it is still one. */
static void stay(struct job *job, struct task *t, uint32_t request)
{
    t->place = UINT32_MAX;
    for (uint32_t i = 0; i < job->places_len && t->place == UINT32_MAX; i++) {
        struct task_place *p = &job->places[i];
        if (p->group != t->group || p->request != request || p->left == 0)
            continue;
        p->left--;
        t->place = i;
    }
}

static void move(struct simulation *sim, struct job *job, struct task *t)
{
    struct note n = {.kind = NOTE_JOB_CHANGED,
                     .job = job->id,
                     .group = t->group,
                     .task = t->id,
                     .node = NODE_NONE,
                     .count = t->count};
    sim_notify(sim, &n);
    n.kind = NOTE_ADMITTED;
    n.request = lifecycle_take_place(job, t);
    sim_notify(sim, &n);
}

void lifecycle_set_places(struct simulation *sim, struct job *job,
                          const struct place_admission *places, size_t len)
{
    struct task_place *old = job->places;
    const uint32_t old_len = job->places_len;
    job->places = NULL;
    keep_places(job, &(struct admission){.places = places, .places_len = len});
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next) {
        struct task *t = sim_task(sim, id);
        stay(job, t, t->place < old_len ? old[t->place].request : REQUEST_NONE);
    }
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next)
        if (sim_task(sim, id)->state == TASK_PENDING && sim_task(sim, id)->place == UINT32_MAX)
            move(sim, job, sim_task(sim, id));
    free(old);
}

static void admit_group(struct simulation *sim, struct job *job, uint32_t g,
                        const struct admission *all)
{
    struct group *group = &job->groups[g];
    const struct group_admission *adm = all == NULL || all->groups == NULL ? NULL : &all->groups[g];
    if (adm != NULL && adm->request != REQUEST_NONE)
        set_request(sim, job, group, adm->request);
    job->tasks_pending -= group->gated + group->pending;
    group->gated = 0;
    if (!job->is_gang) {
        lifecycle_set_pending(sim, group, 0); /* the controller makes them now */
        return;
    }
    lifecycle_set_pending(sim, group, adm != NULL ? adm->count : group->count);
    job->tasks_pending += group->pending;
    tell_places(sim, job, g, all);
}

/* Quota alone decides: a gang runs as soon as it is admitted. */
static void run_without_nodes(struct simulation *sim, struct job *job)
{
    for (uint32_t g = 0; g < job->groups_len; g++) {
        const struct slot slot = {
            .group = g, .node = NODE_NONE, .count = job->groups[g].pending, .task = TASK_NONE};
        if (slot.count > 0)
            lifecycle_bind(sim, job, &slot, false);
    }
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next)
        lifecycle_bound(sim, job, &id, 1);
}

void lifecycle_admit(struct simulation *sim, struct job *job, const struct admission *adm)
{
    const struct group_admission *groups = adm == NULL ? NULL : adm->groups;
    job->is_admitted = true;
    job->admit_ns = sim_now(sim);
    lifecycle_set_state(sim, job, JOB_ADMITTED);
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_ADMITTED, .job = job});
    keep_places(job, adm);
    for (uint32_t g = 0; g < job->groups_len; g++)
        admit_group(sim, job, g, adm);
    if (!job->is_gang)
        controller_admitted(sim, job, groups == NULL ? job->groups[0].count : groups[0].count);
    if (sim->stack == STACK_ADMIT && job->is_gang)
        run_without_nodes(sim, job);
}

/* --- stopping --- */

/* Tasks that wait for a node are wanted no more. */
static void withdraw_pending(struct simulation *sim, struct job *job)
{
    for (uint32_t id = job->first_task; id != TASK_NONE;) {
        struct task *t = sim_task(sim, id);
        id = t->next;
        if (t->state != TASK_PENDING)
            continue;
        controller_withdrawn(job, t);
        lifecycle_release(sim, job, t);
    }
    for (uint32_t g = 0; g < job->groups_len; g++) {
        job->groups[g].gated = 0;
        lifecycle_set_pending(sim, &job->groups[g], 0);
    }
    job->tasks_pending = 0;
}

enum { LIVELOCK_STOPS = 64 };

/* Real schedulers can evict and admit the same jobs in turn without any time passing. */
static void count_stop(struct simulation *sim, struct job *job)
{
    const int64_t now_ns = sim_now(sim);
    job->stops_now = job->last_stop_ns == now_ns ? (uint16_t)(job->stops_now + 1) : 1;
    job->last_stop_ns = now_ns;
    if (job->stops_now < LIVELOCK_STOPS)
        return;
    sim->is_livelocked = true;
    event_loop_stop(&sim->loop);
}

void lifecycle_stop_job(struct simulation *sim, struct job *job, const struct stop *stop)
{
    count_stop(sim, job);
    job->is_stopping = true;
    job->requeue = stop->requeue;
    job->cause = stop->cause;
    if (stop->cause == END_PREEMPTED)
        count_up(&job->preemptions);
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_STOPPING, .job = job, .cause = stop->cause});
    sim_notify(sim, &(struct note){.kind = NOTE_ENDING,
                                   .cause = stop->cause,
                                   .job = job->id,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = NODE_NONE,
                                   .count = job->tasks_live});
    withdraw_pending(sim, job);
    lifecycle_set_state(sim, job, JOB_ENDING);
    if (job->tasks_live == 0) {
        lifecycle_stopped(sim, job);
        return;
    }
    const uint32_t id = job->id;
    const uint64_t number = job->number;
    for (uint32_t t = job->first_task; t != TASK_NONE;) {
        struct task *task = sim_task(sim, t);
        const uint32_t next = task->next;
        if (task->lead == task->id)
            lifecycle_stop_task(sim, task, stop);
        if (!pool_has(&sim->jobs, id) || job->number != number || !job->is_stopping)
            return; /* that was its last task */
        t = job->is_gang ? TASK_NONE : next;
    }
}

static void requeue(struct simulation *sim, struct job *job)
{
    job->is_admitted = false;
    job->is_suspended = false;
    job->wait_bucket = 0;
    lifecycle_set_state(sim, job, JOB_QUEUED);
    want_tasks(sim, job);
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_REQUEUED, .job = job, .cause = job->cause});
    sim_notify(sim, &(struct note){.kind = NOTE_REQUEUED,
                                   .cause = job->cause,
                                   .job = job->id,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = NODE_NONE});
    if (sim->stack == STACK_PLACE || (sim->stack == STACK_BOTH && !job->is_gang))
        lifecycle_admit(sim, job, NULL);
}

void lifecycle_stopped(struct simulation *sim, struct job *job)
{
    job->is_stopping = false;
    if (job->requeue)
        requeue(sim, job);
    else
        lifecycle_end_job(sim, job, job->cause);
}

/* --- the end --- */

static void show_over(struct simulation *sim, const struct job *job)
{
    for (size_t i = 0; i < sim->spec.observers_len; i++)
        if (sim->observers[i].ops->wants & WANTS_JOBS)
            sim->observers[i].ops->job_over(sim->observers[i].state, job);
}

static void tell_source(struct simulation *sim, const struct job *job)
{
    const struct source_slot *s = &sim->sources[job->source];
    const struct job_end e = {.source_id = job->source_id,
                              .number = job->number,
                              .submit_ns = job->submit_ns,
                              .start_ns = job->start_ns,
                              .end_ns = job->end_ns,
                              .cause = job->cause};
    if (s->ops->ended != NULL && s->ops->ended(s->state, &e))
        simulation_withdraw_arrival(sim, job->source);
}

void lifecycle_end_job(struct simulation *sim, struct job *job, enum end_cause cause)
{
    const int64_t now = sim_now(sim);
    job->is_stopping = true; /* no controller brings a task back */
    for (uint32_t id = job->first_task; id != TASK_NONE; id = job->first_task) {
        struct task *t = sim_task(sim, id);
        if (t->cause == END_NONE)
            t->cause = cause;
        lifecycle_release(sim, job, t);
    }
    job->cause = cause;
    job->end_ns = now;
    lifecycle_set_state(sim, job, JOB_ENDED);
    sim_cancel(sim, &job->patience_event);
    time_average_add(&sim->meter.in_system, now, -1);
    sim->meter.queues[job->queue_meter].ended++;
    sim->counts.jobs_ended++;
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_ENDED, .job = job, .cause = cause});
    sim_notify(sim, &(struct note){.kind = NOTE_ENDED,
                                   .cause = cause,
                                   .job = job->id,
                                   .group = UINT32_MAX,
                                   .task = TASK_NONE,
                                   .node = NODE_NONE});
    show_over(sim, job);
    tell_source(sim, job);
    lifecycle_free_job(sim, job);
    simulation_job_ended(sim);
}

void lifecycle_free_job(struct simulation *sim, struct job *job)
{
    if (!job->is_gang)
        controller_close(sim, job);
    for (uint32_t g = 0; g < job->groups_len; g++)
        lifecycle_set_pending(sim, &job->groups[g], 0);
    if (job->groups != &job->one_group)
        free(job->groups);
    forget_places(job);
    pool_give(&sim->jobs, job->id);
}

/* What it held so far counts, though it is not over. */
static void close_task(struct simulation *sim, struct job *job, struct task *t)
{
    t->cause = END_OPEN;
    if (t->state != TASK_PENDING)
        lifecycle_book_use(sim, job, t);
    if (sim->observers_want & WANTS_TASKS)
        lifecycle_show_task(sim, job, t);
}

void lifecycle_close_job(struct simulation *sim, struct job *job)
{
    const int64_t now = sim_now(sim);
    job->cause = END_OPEN;
    job->in_state_ns[job->state] += now - job->state_since_ns;
    job->state_since_ns = now;
    wait_reasons_move(&sim->waits, job->id, BUCKET_NONE, now);
    for (uint32_t id = job->first_task; id != TASK_NONE; id = sim_task(sim, id)->next)
        close_task(sim, job, sim_task(sim, id));
    show_over(sim, job);
}
