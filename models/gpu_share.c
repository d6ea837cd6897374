#include "models/gpu_share.h"

#include "models/mig_dynamic.h"
#include "sim/check.h"

uint32_t gpu_share_left(const struct cluster *c, const struct node *n, const struct device_class *k,
                        uint32_t gpu)
{
    if (k->free[gpu / 64] >> gpu % 64 & 1)
        return GPU_MILLI;
    /* Not free and nobody's share on it: held whole, or partitioned. */
    const uint32_t held = c->gpus[n->first_gpu + gpu].share_milli;
    return held == 0 || c->gpus[n->first_gpu + gpu].residents > 0 ? 0 : GPU_MILLI - held;
}

int64_t gpu_share_fits(const struct cluster *c, uint32_t node, uint32_t milli)
{
    const struct node *n = &c->nodes[node];
    const struct device_class *k = cluster_whole_gpus(n);
    int64_t fits = 0;
    for (uint32_t g = 0; k != NULL && g < k->units_len; g++)
        fits += gpu_share_left(c, n, k, g) / milli;
    return fits;
}

int64_t gpu_share_limit(const struct cluster *c, uint32_t node, const struct request *r,
                        int64_t most)
{
    const int64_t fits = most == 0 ? 0 : gpu_share_fits(c, node, r->load.gpu_milli);
    return fits < most ? fits : most;
}

int64_t gpu_share_could_limit(const struct cluster *c, uint32_t node, const struct request *r,
                              int64_t most)
{
    const struct device_class *k = cluster_whole_gpus(&c->nodes[node]);
    const int64_t gpus = k == NULL ? 0 : cluster_capacity_of(c, node, k->resource);
    const int64_t fits = gpus * (GPU_MILLI / r->load.gpu_milli);
    return fits < most ? fits : most;
}

uint32_t gpu_share_tightest(const struct cluster *c, uint32_t node, uint32_t milli)
{
    const struct node *n = &c->nodes[node];
    const struct device_class *k = cluster_whole_gpus(n);
    uint32_t best = GPU_NONE, least = UINT32_MAX;
    for (uint32_t g = 0; k != NULL && g < k->units_len; g++) {
        const uint32_t left = gpu_share_left(c, n, k, g);
        if (left < milli || left >= least)
            continue;
        best = g;
        least = left;
    }
    return best;
}

static void flip(struct cluster *c, const struct node *n, struct device_class *k, uint32_t gpu,
                 int64_t change)
{
    k->free[gpu / 64] ^= UINT64_C(1) << gpu % 64;
    c->free[(size_t)n->id * c->resources_len + k->resource] += change;
}

static void count_milli(struct cluster *c, const struct node *n, int64_t change)
{
    c->nodes[n->id].allocated_milli += change;
    c->pools[n->pool].allocated_milli += change;
}

void gpu_share_take(struct cluster *c, uint32_t node, uint32_t gpu, uint32_t milli)
{
    const struct node *n = &c->nodes[node];
    struct device_class *k = cluster_whole_gpus(n);
    SIM_REQUIRE(k != NULL && gpu < k->units_len && gpu_share_left(c, n, k, gpu) >= milli);
    struct gpu *g = &c->gpus[n->first_gpu + gpu];
    mig_dynamic_lift(c, n, gpu);
    if (g->share_milli == 0)
        flip(c, n, k, gpu, -1);
    g->share_milli = (uint16_t)(g->share_milli + milli);
    mig_dynamic_settle(c, n, gpu);
    count_milli(c, n, milli);
}

void gpu_share_give(struct cluster *c, uint32_t node, uint32_t gpu, uint32_t milli)
{
    const struct node *n = &c->nodes[node];
    struct gpu *g = &c->gpus[n->first_gpu + gpu];
    SIM_REQUIRE(g->share_milli >= milli);
    mig_dynamic_lift(c, n, gpu);
    g->share_milli = (uint16_t)(g->share_milli - milli);
    if (g->share_milli == 0 && g->residents == 0)
        flip(c, n, cluster_whole_gpus(n), gpu, 1);
    mig_dynamic_settle(c, n, gpu);
    count_milli(c, n, -(int64_t)milli);
}
