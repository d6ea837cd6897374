/*
 * duration.h - lengths of time as people write them, each context with its own grammar.
 *
 * Memory   Nothing is kept; reasons are static texts.
 * Errors   False, *why says why, and *ns stays as it was. Too large, and finer than a nanosecond,
 *          are errors: nothing is ever rounded.
 * Cost     O(length).
 */
#ifndef SIM_DURATION_H
#define SIM_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DURATION_HINT      "a duration such as 90s or 1.5h"
#define DURATION_UNLIMITED INT64_MAX /* what Slurm's UNLIMITED reads as */

enum { DURATION_TEXT = 40 }; /* bytes that hold any printed duration */

/* Ours: numbers with units ns us ms s m (or min) h d w, the larger unit first, 90s, 1.5h, 1d12h;
 * or Slurm's D-HH:MM:SS. Only 0 may go without a unit. */
bool duration_parse(const char *text, int64_t *ns, const char **why);

/* Slurm's own times: M, M:S, H:M:S, D-H, D-H:M, D-H:M:S, and UNLIMITED, INFINITE or -1. */
bool duration_parse_slurm(const char *text, int64_t *ns, const char **why);

/* Go's time.ParseDuration: a sign, then numbers with units ns us ms s m h in any order. Go drops
 * what is finer than a nanosecond; here it is an error. */
bool duration_parse_go(const char *text, int64_t *ns, const char **why);

/* A unit of the first grammar in ns, 0 if there is none of that name. */
int64_t duration_unit_ns(const char *name, size_t len);

/* The shortest text that duration_parse reads as the same, in units a reader likes: 90s, 1d12h,
 * 1.5ms. A negative one begins with '-'. Lies in buf. */
const char *duration_print(char buf[DURATION_TEXT], int64_t ns);

#endif /* SIM_DURATION_H */
