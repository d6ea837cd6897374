/* Optimal string alignment, row by row; costs are in tenths of an edit. */
#include "sim/suggest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { EDIT = 10, ALIKE = 1, SHORTEST_PART = 3 };

/* Lower case of ASCII, and one letter for all that separates words. */
static char fold(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c == '_' || c == ' ' ? '-' : c;
}

static unsigned cost_of_change(char a, char b)
{
    if (a == b)
        return 0;
    return fold(a) == fold(b) ? ALIKE : EDIT;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

struct table {
    const char *a;
    const char *b;
    size_t a_len;
    size_t b_len;
    unsigned rows[3][SUGGEST_LONGEST + 1]; /* row i lies in rows[i % 3] */
};

/* Fills row i from the two above it; the least cost in it. */
static unsigned fill_row(struct table *t, size_t i)
{
    const char *a = t->a;
    const char *b = t->b;
    unsigned *row = t->rows[i % 3];
    const unsigned *above = t->rows[(i + 2) % 3];
    const unsigned *above2 = t->rows[(i + 1) % 3];
    row[0] = (unsigned)i * EDIT;
    unsigned lowest = row[0];
    for (size_t j = 1; j <= t->b_len; j++) {
        unsigned cost = above[j - 1] + cost_of_change(a[i - 1], b[j - 1]);
        cost = least(cost, above[j] + EDIT);
        cost = least(cost, row[j - 1] + EDIT);
        const bool swapped = i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                             fold(a[i - 2]) == fold(b[j - 1]) && fold(a[i - 1]) != fold(a[i - 2]);
        if (swapped)
            cost = least(cost, above2[j - 2] + EDIT);
        row[j] = cost;
        lowest = least(lowest, cost);
    }
    return lowest;
}

/* The cost of turning a into b, or anything above `most` once it must be more: no row's least is
 * below that of the row above, nor a swap's cost below that of the row it skips and one edit. */
static unsigned distance(struct table *t, unsigned most)
{
    for (size_t j = 0; j <= t->b_len; j++)
        t->rows[0][j] = (unsigned)j * EDIT;
    for (size_t i = 1; i <= t->a_len; i++)
        if (fill_row(t, i) > most)
            return most + 1;
    return t->rows[t->a_len % 3][t->b_len];
}

static bool is_part(const char *part, size_t part_len, const char *whole, size_t whole_len)
{
    if (part_len < SHORTEST_PART)
        return false;
    for (size_t at = 0; at + part_len <= whole_len; at++) {
        size_t i = 0;
        while (i < part_len && fold(part[i]) == fold(whole[at + i]))
            i++;
        if (i == part_len)
            return true;
    }
    return false;
}

void suggest_init(struct suggest *s, const char *name)
{
    *s = (struct suggest){.name = name, .len = strlen(name), .best_cost = ~0u};
}

/* Parts cost more than any edits that count as near. */
static unsigned cost_of(const struct suggest *s, const char *candidate, size_t len)
{
    const size_t longer = len > s->len ? len : s->len;
    const size_t shorter = len > s->len ? s->len : len;
    const unsigned near = (unsigned)longer * EDIT / 3;
    const unsigned apart = (unsigned)(longer - shorter) * EDIT;
    if (apart <= near) {
        struct table t = {.a = s->name, .b = candidate, .a_len = s->len, .b_len = len};
        const unsigned cost = distance(&t, near);
        if (cost <= near)
            return cost;
    }
    const bool is_longer = len > s->len;
    if (is_part(is_longer ? s->name : candidate, shorter, is_longer ? candidate : s->name, longer))
        return SUGGEST_LONGEST * EDIT + apart;
    return ~0u;
}

void suggest_offer(struct suggest *s, const char *candidate)
{
    const size_t len = strlen(candidate);
    if (len > SUGGEST_LONGEST || s->len > SUGGEST_LONGEST)
        return;
    const unsigned cost = cost_of(s, candidate, len);
    if (cost >= s->best_cost)
        return;
    s->best_cost = cost;
    s->best = candidate;
}

void suggest_offer_all(struct suggest *s, const char *const *candidates)
{
    for (; *candidates != NULL; candidates++)
        suggest_offer(s, *candidates);
}

const char *suggest_hint(struct suggest *s)
{
    s->hint[0] = '\0';
    if (s->best != NULL)
        snprintf(s->hint, sizeof s->hint, "; did you mean '%s'?", s->best);
    return s->hint;
}
