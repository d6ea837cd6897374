/*
 * catalogue_text.h - the files of models/catalogue/, made part of the program when it is built
 * (scripts/embed.cmake), so that an installed binary needs no data files.
 */
#ifndef MODELS_CATALOGUE_TEXT_H
#define MODELS_CATALOGUE_TEXT_H

#include <stddef.h>

struct catalogue_text {
    const char *name; /* the file's */
    const unsigned char *bytes;
    size_t len;
};

extern const struct catalogue_text catalogue_texts[]; /* ended by a name of NULL */

#endif /* MODELS_CATALOGUE_TEXT_H */
