#include "policies/annotation_map/gpu_map.h"

#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

/* The number in the arena; NULL if it is none. */
static const char *number(struct arena *arena, struct span s)
{
    char *out = arena_alloc(arena, s.len + 2);
    return python_int(s, out) == 0 ? NULL : out;
}

static uint32_t count(struct span s, char c)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.text[i] == c;
    return n;
}

static void read_devices(struct arena *arena, struct span list, struct gpu_map_entry *e)
{
    list = python_strip(list);
    if (list.len == 0)
        return;
    const char **devices = arena_alloc(arena, (count(list, ',') + 1) * sizeof devices[0]);
    for (bool is_last = false; !is_last;) {
        struct span part;
        is_last = !python_split(&list, ',', &part);
        const char *device = number(arena, is_last ? list : part);
        if (device != NULL)
            devices[e->devices_len++] = device;
    }
    e->devices = devices;
}

enum line { LINE_ENTRY, LINE_SKIPPED, LINE_STOPS, LINE_SPOILS };

static void read_place(struct arena *arena, struct span node, struct span devices,
                       struct gpu_map_entry *e)
{
    node = python_strip(node);
    e->node = arena_text(arena, node.text, node.len);
    read_devices(arena, devices, e);
}

/* As the seed does. */
static enum line read_line(struct arena *arena, struct span line, struct gpu_map_entry *e)
{
    struct span index, node;
    if (!python_split(&line, '=', &index))
        return LINE_SKIPPED;
    e->index = number(arena, index);
    if (e->index == NULL)
        return LINE_STOPS;
    if (!python_split(&line, ':', &node))
        return LINE_SKIPPED;
    read_place(arena, node, line, e);
    return LINE_ENTRY;
}

/* As rielas/sdg does: the index is a text. */
static enum line read_strict_line(struct arena *arena, struct span line, struct gpu_map_entry *e)
{
    struct span index, node;
    if (line.len == 0)
        return LINE_SKIPPED;
    if (count(line, '=') != 1 || !python_split(&line, '=', &index) || count(line, ':') != 1 ||
        !python_split(&line, ':', &node))
        return LINE_SPOILS;
    index = python_strip(index);
    e->index = arena_text(arena, index.text, index.len);
    read_place(arena, node, line, e);
    return LINE_ENTRY;
}

/* Where the index is, or would be. */
static uint32_t place_of(const struct gpu_map *m, const char *index)
{
    uint32_t low = 0, high = m->len;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (strcmp(m->entries[middle].index, index) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int by_index_and_line(const void *a, const void *b)
{
    const struct gpu_map_entry *x = a, *y = b;
    const int order = strcmp(x->index, y->index);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

/* By index, and of one index the last line. */
static void settle(struct gpu_map *m)
{
    if (m->len > 1)
        qsort(m->entries, m->len, sizeof m->entries[0], by_index_and_line);
    uint32_t len = 0;
    for (uint32_t i = 0; i < m->len; i++)
        if (i + 1 == m->len || strcmp(m->entries[i].index, m->entries[i + 1].index) != 0)
            m->entries[len++] = m->entries[i];
    m->len = len;
}

struct gpu_map gpu_map_parse(struct arena *arena, const char *text, bool is_strict)
{
    struct span rest = python_strip((struct span){text, strlen(text)});
    struct gpu_map m = {.entries =
                            arena_alloc(arena, (count(rest, '\n') + 1) * sizeof m.entries[0])};
    for (bool is_last = false; !is_last;) {
        struct span line;
        is_last = !python_split(&rest, '\n', &line);
        line = python_strip(is_last ? rest : line);
        struct gpu_map_entry e = {.line = m.len};
        const enum line kind =
            is_strict ? read_strict_line(arena, line, &e) : read_line(arena, line, &e);
        if (kind == LINE_ENTRY)
            m.entries[m.len++] = e;
        else if (kind == LINE_STOPS)
            break;
        else if (kind == LINE_SPOILS)
            return (struct gpu_map){.entries = m.entries};
    }
    settle(&m);
    return m;
}

const struct gpu_map_entry *gpu_map_find(const struct gpu_map *m, const char *index)
{
    const uint32_t at = place_of(m, index);
    return at < m->len && strcmp(m->entries[at].index, index) == 0 ? &m->entries[at] : NULL;
}
