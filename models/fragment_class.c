#include "models/fragment_class.h"

#include "models/gpu_share.h"
#include "sim/int128.h"

enum { MICRO_PER_MILLI = 1000 };

static bool has_such_devices(const struct cluster *c, const struct node *n, const struct request *r)
{
    for (uint32_t i = 0; i < r->amounts_len; i++)
        if (r->amounts[i].resource > RESOURCE_MEMORY &&
            cluster_capacity_of(c, n->id, r->amounts[i].resource) == 0)
            return false;
    return r->load.gpu_milli == 0 || cluster_whole_gpus(n) != NULL;
}

static bool lacks_cpu(const struct cluster *c, const struct node *n, const struct request *r)
{
    for (uint32_t resource = RESOURCE_CPU; resource <= RESOURCE_MEMORY; resource++)
        if (cluster_free_of(c, n->id, resource) < request_amount(r, resource))
            return true;
    return false;
}

static bool lacks_devices(const struct cluster *c, const struct node *n, const struct request *r)
{
    for (uint32_t i = 0; i < r->amounts_len; i++)
        if (r->amounts[i].resource > RESOURCE_MEMORY &&
            cluster_free_of(c, n->id, r->amounts[i].resource) < r->amounts[i].value)
            return true;
    return r->load.gpu_milli != 0 && gpu_share_fits(c, n->id, r->load.gpu_milli) == 0;
}

/* Of a node that the task does not fit on. */
static enum fragment_class class_of(const struct fragmentation *f, const struct node *n,
                                    const struct request *r)
{
    const struct cluster *c = fragmentation_cluster(f);
    if (!fragmentation_admits(f, r, n) || !has_such_devices(c, n, r))
        return FRAGMENT_NO_ACCESS;
    if (!lacks_cpu(c, n, r))
        return FRAGMENT_LACK_GPU; /* also where its several instances have no places together */
    return lacks_devices(c, n, r) ? FRAGMENT_LACK_BOTH : FRAGMENT_LACK_CPU;
}

static void add_node(const struct fragmentation *f, const struct node *n, const struct request *r,
                     int64_t weight, int128 sums[FRAGMENT_CLASSES])
{
    const struct cluster *c = fragmentation_cluster(f);
    const int64_t idle = cluster_idle_milli(c, n->id);
    if (n->state != NODE_READY || idle == 0)
        return;
    if (cluster_fits(c, n->id, r) == 0 || !fragmentation_admits(f, r, n)) {
        sums[class_of(f, n, r)] += (int128)idle * weight;
        return;
    }
    const int64_t useful = fragmentation_useful(f, n->id, &r->id, 1);
    sums[FRAGMENT_SATISFIED] += (int128)useful * weight;
    sums[FRAGMENT_BESIDE] += (int128)(idle - useful) * weight;
}

bool fragment_classes(const struct fragmentation *f, uint32_t pool, int64_t micro[FRAGMENT_CLASSES])
{
    const struct cluster *c = fragmentation_cluster(f);
    const struct node_pool *p = &c->pools[pool];
    int128 sums[FRAGMENT_CLASSES] = {0}, all = 0;
    int64_t weights = 0, weight = 0;
    for (uint32_t i = 0, id; (id = fragmentation_waiting(f, i, &weight)) != REQUEST_NONE; i++) {
        const struct request *r = request_get(fragmentation_requests(f), id);
        weights += weight;
        for (uint32_t n = 0; n < p->nodes_len; n++)
            add_node(f, &c->nodes[p->first_node + n], r, weight, sums);
    }
    if (weights == 0)
        return false;
    int64_t rest = 0;
    for (unsigned k = 0; k < FRAGMENT_CLASSES; k++) {
        all += sums[k];
        micro[k] = (int64_t)(sums[k] * MICRO_PER_MILLI / weights);
        rest += micro[k];
    }
    micro[FRAGMENT_SATISFIED] += (int64_t)(all * MICRO_PER_MILLI / weights) - rest;
    return true;
}
