/*
 * slurm_site_build.h - makes a site of slurm.conf and gres.conf, or of a cluster alone.
 *
 * Order    Nodes in the order of slurm.conf; without one, in that of the cluster.
 * Memory   Everything lies in the arena.
 * Errors   In the diag, all in one run: nodes that are named twice or not at all, partitions
 * without nodes, sockets and cores that do not make up the CPUs, and what slurm_gres_conf.h finds.
 */
#ifndef POLICIES_SLURM_SITE_BUILD_H
#define POLICIES_SLURM_SITE_BUILD_H

#include "policies/slurm/slurm_conf.h"
#include "policies/slurm/slurm_gres_conf.h"

bool slurm_site_build(struct slurm_key_reader *r, const struct slurm_conf *conf,
                      const struct gres_conf *gres, struct slurm_site *out);

/* Groups the nodes by weight. */
void slurm_site_sort_weights(struct arena *a, struct slurm_site *s);

/* A stable copy of the layout; equal ones are stored once. */
struct layout_table {
    struct arena *arena;
    const struct slurm_layout **layouts;
    uint32_t len, cap;
};
const struct slurm_layout *layout_table_add(struct layout_table *t, const struct slurm_layout *l);

#endif /* POLICIES_SLURM_SITE_BUILD_H */
