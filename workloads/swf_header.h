/*
 * swf_header.h - what the comments at the beginning of an SWF log say about it.
 *
 *   ; MaxProcs: 93312
 *   ; Queue:  1  batch
 *   ; Note: anything, and lines without a key that go on with it
 *
 * Memory   Texts and names are copied into the arena.
 * Errors   A number that is none is left out; every other key and every other comment is ignored.
 * Source   cs.huji.ac.il/labs/parallel/workload/swf.html, version 2.2.
 */
#ifndef WORKLOADS_SWF_HEADER_H
#define WORKLOADS_SWF_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* The name of a queue or a partition. */
struct swf_numbered {
    int64_t number;
    const char *name;
};

struct swf_numbered_list {
    struct swf_numbered *items; /* in the order of the file; of equal numbers the last counts */
    size_t len, cap;
};

struct swf_header {
    struct arena *arena; /* borrowed */
    bool has_start;
    int64_t unix_start_s;
    int64_t max_nodes, max_procs, max_jobs;                                  /* 0: not said */
    const char *version, *computer, *installation, *acknowledge, *time_zone; /* NULL: not said */
    struct swf_numbered_list queues, partitions;
    struct swf_numbered_list users, groups; /* ours, no part of the standard: "; User: 1 ann" */
};

/* A header of which nothing is known; zero it to begin again. */
void swf_header_init(struct swf_header *h, struct arena *arena);

/* Takes note of a comment line; text[len] must be NUL. */
void swf_header_read(struct swf_header *h, const char *text, size_t len);

#endif /* WORKLOADS_SWF_HEADER_H */
