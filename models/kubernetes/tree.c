#include "models/kubernetes/tree.h"

#include "models/kubernetes/field.h"
#include "sim/arena.h"
#include "sim/quantity.h"
#include "sim/yaml_tree.h"

#include <string.h>

enum { LONGEST_KEY = 128 };

/* Takes the first key off a path; NULL: there is no more path. */
static const char *first_key(const char *path, char key[LONGEST_KEY])
{
    const size_t len = strcspn(path, ".");
    const size_t kept = len < LONGEST_KEY ? len : LONGEST_KEY - 1;
    memcpy(key, path, kept);
    key[kept] = '\0';
    return path[len] == '.' ? path + len + 1 : NULL;
}

/* --- reading --- */

const struct yaml_node *tree_get(const struct yaml_node *map, const char *path)
{
    char key[LONGEST_KEY];
    while (path != NULL && map != NULL) {
        path = first_key(path, key);
        map = field_get(map, key);
    }
    return map;
}

const char *tree_text(const struct yaml_node *map, const char *path, const char *otherwise)
{
    const struct yaml_node *n = tree_get(map, path);
    return n == NULL || n->kind != YAML_SCALAR ? otherwise : n->text;
}

const char *node_text(const struct yaml_node *n)
{
    return n == NULL || n->kind != YAML_SCALAR || yaml_is_null(n) ? "" : n->text;
}

bool tree_bool(const struct yaml_node *map, const char *path, bool otherwise)
{
    const char *text = tree_text(map, path, NULL);
    if (text == NULL)
        return otherwise;
    return text[0] == 't' || text[0] == 'T' || text[0] == 'y' || text[0] == 'Y' ||
           strcmp(text, "on") == 0;
}

int64_t tree_int(const struct yaml_node *map, const char *path, int64_t otherwise)
{
    const char *text = tree_text(map, path, NULL), *why;
    int64_t value = otherwise;
    if (text != NULL && !quantity_int(text, &value, &why))
        return otherwise;
    return value;
}

size_t tree_len(const struct yaml_node *n)
{
    return n == NULL || n->kind != YAML_LIST ? 0 : n->len;
}

size_t tree_pairs(const struct yaml_node *n)
{
    return n == NULL || n->kind != YAML_MAP ? 0 : n->len;
}

/* --- making --- */

static struct yaml_node *make(struct arena *a, enum yaml_kind kind, const struct yaml_node *at)
{
    struct yaml_node *n = arena_alloc(a, sizeof *n);
    n->kind = kind;
    n->file = at == NULL ? NULL : at->file;
    n->line = at == NULL ? 0 : at->line;
    n->col = at == NULL ? 0 : at->col;
    return n;
}

const struct yaml_node *tree_scalar(struct arena *a, const char *text, const struct yaml_node *at)
{
    struct yaml_node *n = make(a, YAML_SCALAR, at);
    n->text = text;
    n->len = strlen(text);
    return n;
}

const struct yaml_node *tree_quoted(struct arena *a, const char *text, const struct yaml_node *at)
{
    struct yaml_node *n = make(a, YAML_SCALAR, at);
    n->text = text;
    n->len = strlen(text);
    n->quoted = true;
    return n;
}

const struct yaml_node *tree_list(struct arena *a, const struct yaml_node *const *items, size_t len,
                                  const struct yaml_node *at)
{
    struct yaml_node *n = make(a, YAML_LIST, at);
    n->items = arena_copy(a, items, len * sizeof items[0]);
    n->len = len;
    return n;
}

const struct yaml_node *tree_empty_map(struct arena *a, const struct yaml_node *at)
{
    return make(a, YAML_MAP, at);
}

/* --- changing --- */

const struct yaml_node *tree_with_key(struct arena *a, const struct yaml_node *map, const char *key,
                                      const struct yaml_node *value)
{
    const size_t len = map != NULL && map->kind == YAML_MAP ? map->len : 0;
    struct yaml_node *n = make(a, YAML_MAP, map);
    struct yaml_map_maker m;
    yaml_map_begin(&m, a, len + 1);
    for (size_t i = 0; i < len; i++)
        yaml_map_add(&m, map->pairs[i]);
    struct yaml_pair *twin = yaml_map_add(
        &m, (struct yaml_pair){tree_quoted(a, arena_text(a, key, strlen(key)), map), value});
    if (twin != NULL)
        twin->value = value;
    yaml_map_end(&m, n);
    return n;
}

const struct yaml_node *tree_without_key(struct arena *a, const struct yaml_node *map,
                                         const char *key)
{
    if (yaml_get(map, key) == NULL)
        return map;
    struct yaml_node *n = make(a, YAML_MAP, map);
    struct yaml_map_maker m;
    yaml_map_begin(&m, a, map->len);
    for (size_t i = 0; i < map->len; i++)
        if (strcmp(map->pairs[i].key->text, key) != 0)
            yaml_map_add(&m, map->pairs[i]);
    yaml_map_end(&m, n);
    return n;
}

const struct yaml_node *tree_with(struct arena *a, const struct yaml_node *map, const char *path,
                                  const struct yaml_node *value)
{
    char key[LONGEST_KEY];
    const char *rest = first_key(path, key);
    if (rest != NULL)
        value = tree_with(a, field_get(map, key), rest, value);
    return tree_with_key(a, map, key, value);
}

const struct yaml_node *tree_without(struct arena *a, const struct yaml_node *map, const char *path)
{
    char key[LONGEST_KEY];
    const char *rest = first_key(path, key);
    const struct yaml_node *below = field_get(map, key);
    if (rest == NULL)
        return tree_without_key(a, map, key);
    if (below == NULL)
        return map;
    return tree_with_key(a, map, key, tree_without(a, below, rest));
}

const struct yaml_node *tree_or(struct arena *a, const struct yaml_node *map, const char *path,
                                const char *text)
{
    return tree_get(map, path) != NULL ? map : tree_with(a, map, path, tree_scalar(a, text, map));
}

const struct yaml_node *tree_copy(struct arena *a, const struct yaml_node *n,
                                  const struct yaml_node *at)
{
    const struct yaml_node *copy = tree_empty_map(a, at);
    if (n->kind == YAML_SCALAR)
        return n->quoted ? tree_quoted(a, arena_text(a, n->text, n->len), at)
                         : tree_scalar(a, arena_text(a, n->text, n->len), at);
    if (n->kind == YAML_LIST) {
        const struct yaml_node **items = arena_alloc(a, (n->len + 1) * sizeof items[0]);
        for (size_t i = 0; i < n->len; i++)
            items[i] = tree_copy(a, n->items[i], at);
        return tree_list(a, items, n->len, at);
    }
    for (size_t i = 0; i < n->len; i++)
        copy = tree_with_key(a, copy, n->pairs[i].key->text, tree_copy(a, n->pairs[i].value, at));
    return copy;
}

const struct yaml_node *tree_without_nulls(struct arena *a, const struct yaml_node *n)
{
    if (n == NULL || n->kind == YAML_SCALAR)
        return n;
    struct yaml_node *copy = make(a, n->kind, n);
    if (n->kind == YAML_LIST) {
        const struct yaml_node **items = arena_alloc(a, (n->len + 1) * sizeof items[0]);
        for (size_t i = 0; i < n->len; i++)
            items[copy->len++] = tree_without_nulls(a, n->items[i]);
        copy->items = items;
        return copy;
    }
    struct yaml_map_maker m;
    yaml_map_begin(&m, a, n->len);
    for (size_t i = 0; i < n->len; i++)
        if (!yaml_is_null(n->pairs[i].value))
            yaml_map_add(
                &m, (struct yaml_pair){n->pairs[i].key, tree_without_nulls(a, n->pairs[i].value)});
    yaml_map_end(&m, copy);
    return copy;
}

/* --- merging --- */

static bool has_maps(const struct yaml_node *list)
{
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i]->kind != YAML_MAP)
            return false;
    return list->len > 0;
}

/* Where in the list the item belongs: its end if there is none of its name. */
static size_t place_of(const struct yaml_node *const *items, size_t len,
                       const struct yaml_node *item, size_t at)
{
    const char *name = tree_text(item, "name", NULL);
    if (name == NULL)
        return at < len ? at : len;
    for (size_t i = 0; i < len; i++)
        if (strcmp(tree_text(items[i], "name", ""), name) == 0)
            return i;
    return len;
}

static const struct yaml_node *merge_lists(struct arena *a, const struct yaml_node *base,
                                           const struct yaml_node *over)
{
    const struct yaml_node **items = arena_alloc(a, (base->len + over->len) * sizeof items[0]);
    size_t len = base->len;
    memcpy(items, base->items, len * sizeof items[0]);
    for (size_t i = 0; i < over->len; i++) {
        const size_t at = place_of(items, len, over->items[i], i);
        items[at] = at == len ? over->items[i] : tree_merge(a, items[at], over->items[i]);
        len += at == len;
    }
    return tree_list(a, items, len, base);
}

const struct yaml_node *tree_merge(struct arena *a, const struct yaml_node *base,
                                   const struct yaml_node *over)
{
    if (base == NULL || base->kind != over->kind || over->kind == YAML_SCALAR)
        return over;
    if (over->kind == YAML_LIST)
        return has_maps(base) && has_maps(over) ? merge_lists(a, base, over) : over;
    for (size_t i = 0; i < over->len; i++) {
        const char *key = over->pairs[i].key->text;
        const struct yaml_node *value = over->pairs[i].value;
        base = yaml_is_null(value)
                   ? tree_without_key(a, base, key)
                   : tree_with_key(a, base, key, tree_merge(a, field_get(base, key), value));
    }
    return base;
}

/* --- comparing --- */

static bool is_nothing(const struct yaml_node *n)
{
    return n == NULL || yaml_is_null(n) || (n->kind != YAML_SCALAR && n->len == 0);
}

static bool has_all_of(const struct yaml_node *a, const struct yaml_node *b)
{
    for (size_t i = 0; i < a->len; i++)
        if (!tree_equal(a->pairs[i].value, yaml_get(b, a->pairs[i].key->text)))
            return false;
    return true;
}

bool tree_equal(const struct yaml_node *a, const struct yaml_node *b)
{
    const bool no_a = is_nothing(a), no_b = is_nothing(b);
    if (no_a || no_b)
        return no_a == no_b;
    if (a->kind != b->kind)
        return false;
    if (a->kind == YAML_SCALAR)
        return strcmp(a->text, b->text) == 0;
    if (a->kind == YAML_MAP)
        return has_all_of(a, b) && has_all_of(b, a);
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++)
        if (!tree_equal(a->items[i], b->items[i]))
            return false;
    return true;
}
