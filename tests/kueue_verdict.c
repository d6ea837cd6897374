#include "tests/kueue_verdict.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/duration.h"
#include "sim/quantity.h"

#include <stdio.h>
#include <string.h>

/* --- refusals --- */

/* A number and a text that looks like one are the same here: the files do not tell. */
static bool values_equal(const char *want, const char *got)
{
    const size_t len = strlen(got);
    if (strcmp(want, got) == 0)
        return true;
    return len >= 2 && got[0] == '"' && strlen(want) == len - 2 &&
           strncmp(got + 1, want, len - 2) == 0;
}

static bool is_same(struct arena *a, const struct yaml_node *want, const struct refusal *got)
{
    const struct yaml_node *value = yaml_get(want, "value");
    const char *detail = tree_text(want, "detail", "");
    if (strcmp(tree_text(want, "field", ""), got->field) != 0 ||
        strcmp(tree_text(want, "type", ""), refusal_kind_name(got->kind)) != 0)
        return false;
    /* Kueue prints a pointer there in place of the number. */
    const char *address = strstr(detail, "<address>");
    if (address == NULL ? strcmp(detail, got->detail) != 0
                        : strncmp(detail, got->detail, (size_t)(address - detail)) != 0)
        return false;
    if (value == NULL || strcmp(tree_text(value, NULL, ""), "<value omitted>") == 0)
        return true;
    return got->value != NULL && values_equal(tree_json(a, value), got->value);
}

bool verdicts_equal(const struct yaml_node *want, const struct refusals *got)
{
    const size_t len = tree_len(want);
    bool ok = len == got->len;
    bool *is_used = arena_alloc(got->arena, got->len + 1);
    for (size_t w = 0; w < len; w++) {
        uint32_t g = 0;
        while (g < got->len && (is_used[g] || !is_same(got->arena, want->items[w], &got->items[g])))
            g++;
        if (g < got->len)
            is_used[g] = true;
        else
            printf("  want %s\n", tree_json(got->arena, want->items[w]));
        ok &= g < got->len;
    }
    for (uint32_t g = 0; g < got->len; g++)
        if (!is_used[g])
            printf("  got  %s: %s\n", refusal_kind_name(got->items[g].kind),
                   refusal_text(got->arena, &got->items[g]));
    return ok;
}

/* --- trees --- */

static bool says_nothing(const struct yaml_node *n)
{
    if (n == NULL || yaml_is_null(n))
        return true;
    if (n->kind != YAML_SCALAR)
        return n->len == 0;
    return n->len == 0 || strcmp(n->text, "false") == 0 || strcmp(n->text, "0") == 0;
}

static bool scalars_agree(const char *want, const char *got)
{
    int64_t a, b;
    struct quantity_kubernetes x, y;
    const char *why;
    if (strcmp(want, got) == 0)
        return true;
    if (duration_parse_go(want, &a, &why) && duration_parse_go(got, &b, &why))
        return a == b;
    return quantity_kubernetes(want, &x, &why) && quantity_kubernetes(got, &y, &why) &&
           x.nano == y.nano;
}

static bool differ(const char *what, const struct yaml_node *want, const struct yaml_node *got)
{
    struct arena *a = arena_new();
    printf("  %s: want %s, got %s\n", what, tree_json(a, want), tree_json(a, got));
    arena_free(a);
    return false;
}

static bool maps_agree(const char *what, const struct yaml_node *want, const struct yaml_node *got)
{
    bool ok = true;
    for (size_t i = 0; i < want->len; i++) {
        const char *key = want->pairs[i].key->text;
        ok &= trees_agree(key, want->pairs[i].value, yaml_get(got, key));
    }
    for (size_t i = 0; i < got->len; i++)
        if (yaml_get(want, got->pairs[i].key->text) == NULL && !says_nothing(got->pairs[i].value))
            ok = differ(what, want, got);
    return ok;
}

bool trees_agree(const char *what, const struct yaml_node *want, const struct yaml_node *got)
{
    if (got == NULL || yaml_is_null(got))
        return says_nothing(want) || differ(what, want, got);
    if (want == NULL || yaml_is_null(want))
        return says_nothing(got) || differ(what, want, got);
    if (want->kind != got->kind)
        return (says_nothing(want) && says_nothing(got)) || differ(what, want, got);
    if (want->kind == YAML_SCALAR)
        return scalars_agree(want->text, got->text) || differ(what, want, got);
    if (want->kind == YAML_MAP)
        return maps_agree(what, want, got);
    bool ok = want->len == got->len || differ(what, want, got);
    for (size_t i = 0; ok && i < want->len; i++)
        ok = trees_agree(what, want->items[i], got->items[i]);
    return ok;
}
