/* A table of pages by open addressing; it has twice as many slots as there may be pages. */
#include "workloads/number_set.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE_BITS = 12, PAGE_WORDS = (1 << PAGE_BITS) / 64, SLOTS = 2 * NUMBER_SET_MOST_PAGES };

struct page {
    uint64_t number; /* of its first member, shifted */
    uint64_t bits[PAGE_WORDS];
};

struct number_set {
    struct page *last; /* where the last number was; NULL: nowhere */
    size_t len;
    struct page *slots[SLOTS];
};

struct number_set *number_set_new(void)
{
    struct number_set *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL);
    return s;
}

void number_set_clear(struct number_set *s)
{
    for (size_t i = 0; i < SLOTS; i++)
        free(s->slots[i]);
    memset(s, 0, sizeof *s);
}

void number_set_free(struct number_set *s)
{
    if (s == NULL)
        return;
    number_set_clear(s);
    free(s);
}

/* NULL: there is none, and the set is full. */
static struct page *page_of(struct number_set *s, uint64_t number)
{
    size_t i = (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> 40) % SLOTS;
    for (; s->slots[i] != NULL; i = (i + 1) % SLOTS)
        if (s->slots[i]->number == number)
            return s->slots[i];
    if (s->len == NUMBER_SET_MOST_PAGES)
        return NULL;
    s->slots[i] = calloc(1, sizeof *s->slots[i]);
    SIM_REQUIRE(s->slots[i] != NULL);
    s->slots[i]->number = number;
    s->len++;
    return s->slots[i];
}

bool number_set_add(struct number_set *s, int64_t number)
{
    const uint64_t page_number = (uint64_t)number >> PAGE_BITS;
    if (s->last == NULL || s->last->number != page_number) {
        struct page *page = page_of(s, page_number);
        if (page == NULL)
            return true;
        s->last = page;
    }
    const uint64_t in_page = (uint64_t)number & ((UINT64_C(1) << PAGE_BITS) - 1);
    uint64_t *word = &s->last->bits[in_page / 64];
    const uint64_t bit = UINT64_C(1) << in_page % 64;
    const bool is_new = (*word & bit) == 0;
    *word |= bit;
    return is_new;
}
