#include "sim/cli/expectations.h"

#include "sim/arena.h"
#include "sim/text_stream.h"
#include "sim/yaml.h"

#include <math.h>
#include <string.h>

void expectations_push(struct expectations *e, const struct expectation *item, struct arena *a)
{
    struct expectation *items = arena_alloc(a, (e->len + 1) * sizeof items[0]);
    if (e->len > 0)
        memcpy(items, e->items, e->len * sizeof items[0]);
    items[e->len++] = *item;
    e->items = items;
}

bool expectations_add(struct expectations *e, const struct yaml_node *list, struct arena *a,
                      struct diag *d)
{
    if (list == NULL)
        return true;
    if (list->kind != YAML_LIST) {
        diag_error(d, yaml_pos(list), "expect: %s; expected a list such as [p95(wait) <= 4h]",
                   yaml_kind_name(list));
        return false;
    }
    bool ok = true;
    for (size_t i = 0; i < list->len; i++) {
        struct expectation item;
        if (expectation_read(&item, list->items[i], "expect", a, d))
            expectations_push(e, &item, a);
        else
            ok = false;
    }
    return ok;
}

bool expectations_read(struct expectations *e, const struct yaml_node *list, struct arena *a,
                       struct diag *d)
{
    *e = (struct expectations){0};
    return expectations_add(e, list, a, d);
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

static void check_one(const struct expectation *e, const struct run_record *record,
                      struct check_list *out)
{
    const struct expectation_result r = record->replications != NULL
                                            ? expectation_check_means(e, record->replications)
                                            : expectation_check(e, record->metrics);
    struct text_stream detail;
    expectation_print_detail(e, &r, text_stream_open(&detail));
    text_stream_close(&detail);
    check_list_add(out, &(struct check){
                            .kind = CHECK_EXPECTATION,
                            .policy = record->facts.policy,
                            .name = e->text,
                            .detail = detail.text,
                            .verdict = r.passed ? "pass" : "fail",
                            .passed = r.passed,
                            .unit = metric_unit_name(metric_unit_of(e->id, e->s)),
                            .value = r.value.value,
                            .before = (double)NAN,
                            .difference = (double)NAN,
                            .lower = r.interval.lower,
                            .upper = r.interval.upper,
                        });
    free(detail.text);
}

void expectations_check(const struct expectations *e, const struct run_record *record,
                        struct check_list *out)
{
    for (size_t i = 0; i < e->len; i++)
        check_one(&e->items[i], record, out);
}
