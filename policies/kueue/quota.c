#include "policies/kueue/quota.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

struct quota_tree *quota_tree_new(struct journal *journal, const struct intern *resources)
{
    struct quota_tree *t = calloc(1, sizeof *t);
    SIM_REQUIRE(t != NULL);
    t->journal = journal;
    t->resources = resources;
    return t;
}

void quota_tree_free(struct quota_tree *t)
{
    if (t == NULL)
        return;
    for (uint32_t i = 0; i < t->nodes_len; i++) {
        free(t->nodes[i]->cells);
        free(t->nodes[i]->lendable);
        free(t->nodes[i]);
    }
    free(t->nodes);
    free(t->columns);
    free(t->slots);
    free(t->scratch);
    free(t);
}

static struct quota_cell *new_cells(uint32_t cap)
{
    struct quota_cell *cells = calloc(cap > 0 ? cap : 1, sizeof cells[0]);
    SIM_REQUIRE(cells != NULL);
    for (uint32_t c = 0; c < cap; c++)
        cells[c].borrowing_limit = cells[c].lending_limit = QTY_UNLIMITED;
    return cells;
}

struct quota_node *quota_tree_add(struct quota_tree *t, struct quota_node *parent, const char *name,
                                  bool is_queue)
{
    SIM_REQUIRE((parent == NULL) == (t->root == NULL));
    if (t->nodes_len == t->nodes_cap) {
        t->nodes_cap = t->nodes_cap == 0 ? 4 : 2 * t->nodes_cap;
        t->nodes = realloc(t->nodes, t->nodes_cap * sizeof t->nodes[0]);
        SIM_REQUIRE(t->nodes != NULL);
    }
    struct quota_node *n = calloc(1, sizeof *n);
    SIM_REQUIRE(n != NULL);
    t->nodes[t->nodes_len++] = n;
    *n = (struct quota_node){.name = name,
                             .tree = t,
                             .index = t->nodes_len - 1,
                             .parent = parent,
                             .cells = new_cells(t->columns_cap),
                             .weight = 1,
                             .is_queue = is_queue};
    if (parent == NULL)
        t->root = n;
    else if (parent->last_child == NULL)
        parent->children = parent->last_child = n;
    else
        parent->last_child = parent->last_child->next = n;
    return n;
}

/* --- columns --- */

uint32_t quota_tree_find(const struct quota_tree *t, uint32_t flavor, uint32_t resource)
{
    for (uint32_t c = 0; c < t->columns_len; c++)
        if (t->columns[c].flavor == flavor && t->columns[c].resource == resource)
            return c;
    return QUOTA_NO_COLUMN;
}

static void widen(struct quota_tree *t)
{
    SIM_REQUIRE(journal_mark(t->journal) == 0); /* it remembers where cells are */
    const uint32_t cap = t->columns_cap == 0 ? 8 : 2 * t->columns_cap;
    t->columns = realloc(t->columns, cap * sizeof t->columns[0]);
    SIM_REQUIRE(t->columns != NULL);
    for (uint32_t i = 0; i < t->nodes_len; i++) {
        struct quota_cell *cells = new_cells(cap);
        memcpy(cells, t->nodes[i]->cells, t->columns_len * sizeof cells[0]);
        free(t->nodes[i]->cells);
        t->nodes[i]->cells = cells;
    }
    t->columns_cap = cap;
}

static uint32_t slot_of(struct quota_tree *t, uint32_t resource)
{
    for (uint32_t s = 0; s < t->slots_len; s++)
        if (t->slots[s] == resource)
            return s;
    t->slots = realloc(t->slots, (t->slots_len + 1) * sizeof t->slots[0]);
    t->scratch = realloc(t->scratch, (t->slots_len + 1) * sizeof t->scratch[0]);
    SIM_REQUIRE(t->slots != NULL && t->scratch != NULL);
    t->slots[t->slots_len] = resource;
    return t->slots_len++;
}

uint32_t quota_tree_column(struct quota_tree *t, uint32_t flavor, uint32_t resource)
{
    const uint32_t found = quota_tree_find(t, flavor, resource);
    if (found != QUOTA_NO_COLUMN)
        return found;
    if (t->columns_len == t->columns_cap)
        widen(t);
    t->columns[t->columns_len] = (struct quota_column){flavor, resource, slot_of(t, resource)};
    return t->columns_len++;
}

void quota_declare(struct quota_node *n, uint32_t column, const struct quota_cell *quota)
{
    struct quota_cell *c = &n->cells[column];
    c->nominal = quota->nominal;
    c->borrowing_limit = quota->borrowing_limit;
    c->lending_limit = quota->lending_limit;
    c->is_declared = true;
}

/* --- deriving --- */

static void accumulate(struct quota_node *parent, const struct quota_node *child, uint32_t columns)
{
    for (uint32_t c = 0; c < columns; c++) {
        const struct quota_cell *from = &child->cells[c];
        struct quota_cell *to = &parent->cells[c];
        to->is_in_subtree |= from->is_in_subtree;
        to->subtree = qty_add(to->subtree, qty_sub(from->subtree, from->local));
        to->usage = qty_add(to->usage, qty_max(0, qty_sub(from->usage, from->local)));
    }
}

static void settle_up(struct quota_node *n, uint32_t columns)
{
    n->height = 0;
    for (uint32_t c = 0; c < columns; c++) {
        struct quota_cell *cell = &n->cells[c];
        cell->subtree = cell->nominal;
        cell->is_in_subtree = cell->is_declared;
        if (!n->is_queue)
            cell->usage = 0;
    }
    for (struct quota_node *child = n->children; child != NULL; child = child->next) {
        settle_up(child, columns);
        accumulate(n, child, columns);
        if (!child->is_hidden && child->height + 1 > n->height)
            n->height = child->height + 1;
    }
    for (uint32_t c = 0; c < columns; c++) {
        struct quota_cell *cell = &n->cells[c];
        cell->local = cell->lending_limit == QTY_UNLIMITED
                          ? 0
                          : qty_max(0, qty_sub(cell->subtree, cell->lending_limit));
    }
    n->version = ++n->tree->newest_version;
}

static void settle_lendable(struct quota_node *n)
{
    const struct quota_tree *t = n->tree;
    free(n->lendable);
    n->lendable = calloc(t->slots_len + 1, sizeof n->lendable[0]);
    SIM_REQUIRE(n->lendable != NULL);
    for (uint32_t c = 0; c < t->columns_len; c++)
        if (t->root->cells[c].is_in_subtree) {
            int64_t *sum = &n->lendable[t->columns[c].slot];
            *sum = qty_add(*sum, n->cells[c].potential);
        }
}

static void settle_down(struct quota_node *n, uint32_t columns)
{
    for (uint32_t c = 0; c < columns; c++) {
        struct quota_cell *cell = &n->cells[c];
        cell->potential = cell->subtree;
        if (n->parent == NULL)
            continue;
        cell->potential = qty_min(qty_add(cell->local, n->parent->cells[c].potential),
                                  qty_add(cell->subtree, cell->borrowing_limit));
    }
    if (!n->is_queue)
        settle_lendable(n);
    for (struct quota_node *child = n->children; child != NULL; child = child->next)
        settle_down(child, columns);
}

void quota_tree_settle(struct quota_tree *t)
{
    SIM_REQUIRE(journal_mark(t->journal) == 0 && t->root != NULL);
    settle_up(t->root, t->columns_len);
    settle_down(t->root, t->columns_len);
}

/* --- usage --- */

static void write_usage(struct quota_node *n, uint32_t column, int64_t usage)
{
    struct journal *j = n->tree->journal;
    journal_write(j, &n->cells[column].usage, usage);
    journal_write(j, &n->version, ++n->tree->newest_version);
}

void quota_add(struct quota_node *n, uint32_t column, int64_t value)
{
    for (;;) {
        const int64_t room = quota_local_available(n, column);
        write_usage(n, column, qty_add(n->cells[column].usage, value));
        if (n->parent == NULL || value <= room)
            return;
        value = qty_sub(value, room);
        n = n->parent;
    }
}

void quota_remove(struct quota_node *n, uint32_t column, int64_t value)
{
    for (;;) {
        const struct quota_cell *c = &n->cells[column];
        const int64_t in_parent = qty_sub(c->usage, c->local);
        write_usage(n, column, qty_sub(c->usage, value));
        if (n->parent == NULL || in_parent <= 0)
            return;
        value = qty_min(value, in_parent);
        n = n->parent;
    }
}

/* --- views --- */

/* May be negative. */
static int64_t available(const struct quota_node *n, uint32_t column)
{
    const struct quota_cell *c = &n->cells[column];
    if (n->parent == NULL)
        return qty_sub(c->subtree, c->usage);
    int64_t above = available(n->parent, column);
    if (c->borrowing_limit != QTY_UNLIMITED) {
        const int64_t stored = qty_sub(c->subtree, c->local);
        const int64_t used = qty_max(0, qty_sub(c->usage, c->local));
        above = qty_min(qty_add(qty_sub(stored, used), c->borrowing_limit), above);
    }
    return qty_add(quota_local_available(n, column), above);
}

int64_t quota_available(const struct quota_node *queue, uint32_t column)
{
    return qty_max(0, available(queue, column));
}

struct quota_height quota_height_of(const struct quota_node *queue, uint32_t column, int64_t value)
{
    const bool has_parent = queue->parent != NULL;
    if (!has_parent || !quota_borrows_with(queue, column, value))
        return (struct quota_height){0, has_parent};
    int64_t left = qty_sub(value, quota_local_available(queue, column));
    for (const struct quota_node *n = queue->parent; n != NULL; n = n->parent) {
        if (!quota_borrows_with(n, column, left))
            return (struct quota_height){n->height, n->parent != NULL};
        left = qty_sub(left, quota_local_available(n, column));
    }
    return (struct quota_height){queue->tree->root->height, false};
}
