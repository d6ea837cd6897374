/* What counts against quota: requests as the Configuration leaves them out and transforms them. */
#include "policies/kueue/policy_kueue.h"

#include "policies/kueue/job_resources.h"
#include "sim/arena.h"

#define NANO_PER_MILLI 1000000
#define NANO_PER_UNIT  1000000000

const struct res_qty *policy_kueue_counted(struct policy_kueue *p, const struct res_qty *requests,
                                           uint32_t *len)
{
    struct arena *a = object_set_arena(p->set);
    struct field_reader r = {
        .arena = a, .words = p->env.names->words, .resources = p->env.names->resources};
    struct resource_list l = {0};
    if (p->resources == NULL)
        return requests;
    for (uint32_t i = 0; i < *len; i++)
        resource_list_set(&l, a, requests[i].resource,
                          (int128)requests[i].qty * (requests[i].resource == RESOURCE_CPU
                                                         ? NANO_PER_MILLI
                                                         : NANO_PER_UNIT));
    job_requests_transform(&r, p->resources, &l);
    const struct amount *amounts = resource_list_amounts(&l, a);
    struct res_qty *out = arena_alloc(a, (l.len + 1) * sizeof out[0]);
    for (uint32_t i = 0; i < l.len; i++)
        out[i] = (struct res_qty){amounts[i].resource, amounts[i].value};
    *len = l.len;
    return out;
}
