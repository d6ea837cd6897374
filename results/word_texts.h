/*
 * word_texts.h - the run's words as fields of a CSV row: looked at once, then copied.
 *
 * Memory   Four bytes for each word. Borrows the words, which may grow meanwhile.
 * Cost     A copy per field; the first use of a word reads it once.
 */
#ifndef RESULTS_WORD_TEXTS_H
#define RESULTS_WORD_TEXTS_H

#include "results/row.h"
#include "sim/intern.h"

struct word_texts {
    const struct intern *words;
    uint32_t *known; /* by word: length + 1, and QUOTED if it holds what has to be quoted; 0: new */
    size_t cap;
};

void word_texts_init(struct word_texts *w, const struct intern *words);
void word_texts_fini(struct word_texts *w);

/* INTERN_NONE is an empty field. */
void word_texts_put(struct word_texts *w, struct row *r, uint32_t word);

/* The name of a job: "word", or "word-7" if ordinal is not UINT64_MAX. */
void word_texts_put_name(struct word_texts *w, struct row *r, uint32_t word, uint64_t ordinal);

/* Whether a text has to be quoted in CSV. */
bool word_text_is_special(const char *text);

/* A text of any length as a quoted field. */
void word_text_put_quoted(struct row *r, const char *text, size_t len);

#endif /* RESULTS_WORD_TEXTS_H */
