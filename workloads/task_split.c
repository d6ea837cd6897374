#include "workloads/task_split.h"

#include "models/cluster.h"
#include "sim/check.h"

struct task_split task_split(uint64_t pieces, uint64_t most_each)
{
    SIM_REQUIRE(pieces > 0);
    uint64_t each = most_each < pieces ? most_each : pieces;
    while (each > 1 && pieces % each != 0)
        each--;
    if (each == 0)
        each = 1;
    return (struct task_split){.tasks = pieces / each, .each = each};
}

uint64_t task_split_largest_node(const struct cluster *c, uint32_t resource)
{
    int64_t largest = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        if (cluster_capacity_of(c, n, resource) > largest)
            largest = cluster_capacity_of(c, n, resource);
    return (uint64_t)largest;
}
