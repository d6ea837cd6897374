/* Spreading slices evenly over as few domains as possible: gate TASBalancedPlacement. */
#include "policies/kueue/go_math.h"
#include "policies/kueue/placement.h"
#include "sim/arena.h"

#include <string.h>

/* --- what taking the largest domains first would use --- */

struct greedy {
    bool fits;
    int32_t domains;
    uint32_t last, last_with_leader; /* DOMAIN_NOWHERE: none */
};

static struct greedy take_greedily(const struct placement *p, const struct domain_list *domains,
                                   int32_t slices, int32_t leaders)
{
    struct greedy g = {.last = DOMAIN_NOWHERE, .last_with_leader = DOMAIN_NOWHERE};
    struct domain_list list = *domains;
    if (leaders > 0) {
        const struct domain_list sorted = placement_sorted_by_leader(p, &list);
        uint32_t i = 0;
        for (; leaders > 0 && i < sorted.len; i++) {
            const struct domain_state *s = placement_state(p, sorted.items[i]);
            if (s->leaders <= 0)
                break;
            g.domains++;
            g.last_with_leader = sorted.items[i];
            leaders -= s->leaders;
            slices -= s->slices_with_leader;
        }
        list = (struct domain_list){sorted.items + i, sorted.len - i};
    }
    list = placement_sorted(p, &list);
    for (uint32_t i = 0; leaders <= 0 && slices > 0 && i < list.len; i++) {
        const struct domain_state *s = placement_state(p, list.items[i]);
        if (s->slices <= 0)
            break;
        g.domains++;
        g.last = list.items[i];
        slices -= s->slices;
    }
    g.fits = leaders <= 0 && slices <= 0;
    return g;
}

static int32_t lesser(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* The most that the domain with the fewest slices can have. */
static int32_t threshold_of(const struct placement *p, const struct greedy *g, int32_t slices)
{
    int32_t t = slices / g->domains;
    if (g->last_with_leader != DOMAIN_NOWHERE)
        t = lesser(t, placement_state(p, g->last_with_leader)->slices_with_leader);
    if (g->last != DOMAIN_NOWHERE)
        t = lesser(t, placement_state(p, g->last)->slices);
    return t;
}

/* --- leaving out domains that are too small --- */

static void clear_below(struct placement *p, uint32_t domain, bool leaders_only)
{
    struct domain_state *s = placement_state(p, domain);
    if (!leaders_only)
        *s = (struct domain_state){.affinity = s->affinity};
    s->pods_with_leader = s->slices_with_leader = s->leaders = 0;
    const struct topology_domain *d = &p->t->tree.domains[domain];
    for (uint32_t i = 0; i < d->children_len; i++)
        clear_below(p, d->first_child + i, leaders_only);
}

static void prune_one(struct placement *p, uint32_t domain, int32_t threshold)
{
    const struct domain_state *s = placement_state(p, domain);
    if (s->slices < threshold)
        clear_below(p, domain, false);
    else if (p->leader_count > 0 && s->leaders > 0 && s->slices_with_leader < threshold)
        clear_below(p, domain, true);
}

void placement_prune(struct placement *p, const struct domain_list *domains, int32_t threshold,
                     uint32_t level)
{
    const struct domain_list children = placement_children(p, domains);
    for (uint32_t i = 0; i < children.len; i++)
        prune_one(p, children.items[i], threshold);
    for (uint32_t i = 0; i < domains->len; i++) {
        placement_count_up(p, domains->items[i], level, false);
        prune_one(p, domains->items[i], threshold);
    }
}

/* --- the best siblings --- */

struct siblings {
    struct placement *p;
    const struct domain_state *counted; /* before anything was pruned */
    int32_t slices;
    struct domain_list best;
    int32_t best_threshold, best_domains;
};

static void restore(struct siblings *s, uint32_t domain)
{
    s->p->states[domain] = s->counted[domain];
    const struct topology_domain *d = &s->p->t->tree.domains[domain];
    for (uint32_t i = 0; i < d->children_len; i++)
        restore(s, d->first_child + i);
}

static struct greedy prune_to(struct siblings *s, const struct domain_list *set, int32_t threshold)
{
    placement_prune(s->p, set, threshold, s->p->level);
    return take_greedily(s->p, set, s->slices, s->p->leader_count);
}

static void consider(struct siblings *s, const struct domain_list *set)
{
    struct placement *p = s->p;
    const struct domain_list lower = p->level < p->slice_level ? placement_children(p, set) : *set;
    const struct greedy g = take_greedily(p, &lower, s->slices, p->leader_count);
    if (!g.fits || g.domains == 0)
        return;
    int32_t threshold = threshold_of(p, &g, s->slices);
    int32_t lower_threshold = threshold;
    if (p->leader_count > 0 && g.last != DOMAIN_NOWHERE)
        lower_threshold = lesser(threshold, placement_state(p, g.last)->slices_with_leader);
    if (threshold < s->best_threshold)
        return;
    struct greedy pruned = prune_to(s, set, threshold);
    if (!pruned.fits && lower_threshold < threshold) {
        if (lower_threshold <= 0 || lower_threshold < s->best_threshold)
            return;
        threshold = lower_threshold;
        for (uint32_t i = 0; i < set->len; i++)
            restore(s, set->items[i]);
        pruned = prune_to(s, set, threshold);
    }
    if (!pruned.fits || (threshold == s->best_threshold && pruned.domains >= s->best_domains))
        return;
    s->best_threshold = threshold;
    s->best_domains = pruned.domains;
    s->best = *set;
}

int32_t placement_threshold(struct placement *p, struct domain_list *out)
{
    const struct topology_tree *tree = &p->t->tree;
    const size_t bytes = (tree->domains_len + 1) * sizeof p->states[0];
    struct siblings s = {.p = p,
                         .counted = arena_copy(p->arena, p->states, bytes),
                         .slices = p->count / p->slice_size};
    if (p->level == 0) {
        const struct domain_list all = placement_level(p, 0);
        consider(&s, &all);
    }
    for (uint32_t i = 0; p->level > 0 && i < tree->levels[p->level - 1].len; i++) {
        const struct domain_list set =
            placement_children_of(p, tree->levels[p->level - 1].first + i);
        consider(&s, &set);
    }
    *out = s.best;
    return s.best_threshold;
}

/* --- as few domains as possible that hold it all, with the least to spare --- */

/* A way to have chosen domains: what is left to place, and the way there. */
struct way {
    int32_t leaders, pods; /* left */
    uint32_t domain;       /* chosen last */
    const struct way *before;
};

struct ways {
    struct way **items; /* by leaders, then pods, ascending */
    uint32_t len, cap;
};

struct selection {
    struct placement *p;
    struct ways *by_len; /* of so many domains */
    int32_t most;
};

static double entropy(const struct placement *p, uint32_t domain)
{
    const struct topology_domain *d = &p->t->tree.domains[domain];
    int32_t total = 0;
    for (uint32_t i = 0; i < d->children_len; i++)
        total += placement_state(p, d->first_child + i)->pods;
    double sum = 0;
    for (uint32_t i = 0; i < d->children_len; i++) {
        const int32_t pods = placement_state(p, d->first_child + i)->pods;
        const double part = pods > 0 ? (double)pods / (double)total : 0;
        if (pods > 0)
            sum += -part * go_log2(part);
    }
    return sum;
}

int placement_by_entropy(const struct placement *p, uint32_t a, uint32_t b)
{
    const struct domain_state *x = placement_state(p, a), *y = placement_state(p, b);
    if (x->leaders != y->leaders)
        return x->leaders > y->leaders ? -1 : 1;
    if (x->slices_with_leader != y->slices_with_leader)
        return x->slices_with_leader > y->slices_with_leader ? -1 : 1;
    const double ex = entropy(p, a), ey = entropy(p, b);
    if (ex > ey || ex < ey)
        return ex > ey ? -1 : 1;
    return (a > b) - (a < b);
}

static int by_values(const struct placement *p, uint32_t a, uint32_t b)
{
    (void)p;
    return (a > b) - (a < b);
}

/* Unless there is a way already that leaves the same. */
static void add_way(struct selection *s, struct ways *w, struct way way)
{
    uint32_t low = 0, high = w->len;
    while (low < high) {
        const uint32_t mid = (low + high) / 2;
        const struct way *m = w->items[mid];
        if (m->leaders < way.leaders || (m->leaders == way.leaders && m->pods < way.pods))
            low = mid + 1;
        else
            high = mid;
    }
    if (low < w->len && w->items[low]->leaders == way.leaders && w->items[low]->pods == way.pods)
        return;
    if (w->len == w->cap) {
        w->cap = w->cap == 0 ? 16 : 2 * w->cap;
        struct way **more = arena_alloc(s->p->arena, w->cap * sizeof more[0]);
        if (w->len > 0)
            memcpy(more, w->items, w->len * sizeof more[0]);
        w->items = more;
    }
    memmove(&w->items[low + 1], &w->items[low], (w->len - low) * sizeof w->items[0]);
    w->items[low] = arena_copy(s->p->arena, &way, sizeof way);
    w->len++;
}

static void try_domain(struct selection *s, uint32_t domain)
{
    const struct domain_state *d = placement_state(s->p, domain);
    for (int32_t i = s->most; i > 0; i--) {
        const struct ways *before = &s->by_len[i - 1];
        for (uint32_t n = 0; n < before->len; n++) {
            const struct way *w = before->items[n];
            if (w->leaders <= 0 && w->pods <= 0)
                continue;
            if (w->leaders > 0 && d->leaders > 0)
                add_way(s, &s->by_len[i],
                        (struct way){w->leaders - d->leaders, w->pods - d->pods_with_leader, domain,
                                     w});
            if (d->slices > 0)
                add_way(s, &s->by_len[i], (struct way){w->leaders, w->pods - d->pods, domain, w});
        }
    }
}

/* All leaders placed, and the fewest pods more than needed. */
static const struct way *best_way(const struct ways *w)
{
    const struct way *best = NULL;
    for (uint32_t i = 0; i < w->len; i++)
        if (w->items[i]->leaders == 0 && w->items[i]->pods <= 0)
            best = w->items[i];
    return best;
}

struct domain_list placement_select(struct placement *p, const struct domain_list *domains,
                                    int32_t slices, int32_t leaders, bool by_entropy)
{
    struct domain_list out = {0};
    const struct greedy g = take_greedily(p, domains, slices, leaders);
    if (!g.fits)
        return out;
    const struct domain_list order =
        placement_sorted_by(p, domains, by_entropy ? placement_by_entropy : by_values);
    struct selection s = {.p = p, .most = g.domains};
    s.by_len = arena_alloc(p->arena, ((size_t)g.domains + 1) * sizeof s.by_len[0]);
    add_way(&s, &s.by_len[0], (struct way){leaders, slices * p->slice_size, DOMAIN_NOWHERE, NULL});
    for (uint32_t i = 0; i < order.len; i++)
        try_domain(&s, order.items[i]);
    const struct way *best = best_way(&s.by_len[s.most]);
    if (best == NULL)
        return out;
    out.items = arena_alloc(p->arena, ((size_t)s.most + 1) * sizeof out.items[0]);
    out.len = (uint32_t)s.most;
    for (uint32_t i = out.len; i > 0; i--, best = best->before)
        out.items[i - 1] = best->domain;
    return out;
}

/* --- dealing out evenly --- */

/* Each gets the threshold, and the first ones what is left over. None: it cannot be done. */
struct domain_list placement_spread(struct placement *p, const struct domain_list *domains,
                                    int32_t slices, int32_t threshold)
{
    const struct domain_list none = {0};
    struct domain_list out = placement_select(p, domains, slices, p->leader_count, false);
    if (out.len == 0 || slices < (int32_t)out.len * threshold)
        return none;
    out = placement_sorted_by_leader(p, &out);
    int32_t extra = slices - (int32_t)out.len * threshold, leaders = p->leader_count;
    for (uint32_t i = 0; i < out.len; i++) {
        struct domain_state *s = placement_state(p, out.items[i]);
        const bool leads = leaders > 0;
        int32_t more = 0;
        if (leads || extra > 0)
            more = lesser((leads ? s->slices_with_leader : s->slices) - threshold, extra);
        leaders -= leads;
        s->leaders = leads;
        s->slices = s->slices_with_leader = threshold + more;
        s->pods = s->slices * p->slice_size;
        s->pods_with_leader = s->pods - s->leaders;
        extra -= more;
    }
    return extra > 0 || leaders > 0 ? none : out;
}

bool placement_balance(struct placement *p, struct domain_list *out, uint32_t *level)
{
    struct domain_state *counted =
        arena_copy(p->arena, p->states, (p->t->tree.domains_len + 1) * sizeof counted[0]);
    const int32_t slices = p->count / p->slice_size;
    const int32_t threshold = placement_threshold(p, out);
    *level = p->level;
    if (threshold > 0 && p->level < p->slice_level) {
        *out = placement_select(p, out, slices, p->leader_count, true);
        *out = placement_children(p, out);
        ++*level;
    }
    if (threshold > 0)
        *out = placement_spread(p, out, slices, threshold);
    if (threshold > 0 && out->len > 0)
        return true;
    p->states = counted;
    return false;
}
