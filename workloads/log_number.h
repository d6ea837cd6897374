/*
 * log_number.h - numbers as programs print them into logs: 12, -1, 2.50, +.5, 1.3e+09.
 *
 * Memory   Borrows the text.
 * Errors   False for anything else: nan, 0x10, 1,000, blanks.
 * Cost     O(length).
 */
#ifndef WORKLOADS_LOG_NUMBER_H
#define WORKLOADS_LOG_NUMBER_H

#include "sim/decimal.h"

struct log_number {
    struct decimal decimal;
    int power; /* of ten */
    bool is_negative;
    bool has_point;
};

/* The whole text must be a number; a character that is no part of one must stand behind it. */
bool log_number_parse(const char *text, size_t len, struct log_number *n);

/* The number x unit x 10^power; of a negative one, floor is rounded towards 0 and negative. */
struct decimal_product log_number_times(const struct log_number *n, uint64_t unit, int power);

#endif /* WORKLOADS_LOG_NUMBER_H */
