/* events_csv.c - events.csv: the decision log. */
#include "models/simulation.h"
#include "results/out_table.h"

static const struct out_column columns[] = {
    {"time_s", "s", "when"},
    {"event", "text",
     "arrived, admitted, bound, started, stopping, released, requeued, ended, reason (why a job, "
     "or a whole bucket of jobs, waits from now on), task-failed, node (its state), layout, told "
     "(what a policy wants shown)"},
    {"job", "number", "as in jobs.csv; empty: no job is concerned"},
    {"name", "text", "of the job"},
    {"task", "text", "the pod, as Kubernetes names it; empty: the whole job"},
    {"node", "text", "empty: none is concerned"},
    {"count", "number", "of tasks that the row speaks of"},
    {"cause", "text", "of a stop, a release or an end: as in jobs.csv"},
    {"reason", "text", "of waiting, as in the columns of jobs.csv"},
    {"bucket", "number", "that the reason is of: jobs join buckets, and buckets change reasons"},
    {"what", "text", "the node's new state, or the policy's word for what it tells"},
    {"detail", "text", "more about it"},
    {0},
};

extern const struct out_table out_table_events;
const struct out_table out_table_events = {
    .file = "events.csv",
    .help = "One row for everything that happened, in its order.",
    .columns = columns,
};

enum { NAME_MOST = 512 };

struct events_csv {
    struct table_file file;
    const struct simulation *sim;
    int64_t start_ns;
};

static bool events_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct events_csv *s = state;
    s->sim = env->sim;
    s->start_ns = env->start_ns;
    return table_file_open(&s->file, env, &out_table_events, d);
}

static void put_job(struct events_csv *s, const struct sim_event *e)
{
    struct csv *c = &s->file.csv;
    char name[NAME_MOST] = "";
    if (e->job != NULL) {
        csv_int(c, (int64_t)e->job->number);
        simulation_job_name(s->sim, e->job, name, sizeof name);
    } else {
        csv_empty(c);
    }
    csv_text(c, name);
    if (e->task != NULL)
        simulation_task_name(s->sim, e->job, e->task, name, sizeof name);
    csv_text(c, e->task == NULL ? NULL : name);
}

/* Events that concern no node carry 0 or NODE_NONE there. */
static const char *node_of(const struct events_csv *s, const struct sim_event *e)
{
    const bool has_node = e->kind == SIM_BOUND || e->kind == SIM_RELEASED || e->kind == SIM_NODE ||
                          e->kind == SIM_LAYOUT || e->kind == SIM_TASK_FAILED;
    return has_node && e->node != NODE_NONE ? simulation_cluster(s->sim)->nodes[e->node].name
                                            : NULL;
}

static void put_reason(struct events_csv *s, const struct sim_event *e)
{
    struct csv *c = &s->file.csv;
    if (e->kind == SIM_REASON) {
        csv_text(c, simulation_reason(s->sim, e->reason));
        csv_int(c, e->bucket);
    } else {
        csv_empty(c);
        csv_empty(c);
    }
}

static void events_happened(void *state, const struct sim_event *e)
{
    struct events_csv *s = state;
    struct csv *c = &s->file.csv;
    csv_seconds(c, e->at_ns - s->start_ns);
    csv_text(c, sim_event_name(e->kind));
    put_job(s, e);
    csv_text(c, node_of(s, e));
    if (e->count > 0)
        csv_int(c, e->count);
    else
        csv_empty(c);
    csv_text(c, end_cause_name(e->cause));
    put_reason(s, e);
    csv_text(c, e->what);
    csv_text(c, e->detail);
    csv_end_row(c);
}

static bool events_close(void *state, struct diag *d)
{
    struct events_csv *s = state;
    return table_file_close(&s->file, d);
}

static void events_abandon(void *state)
{
    struct events_csv *s = state;
    table_file_abandon(&s->file);
}

extern const struct observer_ops observer_events;
const struct observer_ops observer_events = {
    .api = OBSERVER_API,
    .name = "events",
    .summary = "events.csv: everything that happened, and every decision, in its order",
    .state_bytes = sizeof(struct events_csv),
    .wants = WANTS_EVENTS | WANTS_DETAIL,
    .open = events_open,
    .happened = events_happened,
    .close = events_close,
    .abandon = events_abandon,
};
