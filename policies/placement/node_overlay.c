#include "policies/placement/node_overlay.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

void node_overlay_init(struct node_overlay *o, const struct cluster *c)
{
    *o = (struct node_overlay){.cluster = c};
    bitset_init(&o->touched, c->nodes_len);
    o->slot_of = calloc(c->nodes_len + 1, sizeof o->slot_of[0]);
    SIM_REQUIRE(o->slot_of != NULL);
}

void node_overlay_fini(struct node_overlay *o)
{
    if (o->cluster == NULL)
        return;
    bitset_fini(&o->touched);
    free(o->slot_of);
    free(o->nodes);
    free(o->changes);
    *o = (struct node_overlay){0};
}

void node_overlay_clear(struct node_overlay *o)
{
    for (uint32_t i = 0; i < o->len; i++)
        bitset_clear(&o->touched, o->nodes[i]);
    o->len = 0;
}

int64_t *node_overlay_touch(struct node_overlay *o, uint32_t node)
{
    const size_t columns = o->cluster->resources_len;
    if (bitset_has(&o->touched, node))
        return &o->changes[o->slot_of[node] * columns];
    if (o->len == o->cap) {
        o->cap = o->cap == 0 ? FIRST_CAPACITY : 2 * o->cap;
        o->nodes = realloc(o->nodes, o->cap * sizeof o->nodes[0]);
        o->changes = realloc(o->changes, o->cap * columns * sizeof o->changes[0]);
        SIM_REQUIRE(o->nodes != NULL && o->changes != NULL);
    }
    bitset_set(&o->touched, node);
    o->slot_of[node] = o->len;
    o->nodes[o->len] = node;
    int64_t *row = &o->changes[o->len++ * columns];
    memset(row, 0, columns * sizeof row[0]);
    return row;
}

void node_overlay_add(struct node_overlay *o, uint32_t node, const struct request *r, int64_t times)
{
    int64_t *row = node_overlay_touch(o, node);
    for (uint32_t i = 0; i < r->amounts_len; i++)
        if (r->amounts[i].resource < o->cluster->resources_len)
            row[r->amounts[i].resource] += times * r->amounts[i].value;
}

const int64_t *node_overlay_row(const struct node_overlay *o, uint32_t node)
{
    if (!bitset_has(&o->touched, node))
        return NULL;
    return &o->changes[(size_t)o->slot_of[node] * o->cluster->resources_len];
}

uint32_t node_overlay_next(const struct node_overlay *o, uint32_t from)
{
    const uint32_t node = bitset_next(&o->touched, from);
    return node == BITSET_NONE ? NODE_NONE : node;
}
