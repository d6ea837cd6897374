/*
 * The keys in the line never fall. A record is late if its key is below that of the line's tail at
 * the time; so it leaves before that tail does, the line is never empty while the heap is not, and
 * whatever joins the line after it has a larger key. Of equal keys at the line's head and at the
 * heap's top the head was therefore pushed first: no counter is needed to tell.
 */
#include "workloads/order_buffer.h"

#include "sim/check.h"
#include "sim/key_heap.h"
#include "sim/pool.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 256 };

struct order_buffer {
    size_t bytes;
    unsigned char *line; /* a ring of cap records, a power of two */
    size_t cap, first, len;
    struct pool late;
    struct key_heap order; /* of the late ones */
    uint64_t late_ever;
};

struct order_buffer *order_buffer_new(size_t record_bytes)
{
    SIM_REQUIRE(record_bytes >= sizeof(int64_t));
    struct order_buffer *b = calloc(1, sizeof *b);
    SIM_REQUIRE(b != NULL);
    b->bytes = record_bytes;
    b->cap = FIRST_CAP;
    b->line = malloc(b->cap * b->bytes);
    SIM_REQUIRE(b->line != NULL);
    pool_init(&b->late, record_bytes);
    key_heap_init(&b->order);
    return b;
}

void order_buffer_free(struct order_buffer *b)
{
    if (b == NULL)
        return;
    free(b->line);
    pool_fini(&b->late);
    key_heap_fini(&b->order);
    free(b);
}

int64_t order_buffer_key(const void *record)
{
    int64_t key;
    memcpy(&key, record, sizeof key);
    return key;
}

static unsigned char *line_at(const struct order_buffer *b, size_t i)
{
    return b->line + ((b->first + i) & (b->cap - 1)) * b->bytes;
}

static int64_t head_key(const struct order_buffer *b)
{
    return order_buffer_key(line_at(b, 0));
}

static int64_t tail_key(const struct order_buffer *b)
{
    return order_buffer_key(line_at(b, b->len - 1));
}

/* What was wrapped around to the front of the ring moves behind its old end. */
static void grow(struct order_buffer *b)
{
    b->line = realloc(b->line, 2 * b->cap * b->bytes);
    SIM_REQUIRE(b->line != NULL);
    memcpy(b->line + b->cap * b->bytes, b->line, b->first * b->bytes);
    b->cap *= 2;
}

void order_buffer_push(struct order_buffer *b, const void *record)
{
    const int64_t key = order_buffer_key(record);
    if (b->len > 0 && key < tail_key(b)) {
        const uint32_t slot = pool_take(&b->late);
        memcpy(pool_at(&b->late, slot), record, b->bytes);
        key_heap_push(&b->order, (struct key_entry){key, b->late_ever++, slot});
        return;
    }
    if (b->len == b->cap)
        grow(b);
    memcpy(line_at(b, b->len++), record, b->bytes);
}

static bool late_one_is_next(const struct order_buffer *b)
{
    const struct key_entry *top = key_heap_top(&b->order);
    return top != NULL && top->key < head_key(b);
}

bool order_buffer_pop(struct order_buffer *b, void *record)
{
    if (b->len == 0)
        return false;
    if (late_one_is_next(b)) {
        const uint32_t slot = key_heap_pop(&b->order).item;
        memcpy(record, pool_at(&b->late, slot), b->bytes);
        pool_give(&b->late, slot);
        return true;
    }
    memcpy(record, line_at(b, 0), b->bytes);
    b->first = (b->first + 1) & (b->cap - 1);
    b->len--;
    return true;
}

size_t order_buffer_len(const struct order_buffer *b)
{
    return b->len + b->order.len;
}

uint64_t order_buffer_span(const struct order_buffer *b)
{
    if (b->len == 0)
        return 0;
    const int64_t least = late_one_is_next(b) ? key_heap_top(&b->order)->key : head_key(b);
    return (uint64_t)tail_key(b) - (uint64_t)least;
}

void order_buffer_clear(struct order_buffer *b)
{
    while (b->order.len > 0)
        pool_give(&b->late, key_heap_pop(&b->order).item);
    b->first = b->len = 0;
}
