#include "results/word_texts.h"

#include "sim/check.h"

#include <stdlib.h>

#define QUOTED UINT32_C(0x80000000)

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

static uint32_t look_at(struct word_texts *w, uint32_t word)
{
    if (word >= w->cap) {
        const size_t old = w->cap;
        while (w->cap <= word)
            w->cap = w->cap == 0 ? FIRST_CAPACITY : 2 * w->cap;
        w->known = realloc(w->known, w->cap * sizeof w->known[0]);
        SIM_REQUIRE(w->known != NULL);
        memset(w->known + old, 0, (w->cap - old) * sizeof w->known[0]);
    }
    const char *text = intern_text(w->words, word);
    const size_t len = strlen(text);
    SIM_REQUIRE(len < QUOTED - 1);
    w->known[word] = (uint32_t)len + 1;
    if (len > ROW_TEXT_MOST || word_text_is_special(text))
        w->known[word] |= QUOTED;
    return w->known[word];
}

static inline uint32_t known_of(struct word_texts *w, uint32_t word)
{
    return word < w->cap && w->known[word] != 0 ? w->known[word] : look_at(w, word);
}

/* Room for the rest of the row again after something was written past it. */
static void write_past(struct row *r, const char *text, size_t len)
{
    out_file_filled(r->file, r->to);
    out_file_write(r->file, text, len);
    r->to = out_file_room(r->file, r->room);
}

/* The text with its quotes doubled, without those around it. */
static void put_doubled(struct row *r, const char *text, size_t len)
{
    for (const char *end = text + len; text < end;) {
        const char *quote = memchr(text, '"', (size_t)(end - text));
        const size_t piece = (size_t)((quote == NULL ? end : quote + 1) - text);
        write_past(r, text, piece);
        if (quote != NULL)
            *r->to++ = '"';
        text += piece;
    }
}

void word_text_put_quoted(struct row *r, const char *text, size_t len)
{
    *r->to++ = '"';
    put_doubled(r, text, len);
    *r->to++ = '"';
    row_empty(r);
}

static inline void put_plain(struct row *r, const char *text, size_t len)
{
    memcpy(r->to, text, len);
    r->to += len;
}

void word_texts_put(struct word_texts *w, struct row *r, uint32_t word)
{
    if (word == INTERN_NONE) {
        row_empty(r);
        return;
    }
    const uint32_t known = known_of(w, word);
    const char *text = intern_text(w->words, word);
    if (known & QUOTED) {
        word_text_put_quoted(r, text, (known & ~QUOTED) - 1);
        return;
    }
    put_plain(r, text, known - 1);
    row_empty(r);
}

void word_texts_put_name(struct word_texts *w, struct row *r, uint32_t word, uint64_t ordinal)
{
    if (ordinal == UINT64_MAX) {
        word_texts_put(w, r, word);
        return;
    }
    const uint32_t known = word == INTERN_NONE ? 1 : known_of(w, word);
    const char *text = intern_text(w->words, word);
    const bool is_quoted = (known & QUOTED) != 0;
    if (is_quoted) {
        *r->to++ = '"';
        put_doubled(r, text, (known & ~QUOTED) - 1);
    } else {
        put_plain(r, text, known - 1);
    }
    *r->to++ = '-';
    r->to = numeral_int(r->to, (int64_t)ordinal);
    if (is_quoted)
        *r->to++ = '"';
    row_empty(r);
}
