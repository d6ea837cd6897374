#include "policies/slurm/slurm_fit.h"

#include "policies/slurm/node_set.h"
#include "policies/slurm/slurm_offer.h"

static void look(const struct slurm_ledger *l, struct slurm_shape *s, uint32_t node)
{
    struct node_offer o;
    slurm_offer(l, USE_LIVE, s, node, &o);
    if (o.fits)
        node_set_put(s->fits, node);
    else
        node_set_drop(s->fits, node);
}

const uint64_t *slurm_fit_now(const struct slurm_ledger *l, struct slurm_shape *s)
{
    const uint64_t behind = l->changes_end - s->fits_seen;
    if (s->fits_seen == 0 || behind > l->changes_mask || behind > l->site->nodes_len) {
        for (uint32_t n = 0; n < l->site->nodes_len; n++)
            look(l, s, n);
    } else {
        for (uint64_t p = s->fits_seen; p < l->changes_end; p++)
            look(l, s, l->changes[p & l->changes_mask]);
    }
    s->fits_seen = l->changes_end;
    return s->fits;
}
