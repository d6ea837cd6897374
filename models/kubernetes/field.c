#include "models/kubernetes/field.h"

#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <inttypes.h>
#include <string.h>

enum { LONGEST_KEY = 64 };

/* --- what YAML takes a scalar for --- */

static bool is_truth(const char *text, bool *value)
{
    static const char *const words[][2] = {
        {"false", "true"}, {"False", "True"}, {"FALSE", "TRUE"}, {"no", "yes"}, {"No", "Yes"},
        {"NO", "YES"},     {"off", "on"},     {"Off", "On"},     {"OFF", "ON"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (int v = 0; v < 2; v++)
            if (strcmp(text, words[i][v]) == 0) {
                *value = v == 1;
                return true;
            }
    return false;
}

/* 12, -1.5, 1e3, 0x1f; not 1.2.3 or 80Gi. */
static bool is_number(const char *text)
{
    text += *text == '-' || *text == '+';
    if (strncmp(text, "0x", 2) == 0)
        return text[2] != '\0' && strspn(text + 2, "0123456789abcdefABCDEF") == strlen(text + 2);
    const size_t whole = strspn(text, "0123456789");
    text += whole;
    size_t fraction = 0;
    if (*text == '.') {
        fraction = strspn(++text, "0123456789");
        text += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        const size_t digits = strspn(text, "0123456789");
        return digits > 0 && text[digits] == '\0';
    }
    return *text == '\0';
}

bool field_is_text(const struct yaml_node *n)
{
    bool value;
    return n->kind == YAML_SCALAR &&
           (n->quoted || !(yaml_is_null(n) || is_truth(n->text, &value) || is_number(n->text)));
}

/* --- complaints --- */

static void refuse_kind(struct field_reader *r, const struct yaml_node *n, const char *key,
                        const char *expected)
{
    if (n->kind == YAML_SCALAR && n->len > 0)
        diag_error(r->diag, yaml_pos(n), "%s: '%s'; expected %s", key, n->text, expected);
    else
        diag_error(r->diag, yaml_pos(n), "%s: %s; expected %s", key, yaml_kind_name(n), expected);
}

/* Whether n is text, having complained if not. */
static bool check_text(struct field_reader *r, const struct yaml_node *n, const char *key)
{
    if (field_is_text(n))
        return true;
    if (n->kind != YAML_SCALAR || n->len == 0)
        refuse_kind(r, n, key, "text");
    else
        diag_error(r->diag, yaml_pos(n),
                   "%s: '%s': not text to Kubernetes but %s; put it in quotes", key, n->text,
                   is_number(n->text) ? "a number"
                   : yaml_is_null(n)  ? "nothing"
                                      : "a truth value");
    return false;
}

/* --- fields --- */

const struct yaml_node *field_get(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n == NULL || yaml_is_null(n) ? NULL : n;
}

static const struct yaml_node *field_of_kind(struct field_reader *r, const struct yaml_node *map,
                                             const char *key, enum yaml_kind kind)
{
    const struct yaml_node *n = field_get(map, key);
    if (n == NULL || n->kind == kind)
        return n;
    refuse_kind(r, n, key, kind == YAML_MAP ? "a mapping" : "a list");
    return NULL;
}

const struct yaml_node *field_map(struct field_reader *r, const struct yaml_node *map,
                                  const char *key)
{
    return field_of_kind(r, map, key, YAML_MAP);
}

const struct yaml_node *field_list(struct field_reader *r, const struct yaml_node *map,
                                   const char *key)
{
    return field_of_kind(r, map, key, YAML_LIST);
}

const struct yaml_node *field_path(struct field_reader *r, const struct yaml_node *map,
                                   const char *path)
{
    char key[LONGEST_KEY];
    const char *dot;
    while (map != NULL && (dot = strchr(path, '.')) != NULL) {
        const size_t len = (size_t)(dot - path);
        memcpy(key, path, len);
        key[len] = '\0';
        map = field_map(r, map, key);
        path = dot + 1;
    }
    return field_get(map, path);
}

const char *field_text(struct field_reader *r, const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = field_get(map, key);
    return n != NULL && check_text(r, n, key) ? n->text : NULL;
}

const char *field_required_text(struct field_reader *r, const struct yaml_node *map,
                                const char *key)
{
    const struct yaml_node *n = field_get(map, key);
    if (n == NULL || (n->kind == YAML_SCALAR && n->len == 0)) {
        diag_error(r->diag, yaml_pos(n == NULL ? map : n), "'%s' is missing", key);
        return NULL;
    }
    return field_text(r, map, key);
}

const struct yaml_node *field_text_map(struct field_reader *r, const struct yaml_node *map,
                                       const char *key)
{
    const struct yaml_node *n = field_map(r, map, key);
    bool ok = n != NULL;
    for (size_t i = 0; n != NULL && i < n->len; i++)
        if (!yaml_is_null(n->pairs[i].value))
            ok &= check_text(r, n->pairs[i].value, n->pairs[i].key->text);
    return ok ? n : NULL;
}

const struct yaml_node *field_map_list(struct field_reader *r, const struct yaml_node *map,
                                       const char *key)
{
    const struct yaml_node *n = field_list(r, map, key);
    bool ok = n != NULL;
    for (size_t i = 0; n != NULL && i < n->len; i++)
        if (n->items[i]->kind != YAML_MAP) {
            refuse_kind(r, n->items[i], key, "a list of mappings");
            ok = false;
        }
    return ok ? n : NULL;
}

bool field_int(struct field_reader *r, const struct yaml_node *map, const struct int_field *field,
               int64_t *out)
{
    const struct yaml_node *n = field_get(map, field->key);
    const char *why = "text in quotes; expected " QUANTITY_INT_HINT;
    int64_t value;
    if (n == NULL)
        return false;
    if (n->kind != YAML_SCALAR) {
        refuse_kind(r, n, field->key, QUANTITY_INT_HINT);
        return false;
    }
    if (n->quoted || !quantity_int(n->text, &value, &why)) {
        diag_error(r->diag, yaml_pos(n), "%s: '%s': %s", field->key, n->text, why);
        return false;
    }
    if (value < field->min || value > field->max) {
        diag_error(r->diag, yaml_pos(n), "%s: '%s': out of range; expected %" PRId64 " to %" PRId64,
                   field->key, n->text, field->min, field->max);
        return false;
    }
    *out = value;
    return true;
}

bool field_bool(struct field_reader *r, const struct yaml_node *map, const char *key, bool *out)
{
    const struct yaml_node *n = field_get(map, key);
    if (n == NULL)
        return false;
    if (n->kind == YAML_SCALAR && !n->quoted && is_truth(n->text, out))
        return true;
    refuse_kind(r, n, key, "true or false");
    return false;
}

bool field_choice(struct field_reader *r, const struct yaml_node *map, const char *key,
                  const char *const *names, int *out)
{
    const char *text = field_text(r, map, key);
    if (text == NULL)
        return false;
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], text) == 0) {
            *out = i;
            return true;
        }
    struct suggest s;
    suggest_init(&s, text);
    suggest_offer_all(&s, names);
    char list[256] = "";
    for (int i = 0; names[i] != NULL; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i == 0 ? "" : ", ",
                 names[i]);
    diag_error(r->diag, yaml_pos(field_get(map, key)), "%s: '%s': not one of %s%s", key, text, list,
               suggest_hint(&s));
    return false;
}

struct text_list field_texts(struct field_reader *r, const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = field_list(r, map, key);
    struct text_list list = {0};
    if (n == NULL || n->len == 0)
        return list;
    const char **texts = arena_alloc(r->arena, n->len * sizeof texts[0]);
    for (size_t i = 0; i < n->len; i++)
        if (check_text(r, n->items[i], key))
            texts[list.len++] = n->items[i]->text;
    list.texts = texts;
    return list;
}

struct word_list field_words(struct field_reader *r, const struct yaml_node *map, const char *key)
{
    const struct text_list texts = field_texts(r, map, key);
    uint32_t *words = arena_alloc(r->arena, (texts.len + 1) * sizeof words[0]);
    for (uint32_t i = 0; i < texts.len; i++)
        words[i] = intern_add(r->words, texts.texts[i]);
    return (struct word_list){words, texts.len};
}

bool field_quantity(struct field_reader *r, const struct yaml_node *n, const char *key,
                    struct quantity_kubernetes *out)
{
    const char *why = NULL;
    if (n->kind != YAML_SCALAR || n->len == 0) {
        refuse_kind(r, n, key, QUANTITY_KUBERNETES_HINT);
        return false;
    }
    if (quantity_kubernetes(n->text, out, &why))
        return true;
    diag_error(r->diag, yaml_pos(n), "%s: '%s': %s; expected " QUANTITY_KUBERNETES_HINT, key,
               n->text, why);
    return false;
}
