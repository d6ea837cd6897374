#include "policies/slurm/slurm_ledger.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

static void *zeroed(size_t len, size_t bytes)
{
    void *p = calloc(len + 1, bytes);
    SIM_REQUIRE(p != NULL);
    return p;
}

static void empty_use(const struct slurm_layout *layout, struct node_use *out)
{
    *out = (struct node_use){
        .devices_free = layout->all_devices,
        .memory_free_mb = layout->memory_mb,
        .cores_free = slurm_layout_cores(layout),
    };
    for (uint32_t s = 0; s < layout->sockets && s < SLURM_MOST_SOCKETS; s++)
        out->socket_cores[s] = (uint16_t)layout->cores_per_socket;
    for (uint32_t i = 0; i < layout->counted_len; i++)
        out->counted_free[i] = layout->counted[i].count;
}

static bool shares_devices(const struct slurm_site *site)
{
    for (uint32_t i = 0; i < site->layouts_len; i++)
        if (site->layouts[i]->is_shared)
            return true;
    return false;
}

static void open_shares(struct slurm_ledger *l)
{
    const struct slurm_site *site = l->site;
    l->live_shares = zeroed((size_t)site->nodes_len * SLURM_MOST_DEVICES, sizeof(uint16_t));
    l->trial_shares = zeroed((size_t)site->nodes_len * SLURM_MOST_DEVICES, sizeof(uint16_t));
    for (uint32_t n = 0; n < site->nodes_len; n++)
        memcpy(l->live_shares + (size_t)n * SLURM_MOST_DEVICES, site->nodes[n].layout->shares,
               sizeof site->nodes[n].layout->shares);
}

void slurm_ledger_init(struct slurm_ledger *l, const struct slurm_site *site)
{
    const uint32_t nodes = site->nodes_len;
    uint64_t ring = 64;
    while (ring < 2 * (uint64_t)nodes)
        ring *= 2;
    *l = (struct slurm_ledger){
        .site = site,
        .live = zeroed(nodes, sizeof(struct node_use)),
        .empty = zeroed(site->layouts_len, sizeof(struct node_use)),
        .trial = zeroed(nodes, sizeof(struct node_use)),
        .trial_of = zeroed(nodes, sizeof(uint32_t)),
        .touched = zeroed(nodes, sizeof(uint32_t)),
        .changes = zeroed(ring, sizeof(uint32_t)),
        .changes_mask = ring - 1,
        .changes_end = 1,
        .trial_number = 1,
    };
    for (uint32_t i = 0; i < site->layouts_len; i++)
        empty_use(site->layouts[i], &l->empty[i]);
    for (uint32_t n = 0; n < nodes; n++)
        l->live[n] = l->empty[site->nodes[n].layout->id];
    if (shares_devices(site))
        open_shares(l);
}

void slurm_ledger_fini(struct slurm_ledger *l)
{
    free(l->live);
    free(l->trial);
    free(l->empty);
    free(l->live_shares);
    free(l->trial_shares);
    free(l->trial_of);
    free(l->touched);
    free(l->changes);
    *l = (struct slurm_ledger){0};
}

/* --- changes --- */

static void apply(struct node_use *u, const struct slurm_alloc *a, int sign)
{
    u->cores_free += (uint32_t)(sign * (int)a->cores);
    u->memory_free_mb += sign * a->memory_mb;
    for (int s = 0; s < SLURM_MOST_SOCKETS; s++)
        u->socket_cores[s] = (uint16_t)(u->socket_cores[s] + sign * a->socket_cores[s]);
    for (int i = 0; i < SLURM_MOST_COUNTED; i++)
        u->counted_free[i] += sign * a->counted[i];
    u->devices_free ^= a->devices;
    u->jobs -= (uint32_t)sign;
    u->whole_jobs = (uint16_t)(u->whole_jobs - sign * a->is_whole);
}

/* A device of which a share is held cannot be given out whole; one that nobody shares can. */
static void apply_share(struct node_use *u, uint16_t *free_shares,
                        const struct slurm_layout *layout, const struct slurm_alloc *a, int sign)
{
    const uint16_t device = a->shares[SHARE_DEVICE];
    free_shares[device] = (uint16_t)(free_shares[device] + sign * a->shares[SHARE_COUNT]);
    const uint64_t bit = UINT64_C(1) << device;
    if (free_shares[device] == layout->shares[device])
        u->devices_free |= bit;
    else
        u->devices_free &= ~bit;
}

static void log_change(struct slurm_ledger *l, uint32_t node)
{
    l->changes[l->changes_end++ & l->changes_mask] = node;
}

static void change_live(struct slurm_ledger *l, const struct slurm_alloc *a, int sign)
{
    apply(&l->live[a->node], a, sign);
    if (a->shares[SHARE_COUNT] > 0)
        apply_share(&l->live[a->node], l->live_shares + (size_t)a->node * SLURM_MOST_DEVICES,
                    l->site->nodes[a->node].layout, a, sign);
    log_change(l, a->node);
}

void slurm_ledger_take(struct slurm_ledger *l, const struct slurm_alloc *a)
{
    const struct node_use *u = &l->live[a->node];
    SIM_REQUIRE(u->cores_free >= a->cores && (u->devices_free & a->devices) == a->devices);
    change_live(l, a, -1);
}

void slurm_ledger_give(struct slurm_ledger *l, const struct slurm_alloc *a)
{
    SIM_REQUIRE(l->live[a->node].jobs > 0 && (l->live[a->node].devices_free & a->devices) == 0);
    change_live(l, a, 1);
}

/* --- trials --- */

void slurm_ledger_begin_trial(struct slurm_ledger *l)
{
    l->touched_len = 0;
    if (++l->trial_number == 0) {
        memset(l->trial_of, 0, l->site->nodes_len * sizeof l->trial_of[0]);
        l->trial_number = 1;
    }
}

static void copy_node(struct slurm_ledger *l, uint32_t node)
{
    l->trial[node] = l->live[node];
    l->trial_of[node] = l->trial_number;
    l->touched[l->touched_len++] = node;
    if (l->live_shares != NULL)
        memcpy(l->trial_shares + (size_t)node * SLURM_MOST_DEVICES,
               l->live_shares + (size_t)node * SLURM_MOST_DEVICES,
               SLURM_MOST_DEVICES * sizeof l->live_shares[0]);
}

void slurm_ledger_trial_give(struct slurm_ledger *l, const struct slurm_alloc *a)
{
    if (!slurm_ledger_in_trial(l, a->node))
        copy_node(l, a->node);
    apply(&l->trial[a->node], a, 1);
    if (a->shares[SHARE_COUNT] > 0)
        apply_share(&l->trial[a->node], l->trial_shares + (size_t)a->node * SLURM_MOST_DEVICES,
                    l->site->nodes[a->node].layout, a, 1);
}
