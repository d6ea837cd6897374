/* Both searches are over lists sorted as mig-parted flattens a configuration. */
#include "models/mig_place.h"

#include "sim/check.h"

#include <string.h>

const char *const mig_rule_names[] = {
    [MIG_DRIVER_ORDER] = "driver-order",
    [MIG_FIRST_FIT] = "first-fit",
    [MIG_MOST_REACHABLE] = "most-reachable",
    NULL,
};

static int first_in_order(const struct mig_profile *p, unsigned free_starts)
{
    for (unsigned i = 0; i < p->order_len; i++)
        if ((free_starts >> p->order[i] & 1u) != 0)
            return p->order[i];
    return MIG_NONE;
}

static int lowest(unsigned free_starts)
{
    for (int s = 0; s < MIG_MOST_SLICES; s++)
        if ((free_starts >> s & 1u) != 0)
            return s;
    return MIG_NONE;
}

static int most_reachable(const struct mig_space *s, const struct mig_layout *l, unsigned profile,
                          unsigned free_starts)
{
    int best = MIG_NONE;
    unsigned most = 0;
    for (unsigned start = 0; start < MIG_MOST_SLICES; start++) {
        if ((free_starts >> start & 1u) == 0)
            continue;
        struct mig_layout with = *l;
        mig_add(mig_space_table(s), &with, profile, start);
        const unsigned reachable = mig_space_reachable(s, &with);
        SIM_REQUIRE(reachable > 0);
        if (reachable > most) {
            most = reachable;
            best = (int)start;
        }
    }
    return best;
}

int mig_place(const struct mig_space *s, enum mig_rule rule, const struct mig_layout *l,
              unsigned profile)
{
    const struct mig_table *t = mig_space_table(s);
    const unsigned free_starts = mig_free_starts(t, l, profile);
    if (rule == MIG_DRIVER_ORDER)
        return first_in_order(&t->profiles[profile], free_starts);
    if (rule == MIG_FIRST_FIT)
        return lowest(free_starts);
    SIM_REQUIRE(rule == MIG_MOST_REACHABLE);
    return most_reachable(s, l, profile, free_starts);
}

size_t mig_place_each(const struct mig_space *s, enum mig_rule rule, struct mig_layout *l,
                      const uint8_t *profiles, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const int start = mig_place(s, rule, l, profiles[i]);
        if (start == MIG_NONE)
            return i;
        mig_add(mig_space_table(s), l, profiles[i], (unsigned)start);
    }
    return len;
}

struct wish {
    uint8_t profiles[MIG_MOST_SLICES];
    size_t len;
};

/* mig-parted's order: most compute slices first, attributes such as +me before none. It leaves
 * open which of two with equal slices goes first; here it is the one with more memory slices. */
static bool goes_first(const struct mig_profile *a, const struct mig_profile *b)
{
    if (a->compute_slices != b->compute_slices)
        return a->compute_slices > b->compute_slices;
    if (a->media != b->media)
        return a->media;
    return a->memory_slices > b->memory_slices;
}

/* The instances one by one, sorted. False if they are more than could ever fit. */
static bool flatten(const struct mig_table *t, const uint32_t *counts, struct wish *w)
{
    w->len = 0;
    for (unsigned p = 0; p < t->len; p++) {
        if (counts[p] > t->profiles[p].most)
            return false;
        for (uint32_t i = 0; i < counts[p]; i++) {
            if (w->len == t->memory_slices)
                return false;
            size_t at = w->len++;
            for (; at > 0 && goes_first(&t->profiles[p], &t->profiles[w->profiles[at - 1]]); at--)
                w->profiles[at] = w->profiles[at - 1];
            w->profiles[at] = (uint8_t)p;
        }
    }
    return true;
}

struct search {
    const struct mig_space *space;
    enum mig_rule rule;
    struct wish wish;
    struct mig_layout found;
};

/* mig-parted swaps each distinct remaining profile into place i and goes on; it tries whole
 * orders, so leaving one as soon as an instance has no room changes nothing but the time. */
static bool permute(struct search *q, const struct mig_layout *l, size_t i)
{
    struct wish *w = &q->wish;
    if (i == w->len) {
        q->found = *l;
        return true;
    }
    for (size_t j = i; j < w->len; j++) {
        const uint8_t profile = w->profiles[j];
        if (memchr(w->profiles + i, profile, j - i) != NULL)
            continue;
        const int start = mig_place(q->space, q->rule, l, profile);
        if (start == MIG_NONE)
            continue;
        struct mig_layout with = *l;
        mig_add(mig_space_table(q->space), &with, profile, (unsigned)start);
        w->profiles[j] = w->profiles[i];
        w->profiles[i] = profile;
        const bool done = permute(q, &with, i + 1);
        w->profiles[i] = w->profiles[j];
        w->profiles[j] = profile;
        if (done)
            return true;
    }
    return false;
}

bool mig_place_in_any_order(const struct mig_space *s, enum mig_rule rule, struct mig_layout *l,
                            const uint32_t *counts)
{
    struct search q = {.space = s, .rule = rule};
    if (!flatten(mig_space_table(s), counts, &q.wish) || !permute(&q, l, 0))
        return false;
    *l = q.found;
    return true;
}

/* Equal profiles ascend, so that no set of starts is tried twice. */
static bool choose_starts(struct search *q, const struct mig_layout *l, size_t i, unsigned from)
{
    const struct wish *w = &q->wish;
    if (i == w->len) {
        q->found = *l;
        return true;
    }
    const struct mig_table *t = mig_space_table(q->space);
    for (unsigned start = from; start < t->memory_slices; start++) {
        if (!mig_may_add(t, l, w->profiles[i], start))
            continue;
        struct mig_layout with = *l;
        mig_add(t, &with, w->profiles[i], start);
        const bool again = i + 1 < w->len && w->profiles[i + 1] == w->profiles[i];
        if (choose_starts(q, &with, i + 1, again ? start + 1 : 0))
            return true;
    }
    return false;
}

bool mig_fit(const struct mig_space *s, struct mig_layout *l, const uint32_t *counts)
{
    struct search q = {.space = s};
    if (!flatten(mig_space_table(s), counts, &q.wish) || !choose_starts(&q, l, 0, 0))
        return false;
    *l = q.found;
    return true;
}
