#include "sim/distribution_values.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/file_text.h"
#include "sim/path.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MISTAKES_MOST = 10, LINE_MOST = 64, FIRST_CAPACITY = 8 };

static const struct unit {
    const char *noun;
    enum config_kind kind;
} units[] = {
    [DISTRIBUTION_NUMBER] = {"number", CONFIG_REAL},
    [DISTRIBUTION_INT] = {"number", CONFIG_INT},
    [DISTRIBUTION_DURATION] = {"duration", CONFIG_DURATION},
    [DISTRIBUTION_SIZE] = {"size", CONFIG_SIZE},
    [DISTRIBUTION_TEXT] = {"text", CONFIG_TEXT},
};

enum config_kind distribution_unit_kind(enum distribution_unit unit)
{
    return units[unit].kind;
}

const char *distribution_unit_noun(enum distribution_unit unit)
{
    return units[unit].noun;
}

bool distribution_refuse(struct config_reader *r, const struct yaml_node *n, const char *name,
                         const char *why)
{
    diag_error(r->diag, yaml_pos(n), "%s: %s", name, why);
    return false;
}

bool distribution_read_as(struct config_reader *r, const struct yaml_node *n, struct config_key key,
                          struct distribution_value *v)
{
    const bool is_real = key.kind == CONFIG_REAL;
    key.offset = is_real                   ? offsetof(struct distribution_value, real)
                 : key.kind == CONFIG_TEXT ? offsetof(struct distribution_value, text)
                                           : offsetof(struct distribution_value, whole);
    const bool ok = config_read_value(r, n, &key, v);
    if (!is_real)
        v->real = (double)v->whole;
    return ok;
}

bool distribution_read_value(struct config_reader *r, const struct yaml_node *n, const char *name,
                             enum distribution_unit unit, struct distribution_value *v)
{
    struct config_key key = {.key = name, .kind = units[unit].kind};
    if (unit == DISTRIBUTION_NUMBER) {
        key.min = -DISTRIBUTION_REAL_MOST;
        key.max = DISTRIBUTION_REAL_MOST;
    }
    if (!distribution_read_as(r, n, key, v))
        return false;
    if (unit == DISTRIBUTION_NUMBER || fabs(v->real) <= (double)DISTRIBUTION_INT_MOST)
        return true;
    diag_error(r->diag, yaml_pos(n), "%s: '%s': too large; at most 2^61 is drawn, 73 years in ns",
               name, n->text);
    return false;
}

size_t distribution_list_len(struct config_reader *r, const struct yaml_node *n, const char *name)
{
    if (n->kind == YAML_LIST && n->len > 0)
        return n->len;
    diag_error(r->diag, yaml_pos(n), "%s: %s; expected a list of at least one", name,
               n->kind == YAML_LIST ? "an empty list" : yaml_kind_name(n));
    return 0;
}

static bool add_up_to_one(double *weights, size_t len)
{
    double sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += weights[i];
    for (size_t i = 0; i < len; i++)
        weights[i] /= sum;
    return sum > 0 && isfinite(sum);
}

/* Of any number of things, before their number is looked at. */
static bool read_weight_list(struct config_reader *r, const struct yaml_node *n, double *w)
{
    const struct config_key key = {.key = "weights", .kind = CONFIG_REAL, .max = INFINITY};
    bool ok = true;
    for (size_t i = 0; i < n->len; i++) {
        struct distribution_value v = {0};
        ok &= distribution_read_as(r, n->items[i], key, &v);
        w[i] = v.real;
    }
    return ok;
}

double *distribution_read_weights(struct config_reader *r, const struct yaml_node *n, size_t len,
                                  const char *things)
{
    if (distribution_list_len(r, n, "weights") == 0)
        return NULL;
    double *w = arena_alloc(r->arena, n->len * sizeof w[0]);
    if (!read_weight_list(r, n, w))
        return NULL;
    if (n->len != len) {
        diag_error(r->diag, yaml_pos(n), "weights: %zu of them for %zu %s; expected as many",
                   n->len, len, things);
        return NULL;
    }
    if (!add_up_to_one(w, len)) {
        distribution_refuse(r, n, "weights", "none is above 0; expected at least one");
        return NULL;
    }
    return w;
}

struct values {
    int64_t *whole;
    double *reals;
    const char **texts;
    double *weights; /* NULL: all equally likely */
    size_t len, cap;
};

static void *grown(struct config_reader *r, const void *old, size_t len, size_t cap, size_t bytes)
{
    void *more = arena_alloc(r->arena, cap * bytes);
    if (len > 0)
        memcpy(more, old, len * bytes);
    return more;
}

static void add_value(struct config_reader *r, struct values *v, const struct distribution_value *x)
{
    if (v->len == v->cap) {
        v->cap = v->cap == 0 ? FIRST_CAPACITY : 2 * v->cap;
        v->whole = grown(r, v->whole, v->len, v->cap, sizeof v->whole[0]);
        v->reals = grown(r, v->reals, v->len, v->cap, sizeof v->reals[0]);
        v->texts = grown(r, v->texts, v->len, v->cap, sizeof v->texts[0]);
    }
    v->whole[v->len] = x->whole;
    v->reals[v->len] = x->real;
    v->texts[v->len++] = x->text;
}

/* Drops, or moves, what lies outside of the limits. */
static void limit_values(const struct distribution *d, struct values *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < v->len; i++) {
        const double x = v->reals[i];
        if (d->redraws && (x < d->min || x > d->max))
            continue;
        v->reals[kept] = fmin(fmax(x, d->min), d->max);
        v->whole[kept] = v->reals[kept] == x ? v->whole[i] : (int64_t)v->reals[kept];
        if (v->weights != NULL)
            v->weights[kept] = v->weights[i];
        kept++;
    }
    v->len = kept;
}

static bool set_values(struct config_reader *r, const struct yaml_node *n, const char *name,
                       struct values *v, struct distribution *d)
{
    limit_values(d, v);
    if (v->len == 0 || (v->weights != NULL && !add_up_to_one(v->weights, v->len)))
        return distribution_refuse(r, n, name, "none lies between min and max");
    d->len = v->len;
    d->weights = v->weights;
    d->reals = d->unit == DISTRIBUTION_NUMBER ? v->reals : NULL;
    d->texts = d->unit == DISTRIBUTION_TEXT ? v->texts : NULL;
    d->whole = d->reals == NULL && d->texts == NULL ? v->whole : NULL;
    if (v->weights != NULL)
        d->alias = alias_table_build(r->arena, v->weights, v->len);
    return true;
}

bool distribution_read_constant(struct config_reader *r, const struct yaml_node *n,
                                const char *name, struct distribution *d)
{
    struct values v = {0};
    struct distribution_value x = {0};
    if (!distribution_read_value(r, n, name, d->unit, &x))
        return false;
    add_value(r, &v, &x);
    return set_values(r, n, name, &v, d);
}

bool distribution_read_values(struct config_reader *r, const struct yaml_node *n,
                              const struct yaml_node *weights, struct distribution *d)
{
    const size_t len = distribution_list_len(r, n, "values");
    struct values v = {0};
    bool ok = len > 0;
    for (size_t i = 0; i < len; i++) {
        struct distribution_value x = {0};
        ok &= distribution_read_value(r, n->items[i], "values", d->unit, &x);
        add_value(r, &v, &x);
    }
    if (weights != NULL && len > 0) {
        v.weights = distribution_read_weights(r, weights, len, "values");
        ok &= v.weights != NULL;
    }
    return ok && set_values(r, n, "values", &v, d);
}

/* A file of values. */

/* A line less the blanks at both ends. */
static struct yaml_node clean_line(const char *line, size_t len)
{
    while (len > 0 && strchr(" \t\r", line[len - 1]) != NULL)
        len--;
    for (; len > 0 && strchr(" \t", *line) != NULL; len--)
        line++;
    return (struct yaml_node){.kind = YAML_SCALAR, .col = 1, .len = len, .text = line};
}

struct file {
    const char *path, *unit;
    enum distribution_unit samples;
    struct values values;
};

static bool read_line(struct config_reader *r, struct yaml_node *n, struct file *f)
{
    char text[LINE_MOST];
    struct distribution_value x = {0};
    if (snprintf(text, sizeof text, "%.*s%s", (int)n->len, n->text, f->unit) >= LINE_MOST)
        return distribution_refuse(r, n, "file", "a line this long is no value");
    n->text = text;
    const bool ok = distribution_read_value(r, n, units[f->samples].noun, f->samples, &x);
    add_value(r, &f->values, &x);
    return ok;
}

static bool read_lines(struct config_reader *r, const char *text, struct file *f)
{
    int mistakes = 0;
    unsigned number = 1;
    for (const char *line = text; *line != '\0' && mistakes < FILE_MISTAKES_MOST; number++) {
        const size_t len = strcspn(line, "\n");
        struct yaml_node n = clean_line(line, len);
        n.file = f->path;
        n.line = number;
        if (n.len > 0 && n.text[0] != '#')
            mistakes += !read_line(r, &n, f);
        line += len + (line[len] == '\n');
    }
    return mistakes == 0;
}

static int by_value(const void *a, const void *b)
{
    const struct distribution_value *x = a, *y = b;
    return x->whole != y->whole ? (x->whole > y->whole) - (x->whole < y->whole)
                                : (x->real > y->real) - (x->real < y->real);
}

/* Ascending, so that a sample is the quantile at its number. */
static void sort_values(struct values *v)
{
    struct distribution_value *all = malloc(v->len * sizeof all[0] + 1);
    SIM_REQUIRE(all != NULL);
    for (size_t i = 0; i < v->len; i++)
        all[i] = (struct distribution_value){.whole = v->whole[i], .real = v->reals[i]};
    qsort(all, v->len, sizeof all[0], by_value);
    for (size_t i = 0; i < v->len; i++) {
        v->whole[i] = all[i].whole;
        v->reals[i] = all[i].real;
    }
    free(all);
}

static bool read_text(struct config_reader *r, const struct yaml_node *n, const char *name,
                      const char **text)
{
    const struct config_key key = {.key = name, .kind = CONFIG_TEXT};
    return n == NULL || config_read_value(r, n, &key, text);
}

/* The file's values, in its order. */
static bool read_values_of(struct config_reader *r, const struct yaml_node *n, struct file *f)
{
    char *text = NULL;
    size_t len = 0;
    if (!file_text_read(f->path, &text, &len)) {
        diag_world(r->diag, yaml_pos(n), "file: '%s': %s", f->path, strerror(errno));
        return false;
    }
    diag_lend_text(r->diag, f->path, text, len);
    const bool ok = read_lines(r, text, f);
    const bool is_text = memchr(text, '\0', len) == NULL;
    diag_forget_text(r->diag, f->path);
    free(text);
    if (ok && (!is_text || f->values.len == 0))
        return distribution_refuse(r, n, "file", is_text ? "no value stands in it" : "no text");
    return ok;
}

bool distribution_read_file(struct config_reader *r, const struct yaml_node *n,
                            const struct yaml_node *unit, struct distribution *d)
{
    const char *name = NULL;
    struct file f = {.unit = "", .samples = d->unit};
    if (!read_text(r, n, "file", &name) || !read_text(r, unit, "unit", &f.unit))
        return false;
    f.path = path_beside(r->arena, n->file, name);
    if (!read_values_of(r, n, &f))
        return false;
    sort_values(&f.values);
    return set_values(r, n, "file", &f.values, d);
}

bool distribution_read_shares(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct distribution *d = field;
    const struct config_key key = {.kind = CONFIG_REAL, .max = INFINITY};
    if (n->kind != YAML_MAP || n->len == 0) {
        diag_error(r->diag, yaml_pos(n), "weights: %s; expected names with weights, {a: 2, b: 1}",
                   n->kind == YAML_MAP ? "an empty mapping" : yaml_kind_name(n));
        return false;
    }
    *d = (struct distribution){.unit = DISTRIBUTION_TEXT, .min = -INFINITY, .max = INFINITY};
    struct values v = {.weights = arena_alloc(r->arena, n->len * sizeof v.weights[0])};
    bool ok = true;
    for (size_t i = 0; i < n->len; i++) {
        struct distribution_value x = {.text = n->pairs[i].key->text};
        struct config_key named = key;
        named.key = x.text;
        ok &= distribution_read_as(r, n->pairs[i].value, named, &x);
        v.weights[i] = x.real;
        add_value(r, &v, &(struct distribution_value){.text = x.text});
    }
    if (ok && !add_up_to_one(v.weights, v.len))
        return distribution_refuse(r, n, "weights", "none is above 0; expected at least one");
    return ok && set_values(r, n, "weights", &v, d);
}
