#include "sim/yaml.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/file_text.h"
#include "sim/yaml_reader.h"
#include "sim/yaml_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Takes text, which must have a NUL behind it. outer: the literal block that it is; NULL: none. */
static struct yaml_file *read_text(const char *name, char *text, size_t len,
                                   const struct yaml_node *outer, struct diag *d)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf"; /* no column of its own */
    if (strncmp(text, byte_order_mark, 3) == 0) {
        len -= 3;
        memmove(text, text + 3, len + 1);
    }
    struct yaml_file *f = calloc(1, sizeof *f);
    SIM_REQUIRE(f != NULL);
    f->arena = arena_new();
    f->name = arena_text(f->arena, name, strlen(name));
    f->text = text;
    f->len = len;
    f->diag = d;
    if (outer == NULL) {
        diag_lend_text(d, f->name, f->text, f->len);
    } else {
        f->lines_above = outer->line;
        f->cols_before = outer->text_col - 1;
    }
    yaml_read_stream(f);
    return f;
}

struct yaml_file *yaml_read(const char *path, struct diag *d)
{
    char *text;
    size_t len;
    if (!file_text_read(path, &text, &len)) {
        diag_world(d, (struct src_pos){path, 0, 0}, "cannot be read: %s", strerror(errno));
        return NULL;
    }
    return read_text(strcmp(path, "-") == 0 ? "<stdin>" : path, text, len, NULL, d);
}

static char *copy_text(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    SIM_REQUIRE(copy != NULL);
    if (len > 0)
        memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

struct yaml_file *yaml_parse(const char *name, const char *text, size_t len, struct diag *d)
{
    return read_text(name, copy_text(text, len), len, NULL, d);
}

struct yaml_file *yaml_parse_inside(const struct yaml_node *scalar, const char *name,
                                    struct diag *d)
{
    SIM_REQUIRE(scalar->kind == YAML_SCALAR);
    if (scalar->text_col == 0)
        return yaml_parse(name, scalar->text, scalar->len, d);
    return read_text(scalar->file, copy_text(scalar->text, scalar->len), scalar->len, scalar, d);
}

void yaml_close(struct yaml_file *f)
{
    if (f == NULL)
        return;
    diag_forget_text(f->diag, f->name);
    free(f->docs);
    free(f->text);
    arena_free(f->arena);
    free(f);
}

size_t yaml_docs(const struct yaml_file *f)
{
    return f->docs_len;
}

const struct yaml_node *yaml_doc(const struct yaml_file *f, size_t i)
{
    SIM_REQUIRE(i < f->docs_len);
    return f->docs[i];
}

bool yaml_is_null(const struct yaml_node *n)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    if (n->kind != YAML_SCALAR || n->quoted || n->len > 4)
        return false;
    for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
        if (strcmp(n->text, nulls[i]) == 0)
            return true;
    return false;
}

struct src_pos yaml_pos(const struct yaml_node *n)
{
    return (struct src_pos){n->file, n->line, n->col};
}

struct src_pos yaml_pos_inside(const struct yaml_node *n, unsigned line, unsigned col)
{
    if (n->kind == YAML_SCALAR && n->text_col > 0)
        return (struct src_pos){n->file, n->line + 1 + line, n->text_col + col - 1};
    return yaml_pos(n);
}

const char *yaml_kind_name(const struct yaml_node *n)
{
    if (n == NULL || yaml_is_null(n))
        return "nothing";
    if (n->kind == YAML_SCALAR)
        return "text";
    return n->kind == YAML_LIST ? "a list" : "a mapping";
}

static bool is_map(const struct yaml_node *n)
{
    return n != NULL && n->kind == YAML_MAP;
}

const struct yaml_node *yaml_overlay(struct yaml_file *owner, const struct yaml_node *base,
                                     const struct yaml_node *over)
{
    if (!is_map(base) || !is_map(over))
        return over != NULL ? over : base;
    struct yaml_map_maker maker;
    yaml_map_begin(&maker, owner->arena, base->len + over->len);
    for (size_t i = 0; i < base->len; i++)
        yaml_map_add(&maker, base->pairs[i]);
    for (size_t i = 0; i < over->len; i++) {
        struct yaml_pair *twin = yaml_map_add(&maker, over->pairs[i]);
        if (twin == NULL)
            continue;
        twin->key = over->pairs[i].key; /* messages point at what was written last */
        twin->value = yaml_overlay(owner, twin->value, over->pairs[i].value);
    }
    struct yaml_node *map = arena_copy(owner->arena, over, sizeof *over);
    yaml_map_end(&maker, map);
    return map;
}
