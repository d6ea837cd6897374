#include "sim/cli/timeline.h"

#include "sim/arena.h"
#include "sim/calendar.h"
#include "sim/duration.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>

static const struct verb {
    const char *name;
    enum node_state state;
} verbs[] = {
    {"cordon", NODE_CORDONED}, {"uncordon", NODE_READY}, {"drain", NODE_DRAINING},
    {"down", NODE_DOWN},       {"up", NODE_READY},
};

enum { VERBS = sizeof verbs / sizeof verbs[0] };

struct list {
    struct timeline_entry *entries;
    size_t len, cap;
    struct arena *arena;
};

static void add(struct list *l, const struct timeline_entry *e)
{
    if (l->len == l->cap) {
        l->cap = l->cap == 0 ? 16 : 2 * l->cap;
        struct timeline_entry *more = arena_alloc(l->arena, l->cap * sizeof more[0]);
        if (l->len > 0)
            memcpy(more, l->entries, l->len * sizeof more[0]);
        l->entries = more;
    }
    l->entries[l->len++] = *e;
}

static bool read_at(const struct scenario *s, const struct yaml_node *entry, int64_t *at_ns,
                    struct diag *d)
{
    const struct yaml_node *at = yaml_get(entry, "at");
    const char *why;
    int64_t ns;
    if (at == NULL) {
        diag_error(d, yaml_pos(entry), "timeline: 'at' is missing: when it happens");
        return false;
    }
    if (at->kind == YAML_SCALAR && duration_parse(at->text, &ns, &why))
        *at_ns = s->start_ns + ns;
    else if (at->kind == YAML_SCALAR && calendar_parse(at->text, &ns, &why))
        *at_ns = ns;
    else {
        diag_error(d, yaml_pos(at), "at: '%s': expected " DURATION_HINT ", or " CALENDAR_HINT,
                   at->kind == YAML_SCALAR ? at->text : yaml_kind_name(at));
        return false;
    }
    if (*at_ns < s->start_ns)
        diag_error(d, yaml_pos(at), "at: '%s': that is before the start", at->text);
    return *at_ns >= s->start_ns;
}

static void add_node(struct list *l, const struct cluster *c, const struct yaml_node *name,
                     struct timeline_entry e, struct diag *d)
{
    e.node = name->kind == YAML_SCALAR ? cluster_find_node(c, name->text) : NODE_NONE;
    if (e.node != NODE_NONE) {
        add(l, &e);
        return;
    }
    struct suggest s;
    suggest_init(&s, name->kind == YAML_SCALAR ? name->text : "");
    for (uint32_t n = 0; n < c->nodes_len; n++)
        suggest_offer(&s, c->nodes[n].name);
    diag_error(d, yaml_pos(name), "timeline: '%s': there is no such node%s",
               name->kind == YAML_SCALAR ? name->text : yaml_kind_name(name), suggest_hint(&s));
}

static bool read_verb(struct list *l, const struct cluster *c, const struct yaml_node *entry,
                      int64_t at_ns, struct diag *d)
{
    for (size_t v = 0; v < VERBS; v++) {
        const struct yaml_node *nodes = yaml_get(entry, verbs[v].name);
        if (nodes == NULL)
            continue;
        const struct timeline_entry e = {.at_ns = at_ns, .state = verbs[v].state};
        if (nodes->kind == YAML_LIST)
            for (size_t i = 0; i < nodes->len; i++)
                add_node(l, c, nodes->items[i], e, d);
        else
            add_node(l, c, nodes, e, d);
        return true;
    }
    return false;
}

static int by_time(const void *a, const void *b)
{
    const struct timeline_entry *x = a, *y = b;
    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

bool timeline_read(const struct scenario *s, const struct cluster *c, struct arena *a,
                   struct diag *d, struct timeline_entry **out, size_t *len)
{
    const unsigned before = d->errors;
    const struct yaml_node *section = s->timeline;
    struct list l = {.arena = a};
    for (uint32_t n = 0; n < c->nodes_len; n++)
        if (c->nodes[n].state == NODE_BOOTING)
            add(&l, &(struct timeline_entry){.at_ns = s->start_ns + c->nodes[n].boot_ns,
                                             .node = n,
                                             .state = NODE_READY});
    if (section != NULL && section->kind != YAML_LIST)
        diag_error(d, yaml_pos(section),
                   "timeline: %s; expected a list such as [{at: 2h, drain: node-1}]",
                   yaml_kind_name(section));
    for (size_t i = 0; section != NULL && section->kind == YAML_LIST && i < section->len; i++) {
        const struct yaml_node *entry = section->items[i];
        int64_t at_ns;
        if (entry->kind != YAML_MAP)
            diag_error(d, yaml_pos(entry), "timeline: %s; expected a mapping with `at`",
                       yaml_kind_name(entry));
        else if (read_at(s, entry, &at_ns, d) && !read_verb(&l, c, entry, at_ns, d))
            add(&l, &(struct timeline_entry){.at_ns = at_ns, .edit = entry});
    }
    for (size_t i = 0; i < l.len; i++)
        l.entries[i].order = i;
    if (l.len > 0)
        qsort(l.entries, l.len, sizeof l.entries[0], by_time);
    *out = l.entries;
    *len = l.len;
    return d->errors == before;
}
