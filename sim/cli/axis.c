#include "sim/cli/axis.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- reading --- */

struct reader {
    const char *what;
    struct arena *arena;
    struct diag *diag;
};

/* 6/h: a number and the unit behind it. */
static bool read_number(const struct reader *r, const struct yaml_node *n, double *number,
                        const char **unit)
{
    char *end = NULL;
    if (n != NULL && n->kind == YAML_SCALAR)
        *number = strtod(n->text, &end);
    if (end == NULL || end == n->text || !isfinite(*number)) {
        diag_error(r->diag, yaml_pos(n), "%s: '%s': expected a number such as 8 or 6/h", r->what,
                   n->kind == YAML_SCALAR ? n->text : yaml_kind_name(n));
        return false;
    }
    if (*unit != NULL && strcmp(*unit, end) != 0) {
        diag_error(r->diag, yaml_pos(n), "%s: '%s': from, to and step need the same unit: '%s'",
                   r->what, n->text, *unit);
        return false;
    }
    *unit = end;
    return true;
}

static bool is_whole(double x)
{
    return x == floor(x);
}

/* How many values lie in the range; 0: all numbers. */
static bool count_values(const struct reader *r, struct axis *x, bool has_step)
{
    x->len = 0;
    if (!has_step && !(is_whole(x->from) && is_whole(x->to)))
        return true;
    const double steps = floor((x->to - x->from) / x->step + 1e-9);
    if (x->step <= 0 || !(steps >= 0) || steps >= AXIS_MOST_VALUES) {
        diag_error(r->diag, yaml_pos(x->node),
                   "%s: %s: expected from <= to, a step above 0, and at most %d values", r->what,
                   x->knob.text, AXIS_MOST_VALUES);
        return false;
    }
    x->len = (uint64_t)steps + 1;
    return true;
}

static bool read_range(const struct reader *r, struct axis *x)
{
    static const char *const keys[] = {"from", "to", "step"};
    double *const numbers[] = {&x->from, &x->to, &x->step};
    const struct yaml_node *step = yaml_get(x->node, "step");
    bool ok = true;
    for (size_t i = 0; i < x->node->len; i++) {
        const struct yaml_node *key = x->node->pairs[i].key;
        bool is_known = false;
        for (size_t k = 0; k < 3; k++)
            is_known |= strcmp(key->text, keys[k]) == 0;
        if (!is_known)
            diag_error(r->diag, yaml_pos(key), "%s: unknown key '%s' of a range (from, to, step)",
                       r->what, key->text);
        ok &= is_known;
    }
    x->step = 1;
    for (size_t k = 0; k < 3 && ok; k++) {
        const struct yaml_node *n = yaml_get(x->node, keys[k]);
        if (n == NULL && k < 2) {
            diag_error(r->diag, yaml_pos(x->node), "%s: '%s' is missing: {from: 1, to: 32}",
                       r->what, keys[k]);
            ok = false;
        } else if (n != NULL)
            ok = read_number(r, n, numbers[k], &x->unit);
    }
    return ok && count_values(r, x, step != NULL);
}

static bool read_axis(const struct reader *r, const struct yaml_node *entry, struct axis *x)
{
    if (entry->kind != YAML_MAP || entry->len != 1) {
        diag_error(r->diag, yaml_pos(entry),
                   "%s: %s; expected one knob and its values, such as nodes of pool train: [2, 4]",
                   r->what, yaml_kind_name(entry));
        return false;
    }
    const struct yaml_pair *pair = &entry->pairs[0];
    *x = (struct axis){.node = pair->value};
    const bool is_knob =
        knob_read(&x->knob, pair->key->text, yaml_pos(pair->key), r->arena, r->diag);
    if (x->node->kind == YAML_MAP)
        return read_range(r, x) && is_knob;
    if (x->node->kind != YAML_LIST || x->node->len == 0) {
        diag_error(r->diag, yaml_pos(pair->key),
                   "%s: %s: %s; expected values such as [2, 4], or {from: 1, to: 32}", r->what,
                   x->knob.text, yaml_kind_name(x->node));
        return false;
    }
    x->values = x->node->items;
    x->len = x->node->len;
    return is_knob;
}

static bool is_new(const struct reader *r, const struct axes *axes, const struct axis *x)
{
    for (size_t i = 0; i < axes->len; i++)
        if (strcmp(axes->items[i].knob.text, x->knob.text) == 0) {
            diag_error(r->diag, x->knob.at, "%s: '%s' is varied already", r->what, x->knob.text);
            return false;
        }
    return true;
}

bool axes_read(struct axes *axes, const struct yaml_node *list, const char *what, struct arena *a,
               struct diag *d)
{
    const struct reader r = {what, a, d};
    *axes = (struct axes){0};
    if (list == NULL || list->kind != YAML_LIST || list->len == 0) {
        diag_error(d, list == NULL ? (struct src_pos){0} : yaml_pos(list),
                   "%s: %s; expected a list such as [nodes of pool train: [2, 4, 8]]", what,
                   yaml_kind_name(list));
        return false;
    }
    bool ok = true;
    axes->items = arena_alloc(a, list->len * sizeof axes->items[0]);
    for (size_t i = 0; i < list->len; i++) {
        struct axis *x = &axes->items[axes->len];
        if (read_axis(&r, list->items[i], x) && is_new(&r, axes, x))
            axes->len++;
        else
            ok = false;
    }
    return ok;
}

/* --- values --- */

static const struct yaml_node *number_node(const struct axis *x, double number, struct arena *a)
{
    return tree_scalar(a, arena_printf(a, "%.12g%s", number, x->unit), x->node);
}

const struct yaml_node *axis_value(const struct axis *x, uint64_t number, struct arena *a)
{
    if (x->values != NULL)
        return x->values[number];
    return number_node(x, x->from + (double)number * x->step, a);
}

const struct yaml_node *axis_value_at(const struct axis *x, double share, struct arena *a)
{
    return number_node(x, x->from + share * (x->to - x->from), a);
}

struct scenario_setting *axes_point(const struct axes *axes, uint64_t point, struct arena *a)
{
    struct scenario_setting *settings = arena_alloc(a, (axes->len + 1) * sizeof settings[0]);
    for (size_t i = axes->len; i-- > 0;) {
        const struct axis *x = &axes->items[i];
        settings[i].knob = x->knob;
        settings[i].value = axis_value(x, point % x->len, a);
        point /= x->len;
    }
    return settings;
}

void axis_print_value(const struct yaml_node *n, FILE *out)
{
    if (n->kind == YAML_SCALAR) {
        fputs(n->text, out);
        return;
    }
    const bool is_map = n->kind == YAML_MAP;
    fputc(is_map ? '{' : '[', out);
    for (size_t i = 0; i < n->len; i++) {
        fputs(i > 0 ? ", " : "", out);
        if (is_map)
            fprintf(out, "%s: ", n->pairs[i].key->text);
        axis_print_value(is_map ? n->pairs[i].value : n->items[i], out);
    }
    fputc(is_map ? '}' : ']', out);
}

void axis_print_settings(const struct scenario_setting *settings, size_t len, FILE *out)
{
    for (size_t i = 0; i < len; i++) {
        fprintf(out, "%s%s = ", i == 0 ? "" : ", ", settings[i].knob.text);
        axis_print_value(settings[i].value, out);
    }
}

void axes_print(const struct axes *axes, FILE *out)
{
    for (size_t i = 0; i < axes->len; i++) {
        fprintf(out, "%s:", axes->items[i].knob.text);
        axis_print_value(axes->items[i].node, out);
        fputc('\n', out);
    }
}
