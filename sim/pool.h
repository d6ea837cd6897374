/*
 * pool.h - equal-sized records that come and go, numbered by slot.
 *
 * Order    A freed slot is the next one handed out, so numbers depend on history alone.
 * Memory   The pool owns its records, at stable addresses; O(most records alive at once).
 * Cost     take, give, at: O(1); allocation only when there were never so many.
 */
#ifndef SIM_POOL_H
#define SIM_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POOL_CHUNK_BITS = 8, POOL_CHUNK = 1 << POOL_CHUNK_BITS };

#define POOL_END UINT32_MAX

struct pool {
    size_t bytes;
    unsigned char **chunks;
    uint32_t *next_free; /* by slot; list of free ones */
    uint32_t first_free;
    uint32_t cap;
    uint32_t len; /* in use */
};

void pool_init(struct pool *p, size_t record_bytes);
void pool_fini(struct pool *p);

/* A slot; its record is zeroed. */
uint32_t pool_take(struct pool *p);
void pool_give(struct pool *p, uint32_t slot);

/* Whether the slot is in use. */
bool pool_has(const struct pool *p, uint32_t slot);

static inline void *pool_at(const struct pool *p, uint32_t slot)
{
    return p->chunks[slot >> POOL_CHUNK_BITS] + (slot & (POOL_CHUNK - 1)) * p->bytes;
}

#endif /* SIM_POOL_H */
