/*
 * number_map.h - what belongs to a number that a log uses, for numbers that come and go.
 *
 * Memory   Owns its table: 16 bytes for each number held, at most four times that.
 * Cost     O(1).
 */
#ifndef WORKLOADS_NUMBER_MAP_H
#define WORKLOADS_NUMBER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_MAP_NONE UINT32_MAX

struct number_map_slot {
    int64_t number;
    uint32_t value; /* NUMBER_MAP_NONE: the slot is free */
};

struct number_map {
    struct number_map_slot *slots;
    size_t cap; /* a power of two, over half of it free */
    size_t len;
};

void number_map_init(struct number_map *m);
void number_map_fini(struct number_map *m);

uint32_t number_map_find(const struct number_map *m, int64_t number); /* or NUMBER_MAP_NONE */

/* The number must be new, the value not NUMBER_MAP_NONE. */
void number_map_add(struct number_map *m, int64_t number, uint32_t value);
void number_map_remove(struct number_map *m, int64_t number); /* must be there */

#endif /* WORKLOADS_NUMBER_MAP_H */
