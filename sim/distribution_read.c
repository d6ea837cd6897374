/*
 * A mapping with one of the forms in it: a kind of distribution, or constant, values or file.
 * Parameters are read by the rules of config.h, with keys made for the unit of the samples.
 */
#include "sim/arena.h"
#include "sim/distribution_kind.h"
#include "sim/distribution_values.h"

#include <math.h>

enum { FORM_CONSTANT = DISTRIBUTION_KINDS_LEN, FORM_VALUES, FORM_FILE, FORMS_LEN, NONE, SEVERAL };

static const double SHAPE_LEAST = 1e-3, SHAPE_MOST = 1e3, SCALE_LEAST = 1e-12, COUNT_MOST = 1e6;

/* The mapping as it was written. */
struct written {
    const struct yaml_node *forms[FORMS_LEN]; /* one of them */
    const struct yaml_node *weights, *unit, *min, *max;
    int outside;
};

enum { OUTSIDE_CLAMP, OUTSIDE_REDRAW };
static const char *const outsides[] = {"clamp", "redraw", NULL};

#define NODE(name, field, takes, what)                                               \
    {                                                                                \
        .key = name, .kind = CONFIG_NODE, .offset = offsetof(struct written, field), \
        .fallback = "", .hint = takes, .help = what                                  \
    }
#define X(name, takes, what) NODE(#name, forms[DISTRIBUTION_##name], takes, what),

/* The forms come first, in the order of forms[]. */
static const struct config_key keys[] = {
    DISTRIBUTION_KINDS(X) NODE("constant", forms[FORM_CONSTANT], "a value", "always the same"),
    NODE("values", forms[FORM_VALUES], "a list of values", "one of them"),
    NODE("file", forms[FORM_FILE], "a path", "one value per line, all equally likely"),
    NODE("weights", weights, "a list of numbers", "of `values`, which are equally likely without"),
    NODE("unit", unit, "a unit such as s", "of the bare numbers in `file`"),
    NODE("min", min, "a value", "the least that is drawn"),
    NODE("max", max, "a value", "the greatest that is drawn"),
    {.key = "outside",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct written, outside),
     .fallback = "clamp",
     .choices = outsides,
     .help = "what is beyond a limit counts as the limit, or is drawn again"},
    {0},
};
#undef X
#undef NODE

#define X(name, parameters, what) "takes " parameters,
static const char *const takes[] = {DISTRIBUTION_KINDS(X)};
#undef X

const struct config_table distribution_table = {
    .name = "distribution",
    .help = "A random variable: one of the keys up to `file`, and limits. A plain value stands for "
            "a constant.",
    .bytes = sizeof(struct written),
    .keys = keys,
};

/* One number of a parameter. */
static bool read_number(struct config_reader *r, const struct yaml_node *n,
                        const struct distribution_parameter *p, enum distribution_unit unit,
                        double *x)
{
    struct config_key key = {.key = p->name, .kind = distribution_unit_kind(unit)};
    if (unit == DISTRIBUTION_INT || p->dimension == DIMENSION_SHAPE)
        key.kind = CONFIG_REAL; /* a mean of whole numbers need not be whole */
    else if (p->dimension == DIMENSION_COUNT)
        key.kind = CONFIG_INT;
    const bool is_real = key.kind == CONFIG_REAL;
    const double real_most = DISTRIBUTION_REAL_MOST;
    const struct {
        double min, max;
    } ranges[] = {
        [DIMENSION_ANY] = {is_real ? -real_most : 0, is_real ? real_most : 0},
        [DIMENSION_SCALE] = {is_real ? SCALE_LEAST : 1, is_real ? real_most : INFINITY},
        [DIMENSION_SHAPE] = {SHAPE_LEAST, SHAPE_MOST},
        [DIMENSION_COUNT] = {1, COUNT_MOST},
    };
    const bool is_list = p->dimension == DIMENSION_SCALES;
    key.min = ranges[is_list ? DIMENSION_SCALE : p->dimension].min;
    key.max = ranges[is_list ? DIMENSION_SCALE : p->dimension].max;
    struct distribution_value v = {0};
    const bool ok = distribution_read_as(r, n, key, &v);
    *x = v.real;
    return ok;
}

/* NULL after a complaint. */
static double *read_numbers(struct config_reader *r, const struct yaml_node *n,
                            const struct distribution_parameter *p, enum distribution_unit unit)
{
    const size_t len = distribution_list_len(r, n, p->name);
    double *x = arena_alloc(r->arena, len * sizeof x[0]);
    bool ok = len > 0;
    for (size_t i = 0; i < len; i++)
        ok &= read_number(r, n->items[i], p, unit, &x[i]);
    return ok ? x : NULL;
}

static bool read_parameter(struct config_reader *r, const struct yaml_node *n,
                           const struct distribution_kind *kind, size_t i, struct distribution *d,
                           struct distribution_given *g)
{
    const struct distribution_parameter *p = &kind->parameters[i];
    g->present |= 1U << i;
    if (p->dimension == DIMENSION_SCALES) {
        g->scales = read_numbers(r, n, p, d->unit);
        g->len = n->len;
        return g->scales != NULL;
    }
    if (p->dimension == DIMENSION_WEIGHTS) {
        g->weights = distribution_read_weights(r, n, g->len, "means");
        return g->weights != NULL;
    }
    return read_number(r, n, p, d->unit, &g->p[i]);
}

static size_t count_parameters(const struct distribution_kind *kind)
{
    size_t len = 0;
    while (len < DISTRIBUTION_PARAMETERS && kind->parameters[len].dimension != DIMENSION_END)
        len++;
    return len;
}

static bool find_listed(struct config_reader *r, const struct yaml_node *n,
                        const struct distribution_kind *kind, const struct yaml_node **nodes)
{
    const size_t len = count_parameters(kind);
    if (n->kind != YAML_LIST || n->len != len) {
        diag_error(r->diag, yaml_pos(n), "%s: %s; expected a list of %zu", kind->name,
                   n->kind == YAML_LIST ? "a list of another length" : yaml_kind_name(n), len);
        return false;
    }
    for (size_t i = 0; i < len; i++)
        nodes[i] = n->items[i];
    return true;
}

static bool find_named(struct config_reader *r, const struct yaml_node *n,
                       const struct distribution_kind *kind, const struct yaml_node **nodes)
{
    struct config_key names[DISTRIBUTION_PARAMETERS + 1] = {0};
    for (size_t i = 0; i < count_parameters(kind); i++)
        names[i] = (struct config_key){.key = kind->parameters[i].name,
                                       .kind = CONFIG_NODE,
                                       .offset = i * sizeof nodes[0],
                                       .fallback = ""};
    const struct config_table table = {.name = kind->name, .keys = names};
    return config_read(r, n, yaml_pos(n), &table, nodes);
}

static bool read_kind(struct config_reader *r, const struct yaml_node *n, size_t form,
                      struct distribution *d)
{
    const struct distribution_kind *kind = distribution_kinds[form];
    const struct yaml_node *nodes[DISTRIBUTION_PARAMETERS] = {0};
    if (!(kind->is_list ? find_listed : find_named)(r, n, kind, nodes))
        return false;
    struct distribution_given g = {.scales = arena_alloc(r->arena, 2 * sizeof g.scales[0]),
                                   .weights = arena_alloc(r->arena, 2 * sizeof g.weights[0])};
    bool ok = true;
    for (size_t i = 0; i < count_parameters(kind); i++)
        ok &= nodes[i] == NULL || read_parameter(r, nodes[i], kind, i, d, &g);
    if (!ok)
        return false;
    d->kind = kind;
    const char *wrong = kind->set(d, &g);
    if (wrong == NULL)
        wrong = distribution_set_limits(d);
    if (wrong != NULL)
        diag_error(r->diag, yaml_pos(n), "%s: %s%s", kind->name, wrong,
                   wrong[0] == '\0' ? takes[form] : "");
    return wrong == NULL;
}

static bool read_limit(struct config_reader *r, const struct yaml_node *n, const char *name,
                       struct distribution *d, double *limit)
{
    struct distribution_value v = {0};
    if (n == NULL)
        return true;
    if (d->unit == DISTRIBUTION_TEXT)
        return distribution_refuse(r, n, name, "texts have no limits");
    if (!distribution_read_value(r, n, name, d->unit, &v))
        return false;
    *limit = v.real;
    return true;
}

static bool read_limits(struct config_reader *r, const struct written *w, struct distribution *d)
{
    d->min = d->unit == DISTRIBUTION_NUMBER || d->unit == DISTRIBUTION_INT ? -INFINITY : 0;
    d->max = INFINITY;
    d->redraws = w->outside == OUTSIDE_REDRAW;
    bool ok = read_limit(r, w->min, "min", d, &d->min);
    ok &= read_limit(r, w->max, "max", d, &d->max);
    if (ok && d->min > d->max)
        return distribution_refuse(r, w->max, "max", "less than min");
    return ok;
}

/* Which form was written; SEVERAL after a complaint. */
static size_t find_form(struct config_reader *r, const struct written *w)
{
    size_t found = NONE;
    for (size_t i = 0; i < FORMS_LEN; i++) {
        if (w->forms[i] == NULL)
            continue;
        if (found != NONE) {
            diag_error(r->diag, yaml_pos(w->forms[i]), "%s: beside '%s'; expected one distribution",
                       keys[i].key, keys[found].key);
            return SEVERAL;
        }
        found = i;
    }
    return found;
}

/* Keys that only one form has a use for. */
static bool check_companions(struct config_reader *r, const struct written *w, size_t form,
                             const struct distribution *d)
{
    bool ok = true;
    if (w->weights != NULL && form != FORM_VALUES)
        ok = distribution_refuse(r, w->weights, "weights", "only 'values' have some");
    if (w->unit != NULL && (form != FORM_FILE || distribution_unit_kind(d->unit) == CONFIG_REAL ||
                            distribution_unit_kind(d->unit) == CONFIG_INT))
        ok = distribution_refuse(r, w->unit, "unit", "only a 'file' of durations or sizes has one");
    if (d->unit == DISTRIBUTION_TEXT && form != FORM_VALUES && form != FORM_CONSTANT)
        ok = distribution_refuse(r, w->forms[form], keys[form].key,
                                 "no distribution of texts; expected a text, or values");
    return ok;
}

static bool read_form(struct config_reader *r, const struct written *w, size_t form,
                      struct distribution *d)
{
    const struct yaml_node *n = w->forms[form];
    if (form == FORM_CONSTANT)
        return distribution_read_constant(r, n, "constant", d);
    if (form == FORM_VALUES)
        return distribution_read_values(r, n, w->weights, d);
    if (form == FORM_FILE)
        return distribution_read_file(r, n, w->unit, d);
    return read_kind(r, n, form, d);
}

static bool read_map(struct config_reader *r, const struct yaml_node *n, struct distribution *d)
{
    struct written w = {0};
    bool ok = config_read(r, n, yaml_pos(n), &distribution_table, &w);
    const size_t form = find_form(r, &w);
    if (form == NONE && ok)
        distribution_refuse(r, n, "distribution",
                            "which one is not said; expected lognormal, uniform, values ...");
    if (form >= FORMS_LEN || !check_companions(r, &w, form, d))
        return false;
    ok &= read_limits(r, &w, d);
    ok &= read_form(r, &w, form, d);
    return ok;
}

static bool read_any(struct config_reader *r, const struct yaml_node *n, void *field,
                     enum distribution_unit unit)
{
    struct distribution *d = field;
    *d = (struct distribution){.unit = unit, .min = -INFINITY, .max = INFINITY, .span = 1};
    if (n->kind == YAML_MAP)
        return read_map(r, n, d);
    return distribution_read_constant(r, n, distribution_unit_noun(unit), d);
}

bool distribution_read_number(struct config_reader *r, const struct yaml_node *n, void *d)
{
    return read_any(r, n, d, DISTRIBUTION_NUMBER);
}

bool distribution_read_int(struct config_reader *r, const struct yaml_node *n, void *d)
{
    return read_any(r, n, d, DISTRIBUTION_INT);
}

bool distribution_read_duration(struct config_reader *r, const struct yaml_node *n, void *d)
{
    return read_any(r, n, d, DISTRIBUTION_DURATION);
}

bool distribution_read_size(struct config_reader *r, const struct yaml_node *n, void *d)
{
    return read_any(r, n, d, DISTRIBUTION_SIZE);
}

bool distribution_read_text(struct config_reader *r, const struct yaml_node *n, void *d)
{
    return read_any(r, n, d, DISTRIBUTION_TEXT);
}
