/* entries[(i - 1) / 4] does not come after entries[i]. */
#include "sim/key_heap.h"

#include <stdlib.h>

enum { CHILDREN = 4 };

void key_heap_init(struct key_heap *h)
{
    *h = (struct key_heap){.entries = NULL};
}

void key_heap_fini(struct key_heap *h)
{
    free(h->entries);
    key_heap_init(h);
}

static void make_room(struct key_heap *h)
{
    if (h->len < h->cap)
        return;
    h->cap = h->cap == 0 ? 64 : 2 * h->cap;
    h->entries = realloc(h->entries, h->cap * sizeof h->entries[0]);
    SIM_REQUIRE(h->entries != NULL);
}

void key_heap_push(struct key_heap *h, struct key_entry entry)
{
    make_room(h);
    size_t i = h->len++;
    while (i > 0 && key_entry_before(&entry, &h->entries[(i - 1) / CHILDREN])) {
        h->entries[i] = h->entries[(i - 1) / CHILDREN];
        i = (i - 1) / CHILDREN;
    }
    h->entries[i] = entry;
}

/* The first of the children of i; len if it has none. */
static size_t least_child(const struct key_heap *h, size_t i)
{
    const size_t first = CHILDREN * i + 1;
    const size_t end = first + CHILDREN < h->len ? first + CHILDREN : h->len;
    if (first >= h->len)
        return h->len;
    size_t least = first;
    for (size_t c = first + 1; c < end; c++)
        if (key_entry_before(&h->entries[c], &h->entries[least]))
            least = c;
    return least;
}

struct key_entry key_heap_pop(struct key_heap *h)
{
    SIM_REQUIRE(h->len > 0);
    const struct key_entry top = h->entries[0];
    const struct key_entry last = h->entries[--h->len];
    size_t i = 0;
    for (size_t c; (c = least_child(h, i)) < h->len; i = c) {
        if (!key_entry_before(&h->entries[c], &last))
            break;
        h->entries[i] = h->entries[c];
    }
    h->entries[i] = last;
    return top;
}
