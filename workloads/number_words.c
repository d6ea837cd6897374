#include "workloads/number_words.h"

#include "sim/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void number_words_init(struct number_words *w, struct intern *words, const char *prefix)
{
    *w = (struct number_words){.words = words, .prefix = prefix};
}

void number_words_fini(struct number_words *w)
{
    free(w->small);
    w->small = NULL;
    w->cap = 0;
}

static uint32_t printed(const struct number_words *w, int64_t number)
{
    char text[64];
    snprintf(text, sizeof text, "%s%" PRId64, w->prefix, number);
    return intern_add(w->words, text);
}

/* The place of a small number, made if need be. */
static uint32_t *small_one(struct number_words *w, int64_t number)
{
    const size_t i = (size_t)number;
    if (i >= w->cap) {
        const size_t cap = i < 128 ? 256 : 2 * i;
        w->small = realloc(w->small, cap * sizeof w->small[0]);
        SIM_REQUIRE(w->small != NULL);
        while (w->cap < cap)
            w->small[w->cap++] = INTERN_NONE;
    }
    return &w->small[i];
}

uint32_t number_words_get(struct number_words *w, int64_t number)
{
    if (number < 0)
        return INTERN_NONE;
    if (number >= NUMBER_WORDS_SMALL)
        return printed(w, number);
    uint32_t *word = small_one(w, number);
    if (*word == INTERN_NONE)
        *word = printed(w, number);
    return *word;
}

void number_words_set(struct number_words *w, int64_t number, const char *name)
{
    if (number >= 0 && number < NUMBER_WORDS_SMALL)
        *small_one(w, number) = intern_add(w->words, name);
}
