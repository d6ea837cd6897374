#include "sim/yaml_problem.h"

#include "sim/check.h"
#include "sim/utf8.h"
#include "sim/yaml_reader.h"

#include <string.h>

enum place {
    AT_PROBLEM, /* where libyaml stopped */
    AT_CONTEXT, /* where what it was reading began */
};

/* Rows are tried in order; a context of NULL fits all. */
static const struct wording {
    const char *problem;
    const char *context;
    enum place place;
    const char *words;
    const char *note; /* NULL, or what began at the context */
} wordings[] = {
    {"mapping values are not allowed in this context", NULL, AT_PROBLEM,
     "no key can end here; put text that holds ': ' in quotes, or check the indentation and "
     "the line above",
     NULL},
    {"mapping keys are not allowed in this context", NULL, AT_PROBLEM,
     "no key can begin here; check the indentation", NULL},
    {"block sequence entries are not allowed in this context", NULL, AT_PROBLEM,
     "no list item can begin here; begin the list on a line of its own", NULL},
    {"could not find expected ':'", NULL, AT_CONTEXT,
     "expected 'key: value'; there is no ':' after this", NULL},
    {"did not find expected key", NULL, AT_PROBLEM,
     "expected a key of the mapping above; check the indentation, and quotes that end too early",
     "the mapping begins here"},
    {"did not find expected '-' indicator", NULL, AT_PROBLEM,
     "expected '- ' and a further item of the list above; check the indentation",
     "the list begins here"},
    {"did not find expected ',' or ']'", NULL, AT_PROBLEM, "expected ',' or ']'",
     "the list begins here"},
    {"did not find expected ',' or '}'", NULL, AT_PROBLEM, "expected ',' or '}'",
     "the mapping begins here"},
    {"did not find expected node content", NULL, AT_PROBLEM, "expected a value", NULL},
    {"did not find expected <document start>", NULL, AT_PROBLEM,
     "does not go on from what stands above; check the indentation", NULL},
    {"found unexpected end of stream", "while scanning a quoted scalar", AT_CONTEXT,
     "the quote that begins here never ends", NULL},
    {"found unexpected document indicator", "while scanning a quoted scalar", AT_CONTEXT,
     "the quote that begins here does not end before the next document", NULL},
    {"found unknown escape character", NULL, AT_PROBLEM,
     "unknown escape; write '\\\\' for a backslash, or use single quotes", NULL},
    {"found a tab character", NULL, AT_PROBLEM, "a tab; YAML indents with spaces", NULL},
    {"did not find expected alphabetic or numeric character", NULL, AT_CONTEXT,
     "a name must follow '&' and '*'; put text that begins with them in quotes", NULL},
    {"found undefined tag handle", NULL, AT_PROBLEM,
     "unknown tag; put text that begins with '!' in quotes", NULL},
};

static bool fits(const struct wording *w, const yaml_parser_t *p)
{
    const char *context = p->context == NULL ? "" : p->context;
    return strncmp(w->problem, p->problem, strlen(w->problem)) == 0 &&
           (w->context == NULL || strcmp(w->context, context) == 0);
}

static const struct wording *find_wording(const yaml_parser_t *p)
{
    for (size_t i = 0; i < sizeof wordings / sizeof wordings[0]; i++)
        if (fits(&wordings[i], p))
            return &wordings[i];
    return NULL;
}

static void report_foreign_char(const struct yaml_reader *r, struct src_pos at)
{
    const char c = (char)*r->parser.buffer.pointer;
    if (c == '\t')
        diag_error(r->diag, at, "a tab; YAML indents with spaces");
    else
        diag_error(r->diag, at, "no value can begin with '%c'; put it in quotes", c);
}

static void report_worded(const struct yaml_reader *r, const struct wording *w)
{
    const struct src_pos problem = yaml_place(r, r->parser.problem_mark);
    const struct src_pos context = yaml_place(r, r->parser.context_mark);
    diag_error(r->diag, w->place == AT_CONTEXT ? context : problem, "%s", w->words);
    if (w->note != NULL)
        diag_note(r->diag, context, "%s", w->note);
}

unsigned yaml_report_problem(const struct yaml_reader *r)
{
    const yaml_parser_t *p = &r->parser;
    SIM_REQUIRE(p->error != YAML_MEMORY_ERROR && p->problem != NULL);
    const struct src_pos at = yaml_place(r, p->problem_mark);
    const struct wording *w = find_wording(p);
    if (w != NULL)
        report_worded(r, w);
    else if (strcmp(p->problem, "found character that cannot start any token") == 0)
        report_foreign_char(r, at);
    else
        diag_error(r->diag, at, "no YAML: %s%s%s", p->problem, p->context != NULL ? " " : "",
                   p->context != NULL ? p->context : "");
    return at.line;
}

/* What YAML allows in a text as it stands, escapes apart. */
static bool is_printable(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0x7f) || c == 0x85 ||
           (c >= 0xa0 && c <= 0xfffd) || c >= 0x10000;
}

static void report_byte(const struct yaml_file *f, size_t offset, bool is_utf8)
{
    struct src_pos at = {f->name, 1, 1};
    uint32_t c;
    for (size_t i = 0; i < offset;) {
        at.col++;
        if (f->text[i] == '\n')
            at = (struct src_pos){f->name, at.line + 1, 1};
        i += utf8_read(f->text + i, f->len - i, &c);
    }
    const unsigned byte = (unsigned char)f->text[offset];
    if (is_utf8)
        diag_error(f->diag, at, "a control character (0x%02x); leave it out", byte);
    else
        diag_error(f->diag, at, "byte 0x%02x is not UTF-8; save the file as UTF-8", byte);
}

/* A file of another kind altogether. */
static bool report_kind(const struct yaml_file *f)
{
    static const struct {
        const char *magic;
        const char *words;
    } kinds[] = {
        {"\x1f\x8b", "is compressed by gzip; expected YAML"},
        {"\xff\xfe", "is UTF-16; save it as UTF-8"},
        {"\xfe\xff", "is UTF-16; save it as UTF-8"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (f->len >= 2 && memcmp(f->text, kinds[i].magic, 2) == 0) {
            diag_error(f->diag, (struct src_pos){f->name, 0, 0}, "%s", kinds[i].words);
            return true;
        }
    return false;
}

bool yaml_check_bytes(const struct yaml_file *f)
{
    for (size_t i = 0; i < f->len;) {
        uint32_t c;
        const unsigned char byte = (unsigned char)f->text[i];
        if ((byte >= 0x20 && byte < 0x7f) || byte == '\n') { /* nearly all there is */
            i++;
            continue;
        }
        const size_t taken = utf8_read(f->text + i, f->len - i, &c);
        if (taken > 0 && is_printable(c)) {
            i += taken;
            continue;
        }
        if (!report_kind(f))
            report_byte(f, i, taken > 0);
        return false;
    }
    return true;
}
