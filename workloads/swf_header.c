#include "workloads/swf_header.h"

#include "sim/arena.h"
#include "sim/quantity.h"

#include <stddef.h>
#include <string.h>

void swf_header_init(struct swf_header *h, struct arena *arena)
{
    *h = (struct swf_header){.arena = arena};
}

struct span {
    const char *from, *end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct span trimmed(const char *from, const char *end)
{
    while (from < end && is_blank(*from))
        from++;
    while (from < end && is_blank(end[-1]))
        end--;
    return (struct span){from, end};
}

static const char *copy(struct swf_header *h, struct span s)
{
    return arena_text(h->arena, s.from, (size_t)(s.end - s.from));
}

/* --- numbers and names --- */

/* The number at the front; what follows it is left in *s. */
static bool take_number(struct swf_header *h, struct span *s, int64_t *number)
{
    const char *end = s->from;
    const char *why;
    while (end < s->end && !is_blank(*end))
        end++;
    const char *text = copy(h, (struct span){s->from, end});
    if (!quantity_int(text, number, &why))
        return false;
    *s = trimmed(end, s->end);
    return true;
}

static bool read_number(struct swf_header *h, struct span value, int64_t *number)
{
    int64_t n;
    if (!take_number(h, &value, &n))
        return false;
    *number = n;
    return true;
}

/* "- Normal jobs queue - normal priority" is called "Normal jobs queue". */
static struct span first_part(struct span s)
{
    if (s.end - s.from >= 2 && s.from[0] == '-' && is_blank(s.from[1]))
        s = trimmed(s.from + 1, s.end);
    for (const char *p = s.from; p + 2 < s.end; p++)
        if (is_blank(p[0]) && p[1] == '-' && is_blank(p[2]))
            return trimmed(s.from, p);
    return s;
}

static void read_numbered(struct swf_header *h, struct span value, struct swf_numbered_list *list)
{
    int64_t number;
    if (!take_number(h, &value, &number))
        return;
    const struct span name = first_part(value);
    if (name.from == name.end)
        return;
    if (list->len == list->cap) {
        const size_t cap = list->cap == 0 ? 16 : 2 * list->cap;
        struct swf_numbered *items = arena_alloc(h->arena, cap * sizeof items[0]);
        if (list->len > 0)
            memcpy(items, list->items, list->len * sizeof items[0]);
        list->items = items;
        list->cap = cap;
    }
    list->items[list->len++] = (struct swf_numbered){number, copy(h, name)};
}

/* --- keys --- */

static const struct {
    const char *key;
    enum { START, NUMBER, TEXT, NUMBERED } kind;
    size_t offset;
} keys[] = {
    {"UnixStartTime", START, offsetof(struct swf_header, unix_start_s)},
    {"MaxNodes", NUMBER, offsetof(struct swf_header, max_nodes)},
    {"MaxProcs", NUMBER, offsetof(struct swf_header, max_procs)},
    {"MaxJobs", NUMBER, offsetof(struct swf_header, max_jobs)},
    {"Version", TEXT, offsetof(struct swf_header, version)},
    {"Computer", TEXT, offsetof(struct swf_header, computer)},
    {"Installation", TEXT, offsetof(struct swf_header, installation)},
    {"Acknowledge", TEXT, offsetof(struct swf_header, acknowledge)},
    {"TimeZoneString", TEXT, offsetof(struct swf_header, time_zone)},
    {"Queue", NUMBERED, offsetof(struct swf_header, queues)},
    {"Partition", NUMBERED, offsetof(struct swf_header, partitions)},
    {"User", NUMBERED, offsetof(struct swf_header, users)},
    {"Group", NUMBERED, offsetof(struct swf_header, groups)},
};

static void read_entry(struct swf_header *h, size_t i, struct span value)
{
    void *field = (char *)h + keys[i].offset;
    int64_t *number = field;
    switch (keys[i].kind) {
    case START:
        h->has_start |= read_number(h, value, number);
        break;
    case NUMBER:
        if (read_number(h, value, number) && *number < 0)
            *number = 0;
        break;
    case TEXT:
        *(const char **)field = copy(h, value);
        break;
    case NUMBERED:
        read_numbered(h, value, field);
        break;
    }
}

void swf_header_read(struct swf_header *h, const char *text, size_t len)
{
    const char *end = text + len;
    while (text < end && (is_blank(*text) || *text == ';'))
        text++;
    const char *colon = memchr(text, ':', (size_t)(end - text));
    if (colon == NULL)
        return;
    const struct span key = trimmed(text, colon);
    const size_t key_len = (size_t)(key.end - key.from);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strlen(keys[i].key) == key_len && memcmp(keys[i].key, key.from, key_len) == 0)
            read_entry(h, i, trimmed(colon + 1, end));
}
