/*
 * repartition.h - a MIG manager that changes the layouts of idle nodes to what the queue asks for.
 *
 * Whenever the policies have decided, tasks that wait for a node are set against what is free and
 * what nodes on their way to another layout will have. For what nobody has, idle nodes of pools
 * with `repartition: {mode: to-demand}` are told to change (reconfigure.h), those of which least
 * is held first, then the lowest number, each to the layout that would serve most thousandths of
 * GPUs of it; of equals, the first.
 *
 * A node is idle when no task is on it, or no more than `held` of its GPUs is held: then it takes
 * no more tasks and changes when the last one is gone. It must have been idle for `idle`, and
 * `between` must have gone by since its last change. One on which a task of a job that is still
 * short of places could run stays as it is.
 *
 * Demand   Tasks that were admitted and ask for pieces of GPUs that some layout of such a pool has.
 *          Tasks held back by quota, and shares in thousandths, are none.
 * Source   Ours: nos and HAMi do such things per GPU; mig-manager changes nodes.
 * Cost     waits: O(1), O(kinds) where a kind comes or goes. look: O(nodes that changed x kinds
 * that wait), and O(idle nodes x layouts x kinds) while something is asked for that nobody has.
 */
#ifndef MODELS_REPARTITION_H
#define MODELS_REPARTITION_H

#include <stdbool.h>
#include <stdint.h>

struct cluster;
struct node_terms_table;
struct repartition;
struct request_table;
struct simulation;

enum repartition_mode { REPARTITION_OFF, REPARTITION_TO_DEMAND };

extern const char *const repartition_mode_names[];

/* Of a pool. */
struct repartition_rule {
    int mode;
    int64_t idle_ns, between_ns;
    int64_t waiting; /* tasks that a change must serve at least */
    double held;     /* share of its GPUs that may be held when it is told */
};

/* NULL: no pool has a rule. terms NULL: every node admits every task. */
struct repartition *repartition_new(const struct cluster *c, const struct request_table *requests,
                                    const struct node_terms_table *terms);
void repartition_free(struct repartition *p); /* NULL is allowed */

/* So many more tasks of the request wait for a node, or fewer. */
void repartition_waits(struct repartition *p, uint32_t request, int64_t change);

/* Tells nodes to change. True if it told any. *again_ns: when to look again if nothing happens;
 * INT64_MAX: never. */
bool repartition_look(struct simulation *sim, int64_t *again_ns);

#endif /* MODELS_REPARTITION_H */
