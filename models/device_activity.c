#include "models/device_activity.h"

#include "models/device.h"
#include "models/sharing.h"
#include "sim/check.h"

static int64_t busy_milli(uint64_t milli, uint64_t duty_q16, uint64_t speed_q32)
{
    return (int64_t)((milli * duty_q16 * (speed_q32 >> 16)) >> 32);
}

static uint64_t duty_of(const struct request *r)
{
    return r->load.duty_q16 == 0 ? 65536 : r->load.duty_q16;
}

static uint64_t speed_in(const struct sharing_domain *d, const struct task *t)
{
    return d == NULL ? SPEED_ONE : sharing_domain_speed(d, t->id);
}

static void visit_gpus(const struct cluster *c, const struct task *t, uint64_t duty,
                       device_activity_fn *visit, void *context)
{
    const struct node *n = &c->nodes[t->node];
    for (uint64_t mask = t->gpu_mask; mask != 0; mask &= mask - 1) {
        const uint32_t gpu = (uint32_t)__builtin_ctzll(mask);
        const uint32_t domain = c->gpus[n->first_gpu + gpu].domain;
        const uint64_t speed = speed_in(domain == DOMAIN_NONE ? NULL : &c->domains[domain], t);
        visit(context, &(struct device_activity){.gpu = gpu,
                                                 .milli = busy_milli(1000, duty, speed),
                                                 .busy_q32 = duty * speed >> 16});
    }
}

/* Who shares a domain is in it once, however many of its units it holds. */
static bool is_again(const struct cluster *c, const struct task *t, uint32_t use)
{
    const struct node *n = &c->nodes[t->node];
    return use > 0 && device_unit_domain(c, n, device_unit_of(n, t->uses[use - 1])) ==
                          device_unit_domain(c, n, device_unit_of(n, t->uses[use]));
}

static void visit_use(const struct cluster *c, const struct task *t, const struct request *r,
                      uint32_t use, struct device_activity *out)
{
    const struct node *n = &c->nodes[t->node];
    const struct device_unit *u = device_unit_of(n, t->uses[use]);
    const struct sharing_domain *d = device_unit_domain(c, n, u);
    const uint64_t duty = duty_of(r), speed = speed_in(d, t);
    const bool is_share = n->classes[t->uses[use].class_index].kind == DEVICE_WHOLE;
    const uint64_t milli = is_share    ? device_share_milli(t, r)
                           : d == NULL ? u->milli
                                       : u->domain_milli;
    *out = (struct device_activity){
        .gpu = is_share ? t->uses[use].unit : u->gpu,
        .unit = u->profile == NULL ? NULL : u,
        .milli = busy_milli(milli, duty, speed),
        .busy_q32 = is_share ? (duty << 16) * milli / 1000 : duty * speed >> 16,
    };
}

void device_each_activity(const struct cluster *c, const struct task *t, const struct request *r,
                          device_activity_fn *visit, void *context)
{
    const struct node *n = &c->nodes[t->node];
    if (n->classes_len == 0)
        return;
    visit_gpus(c, t, duty_of(r), visit, context);
    for (uint32_t i = 0; i < t->uses_len; i++) {
        struct device_activity a;
        const bool is_shared = device_unit_domain(c, n, device_unit_of(n, t->uses[i])) != NULL;
        if (is_shared && is_again(c, t, i))
            continue;
        visit_use(c, t, r, i, &a);
        visit(context, &a);
    }
}

static void add_milli(void *context, const struct device_activity *a)
{
    *(int64_t *)context += a->milli;
}

int64_t device_active_milli(const struct cluster *c, const struct task *t, const struct request *r)
{
    const struct node *n = &c->nodes[t->node];
    if (n->classes_len == 0)
        return t->is_unchecked
                   ? 0
                   : busy_milli((uint64_t)r->gpus * t->count * 1000, duty_of(r), SPEED_ONE);
    if (c->domains_len == 0 && t->uses_len == 0) /* no GPU of the cluster was ever shared */
        return __builtin_popcountll(t->gpu_mask) * busy_milli(1000, duty_of(r), SPEED_ONE);
    int64_t sum = 0;
    device_each_activity(c, t, r, add_milli, &sum);
    return sum;
}
