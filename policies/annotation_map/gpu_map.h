/*
 * gpu_map.h - the gpu-scheduling-map annotation: which pod goes to which node and devices.
 *
 *   0=aks-workerpool-vmss000000:0,1
 *   1=aks-workerpool-vmss000001:2
 *
 * Source   The seed's scheduler.py (gpu_models.md 0.4): blank lines and those without "=" are
 *          passed over, those without ":" too; an index that is no number ends the reading, and
 *          what was read stays; of devices that are no numbers the others remain; the last line of
 *          an index wins. With is_strict as rielas/sdg reads it: an index is a text, and a line
 *          that has not exactly one "=" and then one ":" spoils the whole map.
 * Memory   Lies in the caller's arena.
 * Cost     O(length x log lines); gpu_map_find O(log entries).
 */
#ifndef POLICIES_ANNOTATION_MAP_GPU_MAP_H
#define POLICIES_ANNOTATION_MAP_GPU_MAP_H

#include "policies/annotation_map/python_text.h"

#include <stdint.h>

struct arena;

struct gpu_map_entry {
    const char *index;          /* as str() writes it: "0", "-1", however large */
    const char *node;           /* may be "" */
    const char *const *devices; /* numbers, written likewise; repeated as they were */
    uint32_t devices_len;
    uint32_t line; /* of those that have an entry, from 0 */
};

struct gpu_map {
    struct gpu_map_entry *entries; /* by index as a text */
    uint32_t len;
};

struct gpu_map gpu_map_parse(struct arena *arena, const char *text, bool is_strict);

/* NULL if the map has no such index. */
const struct gpu_map_entry *gpu_map_find(const struct gpu_map *m, const char *index);

#endif /* POLICIES_ANNOTATION_MAP_GPU_MAP_H */
