/* Why pods cannot be placed, in Kueue's words. */
#include "policies/kueue/placement.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct reasons {
    const char **items;
    uint32_t len, cap;
};

static void add(const struct placement *p, struct reasons *r, const char *text)
{
    if (r->len == r->cap) {
        r->cap = r->cap == 0 ? 16 : 2 * r->cap;
        const char **more = arena_alloc(p->arena, r->cap * sizeof more[0]);
        if (r->len > 0)
            memcpy(more, r->items, r->len * sizeof more[0]);
        r->items = more;
    }
    r->items[r->len++] = text;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* --- taints --- */

static const char *taint_text(const struct placement *p, const struct taint *t)
{
    const struct intern *words = p->t->words;
    const char *key = intern_text(words, t->key), *value = intern_text(words, t->value);
    const char *effect = taint_effect_name(t->effect);
    return value[0] == '\0' ? arena_printf(p->arena, "%s:%s", key, effect)
                            : arena_printf(p->arena, "%s=%s:%s", key, value, effect);
}

/* One line for each taint, with the number of nodes it kept out. */
static void add_taints(const struct placement *p, const struct leaf_match *m, struct reasons *out)
{
    struct reasons all = {0};
    for (uint32_t leaf = 0; leaf < p->t->tree.leaves_len; leaf++)
        if (m->verdicts[leaf] == LEAF_TAINTED)
            add(p, &all, taint_text(p, topology_taint(p->t, leaf, p->terms)));
    if (all.len > 0)
        qsort(all.items, all.len, sizeof all.items[0], by_text);
    for (uint32_t i = 0; i < all.len;) {
        uint32_t n = 1;
        while (i + n < all.len && strcmp(all.items[i], all.items[i + n]) == 0)
            n++;
        add(p, out, arena_printf(p->arena, "taint \"%s\": %" PRIu32, all.items[i], n));
        i += n;
    }
}

/* --- what kept nodes out --- */

static void add_verdicts(const struct placement *p, struct reasons *out)
{
    const struct leaf_match *m = topology_match(p->t, p->terms);
    uint32_t counts[LEAF_NOT_PREFERRED + 1] = {0};
    if (m->verdicts == NULL)
        return;
    for (uint32_t leaf = 0; leaf < p->t->tree.leaves_len; leaf++)
        counts[m->verdicts[leaf]]++;
    if (counts[LEAF_NOT_SELECTED] > 0)
        add(p, out, arena_printf(p->arena, "nodeSelector: %" PRIu32, counts[LEAF_NOT_SELECTED]));
    if (counts[LEAF_NOT_PREFERRED] > 0)
        add(p, out, arena_printf(p->arena, "affinity: %" PRIu32, counts[LEAF_NOT_PREFERRED]));
    if (counts[LEAF_TAINTED] > 0)
        add_taints(p, m, out);
}

static const char *exclusions(const struct placement *p)
{
    struct reasons r = {0};
    add_verdicts(p, &r);
    if (p->outside > 0)
        add(p, &r, arena_printf(p->arena, "topologyDomain: %" PRIu32, p->outside));
    for (uint32_t i = 0; i < p->needs_len; i++)
        if (p->needs[i].short_leaves > 0)
            add(p, &r,
                arena_printf(p->arena, "resource \"%s\": %" PRIu32,
                             intern_text(p->t->resources, p->needs[i].resource),
                             p->needs[i].short_leaves));
    if (r.len == 0)
        return "";
    qsort(r.items, r.len, sizeof r.items[0], by_text);
    const char *text = arena_printf(p->arena, ". Total nodes: %" PRIu32 "; excluded: %s",
                                    p->t->tree.leaves_len, r.items[0]);
    for (uint32_t i = 1; i < r.len; i++)
        text = arena_printf(p->arena, "%s, %s", text, r.items[i]);
    return text;
}

/* --- several layers of slices --- */

static int32_t slices_below(const struct placement *p, uint32_t domain, uint32_t level,
                            uint32_t slice_level, int32_t size)
{
    if (level == slice_level)
        return placement_state(p, domain)->pods / size;
    int32_t sum = 0;
    const struct topology_domain *d = &p->t->tree.domains[domain];
    for (uint32_t i = 0; i < d->children_len; i++)
        sum += slices_below(p, d->first_child + i, level + 1, slice_level, size);
    return sum;
}

/* The domain with the most slices; of several the one whose id comes first. */
static uint32_t best_domain(const struct placement *p, uint32_t level)
{
    const struct topology_level *l = &p->t->tree.levels[level];
    uint32_t best = l->first;
    const char *best_id = "";
    for (uint32_t i = 0; i < l->len; i++) {
        const uint32_t d = l->first + i;
        const int32_t slices = placement_state(p, d)->slices;
        const int32_t most = placement_state(p, best)->slices;
        const bool is_leaf = d >= topology_tree_first_leaf(&p->t->tree);
        const char *id =
            is_leaf ? intern_text(p->t->words,
                                  p->t->tree.leaf_ids[d - topology_tree_first_leaf(&p->t->tree)])
                    : topology_tree_path(&p->t->tree, p->t->words, p->arena, d, level);
        if (i == 0 || slices > most || (slices == most && strcmp(id, best_id) < 0)) {
            best = d;
            best_id = id;
        }
    }
    return best;
}

static const char *layers(const struct placement *p, uint32_t level)
{
    const char *text = arena_printf(p->arena, "topology \"%s\" doesn't allow to fit", p->t->name);
    const uint32_t best = best_domain(p, level);
    for (uint32_t i = 0; i < p->slices_len; i++) {
        const int at = topology_tree_level(&p->t->tree, p->t->words, p->slices[i].level);
        const int32_t size = (int32_t)p->slices[i].size;
        if (at >= 0)
            text = arena_printf(p->arena, "%s; %d/%d slice(s) fit on level %s", text,
                                slices_below(p, best, level, (uint32_t)at, size), p->count / size,
                                p->slices[i].level);
    }
    return arena_printf(p->arena, "%s%s", text, exclusions(p));
}

const char *placement_misfit(const struct placement *p, int32_t fits_only, uint32_t level)
{
    if (p->slices_len > 0)
        return layers(p, level);
    const char *unit = p->slice_size == 1 ? "pod" : "slice";
    const int32_t wanted = p->count / p->slice_size;
    if (fits_only == 0)
        return arena_printf(p->arena, "topology \"%s\" doesn't allow to fit any of %d %s(s)%s",
                            p->t->name, wanted, unit, exclusions(p));
    return arena_printf(p->arena, "topology \"%s\" allows to fit only %d out of %d %s(s)%s",
                        p->t->name, fits_only, wanted, unit, exclusions(p));
}
