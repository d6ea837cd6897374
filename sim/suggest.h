/*
 * suggest.h - which of the valid names was meant by a wrong one.
 *
 *   struct suggest s;
 *   suggest_init(&s, "bandwith");
 *   for each valid name: suggest_offer(&s, name);
 *   diag_error(d, at, "unknown key '%s'%s", "bandwith", suggest_hint(&s));
 *                                                    "; did you mean 'bandwidth'?"
 *
 * Near means few edits (a letter put in, left out, changed, or two neighbours swapped) for the
 * length of the names, at most one in three; a change between upper and lower case, or between
 * '-', '_' and ' ', is a tenth of one. A name that is part of a longer one is near as well, but
 * less.
 *
 * Order    The nearest wins; among equally near ones the first that was offered.
 * Memory   Borrows the names until the hint is printed.
 * Cost     O(length^2) per offer, nothing for names whose lengths alone tell them apart.
 */
#ifndef SIM_SUGGEST_H
#define SIM_SUGGEST_H

#include <stddef.h>

enum { SUGGEST_LONGEST = 253 }; /* bytes, as Kubernetes allows; longer names are not compared */

struct suggest {
    const char *name;
    size_t len;
    const char *best; /* NULL while nothing was near */
    unsigned best_cost;
    char hint[SUGGEST_LONGEST + 24];
};

void suggest_init(struct suggest *s, const char *name);
void suggest_offer(struct suggest *s, const char *candidate);

/* Offers a list that NULL ends. */
void suggest_offer_all(struct suggest *s, const char *const *candidates);

/* "; did you mean 'x'?" or "". Lies in s. */
const char *suggest_hint(struct suggest *s);

#endif /* SIM_SUGGEST_H */
