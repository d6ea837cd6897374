/* One function per kind of key; each fills the field, or reports and leaves it as it was. */
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/config_scalar.h"
#include "sim/suggest.h"
#include "sim/text_stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef bool read_fn(struct config_reader *r, const struct yaml_node *n,
                     const struct config_key *key, void *field);

static bool is_text(const struct yaml_node *n)
{
    return n->kind == YAML_SCALAR && !yaml_is_null(n);
}

static bool refuse_kind(struct config_reader *r, const struct yaml_node *n,
                        const struct config_key *key)
{
    struct text_stream expected;
    config_describe(text_stream_open(&expected), key);
    diag_error(r->diag, yaml_pos(n), "%s: %s; expected %s", key->key, yaml_kind_name(n),
               text_stream_close(&expected));
    free(expected.text);
    return false;
}

static bool read_bool(struct config_reader *r, const struct yaml_node *n,
                      const struct config_key *key, void *field)
{
    if (!is_text(n))
        return refuse_kind(r, n, key);
    const bool is_true = strcmp(n->text, "true") == 0;
    if (n->quoted || (!is_true && strcmp(n->text, "false") != 0)) {
        diag_error(r->diag, yaml_pos(n), "%s: '%s': %s; expected true or false", key->key, n->text,
                   n->quoted ? "text in quotes" : "not a truth value");
        return false;
    }
    *(bool *)field = is_true;
    return true;
}

static bool refuse_range(struct config_reader *r, const struct yaml_node *n,
                         const struct config_key *key)
{
    struct text_stream range;
    config_print_range(text_stream_open(&range), key);
    diag_error(r->diag, yaml_pos(n), "%s: '%s': out of range; expected %s", key->key, n->text,
               text_stream_close(&range));
    free(range.text);
    return false;
}

/* Compared as integers, which doubles beyond 2^53 are not; beyond int64 there are no limits. */
static bool is_within(int64_t x, const struct config_key *key)
{
    if (!config_has_range(key))
        return true;
    return (key->min < -0x1p63 || x >= (int64_t)ceil(key->min)) &&
           (key->max >= 0x1p63 || x <= (int64_t)floor(key->max));
}

static bool refuse_value(struct config_reader *r, const struct yaml_node *n,
                         const struct config_key *key, const char *why)
{
    diag_error(r->diag, yaml_pos(n), "%s: '%s': %s; expected %s", key->key, n->text, why,
               config_scalar_find(key->kind)->hint);
    return false;
}

static bool read_int(struct config_reader *r, const struct yaml_node *n,
                     const struct config_key *key, void *field)
{
    const struct config_scalar *s = config_scalar_find(key->kind);
    const char *why = "text in quotes";
    int64_t x;
    if (!is_text(n))
        return refuse_kind(r, n, key);
    if ((n->quoted && s->is_number) || !s->parse_int(n->text, &x, &why))
        return refuse_value(r, n, key, why);
    if (!is_within(x, key))
        return refuse_range(r, n, key);
    *(int64_t *)field = x;
    return true;
}

static bool read_real(struct config_reader *r, const struct yaml_node *n,
                      const struct config_key *key, void *field)
{
    const struct config_scalar *s = config_scalar_find(key->kind);
    const char *why = "text in quotes";
    double x;
    if (!is_text(n))
        return refuse_kind(r, n, key);
    if ((n->quoted && s->is_number) || !s->parse_real(n->text, &x, &why))
        return refuse_value(r, n, key, why);
    if (config_has_range(key) && (x < key->min || x > key->max))
        return refuse_range(r, n, key);
    *(double *)field = x;
    return true;
}

static bool read_text(struct config_reader *r, const struct yaml_node *n,
                      const struct config_key *key, void *field)
{
    if (!is_text(n))
        return refuse_kind(r, n, key);
    *(const char **)field = n->text;
    return true;
}

/* "not one of low, high; did you mean 'low'?" */
static bool refuse_choice(struct config_reader *r, const struct yaml_node *n,
                          const struct config_key *key)
{
    struct text_stream choices;
    config_describe(text_stream_open(&choices), key);
    struct suggest s;
    suggest_init(&s, n->text);
    suggest_offer_all(&s, key->choices);
    diag_error(r->diag, yaml_pos(n), "%s: '%s': not %s%s", key->key, n->text,
               text_stream_close(&choices), suggest_hint(&s));
    free(choices.text);
    return false;
}

static bool read_choice(struct config_reader *r, const struct yaml_node *n,
                        const struct config_key *key, void *field)
{
    for (int i = 0; n->kind == YAML_SCALAR && key->choices[i] != NULL; i++)
        if (strcmp(key->choices[i], n->text) == 0) {
            *(int *)field = i;
            return true;
        }
    if (is_text(n))
        return refuse_choice(r, n, key);
    return refuse_kind(r, n, key);
}

static bool refuse_item(struct config_reader *r, const struct yaml_node *n,
                        const struct config_key *key)
{
    diag_error(r->diag, yaml_pos(n), "%s: %s; expected text", key->key, yaml_kind_name(n));
    return false;
}

static bool read_texts(struct config_reader *r, const struct yaml_node *n,
                       const struct config_key *key, void *field)
{
    if (n->kind == YAML_MAP)
        return refuse_kind(r, n, key);
    const struct yaml_node *const *items = n->items;
    size_t len = n->len;
    if (n->kind == YAML_SCALAR) {
        items = arena_copy(r->arena, &n, sizeof(struct yaml_node *));
        len = !yaml_is_null(n);
    }
    const char **texts = arena_alloc(r->arena, len * sizeof texts[0]);
    bool ok = true;
    for (size_t i = 0; i < len; i++) {
        ok &= is_text(items[i]) || refuse_item(r, items[i], key);
        texts[i] = ok ? items[i]->text : NULL;
    }
    if (ok)
        *(struct config_texts *)field = (struct config_texts){texts, items, len};
    return ok;
}

static bool read_section(struct config_reader *r, const struct yaml_node *n,
                         const struct config_key *key, void *field)
{
    return config_read(r, n, yaml_pos(n), key->table, field);
}

static bool read_sections(struct config_reader *r, const struct yaml_node *n,
                          const struct config_key *key, void *field)
{
    if (n->kind != YAML_LIST && !yaml_is_null(n))
        return refuse_kind(r, n, key);
    const size_t len = n->kind == YAML_LIST ? n->len : 0;
    SIM_REQUIRE(key->table->bytes > 0);
    char *items = arena_alloc(r->arena, len * key->table->bytes);
    bool ok = true;
    for (size_t i = 0; i < len; i++)
        ok &= read_section(r, n->items[i], key, items + i * key->table->bytes);
    *(struct config_list *)field = (struct config_list){items, len};
    return ok;
}

static bool read_node(struct config_reader *r, const struct yaml_node *n,
                      const struct config_key *key, void *field)
{
    (void)r;
    (void)key;
    *(const struct yaml_node **)field = n;
    return true;
}

static bool read_custom(struct config_reader *r, const struct yaml_node *n,
                        const struct config_key *key, void *field)
{
    return key->read(r, n, field);
}

static read_fn *const readers[] = {
    [CONFIG_BOOL] = read_bool,          [CONFIG_INT] = read_int,
    [CONFIG_REAL] = read_real,          [CONFIG_RATIO] = read_real,
    [CONFIG_TEXT] = read_text,          [CONFIG_CHOICE] = read_choice,
    [CONFIG_DURATION] = read_int,       [CONFIG_DATE] = read_int,
    [CONFIG_SIZE] = read_int,           [CONFIG_RATE] = read_real,
    [CONFIG_MONEY_PER_HOUR] = read_int, [CONFIG_TEXTS] = read_texts,
    [CONFIG_SECTION] = read_section,    [CONFIG_SECTIONS] = read_sections,
    [CONFIG_NODE] = read_node,          [CONFIG_CUSTOM] = read_custom,
};

bool config_read_value(struct config_reader *r, const struct yaml_node *n,
                       const struct config_key *key, void *target)
{
    return readers[key->kind](r, n, key, (char *)target + key->offset);
}
