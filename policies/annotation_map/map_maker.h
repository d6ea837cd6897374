/*
 * map_maker.h - maps for jobs that bring none, as a careful user would write them.
 *
 * Rule     When a job arrives, each of its tasks is given as many GPUs of one node as it asks for,
 *          of those that the fewest maps of living jobs name: first fit among the GPUs that no map
 *          names, on the lowest node and the lowest GPUs of it; if no node has enough of them,
 *          among those that at most one map names, and so on. A map is never changed, and no map
 *          names a node that could not take the task if nothing ran there; the tasks of a gang
 *          have room beside each other. Nodes that are not ready come last. A task that asks for
 *          no GPU gets the next node in turn. Where GPUs have no identity, they are counted.
 * Memory   Two counters per GPU.
 * Cost     O(nodes) per task; less where a node near the front is free.
 */
#ifndef POLICIES_ANNOTATION_MAP_MAP_MAKER_H
#define POLICIES_ANNOTATION_MAP_MAP_MAKER_H

#include "models/request.h"
#include "policies/annotation_map/map_place.h"
#include "policies/placement/node_overlay.h"

struct map_maker {
    const struct cluster *cluster;
    uint32_t *claims;         /* by GPU of the cluster: places that name it */
    uint32_t *sorted;         /* the same, those of a node in their order */
    int64_t *claimed;         /* by node: pieces, where GPUs have no identity */
    struct node_overlay gang; /* what the gang that is being placed has got */
    int64_t *row;             /* scratch */
    uint32_t next_node;       /* for tasks without GPUs */
};

void map_maker_init(struct map_maker *m, const struct cluster *c);
void map_maker_fini(struct map_maker *m);

/* A place for one task of a group; false: no node could take it. */
bool map_maker_place(struct map_maker *m, const struct request *r, bool is_gang,
                     struct map_place *out);

/* All tasks of a job have their places, or one of them got none. */
void map_maker_end(struct map_maker *m, const struct map_places *made);

/* The place is gone. */
void map_maker_forget(struct map_maker *m, const struct request *r, const struct map_place *place);

#endif /* POLICIES_ANNOTATION_MAP_MAP_MAKER_H */
