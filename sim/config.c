#include "sim/config.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/suggest.h"
#include "sim/text_stream.h"

#include <stdlib.h>
#include <string.h>

enum { FEW_KEYS = 12 }; /* so many are worth listing in a message */

static const struct config_key *find_key(const struct config_table *table, const char *name)
{
    for (const struct config_key *k = table->keys; k->key != NULL; k++)
        if (strcmp(k->key, name) == 0)
            return k;
    return NULL;
}

/* " in link (bandwidth, latency)" */
static void print_keys(FILE *out, const struct config_table *table)
{
    size_t len = 0;
    while (table->keys[len].key != NULL)
        len++;
    fprintf(out, " in %s", table->name);
    for (size_t i = 0; i < len && len <= FEW_KEYS; i++)
        fprintf(out, "%s%s", i == 0 ? " (" : ", ", table->keys[i].key);
    if (len > 0 && len <= FEW_KEYS)
        fputc(')', out);
}

static void report_unknown(struct config_reader *r, const struct yaml_node *name,
                           const struct config_table *table)
{
    struct text_stream where;
    print_keys(text_stream_open(&where), table);
    struct suggest s;
    suggest_init(&s, name->text);
    for (const struct config_key *k = table->keys; k->key != NULL; k++)
        suggest_offer(&s, k->key);
    diag_error(r->diag, yaml_pos(name), "unknown key '%s'%s%s", name->text,
               text_stream_close(&where), suggest_hint(&s));
    free(where.text);
}

static void report_missing(struct config_reader *r, struct src_pos at, const struct config_key *key,
                           const struct config_table *table)
{
    struct text_stream what;
    config_describe(text_stream_open(&what), key);
    diag_error(r->diag, at, "'%s' is missing in %s; expected %s", key->key, table->name,
               text_stream_close(&what));
    free(what.text);
}

/* The fallback as if it had been written. */
static const struct yaml_node *fallback_node(struct config_reader *r, const struct config_key *key,
                                             struct src_pos at)
{
    struct yaml_node *n = arena_alloc(r->arena, sizeof *n);
    n->file = at.file;
    n->line = at.line;
    n->col = at.col;
    if (strcmp(key->fallback, "[]") == 0) {
        n->kind = YAML_LIST;
    } else if (strcmp(key->fallback, "{}") == 0) {
        n->kind = YAML_MAP;
    } else {
        n->kind = YAML_SCALAR;
        n->text = key->fallback;
        n->len = strlen(key->fallback);
    }
    return n;
}

static bool read_absent(struct config_reader *r, const struct config_key *key,
                        const struct config_table *table, struct src_pos at, void *target)
{
    if (key->fallback == NULL) {
        report_missing(r, at, key, table);
        return false;
    }
    if (key->fallback[0] == '\0')
        return true;
    const bool ok = config_read_value(r, fallback_node(r, key, at), key, target);
    SIM_REQUIRE(ok || key->kind == CONFIG_SECTION); /* whose required keys may well be missing */
    return ok;
}

bool config_read(struct config_reader *r, const struct yaml_node *map, struct src_pos at,
                 const struct config_table *table, void *target)
{
    if (map != NULL && map->kind != YAML_MAP && !yaml_is_null(map)) {
        diag_error(r->diag, yaml_pos(map), "%s: %s; expected a mapping", table->name,
                   yaml_kind_name(map));
        return false;
    }
    bool ok = true;
    const size_t len = map != NULL && map->kind == YAML_MAP ? map->len : 0;
    for (size_t i = 0; i < len; i++) {
        const struct yaml_pair *p = &map->pairs[i];
        const struct config_key *key = find_key(table, p->key->text);
        if (key == NULL)
            report_unknown(r, p->key, table);
        ok &= key != NULL && config_read_value(r, p->value, key, target);
    }
    for (const struct config_key *key = table->keys; key->key != NULL; key++)
        if (yaml_get(map, key->key) == NULL)
            ok &= read_absent(r, key, table, map != NULL ? yaml_pos(map) : at, target);
    return ok;
}
