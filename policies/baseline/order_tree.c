/* Slots of a leaf are entries; a slot of a node above stands for a child: its last (key, tie), its
 * sum, its minimum. No node but the root of an empty tree is empty, and two neighbours hold more
 * than ORDER_FANOUT / 2 together. */
#include "policies/baseline/order_tree.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

struct order_slot {
    int64_t key;
    uint64_t tie;
    int64_t sum;
    int64_t min;
    union {
        struct order_node *child;
        uint32_t item;
    };
};

struct order_node {
    uint32_t len;
    struct order_slot slots[ORDER_FANOUT];
};

static struct order_node *new_node(void)
{
    struct order_node *n = malloc(sizeof *n);
    SIM_REQUIRE(n != NULL);
    n->len = 0;
    return n;
}

static void free_node(struct order_node *n, unsigned height)
{
    for (uint32_t i = 0; height > 0 && i < n->len; i++)
        free_node(n->slots[i].child, height - 1);
    free(n);
}

void order_tree_fini(struct order_tree *t)
{
    if (t->root != NULL)
        free_node(t->root, t->height);
    *t = (struct order_tree){0};
}

static bool is_before(const struct order_slot *s, int64_t key, uint64_t tie)
{
    return s->key < key || (s->key == key && s->tie < tie);
}

/* The first slot that is not before (key, tie); len if all are. */
static uint32_t find_slot(const struct order_node *n, int64_t key, uint64_t tie)
{
    uint32_t i = 0;
    while (i < n->len && is_before(&n->slots[i], key, tie))
        i++;
    return i;
}

static struct order_slot slot_of(struct order_node *child)
{
    const struct order_slot *last = &child->slots[child->len - 1];
    struct order_slot s = {.key = last->key, .tie = last->tie, .min = INT64_MAX, .child = child};
    for (uint32_t i = 0; i < child->len; i++) {
        s.sum += child->slots[i].sum;
        s.min = child->slots[i].min < s.min ? child->slots[i].min : s.min;
    }
    return s;
}

static void open_slot(struct order_node *n, uint32_t i, const struct order_slot *s)
{
    memmove(&n->slots[i + 1], &n->slots[i], (n->len - i) * sizeof n->slots[0]);
    n->slots[i] = *s;
    n->len++;
}

static void close_slot(struct order_node *n, uint32_t i)
{
    n->len--;
    memmove(&n->slots[i], &n->slots[i + 1], (n->len - i) * sizeof n->slots[0]);
}

/* --- inserting --- */

/* Moves the upper half of a full node into a new one. */
static struct order_node *split(struct order_node *n)
{
    struct order_node *upper = new_node();
    n->len = ORDER_FANOUT / 2;
    upper->len = ORDER_FANOUT - ORDER_FANOUT / 2;
    memcpy(upper->slots, &n->slots[n->len], upper->len * sizeof n->slots[0]);
    return upper;
}

/* Returns a new right neighbour of n if n was full, else NULL. */
static struct order_node *insert_slot(struct order_node *n, uint32_t i, const struct order_slot *s)
{
    struct order_node *upper = NULL;
    if (n->len == ORDER_FANOUT) {
        upper = split(n);
        if (i > n->len) {
            open_slot(upper, i - n->len, s);
            return upper;
        }
    }
    open_slot(n, i, s);
    return upper;
}

static struct order_node *insert_below(struct order_node *n, unsigned height,
                                       const struct order_slot *s)
{
    uint32_t i = find_slot(n, s->key, s->tie);
    if (height == 0)
        return insert_slot(n, i, s);
    if (i == n->len)
        i--; /* after all others */
    struct order_slot *down = &n->slots[i];
    struct order_node *upper = insert_below(down->child, height - 1, s);
    if (upper == NULL) {
        down->sum += s->sum;
        down->min = s->min < down->min ? s->min : down->min;
        if (is_before(down, s->key, s->tie)) {
            down->key = s->key;
            down->tie = s->tie;
        }
        return NULL;
    }
    *down = slot_of(down->child);
    const struct order_slot more = slot_of(upper);
    return insert_slot(n, i + 1, &more);
}

void order_tree_insert(struct order_tree *t, const struct order_entry *e)
{
    const struct order_slot s = {
        .key = e->key, .tie = e->tie, .sum = e->size, .min = e->size, .item = e->item};
    if (t->root == NULL)
        t->root = new_node();
    struct order_node *upper = insert_below(t->root, t->height, &s);
    t->len++;
    if (upper == NULL)
        return;
    struct order_node *root = new_node();
    root->len = 2;
    root->slots[0] = slot_of(t->root);
    root->slots[1] = slot_of(upper);
    t->root = root;
    t->height++;
}

/* --- removing --- */

/* Joins child i with its right neighbour if one node can well hold both. */
static void join(struct order_node *n, uint32_t i)
{
    struct order_node *left = n->slots[i].child;
    struct order_node *right = n->slots[i + 1].child;
    if (left->len + right->len > ORDER_FANOUT / 2)
        return;
    memcpy(&left->slots[left->len], right->slots, right->len * sizeof right->slots[0]);
    left->len += right->len;
    free(right);
    n->slots[i] = slot_of(left);
    close_slot(n, i + 1);
}

static void mend(struct order_node *n, uint32_t i)
{
    if (n->slots[i].child->len == 0) {
        free(n->slots[i].child);
        close_slot(n, i);
        return;
    }
    n->slots[i] = slot_of(n->slots[i].child);
    if (i + 1 < n->len)
        join(n, i);
    if (i > 0)
        join(n, i - 1);
}

static void remove_below(struct order_node *n, unsigned height, int64_t key, uint64_t tie)
{
    const uint32_t i = find_slot(n, key, tie);
    SIM_REQUIRE(i < n->len);
    if (height == 0) {
        SIM_REQUIRE(n->slots[i].key == key && n->slots[i].tie == tie);
        close_slot(n, i);
        return;
    }
    remove_below(n->slots[i].child, height - 1, key, tie);
    mend(n, i);
}

void order_tree_remove(struct order_tree *t, int64_t key, uint64_t tie)
{
    SIM_REQUIRE(t->root != NULL);
    remove_below(t->root, t->height, key, tie);
    t->len--;
    while (t->height > 0 && t->root->len == 1) {
        struct order_node *old = t->root;
        t->root = old->slots[0].child;
        t->height--;
        free(old);
    }
    if (t->root->len == 0)
        order_tree_fini(t);
}

/* --- questions --- */

static struct order_entry entry_of(const struct order_slot *s)
{
    return (struct order_entry){.key = s->key, .tie = s->tie, .size = s->sum, .item = s->item};
}

bool order_tree_first(const struct order_tree *t, struct order_entry *out)
{
    if (t->root == NULL)
        return false;
    const struct order_node *n = t->root;
    for (unsigned h = t->height; h > 0; h--)
        n = n->slots[0].child;
    *out = entry_of(&n->slots[0]);
    return true;
}

static bool find_small_below(const struct order_node *n, unsigned height, int64_t limit,
                             struct order_entry *out)
{
    for (uint32_t i = find_slot(n, out->key, out->tie); i < n->len; i++) {
        if (n->slots[i].min > limit)
            continue;
        if (height == 0) {
            *out = entry_of(&n->slots[i]);
            return true;
        }
        /* Only the first child may disappoint: what it has may come before the asked place. */
        if (find_small_below(n->slots[i].child, height - 1, limit, out))
            return true;
    }
    return false;
}

bool order_tree_find_small(const struct order_tree *t, int64_t limit, struct order_entry *out)
{
    return t->root != NULL && find_small_below(t->root, t->height, limit, out);
}

int64_t order_tree_sum_to(const struct order_tree *t, int64_t key)
{
    const struct order_node *n = t->root;
    int64_t sum = 0;
    for (unsigned h = t->height; n != NULL; h--) {
        uint32_t i = 0;
        for (; i < n->len && n->slots[i].key <= key; i++)
            sum += n->slots[i].sum;
        n = h == 0 || i == n->len ? NULL : n->slots[i].child;
    }
    return sum;
}

bool order_tree_find_sum(const struct order_tree *t, int64_t need, int64_t *key)
{
    const struct order_node *n = t->root;
    for (unsigned h = t->height; n != NULL; h--) {
        uint32_t i = 0;
        for (; i < n->len && n->slots[i].sum < need; i++)
            need -= n->slots[i].sum;
        if (i == n->len)
            return false;
        if (h == 0) {
            *key = n->slots[i].key;
            return true;
        }
        n = n->slots[i].child;
    }
    return false;
}

static bool walk_below(const struct order_node *n, unsigned height, order_visit_fn *visit,
                       void *context)
{
    for (uint32_t i = 0; i < n->len; i++) {
        if (height > 0) {
            if (!walk_below(n->slots[i].child, height - 1, visit, context))
                return false;
            continue;
        }
        const struct order_entry e = entry_of(&n->slots[i]);
        if (!visit(context, &e))
            return false;
    }
    return true;
}

void order_tree_walk(const struct order_tree *t, order_visit_fn *visit, void *context)
{
    if (t->root != NULL)
        walk_below(t->root, t->height, visit, context);
}
