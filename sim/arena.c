#include "sim/arena.h"

#include "sim/check.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 4096, MOST_BYTES = 1 << 20 };

struct block {
    struct block *older;
    size_t used;
    size_t bytes;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *newest;
};

static struct block *add_block(struct arena *a, size_t at_least)
{
    size_t bytes = a->newest == NULL ? FIRST_BYTES : 2 * a->newest->bytes;
    if (bytes > MOST_BYTES)
        bytes = MOST_BYTES;
    if (bytes < at_least)
        bytes = at_least;
    struct block *b = calloc(1, sizeof *b + bytes);
    SIM_REQUIRE(b != NULL);
    b->bytes = bytes;
    b->older = a->newest;
    a->newest = b;
    return b;
}

struct arena *arena_new(void)
{
    struct arena *a = calloc(1, sizeof *a);
    SIM_REQUIRE(a != NULL);
    return a;
}

static void free_blocks(struct block *b)
{
    while (b != NULL) {
        struct block *older = b->older;
        free(b);
        b = older;
    }
}

void arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    free_blocks(a->newest);
    free(a);
}

void arena_reset(struct arena *a)
{
    struct block *b = a->newest;
    if (b == NULL)
        return;
    free_blocks(b->older);
    b->older = NULL;
    memset(b->data, 0, b->used);
    b->used = 0;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    const size_t align = alignof(max_align_t);
    SIM_REQUIRE(bytes < SIZE_MAX - align);
    const size_t rounded = (bytes + align - 1) / align * align;
    struct block *b = a->newest;
    if (b == NULL || b->bytes - b->used < rounded)
        b = add_block(a, rounded);
    void *p = b->data + b->used;
    b->used += rounded;
    return p;
}

void *arena_copy(struct arena *a, const void *from, size_t bytes)
{
    void *p = arena_alloc(a, bytes);
    if (bytes > 0)
        memcpy(p, from, bytes);
    return p;
}

char *arena_text(struct arena *a, const char *text, size_t len)
{
    char *copy = arena_alloc(a, len + 1);
    if (len > 0)
        memcpy(copy, text, len);
    return copy;
}

char *arena_lower(struct arena *a, const char *text)
{
    char *copy = arena_text(a, text, strlen(text));
    for (char *c = copy; *c != '\0'; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c - 'A' + 'a');
    return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    SIM_REQUIRE(len >= 0);
    char *text = arena_alloc(a, (size_t)len + 1);
    va_start(ap, fmt);
    vsnprintf(text, (size_t)len + 1, fmt, ap);
    va_end(ap);
    return text;
}
