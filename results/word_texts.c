#include "results/word_texts.h"

#include "sim/check.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

void word_texts_init(struct word_texts *w, const struct intern *words)
{
    *w = (struct word_texts){.words = words};
}

void word_texts_fini(struct word_texts *w)
{
    free(w->known);
    *w = (struct word_texts){0};
}

bool word_text_is_special(const char *text)
{
    return text[strcspn(text, ",\"\n\r")] != '\0';
}

static void make_room(struct word_texts *w, uint32_t word)
{
    const size_t old = w->cap;
    while (w->cap <= word)
        w->cap = w->cap == 0 ? FIRST_CAPACITY : 2 * w->cap;
    w->known = realloc(w->known, w->cap * sizeof w->known[0]);
    SIM_REQUIRE(w->known != NULL);
    memset(w->known + old, 0, (w->cap - old) * sizeof w->known[0]);
}

static const struct word_text *look_at(struct word_texts *w, uint32_t word)
{
    if (word >= w->cap)
        make_room(w, word);
    struct word_text *t = &w->known[word];
    if (t->text != NULL)
        return t;
    t->text = intern_text(w->words, word);
    const size_t len = strlen(t->text);
    SIM_REQUIRE(len <= UINT32_MAX);
    t->len = (uint32_t)len;
    t->is_special = word_text_is_special(t->text);
    t->is_short = len <= ROW_BLOCK && !t->is_special;
    if (t->is_short)
        memcpy(t->start, t->text, len);
    return t;
}

/* The text with its quotes doubled, without those around it. */
static char *put_doubled(const struct rows *rows, char *to, const char *text, size_t len)
{
    for (const char *end = text + len; text < end;) {
        const char *quote = memchr(text, '"', (size_t)(end - text));
        const size_t piece = (size_t)((quote == NULL ? end : quote + 1) - text);
        to = row_past(rows, to, text, piece);
        if (quote != NULL)
            *to++ = '"';
        text += piece;
    }
    return to;
}

char *word_text_put_quoted(const struct rows *rows, char *to, const char *text, size_t len)
{
    *to++ = '"';
    to = put_doubled(rows, to, text, len);
    *to++ = '"';
    return row_empty(to);
}

static char *put_plain(const struct rows *rows, char *to, const struct word_text *t)
{
    if (t->len > ROW_TEXT_MOST)
        return row_past(rows, to, t->text, t->len);
    memcpy(to, t->text, t->len);
    return to + t->len;
}

char *word_texts_put_other(struct word_texts *w, const struct rows *rows, char *to, uint32_t word)
{
    const struct word_text *t = look_at(w, word);
    if (t->is_special)
        return word_text_put_quoted(rows, to, t->text, t->len);
    return row_empty(put_plain(rows, to, t));
}

static char *put_ordinal(char *to, uint64_t ordinal)
{
    *to = '-';
    return numeral_int(to + 1, (int64_t)ordinal);
}

char *word_texts_put_name(struct word_texts *w, const struct rows *rows, char *to, uint32_t word,
                          uint64_t ordinal)
{
    static const struct word_text no_word = {.is_short = true};
    if (ordinal == UINT64_MAX)
        return word_texts_put(w, rows, to, word);
    const struct word_text *t = word == INTERN_NONE ? &no_word : look_at(w, word);
    if (t->is_special) {
        *to++ = '"';
        to = put_ordinal(put_doubled(rows, to, t->text, t->len), ordinal);
        *to++ = '"';
        return row_empty(to);
    }
    to = t->is_short ? row_copy_blocks(to, t->start, t->len) : put_plain(rows, to, t);
    return row_empty(put_ordinal(to, ordinal));
}
