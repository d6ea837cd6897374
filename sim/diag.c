/* A message is made whole in memory, cleaned, and printed with the line it speaks of. */
#include "sim/diag.h"

#include "sim/check.h"
#include "sim/hash.h"
#include "sim/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MESSAGE_MOST = 1000, /* bytes; a longer one is cut in its middle, for both ends matter */
    MESSAGE_TAIL = 300,
    LINE_MOST = 120,  /* characters of the source line that are shown */
    LINE_BEFORE = 80, /* of them before the caret */
};

struct diag_text {
    struct diag_text *next;
    const char *file;
    const char *text;
    size_t len;
    unsigned line;  /* the line looked up last */
    size_t line_at; /* and the byte where it begins */
};

struct span {
    const char *text;
    size_t len;
};

void diag_init(struct diag *d, FILE *out)
{
    *d = (struct diag){.out = out};
}

void diag_fini(struct diag *d)
{
    while (d->texts != NULL) {
        struct diag_text *next = d->texts->next;
        free(d->texts);
        d->texts = next;
    }
    free(d->said);
    d->said = NULL;
}

void diag_lend_text(struct diag *d, const char *file, const char *text, size_t len)
{
    struct diag_text *t = malloc(sizeof *t);
    SIM_REQUIRE(t != NULL);
    *t = (struct diag_text){d->texts, file, text, len, 1, 0};
    d->texts = t;
}

void diag_forget_text(struct diag *d, const char *file)
{
    struct diag_text **at = &d->texts;
    while (*at != NULL && (*at)->file != file)
        at = &(*at)->next;
    if (*at == NULL)
        return;
    struct diag_text *gone = *at;
    *at = gone->next;
    free(gone);
}

/* The very text the name was lent with, or else one of the same name. */
static struct diag_text *find_text(const struct diag *d, const char *file)
{
    struct diag_text *twin = NULL;
    for (struct diag_text *t = d->texts; t != NULL; t = t->next) {
        if (t->file == file)
            return t;
        if (twin == NULL && strcmp(t->file, file) == 0)
            twin = t;
    }
    return twin;
}

static bool find_line(struct diag_text *t, unsigned line, struct span *out)
{
    if (line < t->line) {
        t->line = 1;
        t->line_at = 0;
    }
    for (; t->line < line; t->line++) {
        const char *end = memchr(t->text + t->line_at, '\n', t->len - t->line_at);
        if (end == NULL)
            return false;
        t->line_at = (size_t)(end + 1 - t->text);
    }
    out->text = t->text + t->line_at;
    const char *end = memchr(out->text, '\n', t->len - t->line_at);
    out->len = end == NULL ? t->len - t->line_at : (size_t)(end - out->text);
    if (out->len > 0 && out->text[out->len - 1] == '\r')
        out->len--;
    return true;
}

/* Takes the first character off; false at the end. Foreign bytes count as one each. */
static bool next_char(struct span *s, uint32_t *c, struct span *bytes)
{
    if (s->len == 0)
        return false;
    bytes->text = s->text;
    bytes->len = utf8_read(s->text, s->len, c);
    if (bytes->len == 0) {
        *c = 0xfffd;
        *bytes = (struct span){"?", 1};
    }
    const size_t taken = bytes->text == s->text ? bytes->len : 1;
    s->text += taken;
    s->len -= taken;
    return true;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* The line from character `skip` on, and below it a caret under character `col`. */
static void print_window(FILE *out, struct span line, unsigned skip, unsigned col)
{
    struct span bytes;
    uint32_t c;
    for (unsigned i = 0; i < skip; i++)
        next_char(&line, &c, &bytes);
    struct span rest = line;
    for (unsigned i = 0; i < LINE_MOST && next_char(&rest, &c, &bytes); i++) {
        if (is_control(c) && c != '\t')
            fputc('?', out);
        else
            fwrite(bytes.text, 1, bytes.len, out);
    }
    fprintf(out, "%s\n", rest.len > 0 ? "..." : "");
    if (col == 0)
        return;
    fprintf(out, "      | %s", skip > 0 ? "   " : "");
    for (unsigned i = 1; i < col - skip && next_char(&line, &c, &bytes); i++) {
        if (c == '\t')
            fputc('\t', out); /* a tab under a tab ends at the same place */
        else
            fprintf(out, "%*s", (int)utf8_width(c), "");
    }
    fputs("^\n", out);
}

static void print_source(const struct diag *d, struct src_pos at)
{
    struct diag_text *t = at.file == NULL || at.line == 0 ? NULL : find_text(d, at.file);
    struct span line;
    if (t == NULL || !find_line(t, at.line, &line))
        return;
    const unsigned skip = at.col > LINE_BEFORE + 1 ? at.col - LINE_BEFORE - 1 : 0;
    fprintf(d->out, "%5u | %s", at.line, skip > 0 ? "..." : "");
    print_window(d->out, line, skip, at.col);
}

static void print_clean(FILE *out, struct span s)
{
    static const char names[][3] = {['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r"};
    struct span bytes;
    uint32_t c;
    while (next_char(&s, &c, &bytes)) {
        if (!is_control(c))
            fwrite(bytes.text, 1, bytes.len, out);
        else if (c < sizeof names / sizeof names[0] && names[c][0] != '\0')
            fputs(names[c], out);
        else
            fprintf(out, "\\x%02x", (unsigned)c);
    }
}

/* Not into the middle of a character. */
static size_t char_start(const char *text, size_t at)
{
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return at;
}

PRINTF_LIKE(1, 0) /* 0: the arguments are a va_list */
static char *format_message(const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    const int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    SIM_REQUIRE(len >= 0);
    char *text = malloc((size_t)len + 1);
    SIM_REQUIRE(text != NULL);
    vsnprintf(text, (size_t)len + 1, fmt, ap);
    return text;
}

static void print_message(FILE *out, const char *text)
{
    const size_t len = strlen(text);
    size_t left = len;
    const char *from = text;
    if (left > MESSAGE_MOST) {
        print_clean(out, (struct span){text, char_start(text, MESSAGE_MOST - MESSAGE_TAIL)});
        fputs(" ... ", out);
        from = text + char_start(text, left - MESSAGE_TAIL);
        left = (size_t)(text + len - from);
    }
    print_clean(out, (struct span){from, left});
    fputc('\n', out);
}

/* Whether this was said of this place before; remembers it if not. A file that is read once for
 * each policy is complained about once. */
static bool is_repeated(struct diag *d, struct src_pos at, const char *text)
{
    if (at.file == NULL)
        return false;
    uint64_t hash = hash_bytes(text, strlen(text));
    hash = hash_more(hash, at.file, strlen(at.file));
    hash = hash_more(hash, &at.line, sizeof at.line);
    hash = hash_more(hash, &at.col, sizeof at.col);
    struct diag_text *t = at.line == 0 ? NULL : find_text(d, at.file);
    struct span line;
    if (t != NULL &&
        find_line(t, at.line, &line)) /* another text of the same name is another place */
        hash = hash_more(hash, line.text, line.len);
    for (size_t i = 0; i < d->said_len; i++)
        if (d->said[i] == hash)
            return true;
    if (d->said_len == d->said_cap) {
        d->said_cap = d->said_cap == 0 ? 16 : 2 * d->said_cap;
        d->said = realloc(d->said, d->said_cap * sizeof d->said[0]);
        SIM_REQUIRE(d->said != NULL);
    }
    d->said[d->said_len++] = hash;
    return false;
}

/* Messages of one grade. */
struct diag_count {
    unsigned all, repeated;
};

static void print(const struct diag *d, struct src_pos at, const char *grade, const char *text)
{
    if (at.file != NULL)
        print_clean(d->out, (struct span){at.file, strlen(at.file)});
    if (at.file != NULL && at.line > 0)
        fprintf(d->out, ":%u", at.line);
    if (at.file != NULL && at.line > 0 && at.col > 0)
        fprintf(d->out, ":%u", at.col);
    fprintf(d->out, "%s%s: ", at.file != NULL ? ": " : "", grade);
    print_message(d->out, text);
    print_source(d, at);
}

/* Counts the message; prints it unless there were too many of its grade, or it was said before. */
PRINTF_LIKE(5, 0)
static void report(struct diag *d, struct diag_count *count, struct src_pos at, const char *grade,
                   const char *fmt, va_list ap)
{
    count->all++;
    d->muted = count->all - count->repeated > DIAG_MOST;
    if (d->muted)
        return;
    char *text = format_message(fmt, ap);
    d->muted = is_repeated(d, at, text);
    if (d->muted)
        count->repeated++;
    else
        print(d, at, grade, text);
    free(text);
}

PRINTF_LIKE(3, 0)
static void report_error(struct diag *d, struct src_pos at, const char *fmt, va_list ap)
{
    struct diag_count count = {d->errors, d->repeated_errors};
    report(d, &count, at, "error", fmt, ap);
    d->errors = count.all;
    d->repeated_errors = count.repeated;
}

void diag_error(struct diag *d, struct src_pos at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report_error(d, at, fmt, ap);
    va_end(ap);
}

void diag_world(struct diag *d, struct src_pos at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    report_error(d, at, fmt, ap);
    va_end(ap);
    d->is_world = true;
}

void diag_warning(struct diag *d, struct src_pos at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct diag_count count = {d->warnings, d->repeated_warnings};
    report(d, &count, at, "warning", fmt, ap);
    d->warnings = count.all;
    d->repeated_warnings = count.repeated;
    va_end(ap);
}

void diag_remark(struct diag *d, struct src_pos at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct diag_count count = {d->remarks, d->repeated_remarks};
    report(d, &count, at, "note", fmt, ap);
    d->remarks = count.all;
    d->repeated_remarks = count.repeated;
    va_end(ap);
}

void diag_note(struct diag *d, struct src_pos at, const char *fmt, ...)
{
    if (d->muted)
        return;
    va_list ap;
    va_start(ap, fmt);
    char *text = format_message(fmt, ap);
    print(d, at, "note", text);
    free(text);
    va_end(ap);
}

static void print_count(FILE *out, unsigned n, const char *what)
{
    fprintf(out, "%u %s%s", n, what, n == 1 ? "" : "s");
}

void diag_sum_up(const struct diag *d)
{
    const struct {
        unsigned n;
        const char *what;
    } counts[] = {{d->errors - d->repeated_errors, "error"},
                  {d->warnings - d->repeated_warnings, "warning"},
                  {d->remarks - d->repeated_remarks, "note"}};
    unsigned kinds = 0;
    bool are_all = true;
    for (int i = 0; i < 3; i++)
        kinds += counts[i].n > 0;
    if (kinds == 0)
        return;
    for (int i = 0; i < 3; i++) {
        if (counts[i].n == 0)
            continue;
        print_count(d->out, counts[i].n, counts[i].what);
        kinds--;
        fputs(kinds > 1 ? ", " : kinds == 1 ? " and " : "", d->out);
        are_all = are_all && counts[i].n <= DIAG_MOST;
    }
    if (!are_all)
        fprintf(d->out, "; shown are the first %d of a kind", (int)DIAG_MOST);
    fputc('\n', d->out);
}
