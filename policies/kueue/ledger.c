#include "policies/kueue/ledger.h"

#include "models/resource.h"
#include "policies/kueue/decay.h"
#include "sim/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ledger_fini(struct ledger *l)
{
    free(l->lines);
    *l = (struct ledger){0};
}

static struct ledger_line *line(struct ledger *l, const struct intern *resources, uint32_t resource)
{
    uint32_t at = 0;
    const char *name = intern_text(resources, resource);
    while (at < l->len && l->lines[at].resource != resource &&
           strcmp(intern_text(resources, l->lines[at].resource), name) < 0)
        at++;
    if (at < l->len && l->lines[at].resource == resource)
        return &l->lines[at];
    if (l->len == l->cap) {
        l->cap = l->cap == 0 ? 4 : 2 * l->cap;
        l->lines = realloc(l->lines, l->cap * sizeof l->lines[0]);
        SIM_REQUIRE(l->lines != NULL);
    }
    memmove(&l->lines[at + 1], &l->lines[at], (l->len - at) * sizeof l->lines[0]);
    l->lines[at] = (struct ledger_line){.resource = resource};
    l->len++;
    return &l->lines[at];
}

uint128 ledger_amount(const struct res_qty *qty)
{
    const uint128 amount = qty->qty > 0 ? (uint128)qty->qty : 0;
    return amount * (qty->resource == RESOURCE_CPU ? 1000000 : 1000000000);
}

void ledger_admit(struct ledger *l, const struct intern *resources, const struct res_qty *qty)
{
    line(l, resources, qty->resource)->admitted += qty->qty;
}

void ledger_seed(struct ledger *l, const struct intern *resources, const struct res_qty *qty)
{
    line(l, resources, qty->resource)->consumed += ledger_amount(qty);
    l->exists = true;
    l->is_counted = false;
}

void ledger_decay(struct ledger *l, int64_t half_life_ns, int64_t now_ns)
{
    if (!l->exists)
        l->updated_ns = now_ns;
    const int64_t elapsed_ns = now_ns > l->updated_ns ? now_ns - l->updated_ns : 0;
    const double alpha = decay_alpha(elapsed_ns, half_life_ns);
    for (uint32_t i = 0; i < l->len; i++) {
        struct ledger_line *at = &l->lines[i];
        const struct res_qty admitted = {at->resource, at->admitted};
        at->consumed =
            decay_times(at->consumed, 1 - alpha) + decay_times(ledger_amount(&admitted), alpha);
        at->is_decimal = true;
    }
    l->updated_ns = now_ns;
    l->exists = true;
    l->is_counted = false;
}

void ledger_forget(struct ledger *l, int64_t now_ns)
{
    for (uint32_t i = 0; i < l->len; i++)
        l->lines[i].consumed = 0;
    l->updated_ns = now_ns;
    l->exists = true;
    l->is_counted = false;
}

void ledger_owe(struct ledger *l, const struct intern *resources, const struct penalty *p,
                int64_t now_ns)
{
    if (!l->exists)
        l->updated_ns = now_ns;
    l->exists = true;
    for (uint32_t i = 0; i < p->len; i++)
        line(l, resources, p->parts[i].resource)->penalty += p->parts[i].amount;
    l->is_counted = false;
}

void ledger_waive(struct ledger *l, const struct intern *resources, const struct penalty *p)
{
    for (uint32_t i = 0; i < p->len; i++)
        line(l, resources, p->parts[i].resource)->penalty -= p->parts[i].amount;
    l->is_counted = false;
}

void ledger_settle(struct ledger *l, const struct intern *resources, const struct penalty *p)
{
    ledger_waive(l, resources, p);
    for (uint32_t i = 0; i < p->len; i++) {
        struct ledger_line *at = line(l, resources, p->parts[i].resource);
        at->consumed += p->parts[i].amount;
        at->is_decimal = true;
    }
}

bool ledger_owes(const struct ledger *l)
{
    for (uint32_t i = 0; i < l->len; i++)
        if (l->lines[i].penalty != 0)
            return true;
    return false;
}

/* AsApproximateFloat64: a decimal is so many 1e-9, a number as it was read is whole or has
 * thousandths. */
static double as_double(const struct ledger_line *l)
{
    const uint128 thousandth = 1000000, one = 1000000000;
    const uint128 amount = l->consumed + l->penalty;
    if (l->is_decimal || l->penalty != 0)
        return (double)amount * 1e-9;
    return amount % one == 0 ? (double)(amount / one) : (double)(amount / thousandth) * 1e-3;
}

static double weight_of(const struct afs_settings *s, uint32_t resource)
{
    for (uint32_t i = 0; i < s->weights_len; i++)
        if (s->weights[i].resource == resource)
            return s->weights[i].weight;
    return 1;
}

double ledger_usage(struct ledger *l, const struct afs_settings *s, double weight)
{
    if (weight <= 0)
        return (double)INFINITY;
    if (!l->is_counted) {
        l->usage = 0;
        for (uint32_t i = 0; i < l->len; i++)
            l->usage += weight_of(s, l->lines[i].resource) * as_double(&l->lines[i]);
        l->is_counted = true;
    }
    return l->usage / weight;
}
