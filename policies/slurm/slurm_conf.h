/*
 * slurm_conf.h - slurm.conf as it was written: parameters, node lines and partition lines. What it
 * means for a cluster is slurm_site_build.h.
 *
 * Memory   Everything lies in the arena, texts are lent from the lines.
 * Errors   In the diag, all in one run: unknown keys, values that cannot be read, plugins that
 * Slurm does not have or that are not modelled. Source   slurm.conf(5) of 26.05; specs
 * slurm.md 2.16 and 3.2.
 */
#ifndef POLICIES_SLURM_CONF_H
#define POLICIES_SLURM_CONF_H

#include "policies/slurm/slurm_keys.h"
#include "policies/slurm/slurm_site.h"

/* A node, expanded from its line and the DEFAULT lines before it. 0: not given. */
struct conf_node {
    const char *name;
    struct src_pos at; /* of its NodeName */
    int64_t cpus, boards, sockets, sockets_per_board, cores_per_socket, threads;
    int64_t memory_mb, spec_memory_mb, weight;
    const struct slurm_pair *gres;
    const char *features;
    const char *state;
};

struct conf_partition {
    const char *name;
    struct src_pos at;
    const struct slurm_pair *nodes;
    const struct slurm_pair *state;
    const struct slurm_pair *share; /* OverSubscribe */
    bool is_default;
    bool is_lln;
    int64_t tier, job_factor;
    int64_t min_nodes, max_nodes;
    int64_t max_time_min, default_time_min, over_time_min; /* SLURM_NOT_SET: not given */
    int64_t mem_per_cpu_mb, mem_per_node_mb, mem_per_gpu_mb, cpus_per_gpu;
};

struct conf_node_set {
    const char *name;
    const char *nodes;
    const char *feature;
    struct src_pos at;
};

struct slurm_conf {
    const char *file;
    struct slurm_params params;
    const struct slurm_pair *gres_types; /* NULL: none */
    bool config_overrides;               /* counts of slurm.conf win over gres.conf's */
    int64_t mem_per_cpu_mb, mem_per_node_mb, mem_per_gpu_mb, cpus_per_gpu;
    const struct conf_node *nodes;
    size_t nodes_len;
    const struct conf_partition *partitions;
    size_t partitions_len;
    const struct conf_node_set *node_sets;
    size_t node_sets_len;
};

/* Slurm's own defaults. */
void slurm_conf_defaults(struct slurm_conf *c);

void slurm_conf_read(struct slurm_key_reader *r, const struct slurm_lines *lines,
                     struct slurm_conf *out);

/* Readers of single keys; slurm_priority_keys.c. */
slurm_key_fn slurm_read_priority_type, slurm_read_max_age, slurm_read_calc_period,
    slurm_read_priority_flags, slurm_read_tres_weights;

/* Tables of keys; slurm_conf_keys.c. */
extern const struct slurm_key_table slurm_conf_keys, slurm_node_keys, slurm_partition_keys,
    slurm_node_set_keys, slurm_scheduler_keys;

#endif /* POLICIES_SLURM_CONF_H */
