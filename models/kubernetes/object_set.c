/* by_key[number of "group/kind/namespace/name" in keys] is the object of that name. */
#include "models/kubernetes/object_set.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct object_set {
    struct arena *arena;
    struct yaml_file **files;
    size_t files_len, files_cap;
    struct object **objects;
    size_t len, cap;
    struct intern *keys;
    struct object **by_key;
    size_t by_key_cap;
    struct intern *kinds;
    struct object **first_of, **last_of; /* by kind */
    size_t first_of_cap, last_of_cap;
    struct object **next; /* of the same kind, by number; NULL: it is the last */
    size_t next_cap;
};

struct object_set *object_set_new(void)
{
    struct object_set *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL);
    s->arena = arena_new();
    s->keys = intern_new();
    s->kinds = intern_new();
    return s;
}

void object_set_free(struct object_set *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->files_len; i++)
        yaml_close(s->files[i]);
    free(s->files);
    free(s->objects);
    free(s->by_key);
    free(s->first_of);
    free(s->last_of);
    free(s->next);
    intern_free(s->keys);
    intern_free(s->kinds);
    arena_free(s->arena);
    free(s);
}

/* Room for one more pointer. */
static void *room_for_one(void *list, size_t len, size_t *cap)
{
    if (len < *cap)
        return list;
    *cap = *cap == 0 ? 64 : 2 * *cap;
    list = realloc(list, *cap * sizeof(void *));
    SIM_REQUIRE(list != NULL);
    return list;
}

/* --- objects --- */

static const char *key_of(struct object_set *s, const struct object *o)
{
    return arena_printf(s->arena, "%s/%s/%s/%s", o->group, o->kind, o->namespace, o->name);
}

static void report_twin(struct diag *d, const struct object *o, const struct object *first)
{
    const bool is_in_one = o->namespace[0] != '\0';
    diag_error(d, object_pos(o), "%s %s%s%s is given twice", o->kind, o->name,
               is_in_one ? " in namespace " : "", o->namespace);
    diag_note(d, object_pos(first), "it stands here first");
}

/* False if there is one of that name already. Configuration files have none, and many may stand
 * side by side. */
static bool index_object(struct object_set *s, struct object *o, struct diag *d)
{
    if (o->name[0] == '\0')
        return true;
    const size_t keys = intern_len(s->keys);
    const uint32_t key = intern_add(s->keys, key_of(s, o));
    if (key < keys) {
        report_twin(d, o, s->by_key[key]);
        return false;
    }
    s->by_key = room_for_one(s->by_key, key, &s->by_key_cap);
    s->by_key[key] = o;
    return true;
}

/* o is about to become the last object. */
static void chain_object(struct object_set *s, struct object *o)
{
    const size_t kinds = intern_len(s->kinds);
    const uint32_t kind = intern_add(s->kinds, o->kind);
    s->next = room_for_one(s->next, s->len, &s->next_cap);
    s->next[s->len] = NULL;
    s->first_of = room_for_one(s->first_of, kind, &s->first_of_cap);
    s->last_of = room_for_one(s->last_of, kind, &s->last_of_cap);
    if (kind == kinds)
        s->first_of[kind] = o;
    else
        s->next[s->last_of[kind]->number] = o;
    s->last_of[kind] = o;
}

static void add_object(struct object_set *s, const struct yaml_node *doc, struct diag *d)
{
    struct field_reader r = {.diag = d, .arena = s->arena};
    struct object *o = arena_alloc(s->arena, sizeof *o);
    if (!object_read(&r, doc, (uint32_t)s->len, o) || !index_object(s, o, d))
        return;
    s->objects = room_for_one(s->objects, s->len, &s->cap);
    chain_object(s, o);
    s->objects[s->len++] = o;
}

/* --- documents --- */

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static const struct yaml_node *items_of(const struct yaml_node *doc)
{
    const struct yaml_node *kind = field_get(doc, "kind");
    const struct yaml_node *items = field_get(doc, "items");
    if (kind == NULL || kind->kind != YAML_SCALAR || !ends_with(kind->text, "List"))
        return NULL;
    return items != NULL && items->kind == YAML_LIST ? items : NULL;
}

static bool complain_about(struct diag *d, const struct yaml_node *doc, bool is_folder)
{
    if (doc->kind == YAML_MAP && object_is_one(doc))
        return false;
    if (is_folder)
        diag_warning(d, yaml_pos(doc), "no Kubernetes object (no apiVersion and kind); left out");
    else
        diag_error(d, yaml_pos(doc),
                   "no Kubernetes object; expected a mapping with apiVersion and kind");
    return true;
}

/* kind: List, as `kubectl get -o yaml` prints it. */
static void add_document(struct object_set *s, const struct yaml_node *doc, bool is_folder,
                         struct diag *d)
{
    if (complain_about(d, doc, is_folder))
        return;
    const struct yaml_node *items = items_of(doc);
    if (items == NULL) {
        add_object(s, doc, d);
        return;
    }
    for (size_t i = 0; i < items->len; i++)
        if (!complain_about(d, items->items[i], false))
            add_object(s, items->items[i], d);
}

static void add_file(struct object_set *s, struct yaml_file *f, bool is_folder, struct diag *d)
{
    if (f == NULL)
        return;
    s->files = room_for_one(s->files, s->files_len, &s->files_cap);
    s->files[s->files_len++] = f;
    for (size_t i = 0; i < yaml_docs(f); i++)
        add_document(s, yaml_doc(f, i), is_folder, d);
}

void object_set_parse(struct object_set *s, const char *name, const char *text, size_t len,
                      struct diag *d)
{
    add_file(s, yaml_parse(arena_text(s->arena, name, strlen(name)), text, len, d), false, d);
}

/* --- files and folders --- */

static bool is_manifest(const char *name)
{
    return name[0] != '.' &&
           (ends_with(name, ".yaml") || ends_with(name, ".yml") || ends_with(name, ".json"));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_folder(struct object_set *s, const char *path, struct diag *d)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        diag_world(d, (struct src_pos){path, 0, 0}, "cannot be read: %s", strerror(errno));
        return;
    }
    const char **names = NULL;
    size_t len = 0, cap = 0;
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (!is_manifest(e->d_name))
            continue;
        names = room_for_one(names, len, &cap);
        names[len++] = arena_printf(s->arena, "%s/%s", path, e->d_name);
    }
    closedir(dir);
    if (len == 0)
        diag_error(d, (struct src_pos){path, 0, 0}, "no *.yaml, *.yml or *.json in this folder");
    else
        qsort(names, len, sizeof names[0], by_name);
    for (size_t i = 0; i < len; i++)
        add_file(s, yaml_read(names[i], d), true, d);
    free(names);
}

void object_set_read(struct object_set *s, const char *path, struct diag *d)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    const char *full = arena_text(s->arena, path, len);
    struct stat st;
    if (stat(full, &st) == 0 && S_ISDIR(st.st_mode)) {
        read_folder(s, full, d);
        return;
    }
    const unsigned errors = diag_errors(d);
    struct yaml_file *f = yaml_read(full, d);
    if (f != NULL && yaml_docs(f) == 0 && diag_errors(d) == errors)
        diag_error(d, (struct src_pos){full, 0, 0}, "no Kubernetes object in this file");
    add_file(s, f, false, d);
}

/* --- overlays --- */

static bool is_meant(const struct object *o, const struct yaml_node *over)
{
    const char *namespace = tree_text(over, "metadata.namespace", NULL);
    return strcmp(o->kind, tree_text(over, "kind", "")) == 0 &&
           strcmp(o->name, tree_text(over, "metadata.name", "")) == 0 &&
           (namespace == NULL || strcmp(o->namespace, namespace) == 0);
}

static void refuse_overlay(const struct object_set *s, const struct yaml_node *over, struct diag *d)
{
    const char *kind = tree_text(over, "kind", ""), *name = tree_text(over, "metadata.name", "");
    struct suggest near;
    suggest_init(&near, name);
    for (size_t i = 0; i < s->len; i++)
        if (strcmp(s->objects[i]->kind, kind) == 0)
            suggest_offer(&near, s->objects[i]->name);
    if (kind[0] == '\0' || name[0] == '\0')
        diag_error(d, yaml_pos(over),
                   "an overlay needs kind and metadata.name, to say what it "
                   "changes");
    else
        diag_error(d, yaml_pos(over), "there is no %s %s to change%s", kind, name,
                   suggest_hint(&near));
}

void object_set_overlay_tree(struct object_set *s, const struct yaml_node *over, struct diag *d)
{
    struct field_reader r = {.diag = d, .arena = s->arena};
    bool is_known = false;
    for (size_t i = 0; i < s->len; i++) {
        struct object *o = s->objects[i];
        if (!is_meant(o, over))
            continue;
        object_read(&r, tree_merge(s->arena, o->doc, tree_without_key(s->arena, over, "kind")),
                    o->number, o);
        is_known = true;
    }
    if (!is_known)
        refuse_overlay(s, over, d);
}

static void apply_overlays(struct object_set *s, struct yaml_file *f, struct diag *d)
{
    if (f == NULL)
        return;
    s->files = room_for_one(s->files, s->files_len, &s->files_cap);
    s->files[s->files_len++] = f;
    for (size_t i = 0; i < yaml_docs(f); i++)
        object_set_overlay_tree(s, yaml_doc(f, i), d);
}

void object_set_overlay(struct object_set *s, const char *path, struct diag *d)
{
    apply_overlays(s, yaml_read(arena_text(s->arena, path, strlen(path)), d), d);
}

void object_set_overlay_text(struct object_set *s, const char *name, const char *text, size_t len,
                             struct diag *d)
{
    apply_overlays(s, yaml_parse(arena_text(s->arena, name, strlen(name)), text, len, d), d);
}

/* --- looking up --- */

size_t object_set_len(const struct object_set *s)
{
    return s->len;
}

const struct object *object_set_at(const struct object_set *s, size_t i)
{
    SIM_REQUIRE(i < s->len);
    return s->objects[i];
}

const struct object *object_set_find(const struct object_set *s, const char *group,
                                     const char *kind, const char *namespace, const char *name)
{
    char key[1200];
    const int len = snprintf(key, sizeof key, "%s/%s/%s/%s", group, kind, namespace, name);
    if (len < 0 || (size_t)len >= sizeof key)
        return NULL;
    const uint32_t found = intern_find(s->keys, key);
    return found == INTERN_NONE ? NULL : s->by_key[found];
}

const struct object *object_set_of_kind(const struct object_set *s, const char *kind,
                                        const struct object *after)
{
    if (after != NULL)
        return s->next[after->number];
    const uint32_t found = intern_find(s->kinds, kind);
    return found == INTERN_NONE ? NULL : s->first_of[found];
}

struct arena *object_set_arena(struct object_set *s)
{
    return s->arena;
}
