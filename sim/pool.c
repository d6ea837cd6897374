#include "sim/pool.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 64 };

void pool_init(struct pool *p, size_t record_bytes)
{
    *p = (struct pool){.bytes = record_bytes, .first_free = POOL_END};
}

void pool_fini(struct pool *p)
{
    for (uint32_t c = 0; c < p->cap / POOL_CHUNK; c++)
        free(p->chunks[c]);
    free(p->chunks);
    free(p->next_free);
    *p = (struct pool){.bytes = p->bytes, .first_free = POOL_END};
}

static void add_chunk(struct pool *p)
{
    const uint32_t chunk = p->cap / POOL_CHUNK;
    SIM_REQUIRE(p->cap < POOL_END - POOL_CHUNK);
    p->cap += POOL_CHUNK;
    p->chunks = realloc(p->chunks, (chunk + 1) * sizeof p->chunks[0]);
    p->next_free = realloc(p->next_free, p->cap * sizeof p->next_free[0]);
    SIM_REQUIRE(p->chunks != NULL && p->next_free != NULL);
    const size_t bytes = (p->bytes * POOL_CHUNK + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    p->chunks[chunk] = aligned_alloc(LINE_BYTES, bytes);
    SIM_REQUIRE(p->chunks[chunk] != NULL);
    for (uint32_t slot = p->cap; slot-- > chunk * POOL_CHUNK;) {
        p->next_free[slot] = p->first_free;
        p->first_free = slot;
    }
}

uint32_t pool_take(struct pool *p)
{
    if (p->first_free == POOL_END)
        add_chunk(p);
    const uint32_t slot = p->first_free;
    p->first_free = p->next_free[slot];
    p->next_free[slot] = slot; /* in use */
    p->len++;
    memset(pool_at(p, slot), 0, p->bytes);
    return slot;
}

void pool_give(struct pool *p, uint32_t slot)
{
    SIM_REQUIRE(slot < p->cap && p->next_free[slot] == slot);
    p->next_free[slot] = p->first_free;
    p->first_free = slot;
    p->len--;
}

bool pool_has(const struct pool *p, uint32_t slot)
{
    return slot < p->cap && p->next_free[slot] == slot;
}
