#include "workloads/shell_words.h"

#include "sim/arena.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(char c)
{
    return c == '\0' || c == '\n' || is_blank(c) || strchr(";&|()<>", c) != NULL;
}

/* Behind a bracket that closes what opened at text. */
static const char *skip_brackets(const char *text, char open, char close)
{
    size_t depth = 0;
    for (; *text != '\0'; text++) {
        if (*text == '\\' && text[1] != '\0')
            text++;
        else if (*text == open)
            depth++;
        else if (*text == close && --depth == 0)
            return text + 1;
    }
    return text;
}

/* Behind a substitution that begins with $ or `. */
static const char *skip_expansion(const char *text)
{
    if (*text == '`') {
        const char *end = strchr(text + 1, '`');
        return end == NULL ? text + strlen(text) : end + 1;
    }
    if (text[1] == '(')
        return skip_brackets(text + 1, '(', ')');
    if (text[1] == '{')
        return skip_brackets(text + 1, '{', '}');
    return text + 1;
}

/* --- words --- */

/* A word being read: it never grows beyond the text it comes from. */
struct builder {
    char *out;
    size_t len;
    struct shell_token *token;
};

static void put(struct builder *b, const char *from, const char *end)
{
    memcpy(b->out + b->len, from, (size_t)(end - from));
    b->len += (size_t)(end - from);
}

static const char *take_expansion(struct builder *b, const char *at)
{
    const char *end = skip_expansion(at);
    b->token->is_expanded = true;
    put(b, at, end);
    return end;
}

/* Within "": substitutions work, and a backslash before few characters. */
static const char *take_double(struct builder *b, const char *at)
{
    while (*at != '\0' && *at != '"') {
        if (*at == '$' || *at == '`') {
            at = take_expansion(b, at);
            continue;
        }
        if (*at == '\\' && at[1] != '\0' && strchr("\"\\$`\n", at[1]) != NULL)
            at++;
        put(b, at, at + 1);
        at++;
    }
    return *at == '"' ? at + 1 : at;
}

static const char *take_single(struct builder *b, const char *at)
{
    const char *end = strchr(at, '\'');
    if (end == NULL)
        end = at + strlen(at);
    put(b, at, end);
    return *end == '\'' ? end + 1 : end;
}

static const char *take_escaped(struct builder *b, const char *at)
{
    if (*at == '\0')
        return at;
    if (*at != '\n')
        put(b, at, at + 1);
    return at + 1;
}

static const char *take_plain(struct builder *b, const char *at)
{
    const char *end = at;
    while (!ends_word(*end) && strchr("\"'\\$`", *end) == NULL)
        end++;
    put(b, at, end);
    return end;
}

static void take_word(struct shell_words *w)
{
    struct shell_token *t = &w->token;
    struct builder b = {.out = w->scratch, .token = t};
    const char *at = w->at;
    while (!ends_word(*at)) {
        t->is_quoted |= *at == '"' || *at == '\'' || *at == '\\';
        if (*at == '"')
            at = take_double(&b, at + 1);
        else if (*at == '\'')
            at = take_single(&b, at + 1);
        else if (*at == '\\')
            at = take_escaped(&b, at + 1);
        else if (*at == '$' || *at == '`')
            at = take_expansion(&b, at);
        else
            at = take_plain(&b, at);
    }
    t->kind = SHELL_WORD;
    t->text = arena_text(w->arena, b.out, b.len);
    w->at = at;
}

/* --- what is left out --- */

static void skip_blanks(struct shell_words *w)
{
    for (;;) {
        while (is_blank(*w->at))
            w->at++;
        if (w->at[0] == '\\' && w->at[1] == '\n')
            w->at += 2;
        else if (*w->at == '#')
            w->at += strcspn(w->at, "\n");
        else
            return;
    }
}

static bool is_delimiter(const char *line, size_t len, const char *delimiter, bool is_indented)
{
    while (is_indented && len > 0 && *line == '\t') {
        line++;
        len--;
    }
    return len == strlen(delimiter) && memcmp(line, delimiter, len) == 0;
}

/* The lines up to the delimiters of the here documents that were announced. */
static void skip_here(struct shell_words *w)
{
    for (size_t i = 0; i < w->here_len; i++) {
        bool found = false;
        while (!found && *w->at != '\0') {
            const size_t len = strcspn(w->at, "\n");
            found = is_delimiter(w->at, len, w->here[i], w->here_is_indented[i]);
            w->at += len + (w->at[len] == '\n');
        }
    }
    w->here_len = 0;
}

/* <file, >>file, 2>&1, <<END and its like; the number in front was a word of its own. */
static void skip_redirection(struct shell_words *w)
{
    const bool is_here = strncmp(w->at, "<<", 2) == 0 && w->at[2] != '<';
    w->at += strspn(w->at, "<>");
    const bool is_indented = is_here && *w->at == '-';
    w->at += is_indented || *w->at == '&' || *w->at == '|';
    skip_blanks(w);
    if (*w->at == '(') { /* <(command) */
        w->at = skip_brackets(w->at, '(', ')');
        return;
    }
    if (ends_word(*w->at))
        return;
    take_word(w);
    if (is_here && w->here_len < SHELL_MOST_HERE) {
        w->here_is_indented[w->here_len] = is_indented;
        w->here[w->here_len++] = w->token.text;
    }
}

/* --- tokens --- */

static void take_operator(struct shell_words *w)
{
    static const struct {
        const char *text;
        enum shell_kind kind;
    } operators[] = {
        {"&&", SHELL_AND},  {"||", SHELL_OR},       {";;", SHELL_SEPARATOR},
        {"|", SHELL_PIPE},  {"&", SHELL_BACK},      {"(", SHELL_OPEN},
        {")", SHELL_CLOSE}, {";", SHELL_SEPARATOR}, {"\n", SHELL_SEPARATOR},
    };
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        const size_t len = strlen(operators[i].text);
        if (strncmp(w->at, operators[i].text, len) != 0)
            continue;
        w->token.kind = operators[i].kind;
        w->token.text = operators[i].text;
        w->at += len;
        if (*operators[i].text == '\n')
            skip_here(w);
        return;
    }
}

/* 2>file: a digit that belongs to a redirection. */
static bool is_descriptor(const char *at)
{
    const size_t digits = strspn(at, "0123456789");
    return digits > 0 && (at[digits] == '<' || at[digits] == '>');
}

void shell_words_next(struct shell_words *w)
{
    for (;;) {
        w->token = (struct shell_token){.kind = SHELL_END, .text = ""};
        skip_blanks(w);
        if (is_descriptor(w->at))
            w->at += strspn(w->at, "0123456789");
        if (strncmp(w->at, "&>", 2) == 0)
            w->at++;
        if (*w->at != '<' && *w->at != '>')
            break;
        skip_redirection(w);
    }
    if (*w->at == '\0')
        return;
    if (ends_word(*w->at))
        take_operator(w);
    else
        take_word(w);
}

void shell_words_open(struct shell_words *w, struct arena *arena, const char *script)
{
    *w = (struct shell_words){.arena = arena, .at = script};
    w->scratch = arena_alloc(arena, strlen(script) + 1);
    shell_words_next(w);
}

bool shell_words_is(const struct shell_words *w, const char *keyword)
{
    return w->token.kind == SHELL_WORD && !w->token.is_quoted && !w->token.is_expanded &&
           strcmp(w->token.text, keyword) == 0;
}
