/*
 * site.h - all objects of an installation of Kueue, as they are now.
 *
 * Order    As first put in; an object that is put in again keeps its place.
 * Memory   Borrows what the objects point to; owns its lists.
 * Cost     put and find: O(1), by name.
 */
#ifndef POLICIES_KUEUE_SITE_H
#define POLICIES_KUEUE_SITE_H

#include "policies/kueue/objects.h"
#include "sim/intern.h"

struct topology_node;

struct site_list {
    const void **items; /* NULL: taken away */
    struct intern *names;
    uint32_t cap;
};

struct site {
    struct site_list flavors, cohorts, queues, local_queues, topologies, namespaces, checks;
    struct topology_node *nodes; /* of the cluster, where topologies are about them */
    struct intern *node_names;
    uint32_t nodes_len, nodes_cap;
};

struct site *site_new(void);
void site_free(struct site *s); /* NULL is allowed */

void site_put_flavor(struct site *s, const struct flavor_spec *f);
void site_put_cohort(struct site *s, const struct cohort_spec *c);
void site_put_queue(struct site *s, const struct cluster_queue_spec *q);
void site_put_local_queue(struct site *s, const struct local_queue_spec *q);
void site_put_topology(struct site *s, const struct topology_spec *t);
void site_put_check(struct site *s, const struct check_spec *c);
void site_put_node(struct site *s, const struct topology_node *n);
void site_put_namespace(struct site *s, const struct namespace_spec *n);

/* All that is in `from`, in place of what has the same name. */
void site_apply(struct site *s, const struct site *from);

/* NULL: there is none. */
const struct flavor_spec *site_flavor(const struct site *s, const char *name);
const struct cohort_spec *site_cohort(const struct site *s, const char *name);
const struct topology_spec *site_topology(const struct site *s, const char *name);
const struct check_spec *site_check(const struct site *s, const char *name);
const struct namespace_spec *site_namespace(const struct site *s, const char *name);

/* How many were ever put in; some may be NULL by now. */
static inline uint32_t site_list_len(const struct site_list *l)
{
    return (uint32_t)intern_len(l->names);
}

static inline const struct cluster_queue_spec *site_queue_at(const struct site *s, uint32_t i)
{
    return s->queues.items[i];
}

static inline const struct cohort_spec *site_cohort_at(const struct site *s, uint32_t i)
{
    return s->cohorts.items[i];
}

static inline const struct local_queue_spec *site_local_queue_at(const struct site *s, uint32_t i)
{
    return s->local_queues.items[i];
}

#endif /* POLICIES_KUEUE_SITE_H */
