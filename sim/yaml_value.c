/*
 * The stack holds the children of every list and mapping that is still open; when one ends, its
 * children are the top of the stack and move into the arena. Those of a mapping are keys and
 * values in turn.
 */
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/suggest.h"
#include "sim/yaml_reader.h"

#include <stdlib.h>
#include <string.h>

static bool give_up(struct yaml_reader *r, yaml_mark_t mark)
{
    r->stopped_at = yaml_place(r, mark).line;
    return false;
}

static void push(struct yaml_reader *r, const struct yaml_node *node)
{
    if (r->stack_len == r->stack_cap) {
        r->stack_cap *= 2;
        r->stack = realloc(r->stack, r->stack_cap * sizeof(struct yaml_node *));
        SIM_REQUIRE(r->stack != NULL);
    }
    r->stack[r->stack_len++] = node;
}

/* With room for more_bytes behind it. */
static struct yaml_node *new_node(struct yaml_reader *r, const yaml_event_t *ev, size_t more_bytes)
{
    struct yaml_node *n = arena_alloc(r->arena, sizeof *n + more_bytes);
    const struct src_pos at = yaml_place(r, ev->start_mark);
    n->file = at.file;
    n->line = at.line;
    n->col = at.col;
    r->nodes++;
    return n;
}

/* The text follows its node in memory: one allocation, one cache line. */
static struct yaml_node *new_scalar(struct yaml_reader *r, const yaml_event_t *ev, const void *text,
                                    size_t len)
{
    struct yaml_node *n = new_node(r, ev, len + 1);
    char *copy = (char *)(n + 1);
    if (len > 0)
        memcpy(copy, text, len);
    n->kind = YAML_SCALAR;
    n->text = copy;
    n->len = len;
    return n;
}

/* Stands where a value was that cannot be read. */
static struct yaml_built nothing(struct yaml_reader *r, const yaml_event_t *ev)
{
    return (struct yaml_built){new_scalar(r, ev, "", 0), 0};
}

/* What follows the prefix of YAML's own tags, as libyaml spells them out; NULL for others. */
static const char *core_name(const char *tag)
{
    static const char prefix[] = "tag:yaml.org,2002:";
    return strncmp(tag, prefix, sizeof prefix - 1) == 0 ? tag + sizeof prefix - 1 : NULL;
}

static void refuse_tag(struct yaml_reader *r, const yaml_event_t *ev, const char *tag)
{
    const char *name = core_name(tag);
    diag_error(r->diag, yaml_place(r, ev->start_mark),
               "tag '%s%s': not known here; write the value without it", name != NULL ? "!!" : "",
               name != NULL ? name : tag);
}

/* A tag says whether a scalar is text or whatever it looks like. */
static void apply_tag(struct yaml_reader *r, const yaml_event_t *ev, struct yaml_node *n)
{
    static const char *const plain[] = {"int", "float", "bool", "null", "timestamp"};
    const char *tag = (const char *)ev->data.scalar.tag;
    const char *name = core_name(tag);
    if (strcmp(tag, "!") == 0 || (name != NULL && strcmp(name, "str") == 0)) {
        n->quoted = true;
        return;
    }
    for (size_t i = 0; name != NULL && i < sizeof plain / sizeof plain[0]; i++)
        if (strcmp(name, plain[i]) == 0) {
            n->quoted = false;
            return;
        }
    refuse_tag(r, ev, tag);
}

/* wanted: what YAML itself calls such a collection. */
static void check_tag(struct yaml_reader *r, const yaml_event_t *ev, const yaml_char_t *written,
                      const char *wanted)
{
    const char *tag = (const char *)written;
    if (tag == NULL || strcmp(tag, "!") == 0)
        return;
    const char *name = core_name(tag);
    if (name == NULL || strcmp(name, wanted) != 0)
        refuse_tag(r, ev, tag);
}

static void report_unknown_alias(struct yaml_reader *r, struct src_pos at, const char *name)
{
    struct suggest s;
    suggest_init(&s, name);
    if (diag_shows_errors(r->diag))
        yaml_anchors_suggest(&r->anchors, &s);
    diag_error(r->diag, at, "alias '*%s': no '&%s' stands above it in this document%s", name, name,
               suggest_hint(&s));
}

/* An alias shares the tree it names; the bounds count that tree as if it stood here again, for
 * whoever walks it will see it again. */
static bool read_alias(struct yaml_reader *r, const yaml_event_t *ev, unsigned depth,
                       struct yaml_built *out)
{
    const char *name = (const char *)ev->data.alias.anchor;
    const struct src_pos at = yaml_place(r, ev->start_mark);
    const struct yaml_anchor *a = yaml_anchor_find(&r->anchors, name);
    *out = nothing(r, ev);
    if (a == NULL) {
        report_unknown_alias(r, at, name);
        return true;
    }
    if (a->node == NULL) {
        diag_error(r->diag, at, "alias '*%s': stands within the value it names", name);
        return true;
    }
    if (depth + a->height > YAML_DEEPEST) {
        diag_error(r->diag, at, "alias '*%s': nested deeper than %d", name, (int)YAML_DEEPEST);
        return true;
    }
    r->aliased += a->nodes;
    r->nodes += a->nodes;
    if (r->aliased > YAML_MOST_ALIASED) {
        diag_error(r->diag, at, "alias '*%s': aliases make more than %d values of this file", name,
                   (int)YAML_MOST_ALIASED);
        r->exhausted = true;
        return give_up(r, ev->start_mark);
    }
    *out = (struct yaml_built){a->node, a->height};
    return true;
}

/* Moves on to a line of the text, counted from 0; NULL if it has fewer. Literals come in order. */
static const char *find_line(struct yaml_reader *r, unsigned line)
{
    const char *end = r->file->text + r->file->len;
    if (line < r->literal_line) {
        r->literal_line = 0;
        r->literal_at = 0;
    }
    const char *at = r->file->text + r->literal_at;
    for (; r->literal_line < line; r->literal_line++) {
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        if (eol == NULL)
            return NULL;
        at = eol + 1;
        r->literal_at = (size_t)(at - r->file->text);
    }
    return at;
}

/* How far the lines of a literal block are indented: as its first one that is not empty. */
static unsigned literal_col(struct yaml_reader *r, const yaml_event_t *ev, const char *text)
{
    unsigned line = r->lines_before + (unsigned)ev->start_mark.line + 1;
    for (; *text == '\n'; text++)
        line++;
    const char *written = find_line(r, line);
    const size_t indent = written == NULL ? 0 : strspn(written, " ");
    const size_t own = strspn(text, " ");
    return indent < own ? 0 : r->file->cols_before + (unsigned)(indent - own) + 1;
}

static void read_scalar(struct yaml_reader *r, const yaml_event_t *ev, struct yaml_built *out)
{
    struct yaml_node *n = new_scalar(r, ev, ev->data.scalar.value, ev->data.scalar.length);
    n->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (ev->data.scalar.style == YAML_LITERAL_SCALAR_STYLE)
        n->text_col = literal_col(r, ev, n->text);
    if (ev->data.scalar.tag != NULL)
        apply_tag(r, ev, n);
    if (n->quoted && memchr(n->text, '\0', n->len) != NULL)
        diag_error(r->diag, yaml_place(r, ev->start_mark),
                   "a text with a NUL in it; leave out '\\0'");
    *out = (struct yaml_built){n, 0};
}

static bool is_end(const yaml_event_t *ev)
{
    return ev->type == YAML_SEQUENCE_END_EVENT || ev->type == YAML_MAPPING_END_EVENT;
}

static unsigned above(unsigned height, struct yaml_built child)
{
    return child.height + 1 > height ? child.height + 1 : height;
}

/* A value at the next event; *ended instead at the end of the collection. */
static bool read_child(struct yaml_reader *r, unsigned depth, struct yaml_built *out, bool *ended)
{
    yaml_event_t ev;
    if (!yaml_next_event(r, &ev))
        return false;
    *ended = is_end(&ev);
    const bool ok = *ended || yaml_read_value(r, &ev, depth, out);
    yaml_event_delete(&ev);
    return ok;
}

static bool read_list(struct yaml_reader *r, struct yaml_node *n, unsigned depth,
                      struct yaml_built *out)
{
    const size_t base = r->stack_len;
    *out = (struct yaml_built){n, 1};
    for (;;) {
        struct yaml_built child;
        bool ended;
        if (!read_child(r, depth, &child, &ended))
            return false;
        if (ended)
            break;
        out->height = above(out->height, child);
        push(r, child.node);
    }
    n->kind = YAML_LIST;
    n->len = r->stack_len - base;
    n->items = arena_copy(r->arena, r->stack + base, n->len * sizeof n->items[0]);
    r->stack_len = base;
    return true;
}

static bool may_be_key(struct yaml_reader *r, const struct yaml_node *key)
{
    if (key->kind != YAML_SCALAR) {
        diag_error(r->diag, yaml_pos(key), "%s cannot be a key; expected text",
                   yaml_kind_name(key));
        return false;
    }
    if (!key->quoted && strcmp(key->text, "<<") == 0) {
        diag_error(r->diag, yaml_pos(key),
                   "'<<': merge keys are not read; write the keys out, or give the whole mapping "
                   "by an alias");
        return false;
    }
    return true;
}

/* Keys and values from `base` on, the first of twins kept. */
static void fill_map(struct yaml_reader *r, struct yaml_node *n, size_t base)
{
    struct yaml_map_maker maker;
    yaml_map_begin(&maker, r->arena, (r->stack_len - base) / 2);
    for (size_t i = base; i < r->stack_len; i += 2) {
        const struct yaml_pair pair = {r->stack[i], r->stack[i + 1]};
        const struct yaml_pair *twin = yaml_map_add(&maker, pair);
        if (twin == NULL)
            continue;
        diag_error(r->diag, yaml_pos(pair.key), "'%s' is given twice", pair.key->text);
        diag_note(r->diag, yaml_pos(twin->key), "it stands here first");
    }
    yaml_map_end(&maker, n);
    r->stack_len = base;
}

static bool read_map(struct yaml_reader *r, struct yaml_node *n, unsigned depth,
                     struct yaml_built *out)
{
    const size_t base = r->stack_len;
    *out = (struct yaml_built){n, 1};
    for (;;) {
        struct yaml_built key;
        struct yaml_built value;
        bool ended;
        if (!read_child(r, depth, &key, &ended))
            return false;
        if (ended)
            break;
        if (!read_child(r, depth, &value, &ended))
            return false;
        out->height = above(above(out->height, key), value);
        if (may_be_key(r, key.node)) {
            push(r, key.node);
            push(r, value.node);
        }
    }
    fill_map(r, n, base);
    return true;
}

static bool read_collection(struct yaml_reader *r, const yaml_event_t *ev, unsigned depth,
                            struct yaml_built *out)
{
    if (depth == YAML_DEEPEST) {
        diag_error(r->diag, yaml_place(r, ev->start_mark), "nested deeper than %d",
                   (int)YAML_DEEPEST);
        return give_up(r, ev->start_mark);
    }
    const bool is_map = ev->type == YAML_MAPPING_START_EVENT;
    if (is_map)
        check_tag(r, ev, ev->data.mapping_start.tag, "map");
    else
        check_tag(r, ev, ev->data.sequence_start.tag, "seq");
    struct yaml_node *n = new_node(r, ev, 0);
    return is_map ? read_map(r, n, depth + 1, out) : read_list(r, n, depth + 1, out);
}

static const char *anchor_of(const yaml_event_t *ev)
{
    if (ev->type == YAML_SCALAR_EVENT)
        return (const char *)ev->data.scalar.anchor;
    if (ev->type == YAML_MAPPING_START_EVENT)
        return (const char *)ev->data.mapping_start.anchor;
    return (const char *)ev->data.sequence_start.anchor;
}

bool yaml_read_value(struct yaml_reader *r, const yaml_event_t *ev, unsigned depth,
                     struct yaml_built *out)
{
    if (ev->type == YAML_ALIAS_EVENT)
        return read_alias(r, ev, depth, out);
    const char *anchor = anchor_of(ev);
    const uint32_t id = anchor == NULL ? INTERN_NONE : yaml_anchor_open(&r->anchors, anchor);
    const size_t nodes_before = r->nodes;
    if (ev->type == YAML_SCALAR_EVENT)
        read_scalar(r, ev, out);
    else if (!read_collection(r, ev, depth, out))
        return false;
    if (id != INTERN_NONE)
        yaml_anchor_close(&r->anchors, id,
                          (struct yaml_anchor){.node = out->node,
                                               .nodes = r->nodes - nodes_before,
                                               .height = out->height});
    return true;
}
