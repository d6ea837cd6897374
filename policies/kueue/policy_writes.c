/* What Kueue decided takes effect when it is written to the API server, where that takes time.
 * Admissions are written beside the scheduler; it waits for what else it writes. */
#include "policies/kueue/policy_kueue.h"

#include "policies/kueue/message.h"
#include "sim/arena.h"

bool policy_kueue_defer(struct policy_kueue *p, struct tracked *t, bool scheduler_waits,
                        int64_t now_ns)
{
    t->write = 0;
    if (!control_plane_is_on(&p->control_plane))
        return false;
    const int64_t at_ns = control_plane_write(&p->control_plane, now_ns);
    if (at_ns == now_ns)
        return false;
    if (scheduler_waits)
        p->stands_until_ns = at_ns;
    t->write = ++p->writes_made;
    key_heap_push(&p->writes_due, (struct key_entry){at_ns, t->write, t->job});
    return true;
}

void policy_kueue_write_reason(struct policy_kueue *p, struct tracked *t, const struct decision *d,
                               int64_t now_ns)
{
    if (!control_plane_is_on(&p->control_plane))
        return;
    const uint64_t told = kueue_told(d, decision_text(p->scratch, p->env.names, d));
    arena_reset(p->scratch);
    if (told != t->written)
        p->stands_until_ns = control_plane_write(&p->control_plane, now_ns);
    t->written = told;
}

int64_t policy_kueue_next_write_ns(const struct policy_kueue *p, int64_t now_ns)
{
    const struct key_entry *top = key_heap_top(&p->writes_due);
    int64_t next = top == NULL || top->key <= now_ns ? INT64_MAX : top->key;
    if (p->stands_until_ns > now_ns && p->stands_until_ns < next)
        next = p->stands_until_ns;
    return next;
}

void policy_kueue_write_due(struct policy_kueue *p, struct acts *a)
{
    const struct key_entry *top;
    while ((top = key_heap_top(&p->writes_due)) != NULL && top->key <= acts_now_ns(a)) {
        const struct key_entry e = key_heap_pop(&p->writes_due);
        struct tracked *t = policy_kueue_tracked(p, e.item);
        if (t != NULL && t->write == e.tie)
            policy_kueue_written(p, a, t);
    }
}
