#include "policies/kueue/topology_tree.h"

#include "sim/arena.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* A node on its way to a leaf. */
struct place {
    const uint32_t *values; /* one for each level */
    uint32_t id;            /* of its leaf */
    uint32_t node;
};

struct builder {
    struct topology_tree *t;
    const struct topology_tree_spec *spec;
    struct place *places;
    struct place *spare; /* of the merge sort */
    uint32_t len;
};

/* --- which nodes --- */

static bool is_chosen(const struct builder *b, const struct topology_node *n)
{
    const struct label_map labels = {n->node->labels, n->node->labels_len};
    for (uint32_t i = 0; i < b->spec->labels->len; i++) {
        const struct node_label *wanted = &b->spec->labels->pairs[i];
        if (label_map_find(&labels, wanted->key) != wanted->value)
            return false;
    }
    for (uint32_t l = 0; l < b->t->levels_len; l++)
        if (label_map_find(&labels, b->t->keys[l]) == INTERN_NONE)
            return false;
    return n->is_usable;
}

static uint32_t joined(const struct builder *b, const uint32_t *values)
{
    struct arena *scratch = arena_new();
    const char *text = "";
    for (uint32_t l = 0; l < b->t->levels_len; l++)
        text = arena_printf(scratch, "%s%s%s", text, l == 0 ? "" : ",",
                            intern_text(b->spec->words, values[l]));
    const uint32_t id = intern_add(b->spec->words, text);
    arena_free(scratch);
    return id;
}

static void choose_nodes(struct builder *b)
{
    struct topology_tree *t = b->t;
    for (uint32_t i = 0; i < b->spec->nodes_len; i++) {
        const struct topology_node *n = &b->spec->nodes[i];
        t->node_leaves[i] = DOMAIN_NOWHERE;
        if (t->levels_len == 0 || !is_chosen(b, n))
            continue;
        const struct label_map labels = {n->node->labels, n->node->labels_len};
        uint32_t *values = arena_alloc(t->arena, t->levels_len * sizeof values[0]);
        for (uint32_t l = 0; l < t->levels_len; l++)
            values[l] = label_map_find(&labels, t->keys[l]);
        b->places[b->len++] = (struct place){
            values, t->is_by_host ? values[t->levels_len - 1] : joined(b, values), i};
    }
}

/* --- order --- */

static int compare_values(const struct builder *b, const uint32_t *x, const uint32_t *y,
                          uint32_t levels)
{
    for (uint32_t l = 0; l < levels; l++) {
        if (x[l] == y[l])
            continue;
        return strcmp(intern_text(b->spec->words, x[l]), intern_text(b->spec->words, y[l]));
    }
    return 0;
}

/* By values, nodes of the same values in their own order. */
static void sort_places(struct builder *b, uint32_t first, uint32_t len)
{
    if (len < 2)
        return;
    const uint32_t half = len / 2;
    sort_places(b, first, half);
    sort_places(b, first + half, len - half);
    struct place *all = b->places + first;
    memcpy(b->spare, all, half * sizeof all[0]);
    uint32_t left = 0, right = half;
    for (uint32_t out = 0; left < half; out++) {
        const bool take_right =
            right < len &&
            compare_values(b, all[right].values, b->spare[left].values, b->t->levels_len) < 0;
        all[out] = take_right ? all[right++] : b->spare[left++];
    }
}

/* --- domains --- */

/* Nodes of one hostname are one leaf, wherever the first of them stands. */
static void merge_hosts(struct builder *b)
{
    struct topology_tree *t = b->t;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < b->len; i++) {
        const uint32_t id = b->places[i].id;
        if (id >= t->ids_len) {
            t->leaf_of_id = realloc(t->leaf_of_id, (id + 1) * sizeof t->leaf_of_id[0]);
            SIM_REQUIRE(t->leaf_of_id != NULL);
            for (; t->ids_len <= id; t->ids_len++)
                t->leaf_of_id[t->ids_len] = DOMAIN_NOWHERE;
        }
        if (t->leaf_of_id[id] == DOMAIN_NOWHERE) {
            t->leaf_of_id[id] = 0; /* taken; its number follows */
            b->places[kept++] = b->places[i];
        }
    }
    b->len = kept;
}

static void add_level(struct builder *b, uint32_t level, uint32_t *domain_of)
{
    struct topology_tree *t = b->t;
    struct topology_level *out = &t->levels[level];
    out->first = t->domains_len;
    for (uint32_t i = 0; i < b->len; i++) {
        const uint32_t parent = level == 0 ? DOMAIN_NOWHERE : domain_of[i];
        const uint32_t last = t->domains_len - 1;
        const uint32_t *values = b->places[i].values;
        /* Two leaves of equal values exist where neither has a hostname of its own. */
        if (out->len == 0 || compare_values(b, t->domains[last].values, values, level + 1) != 0) {
            t->domains[t->domains_len++] =
                (struct topology_domain){.parent = parent, .values = values};
            out->len++;
            if (parent != DOMAIN_NOWHERE) {
                struct topology_domain *p = &t->domains[parent];
                p->first_child = p->children_len == 0 ? t->domains_len - 1 : p->first_child;
                p->children_len++;
            }
        }
        domain_of[i] = t->domains_len - 1;
    }
}

static void add_domains(struct builder *b)
{
    struct topology_tree *t = b->t;
    uint32_t *domain_of = arena_alloc(t->arena, (b->len + 1) * sizeof domain_of[0]);
    t->domains = arena_alloc(t->arena, (b->len * t->levels_len + 1) * sizeof t->domains[0]);
    for (uint32_t l = 0; l < t->levels_len; l++)
        add_level(b, l, domain_of);
    t->leaves_len = t->levels_len == 0 ? 0 : t->levels[t->levels_len - 1].len;
    t->leaf_ids = arena_alloc(t->arena, (t->leaves_len + 1) * sizeof t->leaf_ids[0]);
    t->leaf_nodes = arena_alloc(t->arena, (t->leaves_len + 1) * sizeof(void *));
    for (uint32_t i = 0; i < b->len; i++) {
        const uint32_t leaf = domain_of[i] - topology_tree_first_leaf(t);
        t->leaf_ids[leaf] = b->places[i].id;
        t->leaf_of_id[b->places[i].id] = leaf;
        t->leaf_nodes[leaf] = t->is_by_host ? &b->spec->nodes[b->places[i].node] : NULL;
    }
}

static void place_nodes(struct builder *b, const struct place *chosen, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        b->t->node_leaves[chosen[i].node] = topology_tree_leaf(b->t, chosen[i].id);
}

void topology_tree_init(struct topology_tree *t, const struct topology_tree_spec *spec)
{
    SIM_REQUIRE(spec->levels_len <= TOPOLOGY_LEVELS_MOST);
    *t = (struct topology_tree){
        .levels_len = spec->levels_len, .nodes_len = spec->nodes_len, .arena = arena_new()};
    for (uint32_t l = 0; l < spec->levels_len; l++)
        t->keys[l] = intern_add(spec->words, spec->levels[l]);
    t->is_by_host = spec->levels_len > 0 &&
                    strcmp(spec->levels[spec->levels_len - 1], "kubernetes.io/hostname") == 0;
    t->node_leaves = arena_alloc(t->arena, (spec->nodes_len + 1) * sizeof t->node_leaves[0]);
    struct builder b = {.t = t, .spec = spec};
    b.places = arena_alloc(t->arena, (spec->nodes_len + 1) * sizeof b.places[0]);
    b.spare = arena_alloc(t->arena, (spec->nodes_len + 1) * sizeof b.spare[0]);
    choose_nodes(&b);
    const uint32_t len = b.len;
    struct place *chosen = arena_copy(t->arena, b.places, (len + 1) * sizeof chosen[0]);
    merge_hosts(&b);
    sort_places(&b, 0, b.len);
    add_domains(&b);
    place_nodes(&b, chosen, len);
}

void topology_tree_fini(struct topology_tree *t)
{
    free(t->leaf_of_id);
    if (t->arena != NULL)
        arena_free(t->arena);
    *t = (struct topology_tree){0};
}

/* --- looking things up --- */

int topology_tree_level(const struct topology_tree *t, const struct intern *words, const char *key)
{
    const uint32_t word = intern_find(words, key);
    for (uint32_t l = 0; word != INTERN_NONE && l < t->levels_len; l++)
        if (t->keys[l] == word)
            return (int)l;
    return -1;
}

uint32_t topology_tree_ancestor(const struct topology_tree *t, uint32_t domain, uint32_t from_level,
                                uint32_t to_level)
{
    for (uint32_t l = from_level; l > to_level; l--)
        domain = t->domains[domain].parent;
    return domain;
}

const char *topology_tree_path(const struct topology_tree *t, const struct intern *words,
                               struct arena *arena, uint32_t domain, uint32_t level)
{
    const char *text = "";
    for (uint32_t l = 0; l <= level; l++)
        text = arena_printf(arena, "%s%s%s", text, l == 0 ? "" : ",",
                            intern_text(words, t->domains[domain].values[l]));
    return text;
}
