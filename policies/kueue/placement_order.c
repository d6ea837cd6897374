/* Lists of domains, in the orders in which they are tried. */
#include "policies/kueue/placement.h"
#include "sim/arena.h"

#include <string.h>

struct domain_list placement_level(const struct placement *p, uint32_t level)
{
    const struct topology_level *l = &p->t->tree.levels[level];
    struct domain_list out = {arena_alloc(p->arena, (l->len + 1) * sizeof out.items[0]), l->len};
    for (uint32_t i = 0; i < l->len; i++)
        out.items[i] = l->first + i;
    return out;
}

struct domain_list placement_children(const struct placement *p, const struct domain_list *of)
{
    const struct topology_domain *domains = p->t->tree.domains;
    size_t most = 0;
    for (uint32_t i = 0; i < of->len; i++)
        most += domains[of->items[i]].children_len;
    struct domain_list out = {arena_alloc(p->arena, (most + 1) * sizeof out.items[0]), 0};
    for (uint32_t i = 0; i < of->len; i++)
        for (uint32_t c = 0; c < domains[of->items[i]].children_len; c++)
            out.items[out.len++] = domains[of->items[i]].first_child + c;
    return out;
}

struct domain_list placement_children_of(const struct placement *p, uint32_t domain)
{
    const struct domain_list one = {&domain, 1};
    return placement_children(p, &one);
}

/* --- orders --- */

static int ascending(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_slices(const struct placement *p, uint32_t a, uint32_t b)
{
    const struct domain_state *x = placement_state(p, a), *y = placement_state(p, b);
    if (placement_has_affinity(p) && x->affinity != y->affinity)
        return ascending(y->affinity, x->affinity);
    if (x->slices != y->slices)
        return placement_is_least_free(p) ? ascending(x->slices, y->slices)
                                          : ascending(y->slices, x->slices);
    if (x->pods != y->pods)
        return ascending(x->pods, y->pods);
    return ascending(a, b);
}

static int by_leader(const struct placement *p, uint32_t a, uint32_t b)
{
    const struct domain_state *x = placement_state(p, a), *y = placement_state(p, b);
    if (x->leaders != y->leaders)
        return ascending(y->leaders, x->leaders);
    if (placement_has_affinity(p) && x->affinity != y->affinity)
        return ascending(y->affinity, x->affinity);
    if (x->slices_with_leader != y->slices_with_leader)
        return placement_is_least_free(p) ? ascending(x->slices_with_leader, y->slices_with_leader)
                                          : ascending(y->slices_with_leader, x->slices_with_leader);
    if (x->pods_with_leader != y->pods_with_leader)
        return ascending(x->pods_with_leader, y->pods_with_leader);
    return ascending(a, b);
}

/* --- sorting --- */

struct sort {
    const struct placement *p;
    domain_order_fn *order;
    uint32_t *spare;
};

static void sort(const struct sort *s, uint32_t *list, uint32_t len)
{
    if (len < 2)
        return;
    const uint32_t half = len / 2;
    sort(s, list, half);
    sort(s, list + half, len - half);
    if (s->order(s->p, list[half - 1], list[half]) <= 0)
        return;
    memcpy(s->spare, list, half * sizeof list[0]);
    uint32_t left = 0, right = half;
    for (uint32_t out = 0; left < half; out++) {
        const bool take_right = right < len && s->order(s->p, list[right], s->spare[left]) < 0;
        list[out] = take_right ? list[right++] : s->spare[left++];
    }
}

struct domain_list placement_sorted_by(const struct placement *p, const struct domain_list *of,
                                       domain_order_fn *order)
{
    const struct sort s = {p, order, arena_alloc(p->arena, (of->len + 1) * sizeof of->items[0])};
    struct domain_list out = {arena_copy(p->arena, of->items, of->len * sizeof of->items[0]),
                              of->len};
    sort(&s, out.items, out.len);
    return out;
}

struct domain_list placement_sorted(const struct placement *p, const struct domain_list *of)
{
    return placement_sorted_by(p, of, by_slices);
}

struct domain_list placement_sorted_by_leader(const struct placement *p,
                                              const struct domain_list *of)
{
    return placement_sorted_by(p, of, by_leader);
}
