/*
 * job_shapes.h - what generated jobs ask for: so many equal tasks of one request.
 *
 * A shape follows from a job's size and three choices: of a kind of device, of CPUs and of memory.
 * The choices are from lists, so shapes are few: each is worked out when it is met first.
 *
 * Sizes    Of pieces: GPUs or MIG instances, split into tasks (task_split.h). Of tasks: each with
 *          so many pieces, or with a part of a GPU.
 * Memory   In the arena: 8 bytes a combination for each size below SHAPE_SIZES; larger sizes are
 *          worked out every time.
 * Cost     job_shapes_get: 2 ns; the first time O(length of the request).
 */
#ifndef WORKLOADS_JOB_SHAPES_H
#define WORKLOADS_JOB_SHAPES_H

#include "models/request.h"

/* Of a job: pieces at most, and so many tasks. */
enum { SHAPE_SIZE_MOST = 1000000000, SHAPE_SIZES = 4096, SHAPE_CHOICES_MOST = 1024 };

struct arena;

struct device_choice {
    uint32_t resource;
    uint16_t share_milli; /* of one GPU; 0: whole pieces */
    uint64_t most_each;   /* pieces of a task at most */
};

struct job_shapes_spec {
    const struct device_choice *devices;
    size_t devices_len;
    const int64_t *cpus_milli; /* of a task, beside those of its pieces */
    size_t cpus_len;
    const int64_t *memory_bytes;
    size_t memory_len;
    int64_t cpus_milli_per_piece, memory_bytes_per_piece;
    bool counts_tasks;    /* sizes do */
    uint64_t pieces_each; /* of a task, where sizes count tasks */
    uint32_t terms;
    struct device_load load;
};

struct job_shape {
    uint32_t request; /* of each task */
    uint32_t tasks;   /* 0: not worked out yet */
};

struct job_choices {
    uint64_t size;
    uint32_t device, cpus, memory;
};

struct job_shapes {
    struct job_shapes_spec spec;
    struct request_table *requests;
    struct arena *arena;
    struct job_shape **rows; /* by size */
};

/* All len are above 0 and multiply to SHAPE_CHOICES_MOST at most. What spec points to is
 * borrowed. */
void job_shapes_init(struct job_shapes *s, const struct job_shapes_spec *spec,
                     struct request_table *requests, struct arena *arena);

struct job_shape job_shapes_get(struct job_shapes *s, const struct job_choices *c);

#endif /* WORKLOADS_JOB_SHAPES_H */
