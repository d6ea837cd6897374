#include "workloads/jobs_columns.h"

#include "models/resource.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <string.h>

enum { MOST_RESOURCES = 60 }; /* a request holds 64 amounts, GPUs, CPUs and memory among them */

struct unit {
    const char *suffix;
    uint64_t size;
};

#define SECOND_NS UINT64_C(1000000000)

static const struct unit time_units[] = {
    {"_s", SECOND_NS},        {"_ms", SECOND_NS / 1000}, {"_min", 60 * SECOND_NS},
    {"_h", 3600 * SECOND_NS}, {"_d", 86400 * SECOND_NS}, {NULL, 0},
};

static const struct unit size_units[] = {
    {"_gib", UINT64_C(1) << 30},
    {"_mib", UINT64_C(1) << 20},
    {"_bytes", 1},
    {NULL, 0},
};

static const struct known {
    const char *name;
    enum jobs_cell cell;
    const struct unit *units; /* may stand behind the name */
} known[] = {
    {"job", CELL_JOB, NULL},
    {"name", CELL_NAME, NULL},
    {"submit", CELL_SUBMIT, time_units},
    {"run", CELL_RUN, time_units},
    {"duration", CELL_RUN, time_units},
    {"limit", CELL_LIMIT, time_units},
    {"patience", CELL_PATIENCE, time_units},
    {"tasks", CELL_TASKS, NULL},
    {"gpus", CELL_GPUS, NULL},
    {"gpus_per_task", CELL_GPUS_PER_TASK, NULL},
    {"shards", CELL_SHARDS, NULL},
    {"mps", CELL_MPS, NULL},
    {"cpus", CELL_CPUS, NULL},
    {"memory", CELL_MEMORY, size_units},
    {"user", CELL_USER, NULL},
    {"tenant", CELL_TENANT, NULL},
    {"queue", CELL_QUEUE, NULL},
    {"namespace", CELL_NAMESPACE, NULL},
    {"priority", CELL_PRIORITY, NULL},
    {"priority_class", CELL_PRIORITY_CLASS, NULL},
    {"account", CELL_ACCOUNT, NULL},
    {"qos", CELL_QOS, NULL},
    {"kind", CELL_KIND, NULL},
    {"start_s", CELL_START, NULL},
    {"cause", CELL_CAUSE, NULL},
};

enum { KNOWN = sizeof known / sizeof known[0] };

/* What our own jobs.csv says about a run, beside wait_REASON_s (results/). */
static const char *const of_results[] = {
    "admit_s",  "end_s",     "wait_s",   "startup_s",        "suspended_s",
    "ending_s", "restarts",  "state",    "bounded_slowdown", "preemptions",
    "speed",    "gpu_hours", "cost_usd", "placement",
};

static bool begins_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_of_results(const char *name)
{
    for (size_t i = 0; i < sizeof of_results / sizeof of_results[0]; i++)
        if (strcmp(of_results[i], name) == 0)
            return true;
    return begins_with(name, "wait_") && strlen(name) > 7 &&
           strcmp(name + strlen(name) - 2, "_s") == 0;
}

static const struct unit *find_unit(const struct unit *units, const char *suffix)
{
    for (const struct unit *u = units; u != NULL && u->suffix != NULL; u++)
        if (strcmp(u->suffix, suffix) == 0)
            return u;
    return NULL;
}

static bool find_known(const char *name, struct jobs_column *column)
{
    for (size_t i = 0; i < KNOWN; i++) {
        if (!begins_with(name, known[i].name))
            continue;
        const char *suffix = name + strlen(known[i].name);
        const struct unit *unit = find_unit(known[i].units, suffix);
        if (*suffix != '\0' && unit == NULL)
            continue;
        column->cell = known[i].cell;
        column->unit = unit == NULL ? 0 : unit->size;
        return true;
    }
    return false;
}

static bool find_column(struct jobs_column *column, struct intern *resources)
{
    const char *name = column->name;
    if (begins_with(name, "resource:") && name[9] != '\0') {
        column->cell = CELL_RESOURCE;
        column->resource = intern_add(resources, name + 9);
        return true;
    }
    column->cell = CELL_UNREAD;
    if (begins_with(name, "x_"))
        return true;
    return is_of_results(name) || find_known(name, column);
}

/* --- mistakes --- */

static bool refuse_unknown(const char *name, struct src_pos at, struct diag *d)
{
    struct suggest s;
    if (name[0] == '\0') {
        diag_error(d, at, "a column without a name; expected one such as submit_s or x_note");
        return false;
    }
    suggest_init(&s, name);
    for (size_t i = 0; i < KNOWN; i++)
        suggest_offer(&s, known[i].name);
    suggest_offer_all(&s, (const char *const[]){"submit_s", "run_s", "duration_s", "limit_s",
                                                "patience_s", "memory_gib", "resource:", NULL});
    diag_error(d, at, "unknown column '%s'%s (x_%s would not be read)", name, suggest_hint(&s),
               name);
    return false;
}

static bool is_same(const struct jobs_column *a, const struct jobs_column *b)
{
    const bool are_gpus = (a->cell == CELL_GPUS || a->cell == CELL_GPUS_PER_TASK) &&
                          (b->cell == CELL_GPUS || b->cell == CELL_GPUS_PER_TASK);
    if (a->cell == CELL_UNREAD || (a->cell != b->cell && !are_gpus))
        return false;
    return a->cell != CELL_RESOURCE || a->resource == b->resource;
}

static bool check_repeated(const struct jobs_columns *c, const struct jobs_column *column,
                           struct src_pos at, struct diag *d)
{
    for (size_t i = 0; i < c->len; i++)
        if (is_same(&c->columns[i], column)) {
            diag_error(d, at, "column '%s': '%s' says the same; expected one of them", column->name,
                       c->columns[i].name);
            return false;
        }
    return true;
}

static bool has(const struct jobs_columns *c, enum jobs_cell cell)
{
    for (size_t i = 0; i < c->len; i++)
        if (c->columns[i].cell == cell)
            return true;
    return false;
}

static bool require(const struct jobs_columns *c, enum jobs_cell cell, const char *name,
                    struct src_pos at, struct diag *d)
{
    if (has(c, cell))
        return true;
    diag_error(d, at, "there is no column '%s'", name);
    return false;
}

static bool check_resources(const struct jobs_columns *c, struct src_pos at, struct diag *d)
{
    size_t len = 0;
    for (size_t i = 0; i < c->len; i++)
        len += c->columns[i].cell == CELL_RESOURCE;
    if (len <= MOST_RESOURCES)
        return true;
    diag_error(d, at, "%zu columns of resources; expected at most %d", len, MOST_RESOURCES);
    return false;
}

bool jobs_columns_read(struct jobs_columns *c, const struct csv_reader *r,
                       const struct csv_row *header, struct intern *resources, struct arena *arena,
                       struct diag *d)
{
    bool ok = true;
    const struct src_pos line = csv_reader_at(r, header, header->len);
    c->columns = arena_alloc(arena, header->len * sizeof c->columns[0]);
    c->len = 0;
    for (size_t i = 0; i < header->len; i++) {
        csv_field_trim(&header->fields[i]);
        struct jobs_column column = {
            .name = arena_text(arena, header->fields[i].text, header->fields[i].len)};
        const struct src_pos at = csv_reader_at(r, header, i);
        ok &= find_column(&column, resources) ? check_repeated(c, &column, at, d)
                                              : refuse_unknown(column.name, at, d);
        c->columns[c->len++] = column;
    }
    c->has_results = has(c, CELL_START);
    ok &= require(c, CELL_SUBMIT, "submit_s", line, d);
    ok &= require(c, CELL_RUN, "run_s", line, d);
    return check_resources(c, line, d) && ok;
}
