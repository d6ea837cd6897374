/*
 * slurm_machine.h - which node of the cluster a Slurm node is, and which resource a GRES type.
 *
 * Memory   Everything lies in the arena.
 * Errors   In the diag: nodes that the cluster lacks, CPUs, memory and GRES that a machine lacks.
 *          Nodes of the cluster that slurm.conf does not name are a warning.
 * Model    Where slurm.conf does not count memory (CR_Core), a machine's memory still is a limit
 * for tasks that ask for some: no node of the cluster takes more than it has.
 */
#ifndef POLICIES_SLURM_MACHINE_H
#define POLICIES_SLURM_MACHINE_H

#include "models/cluster.h"
#include "models/names.h"
#include "policies/slurm/slurm_conf.h"
#include "policies/slurm/slurm_keys.h"
#include "policies/slurm/slurm_site.h"

struct slurm_machine {
    const struct cluster *cluster;
    uint32_t *slurm_node;                     /* by node of the cluster; UINT32_MAX: none */
    uint32_t type_resource[SLURM_MOST_TYPES]; /* of the cluster */
    uint32_t untyped_resource;
    /* By Slurm node: the machine's GPU for each device; UINT8_MAX: it is not a whole numbered GPU,
     * and the node picks one. NULL: for all of them. */
    const uint8_t **gpu_of;
};

/* Finds the site's nodes in the cluster. */
bool slurm_machine_bind(struct slurm_key_reader *r, const char *conf_file,
                        const struct cluster *cluster, const struct names *names,
                        struct slurm_site *site, struct slurm_machine *out);

/* A site with one partition "all" of all the cluster's nodes, with Slurm's defaults. */
void slurm_machine_derive(struct slurm_key_reader *r, const struct cluster *cluster,
                          const struct names *names, struct slurm_site *site,
                          struct slurm_machine *out);

/* The types whose devices are pieces of the resource, as a set; 0: none. */
uint64_t slurm_machine_types(const struct slurm_machine *m, const struct slurm_site *site,
                             uint32_t resource);

#endif /* POLICIES_SLURM_MACHINE_H */
