/*
 * request.h - what one task asks of a node. Equal requests are stored once and have one number.
 *
 * A cluster meets few distinct requests (the 8,152 pods of openb have 91), so whatever is computed
 * per request and node is worth keeping: indexes and score caches are keyed by the number.
 *
 * Memory   The table owns all requests, at stable addresses until request_table_free.
 * Cost     request_add: O(length of the request), by hash; the hash decides no order.
 */
#ifndef MODELS_REQUEST_H
#define MODELS_REQUEST_H

#include "models/resource.h"

#include <stdbool.h>

#define REQUEST_NONE UINT32_MAX

/* How a task loads the devices it gets. Zeroed: alone it would keep them busy all the time, takes
 * all their memory, and runs one process. Shares of time are in 1/65536 (q16). */
struct device_load {
    uint32_t duty_q16;     /* share of its solo time with kernels running; 0 stands for 65536 */
    uint32_t width_q16;    /* share of the SMs its kernels can fill; 0 stands for 65536 */
    uint64_t memory_bytes; /* on each device; 0: all there is */
    uint16_t processes;    /* 0 stands for 1 */
    uint16_t gpu_milli;    /* a share of one GPU in thousandths, 1..999: beside the amounts, which
                              then name no whole GPU; 0: none */
    uint16_t shards, mps;  /* a share of one GPU as Slurm counts it: so many of the GPU's gres/shard
                              or gres/mps; gpu_milli is what it is elsewhere; 0: none */
    bool is_memory_bound;  /* bandwidth, not SMs, is what a slice takes away */
};

struct request {
    uint32_t id;
    uint32_t terms; /* node terms (selectors, affinity, tolerations); 0: none of them */
    uint32_t amounts_len;
    const struct amount *amounts; /* sorted by resource, none zero */
    struct device_load load;
    uint32_t gpus; /* pieces of GPU resources in amounts, of whatever kind, and the share: for
                      reports */
    int64_t scored_cpu_milli, scored_memory_bytes; /* what kube-scheduler's scores count */
};

struct request_table;

/* resources is borrowed: its names say which amounts are GPUs. */
struct request_table *request_table_new(const struct intern *resources);
void request_table_free(struct request_table *t); /* NULL is allowed */

/* The number of the request with these amounts (any order; equal resources are added up, zeros
 * dropped; at most 64), terms and load (NULL: zeroed). */
uint32_t request_add(struct request_table *t, const struct amount *amounts, size_t len,
                     uint32_t terms, const struct device_load *load);

/* The same for what kube-scheduler scores otherwise than it counts: of several containers, some say
 * nothing of their CPU (100m then) or memory (200Mi). request_add assumes one container. */
struct request_spec {
    const struct amount *amounts;
    size_t amounts_len;
    uint32_t terms;
    const struct device_load *load;
    int64_t scored_cpu_milli, scored_memory_bytes; /* -1: as for one container */
};

uint32_t request_add_spec(struct request_table *t, const struct request_spec *spec);

/* The number of the same request with other terms: what an admission to a flavor makes of it. */
uint32_t request_with_terms(struct request_table *t, uint32_t id, uint32_t terms);

const struct request *request_get(const struct request_table *t, uint32_t id);
size_t request_table_len(const struct request_table *t);

/* The amount of one resource, 0 if the request does not name it. */
int64_t request_amount(const struct request *r, uint32_t resource);

#endif /* MODELS_REQUEST_H */
