/* One shelf per kind of entry: intern numbers the names in the order of adding, slots[number] is
 * the entry of that name. Entries stay where they are: a replacement is written over the old one.
 */
#include "models/catalogue.h"

#include "models/catalogue_entry.h"
#include "models/catalogue_text.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>

struct slot {
    void *entry;
    struct src_pos at; /* file NULL: ships with the program */
};

struct shelf {
    struct intern *names;
    struct slot *slots;
    size_t cap;
};

struct catalogue {
    struct arena *arena;
    struct shelf shelves[ENTRY_SORTS];
    struct yaml_file **files; /* the texts of entries lie in them */
    size_t files_len;
};

/* Lists in a file, in the order in which they refer to one another. */
static const struct entry_kind *const kinds[ENTRY_SORTS] = {
    [ENTRY_GEOMETRY] = &entry_geometry,
    [ENTRY_MIG] = &entry_mig,
    [ENTRY_GPU] = &entry_gpu,
    [ENTRY_MACHINE] = &entry_machine,
};

struct raw_file {
    const struct yaml_node *lists[ENTRY_SORTS];
};

#define LIST(list, sort, entries, text)                                                            \
    {                                                                                              \
        list, CONFIG_NODE, offsetof(struct raw_file, lists) + (sort) * sizeof(struct yaml_node *), \
            "", .table = &(entries), .hint = "a list of mappings", .help = text                    \
    }

static const struct config_key file_keys[] = {
    LIST("machines", ENTRY_MACHINE, entry_machine_table, "machines that nodes are made of"),
    LIST("gpus", ENTRY_GPU, entry_gpu_table, "GPU models"),
    LIST("mig", ENTRY_MIG, entry_mig_table, "what GPUs can be cut into"),
    LIST("mig_geometries", ENTRY_GEOMETRY, entry_geometry_table,
         "where MIG instances may lie on a GPU"),
    {0},
};

const struct config_table catalogue_table = {
    .name = "catalogue",
    .help = "Machines and GPUs beside those that ship with the program.",
    .bytes = sizeof(struct raw_file),
    .keys = file_keys,
};

struct src_pos entry_pos(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *value = yaml_get(map, key);
    return yaml_pos(value != NULL ? value : map);
}

static size_t shelf_len(const struct shelf *s)
{
    return intern_len(s->names);
}

static struct slot *find_slot(const struct shelf *s, const char *name)
{
    const uint32_t id = intern_find(s->names, name);
    return id == INTERN_NONE ? NULL : &s->slots[id];
}

static void *entry_at(const struct catalogue *c, enum entry_sort sort, size_t i)
{
    SIM_REQUIRE(i < shelf_len(&c->shelves[sort]));
    return c->shelves[sort].slots[i].entry;
}

const void *catalogue_find(const struct catalogue *c, enum entry_sort sort, const char *name)
{
    const struct slot *slot = find_slot(&c->shelves[sort], name);
    return slot == NULL ? NULL : slot->entry;
}

static const char *nearest(const struct catalogue *c, enum entry_sort sort, struct suggest *s,
                           const char *name)
{
    suggest_init(s, name);
    const struct intern *names = c->shelves[sort].names;
    for (uint32_t i = 0; i < intern_len(names); i++)
        suggest_offer(s, intern_text(names, i));
    return suggest_hint(s);
}

/* key: 'name': there is no such machine; did you mean 'that'?; `clustersim list machines` ... */
static void complain_of_name(const struct catalogue *c, enum entry_sort sort, const char *key,
                             const char *name, struct src_pos at, struct diag *d)
{
    struct suggest s;
    const char *hint = nearest(c, sort, &s, name);
    const char *list = kinds[sort]->list;
    if (list != NULL)
        diag_error(d, at, "%s: '%s': no such %s%s; `clustersim list %s` shows them", key, name,
                   kinds[sort]->noun, hint, list);
    else
        diag_error(d, at, "%s: '%s': no such %s%s", key, name, kinds[sort]->noun, hint);
}

void catalogue_no_machine(const struct catalogue *c, const char *name, struct src_pos at,
                          struct diag *d)
{
    complain_of_name(c, ENTRY_MACHINE, "machine", name, at, d);
}

const void *entry_named(struct entry_reading *r, enum entry_sort sort, const char *key,
                        const char *name)
{
    if (name == NULL)
        return NULL;
    const void *entry = catalogue_find(r->catalogue, sort, name);
    if (entry == NULL)
        complain_of_name(r->catalogue, sort, key, name, entry_pos(r->node, key), r->config->diag);
    return entry;
}

static struct slot *put_new(struct shelf *s, const char *name, void *entry)
{
    const uint32_t id = intern_add(s->names, name);
    if (id == s->cap) {
        s->cap = s->cap == 0 ? 32 : 2 * s->cap;
        s->slots = realloc(s->slots, s->cap * sizeof s->slots[0]);
        SIM_REQUIRE(s->slots != NULL);
    }
    s->slots[id] = (struct slot){.entry = entry};
    return &s->slots[id];
}

static void complain_of_twin(const struct slot *old, const char *name, struct src_pos at,
                             struct diag *d)
{
    diag_error(d, at, "name: '%s': %s; choose another, or say `replaces: true`", name,
               old->at.file == NULL ? "ships with the program" : "is given twice");
    if (old->at.file != NULL)
        diag_note(d, old->at, "here for the first time");
}

/* A name that is new, unless it is to replace one; or one that is taken, if it is. */
static void check_name(struct catalogue *c, enum entry_sort sort, const struct entry_head *head,
                       const struct yaml_node *node, struct diag *d)
{
    const struct slot *old = find_slot(&c->shelves[sort], head->name);
    struct suggest s;
    if (head->name[0] == '\0')
        diag_error(d, entry_pos(node, "name"), "name: '': is empty; give it a name");
    if (old == NULL && head->replaces)
        diag_error(d, entry_pos(node, "replaces"),
                   "replaces: 'true': there is no %s '%s' to replace%s", kinds[sort]->noun,
                   head->name, nearest(c, sort, &s, head->name));
    if (old != NULL && !head->replaces)
        complain_of_twin(old, head->name, entry_pos(node, "name"), d);
}

/* A new entry is put on its shelf even with mistakes; an old one is left as it is rather than
 * replaced by a wrong one. */
static void add_entry(struct catalogue *c, struct config_reader *r, enum entry_sort sort,
                      const struct yaml_node *node)
{
    const unsigned before = diag_errors(r->diag);
    const struct entry_kind *kind = kinds[sort];
    struct entry_head *raw = arena_alloc(c->arena, kind->table->bytes);
    struct entry_reading reading = {.config = r, .catalogue = c, .node = node};
    reading.sound = config_read(r, node, yaml_pos(node), kind->table, raw);
    if (raw->name == NULL)
        return;
    check_name(c, sort, raw, node, r->diag);
    void *entry = arena_alloc(c->arena, kind->bytes);
    kind->finish(&reading, raw, entry);
    struct slot *slot = find_slot(&c->shelves[sort], raw->name);
    if (slot == NULL)
        slot = put_new(&c->shelves[sort], raw->name, entry);
    else if (diag_errors(r->diag) == before)
        memcpy(slot->entry, entry, kind->bytes);
    else
        return;
    slot->at = entry_pos(node, "name");
}

static void add_list(struct catalogue *c, struct config_reader *r, enum entry_sort sort,
                     const struct yaml_node *list)
{
    if (yaml_is_null(list))
        return;
    if (list->kind != YAML_LIST) {
        diag_error(r->diag, yaml_pos(list), "%s: %s; expected a list of mappings", kinds[sort]->key,
                   yaml_kind_name(list));
        return;
    }
    for (size_t i = 0; i < list->len; i++)
        add_entry(c, r, sort, list->items[i]);
}

bool catalogue_add_node(struct catalogue *c, const struct yaml_node *map, struct diag *d)
{
    const unsigned before = diag_errors(d);
    struct config_reader r = {.diag = d, .arena = c->arena};
    struct raw_file file = {{0}};
    config_read(&r, map, yaml_pos(map), &catalogue_table, &file);
    for (int sort = 0; sort < ENTRY_SORTS; sort++)
        if (file.lists[sort] != NULL)
            add_list(c, &r, (enum entry_sort)sort, file.lists[sort]);
    return diag_errors(d) == before;
}

static void keep(struct catalogue *c, struct yaml_file *file)
{
    c->files = realloc(c->files, (c->files_len + 1) * sizeof c->files[0]);
    SIM_REQUIRE(c->files != NULL);
    c->files[c->files_len++] = file;
}

static bool add_documents(struct catalogue *c, struct yaml_file *file, struct diag *d)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_docs(file); i++)
        ok = catalogue_add_node(c, yaml_doc(file, i), d) && ok;
    return ok;
}

bool catalogue_add_file(struct catalogue *c, const char *path, struct diag *d)
{
    const unsigned before = diag_errors(d);
    struct yaml_file *file = yaml_read(path, d);
    if (file == NULL)
        return false;
    keep(c, file);
    return add_documents(c, file, d) && diag_errors(d) == before;
}

/* Entries that ship have no place that a user could look at. */
static void forget_places(struct catalogue *c)
{
    for (int sort = 0; sort < ENTRY_SORTS; sort++)
        for (size_t i = 0; i < shelf_len(&c->shelves[sort]); i++)
            c->shelves[sort].slots[i].at = (struct src_pos){0};
}

struct catalogue *catalogue_open(struct diag *d)
{
    struct catalogue *c = calloc(1, sizeof *c);
    SIM_REQUIRE(c != NULL);
    c->arena = arena_new();
    for (int sort = 0; sort < ENTRY_SORTS; sort++)
        c->shelves[sort].names = intern_new();
    for (const struct catalogue_text *t = catalogue_texts; t->name != NULL; t++)
        keep(c, yaml_parse(t->name, (const char *)t->bytes, t->len, d));
    bool ok = true;
    for (size_t i = 0; i < c->files_len; i++)
        ok = add_documents(c, c->files[i], d) && ok;
    SIM_REQUIRE(ok);
    forget_places(c);
    return c;
}

void catalogue_close(struct catalogue *c)
{
    if (c == NULL)
        return;
    for (int sort = 0; sort < ENTRY_SORTS; sort++) {
        intern_free(c->shelves[sort].names);
        free(c->shelves[sort].slots);
    }
    for (size_t i = 0; i < c->files_len; i++)
        yaml_close(c->files[i]);
    free(c->files);
    arena_free(c->arena);
    free(c);
}

const struct machine *catalogue_find_machine(const struct catalogue *c, const char *name)
{
    return catalogue_find(c, ENTRY_MACHINE, name);
}

const struct gpu_model *catalogue_find_gpu(const struct catalogue *c, const char *name)
{
    return catalogue_find(c, ENTRY_GPU, name);
}

const struct mig_table *catalogue_find_mig(const struct catalogue *c, const char *name)
{
    return catalogue_find(c, ENTRY_MIG, name);
}

size_t catalogue_machines(const struct catalogue *c)
{
    return shelf_len(&c->shelves[ENTRY_MACHINE]);
}

size_t catalogue_gpus(const struct catalogue *c)
{
    return shelf_len(&c->shelves[ENTRY_GPU]);
}

size_t catalogue_migs(const struct catalogue *c)
{
    return shelf_len(&c->shelves[ENTRY_MIG]);
}

const struct machine *catalogue_machine(const struct catalogue *c, size_t i)
{
    return entry_at(c, ENTRY_MACHINE, i);
}

const struct gpu_model *catalogue_gpu(const struct catalogue *c, size_t i)
{
    return entry_at(c, ENTRY_GPU, i);
}

const struct mig_table *catalogue_mig(const struct catalogue *c, size_t i)
{
    return entry_at(c, ENTRY_MIG, i);
}
