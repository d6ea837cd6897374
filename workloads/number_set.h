/*
 * number_set.h - which numbers of a log were met before.
 *
 * Job numbers of a log mostly follow one another: a bit for each, in pages of 4,096 numbers.
 *
 * Memory   Half a KiB for each page that was touched, NUMBER_SET_MOST_PAGES at most: 8 MiB, enough
 *          for 67 million numbers in a row. Then the set is full, and takes new numbers only
 *          where it has pages; it says of the others that they are new.
 * Cost     O(1).
 */
#ifndef WORKLOADS_NUMBER_SET_H
#define WORKLOADS_NUMBER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NUMBER_SET_MOST_PAGES = 16384 };

struct number_set;

struct number_set *number_set_new(void);
void number_set_free(struct number_set *s); /* NULL is allowed */

/* Whether the number was new. */
bool number_set_add(struct number_set *s, int64_t number);
void number_set_clear(struct number_set *s);

#endif /* WORKLOADS_NUMBER_SET_H */
