/*
 * request_slots.h - small numbers for the requests that were asked about lately.
 *
 * Whoever keeps something for each node and request (free_index.h, score caches) keeps it by slot.
 * There are many slots on small clusters and few on large ones, so that memory stays bounded; when
 * all are taken, the request that was not asked about for longest loses its own.
 *
 * Memory   4 bytes for each request of the table, 12 for each slot.
 * Cost     O(1) for a request that has a slot; O(slots) for one that takes another's.
 */
#ifndef MODELS_REQUEST_SLOTS_H
#define MODELS_REQUEST_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request_slots {
    uint32_t *slot_of; /* by request: slot + 1; 0: none */
    size_t slot_of_cap;
    uint32_t *requests;  /* by slot */
    uint64_t *last_used; /* by slot */
    uint32_t len, cap, most;
    uint64_t uses;
};

void request_slots_init(struct request_slots *s, uint32_t nodes);
void request_slots_fini(struct request_slots *s);

/* The request's slot. *is_new: it had none, and whatever is kept there is another's. Slots are
 * handed out from 0 on. */
uint32_t request_slots_get(struct request_slots *s, uint32_t request, bool *is_new);

/* No request has a slot any more. */
void request_slots_forget(struct request_slots *s);

#endif /* MODELS_REQUEST_SLOTS_H */
