/* What the node does for a task beside counting: its devices may have no memory for it, and MIG
 * instances may be made for it alone. */
#include "models/device.h"
#include "models/device_start.h"
#include "models/kubernetes/controller.h"
#include "models/lifecycle.h"
#include "models/mig_dynamic.h"

void lifecycle_set_idle(struct simulation *sim, const struct task *t, bool idle)
{
    if (t->node == NODE_NONE || sim->cluster->domains_len == 0)
        return;
    lifecycle_touch_neighbours(sim, t);
    device_start_idle(sim->cluster, t, idle);
    lifecycle_respeed_touched(sim);
}

static void show_failed(struct simulation *sim, const struct job *job, const struct task *t,
                        const struct device_start *why)
{
    char text[128];
    if (sim->observers_want & WANTS_EVENTS)
        sim_show(sim, &(struct sim_event){.kind = SIM_TASK_FAILED,
                                          .cause = END_FAILED,
                                          .job = job,
                                          .task = t,
                                          .node = t->node,
                                          .count = t->count,
                                          .what = why->verdict == DEVICE_REFUSES
                                                      ? "UnexpectedAdmissionError"
                                                      : "Error",
                                          .detail = device_start_text(why, text, sizeof text)});
}

/* The kubelet refuses a pod for good. A process without memory comes again if its pod's
 * restartPolicy says so, and that of a job without one, unless the device never has so much. */
static bool comes_again(const struct job *job, enum device_verdict verdict)
{
    if (verdict == DEVICE_REFUSES)
        return false;
    return job->is_gang ? verdict == DEVICE_FULL : controller_restarts(job, END_FAILED);
}

static void end(struct simulation *sim, struct job *job, struct task *t)
{
    static const struct stop failed = {.cause = END_FAILED};
    if (job->is_gang)
        lifecycle_end_job(sim, job, END_FAILED);
    else
        lifecycle_stop_task(sim, t, &failed);
}

/* CrashLoopBackOff. */
static void back_off(struct simulation *sim, struct job *job, struct task *t)
{
    const int64_t delay = controller_backoff_ns(t, sim_now(sim));
    t->state = TASK_BACKOFF;
    count_up(&t->restarts);
    count_up(&job->restarts);
    if (!job->is_gang && controller_task_crashed(sim, job, t))
        return;
    t->event =
        sim_push(sim, sim_now(sim) + delay, PHASE_NODE_AGENT, job->number, EVENT_TASK, t->id);
    if (!job->is_gang)
        controller_follow(sim, job);
}

bool lifecycle_gets_memory(struct simulation *sim, struct job *job, struct task *t)
{
    const struct device_start why =
        device_start_check(sim->cluster, t, lifecycle_request(sim, job, t));
    if (why.verdict == DEVICE_STARTS) {
        lifecycle_set_idle(sim, t, false);
        return true;
    }
    show_failed(sim, job, t, &why);
    if (comes_again(job, why.verdict))
        back_off(sim, job, t);
    else
        end(sim, job, t);
    return false;
}

static void close_instance(struct simulation *sim, const struct task *t,
                           const struct device_unit *u, int64_t after_ns)
{
    if (after_ns == 0) {
        mig_dynamic_destroy(sim->cluster, t->node, u->gpu, u->slice_start);
        return;
    }
    const uint32_t id = pool_take(&sim->closings);
    *(struct closing *)pool_at(&sim->closings, id) =
        (struct closing){.node = t->node, .gpu = u->gpu, .start = u->slice_start};
    sim_push(sim, sim_now(sim) + after_ns, PHASE_END, t->node, EVENT_INSTANCE, id);
}

void lifecycle_close_instances(struct simulation *sim, const struct task *t)
{
    const struct node *n = &sim->cluster->nodes[t->node];
    if (n->dynamic == NULL)
        return;
    const int64_t after_ns = t->state == TASK_BOUND ? 0 : n->dynamic->destroy_ns;
    for (uint32_t i = 0; i < t->uses_len; i++)
        if (n->classes[t->uses[i].class_index].kind == DEVICE_DYNAMIC)
            close_instance(sim, t, device_unit_of(n, t->uses[i]), after_ns);
}
