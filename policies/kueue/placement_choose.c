/* Choosing domains that hold everything, and dealing pods out to what lies below them. */
#include "policies/kueue/placement.h"
#include "sim/arena.h"

#include <string.h>

static struct domain_list from(const struct domain_list *list, uint32_t first)
{
    return (struct domain_list){list->items + first, list->len - first};
}

static void add(struct domain_list *list, uint32_t domain)
{
    list->items[list->len++] = domain;
}

/* --- the tightest domain --- */

static int32_t room(const struct domain_state *s, bool with_leader, bool in_slices)
{
    if (in_slices)
        return with_leader ? s->slices_with_leader : s->slices;
    return with_leader ? s->pods_with_leader : s->pods;
}

/* The first of those with the least room that is enough; the first of all if none is. Where
 * affinity counts, only those of the same affinity as the first are asked. */
static uint32_t tightest(const struct placement *p, const struct domain_list *list, int32_t needed,
                         int32_t leaders, bool in_slices)
{
    uint32_t best = list->items[0];
    int32_t best_room = INT32_MAX;
    for (uint32_t i = 0; i < list->len; i++) {
        const struct domain_state *s = placement_state(p, list->items[i]);
        const int32_t has = room(s, leaders > 0, in_slices);
        if (placement_has_affinity(p) &&
            s->affinity != placement_state(p, list->items[0])->affinity)
            break;
        if (s->leaders >= leaders && has >= needed && has < best_room) {
            best = list->items[i];
            best_room = has;
        }
    }
    return best;
}

/* Sums on the way up assumed that the leader stands where it costs least, so a domain in which it
 * costs no more than there is to spare goes first. */
static struct domain_list leader_first(const struct placement *p, const struct domain_list *list,
                                       struct need need)
{
    if (need.leaders == 0 || list->len < 2)
        return *list;
    const int32_t needed = need.in_slices ? need.count / need.slice_size : need.count;
    int64_t all = 0;
    for (uint32_t i = 0; i < list->len; i++)
        all += room(placement_state(p, list->items[i]), false, need.in_slices);
    for (uint32_t i = 0; i < list->len; i++) {
        const struct domain_state *s = placement_state(p, list->items[i]);
        const int32_t lost = room(s, false, need.in_slices) - room(s, true, need.in_slices);
        if (s->leaders < need.leaders || all - lost < needed)
            continue;
        struct domain_list out = {arena_copy(p->arena, list->items, list->len * sizeof(uint32_t)),
                                  list->len};
        memmove(out.items + 1, out.items, i * sizeof out.items[0]);
        out.items[0] = list->items[i];
        return out;
    }
    return *list;
}

/* --- on one level --- */

enum level_result { LEVEL_FITS, LEVEL_FAILS, LEVEL_TOO_NARROW };

struct level_search {
    struct placement *p;
    struct domain_list sorted;
    int32_t slices; /* needed */
    struct domain_list found;
    int32_t fits_only;
};

static bool holds_all(const struct level_search *s, uint32_t domain)
{
    const struct domain_state *d = placement_state(s->p, domain);
    return d->slices_with_leader >= s->slices && d->leaders >= s->p->leader_count;
}

static enum level_result found_one(struct level_search *s, uint32_t domain)
{
    s->found.items = arena_copy(s->p->arena, &domain, sizeof domain);
    s->found.len = 1;
    return LEVEL_FITS;
}

/* The first, that is smallest, domain that holds all. */
static bool find_least_free(struct level_search *s)
{
    for (uint32_t i = 0; i < s->sorted.len; i++) {
        const struct domain_state *d = placement_state(s->p, s->sorted.items[i]);
        if (d->leaders >= s->p->leader_count && room(d, s->p->leader_count > 0, true) >= s->slices)
            return found_one(s, s->sorted.items[i]) == LEVEL_FITS;
    }
    return false;
}

/* Those behind the first may hold all where affinity put another one first. */
static bool find_behind(struct level_search *s)
{
    for (uint32_t i = 1; placement_has_affinity(s->p) && i < s->sorted.len; i++)
        if (holds_all(s, s->sorted.items[i])) {
            const struct domain_list rest = from(&s->sorted, i);
            return found_one(s, tightest(s->p, &rest, s->slices, s->p->leader_count, true)) ==
                   LEVEL_FITS;
        }
    return false;
}

/* Domains one after the other until everything is placed: the leader first. */
static enum level_result collect(struct level_search *s)
{
    struct placement *p = s->p;
    const bool best_fit = !placement_is_least_free(p);
    const struct need all = {p->count, p->leader_count, p->slice_size, true};
    struct domain_list list = leader_first(p, &s->sorted, all);
    int32_t slices = s->slices, leaders = p->leader_count;
    s->found.items = arena_alloc(p->arena, (2 * list.len + 1) * sizeof s->found.items[0]);
    uint32_t i = 0;
    for (; leaders > 0 && i < list.len && placement_state(p, list.items[i])->leaders > 0; i++) {
        const struct domain_list rest = from(&list, i);
        uint32_t domain = list.items[i];
        if (best_fit && placement_state(p, domain)->slices_with_leader >= slices)
            domain = tightest(p, &rest, slices, leaders, true);
        add(&s->found, domain);
        leaders -= placement_state(p, domain)->leaders;
        slices -= placement_state(p, domain)->slices_with_leader;
    }
    if (leaders > 0) {
        s->fits_only = p->leader_count - leaders;
        return LEVEL_FAILS;
    }
    list = from(&list, i);
    list = placement_sorted(p, &list);
    for (i = 0; slices > 0 && i < list.len; i++) {
        const struct domain_list rest = from(&list, i);
        uint32_t domain = list.items[i];
        if (best_fit && placement_state(p, domain)->slices >= slices)
            domain = tightest(p, &rest, slices, 0, true);
        add(&s->found, domain);
        slices -= placement_state(p, domain)->slices;
    }
    s->fits_only = s->slices - slices;
    return slices > 0 ? LEVEL_FAILS : LEVEL_FITS;
}

static enum level_result search_level(struct level_search *s, uint32_t level)
{
    struct placement *p = s->p;
    const struct domain_list all = placement_level(p, level);
    s->sorted = placement_sorted_by_leader(p, &all);
    uint32_t top = s->sorted.items[0];
    if (!placement_is_least_free(p)) {
        if (holds_all(s, top))
            top = tightest(p, &s->sorted, s->slices, p->leader_count, true);
    } else if (find_least_free(s)) {
        return LEVEL_FITS;
    } else if (p->is_required) {
        s->fits_only = placement_state(p, s->sorted.items[s->sorted.len - 1])->pods;
        return LEVEL_FAILS;
    }
    if (holds_all(s, top))
        return found_one(s, top);
    if (p->is_required) {
        s->fits_only = placement_state(p, top)->slices;
        return find_behind(s) ? LEVEL_FITS : LEVEL_FAILS;
    }
    return level > 0 && !p->is_unconstrained ? LEVEL_TOO_NARROW : collect(s);
}

bool placement_find_level(struct placement *p, struct domain_list *out, uint32_t *level,
                          int32_t *fits_only, uint32_t *failed_level)
{
    struct level_search s = {.p = p, .slices = p->count / p->slice_size};
    *level = p->level;
    enum level_result r = search_level(&s, *level);
    while (r == LEVEL_TOO_NARROW)
        r = search_level(&s, --*level);
    *out = s.found;
    *fits_only = s.fits_only;
    *failed_level = *level;
    return r == LEVEL_FITS;
}

/* --- dealing out --- */

struct deal {
    struct placement *p;
    struct need need;
    int32_t left, leaders_left; /* left: slices or pods */
};

static void give(const struct deal *d, struct domain_state *s, int32_t amount)
{
    if (d->need.in_slices)
        s->slices = amount;
    s->pods = amount * (d->need.in_slices ? d->need.slice_size : 1);
}

/* True: everything is dealt out. */
static bool give_with_leader(struct deal *d, const struct domain_list *list, uint32_t *domain)
{
    const bool in_slices = d->need.in_slices;
    struct domain_state *s = placement_state(d->p, *domain);
    if (!placement_is_least_free(d->p) && room(s, true, in_slices) >= d->left &&
        s->leaders >= d->leaders_left)
        *domain = tightest(d->p, list, d->left, d->leaders_left, in_slices);
    s = placement_state(d->p, *domain);
    const int32_t has = room(s, true, in_slices);
    if (has >= d->left && s->leaders >= d->leaders_left) {
        s->leaders = d->leaders_left;
        give(d, s, d->left);
        return true;
    }
    const int32_t gets = has > d->left ? d->left : has;
    *(in_slices ? &s->slices_with_leader : &s->pods_with_leader) = gets;
    if (s->leaders > d->leaders_left)
        s->leaders = d->leaders_left;
    give(d, s, gets);
    d->leaders_left -= s->leaders;
    d->left -= gets;
    return false;
}

static bool give_rest(struct deal *d, const struct domain_list *list, uint32_t *domain)
{
    const bool in_slices = d->need.in_slices;
    if (!placement_is_least_free(d->p) &&
        room(placement_state(d->p, *domain), false, in_slices) >= d->left)
        *domain = tightest(d->p, list, d->left, 0, in_slices);
    struct domain_state *s = placement_state(d->p, *domain);
    const int32_t has = room(s, false, in_slices);
    s->leaders = 0;
    give(d, s, has >= d->left ? d->left : has);
    if (has >= d->left)
        return true;
    d->left -= has;
    return false;
}

struct domain_list placement_take(struct placement *p, const struct domain_list *domains,
                                  struct need need)
{
    const struct domain_list list = leader_first(p, domains, need);
    struct domain_list out = {arena_alloc(p->arena, (list.len + 1) * sizeof out.items[0]), 0};
    struct deal d = {.p = p,
                     .need = need,
                     .left = need.in_slices ? need.count / need.slice_size : need.count,
                     .leaders_left = need.leaders};
    for (uint32_t i = 0; i < list.len; i++) {
        const struct domain_list rest = from(&list, i);
        uint32_t domain = list.items[i];
        const bool done = d.leaders_left > 0 ? give_with_leader(&d, &rest, &domain)
                                             : give_rest(&d, &rest, &domain);
        add(&out, domain);
        if (done)
            return out;
    }
    out.len = 0; /* counts on the way up promised more than there is */
    return out;
}

/* --- down to the leaves --- */

static int32_t size_below(const struct placement *p, uint32_t level)
{
    if (level < p->slice_level)
        return p->slice_size;
    return p->inner_sizes[level + 1] > 0 ? p->inner_sizes[level + 1] : 1;
}

/* What the domain got goes to its children, and to no others. */
static struct domain_list take_below(struct placement *p, uint32_t domain, int32_t size)
{
    const struct domain_state parent = *placement_state(p, domain);
    struct domain_list children = placement_children_of(p, domain);
    children = placement_sorted(p, &children);
    for (uint32_t i = 0; size > 1 && i < children.len; i++) {
        struct domain_state *s = placement_state(p, children.items[i]);
        s->slices = s->pods / size;
        s->slices_with_leader = s->pods_with_leader / size;
    }
    return placement_take(p, &children, (struct need){parent.pods, parent.leaders, size, size > 1});
}

static struct domain_list below_each(struct placement *p, const struct domain_list *chosen,
                                     int32_t size)
{
    const struct domain_list children = placement_children(p, chosen);
    struct domain_list out = {arena_alloc(p->arena, (children.len + 1) * sizeof out.items[0]), 0};
    for (uint32_t i = 0; i < chosen->len; i++) {
        const struct domain_list part = take_below(p, chosen->items[i], size);
        memcpy(out.items + out.len, part.items, part.len * sizeof part.items[0]);
        out.len += part.len;
    }
    return out;
}

struct domain_list placement_descend(struct placement *p, struct domain_list chosen, uint32_t level,
                                     bool per_parent)
{
    const uint32_t last = p->t->tree.levels_len - 1;
    const struct need all = {p->count, p->leader_count, p->slice_size, true};
    chosen = placement_take(p, &chosen, all);
    for (; level < last && level < p->slice_level && !per_parent; level++) {
        chosen = placement_children(p, &chosen);
        chosen = placement_sorted(p, &chosen);
        chosen = placement_take(p, &chosen, all);
    }
    for (; level < last; level++)
        chosen = below_each(p, &chosen, size_below(p, level));
    return chosen;
}
