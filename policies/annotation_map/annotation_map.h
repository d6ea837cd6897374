/*
 * annotation_map.h - the inside of the annotation map's policy. Private to its folder.
 *
 * annotation_map.c  options, who comes and goes, when to try
 * map_attempt.c     binding what can be bound
 * map_resolve.c     which place a pod has
 * map_book.c        the maps of jobs: those they bring, those made for them, the indexes in use
 * map_maker.c       maps for jobs that bring none
 * device_queues.c   who waits for which device, in mode strict
 */
#ifndef POLICIES_ANNOTATION_MAP_ANNOTATION_MAP_H
#define POLICIES_ANNOTATION_MAP_ANNOTATION_MAP_H

#include "policies/annotation_map/device_queues.h"
#include "policies/annotation_map/gpu_map.h"
#include "policies/annotation_map/map_maker.h"
#include "policies/placement/work.h"

enum map_mode { MAP_ORIGINAL, MAP_DYNAMIC, MAP_STRICT, MAP_LAST_PART, MAP_POD_INDEX };
enum map_generate { GENERATE_NONE, GENERATE_FIRST_FIT };

/* A text and what it means. */
struct known_map {
    struct gpu_map map;
    uint32_t *by_number; /* its entries in the order of their indexes' numbers; for MAP_DYNAMIC */
};

/* Which indexes of a map no pod has. Those of a map that was made are its job's alone; in mode
 * dynamic the pods of a namespace share those of the map they bring. */
struct index_pool {
    struct bitset free; /* by rank: the order of the indexes' numbers */
};

struct map_job {
    const struct known_map *known; /* NULL: it brings no map */
    struct map_places made;        /* what was made for it instead */
    bool is_made;
    bool is_passed_over; /* its pods ask for another scheduler */
    uint32_t pool;       /* of its indexes; POOL_END: none */
};

/* A gang, or a pod, by its number (work.h). */
struct map_work {
    bool is_live;
    bool is_due; /* to be tried at the next decision */
    bool is_parked;
    bool is_listed; /* among those that may have their devices now */
    uint32_t job;
    uint32_t prev, next;      /* of the parked ones, in the order they came; UINT32_MAX: none */
    struct map_places places; /* of all its tasks; empty: not tried yet */
    struct device_claim claim;
    uint64_t came; /* strict: when it began to wait for devices, of all that did */
};

struct map_candidate {
    uint64_t came;
    uint32_t number;
};

struct annotation_map {
    /* options */
    int mode, generate;
    const char *scheduler_name;
    int64_t retry_ns;
    bool in_order;
    /* the world */
    const struct cluster *cluster;
    const struct names *names;
    const struct request_table *requests;
    struct arena *arena;
    int64_t start_ns;
    struct intern *node_names;
    struct id_map node_of; /* by node name: node + 1 */
    /* maps */
    struct intern *texts; /* of maps, numbered as `known` */
    struct known_map **known;
    size_t known_cap;
    struct intern *pool_names; /* namespace and map */
    struct id_map pool_of;     /* by pool name: pool + 1 */
    struct pool pools;         /* struct index_pool */
    struct map_maker maker;
    struct map_job *jobs; /* by job id */
    size_t jobs_cap;
    /* who waits */
    struct map_work *works; /* by number */
    size_t works_cap;
    struct id_list due;
    struct id_list again;               /* scratch: the parked, at a tick */
    uint32_t first_parked, last_parked; /* to be tried again; UINT32_MAX: none */
    bool may_help;                      /* something happened that may help the parked */
    bool is_tick;                       /* the watch has begun anew */
    int64_t wakes_at_ns;                /* the last tick that was asked for */
    bool has_buckets;
    struct map_places ready; /* scratch: to be bound now */
    /* strict */
    struct device_queues queues;
    struct bitset changed; /* nodes where something may be free, or a queue moved */
    uint64_t claims;       /* ever */
    struct map_candidate *candidates;
    size_t candidates_len, candidates_cap;
    struct node_overlay taken; /* scratch */
    int64_t *row;              /* scratch */
};

static inline struct map_work *map_work(const struct annotation_map *m, uint32_t number)
{
    return &m->works[number];
}

/* As the node's condition Ready says; a cordoned node is ready. */
static inline bool map_node_is_ready(const struct annotation_map *m, uint32_t node)
{
    const enum node_state state = m->cluster->nodes[node].state;
    return state != NODE_DOWN && state != NODE_BOOTING;
}

/* --- map_book.c --- */

void map_book_init(struct annotation_map *m, const struct policy_env *env);
void map_book_fini(struct annotation_map *m);

/* A job has come: reads its map, or makes one. It is gone. */
void map_open_job(struct annotation_map *m, const struct job *job);
void map_close_job(struct annotation_map *m, const struct job *job);

/* The smallest index of the job's pool that no pod has (and that is for tasks of the group, if the
 * map was made) is taken; false if there is none. */
bool map_take_index(struct annotation_map *m, const struct map_job *job, uint32_t group,
                    uint32_t *rank);

/* Gives the place's index back, if it has one. */
void map_return_index(struct annotation_map *m, uint32_t job, struct map_place *place);

/* --- map_resolve.c --- */

void map_resolve_init(struct annotation_map *m);
void map_resolve_fini(struct annotation_map *m);

/* Finds the places of the work's tasks: of all, or of those that got no index before. */
void map_resolve(struct annotation_map *m, const struct acts *a, uint32_t number);

/* --- map_attempt.c --- */

/* Binds what can be bound, says why the rest waits, and parks it if waiting may help. */
void map_attempt(struct annotation_map *m, struct acts *a, uint32_t number);

/* Mode strict: tries again who waits for free devices of nodes that changed. */
void map_attempt_changed(struct annotation_map *m, struct acts *a);

/* The work stands in no queue any more. */
void map_leave_queues(struct annotation_map *m, uint32_t number);

void map_park(struct annotation_map *m, uint32_t number);
void map_unpark(struct annotation_map *m, uint32_t number);

#endif /* POLICIES_ANNOTATION_MAP_ANNOTATION_MAP_H */
