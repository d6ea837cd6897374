/*
 * arena.h - memory that is given back all at once.
 *
 * Memory   Owns what it hands out until arena_free. Out of memory aborts the run.
 * Cost     O(1) per allocation; blocks double up to 1 MiB.
 */
#ifndef SIM_ARENA_H
#define SIM_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is allowed */

/* Gives everything back, but keeps a block to go on with: for what is made anew again and again. */
void arena_reset(struct arena *a);

/* Zeroed, aligned for anything. */
void *arena_alloc(struct arena *a, size_t bytes);
void *arena_copy(struct arena *a, const void *from, size_t bytes);

/* A NUL-terminated copy of len bytes. */
char *arena_text(struct arena *a, const char *text, size_t len);

/* A copy with A to Z in lower case. */
char *arena_lower(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif /* SIM_ARENA_H */
