#include "policies/kueue/cluster_queue.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

static void cover(struct cluster_queue *q, uint32_t resource, uint32_t group)
{
    if (resource >= q->groups_cap) {
        const uint32_t cap = resource + 16;
        q->groups = realloc(q->groups, cap);
        SIM_REQUIRE(q->groups != NULL);
        memset(q->groups + q->groups_cap, 0, cap - q->groups_cap);
        q->groups_cap = cap;
    }
    if (q->groups[resource] == 0) /* the first group that covers it counts */
        q->groups[resource] = (uint8_t)(group + 1);
}

static void free_tables(struct cluster_queue *q)
{
    for (uint32_t g = 0; q->columns != NULL && g < q->spec->groups_len; g++)
        free(q->columns[g]);
    free(q->columns);
    free(q->groups);
    q->columns = NULL;
    q->groups = NULL;
    q->groups_cap = 0;
}

static void make_tables(struct cluster_queue *q)
{
    SIM_REQUIRE(q->spec->groups_len < UINT8_MAX);
    for (uint32_t g = 0; g < q->spec->groups_len; g++)
        for (uint32_t r = 0; r < q->spec->groups[g].resources_len; r++)
            cover(q, q->spec->groups[g].resources[r], g);
    q->columns = calloc(q->spec->groups_len + 1, sizeof q->columns[0]);
    SIM_REQUIRE(q->columns != NULL);
}

void cluster_queue_init(struct cluster_queue *q, const struct cluster_queue_spec *spec,
                        uint32_t index)
{
    *q = (struct cluster_queue){.spec = spec, .index = index};
    make_tables(q);
}

void cluster_queue_change(struct cluster_queue *q, const struct cluster_queue_spec *spec)
{
    free_tables(q);
    q->spec = spec;
    make_tables(q);
}

void cluster_queue_fini(struct cluster_queue *q)
{
    free_tables(q);
    free(q->held);
}

/* --- quota --- */

static void declare_group(struct cluster_queue *q, uint32_t g)
{
    const struct resource_group *group = &q->spec->groups[g];
    struct quota_tree *tree = q->node->tree;
    free(q->columns[g]);
    q->columns[g] =
        malloc((group->flavors_len * group->resources_len + 1) * sizeof q->columns[g][0]);
    SIM_REQUIRE(q->columns[g] != NULL);
    for (uint32_t f = 0; f < group->flavors_len; f++) {
        const struct flavor_quotas *flavor = &group->flavors[f];
        for (uint32_t r = 0; r < group->resources_len; r++)
            q->columns[g][f * group->resources_len + r] =
                quota_tree_column(tree, flavor->flavor, group->resources[r]);
        for (uint32_t i = 0; i < flavor->quotas_len; i++) {
            const struct quota_spec *quota = &flavor->quotas[i];
            quota_declare(q->node, quota_tree_column(tree, flavor->flavor, quota->resource),
                          &(struct quota_cell){.nominal = quota->nominal,
                                               .borrowing_limit = quota->borrowing_limit,
                                               .lending_limit = quota->lending_limit});
        }
    }
}

void cluster_queue_declare(struct cluster_queue *q, struct quota_node *node)
{
    q->node = node;
    node->owner = q;
    node->weight = q->spec->weight;
    for (uint32_t g = 0; g < q->spec->groups_len; g++)
        declare_group(q, g);
}

uint32_t cluster_queue_column(const struct cluster_queue *q, uint32_t group, uint32_t flavor_at,
                              uint32_t resource)
{
    const struct resource_group *g = &q->spec->groups[group];
    for (uint32_t r = 0; r < g->resources_len; r++)
        if (g->resources[r] == resource)
            return q->columns[group][flavor_at * g->resources_len + r];
    return QUOTA_NO_COLUMN;
}

void cluster_queue_charge(struct cluster_queue *q, const struct column_qty *usage, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        quota_add(q->node, usage[i].column, usage[i].qty);
}

void cluster_queue_discharge(struct cluster_queue *q, const struct column_qty *usage, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        quota_remove(q->node, usage[i].column, usage[i].qty);
}

/* --- holders --- */

int holders_compare(const struct kueue_workload *a, const struct kueue_workload *b)
{
    if (a->is_evicted != b->is_evicted)
        return a->is_evicted ? -1 : 1;
    if (a->priority != b->priority)
        return a->priority < b->priority ? -1 : 1;
    if (a->reserved_ns != b->reserved_ns)
        return a->reserved_ns > b->reserved_ns ? -1 : 1;
    return strcmp(a->uid, b->uid);
}

/* Where w belongs: behind its equals. */
static uint32_t place_of(const struct cluster_queue *q, const struct kueue_workload *w)
{
    uint32_t low = 0, high = q->held_len;
    while (low < high) {
        const uint32_t mid = low + (high - low) / 2;
        if (holders_compare(q->held[mid], w) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void cluster_queue_hold(struct cluster_queue *q, struct kueue_workload *w)
{
    if (q->held_len == q->held_cap) {
        q->held_cap = q->held_cap == 0 ? 8 : 2 * q->held_cap;
        q->held = realloc(q->held, q->held_cap * sizeof q->held[0]);
        SIM_REQUIRE(q->held != NULL);
    }
    const uint32_t at = place_of(q, w);
    memmove(q->held + at + 1, q->held + at, (q->held_len - at) * sizeof q->held[0]);
    q->held[at] = w;
    q->held_len++;
}

void cluster_queue_let_go(struct cluster_queue *q, struct kueue_workload *w)
{
    uint32_t at = place_of(q, w);
    do
        SIM_REQUIRE(at > 0); /* w is among its equals, before this place */
    while (q->held[--at] != w);
    q->held_len--;
    memmove(q->held + at, q->held + at + 1, (q->held_len - at) * sizeof q->held[0]);
}
