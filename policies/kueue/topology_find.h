/*
 * topology_find.h - places for the pod sets of a workload on the nodes of one flavor.
 *
 * Sets are placed one after the other, each knowing of those before it; two sets of a group are
 * placed together, the smaller one as the leader. A workload that has places already may keep them
 * (elastic slices) or have those on a broken node replaced.
 *
 * Memory   Assignments and texts lie in the arena.
 * Source   Kueue v0.20-dev, pkg/cache/scheduler/tas_flavor_snapshot.go, tas_elastic_workloads.go;
 *          specs/kueue.md 1.12.3 to 1.12.5.
 */
#ifndef POLICIES_KUEUE_TOPOLOGY_FIND_H
#define POLICIES_KUEUE_TOPOLOGY_FIND_H

#include "policies/kueue/placement.h"

/* A pod set that wants places. */
struct topology_ask {
    uint32_t set;     /* the caller's number */
    const char *name; /* for messages */
    uint32_t count;
    struct pod_requests requests; /* of one pod, as its template has them */
    const struct node_terms *terms;
    const struct topology_request *topology; /* NULL: none */
    bool is_implied;                         /* all flavors of its queue have a topology */
    bool has_scored;
    const struct topology_assignment *previous; /* of the slice that it replaces */
    const struct topology_assignment *current;  /* its own, with a broken node in it */
};

struct topology_answer {
    bool is_given; /* sets behind one that fails are not looked at */
    const struct topology_assignment *assignment;
    const char *reason; /* NULL: it is placed */
};

struct topology_search {
    struct arena *arena;
    const struct gates *gates;
    bool simulates_empty;
    bool wants_reason;       /* texts cost; without, a reason is "" */
    uint32_t broken_node;    /* word: pods on it are to be replaced; INTERN_NONE */
    bool keeps_its_node;     /* the one pod of its owner cannot move: places stay as they are */
    struct assumed *assumed; /* what sets in other flavors were given, and now these */
};

/* An answer for each ask. False: some set found no place, which has a reason. */
bool topology_find(struct topology *t, const struct topology_search *s,
                   const struct topology_ask *asks, uint32_t len, struct topology_answer *answers);

/* Whether the topology has all levels that the request names. */
bool topology_has_levels(const struct topology *t, const struct topology_request *r);

/* Whether some leaf is gone; its id then. */
bool topology_is_stale(const struct topology *t, const struct topology_assignment *a,
                       const char **leaf);

/* Both together, leaf by leaf. */
struct topology_assignment *topology_merge(const struct topology *t, struct arena *arena,
                                           const struct topology_assignment *a,
                                           const struct topology_assignment *b);

/* The first count pods of it. */
struct topology_assignment *topology_truncate(struct arena *arena,
                                              const struct topology_assignment *a, uint32_t count);

/* The layers of slices a request asks for, whichever way it says so. */
uint32_t topology_slices(const struct topology_request *r,
                         struct topology_slice slices[TOPOLOGY_MOST_SLICES]);

/* --- its own parts --- */

/* Places for workers, and for their leader (NULL: none) beside them. A reason, or NULL. */
struct topology_group {
    const struct topology_ask *workers, *leader;
    const struct topology_slice *slices; /* instead of what the workers' request says; NULL */
    uint32_t slices_len;
    bool has_own_slices;
    uint32_t within, within_level;
};

const char *topology_place_group(struct topology *t, const struct topology_search *s,
                                 const struct topology_group *g,
                                 struct topology_assignment **workers,
                                 struct topology_assignment **leader);

/* topology_replace.c: pods of the broken node find other places. */
const char *topology_replace(struct topology *t, const struct topology_search *s,
                             const struct topology_ask *ask, struct topology_assignment **all,
                             struct topology_assignment **moved);

void topology_assume(const struct topology_search *s, const struct topology_assignment *a,
                     const struct topology_ask *ask);

#endif /* POLICIES_KUEUE_TOPOLOGY_FIND_H */
