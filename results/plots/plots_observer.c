/* The observer `plots` keeps, in the run_record that is its options, what pictures are made of; it
 * writes nothing itself. */
#include "results/gpu_heat.h"
#include "results/gpu_spans.h"
#include "results/run_record.h"
#include "results/timeline.h"

struct plots_observer {
    struct run_record *record; /* NULL: nobody wants plots */
};

static bool plots_open(void *state, const struct observer_env *env, struct diag *d)
{
    (void)d;
    struct plots_observer *p = state;
    struct run_record *r = (struct run_record *)(uintptr_t)env->options; /* lent to be filled */
    p->record = r != NULL && (r->wants & RECORD_PLOTS) ? r : NULL;
    if (p->record == NULL)
        return true;
    timeline_begin(r->timeline, env->sim, env->start_ns);
    gpu_spans_begin(r->spans, env->sim);
    gpu_heat_begin(r->heat, env->sim, env->start_ns);
    return true;
}

static void plots_task_over(void *state, const struct job *job, const struct task *task)
{
    const struct plots_observer *p = state;
    if (p->record == NULL)
        return;
    gpu_spans_task(p->record->spans, job, task);
    gpu_heat_task(p->record->heat, job, task);
}

static void plots_sample(void *state, int64_t now_ns)
{
    const struct plots_observer *p = state;
    if (p->record != NULL)
        timeline_sample(p->record->timeline, now_ns);
}

static void plots_warmed_up(void *state, int64_t now_ns)
{
    const struct plots_observer *p = state;
    if (p->record != NULL)
        timeline_cut(p->record->timeline, now_ns);
}

static bool plots_close(void *state, struct diag *d)
{
    (void)d;
    const struct plots_observer *p = state;
    if (p->record == NULL)
        return true;
    timeline_end(p->record->timeline);
    gpu_spans_end(p->record->spans);
    gpu_heat_end(p->record->heat);
    return true;
}

static void plots_abandon(void *state)
{
    (void)state; /* the record is its owner's */
}

extern const struct observer_ops observer_plots;
const struct observer_ops observer_plots = {
    .api = OBSERVER_API,
    .name = "plots",
    .summary = "pictures as SVG and PNG: GPUs, queues and waits over time, who held which GPU",
    .state_bytes = sizeof(struct plots_observer),
    .wants = WANTS_TASKS | WANTS_SAMPLES,
    .open = plots_open,
    .task_over = plots_task_over,
    .sample = plots_sample,
    .warmed_up = plots_warmed_up,
    .close = plots_close,
    .abandon = plots_abandon,
};
