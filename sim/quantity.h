/*
 * quantity.h - numbers, and numbers with a unit, as people write them in a file.
 *
 * Durations have a header of their own (duration.h), dates too (calendar.h).
 *
 * Units    Every quantity demands its unit; only 0 may go without. Case matters: b is a bit, B a
 *          byte, and bits are refused. Results are in the base unit that the name says.
 * Memory   Nothing is kept; reasons are static texts; printed texts lie in the caller's buffer.
 * Errors   False, *why says why ("no unit"), and the result stays as it was. Integers are exact:
 *          too large, and finer than the base unit, are errors, never rounded.
 * Cost     O(length).
 */
#ifndef SIM_QUANTITY_H
#define SIM_QUANTITY_H

#include "sim/int128.h"

#include <stdbool.h>
#include <stdint.h>

#define QUANTITY_INT_HINT        "a whole number"
#define QUANTITY_REAL_HINT       "a number such as 0.25 or 1e-6"
#define QUANTITY_RATIO_HINT      "a ratio such as 0.7 or 70%"
#define QUANTITY_SIZE_HINT       "a size such as 80GiB or 500MB"
#define QUANTITY_RATE_HINT       "a rate such as 12/h or 0.5/s"
#define QUANTITY_MONEY_HINT      "a price such as 98.32 USD/h"
#define QUANTITY_KUBERNETES_HINT "a Kubernetes quantity such as 500m, 2 or 80Gi"

enum { QUANTITY_TEXT = 40 }; /* bytes that hold any printed quantity */

bool quantity_int(const char *text, int64_t *value, const char **why); /* 12, -3 */
bool quantity_real(const char *text, double *value, const char **why); /* -1.5, 1e-6 */

/* 0.7 or 70%, not negative; 33.3% is the very double that 0.333 is. */
bool quantity_ratio(const char *text, double *ratio, const char **why);

/* B, kB MB GB TB PB in powers of 1000, KiB MiB GiB TiB PiB in powers of 1024: 1.5GiB, 500MB. */
bool quantity_size(const char *text, int64_t *bytes, const char **why);

/* A number per unit of duration.h: 12/h, 0.5/s. */
bool quantity_rate(const char *text, double *per_s, const char **why);

/* 98.32 USD/h or 98.32 $/h, exact to the micro-dollar. */
bool quantity_money_per_hour(const char *text, int64_t *micro_usd, const char **why);

/* What Kubernetes makes of a quantity: in thousandths and in units, each rounded up (away from
 * zero) as its Value() and MilliValue() do, and capped at what int64 holds. Sums are rounded once,
 * so they are made of nano: rounded up likewise, though from 9e9 units on to the milli. */
struct quantity_kubernetes {
    int128 nano;
    int64_t milli;
    int64_t units;
    bool milli_is_capped;
    bool units_are_capped;
};

/* 500m, 80Gi, 1e3, 12E, -0.5, 100k, n and u. */
bool quantity_kubernetes(const char *text, struct quantity_kubernetes *q, const char **why);

/* The shortest that is exact: 80GiB, 1500B; 98.32 USD/h. */
const char *quantity_print_size(char buf[QUANTITY_TEXT], int64_t bytes);
const char *quantity_print_money_per_hour(char buf[QUANTITY_TEXT], int64_t micro_usd);

#endif /* SIM_QUANTITY_H */
