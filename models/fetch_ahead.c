#include "models/fetch_ahead.h"

#include "models/simulation_state.h"
#include "sim/prefetch.h"

enum { GPUS = 8 }; /* of most large nodes */

static void fetch_job_and_node(const struct simulation *sim, const struct task *t)
{
    const struct cluster *c = sim->cluster;
    prefetch(sim_job(sim, t->job), sizeof(struct job));
    prefetch(&sim->jobs.next_free[t->job], sizeof sim->jobs.next_free[0]);
    if (t->node == NODE_NONE)
        return;
    prefetch(&c->nodes[t->node], sizeof c->nodes[0]);
    prefetch(&c->free[(size_t)t->node * c->resources_len], sizeof c->free[0]);
}

static void fetch_devices(const struct simulation *sim, const struct task *t)
{
    const struct cluster *c = sim->cluster;
    if (t->node == NODE_NONE)
        return;
    const struct node *n = &c->nodes[t->node];
    if (n->classes_len > 0)
        prefetch(n->classes, sizeof n->classes[0]);
    if (n->first_gpu < c->gpus_len)
        prefetch(&c->gpus[n->first_gpu], GPUS * sizeof c->gpus[0]);
}

void fetch_ahead(void *context, uint16_t kind, uint32_t subject, unsigned level)
{
    const struct simulation *sim = context;
    if (kind != EVENT_TASK)
        return;
    const struct task *t = sim_task(sim, subject);
    if (level == 3)
        prefetch(t, sizeof *t);
    else if (level == 2)
        fetch_job_and_node(sim, t);
    else
        fetch_devices(sim, t);
}
