#include "policies/kueue/refusal.h"

#include "models/kubernetes/field.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- collecting --- */

void refusals_add(struct refusals *r, struct refusal item)
{
    if (r->len == r->cap) {
        struct refusal *old = r->items;
        r->cap = r->cap == 0 ? 8 : 2 * r->cap;
        r->items = arena_alloc(r->arena, r->cap * sizeof r->items[0]);
        for (uint32_t i = 0; i < r->len; i++)
            r->items[i] = old[i];
    }
    r->items[r->len++] = item;
}

void refuse_node(struct refusals *r, const struct yaml_node *n, const char *field,
                 const char *detail)
{
    refusals_add(r, (struct refusal){REFUSED_INVALID, field, tree_json(r->arena, n), detail, n});
}

void refuse_text(struct refusals *r, const struct yaml_node *at, const char *field,
                 const char *text, const char *detail)
{
    refusals_add(r,
                 (struct refusal){REFUSED_INVALID, field, text_json(r->arena, text), detail, at});
}

void refuse_number(struct refusals *r, const struct yaml_node *at, const char *field,
                   int64_t number, const char *detail)
{
    const char *value = arena_printf(r->arena, "%" PRId64, number);
    refusals_add(r, (struct refusal){REFUSED_INVALID, field, value, detail, at});
}

void refuse_missing(struct refusals *r, const struct yaml_node *at, const char *field,
                    const char *detail)
{
    refusals_add(r, (struct refusal){REFUSED_REQUIRED, field, NULL, detail, at});
}

void refuse_twin(struct refusals *r, const struct yaml_node *at, const char *field,
                 const char *text)
{
    refusals_add(r, (struct refusal){REFUSED_DUPLICATE, field, text_json(r->arena, text), "", at});
}

void refuse_forbidden(struct refusals *r, const struct yaml_node *at, const char *field,
                      const char *detail)
{
    refusals_add(r, (struct refusal){REFUSED_FORBIDDEN, field, NULL, detail, at});
}

void refuse_too_many(struct refusals *r, const struct yaml_node *at, const char *field,
                     size_t number, unsigned most)
{
    refusals_add(r,
                 (struct refusal){REFUSED_TOO_MANY, field, arena_printf(r->arena, "%zu", number),
                                  arena_printf(r->arena, "must have at most %u items", most), at});
}

void refuse_unsupported(struct refusals *r, const struct yaml_node *at, const char *field,
                        const char *text, const char *const *supported)
{
    const char *detail = "";
    for (size_t i = 0; supported[i] != NULL; i++)
        detail = arena_printf(r->arena, "%s%s\"%s\"", detail, i == 0 ? "supported values: " : ", ",
                              supported[i]);
    refusals_add(
        r, (struct refusal){REFUSED_NOT_SUPPORTED, field, text_json(r->arena, text), detail, at});
}

/* --- words --- */

static const char *const names[][2] = {
    [REFUSED_INVALID] = {"FieldValueInvalid", "Invalid value"},
    [REFUSED_REQUIRED] = {"FieldValueRequired", "Required value"},
    [REFUSED_DUPLICATE] = {"FieldValueDuplicate", "Duplicate value"},
    [REFUSED_NOT_SUPPORTED] = {"FieldValueNotSupported", "Unsupported value"},
    [REFUSED_FORBIDDEN] = {"FieldValueForbidden", "Forbidden"},
    [REFUSED_NOT_FOUND] = {"FieldValueNotFound", "Not found"},
    [REFUSED_TOO_LONG] = {"FieldValueTooLong", "Too long"},
    [REFUSED_TOO_MANY] = {"FieldValueTooMany", "Too many"},
    [REFUSED_INTERNAL] = {"InternalError", "Internal error"},
};

const char *refusal_kind_name(enum refusal_kind kind)
{
    return names[kind][0];
}

const char *refusal_text(struct arena *a, const struct refusal *r)
{
    return arena_printf(a, "%s: %s%s%s%s%s", r->field, names[r->kind][1],
                        r->value == NULL ? "" : ": ", r->value == NULL ? "" : r->value,
                        r->detail[0] == '\0' ? "" : ": ", r->detail);
}

void refusals_report(const struct refusals *r, struct diag *d, const char *what,
                     const struct yaml_node *at)
{
    for (uint32_t i = 0; i < r->len; i++) {
        const struct yaml_node *n = r->items[i].at == NULL ? at : r->items[i].at;
        const struct src_pos pos = n == NULL ? (struct src_pos){0} : yaml_pos(n);
        diag_error(d, pos, "%s: %s", what, refusal_text(r->arena, &r->items[i]));
    }
}

/* --- JSON --- */

const char *text_json(struct arena *a, const char *text)
{
    const size_t len = strlen(text);
    char *out = arena_alloc(a, 6 * len + 3), *to = out;
    *to++ = '"';
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\')
            *to++ = '\\';
        if (c >= 0x20) {
            *to++ = (char)c;
            continue;
        }
        *to++ = '\\';
        if (c == '\n' || c == '\t') {
            *to++ = c == '\n' ? 'n' : 't';
            continue;
        }
        static const char digits[] = "0123456789abcdef";
        *to++ = 'u';
        *to++ = '0';
        *to++ = '0';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    *to = '"';
    return out;
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const struct yaml_pair *const *)a)->key->text,
                  (*(const struct yaml_pair *const *)b)->key->text);
}

static const char *map_json(struct arena *a, const struct yaml_node *n)
{
    const struct yaml_pair **pairs = arena_alloc(a, (n->len + 1) * sizeof pairs[0]);
    const char *out = "{";
    for (size_t i = 0; i < n->len; i++)
        pairs[i] = &n->pairs[i];
    if (n->len > 1)
        qsort(pairs, n->len, sizeof pairs[0], by_key);
    for (size_t i = 0; i < n->len; i++)
        out = arena_printf(a, "%s%s%s:%s", out, i == 0 ? "" : ",",
                           text_json(a, pairs[i]->key->text), tree_json(a, pairs[i]->value));
    return arena_printf(a, "%s}", out);
}

const char *tree_json(struct arena *a, const struct yaml_node *n)
{
    if (n == NULL || yaml_is_null(n))
        return "null";
    if (n->kind == YAML_SCALAR)
        return field_is_text(n) ? text_json(a, n->text) : n->text;
    if (n->kind == YAML_MAP)
        return map_json(a, n);
    const char *out = "[";
    for (size_t i = 0; i < n->len; i++)
        out = arena_printf(a, "%s%s%s", out, i == 0 ? "" : ",", tree_json(a, n->items[i]));
    return arena_printf(a, "%s]", out);
}
