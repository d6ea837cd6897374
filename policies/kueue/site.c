#include "policies/kueue/site.h"

#include "policies/kueue/topology_tree.h"

#include "sim/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_BYTES = 1024 };

static struct site_list *list_at(struct site *s, int i)
{
    struct site_list *lists[] = {&s->flavors,    &s->cohorts,    &s->queues, &s->local_queues,
                                 &s->topologies, &s->namespaces, &s->checks};
    return i < (int)(sizeof lists / sizeof lists[0]) ? lists[i] : NULL;
}

struct site *site_new(void)
{
    struct site *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL);
    s->node_names = intern_new();
    for (int i = 0; list_at(s, i) != NULL; i++)
        list_at(s, i)->names = intern_new();
    return s;
}

void site_free(struct site *s)
{
    if (s == NULL)
        return;
    for (int i = 0; list_at(s, i) != NULL; i++) {
        intern_free(list_at(s, i)->names);
        free(list_at(s, i)->items);
    }
    intern_free(s->node_names);
    free(s->nodes);
    free(s);
}

static void put(struct site_list *l, const char *name, const void *item)
{
    const uint32_t at = intern_add(l->names, name);
    if (at >= l->cap) {
        l->cap = 2 * at + 16;
        l->items = realloc(l->items, l->cap * sizeof l->items[0]);
        SIM_REQUIRE(l->items != NULL);
    }
    l->items[at] = item;
}

static const void *find(const struct site_list *l, const char *name)
{
    const uint32_t at = intern_find(l->names, name);
    return at == INTERN_NONE ? NULL : l->items[at];
}

void site_put_flavor(struct site *s, const struct flavor_spec *f)
{
    put(&s->flavors, f->name, f);
}

void site_put_cohort(struct site *s, const struct cohort_spec *c)
{
    put(&s->cohorts, c->name, c);
}

void site_put_queue(struct site *s, const struct cluster_queue_spec *q)
{
    put(&s->queues, q->name, q);
}

void site_put_local_queue(struct site *s, const struct local_queue_spec *q)
{
    char key[KEY_BYTES];
    snprintf(key, sizeof key, "%s/%s", q->namespace, q->name);
    put(&s->local_queues, key, q);
}

void site_put_topology(struct site *s, const struct topology_spec *t)
{
    put(&s->topologies, t->name, t);
}

void site_put_check(struct site *s, const struct check_spec *c)
{
    put(&s->checks, c->name, c);
}

void site_put_node(struct site *s, const struct topology_node *n)
{
    const uint32_t at = intern_add(s->node_names, n->node->name);
    if (at >= s->nodes_cap) {
        s->nodes_cap = 2 * at + 64;
        s->nodes = realloc(s->nodes, s->nodes_cap * sizeof s->nodes[0]);
        SIM_REQUIRE(s->nodes != NULL);
    }
    s->nodes[at] = *n;
    s->nodes_len = (uint32_t)intern_len(s->node_names);
}

void site_put_namespace(struct site *s, const struct namespace_spec *n)
{
    put(&s->namespaces, n->name, n);
}

static void apply(struct site_list *to, const struct site_list *from)
{
    for (uint32_t i = 0; i < site_list_len(from); i++)
        put(to, intern_text(from->names, i), from->items[i]);
}

void site_apply(struct site *s, const struct site *from)
{
    apply(&s->flavors, &from->flavors);
    apply(&s->cohorts, &from->cohorts);
    apply(&s->queues, &from->queues);
    apply(&s->local_queues, &from->local_queues);
    apply(&s->topologies, &from->topologies);
    apply(&s->namespaces, &from->namespaces);
    apply(&s->checks, &from->checks);
}

const struct flavor_spec *site_flavor(const struct site *s, const char *name)
{
    return find(&s->flavors, name);
}

const struct cohort_spec *site_cohort(const struct site *s, const char *name)
{
    return find(&s->cohorts, name);
}

const struct topology_spec *site_topology(const struct site *s, const char *name)
{
    return find(&s->topologies, name);
}

const struct check_spec *site_check(const struct site *s, const char *name)
{
    return find(&s->checks, name);
}

const struct namespace_spec *site_namespace(const struct site *s, const char *name)
{
    return find(&s->namespaces, name);
}
