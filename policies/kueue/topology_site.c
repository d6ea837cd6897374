#include "policies/kueue/topology_site.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

struct topology_site *topology_site_new(struct names *names, bool handles_overlaps)
{
    struct topology_site *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL);
    s->names = names;
    s->handles_overlaps = handles_overlaps;
    return s;
}

static void clear(struct topology_site *s)
{
    for (uint32_t i = 0; i < s->len; i++) {
        topology_fini(s->topologies[i]);
        free(s->topologies[i]);
    }
    free(s->topologies);
    s->topologies = NULL;
    s->len = 0;
}

void topology_site_free(struct topology_site *s)
{
    if (s == NULL)
        return;
    clear(s);
    free(s->columns.of_resource);
    free(s->columns.resources);
    free(s->occupied);
    free(s);
}

/* --- columns --- */

static void add_column(struct topology_columns *c, uint32_t resource)
{
    if (resource >= c->known) {
        c->of_resource = realloc(c->of_resource, (resource + 1) * sizeof c->of_resource[0]);
        SIM_REQUIRE(c->of_resource != NULL);
        while (c->known <= resource)
            c->of_resource[c->known++] = COLUMN_NONE;
    }
    if (c->of_resource[resource] != COLUMN_NONE)
        return;
    c->resources = realloc(c->resources, (c->len + 1) * sizeof c->resources[0]);
    SIM_REQUIRE(c->resources != NULL);
    c->resources[c->len] = resource;
    c->of_resource[resource] = c->len++;
}

/* What occupies nodes is kept by columns: they only ever grow, and then it moves. */
static void add_columns(struct topology_site *s, const struct site *site)
{
    const uint32_t before = s->columns.len, nodes_before = s->nodes_len;
    const uint32_t pods = intern_add(s->names->resources, "pods");
    add_column(&s->columns, pods);
    s->columns.pods = topology_column(&s->columns, pods);
    s->nodes = site->nodes;
    s->nodes_len = site->nodes_len;
    for (uint32_t i = 0; i < s->nodes_len; i++)
        for (uint32_t r = 0; r < s->nodes[i].capacity_len; r++)
            add_column(&s->columns, s->nodes[i].capacity[r].resource);
    int64_t *occupied = calloc((size_t)s->nodes_len * s->columns.len + 1, sizeof occupied[0]);
    SIM_REQUIRE(occupied != NULL);
    for (uint32_t i = 0; i < nodes_before && i < s->nodes_len; i++)
        memcpy(occupied + (size_t)i * s->columns.len, s->occupied + (size_t)i * before,
               before * sizeof occupied[0]);
    free(s->occupied);
    s->occupied = occupied;
}

/* --- building --- */

static void settle_occupied(const struct topology_site *s, struct topology *t)
{
    for (uint32_t i = 0; i < s->nodes_len; i++)
        for (uint32_t c = 0; c < s->columns.len; c++) {
            const uint32_t leaf = t->tree.node_leaves[i];
            if (leaf != DOMAIN_NOWHERE)
                t->free[(size_t)leaf * s->columns.len + c] -=
                    s->occupied[(size_t)i * s->columns.len + c];
        }
}

static void add_topology(struct topology_site *s, const struct site *site,
                         const struct flavor_spec *f)
{
    const struct topology_spec *spec =
        f->topology == NULL ? NULL : site_topology(site, f->topology);
    if (spec == NULL || spec->levels_len == 0)
        return;
    struct topology *t = calloc(1, sizeof *t);
    s->topologies = realloc(s->topologies, (s->len + 1) * sizeof s->topologies[0]);
    SIM_REQUIRE(t != NULL && s->topologies != NULL);
    s->topologies[s->len++] = t;
    topology_init(t, &(struct topology_spec_of){.name = spec->name,
                                                .flavor = intern_add(s->names->words, f->name),
                                                .resources = s->names->resources,
                                                .tolerations = &f->tolerations,
                                                .columns = &s->columns,
                                                .tree = {.words = s->names->words,
                                                         .levels = spec->levels,
                                                         .levels_len = spec->levels_len,
                                                         .labels = &f->labels,
                                                         .nodes = s->nodes,
                                                         .nodes_len = s->nodes_len}});
    settle_occupied(s, t);
}

void topology_site_build(struct topology_site *s, const struct site *site)
{
    clear(s);
    add_columns(s, site);
    for (uint32_t i = 0; i < site_list_len(&site->flavors); i++)
        if (site->flavors.items[i] != NULL)
            add_topology(s, site, site->flavors.items[i]);
}

struct topology *topology_site_of(const struct topology_site *s, uint32_t flavor)
{
    for (uint32_t i = 0; i < s->len; i++)
        if (s->topologies[i]->flavor == flavor)
            return s->topologies[i];
    return NULL;
}

/* --- usage --- */

void topology_site_occupy(struct topology_site *s, uint32_t node, const struct pod_requests *r,
                          int sign)
{
    int64_t *row = s->occupied + (size_t)node * s->columns.len;
    for (uint32_t i = 0; i < r->len; i++) {
        const uint32_t column = topology_column(&s->columns, r->items[i].resource);
        if (column != COLUMN_NONE)
            row[column] += sign * r->items[i].qty;
    }
    row[s->columns.pods] += sign;
    for (uint32_t i = 0; i < s->len; i++)
        topology_occupy(s->topologies[i], node, r->items, r->len, sign);
}

void topology_site_use(struct topology_site *s, uint32_t flavor,
                       const struct topology_assignment *a, const struct pod_requests *r, int sign)
{
    const struct topology *own = topology_site_of(s, flavor);
    if (own == NULL || a == NULL)
        return;
    const bool is_shared = s->handles_overlaps && own->tree.is_by_host;
    for (uint32_t i = 0; i < s->len; i++) {
        struct topology *t = s->topologies[i];
        if (t != own && !(is_shared && t->tree.is_by_host))
            continue;
        for (uint32_t p = 0; p < a->len; p++)
            topology_use(t, NULL, &a->pods[p], r, sign);
    }
}
