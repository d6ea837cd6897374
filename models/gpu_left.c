#include "models/gpu_left.h"

#include "models/gpu_share.h"

void gpu_left_read(const struct cluster *c, uint32_t node, struct gpu_left *out)
{
    const struct node *n = &c->nodes[node];
    const struct device_class *k = cluster_whole_gpus(n);
    out->cpu_milli = cluster_free_of(c, node, RESOURCE_CPU);
    out->gpus = k == NULL ? 0 : k->units_len;
    out->free_gpus = 0;
    out->total_milli = 0;
    for (uint32_t g = 0; g < out->gpus; g++) {
        out->milli[g] = gpu_share_left(c, n, k, g);
        out->total_milli += out->milli[g];
        out->free_gpus += out->milli[g] == GPU_MILLI;
    }
}

struct gpu_demand gpu_demand_of(const struct request *r)
{
    struct gpu_demand d = {
        .cpu_milli = request_amount(r, RESOURCE_CPU),
        .gpus = (uint32_t)request_amount(r, RESOURCE_GPU),
        .milli = GPU_MILLI,
    };
    if (r->load.gpu_milli != 0) {
        d.gpus = 1;
        d.milli = r->load.gpu_milli;
    }
    return d;
}
