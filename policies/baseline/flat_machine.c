#include "policies/baseline/flat_machine.h"

#include "models/kubernetes/node_filter.h"
#include "models/names.h"
#include "sim/intern.h"

static int64_t gpus_of(const struct policy_env *env)
{
    int64_t gpus = 0;
    for (uint32_t r = 0; r < env->cluster->resources_len; r++) {
        if (!resource_is_gpu(intern_text(env->names_view->resources, r)))
            continue;
        for (uint32_t n = 0; n < env->cluster->nodes_len; n++)
            gpus += cluster_capacity_of(env->cluster, n, r);
    }
    return gpus;
}

static bool is_full_strength(const struct flat_machine *m)
{
    for (uint32_t n = 0; n < m->cluster->nodes_len; n++)
        if (m->cluster->nodes[n].state != NODE_READY || m->cluster->nodes[n].is_withheld ||
            m->cluster->nodes[n].layouts_len > 0)
            return false;
    return true;
}

void flat_machine_init(struct flat_machine *m, const struct policy_env *env)
{
    *m = (struct flat_machine){.cluster = env->cluster,
                               .requests = env->requests,
                               .terms = env->names_view->terms,
                               .is_uniform = true,
                               .flat_request = REQUEST_NONE,
                               .flat_resource = UINT32_MAX,
                               .gpus = gpus_of(env)};
    m->capacity = m->gpus;
    m->is_full_strength = is_full_strength(m);
}

/* --- what is uniform --- */

/* Whether labels and taints let such tasks onto the node. */
static bool is_let_in(const struct flat_machine *m, const struct request *r, uint32_t node)
{
    return m->terms == NULL || node_filter_admits(m->terms, r, &m->cluster->nodes[node]);
}

/* The first job says it. */
static void take_as_measure(struct flat_machine *m, uint32_t request)
{
    const struct request *r = request_get(m->requests, request);
    if (m->cluster->nodes_len == 1 && r->amounts_len == 1)
        m->flat_resource = r->amounts[0].resource;
    else
        m->flat_request = request;
}

static bool has_measure(const struct flat_machine *m)
{
    return m->flat_request != REQUEST_NONE || m->flat_resource != UINT32_MAX;
}

static int64_t flat_capacity(const struct flat_machine *m)
{
    if (m->flat_request == REQUEST_NONE)
        return cluster_capacity_of(m->cluster, 0, m->flat_resource);
    const struct request *r = request_get(m->requests, m->flat_request);
    int64_t units = 0;
    for (uint32_t n = 0; n < m->cluster->nodes_len && units <= FLAT_MOST_UNITS; n++) {
        const int64_t fits = is_let_in(m, r, n) ? cluster_could_fit(m->cluster, n, r) : 0;
        units += fits <= FLAT_MOST_UNITS ? fits : FLAT_MOST_UNITS + INT64_C(1);
    }
    return units;
}

static bool update(struct flat_machine *m)
{
    const bool was_flat = m->is_flat;
    m->is_flat = m->is_uniform && m->is_full_strength && has_measure(m);
    m->capacity = m->is_flat ? flat_capacity(m) : m->gpus;
    return m->is_flat != was_flat;
}

bool flat_machine_look_at_nodes(struct flat_machine *m)
{
    m->is_full_strength = is_full_strength(m);
    return update(m);
}

bool flat_machine_give_up(struct flat_machine *m)
{
    m->is_uniform = false;
    return update(m);
}

/* --- sizes --- */

static uint32_t clip(uint64_t units)
{
    return units < FLAT_MOST_UNITS ? (uint32_t)units : FLAT_MOST_UNITS;
}

/* Adds a group's units; false if its request is not the uniform one. */
static bool add_units(const struct flat_machine *m, struct work_demand d, uint64_t *units)
{
    const struct request *r = request_get(m->requests, d.request);
    if (m->flat_request != REQUEST_NONE) {
        *units += d.count;
        return d.request == m->flat_request;
    }
    if (r->amounts_len != 1 || r->amounts[0].resource != m->flat_resource || !is_let_in(m, r, 0))
        return false;
    *units += (uint64_t)clip((uint64_t)r->amounts[0].value) * d.count;
    return true;
}

static bool flat_size(const struct flat_machine *m, const struct acts *a, uint32_t work,
                      uint32_t *size)
{
    uint64_t units = 0;
    for (uint32_t g = 0; g < work_demands(a, work); g++)
        if (!add_units(m, work_demand(a, work, g), &units))
            return false;
    *size = clip(units);
    return true;
}

bool flat_machine_admits(struct flat_machine *m, const struct acts *a, uint32_t work)
{
    if (!has_measure(m)) {
        take_as_measure(m, work_demand(a, work, 0).request);
        m->is_uniform = flat_capacity(m) <= FLAT_MOST_UNITS;
        update(m);
    }
    uint32_t size;
    return m->is_uniform && flat_size(m, a, work, &size);
}

uint32_t flat_machine_size(const struct flat_machine *m, const struct acts *a, uint32_t work)
{
    uint32_t size;
    if (m->is_flat && flat_size(m, a, work, &size))
        return size;
    uint64_t gpus = 0;
    for (uint32_t g = 0; g < work_demands(a, work); g++) {
        const struct work_demand d = work_demand(a, work, g);
        gpus += (uint64_t)request_get(m->requests, d.request)->gpus * d.count;
    }
    return clip(gpus);
}
