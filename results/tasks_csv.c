/* tasks_csv.c - tasks.csv: the pods of jobs whose tasks have lives of their own. */
#include "models/simulation.h"
#include "results/out_table.h"
#include "results/placement.h"

static const struct out_column columns[] = {
    {"job", "number", "as in jobs.csv"},
    {"name", "text", "of the job"},
    {"task", "text", "the pod, as Kubernetes would name it"},
    {"node", "text", "empty: it never got one"},
    {"gpus", "text", "numbers of the node's GPUs that it held, `0-3+5`; of a shared GPU the same"},
    {"instances", "text", "MIG instances: GPU, profile and memory slice, `2/3g.40gb@4`"},
    {"made_s", "s", "when it was made, and began to wait for a node"},
    {"bound_s", "s", "when it got its node"},
    {"start_s", "s", "when its work last began; empty: never"},
    {"end_s", "s", "when it was gone; empty: it was still there at the end of the run"},
    {"cause", "text", "why it ended, as in jobs.csv; open: the run ended first"},
    {"restarts", "number", "of its container, in place"},
    {0},
};

extern const struct out_table out_table_tasks;
const struct out_table out_table_tasks = {
    .file = "tasks.csv",
    .help =
        "One row per task, written when it is gone, of jobs whose tasks come and go one by one: "
        "pods of a Job, a Deployment, a StatefulSet. Tasks that work together are in jobs.csv, "
        "as one.",
    .columns = columns,
};

enum { NAME_MOST = 512 };

struct tasks_csv {
    struct table_file file;
    const struct simulation *sim;
    int64_t start_ns;
    struct placement text; /* scratch */
};

static bool tasks_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct tasks_csv *s = state;
    s->sim = env->sim;
    s->start_ns = env->start_ns;
    if (!table_file_open(&s->file, env, &out_table_tasks, d))
        return false;
    placement_init(&s->text, simulation_cluster(env->sim));
    return true;
}

static void put_instant(const struct tasks_csv *s, struct csv *c, int64_t at_ns)
{
    if (at_ns == TIME_NEVER)
        csv_empty(c);
    else
        csv_seconds(c, at_ns - s->start_ns);
}

static void put_who(struct tasks_csv *s, const struct job *job, const struct task *task)
{
    struct csv *c = &s->file.csv;
    char name[NAME_MOST];
    csv_int(c, (int64_t)job->number);
    simulation_job_name(s->sim, job, name, sizeof name);
    csv_text(c, name);
    simulation_task_name(s->sim, job, task, name, sizeof name);
    csv_text(c, name);
}

static void put_where(struct tasks_csv *s, const struct task *task)
{
    struct csv *c = &s->file.csv;
    const struct cluster *cluster = simulation_cluster(s->sim);
    csv_text(c, task->node == NODE_NONE ? NULL : cluster->nodes[task->node].name);
    csv_text(c, placement_gpus(&s->text, task));
    csv_text(c, placement_instances(&s->text, task));
}

static void tasks_task_over(void *state, const struct job *job, const struct task *task)
{
    struct tasks_csv *s = state;
    struct csv *c = &s->file.csv;
    if (job->is_gang)
        return;
    put_who(s, job, task);
    put_where(s, task);
    put_instant(s, c, task->made_ns);
    put_instant(s, c, task->bound_ns);
    put_instant(s, c, task->start_ns);
    put_instant(s, c, task->end_ns);
    csv_text(c, end_cause_name(task->cause));
    csv_int(c, task->restarts);
    csv_end_row(c);
}

static bool tasks_close(void *state, struct diag *d)
{
    struct tasks_csv *s = state;
    placement_fini(&s->text);
    return table_file_close(&s->file, d);
}

static void tasks_abandon(void *state)
{
    struct tasks_csv *s = state;
    placement_fini(&s->text);
    table_file_abandon(&s->file);
}

extern const struct observer_ops observer_tasks;
const struct observer_ops observer_tasks = {
    .api = OBSERVER_API,
    .name = "tasks",
    .summary = "tasks.csv: pods of jobs whose tasks have lives of their own",
    .state_bytes = sizeof(struct tasks_csv),
    .wants = WANTS_TASKS,
    .open = tasks_open,
    .task_over = tasks_task_over,
    .close = tasks_close,
    .abandon = tasks_abandon,
};
