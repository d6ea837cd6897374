#include "policies/baseline/backlog.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* Band b > 0 has lengths in (2^(BAND_SHIFT + b - 1), 2^(BAND_SHIFT + b)] ns, band 0 those below,
 * the last one all above. 2^35 ns are 34 s. */
enum { BAND_SHIFT = 35, FIRST_CAPACITY = 4 * BACKLOG_BLOCK };

#define NO_SIZE UINT32_MAX

/* --- bands --- */

static unsigned band_of(int64_t length_ns)
{
    if (length_ns <= INT64_C(1) << BAND_SHIFT)
        return 0;
    const unsigned bits = 64 - (unsigned)__builtin_clzll((uint64_t)(length_ns - 1) >> BAND_SHIFT);
    return bits < BACKLOG_BANDS ? bits : BACKLOG_BANDS - 1;
}

static void bands_clear(struct backlog_bands *s)
{
    memset(s->least, 0xff, sizeof s->least);
}

static void bands_add(struct backlog_bands *s, unsigned band, uint32_t size)
{
    for (unsigned i = band; i < BACKLOG_BANDS; i++)
        s->least[i] = size < s->least[i] ? size : s->least[i];
}

static void bands_join(struct backlog_bands *s, const struct backlog_bands *more)
{
    for (unsigned i = 0; i < BACKLOG_BANDS; i++)
        s->least[i] = more->least[i] < s->least[i] ? more->least[i] : s->least[i];
}

/* --- the tree --- */

static struct backlog_bands bands_of_block(const struct backlog *b, uint32_t block)
{
    struct backlog_bands s;
    bands_clear(&s);
    for (uint32_t p = block * BACKLOG_BLOCK; p < (block + 1) * BACKLOG_BLOCK; p++) {
        if (b->sizes[p] == NO_SIZE)
            continue;
        const unsigned band = band_of(b->lengths_ns[p]);
        s.least[band] = b->sizes[p] < s.least[band] ? b->sizes[p] : s.least[band];
    }
    for (unsigned i = 1; i < BACKLOG_BANDS; i++)
        s.least[i] = s.least[i - 1] < s.least[i] ? s.least[i - 1] : s.least[i];
    return s;
}

static struct backlog_bands bands_of_children(const struct backlog *b, unsigned level, uint32_t i)
{
    struct backlog_bands s = b->levels[level - 1][BACKLOG_FANOUT * i];
    for (uint32_t c = 1; c < BACKLOG_FANOUT; c++)
        bands_join(&s, &b->levels[level - 1][BACKLOG_FANOUT * i + c]);
    return s;
}

static void refresh(struct backlog *b, uint32_t position)
{
    uint32_t i = position / BACKLOG_BLOCK;
    struct backlog_bands s = bands_of_block(b, i);
    for (unsigned l = 0;; s = bands_of_children(b, l, i)) {
        if (memcmp(&s, &b->levels[l][i], sizeof s) == 0)
            return;
        b->levels[l][i] = s;
        i /= BACKLOG_FANOUT;
        if (++l == b->levels_len)
            return;
    }
}

/* --- memory --- */

static void free_arrays(struct backlog *b)
{
    free(b->items);
    free(b->sizes);
    free(b->lengths_ns);
    for (unsigned l = 0; l < b->levels_len; l++)
        free(b->levels[l]);
}

void backlog_fini(struct backlog *b)
{
    free_arrays(b);
    free(b->places);
    *b = (struct backlog){0};
}

/* A level of so many nodes, and others that stay empty, so that every parent has all its children.
 * Returns how many parents they have. */
static uint32_t make_level(struct backlog *b, uint32_t nodes)
{
    SIM_REQUIRE(b->levels_len < BACKLOG_LEVELS);
    const uint32_t parents = (nodes + BACKLOG_FANOUT - 1) / BACKLOG_FANOUT;
    const size_t bytes = parents * BACKLOG_FANOUT * sizeof(struct backlog_bands);
    struct backlog_bands *level = malloc(bytes);
    SIM_REQUIRE(level != NULL);
    memset(level, 0xff, bytes);
    b->widths[b->levels_len] = parents * BACKLOG_FANOUT;
    b->levels[b->levels_len++] = level;
    return parents;
}

static void make_arrays(struct backlog *b, uint32_t cap)
{
    b->cap = cap;
    b->begin = b->end = b->len = 0;
    b->items = malloc(cap * sizeof b->items[0]);
    b->sizes = malloc(cap * sizeof b->sizes[0]);
    b->lengths_ns = calloc(cap, sizeof b->lengths_ns[0]);
    SIM_REQUIRE(b->items != NULL && b->sizes != NULL && b->lengths_ns != NULL);
    memset(b->items, 0xff, cap * sizeof b->items[0]);
    memset(b->sizes, 0xff, cap * sizeof b->sizes[0]);
    b->levels_len = 0;
    uint32_t nodes = cap / BACKLOG_BLOCK;
    do {
        nodes = make_level(b, nodes);
    } while (nodes > 1);
}

/* Leaves the gaps behind; gets longer only if there were few. */
static void make_room(struct backlog *b)
{
    struct backlog old = *b;
    SIM_REQUIRE(old.cap < UINT32_MAX / 4);
    make_arrays(b, old.cap == 0 ? FIRST_CAPACITY : old.len > old.cap / 2 ? 2 * old.cap : old.cap);
    for (uint32_t p = old.begin; p < old.end; p++)
        if (old.items[p] != BACKLOG_NONE)
            backlog_push(b, old.items[p], old.sizes[p], old.lengths_ns[p]);
    free_arrays(&old);
}

static void make_place(struct backlog *b, uint32_t item)
{
    const size_t old = b->places_cap;
    while (b->places_cap <= item)
        b->places_cap = b->places_cap == 0 ? FIRST_CAPACITY : 2 * b->places_cap;
    b->places = realloc(b->places, b->places_cap * sizeof b->places[0]);
    SIM_REQUIRE(b->places != NULL);
    memset(b->places + old, 0, (b->places_cap - old) * sizeof b->places[0]);
}

/* --- coming and going --- */

bool backlog_has(const struct backlog *b, uint32_t item)
{
    return item < b->places_cap && b->places[item] != 0;
}

void backlog_push(struct backlog *b, uint32_t item, uint32_t size, int64_t length_ns)
{
    SIM_REQUIRE(size < NO_SIZE && length_ns >= 0);
    if (b->end == b->cap)
        make_room(b);
    if (item >= b->places_cap)
        make_place(b, item);
    const uint32_t p = b->end++;
    b->items[p] = item;
    b->sizes[p] = size;
    b->lengths_ns[p] = length_ns;
    b->places[item] = p + 1;
    b->len++;
    const unsigned band = band_of(length_ns);
    uint32_t i = p / BACKLOG_BLOCK;
    for (unsigned l = 0; l < b->levels_len && b->levels[l][i].least[band] > size; l++) {
        bands_add(&b->levels[l][i], band, size);
        i /= BACKLOG_FANOUT;
    }
}

void backlog_remove(struct backlog *b, uint32_t item)
{
    SIM_REQUIRE(backlog_has(b, item));
    const uint32_t p = b->places[item] - 1;
    const uint32_t size = b->sizes[p];
    b->places[item] = 0;
    b->items[p] = BACKLOG_NONE;
    b->sizes[p] = NO_SIZE;
    b->len--;
    while (b->begin < b->end && b->items[b->begin] == BACKLOG_NONE)
        b->begin++;
    if (b->levels[0][p / BACKLOG_BLOCK].least[band_of(b->lengths_ns[p])] == size)
        refresh(b, p);
}

uint32_t backlog_first(const struct backlog *b)
{
    return b->len == 0 ? BACKLOG_NONE : b->items[b->begin];
}

/* --- finding --- */

/* A probe as nodes of the tree are asked: sizes clipped to what they hold. */
struct question {
    uint32_t most, spare; /* spare <= most */
    int64_t short_ns;
    unsigned band; /* of short_ns */
};

static uint32_t clip(int64_t size)
{
    return size < NO_SIZE ? (uint32_t)size : NO_SIZE - 1;
}

static bool may_pass(const struct backlog_bands *s, const struct question *q)
{
    return s->least[q->band] <= q->most || s->least[BACKLOG_BANDS - 1] <= q->spare;
}

/* The first block from `from` on in which some job may pass; UINT32_MAX if there is none. */
static uint32_t next_block(const struct backlog *b, uint32_t from, const struct question *q)
{
    uint32_t i = from;
    unsigned l = 0;
    for (;;) { /* up, until a node to the right may have one */
        if (l == b->levels_len || i >= b->widths[l])
            return UINT32_MAX;
        if (may_pass(&b->levels[l][i], q))
            break;
        if (++i % BACKLOG_FANOUT == 0) {
            i /= BACKLOG_FANOUT;
            l++;
        }
    }
    while (l-- > 0) { /* down, to its first child that may */
        i *= BACKLOG_FANOUT;
        while (!may_pass(&b->levels[l][i], q))
            i++;
    }
    return i;
}

/* The first position from `from` on that passes; UINT32_MAX if there is none. */
static uint32_t find_in_block(const struct backlog *b, uint32_t from, const struct question *q)
{
    const uint32_t end = (from / BACKLOG_BLOCK + 1) * BACKLOG_BLOCK;
    for (uint32_t p = from; p < end; p++)
        if (b->sizes[p] <= q->spare || (b->sizes[p] <= q->most && b->lengths_ns[p] <= q->short_ns))
            return p;
    return UINT32_MAX;
}

uint32_t backlog_find(const struct backlog *b, uint32_t *cursor, const struct backlog_probe *probe)
{
    SIM_REQUIRE(probe->most >= 0 && probe->short_ns >= 0 && probe->spare >= 0);
    const int64_t spare = probe->spare < probe->most ? probe->spare : probe->most;
    const struct question q = {.most = clip(probe->most),
                               .spare = clip(spare),
                               .short_ns = probe->short_ns,
                               .band = band_of(probe->short_ns)};
    uint32_t from = *cursor < b->begin ? b->begin : *cursor;
    for (;;) {
        const uint32_t block = next_block(b, from / BACKLOG_BLOCK, &q);
        if (block == UINT32_MAX)
            return BACKLOG_NONE;
        if (block * BACKLOG_BLOCK > from)
            from = block * BACKLOG_BLOCK;
        const uint32_t p = find_in_block(b, from, &q);
        if (p != UINT32_MAX) {
            *cursor = p + 1;
            return b->items[p];
        }
        from = (block + 1) * BACKLOG_BLOCK;
    }
}
