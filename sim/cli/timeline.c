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

/* A container of the device plugin starts again. Our guess: the sources say "seconds". */
#define RESTART_NS (10 * INT64_C(1000000000))

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

static void add_nodes(struct list *l, const struct cluster *c, const struct yaml_node *nodes,
                      const struct timeline_entry *e, struct diag *d)
{
    if (nodes->kind == YAML_LIST)
        for (size_t i = 0; i < nodes->len; i++)
            add_node(l, c, nodes->items[i], *e, d);
    else
        add_node(l, c, nodes, *e, d);
}

/* {at: 1h, restart-device-plugin: n-0, for: 20s} */
static bool read_plugin(struct list *l, const struct cluster *c, const struct yaml_node *entry,
                        int64_t at_ns, struct diag *d)
{
    const struct yaml_node *nodes = yaml_get(entry, "restart-device-plugin");
    const struct yaml_node *lasts = yaml_get(entry, "for");
    int64_t ns = RESTART_NS;
    const char *why;
    if (nodes == NULL)
        return false;
    if (lasts != NULL && (lasts->kind != YAML_SCALAR || !duration_parse(lasts->text, &ns, &why)))
        diag_error(d, yaml_pos(lasts), "for: '%s': expected " DURATION_HINT,
                   lasts->kind == YAML_SCALAR ? lasts->text : yaml_kind_name(lasts));
    add_nodes(l, c, nodes, &(struct timeline_entry){.at_ns = at_ns, .node_edit = EDIT_PLUGIN_GONE},
              d);
    add_nodes(l, c, nodes,
              &(struct timeline_entry){.at_ns = at_ns + ns, .node_edit = EDIT_PLUGIN_BACK}, d);
    return true;
}

static uint32_t find_layout(const struct node *n, const char *name)
{
    for (uint32_t i = 0; i < n->layouts_len; i++)
        if (strcmp(n->layouts[i].name, name) == 0)
            return i;
    return UINT32_MAX;
}

/* Every node has it that has a layout of that name. */
static void add_layout_everywhere(struct list *l, const struct cluster *c,
                                  const struct yaml_node *name, int64_t at_ns, struct diag *d)
{
    const size_t before = l->len;
    struct suggest s;
    suggest_init(&s, name->text);
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        const uint32_t layout = find_layout(&c->nodes[n], name->text);
        if (layout != UINT32_MAX)
            add(l, &(struct timeline_entry){
                       .at_ns = at_ns, .node = n, .node_edit = EDIT_LAYOUT, .layout = layout});
        for (uint32_t i = 0; i < c->nodes[n].layouts_len; i++)
            suggest_offer(&s, c->nodes[n].layouts[i].name);
    }
    if (l->len == before)
        diag_error(d, yaml_pos(name), "mig-layout: '%s': no node has such a layout%s", name->text,
                   suggest_hint(&s));
}

static void add_layout(struct list *l, const struct cluster *c, const struct yaml_node *node,
                       const struct yaml_node *name, int64_t at_ns, struct diag *d)
{
    const size_t before = l->len;
    add_node(l, c, node, (struct timeline_entry){.at_ns = at_ns, .node_edit = EDIT_LAYOUT}, d);
    if (l->len == before)
        return;
    struct timeline_entry *e = &l->entries[before];
    e->layout = find_layout(&c->nodes[e->node], name->text);
    if (e->layout != UINT32_MAX)
        return;
    l->len = before;
    diag_error(d, yaml_pos(name), "mig-layout: '%s': node %s has no such layout (mig: layouts)",
               name->text, node->text);
}

/* {at: 20h, mig-layout: night, nodes: [n-0, n-1]} */
static bool read_layout(struct list *l, const struct cluster *c, const struct yaml_node *entry,
                        int64_t at_ns, struct diag *d)
{
    const struct yaml_node *name = yaml_get(entry, "mig-layout");
    const struct yaml_node *nodes = yaml_get(entry, "nodes");
    if (name == NULL)
        return false;
    if (name->kind != YAML_SCALAR)
        diag_error(d, yaml_pos(name), "mig-layout: %s; expected the name of a layout",
                   yaml_kind_name(name));
    else if (nodes == NULL)
        add_layout_everywhere(l, c, name, at_ns, d);
    else if (nodes->kind != YAML_LIST)
        add_layout(l, c, nodes, name, at_ns, d);
    for (size_t i = 0;
         name->kind == YAML_SCALAR && nodes != NULL && nodes->kind == YAML_LIST && i < nodes->len;
         i++)
        add_layout(l, c, nodes->items[i], name, at_ns, d);
    return true;
}

static bool read_verb(struct list *l, const struct cluster *c, const struct yaml_node *entry,
                      int64_t at_ns, struct diag *d)
{
    for (size_t v = 0; v < VERBS; v++) {
        const struct yaml_node *nodes = yaml_get(entry, verbs[v].name);
        if (nodes == NULL)
            continue;
        const struct timeline_entry e = {.at_ns = at_ns, .state = verbs[v].state};
        add_nodes(l, c, nodes, &e, d);
        return true;
    }
    return read_plugin(l, c, entry, at_ns, d) || read_layout(l, c, entry, at_ns, d);
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
            add(&l, &(struct timeline_entry){.at_ns = at_ns,
                                             .edit = entry,
                                             .is_optional = yaml_get(entry, "apply") != NULL});
    }
    for (size_t i = 0; i < l.len; i++)
        l.entries[i].order = i;
    if (l.len > 0)
        qsort(l.entries, l.len, sizeof l.entries[0], by_time);
    *out = l.entries;
    *len = l.len;
    return d->errors == before;
}
