#include "sim/check.h"
#include "sim/yaml_problem.h"
#include "sim/yaml_reader.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_STACK = 256 };

struct src_pos yaml_place(const struct yaml_reader *r, yaml_mark_t mark)
{
    return (struct src_pos){r->file->name,
                            r->file->lines_above + r->lines_before + (unsigned)mark.line + 1,
                            r->file->cols_before + (unsigned)mark.column + 1};
}

bool yaml_next_event(struct yaml_reader *r, yaml_event_t *ev)
{
    if (yaml_parser_parse(&r->parser, ev))
        return true;
    r->stopped_at = yaml_report_problem(r);
    return false;
}

/* Nothing between two "---", or comments only. */
static bool is_empty(const yaml_event_t *ev)
{
    return ev->type == YAML_SCALAR_EVENT && ev->data.scalar.length == 0 &&
           ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && ev->data.scalar.tag == NULL &&
           ev->data.scalar.anchor == NULL;
}

static void add_doc(struct yaml_file *f, const struct yaml_node *doc)
{
    if (f->docs_len == f->docs_cap) {
        f->docs_cap = f->docs_cap == 0 ? 8 : 2 * f->docs_cap;
        f->docs = realloc(f->docs, f->docs_cap * sizeof(struct yaml_node *));
        SIM_REQUIRE(f->docs != NULL);
    }
    f->docs[f->docs_len++] = doc;
}

static bool read_document(struct yaml_reader *r, const struct yaml_node **root)
{
    yaml_event_t ev;
    struct yaml_built built;
    r->anchors.doc++;
    if (!yaml_next_event(r, &ev))
        return false;
    const bool empty = is_empty(&ev);
    const bool ok = yaml_read_value(r, &ev, 0, &built);
    yaml_event_delete(&ev);
    if (!ok || !yaml_next_event(r, &ev))
        return false;
    yaml_event_delete(&ev); /* the end of the document */
    *root = empty ? NULL : built.node;
    return true;
}

/* To the end of the text, or to where a document is given up. A document is added only when what
 * follows it makes sense: libyaml ends one silently before lines that do not belong to it. */
static void read_documents(struct yaml_reader *r)
{
    const struct yaml_node *root = NULL;
    for (;;) {
        yaml_event_t ev;
        if (!yaml_next_event(r, &ev))
            return;
        const yaml_event_type_t type = ev.type;
        yaml_event_delete(&ev);
        if (root != NULL)
            add_doc(r->file, root);
        root = NULL;
        if (type == YAML_STREAM_END_EVENT)
            return;
        if (type == YAML_DOCUMENT_START_EVENT && !read_document(r, &root))
            return;
    }
}

static bool begins_document(const char *line, const char *end)
{
    return end - line >= 3 && memcmp(line, "---", 3) == 0 &&
           (end - line == 3 || strchr(" \t\r\n", line[3]) != NULL);
}

/* Moves to the first line that begins a document, from the one where reading stopped but after
 * the one where it began; false if there is none. */
static bool move_on(struct yaml_reader *r)
{
    const char *at = r->file->text + r->from;
    const char *end = r->file->text + r->file->len;
    const unsigned first = r->lines_before + 1;
    for (unsigned line = first; at < end; line++) {
        if (line > first && line + r->file->lines_above >= r->stopped_at &&
            begins_document(at, end)) {
            r->from = (size_t)(at - r->file->text);
            r->lines_before = line - 1;
            return true;
        }
        const char *eol = memchr(at, '\n', (size_t)(end - at));
        at = eol == NULL ? end : eol + 1;
    }
    return false;
}

/* Reads from r->from to the end, or to where reading stopped. */
static void read_part(struct yaml_reader *r)
{
    SIM_REQUIRE(yaml_parser_initialize(&r->parser));
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->file->text + r->from,
                                 r->file->len - r->from);
    r->stopped_at = 0;
    r->stack_len = 0;
    read_documents(r);
    yaml_parser_delete(&r->parser);
}

void yaml_read_stream(struct yaml_file *f)
{
    struct yaml_reader r = {
        .file = f, .arena = f->arena, .diag = f->diag, .stack_cap = FIRST_STACK};
    if (!yaml_check_bytes(f))
        return;
    r.stack = malloc(FIRST_STACK * sizeof(struct yaml_node *));
    SIM_REQUIRE(r.stack != NULL);
    do
        read_part(&r);
    while (r.stopped_at > 0 && !r.exhausted && move_on(&r));
    yaml_anchors_fini(&r.anchors);
    free(r.stack);
}
