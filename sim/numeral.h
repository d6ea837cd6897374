/*
 * numeral.h - numbers as decimal text, fast and exact: what the writers of CSV and JSON share.
 *
 * Each function writes at `to`, at most NUMERAL_MOST bytes and no NUL, and returns where it ended.
 * Fractions have no trailing zeros: 1500000000 ns is "1.5", 90000000000 ns is "90".
 *
 * Units    Integers are given in the base unit and written in the one that people read.
 * Errors   None.
 * Cost     4 ns for an integer; numeral_real up to 1 us.
 * Threads  Pure functions. numeral_real expects the "C" locale, the one a program starts with.
 */
#ifndef SIM_NUMERAL_H
#define SIM_NUMERAL_H

#include "sim/int128.h"

#include <stdint.h>

enum { NUMERAL_MOST = 48, NUMERAL_PLACES_MOST = 38 };

char *numeral_int(char *to, int64_t value);
char *numeral_seconds(char *to, int64_t ns);
char *numeral_dollars(char *to, int64_t micro_dollars);

/* value / 10^places, places <= NUMERAL_PLACES_MOST: GPU-ns as GPU-seconds, say. */
char *numeral_fixed(char *to, int128 value, unsigned places);

/* With the first of 15, 16 and 17 digits that a reader takes for the very same double, less the
 * zeros at their end. Both zeros are "0"; "nan", "inf" and "-inf" are for the caller to treat. */
char *numeral_real(char *to, double x);

#endif /* SIM_NUMERAL_H */
