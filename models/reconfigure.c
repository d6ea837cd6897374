#include "models/reconfigure.h"

#include "models/simulation_state.h"
#include "sim/check.h"
#include "sim/distribution.h"
#include "sim/rng.h"

static struct node *node_of(struct simulation *sim, uint32_t node)
{
    return &sim->cluster->nodes[node];
}

static int64_t draw_ns(struct simulation *sim, const struct node *n)
{
    const struct distribution *change = sim->cluster->pools[n->pool].change;
    const uint64_t entity = (uint64_t)n->changes << 32 | n->id;
    gsl_rng *rng = rng_open(sim->spec.seed, sim->spec.replication, "change of layout", entity);
    const int64_t ns = distribution_int(change, rng);
    gsl_rng_free(rng);
    return ns;
}

static void begin(struct simulation *sim, struct node *n)
{
    if (n->is_changing || n->tasks > 0 || n->wanted_layout == n->layout)
        return;
    n->is_changing = true;
    sim_push(sim, sim_now(sim) + draw_ns(sim, n), PHASE_FAULT, n->id, EVENT_LAYOUT, n->id);
    n->changes++;
}

static void keep_tasks_away(struct simulation *sim, struct node *n)
{
    if (n->state != NODE_READY || n->wanted_layout == n->layout)
        return;
    n->is_kept_from_tasks = true;
    simulation_set_node(sim, n->id, NODE_CORDONED);
}

static void let_tasks_in(struct simulation *sim, struct node *n)
{
    if (!n->is_kept_from_tasks || n->is_changing || n->wanted_layout != n->layout)
        return;
    n->is_kept_from_tasks = false;
    if (n->state == NODE_CORDONED)
        simulation_set_node(sim, n->id, NODE_READY);
}

void reconfigure_want(struct simulation *sim, uint32_t node, uint32_t layout)
{
    struct node *n = node_of(sim, node);
    SIM_REQUIRE(layout < n->layouts_len);
    n->wanted_layout = layout;
    keep_tasks_away(sim, n);
    let_tasks_in(sim, n);
    begin(sim, n);
}

void reconfigure_idle(struct simulation *sim, uint32_t node)
{
    begin(sim, node_of(sim, node));
}

/* Somebody let tasks in while it was changing: it fails ("In use"), and is tried again when they
 * are gone. */
void reconfigure_done(struct simulation *sim, uint32_t node)
{
    struct node *n = node_of(sim, node);
    n->is_changing = false;
    if (n->tasks == 0) {
        cluster_set_layout(sim->cluster, node, n->wanted_layout);
        if (sim->observers_want & WANTS_EVENTS)
            sim_show(sim, &(struct sim_event){.kind = SIM_LAYOUT,
                                              .node = node,
                                              .what = n->layouts[n->layout].name});
    }
    let_tasks_in(sim, n);
    begin(sim, n);
}
