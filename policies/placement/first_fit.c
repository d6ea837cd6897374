#include "policies/placement/first_fit.h"

#include "sim/check.h"

#include <stdlib.h>

void placement_plan_fini(struct placement_plan *p)
{
    free(p->slots);
    *p = (struct placement_plan){0};
}

void placement_plan_add(struct placement_plan *p, const struct slot *slot)
{
    if (p->len == p->cap) {
        p->cap = p->cap == 0 ? 16 : 2 * p->cap;
        p->slots = realloc(p->slots, p->cap * sizeof p->slots[0]);
        SIM_REQUIRE(p->slots != NULL);
    }
    p->slots[p->len++] = *slot;
}

static bool plan_group(struct free_index *ix, const struct job *job, uint32_t g,
                       struct placement_plan *out)
{
    const uint32_t request = job->groups[g].request;
    uint32_t left = job->groups[g].pending;
    if (free_index_total(ix, request) < left)
        return false;
    for (uint32_t n = 0; left > 0; n++) {
        n = free_index_next(ix, request, n);
        const uint32_t fits = free_index_fits(ix, request, n);
        const uint32_t count = fits < left ? fits : left;
        placement_plan_add(
            out, &(struct slot){.group = g, .node = n, .count = count, .task = TASK_NONE});
        left -= count;
    }
    return true;
}

bool first_fit_plan(struct free_index *ix, const struct job *job, struct placement_plan *out)
{
    out->len = 0;
    for (uint32_t g = 0; g < job->groups_len; g++)
        if (!plan_group(ix, job, g, out))
            return false;
    return true;
}
