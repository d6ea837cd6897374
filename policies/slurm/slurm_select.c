#include "policies/slurm/slurm_select.h"

#include "policies/slurm/node_set.h"
#include "policies/slurm/slurm_eval.h"
#include "sim/check.h"

#include <stdlib.h>

static void *zeroed(size_t len, size_t bytes)
{
    void *p = calloc(len + 1, bytes);
    SIM_REQUIRE(p != NULL);
    return p;
}

void slurm_selector_init(struct slurm_selector *s, const struct slurm_ledger *ledger)
{
    const uint32_t nodes = ledger->site->nodes_len;
    *s = (struct slurm_selector){
        .site = ledger->site,
        .ledger = ledger,
        .picks = zeroed(nodes, sizeof s->picks[0]),
        .low = zeroed(nodes, 1),
        .fits = zeroed(ledger->site->words, sizeof s->fits[0]),
        .candidates = zeroed(nodes, sizeof s->candidates[0]),
        .runs = zeroed(nodes, sizeof s->runs[0]),
    };
}

void slurm_selector_fini(struct slurm_selector *s)
{
    free(s->picks);
    free(s->low);
    free(s->fits);
    free(s->candidates);
    free(s->runs);
    *s = (struct slurm_selector){0};
}

void slurm_selector_reset(struct slurm_selector *s)
{
    memset(s->low, 0, s->site->nodes_len);
}

void slurm_selector_remember(struct slurm_selector *s, const struct slurm_query *q)
{
    const size_t words = s->site->words;
    for (uint32_t n = node_set_next(q->cand, words, 0); n != UINT32_MAX;
         n = node_set_next(q->cand, words, n + 1)) {
        struct node_offer o;
        slurm_offer(s->ledger, q->state, q->shape, n, &o);
        if (o.is_coarse)
            s->low[n] = (uint8_t)(UINT8_MAX - o.near);
    }
}

/* --- one node --- */

static bool is_local(const struct slurm_selector *s, const struct slurm_query *q, uint32_t node)
{
    return slurm_offer_is_local(s->ledger, q->state, q->shape, node, q->shape->min_cpus,
                                slurm_gpus_on_one_node(q->shape));
}

/* The member of a set that comes first: by low byte where those count, then by index. */
static uint32_t first_of(const struct slurm_selector *s, const struct slurm_query *q,
                         const uint64_t *set, bool in_local_pass)
{
    const size_t words = s->site->words;
    const bool by_low = q->is_future && q->shape->may_be_rejected;
    uint32_t best = UINT32_MAX;
    for (uint32_t n = node_set_next(set, words, 0); n != UINT32_MAX;
         n = node_set_next(set, words, n + 1)) {
        if (in_local_pass && !is_local(s, q, n))
            continue;
        if (!by_low)
            return n;
        if (best == UINT32_MAX || s->low[n] < s->low[best])
            best = n;
    }
    return best;
}

static bool has_local_pass(const struct slurm_selector *s, const struct slurm_query *q)
{
    return s->site->has_affinity && q->shape->gpu != NULL;
}

static uint32_t pick_one(struct slurm_selector *s, const struct slurm_query *q, bool in_local_pass)
{
    const size_t words = s->site->words;
    uint64_t *set = s->fits;
    for (uint32_t w = 0; w < s->site->weights_len; w++) {
        for (size_t i = 0; i < words; i++)
            set[i] = q->fits[i] & q->cand[i] & s->site->weights[w].nodes[i];
        const uint32_t n = first_of(s, q, set, in_local_pass);
        if (n != UINT32_MAX)
            return n;
    }
    return UINT32_MAX;
}

static bool select_one(struct slurm_selector *s, const struct slurm_query *q)
{
    bool local = has_local_pass(s, q);
    uint32_t node = local ? pick_one(s, q, true) : UINT32_MAX;
    if (node == UINT32_MAX) {
        local = false;
        node = pick_one(s, q, false);
    }
    if (node == UINT32_MAX)
        return false;
    s->picks[0] = (struct slurm_pick){.node = node,
                                      .cpus = q->shape->min_cpus,
                                      .gpus = slurm_gpus_on_one_node(q->shape),
                                      .is_local = local};
    s->picks_len = 1;
    return true;
}

bool slurm_select(struct slurm_selector *s, const struct slurm_query *q)
{
    s->picks_len = 0;
    return q->shape->is_one_node ? select_one(s, q) : slurm_evaluate(s, q);
}
