#include "policies/annotation_map/map_maker.h"

#include "models/cluster.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* What a GPU counts for while the gang is placed that has it already. */
enum { OF_THIS_GANG = 1 << 30 };

static uint32_t *new_counters(uint32_t len)
{
    uint32_t *p = calloc(len + 1, sizeof *p);
    SIM_REQUIRE(p != NULL);
    return p;
}

/* --- who names how many GPUs --- */

static uint32_t gpus_of(const struct node *n)
{
    const struct device_class *k = cluster_whole_gpus(n);
    return k == NULL ? 0 : k->units_len;
}

/* The counters of a node, fewest first: they hardly change. */
static void sort_claims(struct map_maker *m, const struct node *n)
{
    const uint32_t *claims = m->claims + n->first_gpu;
    uint32_t *sorted = m->sorted + n->first_gpu;
    for (uint32_t g = 0; g < gpus_of(n); g++) {
        uint32_t at = g;
        for (; at > 0 && sorted[at - 1] > claims[g]; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = claims[g];
    }
}

/* GPUs that are not there as a whole come last, and are never named. */
static void leave_out_pieces(struct map_maker *m)
{
    for (uint32_t i = 0; i < m->cluster->nodes_len; i++) {
        const struct node *n = &m->cluster->nodes[i];
        for (uint32_t g = 0; g < gpus_of(n); g++)
            if (cluster_whole_gpus(n)->units[g].milli == 0)
                m->claims[n->first_gpu + g] = UINT32_MAX;
        sort_claims(m, n);
    }
}

void map_maker_init(struct map_maker *m, const struct cluster *c)
{
    *m = (struct map_maker){.cluster = c};
    m->claims = new_counters(c->gpus_len);
    m->sorted = new_counters(c->gpus_len);
    m->claimed = calloc(c->nodes_len + 1, sizeof m->claimed[0]);
    m->row = calloc(c->resources_len + 1, sizeof m->row[0]);
    SIM_REQUIRE(m->claimed != NULL && m->row != NULL);
    node_overlay_init(&m->gang, c);
    leave_out_pieces(m);
}

void map_maker_fini(struct map_maker *m)
{
    if (m->cluster == NULL)
        return;
    free(m->claims);
    free(m->sorted);
    free(m->claimed);
    free(m->row);
    node_overlay_fini(&m->gang);
    *m = (struct map_maker){0};
}

/* What the task would take from the node: numbered GPUs, or pieces. A share of a GPU names one. */
static int64_t gpus_asked(const struct node *n, const struct request *r)
{
    const struct device_class *k = cluster_whole_gpus(n);
    if (k != NULL && r->load.gpu_milli > 0)
        return 1;
    return request_amount(r, k == NULL ? RESOURCE_GPU : k->resource);
}

/* So many maps at least must share some GPU, if the task is to have its GPUs there. */
static uint32_t level_of(const struct map_maker *m, const struct node *n, int64_t gpus)
{
    if (cluster_whole_gpus(n) != NULL)
        return gpus > (int64_t)gpus_of(n) ? UINT32_MAX : m->sorted[n->first_gpu + gpus - 1];
    const int64_t pieces = cluster_capacity_of(m->cluster, n->id, RESOURCE_GPU);
    return pieces == 0 ? UINT32_MAX : (uint32_t)((m->claimed[n->id] + gpus - 1) / pieces);
}

static void count_place(struct map_maker *m, const struct request *r, const struct map_place *p,
                        int32_t change)
{
    const struct node *n = &m->cluster->nodes[p->node];
    for (uint64_t mask = p->gpus; mask != 0; mask &= mask - 1)
        m->claims[n->first_gpu + (uint32_t)__builtin_ctzll(mask)] += (uint32_t)change;
    if (p->gpus != 0)
        sort_claims(m, n);
    else if (cluster_whole_gpus(n) == NULL)
        m->claimed[n->id] += change * gpus_asked(n, r) * p->count;
}

/* --- choosing --- */

/* Whether the task has room there, beside those of its gang and nobody else. */
static bool could_run(struct map_maker *m, const struct node *n, const struct request *r)
{
    const struct cluster *c = m->cluster;
    const int64_t *taken = node_overlay_row(&m->gang, n->id);
    if (taken == NULL)
        return cluster_could_fit(c, n->id, r) > 0;
    memcpy(m->row, &c->capacity[(size_t)n->id * c->resources_len],
           c->resources_len * sizeof m->row[0]);
    for (uint32_t i = 0; i < c->resources_len; i++)
        m->row[i] += taken[i];
    return cluster_fits_row(c, m->row, r) > 0;
}

/* The first node with the least level; of those the task asks no GPUs of, the next in turn. */
static uint32_t find_node(struct map_maker *m, const struct request *r, bool only_ready,
                          uint32_t *level)
{
    const struct cluster *c = m->cluster;
    uint32_t best = NODE_NONE;
    *level = UINT32_MAX;
    for (uint32_t i = 0; i<c->nodes_len && * level> 0; i++) {
        const struct node *n = &c->nodes[i];
        const int64_t gpus = gpus_asked(n, r);
        const uint32_t here = gpus == 0 ? UINT32_MAX : level_of(m, n, gpus);
        if (here >= *level || (only_ready && n->state != NODE_READY) || !could_run(m, n, r))
            continue;
        *level = here;
        best = i;
    }
    for (uint32_t i = 0; i < c->nodes_len && best == NODE_NONE; i++) {
        const struct node *n = &c->nodes[(m->next_node + i) % c->nodes_len];
        if (gpus_asked(n, r) != 0 || (only_ready && n->state != NODE_READY) || !could_run(m, n, r))
            continue;
        m->next_node = n->id + 1;
        best = n->id;
    }
    return best;
}

static uint64_t name_gpus(const struct map_maker *m, const struct node *n, int64_t gpus,
                          uint32_t level)
{
    uint64_t mask = 0;
    if (cluster_whole_gpus(n) == NULL)
        return 0;
    for (uint32_t g = 0; gpus > 0; g++) {
        if (m->claims[n->first_gpu + g] > level)
            continue;
        mask |= UINT64_C(1) << g;
        gpus--;
    }
    return mask;
}

bool map_maker_place(struct map_maker *m, const struct request *r, bool is_gang,
                     struct map_place *out)
{
    uint32_t level;
    out->node = find_node(m, r, true, &level);
    if (out->node == NODE_NONE)
        out->node = find_node(m, r, false, &level);
    if (out->node == NODE_NONE)
        return false;
    const struct node *n = &m->cluster->nodes[out->node];
    out->count = 1;
    out->gpus = name_gpus(m, n, gpus_asked(n, r), level);
    if (is_gang)
        node_overlay_add(&m->gang, out->node, r, -1);
    const bool is_alone = is_gang && out->gpus != 0 && r->load.gpu_milli == 0;
    count_place(m, r, out, is_alone ? OF_THIS_GANG : 1);
    return true;
}

void map_maker_end(struct map_maker *m, const struct map_places *made)
{
    for (size_t i = 0; i < made->len; i++) {
        const struct map_place *p = &made->items[i];
        const struct node *n = &m->cluster->nodes[p->node];
        for (uint64_t mask = p->gpus; mask != 0; mask &= mask - 1) {
            uint32_t *claims = &m->claims[n->first_gpu + (uint32_t)__builtin_ctzll(mask)];
            if (*claims >= OF_THIS_GANG)
                *claims -= OF_THIS_GANG - 1;
        }
        if (p->gpus != 0)
            sort_claims(m, n);
    }
    node_overlay_clear(&m->gang);
}

void map_maker_forget(struct map_maker *m, const struct request *r, const struct map_place *place)
{
    count_place(m, r, place, -1);
}
