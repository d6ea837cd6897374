/*
 * slurm_records.h - what the recorded decisions of Slurm are written in: requests, node lists and
 * the devices that a job got.
 */
#ifndef TESTS_SLURM_RECORDS_H
#define TESTS_SLURM_RECORDS_H

#include "policies/slurm/slurm_ctld.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RECORDED_NODES = 64 };

/* What a job has of one node: devices, or shares of one device. */
struct recorded_part {
    uint32_t node;
    uint64_t devices;
    uint32_t share_device, share_count;
};

/* What a job has, by node. */
struct recorded_parts {
    struct recorded_part parts[RECORDED_NODES];
    size_t len;
    int64_t cpus;
};

struct arena;

/* "gpu:h100:2" at --gres and the like; false if it cannot be read. */
bool recorded_wants(struct arena *a, const struct slurm_site *site, const char *text,
                    enum want_scope scope, struct slurm_request *r);

/* Nodes of a hostlist as a set; "-" and "" are empty. At most RECORDED_NODES are known. */
uint64_t recorded_nodes(struct arena *a, const struct slurm_site *site, const char *text);

/* "gpu:h100:2(IDX:0-1),gpu:1g.10gb:1(IDX:3)" or "shard:2(2/4,0/4)"; false if it cannot be read. */
bool recorded_devices(struct arena *a, const char *text, struct recorded_part *out);

void recorded_parts_of(const struct slurm_job *job, struct recorded_parts *out);

bool recorded_parts_same_nodes(const struct recorded_parts *a, const struct recorded_parts *b);

/* Of the same nodes. */
bool recorded_parts_same_devices(const struct recorded_parts *a, const struct recorded_parts *b);

#endif /* TESTS_SLURM_RECORDS_H */
