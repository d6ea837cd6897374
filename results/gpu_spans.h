/*
 * gpu_spans.h - who held which GPU from when to when, for a chart: of small clusters.
 *
 * Memory   Owns names and spans: at most SPANS_MOST of them, on at most SPANS_GPUS GPUs.
 */
#ifndef RESULTS_GPU_SPANS_H
#define RESULTS_GPU_SPANS_H

#include "models/simulation.h"

enum { SPANS_MOST = 20000, SPANS_GPUS = 128 };

struct gpu_span {
    int64_t from_ns, to_ns;
    uint64_t job;          /* its number */
    uint32_t gpu;          /* of all that are charted */
    uint32_t group;        /* of gpu_spans_group */
    uint32_t name;         /* of gpu_spans_name */
    uint16_t lane;         /* those at the same time on one GPU or instance have different ones */
    uint16_t lanes;        /* of it, over the whole run: at least 1 */
    uint8_t slice, slices; /* memory slices of a MIG instance: the first, and how many; 0: none */
    bool is_preempted;
};

struct gpu_spans;

struct gpu_spans *gpu_spans_new(void);
void gpu_spans_free(struct gpu_spans *s); /* NULL is allowed */

/* --- filling, by the observer --- */

void gpu_spans_begin(struct gpu_spans *s, const struct simulation *sim);
void gpu_spans_task(struct gpu_spans *s, const struct job *job, const struct task *task);
void gpu_spans_end(struct gpu_spans *s);

/* --- reading, after that --- */

/* Why there are none: "the cluster has 8000 GPUs; a chart shows at most 128". NULL: there are. */
const char *gpu_spans_why_not(const struct gpu_spans *s);

/* By GPU, then time. */
size_t gpu_spans_len(const struct gpu_spans *s);
const struct gpu_span *gpu_spans_at(const struct gpu_spans *s, size_t i);

size_t gpu_spans_gpus(const struct gpu_spans *s);
const char *gpu_spans_node(const struct gpu_spans *s, size_t gpu);
unsigned gpu_spans_index(const struct gpu_spans *s, size_t gpu);      /* on its node */
unsigned gpu_spans_slices(const struct gpu_spans *s, size_t gpu);     /* 0: it was never cut */
const char *gpu_spans_name(const struct gpu_spans *s, uint32_t name); /* of a job */

/* Jobs are told apart by tenant; where all have the same one, by queue; else by job. */
enum { SPANS_BY_TENANT, SPANS_BY_QUEUE, SPANS_BY_JOB };
int gpu_spans_by(const struct gpu_spans *s);
size_t gpu_spans_groups(const struct gpu_spans *s);
const char *gpu_spans_group(const struct gpu_spans *s, uint32_t group);

#endif /* RESULTS_GPU_SPANS_H */
