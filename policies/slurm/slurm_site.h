/*
 * slurm_site.h - a Slurm cluster as its scheduler sees it: nodes, partitions and parameters,
 * resolved from slurm.conf and gres.conf. Data only, never changed while time runs.
 *
 * Order    Nodes have Slurm's indexes: the order of slurm.conf. Decisions compare these.
 * Units    Slurm's own: whole seconds and minutes, memory in MiB, CPUs (threads) and cores.
 * Memory   One arena owns everything; it is the caller's.
 * Source   slurm.conf(5), gres.conf(5); specs slurm.md 2.6 to 2.8 and 2.16.
 */
#ifndef POLICIES_SLURM_SITE_H
#define POLICIES_SLURM_SITE_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SLURM_MOST_SOCKETS = 8,
    SLURM_MOST_DEVICES = 64, /* with identity, on one node */
    SLURM_MOST_COUNTED = 4,  /* kinds of GRES without identity, on one node */
    SLURM_MOST_TYPES = 63,   /* GRES types of the site */
};

#define SLURM_ANY_TYPE UINT64_MAX
#define SLURM_UNTYPED  (UINT64_C(1) << 63) /* in a set of types: devices without one */
#define SLURM_NO_LIMIT INT64_MAX           /* INFINITE, UNLIMITED */
#define SLURM_NOT_SET  INT64_MIN           /* not set */
#define SLURM_NEVER    INT64_MIN           /* no such time */

enum gres_kind {
    GRES_GPU,
    GRES_SHARD,
    GRES_MPS,
    GRES_OTHER, /* counted only, told apart by name */
};

/* GRES of which only the number matters: no File, or more than SLURM_MOST_DEVICES of them. */
struct slurm_counted {
    enum gres_kind kind;
    uint32_t name; /* of slurm_site.gres_names; for GRES_OTHER */
    uint32_t type; /* number of the type; UINT32_MAX: none */
    int64_t count;
};

/* What a node is made of; equal nodes share one. */
struct slurm_layout {
    uint32_t id;
    uint32_t sockets, cores_per_socket, threads;
    int64_t memory_mb;
    /* GPUs and MIG instances, in the order of gres.conf: the IDX that Slurm prints. */
    uint32_t devices_len;
    uint8_t type_of[SLURM_MOST_DEVICES];         /* UINT8_MAX: none */
    uint64_t all_devices;                        /* lowest devices_len bits */
    uint64_t socket_devices[SLURM_MOST_SOCKETS]; /* with Cores= on it */
    uint64_t loose_devices;                      /* without Cores= */
    bool has_affinity;                           /* some device has Cores= */
    enum gres_kind sharing;                      /* GRES_SHARD or GRES_MPS */
    uint16_t shares[SLURM_MOST_DEVICES];         /* of each device; all 0: nothing is shared */
    bool is_shared;
    uint32_t counted_len;
    struct slurm_counted counted[SLURM_MOST_COUNTED];
};

struct slurm_node {
    const char *name;
    const struct slurm_layout *layout;
    uint32_t weight;
    bool is_up;        /* State= lets it take jobs */
    struct src_pos at; /* of its NodeName; line 0: of a cluster without slurm.conf */
    uint32_t machine;  /* the cluster's number for it; UINT32_MAX: there is no cluster */
};

/* Nodes of one Weight. */
struct slurm_weight {
    uint32_t weight;
    uint64_t *nodes;
};

enum partition_state { PARTITION_UP, PARTITION_DOWN, PARTITION_DRAIN, PARTITION_INACTIVE };

struct slurm_partition {
    const char *name;
    uint64_t *nodes;
    enum partition_state state;
    uint32_t tier;
    uint32_t job_factor;
    uint32_t min_nodes, max_nodes; /* max UINT32_MAX: no limit */
    int64_t max_time_min;          /* SLURM_NO_LIMIT: none */
    int64_t default_time_min;      /* SLURM_NOT_SET: max_time_min */
    int64_t over_time_min;         /* SLURM_NOT_SET: the cluster's */
    bool is_exclusive;             /* OverSubscribe=EXCLUSIVE */
    bool is_lln;
    int64_t mem_per_cpu_mb, mem_per_node_mb, mem_per_gpu_mb; /* defaults; 0: none */
    uint32_t cpus_per_gpu;                                   /* default; 0: none */
};

/* priority/multifactor; slurm_priority.h. */
struct slurm_priority_params {
    bool is_multifactor;
    bool favors_small, is_relative_to_time, accrues_always;
    bool keeps_raw_all, keeps_raw_partition, keeps_raw_tres; /* NO_NORMAL_* */
    int64_t weight_age, weight_job_size, weight_partition;
    int64_t weight_cpu, weight_memory, weight_node, weight_gpu; /* PriorityWeightTRES */
    int64_t max_age_s, calc_period_s;
};

/* What decides, of the cluster-wide keys. */
struct slurm_params {
    bool has_backfill;  /* sched/backfill */
    bool memory_counts; /* CR_*_Memory */
    bool is_lln;
    bool enforces_binding;
    bool shares_least_loaded;   /* LL_SHARED_GRES */
    bool refuses_beyond_limits; /* EnforcePartLimits */
    int64_t kill_wait_s;
    int64_t over_time_min;
    int64_t requeue_delay_s;
    struct slurm_priority_params priority;
    /* SchedulerParameters */
    int64_t sched_interval_s, batch_sched_delay_s;                         /* -1: off */
    int64_t default_queue_depth, partition_job_depth, sched_max_job_start; /* 0: no limit */
    bool is_deferred;
    bool packs_serial_at_end;
    int64_t bf_interval_s; /* -1: off */
    int64_t bf_resolution_s, bf_window_s, bf_window_linear_s;
    int64_t bf_max_job_test, bf_max_job_start, bf_node_space_size;
    int64_t bf_max_job_part, bf_max_job_user, bf_max_job_user_part; /* 0: no limit */
    int64_t bf_job_part_count_reserve;
    int64_t bf_min_age_reserve_s, bf_min_prio_reserve;
    bool bf_busy_nodes, bf_running_job_reserve;
};

struct slurm_site {
    struct slurm_params params;
    struct slurm_node *nodes;
    uint32_t nodes_len;
    size_t words; /* of its node sets */
    const struct slurm_layout *const *layouts;
    uint32_t layouts_len;
    struct slurm_weight *weights; /* ascending */
    uint32_t weights_len;
    struct slurm_partition *partitions;
    uint32_t partitions_len;
    uint32_t default_partition; /* UINT32_MAX: none */
    const char *const *types;   /* of GRES, by number */
    uint32_t types_len;
    const char *const *gres_names; /* GresTypes, by number */
    uint32_t gres_names_len;
    bool has_affinity; /* on some node */
};

/* The type as a set of types; UINT32_MAX: none. */
static inline uint64_t slurm_type_bit(uint32_t type)
{
    return type == UINT32_MAX ? SLURM_UNTYPED : UINT64_C(1) << type;
}

static inline uint32_t slurm_layout_cores(const struct slurm_layout *l)
{
    return l->sockets * l->cores_per_socket;
}

/* UINT32_MAX: none of that name. */
uint32_t slurm_site_find_partition(const struct slurm_site *s, const char *name);
uint32_t slurm_site_find_type(const struct slurm_site *s, const char *name);
uint32_t slurm_site_find_gres(const struct slurm_site *s, const char *name);

#endif /* POLICIES_SLURM_SITE_H */
