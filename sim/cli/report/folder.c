#include "sim/cli/report/folder.h"

#include "sim/arena.h"
#include "workloads/csv_reader.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct opening {
    struct arena *arena;
    struct diag *diag;
};

static void add_name(struct folder_names *n, const char *name, struct arena *a)
{
    if (n->len == n->cap) {
        n->cap = n->cap == 0 ? 16 : 2 * n->cap;
        const char **more = arena_alloc(a, n->cap * sizeof more[0]);
        if (n->len > 0)
            memcpy(more, n->items, n->len * sizeof more[0]);
        n->items = more;
    }
    n->items[n->len++] = name;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_names(struct folder_names *n)
{
    if (n->len > 0)
        qsort(n->items, n->len, sizeof n->items[0], by_text);
}

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), tail = strlen(end);
    return len > tail && strcmp(text + len - tail, end) == 0;
}

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* Paths of what ends so, or of folders (end NULL); false if the folder cannot be read. */
static bool list(struct folder_names *out, const char *path, const char *end, struct arena *a)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return false;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        const char *all = arena_printf(a, "%s/%s", path, e->d_name);
        if (end == NULL ? is_folder(all) : ends_with(e->d_name, end))
            add_name(out, all, a);
    }
    closedir(dir);
    sort_names(out);
    return true;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool read_summary(struct folder *f, const struct opening *o)
{
    const char *path = arena_printf(o->arena, "%s/summary.json", f->path);
    struct stat s;
    if (stat(path, &s) != 0)
        return true;
    f->file = yaml_read(path, o->diag);
    if (f->file == NULL || diag_errors(o->diag) > 0)
        return false;
    if (yaml_docs(f->file) == 1 && yaml_doc(f->file, 0)->kind == YAML_MAP) {
        f->summary = yaml_doc(f->file, 0);
        return true;
    }
    diag_error(o->diag, (struct src_pos){.file = path}, "this is not a summary of a run");
    return false;
}

static bool open_one(struct folder *f, const char *path, const struct opening *o)
{
    *f = (struct folder){.path = path, .name = last_part(path)};
    if (!list(&f->tables, path, ".csv", o->arena)) {
        diag_world(o->diag, (struct src_pos){.file = path}, "cannot be read: %s", strerror(errno));
        return false;
    }
    list(&f->pictures, arena_printf(o->arena, "%s/plots", path), ".svg", o->arena);
    return read_summary(f, o);
}

/* --- the runs below a comparison --- */

static size_t column_of(const struct csv_row *row, const char *name)
{
    for (size_t i = 0; i < row->len; i++)
        if (strcmp(row->fields[i].text, name) == 0)
            return i;
    return SIZE_MAX;
}

/* The policies that compare.csv names, each once. */
static void read_order(const struct folder *f, struct folder_names *out, const struct opening *o)
{
    struct csv_row row;
    struct csv_reader *r = csv_reader_open(folder_table(f, "compare.csv"), &csv_rfc4180, o->diag);
    if (r == NULL)
        return;
    const size_t column = csv_reader_next(r, &row) ? column_of(&row, "policy") : SIZE_MAX;
    while (column != SIZE_MAX && csv_reader_next(r, &row)) {
        bool is_new = column < row.len;
        for (size_t i = 0; is_new && i < out->len; i++)
            is_new = strcmp(out->items[i], row.fields[column].text) != 0;
        if (is_new)
            add_name(out, arena_printf(o->arena, "%s", row.fields[column].text), o->arena);
    }
    csv_reader_close(r);
}

static bool open_run(struct folder *f, const char *path, const struct opening *o)
{
    struct folder run;
    if (!open_one(&run, path, o)) {
        folder_close(&run);
        return false;
    }
    if (run.tables.len > 0 || run.summary != NULL)
        f->runs[f->runs_len++] = run;
    else
        folder_close(&run);
    return true;
}

static bool is_in(const struct folder_names *names, const char *name)
{
    for (size_t i = 0; i < names->len; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

static bool open_runs(struct folder *f, const struct opening *o)
{
    struct folder_names below = {0}, order = {0};
    bool ok = true;
    list(&below, f->path, NULL, o->arena);
    f->runs = arena_alloc(o->arena, (below.len + 1) * sizeof f->runs[0]);
    if (folder_table(f, "compare.csv") != NULL)
        read_order(f, &order, o);
    for (size_t i = 0; i < order.len; i++)
        for (size_t k = 0; k < below.len; k++)
            if (strcmp(last_part(below.items[k]), order.items[i]) == 0)
                ok &= open_run(f, below.items[k], o);
    for (size_t k = 0; k < below.len; k++)
        if (!is_in(&order, last_part(below.items[k])))
            ok &= open_run(f, below.items[k], o);
    return ok;
}

bool folder_open(struct folder *f, const char *path, struct arena *a, struct diag *d)
{
    const struct opening o = {a, d};
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (!open_one(f, arena_text(a, path, len), &o))
        return false;
    if (f->summary == NULL && !open_runs(f, &o))
        return false;
    if (f->summary != NULL || f->tables.len > 0 || f->runs_len > 0)
        return true;
    diag_error(d, (struct src_pos){.file = path},
               "no results are in this folder; expected an output directory of run or compare");
    return false;
}

void folder_close(struct folder *f)
{
    for (size_t i = 0; i < f->runs_len; i++)
        folder_close(&f->runs[i]);
    yaml_close(f->file);
    *f = (struct folder){0};
}

const char *folder_table(const struct folder *f, const char *name)
{
    for (size_t i = 0; i < f->tables.len; i++)
        if (strcmp(last_part(f->tables.items[i]), name) == 0)
            return f->tables.items[i];
    return NULL;
}

const char *folder_fact(const struct folder *f, const char *const *keys)
{
    const struct yaml_node *n = f->summary;
    for (; n != NULL && *keys != NULL; keys++)
        n = yaml_get(n, *keys);
    return n != NULL && n->kind == YAML_SCALAR && !yaml_is_null(n) ? n->text : NULL;
}
