#include "policies/baseline/time_plan.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

void time_plan_init(struct time_plan *p, uint32_t nodes_len, uint32_t columns)
{
    *p = (struct time_plan){.nodes_len = nodes_len, .columns = columns};
    p->nodes = calloc(nodes_len + 1, sizeof p->nodes[0]);
    SIM_REQUIRE(p->nodes != NULL);
}

void time_plan_fini(struct time_plan *p)
{
    for (uint32_t n = 0; n < p->nodes_len; n++) {
        free(p->nodes[n].times_ns);
        free(p->nodes[n].rows);
    }
    free(p->nodes);
    *p = (struct time_plan){0};
}

static int64_t *row_of(const struct time_plan *p, const struct plan_steps *s, uint32_t step)
{
    return &s->rows[(size_t)step * p->columns];
}

static size_t row_bytes(const struct time_plan *p)
{
    return p->columns * sizeof(int64_t);
}

static void make_room(const struct time_plan *p, struct plan_steps *s)
{
    if (s->len < s->cap)
        return;
    s->cap = s->cap == 0 ? 8 : 2 * s->cap;
    s->times_ns = realloc(s->times_ns, s->cap * sizeof s->times_ns[0]);
    s->rows = realloc(s->rows, s->cap * row_bytes(p) + 1);
    SIM_REQUIRE(s->times_ns != NULL && s->rows != NULL);
}

void time_plan_reset(struct time_plan *p, uint32_t node, int64_t now_ns, const int64_t *row)
{
    struct plan_steps *s = &p->nodes[node];
    s->len = 0;
    make_room(p, s);
    s->len = 1;
    s->times_ns[0] = now_ns;
    if (row == NULL)
        memset(s->rows, 0, row_bytes(p));
    else
        memcpy(s->rows, row, row_bytes(p));
}

void time_plan_set_now(struct time_plan *p, int64_t now_ns)
{
    p->now_ns = now_ns;
}

/* The step that is valid at a time: the last one that does not begin after it. */
static uint32_t step_at(const struct plan_steps *s, int64_t at_ns)
{
    uint32_t low = 0, high = s->len;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (s->times_ns[middle] <= at_ns)
            low = middle;
        else
            high = middle;
    }
    return low;
}

static int64_t end_of(const struct plan_steps *s, uint32_t step)
{
    return step + 1 < s->len ? s->times_ns[step + 1] : INT64_MAX;
}

/* --- changing --- */

static void remove_steps(const struct time_plan *p, struct plan_steps *s, uint32_t from,
                         uint32_t count)
{
    const uint32_t rest = s->len - from - count;
    memmove(&s->times_ns[from], &s->times_ns[from + count], rest * sizeof s->times_ns[0]);
    memmove(row_of(p, s, from), row_of(p, s, from + count), rest * row_bytes(p));
    s->len -= count;
}

/* Makes a step begin at this time, and says which. */
static uint32_t cut(const struct time_plan *p, struct plan_steps *s, int64_t at_ns)
{
    const uint32_t at = step_at(s, at_ns);
    if (s->times_ns[at] >= at_ns)
        return at;
    make_room(p, s);
    const uint32_t rest = s->len - at - 1;
    memmove(&s->times_ns[at + 2], &s->times_ns[at + 1], rest * sizeof s->times_ns[0]);
    memmove(row_of(p, s, at + 2), row_of(p, s, at + 1), rest * row_bytes(p));
    memcpy(row_of(p, s, at + 1), row_of(p, s, at), row_bytes(p));
    s->times_ns[at + 1] = at_ns;
    s->len++;
    return at + 1;
}

static void join_with_previous(const struct time_plan *p, struct plan_steps *s, uint32_t step)
{
    if (step > 0 && step < s->len &&
        memcmp(row_of(p, s, step - 1), row_of(p, s, step), row_bytes(p)) == 0)
        remove_steps(p, s, step, 1);
}

void time_plan_add(struct time_plan *p, const struct plan_use *u)
{
    struct plan_steps *s = &p->nodes[u->node];
    const uint32_t past = step_at(s, p->now_ns);
    if (past > 0)
        remove_steps(p, s, 0, past);
    if (u->from_ns >= u->to_ns)
        return;
    const uint32_t first = cut(p, s, u->from_ns);
    const uint32_t end = u->to_ns == INT64_MAX ? s->len : cut(p, s, u->to_ns);
    for (uint32_t i = first; i < end; i++)
        for (uint32_t k = 0; k < u->amounts_len; k++)
            if (u->amounts[k].resource < p->columns)
                row_of(p, s, i)[u->amounts[k].resource] += u->times * u->amounts[k].value;
    join_with_previous(p, s, end);
    join_with_previous(p, s, first);
}

/* --- asking --- */

static int64_t room_in(const struct time_plan *p, const int64_t *row, const struct plan_use *u)
{
    int64_t most = INT64_MAX;
    for (uint32_t k = 0; k < u->amounts_len; k++) {
        const struct amount *a = &u->amounts[k];
        const int64_t have = a->resource < p->columns ? row[a->resource] : 0;
        const int64_t times = have < a->value ? 0 : have / a->value;
        most = times < most ? times : most;
    }
    return most;
}

int64_t time_plan_room(const struct time_plan *p, const struct plan_use *u)
{
    const struct plan_steps *s = &p->nodes[u->node];
    int64_t most = INT64_MAX;
    for (uint32_t i = step_at(s, u->from_ns); most > 0 && i < s->len; i++) {
        if (s->times_ns[i] >= u->to_ns)
            break;
        const int64_t room = room_in(p, row_of(p, s, i), u);
        most = room < most ? room : most;
    }
    return most;
}

int64_t time_plan_earliest(const struct time_plan *p, const struct plan_use *u, int64_t length_ns)
{
    const struct plan_steps *s = &p->nodes[u->node];
    int64_t start_ns = u->from_ns;
    for (uint32_t i = step_at(s, start_ns); i < s->len; i++) {
        const int64_t end_ns = end_of(s, i);
        if (room_in(p, row_of(p, s, i), u) < u->times)
            start_ns = end_ns;
        else if (end_ns == INT64_MAX || end_ns - start_ns >= length_ns)
            return start_ns;
    }
    return INT64_MAX;
}
