/*
 * order_buffer.h - records that arrive almost in order, and leave in order.
 *
 * Those in order wait in a line; those that come late in a heap beside it. The next to leave is the
 * head of the one or the top of the other.
 *
 * Order    By key, an int64 at the beginning of each record; equal keys in the order of pushing.
 * Memory   Owns copies of the records. Grows with the most it ever held at once: the bytes of a
 *          record for each, some 36 more for late ones.
 * Cost     O(1) for a record in order, O(log late ones) for a late one.
 * Threads  One buffer belongs to one thread.
 */
#ifndef WORKLOADS_ORDER_BUFFER_H
#define WORKLOADS_ORDER_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct order_buffer;

struct order_buffer *order_buffer_new(size_t record_bytes);
void order_buffer_free(struct order_buffer *b); /* NULL is allowed */

void order_buffer_push(struct order_buffer *b, const void *record);

/* Takes the next one out; false: there is none. */
bool order_buffer_pop(struct order_buffer *b, void *record);

size_t order_buffer_len(const struct order_buffer *b);

/* From the least key held to the largest; 0 for less than two records. */
uint64_t order_buffer_span(const struct order_buffer *b);

void order_buffer_clear(struct order_buffer *b);

/* The key of a record. */
int64_t order_buffer_key(const void *record);

#endif /* WORKLOADS_ORDER_BUFFER_H */
