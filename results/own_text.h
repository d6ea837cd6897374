/* own_text.h - a copy of a text, to be freed. */
#ifndef RESULTS_OWN_TEXT_H
#define RESULTS_OWN_TEXT_H

#include "sim/check.h"

#include <string.h>

static inline char *own_text(const char *text)
{
    char *copy = strdup(text);
    SIM_REQUIRE(copy != NULL);
    return copy;
}

#endif /* RESULTS_OWN_TEXT_H */
