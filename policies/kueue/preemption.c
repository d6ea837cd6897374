#include "policies/kueue/preemption.h"

#include "policies/kueue/snapshot.h"
#include "sim/arena.h"

#include <string.h>

struct targets preemption_find(const struct preemption *p, const struct preemption_request *r)
{
    const size_t mark = journal_mark(p->journal);
    const struct targets t =
        p->has_fair_sharing ? preemption_fair(p, r) : preemption_classical(p, r);
    journal_back(p->journal, mark);
    return t;
}

bool preemption_fits(const struct preemption_request *r, bool may_borrow)
{
    for (uint32_t i = 0; i < r->usage_len; i++) {
        const struct column_qty *u = &r->usage[i];
        if (!may_borrow && quota_borrows_with(r->q->node, u->column, u->qty))
            return false;
        if (u->qty > quota_available(r->q->node, u->column))
            return false;
    }
    return r->fits_nodes == NULL || r->fits_nodes(r->context);
}

void preemption_fill_back(const struct preemption_request *r, struct targets *t, bool may_borrow)
{
    for (uint32_t i = t->len < 2 ? 0 : t->len - 1; i-- > 0;) {
        snapshot_add(t->items[i].w);
        if (preemption_fits(r, may_borrow))
            t->items[i] = t->items[--t->len]; /* Kueue's order of victims comes of this */
        else
            snapshot_remove(t->items[i].w);
    }
}

void targets_add(struct arena *arena, struct targets *t, struct target item)
{
    if (t->len == t->cap) {
        t->cap = t->cap == 0 ? 8 : 2 * t->cap;
        struct target *more = arena_alloc(arena, t->cap * sizeof more[0]);
        if (t->len > 0)
            memcpy(more, t->items, t->len * sizeof more[0]);
        t->items = more;
    }
    t->items[t->len++] = item;
}
