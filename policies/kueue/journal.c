#include "policies/kueue/journal.h"

#include "sim/check.h"

#include <stdlib.h>

void journal_fini(struct journal *j)
{
    free(j->entries);
    *j = (struct journal){0};
}

void journal_grow(struct journal *j)
{
    j->cap = j->cap == 0 ? 256 : 2 * j->cap;
    j->entries = realloc(j->entries, j->cap * sizeof j->entries[0]);
    SIM_REQUIRE(j->entries != NULL);
}

void journal_back(struct journal *j, size_t mark)
{
    SIM_REQUIRE(mark <= j->len);
    while (j->len > mark) {
        j->len--;
        *j->entries[j->len].word = j->entries[j->len].old;
    }
}
