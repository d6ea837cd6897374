#include "workloads/run_history.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/duration.h"
#include "sim/int128.h"
#include "sim/path.h"
#include "sim/rng.h"
#include "workloads/openb_table.h"

#include <stdlib.h>
#include <string.h>

/* --- options --- */

struct written {
    const char *history;
    struct run_history *out;
    const struct yaml_node *by, *otherwise;
};

static const struct config_key keys[] = {
    {.key = "history",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct written, history),
     .help = "A table with the columns `key` and `duration`, plain or gzipped: past runs."},
    {.key = "by",
     .kind = CONFIG_NODE,
     .offset = offsetof(struct written, by),
     .fallback = "",
     .hint = "name, namespace, queue, {label: KEY} or {annotation: KEY}",
     .help = "What of a job is the key; its name, if this is not given."},
    {.key = "otherwise",
     .kind = CONFIG_NODE,
     .offset = offsetof(struct written, otherwise),
     .fallback = "",
     .hint = "a duration, or any other rule",
     .help = "For jobs whose key is not in the table; without it that is a mistake."},
    {0},
};

const struct config_table run_history_table = {
    .name = "history",
    .help =
        "Run times that jobs of the same key had in the past, all equally likely; of a job that "
        "has run for a while, those that are longer.",
    .bytes = sizeof(struct written),
    .keys = keys,
};

static bool read_by(struct config_reader *r, const struct yaml_node *n, struct run_history *out)
{
    static const char *const names[] = {"name", "namespace", "queue"};
    const char *text = n == NULL ? "name" : n->kind == YAML_SCALAR ? n->text : "";
    for (int i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            out->by = (enum history_by)i;
            return true;
        }
    if (n->kind == YAML_MAP && n->len == 1 && n->pairs[0].value->kind == YAML_SCALAR) {
        out->key = n->pairs[0].value->text;
        out->by = HISTORY_BY_LABEL;
        if (strcmp(n->pairs[0].key->text, "label") == 0)
            return true;
        out->by = HISTORY_BY_ANNOTATION;
        if (strcmp(n->pairs[0].key->text, "annotation") == 0)
            return true;
    }
    diag_error(r->diag, yaml_pos(n),
               "by: %s%s%s; expected name, namespace, queue, {label: KEY} or {annotation: KEY}",
               n->kind == YAML_SCALAR ? "'" : "",
               n->kind == YAML_SCALAR ? n->text : yaml_kind_name(n),
               n->kind == YAML_SCALAR ? "'" : "");
    return false;
}

/* --- the table --- */

enum { COLUMN_KEY, COLUMN_DURATION, COLUMNS };

static int by_key_and_time(const void *a, const void *b)
{
    const struct past_run *x = a, *y = b;
    const int order = strcmp(x->key, y->key);
    return order != 0 ? order : (x->ns > y->ns) - (x->ns < y->ns);
}

struct run_list {
    struct past_run *runs;
    size_t len, cap;
};

static void add_run(struct run_list *l, const struct past_run *run, struct arena *a)
{
    if (l->len == l->cap) {
        l->cap = 2 * l->cap + 64;
        struct past_run *more = arena_alloc(a, l->cap * sizeof more[0]);
        if (l->len > 0)
            memcpy(more, l->runs, l->len * sizeof more[0]);
        l->runs = more;
    }
    l->runs[l->len++] = *run;
}

static void read_rows(struct config_reader *r, struct openb_table *t, struct run_list *out)
{
    while (openb_table_next(t)) {
        const char *key = openb_text(t, COLUMN_KEY), *text = openb_text(t, COLUMN_DURATION);
        const char *why;
        struct past_run run;
        if (duration_parse(text, &run.ns, &why)) {
            run.key = arena_text(r->arena, key, strlen(key));
            add_run(out, &run, r->arena);
        } else {
            diag_error(r->diag, openb_at(t, COLUMN_DURATION),
                       "duration: '%s': %s; expected " DURATION_HINT, text, why);
        }
    }
}

static bool read_table(struct config_reader *r, struct run_history *out)
{
    static const char *const columns[] = {"key", "duration", NULL};
    const unsigned errors = diag_errors(r->diag);
    struct openb_table t;
    struct run_list runs = {0};
    if (openb_table_open(&t, out->path, columns, COLUMNS, r->diag))
        read_rows(r, &t, &runs);
    openb_table_close(&t);
    if (runs.len > 1)
        qsort(runs.runs, runs.len, sizeof runs.runs[0], by_key_and_time);
    out->runs = runs.runs;
    out->len = runs.len;
    return diag_errors(r->diag) == errors;
}

bool run_history_read(struct config_reader *r, const struct yaml_node *n, struct run_history *out)
{
    struct written w = {0};
    *out = (struct run_history){0};
    if (!config_read(r, n, yaml_pos(n), &run_history_table, &w) || !read_by(r, w.by, out))
        return false;
    out->path = path_beside(r->arena, n->file, w.history);
    out->otherwise = w.otherwise;
    return read_table(r, out);
}

/* --- looking up --- */

static const char *label_of(const struct workload *w, const char *key)
{
    const char *text = object_label(w->object, key);
    for (uint32_t s = 0; text == NULL && s < w->sets_len; s++)
        text = text_map_find(w->sets[s].template.labels, key);
    return text;
}

static const char *annotation_of(const struct workload *w, const char *key)
{
    const char *text = object_annotation(w->object, key);
    for (uint32_t s = 0; text == NULL && s < w->sets_len; s++)
        text = text_map_find(w->sets[s].template.annotations, key);
    return text;
}

const char *run_history_key(const struct run_history *h, const struct workload *w)
{
    const char *text = NULL;
    switch (h->by) {
    case HISTORY_BY_NAME:
        text = w->object->name;
        break;
    case HISTORY_BY_NAMESPACE:
        text = w->object->namespace;
        break;
    case HISTORY_BY_QUEUE:
        text =
            tree_text(w->object->doc, "spec.queueName", label_of(w, "kueue.x-k8s.io/queue-name"));
        break;
    case HISTORY_BY_LABEL:
        text = label_of(w, h->key);
        break;
    case HISTORY_BY_ANNOTATION:
        text = annotation_of(w, h->key);
        break;
    }
    return text == NULL ? "" : text;
}

/* The first run that is not before (key, ns). */
static size_t first_at(const struct past_run *runs, size_t len, const struct past_run *at)
{
    size_t low = 0, high = len;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (by_key_and_time(&runs[middle], at) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct past_runs run_history_find(const struct run_history *h, const char *key)
{
    const size_t first = first_at(h->runs, h->len, &(struct past_run){key, INT64_MIN});
    const size_t end = first_at(h->runs, h->len, &(struct past_run){key, INT64_MAX});
    return (struct past_runs){h->runs + first, end - first};
}

int64_t past_runs_mean_ns(const struct past_runs *p)
{
    int128 sum = 0;
    for (size_t i = 0; i < p->len; i++)
        sum += p->runs[i].ns;
    return p->len == 0 ? 0 : (int64_t)(sum / (int128)p->len);
}

int64_t past_runs_draw(const struct past_runs *p, int64_t more_than_ns, gsl_rng *rng)
{
    if (p->len == 0 || more_than_ns == INT64_MAX)
        return more_than_ns;
    const struct past_run at = {p->runs[0].key, more_than_ns + 1};
    const size_t first = first_at(p->runs, p->len, &at);
    const size_t longer = p->len - first;
    if (longer == 0)
        return more_than_ns;
    const size_t pick = (size_t)(rng_unit(gsl_rng_get(rng)) * (double)longer);
    return p->runs[first + (pick < longer ? pick : longer - 1)].ns;
}
