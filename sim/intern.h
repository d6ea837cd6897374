/*
 * intern.h - texts numbered in the order of their first use; equal texts have equal numbers.
 *
 * Memory   The table owns copies of the texts, at stable addresses until intern_free.
 * Cost     O(length) per look-up, by hash; the hash never decides an order.
 * Threads  One table belongs to one thread.
 */
#ifndef SIM_INTERN_H
#define SIM_INTERN_H

#include <stddef.h>
#include <stdint.h>

#define INTERN_NONE UINT32_MAX

struct intern;

struct intern *intern_new(void);
void intern_free(struct intern *t); /* NULL is allowed */

uint32_t intern_add(struct intern *t, const char *text);
uint32_t intern_add_len(struct intern *t, const char *text, size_t len);
uint32_t intern_find(const struct intern *t, const char *text); /* INTERN_NONE if it is new */
const char *intern_text(const struct intern *t, uint32_t id);   /* "" for INTERN_NONE */
size_t intern_len(const struct intern *t);

#endif /* SIM_INTERN_H */
