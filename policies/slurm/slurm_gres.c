#include "policies/slurm/slurm_gres.h"

#include "sim/check.h"

static uint32_t count(uint64_t devices)
{
    return (uint32_t)__builtin_popcountll(devices);
}

static uint64_t free_devices(const struct device_view *v)
{
    return v->use->devices_free & v->matching;
}

static uint64_t on_socket(const struct device_view *v, uint32_t socket)
{
    return free_devices(v) & v->layout->socket_devices[socket];
}

static uint64_t loose(const struct device_view *v)
{
    return free_devices(v) & v->layout->loose_devices;
}

/* --- which cores --- */

static void free_cores(const struct device_view *v, struct core_plan *out)
{
    *out = (struct core_plan){.total = 0};
    for (uint32_t s = 0; s < v->layout->sockets; s++) {
        out->cores[s] = v->use->socket_cores[s];
        out->total += out->cores[s];
    }
}

static void drop(struct core_plan *p, uint32_t socket, uint32_t cores)
{
    const uint32_t n = cores < p->cores[socket] ? cores : p->cores[socket];
    p->cores[socket] -= n;
    p->total -= n;
}

static uint32_t excess(const struct core_plan *p, uint32_t keep)
{
    return p->total > keep ? p->total - keep : 0;
}

/* Sockets by free cores, most first; ties by number. */
static void order_sockets(const struct core_plan *p, uint32_t sockets,
                          uint32_t order[SLURM_MOST_SOCKETS])
{
    for (uint32_t s = 0; s < sockets; s++) {
        uint32_t i = s;
        for (; i > 0 && p->cores[order[i - 1]] < p->cores[s]; i--)
            order[i] = order[i - 1];
        order[i] = s;
    }
}

/* Marks the sockets whose devices are needed, a bit for each; false if all together are too few.
 * In the local pass sockets without devices give up cores that are not asked for. */
static bool mark_needed(const struct device_view *v, int64_t gpus, uint32_t cores, bool is_local,
                        struct core_plan *p, uint32_t *needed)
{
    const bool is_strict = is_local || v->enforces_binding;
    uint32_t order[SLURM_MOST_SOCKETS];
    order_sockets(p, v->layout->sockets, order);
    int64_t sum = count(loose(v));
    *needed = 0;
    for (uint32_t i = 0; i < v->layout->sockets; i++) {
        const uint32_t s = order[i];
        const uint32_t here = count(on_socket(v, s));
        if (is_local && here == 0)
            drop(p, s, excess(p, cores));
        if (is_strict && p->cores[s] == 0)
            continue;
        if (here > 0 && sum < gpus)
            *needed |= 1u << s;
        sum += here;
    }
    return sum >= gpus;
}

static void drop_sockets(struct core_plan *p, uint32_t sockets, uint32_t keep, uint32_t down_to)
{
    for (uint32_t s = 0; s < sockets; s++)
        if (!(keep >> s & 1))
            drop(p, s, excess(p, down_to));
}

/* One core at a time from the socket that has most, so that they end up even. */
static void trim(struct core_plan *p, uint32_t sockets, uint32_t down_to)
{
    while (p->total > down_to) {
        uint32_t most = 0;
        for (uint32_t s = 1; s < sockets; s++)
            if (p->cores[s] > p->cores[most])
                most = s;
        drop(p, most, 1);
    }
}

static bool has_enough(const struct device_view *v, int64_t gpus, const struct core_plan *p)
{
    int64_t sum = count(loose(v));
    for (uint32_t s = 0; s < v->layout->sockets; s++)
        if (!v->enforces_binding || p->cores[s] > 0)
            sum += count(on_socket(v, s));
    return sum >= gpus;
}

bool slurm_gres_plan(const struct device_view *v, int64_t gpus, uint32_t cores, bool is_local,
                     struct core_plan *out)
{
    const uint32_t sockets = v->layout->sockets;
    struct core_plan p;
    free_cores(v, &p);
    if (p.total < cores || !has_enough(v, gpus, &p))
        return false;
    uint32_t needed;
    if (!mark_needed(v, gpus, cores, is_local, &p, &needed))
        return false;
    if ((is_local || v->enforces_binding) && needed != 0)
        drop_sockets(&p, sockets, needed, 0);
    uint32_t want = cores;
    if (v->enforces_binding && count(needed) > want)
        want = count(needed);
    if (p.total < want)
        return false;
    drop_sockets(&p, sockets, needed, want);
    trim(&p, sockets, want);
    *out = p;
    return true;
}

void slurm_gres_spread_cores(const struct slurm_layout *layout, const struct node_use *use,
                             uint32_t cores, struct core_plan *out)
{
    *out = (struct core_plan){.total = 0};
    SIM_REQUIRE(use->cores_free >= cores);
    for (uint32_t s = 0; out->total < cores; s = (s + 1) % layout->sockets)
        if (out->cores[s] < use->socket_cores[s]) {
            out->cores[s]++;
            out->total++;
        }
}

/* --- which devices --- */

/* At most n of the lowest devices of `from` that are not picked yet. */
static uint64_t lowest(uint64_t from, int64_t n)
{
    uint64_t picked = 0;
    for (; n > 0 && from != 0; n--) {
        picked |= from & (~from + 1);
        from &= from - 1;
    }
    return picked;
}

struct picking {
    uint64_t picked;
    int64_t left;
};

static void take(struct picking *k, uint64_t from, int64_t n)
{
    const uint64_t more = lowest(from & ~k->picked, n < k->left ? n : k->left);
    k->picked |= more;
    k->left -= count(more);
}

uint64_t slurm_gres_pick(const struct device_view *v, int64_t gpus, const struct core_plan *cores)
{
    struct picking k = {.left = gpus};
    const uint32_t sockets = v->layout->has_affinity ? v->layout->sockets : 0;
    for (uint32_t s = 0; s < sockets; s++)
        take(&k, on_socket(v, s), cores->total == 0 ? 0 : cores->cores[s] * gpus / cores->total);
    take(&k, loose(v), gpus);
    for (uint32_t s = 0; s < sockets; s++)
        if (cores->cores[s] > 0)
            take(&k, on_socket(v, s), gpus);
    for (uint32_t s = 0; s < sockets && !v->enforces_binding; s++)
        take(&k, on_socket(v, s), gpus);
    SIM_REQUIRE(k.left == 0);
    return k.picked;
}

/* --- counting --- */

static bool is_usable(const struct device_view *v, uint32_t device)
{
    const uint64_t bit = UINT64_C(1) << device;
    if (v->layout->loose_devices & bit)
        return true;
    for (uint32_t s = 0; s < v->layout->sockets; s++)
        if (v->layout->socket_devices[s] & bit && v->use->socket_cores[s] > 0)
            return true;
    return false;
}

int64_t slurm_gres_coarse_count(const struct device_view *v)
{
    uint64_t left = free_devices(v);
    if (!v->enforces_binding || !v->layout->has_affinity)
        return count(left);
    while (left != 0 && !is_usable(v, (uint32_t)__builtin_ctzll(left)))
        left &= left - 1;
    return count(left);
}

int64_t slurm_gres_near_count(const struct device_view *v)
{
    if (!v->layout->has_affinity)
        return count(free_devices(v));
    int64_t sum = count(loose(v));
    for (uint32_t s = 0; s < v->layout->sockets; s++)
        if (v->use->socket_cores[s] > 0)
            sum += count(on_socket(v, s));
    return sum;
}

/* --- shares --- */

static bool may_share(const struct slurm_layout *l, const struct node_use *u,
                      const uint16_t *free_shares, uint32_t device)
{
    const bool is_started = free_shares[device] < l->shares[device];
    return l->shares[device] > 0 && (is_started || u->devices_free >> device & 1);
}

/* MPS may be in use on one device of a node at a time. */
static uint64_t open_to_shares(const struct slurm_layout *l, const uint16_t *free_shares)
{
    for (uint32_t d = 0; l->sharing == GRES_MPS && d < l->devices_len; d++)
        if (free_shares[d] < l->shares[d])
            return UINT64_C(1) << d;
    return l->all_devices;
}

uint32_t slurm_gres_find_share(const struct slurm_layout *l, const struct node_use *u,
                               const uint16_t *free_shares, int64_t shares, bool least_loaded)
{
    uint32_t best = UINT32_MAX;
    const uint64_t open = open_to_shares(l, free_shares);
    for (uint32_t d = 0; d < l->devices_len; d++) {
        if (!(open >> d & 1) || free_shares[d] < shares || !may_share(l, u, free_shares, d))
            continue;
        if (!least_loaded)
            return d;
        if (best == UINT32_MAX || free_shares[d] > free_shares[best])
            best = d;
    }
    return best;
}
