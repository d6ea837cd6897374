#include "policies/placement/work.h"

#include "models/kubernetes/controller.h"
#include "sim/check.h"

enum { POD_BITS = 24 };

static uint32_t work_of(uint32_t id, bool is_pod)
{
    SIM_REQUIRE(id < UINT32_MAX / 2);
    return 2 * id + is_pod;
}

static bool is_gang(const struct acts *a, uint32_t job)
{
    return acts_job(a, job)->is_gang;
}

static unsigned news_of_pod(const struct acts *a, const struct note *n, uint32_t *work,
                            enum work_news news)
{
    if (n->task == TASK_NONE || is_gang(a, n->job))
        return WORK_SAME;
    *work = work_of(n->task, true);
    return news;
}

static unsigned news_of_gang(const struct acts *a, const struct note *n, uint32_t *work,
                             unsigned news)
{
    if (!is_gang(a, n->job))
        return WORK_SAME;
    *work = work_of(n->job, false);
    return news;
}

unsigned work_news(const struct acts *a, const struct note *n, uint32_t *work)
{
    switch (n->kind) {
    case NOTE_ARRIVED:
        return news_of_gang(a, n, work, WORK_CAME);
    case NOTE_REQUEUED:
        return news_of_gang(a, n, work, WORK_GONE | WORK_CAME);
    case NOTE_ENDED:
        return news_of_gang(a, n, work, WORK_GONE);
    case NOTE_ADMITTED:
        return news_of_pod(a, n, work, WORK_CAME);
    case NOTE_RELEASED:
    case NOTE_JOB_CHANGED:
        return news_of_pod(a, n, work, WORK_GONE);
    default:
        return WORK_SAME;
    }
}

static const struct task *pod_of(const struct acts *a, uint32_t work)
{
    const struct task *t = acts_task(a, work / 2);
    SIM_REQUIRE(t != NULL);
    return t;
}

const struct job *work_job(const struct acts *a, uint32_t work)
{
    const struct job *job = acts_job(a, work_is_pod(work) ? pod_of(a, work)->job : work / 2);
    SIM_REQUIRE(job != NULL);
    return job;
}

uint32_t work_demands(const struct acts *a, uint32_t work)
{
    return work_is_pod(work) ? 1 : work_job(a, work)->groups_len;
}

struct work_demand work_demand(const struct acts *a, uint32_t work, uint32_t i)
{
    const struct job *job = work_job(a, work);
    const bool is_pod = work_is_pod(work);
    const uint32_t group = is_pod ? pod_of(a, work)->group : i;
    return (struct work_demand){group, job->groups[group].request,
                                is_pod ? 1 : job->groups[group].count};
}

static void visit_task(const struct job *job, const struct task *t, work_visit_fn *visit,
                       void *context)
{
    if (t->node != NODE_NONE)
        visit(context, t, job->groups[t->group].request);
}

void work_each_task(const struct acts *a, uint32_t work, work_visit_fn *visit, void *context)
{
    const struct job *job = work_job(a, work);
    if (work_is_pod(work)) {
        visit_task(job, pod_of(a, work), visit, context);
        return;
    }
    for (uint32_t id = job->first_task; id != TASK_NONE; id = acts_task(a, id)->next)
        visit_task(job, acts_task(a, id), visit, context);
}

int64_t work_true_ns(const struct acts *a, uint32_t work)
{
    const struct job *job = work_job(a, work);
    return work_is_pod(work) ? controller_task_work(job, pod_of(a, work)) : job->work_ns;
}

int64_t work_estimate_ns(const struct acts *a, uint32_t work)
{
    const int64_t limit_ns = work_job(a, work)->limit_ns;
    return limit_ns != LIMIT_NONE ? limit_ns : work_true_ns(a, work);
}

uint64_t work_rank(const struct acts *a, uint32_t work)
{
    const uint64_t number = work_job(a, work)->number;
    const uint64_t made = work_is_pod(work) ? pod_of(a, work)->made : 0;
    return number << POD_BITS | (made & ((UINT64_C(1) << POD_BITS) - 1));
}

bool work_plan(struct first_fit *f, const struct acts *a, uint32_t work,
               const struct node_overlay *other)
{
    if (work_is_pod(work))
        return first_fit_plan_pod(f, work_job(a, work), pod_of(a, work), other);
    return first_fit_plan(f, work_job(a, work), other);
}

bool work_has_node(struct first_fit *f, const struct acts *a, uint32_t work)
{
    for (uint32_t g = 0; g < work_demands(a, work); g++)
        if (!free_index_has_node(f->free, work_demand(a, work, g).request))
            return false;
    return true;
}

bool work_bind(struct first_fit *f, struct acts *a, uint32_t work)
{
    return act_bind(
        a, &(struct bind){.job = work_job(a, work)->id, .slots = f->slots, .slots_len = f->len});
}
