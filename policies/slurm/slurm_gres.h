/*
 * slurm_gres.h - which cores and which devices of one node a job gets.
 *
 * A device may stand near a socket (gres.conf Cores=). Slurm first looks for a socket that has
 * both, then takes what there is; with enforce-binding it never takes a device whose socket has no
 * free core.
 *
 * Order    Sockets by free cores, then number; devices by index. Nothing else decides.
 * Cost     O(sockets + devices).
 * Source   gres_sock_list.c and gres_select_filter.c of Slurm 26.11, as specs slurm.md 2.0 rule 5
 *          and 2.7 describe them.
 */
#ifndef POLICIES_SLURM_GRES_H
#define POLICIES_SLURM_GRES_H

#include "policies/slurm/slurm_ledger.h"

/* Free cores, or cores given, by socket. */
struct core_plan {
    uint32_t cores[SLURM_MOST_SOCKETS];
    uint32_t total;
};

/* A node's devices as one request sees them. */
struct device_view {
    const struct slurm_layout *layout;
    const struct node_use *use;
    uint64_t matching; /* devices of the wanted types */
    bool enforces_binding;
};

/* Which cores go with `gpus` devices when `cores` are asked for. is_local: the first of Slurm's two
 * passes, in which cores must stand near the devices. False if the node cannot give them. */
bool slurm_gres_plan(const struct device_view *v, int64_t gpus, uint32_t cores, bool is_local,
                     struct core_plan *out);

/* The devices that go with these cores; there must be enough. */
uint64_t slurm_gres_pick(const struct device_view *v, int64_t gpus, const struct core_plan *cores);

/* Cores of a job without devices: one socket after the other, in turn. */
void slurm_gres_spread_cores(const struct slurm_layout *layout, const struct node_use *use,
                             uint32_t cores, struct core_plan *out);

/* Devices that Slurm's first look counts. With enforce-binding those in front of the first usable
 * one are left out, those behind it are counted all. */
int64_t slurm_gres_coarse_count(const struct device_view *v);

/* Free devices that have no socket, or one with a free core. */
int64_t slurm_gres_near_count(const struct device_view *v);

/* The device whose shares a job of `count` shares gets; UINT32_MAX: none has so many. */
uint32_t slurm_gres_find_share(const struct slurm_layout *layout, const struct node_use *use,
                               const uint16_t *free_shares, int64_t count, bool least_loaded);

#endif /* POLICIES_SLURM_GRES_H */
