#include "policies/placement/first_fit.h"

#include "models/kubernetes/node_filter.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

void first_fit_init(struct first_fit *f, const struct policy_env *env)
{
    const struct node_terms_table *terms = env->names_view->terms;
    first_fit_init_where(f, env, terms == NULL ? NULL : node_filter_admits, terms);
}

void first_fit_init_where(struct first_fit *f, const struct policy_env *env, node_admits_fn *admits,
                          const void *context)
{
    *f = (struct first_fit){.cluster = env->cluster, .requests = env->requests};
    f->free = free_index_new(env->cluster, env->requests, admits, context);
    node_overlay_init(&f->taken, env->cluster);
    f->row = calloc(env->cluster->resources_len + 1, sizeof f->row[0]);
    SIM_REQUIRE(f->row != NULL);
}

void first_fit_fini(struct first_fit *f)
{
    if (f->cluster == NULL)
        return;
    free_index_free(f->free);
    node_overlay_fini(&f->taken);
    free(f->row);
    free(f->slots);
    *f = (struct first_fit){0};
}

static void add_slot(struct first_fit *f, const struct slot *slot)
{
    if (f->len == f->cap) {
        f->cap = f->cap == 0 ? FIRST_CAPACITY : 2 * f->cap;
        f->slots = realloc(f->slots, f->cap * sizeof f->slots[0]);
        SIM_REQUIRE(f->slots != NULL);
    }
    f->slots[f->len++] = *slot;
}

/* What is being planned: tasks of one group, with what differs from the cluster as it is. */
struct wish {
    uint32_t group;
    uint32_t request;
    uint32_t count;
    uint32_t task; /* TASK_NONE: of a gang */
    const struct node_overlay *other;
};

static void add_row(struct first_fit *f, const struct node_overlay *o, uint32_t node)
{
    const int64_t *changes = o == NULL ? NULL : node_overlay_row(o, node);
    for (uint32_t r = 0; changes != NULL && r < f->cluster->resources_len; r++)
        f->row[r] += changes[r];
}

static bool differs(const struct node_overlay *o, uint32_t node)
{
    return o != NULL && node_overlay_row(o, node) != NULL;
}

static uint64_t fits(struct first_fit *f, const struct wish *w, uint32_t node)
{
    if (!differs(w->other, node) && !differs(&f->taken, node))
        return free_index_fits(f->free, w->request, node);
    const struct cluster *c = f->cluster;
    if (c->nodes[node].state != NODE_READY || !free_index_admits(f->free, w->request, node))
        return 0;
    memcpy(f->row, &c->free[(size_t)node * c->resources_len], c->resources_len * sizeof f->row[0]);
    add_row(f, w->other, node);
    add_row(f, &f->taken, node);
    return (uint64_t)cluster_fits_row(c, f->row, request_get(f->requests, w->request));
}

/* The first node from `from` on that may take a task: it has room, or it differs. */
static uint32_t next_node(struct first_fit *f, const struct wish *w, uint32_t from)
{
    const uint32_t open = free_index_next(f->free, w->request, from);
    const uint32_t other = w->other == NULL ? NODE_NONE : node_overlay_next(w->other, from);
    return open < other ? open : other;
}

static bool plan_group(struct first_fit *f, const struct wish *w)
{
    if (w->other == NULL && free_index_total(f->free, w->request) < w->count)
        return false;
    uint32_t left = w->count;
    for (uint32_t n = 0; left > 0; n++) {
        n = next_node(f, w, n);
        if (n == NODE_NONE)
            return false;
        const uint64_t room = fits(f, w, n);
        const uint32_t count = room < left ? (uint32_t)room : left;
        if (count == 0)
            continue;
        add_slot(f, &(struct slot){.group = w->group, .node = n, .count = count, .task = w->task});
        left -= count;
    }
    return true;
}

static void take(struct first_fit *f, const struct wish *w, size_t from)
{
    const struct request *r = request_get(f->requests, w->request);
    for (size_t i = from; i < f->len; i++)
        node_overlay_add(&f->taken, f->slots[i].node, r, -(int64_t)f->slots[i].count);
}

bool first_fit_plan(struct first_fit *f, const struct job *job, const struct node_overlay *other)
{
    f->len = 0;
    bool ok = true;
    for (uint32_t g = 0; g < job->groups_len && ok; g++) {
        const struct wish w = {.group = g,
                               .request = job->groups[g].request,
                               .count = job->groups[g].pending,
                               .task = TASK_NONE,
                               .other = other};
        const size_t from = f->len;
        ok = plan_group(f, &w);
        if (ok && g + 1 < job->groups_len)
            take(f, &w, from);
    }
    node_overlay_clear(&f->taken);
    return ok;
}

bool first_fit_plan_pod(struct first_fit *f, const struct job *job, const struct task *pod,
                        const struct node_overlay *other)
{
    f->len = 0;
    const struct wish w = {.group = pod->group,
                           .request = job->groups[pod->group].request,
                           .count = 1,
                           .task = pod->id,
                           .other = other};
    return plan_group(f, &w);
}
