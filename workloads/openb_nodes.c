#include "workloads/openb_nodes.h"

#include "models/gpu_model.h"
#include "models/names.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/line_reader.h"
#include "sim/path.h"
#include "workloads/openb_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NAME, CPU, MEMORY, GPUS, MODEL, COLUMNS };

static const char *const columns[] = {"sn", "cpu_milli", "memory_mib", "gpu", "model", NULL};

static const struct config_key keys[] = {
    {.key = "nodes",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct openb_nodes, nodes),
     .help = "the list of nodes, plain or gzipped"},
    {.key = "order",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct openb_nodes, order),
     .fallback = "",
     .help = "a file with a line for each node, NUMBER-NAME: nodes are called so, and ties between "
             "them go by that"},
    {0},
};

const struct config_table openb_nodes_table = {
    .name = "openb",
    .help = "The nodes of openb, Alibaba's GPU trace of 2023.",
    .bytes = sizeof(struct openb_nodes),
    .keys = keys,
};

struct row {
    const char *name;
    int64_t cpu_milli, memory_bytes;
    uint32_t gpus;
    const char *model; /* "": none */
    size_t line;
};

struct building {
    struct names *names;
    struct arena *arena;
    struct diag *diag;
    struct row *rows;
    size_t len, cap;
};

/* --- reading --- */

static bool read_row(struct building *b, const struct openb_table *t, struct row *out)
{
    static const int64_t most[COLUMNS] = {
        [CPU] = INT64_C(1) << 40, [MEMORY] = INT64_C(1) << 40, [GPUS] = NODE_MOST_GPUS};
    int64_t values[COLUMNS] = {0};
    for (size_t c = CPU; c <= GPUS; c++)
        if (!openb_number(t, c, &values[c]) || values[c] > most[c]) {
            diag_error(b->diag, openb_at(t, c),
                       "%s: '%s': expected a whole number from 0 to %" PRId64, columns[c],
                       openb_text(t, c), most[c]);
            return false;
        }
    *out = (struct row){
        .name = arena_printf(b->arena, "%s", openb_text(t, NAME)),
        .cpu_milli = values[CPU],
        .memory_bytes = values[MEMORY] << 20,
        .gpus = (uint32_t)values[GPUS],
        .model = arena_printf(b->arena, "%s", values[GPUS] == 0 ? "" : openb_text(t, MODEL)),
        .line = (size_t)t->row.line,
    };
    return true;
}

static bool read_rows(struct building *b, const char *path)
{
    struct openb_table t;
    bool ok = openb_table_open(&t, path, columns, COLUMNS, b->diag);
    while (ok && openb_table_next(&t)) {
        if (b->len == b->cap) {
            b->cap = b->cap == 0 ? 1024 : 2 * b->cap;
            b->rows = realloc(b->rows, b->cap * sizeof b->rows[0]);
            SIM_REQUIRE(b->rows != NULL);
        }
        if (read_row(b, &t, &b->rows[b->len]))
            b->len++;
    }
    ok = ok && !csv_reader_failed(t.reader);
    openb_table_close(&t);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct row *)a)->name, ((const struct row *)b)->name);
}

static bool names_are_distinct(const struct building *b, const char *path)
{
    for (size_t i = 1; i < b->len; i++)
        if (strcmp(b->rows[i - 1].name, b->rows[i].name) == 0) {
            diag_error(b->diag, (struct src_pos){.file = path},
                       "'%s' is there twice; expected names of their own", b->rows[i].name);
            return false;
        }
    return true;
}

/* --- renaming: "0000-openb-node-0260" --- */

static struct row *row_named(const struct building *b, const char *name)
{
    const struct row key = {.name = name};
    return bsearch(&key, b->rows, b->len, sizeof b->rows[0], by_name);
}

static bool rename_rows(struct building *b, const char *path)
{
    struct line_reader *lines = line_reader_open(path, b->diag);
    const char **renamed = arena_alloc(b->arena, (b->len + 1) * sizeof renamed[0]);
    size_t met = 0;
    const unsigned errors = diag_errors(b->diag);
    for (struct line line; lines != NULL && line_reader_next(lines, &line);) {
        const char *text = arena_text(b->arena, line.text, line.len);
        const char *dash = strchr(text, '-');
        const struct row *row = dash == NULL ? NULL : row_named(b, dash + 1);
        if (line.len == 0)
            continue;
        if (row == NULL || renamed[row - b->rows] != NULL)
            diag_error(b->diag, line_reader_at(lines, &line, 0),
                       "'%s': expected NUMBER-NAME, each node of the list once", text);
        else
            renamed[row - b->rows] = text;
        met++;
    }
    const bool ok = lines != NULL && !line_reader_failed(lines);
    if (ok && met != b->len && diag_errors(b->diag) == errors)
        diag_error(b->diag, (struct src_pos){.file = path}, "%zu lines for %zu nodes", met, b->len);
    line_reader_close(lines);
    for (size_t i = 0; i < b->len; i++)
        b->rows[i].name = renamed[i] == NULL ? b->rows[i].name : renamed[i];
    return ok && diag_errors(b->diag) == errors;
}

/* --- building --- */

/* By model, then as they are: a pool is a run of them. */
static int by_model(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    const int order = strcmp(x->model, y->model);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static uint32_t add_kind(struct building *b, struct cluster *c, const char *model)
{
    struct gpu_model *kind = arena_alloc(b->arena, sizeof *kind);
    kind->name = model;
    kind->source = "openb";
    return cluster_add_kind(c, kind);
}

static const struct node_label *labels_of(struct building *b, const struct row *row, uint32_t *len)
{
    struct node_label *l = arena_alloc(b->arena, 2 * sizeof l[0]);
    l[0] = (struct node_label){intern_add(b->names->words, "kubernetes.io/hostname"),
                               intern_add(b->names->words, row->name)};
    *len = 1;
    if (row->model[0] != '\0')
        l[(*len)++] = (struct node_label){intern_add(b->names->words, OPENB_MODEL_LABEL),
                                          intern_add(b->names->words, row->model)};
    if (*len == 2 && l[0].key > l[1].key) {
        const struct node_label swap = l[0];
        l[0] = l[1];
        l[1] = swap;
    }
    return l;
}

static void add_node(struct building *b, struct cluster *c, const struct row *row,
                     const struct device_unit *units)
{
    const struct amount amounts[] = {{RESOURCE_CPU, row->cpu_milli},
                                     {RESOURCE_MEMORY, row->memory_bytes}};
    const struct class_spec whole = {
        .resource = RESOURCE_GPU, .kind = DEVICE_WHOLE, .units = units, .units_len = row->gpus};
    struct node_spec spec = {.name = row->name,
                             .state = NODE_READY,
                             .gpus = row->gpus,
                             .is_numbered = true,
                             .amounts = amounts,
                             .amounts_len = 2,
                             .classes = &whole,
                             .classes_len = row->gpus > 0};
    spec.labels = labels_of(b, row, &spec.labels_len);
    cluster_add_node(c, &spec);
}

static struct cluster *build(struct building *b)
{
    struct cluster *c = cluster_new();
    struct device_unit *units = arena_alloc(b->arena, NODE_MOST_GPUS * sizeof units[0]);
    const struct mig_share all = {1, 1, false};
    for (uint16_t g = 0; g < NODE_MOST_GPUS; g++)
        units[g] = (struct device_unit){
            .gpu = g, .domain = UINT16_MAX, .milli = 1000, .compute = all, .memory = all};
    qsort(b->rows, b->len, sizeof b->rows[0], by_model);
    for (size_t i = 0; i < b->len; i++) {
        const char *model = b->rows[i].model;
        if (i == 0 || strcmp(model, b->rows[i - 1].model) != 0)
            cluster_add_pool(c, model[0] == '\0' ? "cpu" : model, "openb",
                             model[0] == '\0' ? KIND_NONE : add_kind(b, c, model));
        add_node(b, c, &b->rows[i], units);
    }
    cluster_seal(c, (uint32_t)intern_len(b->names->resources));
    return c;
}

struct cluster *openb_cluster(const struct yaml_node *section, struct names *names,
                              struct arena *arena, struct diag *d)
{
    struct config_reader reader = {.diag = d, .arena = arena};
    struct openb_nodes o = {0};
    struct building b = {.names = names, .arena = arena, .diag = d};
    if (!config_read(&reader, section, yaml_pos(section), &openb_nodes_table, &o))
        return NULL;
    const unsigned errors = diag_errors(d);
    const char *path = path_beside(arena, section->file, o.nodes);
    bool ok = read_rows(&b, path);
    if (b.len != 0)
        qsort(b.rows, b.len, sizeof b.rows[0], by_name);
    ok = ok && names_are_distinct(&b, path);
    if (ok && o.order != NULL)
        ok = rename_rows(&b, path_beside(arena, section->file, o.order));
    struct cluster *c = ok && diag_errors(d) == errors ? build(&b) : NULL;
    free(b.rows);
    return c;
}
