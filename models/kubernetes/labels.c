#include "models/kubernetes/labels.h"

#include "sim/arena.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

enum { LONGEST_NAME = 63, LONGEST_SUBDOMAIN = 253 };

uint32_t label_map_find(const struct label_map *m, uint32_t key)
{
    for (uint32_t i = 0; i < m->len; i++)
        if (m->pairs[i].key == key)
            return m->pairs[i].value;
    return INTERN_NONE;
}

/* --- syntax: apimachinery/pkg/util/validation --- */

static bool is_of(const char *text, size_t len, const char *set)
{
    return strspn(text, set) >= len;
}

/* Begins and ends with one of the ends, and has only those and the inner ones between. */
static bool is_shaped(const char *text, size_t len, const char *ends, const char *inner)
{
    return len > 0 && strchr(ends, text[0]) != NULL && strchr(ends, text[len - 1]) != NULL &&
           is_of(text, len, inner);
}

static bool is_subdomain(const char *text, size_t len)
{
    if (len > LONGEST_SUBDOMAIN)
        return false;
    for (const char *end = text + len;;) {
        const char *dot = memchr(text, '.', (size_t)(end - text));
        const size_t part = (size_t)((dot == NULL ? end : dot) - text);
        if (!is_shaped(text, part, LOWER DIGITS, LOWER DIGITS "-"))
            return false;
        if (dot == NULL)
            return true;
        text = dot + 1;
    }
}

const char *label_value_problem(const char *value)
{
    const size_t len = strlen(value);
    if (len > LONGEST_NAME)
        return "longer than 63 characters";
    if (len > 0 && !is_shaped(value, len, LOWER UPPER DIGITS, LOWER UPPER DIGITS "-_."))
        return "not letters, digits, '-', '_' and '.', with a letter or digit at both ends";
    return NULL;
}

const char *label_key_problem(const char *key)
{
    const char *slash = strchr(key, '/');
    if (slash != NULL && !is_subdomain(key, (size_t)(slash - key)))
        return "the part before '/' is no domain name";
    const char *name = slash == NULL ? key : slash + 1;
    return name[0] == '\0' ? "no name" : label_value_problem(name);
}

const char *object_name_problem(const char *name)
{
    const size_t len = strlen(name);
    if (len > LONGEST_SUBDOMAIN)
        return "longer than 253 characters";
    if (!is_subdomain(name, len))
        return "not lower-case letters, digits, '-' and '.', with a letter or digit at both ends";
    return NULL;
}

/* --- reading --- */

static int by_key(const void *a, const void *b)
{
    const uint32_t x = ((const struct node_label *)a)->key;
    const uint32_t y = ((const struct node_label *)b)->key;
    return (x > y) - (x < y);
}

static void complain(struct field_reader *r, const struct yaml_node *n, const char *what,
                     const char *problem)
{
    if (problem != NULL)
        diag_error(r->diag, yaml_pos(n), "%s: '%s': %s", what, n->text, problem);
}

struct label_map label_map_read(struct field_reader *r, const struct yaml_node *n)
{
    struct label_map m = {0};
    if (n == NULL || n->len == 0)
        return m;
    struct node_label *pairs = arena_alloc(r->arena, n->len * sizeof pairs[0]);
    for (size_t i = 0; i < n->len; i++) {
        const struct yaml_node *key = n->pairs[i].key;
        const struct yaml_node *value = n->pairs[i].value;
        complain(r, key, "label", label_key_problem(key->text));
        complain(r, value, key->text,
                 yaml_is_null(value) ? NULL : label_value_problem(value->text));
        pairs[m.len].key = intern_add(r->words, key->text);
        pairs[m.len++].value = intern_add(r->words, yaml_is_null(value) ? "" : value->text);
    }
    qsort(pairs, m.len, sizeof pairs[0], by_key);
    m.pairs = pairs;
    return m;
}

struct label_map label_map_join(struct arena *a, const struct label_map *base,
                                const struct label_map *over)
{
    struct label_map m = {0};
    struct node_label *pairs = arena_alloc(a, (base->len + over->len + 1) * sizeof pairs[0]);
    for (uint32_t b = 0, o = 0; b < base->len || o < over->len; m.len++) {
        const bool takes_base =
            o == over->len || (b < base->len && base->pairs[b].key < over->pairs[o].key);
        if (!takes_base && b < base->len && base->pairs[b].key == over->pairs[o].key)
            b++;
        pairs[m.len] = takes_base ? base->pairs[b++] : over->pairs[o++];
    }
    m.pairs = pairs;
    return m;
}
