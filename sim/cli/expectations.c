#include "sim/cli/expectations.h"

#include "sim/arena.h"
#include "sim/yaml.h"

bool expectations_read(struct expectations *e, const struct yaml_node *list, struct arena *a,
                       struct diag *d)
{
    *e = (struct expectations){0};
    if (list == NULL)
        return true;
    if (list->kind != YAML_LIST) {
        diag_error(d, yaml_pos(list), "expect: %s; expected a list such as [p95(wait) <= 4h]",
                   yaml_kind_name(list));
        return false;
    }
    bool ok = true;
    e->items = arena_alloc(a, (list->len + 1) * sizeof e->items[0]);
    for (size_t i = 0; i < list->len; i++)
        ok &= expectation_read(&e->items[e->len++], list->items[i], "expect", a, d);
    return ok;
}

void expectations_want(const struct expectations *e, struct metrics *m)
{
    for (size_t i = 0; i < e->len; i++)
        expectation_want(&e->items[i], m);
}

void expectations_ask(const struct expectations *e, struct replications *r)
{
    for (size_t i = 0; i < e->len; i++)
        expectation_ask(&e->items[i], r);
}

bool expectations_hold(const struct expectations *e, const struct run_record *record, bool quiet,
                       FILE *out)
{
    bool all = true;
    for (size_t i = 0; i < e->len; i++) {
        const struct expectation_result r =
            record->replications != NULL
                ? expectation_check_means(&e->items[i], record->replications)
                : expectation_check(&e->items[i], record->metrics);
        all &= r.passed;
        if (quiet && r.passed)
            continue;
        fprintf(out, "%s: ", record->facts.policy);
        expectation_print(&e->items[i], &r, out);
    }
    return all;
}
