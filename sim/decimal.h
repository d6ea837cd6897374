/*
 * decimal.h - decimal numbers as they were written, multiplied without a rounding error.
 *
 * What every quantity with a unit is read by: 1.5h is 1.5 times 3600e9, exactly.
 *
 * Memory   Borrows the text it was read from.
 * Errors   None of its own: a product says whether it is exact and whether it fits.
 * Cost     O(digits).
 */
#ifndef SIM_DECIMAL_H
#define SIM_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decimal {
    const char *text; /* digits, with at most one point among them */
    size_t len;
};

struct decimal_product {
    int64_t floor; /* rounded down; INT64_MAX if it is too large */
    bool is_exact;
    bool is_too_large;
};

/* Takes a number without a sign off the front of *text: 12, 1.5, .5, 5. but not a lone point. */
bool decimal_take(const char **text, struct decimal *d);

/* Whether there are digits on both sides of the point, or no point. */
bool decimal_is_plain(struct decimal d);

/* d x unit x 10^power. */
struct decimal_product decimal_times(struct decimal d, uint64_t unit, int power);

#endif /* SIM_DECIMAL_H */
