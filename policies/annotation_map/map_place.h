/*
 * map_place.h - where a map wants pods: a node and devices of it.
 *
 * Memory   A list owns its places; one that is all zero is empty.
 */
#ifndef POLICIES_ANNOTATION_MAP_MAP_PLACE_H
#define POLICIES_ANNOTATION_MAP_MAP_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a pod waits; also the numbers of the buckets. */
enum map_reason {
    MAP_NONE,            /* its job has no map: this scheduler passes it over */
    MAP_OTHER_SCHEDULER, /* it has one, but asks for another scheduler */
    MAP_EMPTY,           /* nothing in the map could be read */
    MAP_NO_INDEX,        /* its name has none */
    MAP_NOT_IN_MAP,      /* the map has no such index */
    MAP_NO_NODE,         /* the map's node does not exist */
    MAP_NODE_NOT_READY,  /* it exists, but is booting or down */
    MAP_NO_FREE_INDEX,   /* all indexes of the map are in use */
    MAP_DEVICES_BUSY,    /* strict: somebody has a device or the room, or has waited longer */
    MAP_NO_DEVICE,       /* strict: the node has no such device */
    MAP_TOO_LARGE,       /* no map could be made: the nodes have not what the job asks for */
    MAP_REASONS,
    MAP_PLACED = MAP_REASONS, /* it need not wait */
};

#define MAP_NO_RANK UINT32_MAX

struct map_place {
    uint32_t group;
    uint32_t node;
    uint32_t count; /* tasks */
    uint32_t rank;  /* of the index it has in a pool; MAP_NO_RANK: none */
    uint64_t gpus;  /* of the node */
    enum map_reason why;
    bool lacks_devices; /* the map names more, which the node has not */
    bool is_bound;
};

struct map_places {
    struct map_place *items;
    size_t len, cap;
};

void map_places_add(struct map_places *p, const struct map_place *place);
void map_places_fini(struct map_places *p);

#endif /* POLICIES_ANNOTATION_MAP_MAP_PLACE_H */
