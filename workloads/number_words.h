/*
 * number_words.h - what a log calls its users, groups and queues: a name, or a letter and a number.
 *
 * Memory   A word for each distinct number, in the table of words; 4 bytes for each small one.
 * Cost     O(1) for numbers below NUMBER_WORDS_SMALL met before; otherwise it prints and interns.
 */
#ifndef WORKLOADS_NUMBER_WORDS_H
#define WORKLOADS_NUMBER_WORDS_H

#include "sim/intern.h"

#include <stdint.h>

enum { NUMBER_WORDS_SMALL = 65536 };

struct number_words {
    struct intern *words; /* borrowed */
    const char *prefix;   /* "u" */
    uint32_t *small;      /* by number; INTERN_NONE: not met */
    size_t cap;
};

void number_words_init(struct number_words *w, struct intern *words, const char *prefix);
void number_words_fini(struct number_words *w);

/* The word for a number; INTERN_NONE for a negative one, which stands for unknown. */
uint32_t number_words_get(struct number_words *w, int64_t number);

/* The number has a name from now on. */
void number_words_set(struct number_words *w, int64_t number, const char *name);

#endif /* WORKLOADS_NUMBER_WORDS_H */
