#include "models/device_start.h"

#include "models/device.h"
#include "models/gpu_model.h"
#include "models/sharing.h"

#include <inttypes.h>
#include <stdio.h>

/* --- memory --- */

static uint64_t minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* What pods have requested of a memory that is the GPU's, too. */
static uint64_t host_bytes(const struct cluster *c, const struct node *n)
{
    if (n->gpu_kind == KIND_NONE || !c->kinds[n->gpu_kind]->unified_memory)
        return 0;
    return (uint64_t)(cluster_capacity_of(c, n->id, RESOURCE_MEMORY) -
                      cluster_free_of(c, n->id, RESOURCE_MEMORY));
}

static struct device_start judge(uint64_t need, uint64_t whole, uint64_t left)
{
    const enum device_verdict verdict = need > whole  ? DEVICE_TOO_SMALL
                                        : need > left ? DEVICE_FULL
                                                      : DEVICE_STARTS;
    return (struct device_start){verdict, need, verdict == DEVICE_TOO_SMALL ? whole : left};
}

/* Of a unit that has a memory of its own, or shares one in domain d. bytes 0: unknown, it fits. */
static struct device_start check_unit(const struct cluster *c, const struct task *t,
                                      const struct sharing_domain *d, uint64_t bytes, uint64_t need)
{
    const uint64_t host = host_bytes(c, &c->nodes[t->node]);
    if (d == NULL || d->memory_bytes == 0)
        return bytes == 0 ? (struct device_start){.verdict = DEVICE_STARTS}
                          : judge(need, bytes, minus(bytes, host));
    const uint64_t limit = bytes * sharing_domain_units(d, t->id);
    const uint64_t left = minus(minus(d->memory_bytes, sharing_domain_memory(d, t->id)), host);
    return judge(sharing_domain_need(d, t->id), limit < d->memory_bytes ? limit : d->memory_bytes,
                 left);
}

static struct device_start check_gpus(const struct cluster *c, const struct task *t, uint64_t need)
{
    const struct node *n = &c->nodes[t->node];
    struct device_start s = {.verdict = DEVICE_STARTS};
    for (uint64_t mask = t->gpu_mask; mask != 0 && s.verdict == DEVICE_STARTS; mask &= mask - 1) {
        const uint32_t g = (uint32_t)__builtin_ctzll(mask);
        const uint32_t domain = c->gpus[n->first_gpu + g].domain;
        s = check_unit(c, t, domain == DOMAIN_NONE ? NULL : &c->domains[domain],
                       cluster_whole_gpus(n)->units[g].memory_bytes, need);
    }
    return s;
}

static bool refuses(const struct node *n, const struct request *r)
{
    for (uint32_t i = 0; i < n->classes_len; i++)
        if (n->classes[i].refuses_several && request_amount(r, n->classes[i].resource) > 1)
            return true;
    return false;
}

struct device_start device_start_check(const struct cluster *c, const struct task *t,
                                       const struct request *r)
{
    struct device_start s = {.verdict = DEVICE_STARTS};
    if (t->node == NODE_NONE || (t->uses_len == 0 && r->load.memory_bytes == 0))
        return s;
    const struct node *n = &c->nodes[t->node];
    if (refuses(n, r))
        return (struct device_start){.verdict = DEVICE_REFUSES};
    s = check_gpus(c, t, r->load.memory_bytes);
    for (uint32_t i = 0; i < t->uses_len && s.verdict == DEVICE_STARTS; i++) {
        const struct device_unit *u = device_unit_of(n, t->uses[i]);
        const bool is_share = n->classes[t->uses[i].class_index].kind == DEVICE_WHOLE;
        const uint64_t bytes =
            is_share ? u->memory_bytes / 1000 * device_share_milli(t, r) : u->memory_bytes;
        s = check_unit(c, t, device_unit_domain(c, n, u), bytes, r->load.memory_bytes);
    }
    return s;
}

const char *device_start_text(const struct device_start *s, char *text, size_t cap)
{
    static const double gib = 1024.0 * 1024 * 1024;
    if (s->verdict == DEVICE_REFUSES)
        snprintf(text, cap, "maximum request size for shared resources is 1");
    else
        snprintf(text, cap, "needs %.1f GiB of device memory, %.1f GiB are %s",
                 (double)s->need_bytes / gib, (double)s->left_bytes / gib,
                 s->verdict == DEVICE_TOO_SMALL ? "there" : "left");
    return text;
}

/* --- who works --- */

void device_start_idle(struct cluster *c, const struct task *t, bool idle)
{
    if (t->node == NODE_NONE || c->domains_len == 0)
        return;
    const struct node *n = &c->nodes[t->node];
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1) {
        const uint32_t domain = c->gpus[n->first_gpu + (uint32_t)__builtin_ctzll(mask)].domain;
        if (domain != DOMAIN_NONE)
            sharing_domain_set_idle(&c->domains[domain], t->id, idle);
    }
    for (uint32_t i = 0; i < t->uses_len; i++) {
        struct sharing_domain *d = device_unit_domain(c, n, device_unit_of(n, t->uses[i]));
        if (d != NULL)
            sharing_domain_set_idle(d, t->id, idle);
    }
}
