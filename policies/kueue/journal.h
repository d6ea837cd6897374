/*
 * journal.h - numbers that are changed for a while and then put back.
 *
 * A scheduling cycle looks at a snapshot and plays with it: adds usage, removes victims, takes them
 * back. Here the snapshot is the live numbers and a list of what they were: playing costs what is
 * touched, and going back costs the same.
 *
 * Memory   Owns its list. Words it remembers must stay where they are until journal_back or
 *          journal_forget.
 * Cost     O(1) per write; no allocation once the list has its size.
 */
#ifndef POLICIES_KUEUE_JOURNAL_H
#define POLICIES_KUEUE_JOURNAL_H

#include <stddef.h>
#include <stdint.h>

struct journal_entry {
    int64_t *word;
    int64_t old;
};

struct journal {
    struct journal_entry *entries;
    size_t len, cap;
};

void journal_fini(struct journal *j);
void journal_grow(struct journal *j);

static inline void journal_write(struct journal *j, int64_t *word, int64_t value)
{
    if (j->len == j->cap)
        journal_grow(j);
    j->entries[j->len++] = (struct journal_entry){word, *word};
    *word = value;
}

static inline size_t journal_mark(const struct journal *j)
{
    return j->len;
}

/* Puts back everything written since the mark. */
void journal_back(struct journal *j, size_t mark);

/* What was written stays. */
static inline void journal_forget(struct journal *j)
{
    j->len = 0;
}

#endif /* POLICIES_KUEUE_JOURNAL_H */
