#include "policies/slurm/slurm_lines.h"

#include "sim/arena.h"
#include "sim/file_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What has been read so far; lists double in the arena. */
struct reader {
    struct arena *arena;
    struct diag *diag;
    struct slurm_line *lines;
    size_t lines_len, lines_cap;
    const char **files;
    size_t files_len, files_cap;
    unsigned depth;
};

/* A place in a file's text. */
struct cursor {
    const char *at;
    struct src_pos pos;
};

static void *grow(struct arena *a, const void *old, size_t len, size_t *cap, size_t bytes)
{
    *cap = *cap == 0 ? 16 : 2 * *cap;
    void *new = arena_alloc(a, *cap * bytes);
    if (len > 0)
        memcpy(new, old, len * bytes);
    return new;
}

/* --- characters --- */

/* Characters count as columns, not the bytes of a UTF-8 sequence. */
static void step(struct cursor *c)
{
    if (*c->at == '\n') {
        c->pos.line++;
        c->pos.col = 1;
    } else if (((unsigned char)*c->at & 0xc0) != 0x80) {
        c->pos.col++;
    }
    c->at++;
}

/* Length of a backslash and the end of its line; 0 if there is none here. */
static size_t joint_len(const char *at)
{
    if (at[0] != '\\')
        return 0;
    const size_t blanks = strspn(at + 1, " \t\r");
    return at[1 + blanks] == '\n' ? blanks + 2 : 0;
}

static void skip_joints(struct cursor *c)
{
    for (size_t n; (n = joint_len(c->at)) > 0;)
        while (n-- > 0)
            step(c);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static void skip_blanks(struct cursor *c)
{
    skip_joints(c);
    while (is_blank(*c->at)) {
        step(c);
        skip_joints(c);
    }
}

static bool is_line_end(const struct cursor *c)
{
    return *c->at == '\0' || *c->at == '\n' || *c->at == '#';
}

static void skip_line(struct cursor *c)
{
    while (*c->at != '\0' && *c->at != '\n')
        step(c);
    if (*c->at == '\n')
        step(c);
}

/* --- words --- */

static bool ends_word(const struct cursor *c, char quote, bool is_key)
{
    if (quote != '\0')
        return *c->at == quote || *c->at == '\0' || *c->at == '\n';
    return is_blank(*c->at) || is_line_end(c) || (is_key && *c->at == '=');
}

/* A key, or a value, which may stand in quotes. "\#" is a '#'. */
static const char *take_word(struct reader *r, struct cursor *c, bool is_key)
{
    const char quote = !is_key && *c->at == '"' ? '"' : '\0';
    const struct src_pos begin = c->pos;
    if (quote != '\0')
        step(c);
    const char *first = c->at;
    while (skip_joints(c), !ends_word(c, quote, is_key)) {
        if (c->at[0] == '\\' && c->at[1] == '#')
            step(c);
        step(c);
    }
    char *word = arena_text(r->arena, first, (size_t)(c->at - first));
    char *to = word;
    for (const char *from = word; *from != '\0';) {
        from += joint_len(from);
        if (from[0] == '\\' && from[1] == '#')
            from++;
        if (*from != '\0')
            *to++ = *from++;
    }
    *to = '\0';
    if (quote != '\0' && *c->at == quote)
        step(c);
    else if (quote != '\0')
        diag_error(r->diag, begin, "a quote is opened and not closed on its line");
    return word;
}

/* Key=Value into *out; false after an error. */
static bool take_pair(struct reader *r, struct cursor *c, struct slurm_pair *out)
{
    out->at = c->pos;
    out->key = take_word(r, c, true);
    skip_blanks(c);
    if (*c->at != '=' || out->key[0] == '\0') {
        diag_error(r->diag, out->at, "'%s': not of the form Key=Value", out->key);
        return false;
    }
    step(c);
    skip_blanks(c);
    out->value_at = c->pos;
    out->value = take_word(r, c, false);
    return true;
}

/* --- lines --- */

static void read_file(struct reader *r, const char *path, struct src_pos at);

static void add_line(struct reader *r, const struct slurm_pair *pairs, size_t len)
{
    if (r->lines_len == r->lines_cap)
        r->lines = grow(r->arena, r->lines, r->lines_len, &r->lines_cap, sizeof r->lines[0]);
    r->lines[r->lines_len++] = (struct slurm_line){pairs, len};
}

static const char *beside(struct arena *a, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');
    if (path[0] == '/' || slash == NULL)
        return path;
    return arena_printf(a, "%.*s/%s", (int)(slash - file), file, path);
}

static bool is_include(const struct cursor *c)
{
    return strncasecmp(c->at, "include", 7) == 0 && is_blank(c->at[7]);
}

static void take_include(struct reader *r, struct cursor *c)
{
    const struct src_pos at = c->pos;
    for (int i = 0; i < 7; i++)
        step(c);
    skip_blanks(c);
    const char *path = take_word(r, c, false);
    if (path[0] == '\0')
        diag_error(r->diag, at, "Include: no file is named");
    else
        read_file(r, beside(r->arena, at.file, path), at);
}

static void take_line(struct reader *r, struct cursor *c)
{
    struct slurm_pair *pairs = NULL;
    size_t len = 0, cap = 0;
    skip_blanks(c);
    if (is_include(c)) {
        take_include(r, c);
        skip_line(c);
        return;
    }
    while (!is_line_end(c)) {
        if (len == cap)
            pairs = grow(r->arena, pairs, len, &cap, sizeof pairs[0]);
        if (!take_pair(r, c, &pairs[len]))
            break;
        len++;
        skip_blanks(c);
    }
    skip_line(c);
    if (len > 0)
        add_line(r, pairs, len);
}

/* --- files --- */

static bool may_read(struct reader *r, const char *path, struct src_pos at)
{
    if (r->depth >= SLURM_LINES_DEEPEST)
        diag_error(r->diag, at, "Include: '%s': files include one another more than %d deep", path,
                   SLURM_LINES_DEEPEST);
    else if (r->files_len >= SLURM_LINES_MOST_FILES)
        diag_error(r->diag, at, "Include: '%s': more than %d files", path, SLURM_LINES_MOST_FILES);
    else
        return true;
    return false;
}

static char *load(struct reader *r, const char *path, struct src_pos at, size_t *len)
{
    char *text;
    if (!file_text_read(path, &text, len)) {
        diag_error(r->diag, at, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *kept = arena_text(r->arena, text, *len);
    free(text);
    if (strlen(kept) != *len) {
        diag_error(r->diag, (struct src_pos){.file = path}, "not a text: it holds a zero byte");
        return NULL;
    }
    return kept;
}

static void read_text(struct reader *r, const char *file, const char *text, size_t len)
{
    diag_lend_text(r->diag, file, text, len);
    if (r->files_len == r->files_cap)
        r->files = grow(r->arena, r->files, r->files_len, &r->files_cap, sizeof r->files[0]);
    r->files[r->files_len++] = file;
    r->depth++;
    struct cursor c = {.at = text, .pos = {.file = file, .line = 1, .col = 1}};
    while (*c.at != '\0')
        take_line(r, &c);
    r->depth--;
}

static void read_file(struct reader *r, const char *path, struct src_pos at)
{
    size_t len;
    if (!may_read(r, path, at))
        return;
    const char *file = arena_text(r->arena, path, strlen(path));
    const char *text = load(r, file, at, &len);
    if (text != NULL)
        read_text(r, file, text, len);
}

bool slurm_lines_read(struct arena *a, const char *path, struct src_pos at, struct diag *d,
                      struct slurm_lines *out)
{
    struct reader r = {.arena = a, .diag = d};
    read_file(&r, path, at);
    *out = (struct slurm_lines){r.lines, r.lines_len, r.files, r.files_len};
    return r.files_len > 0;
}

void slurm_lines_parse(struct arena *a, const char *name, const char *text, struct diag *d,
                       struct slurm_lines *out)
{
    struct reader r = {.arena = a, .diag = d};
    const size_t len = strlen(text);
    read_text(&r, arena_text(a, name, strlen(name)), arena_text(a, text, len), len);
    *out = (struct slurm_lines){r.lines, r.lines_len, r.files, r.files_len};
}

void slurm_lines_forget(const struct slurm_lines *l, struct diag *d)
{
    for (size_t i = 0; i < l->files_len; i++)
        diag_forget_text(d, l->files[i]);
}
