/*
 * word_texts.h - the run's words as fields of a CSV row: looked at once, then copied.
 *
 * Memory   32 bytes for each word that was asked for, or below one. Borrows the words, which may
 *          grow meanwhile.
 * Cost     A copy per field; the first use of a word reads it once.
 */
#ifndef RESULTS_WORD_TEXTS_H
#define RESULTS_WORD_TEXTS_H

#include "results/row.h"
#include "sim/intern.h"

struct word_text {
    const char *text; /* NULL: not looked at yet */
    uint32_t len;
    bool is_short;   /* `start` holds all of it */
    bool is_special; /* has to be quoted */
    char start[ROW_BLOCK];
};

struct word_texts {
    const struct intern *words;
    struct word_text *known; /* by word */
    size_t cap;
};

void word_texts_init(struct word_texts *w, const struct intern *words);
void word_texts_fini(struct word_texts *w);

/* For word_texts_put and word_texts_put_name: a word that is not a known short one. */
char *word_texts_put_other(struct word_texts *w, const struct rows *rows, char *to, uint32_t word);

/* The name of a job: "word", or "word-7" if ordinal is not UINT64_MAX. */
char *word_texts_put_name(struct word_texts *w, const struct rows *rows, char *to, uint32_t word,
                          uint64_t ordinal);

/* Whether a text has to be quoted in CSV. */
bool word_text_is_special(const char *text);

/* A text of any length as a quoted field. */
char *word_text_put_quoted(const struct rows *rows, char *to, const char *text, size_t len);

/* INTERN_NONE is an empty field. */
static inline char *word_texts_put(struct word_texts *w, const struct rows *rows, char *to,
                                   uint32_t word)
{
    if (word == INTERN_NONE)
        return row_empty(to);
    if (word < w->cap && w->known[word].is_short)
        return row_empty(row_copy_blocks(to, w->known[word].start, w->known[word].len));
    return word_texts_put_other(w, rows, to, word);
}

#endif /* RESULTS_WORD_TEXTS_H */
