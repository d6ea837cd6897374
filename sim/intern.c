/* Open addressing over numbers into texts[]; a slot holds number + 1, 0 is free. */
#include "sim/intern.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/hash.h"

#include <stdlib.h>
#include <string.h>

struct text {
    const char *bytes;
    size_t len;
    uint64_t hash;
};

struct intern {
    struct arena *arena;
    struct text *texts;
    size_t len;
    size_t cap;
    uint32_t *slots;
    size_t slots_len; /* a power of two, over half of it free */
};

enum { FIRST_SLOTS = 64 };

/* The slot that holds the text, or the free one where it belongs. */
static uint32_t *find_slot(const struct intern *t, const char *text, size_t len, uint64_t hash)
{
    for (size_t i = hash & (t->slots_len - 1);; i = (i + 1) & (t->slots_len - 1)) {
        uint32_t *slot = &t->slots[i];
        if (*slot == 0)
            return slot;
        const struct text *have = &t->texts[*slot - 1];
        if (have->hash == hash && have->len == len &&
            (len == 0 || memcmp(have->bytes, text, len) == 0))
            return slot;
    }
}

static void grow(struct intern *t)
{
    free(t->slots);
    t->slots_len *= 2;
    t->cap = t->slots_len / 2;
    t->slots = calloc(t->slots_len, sizeof t->slots[0]);
    t->texts = realloc(t->texts, t->cap * sizeof t->texts[0]);
    SIM_REQUIRE(t->slots != NULL && t->texts != NULL);
    for (size_t i = 0; i < t->len; i++)
        *find_slot(t, t->texts[i].bytes, t->texts[i].len, t->texts[i].hash) = (uint32_t)i + 1;
}

struct intern *intern_new(void)
{
    struct intern *t = calloc(1, sizeof *t);
    SIM_REQUIRE(t != NULL);
    t->arena = arena_new();
    t->slots_len = FIRST_SLOTS / 2;
    grow(t);
    return t;
}

void intern_free(struct intern *t)
{
    if (t == NULL)
        return;
    arena_free(t->arena);
    free(t->texts);
    free(t->slots);
    free(t);
}

uint32_t intern_add_len(struct intern *t, const char *text, size_t len)
{
    const uint64_t hash = hash_bytes(text, len);
    uint32_t *slot = find_slot(t, text, len, hash);
    if (*slot != 0)
        return *slot - 1;
    if (t->len == t->cap) {
        grow(t);
        slot = find_slot(t, text, len, hash);
    }
    t->texts[t->len] = (struct text){arena_text(t->arena, text, len), len, hash};
    *slot = (uint32_t)++t->len;
    return *slot - 1;
}

uint32_t intern_add(struct intern *t, const char *text)
{
    return intern_add_len(t, text, strlen(text));
}

uint32_t intern_find(const struct intern *t, const char *text)
{
    const size_t len = strlen(text);
    const uint32_t *slot = find_slot(t, text, len, hash_bytes(text, len));
    return *slot == 0 ? INTERN_NONE : *slot - 1;
}

const char *intern_text(const struct intern *t, uint32_t id)
{
    if (id == INTERN_NONE)
        return "";
    SIM_REQUIRE(id < t->len);
    return t->texts[id].bytes;
}

size_t intern_len(const struct intern *t)
{
    return t->len;
}
