/* Which flavors the pods of a workload may use at all: taints, selectors and affinity. */
#include "models/kubernetes/node_terms.h"
#include "policies/kueue/kueue_parts.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* What was found once holds for ever: by flavor, then by the terms of the pods. */
struct verdict {
    uint32_t flavor;
    const struct node_terms *terms;
    const char *why; /* NULL: they may */
    bool is_known;
};

struct flavor_match {
    struct kueue *k;
    struct arena *arena;
    struct verdict *verdicts; /* open addressing, at most half full */
    uint32_t len, cap;
};

struct flavor_match *flavor_match_new(struct kueue *k)
{
    struct flavor_match *m = calloc(1, sizeof *m);
    SIM_REQUIRE(m != NULL);
    m->k = k;
    m->arena = arena_new();
    return m;
}

void flavor_match_free(struct flavor_match *m)
{
    if (m == NULL)
        return;
    arena_free(m->arena);
    free(m->verdicts);
    free(m);
}

/* --- judging --- */

/* The first taint that counts and that neither the pods nor the flavor tolerate. */
static const struct taint *untolerated(const struct flavor_spec *f, const struct node_terms *t)
{
    for (uint32_t i = 0; i < f->taints_len; i++)
        if (f->taints[i].effect != TAINT_PREFER_NO_SCHEDULE &&
            !(t != NULL && tolerations_tolerate(&t->tolerations, &f->taints[i])) &&
            !tolerations_tolerate(&f->tolerations, &f->taints[i]))
            return &f->taints[i];
    return NULL;
}

/* Keys that the flavor does not define are nobody's business here. */
static bool selector_allows(const struct flavor_spec *f, const struct label_map *wanted)
{
    for (uint32_t i = 0; i < wanted->len; i++) {
        const uint32_t value = label_map_find(&f->labels, wanted->pairs[i].key);
        if (value != INTERN_NONE && value != wanted->pairs[i].value)
            return false;
    }
    return true;
}

enum term { TERM_EMPTY, TERM_HOLDS, TERM_FAILS };

static enum term judge_term(const struct kueue *k, const struct flavor_spec *f,
                            const struct node_selector_term *t)
{
    enum term verdict = TERM_EMPTY;
    for (uint32_t i = 0; i < t->labels.len; i++) {
        if (label_map_find(&f->labels, t->labels.requirements[i].key) == INTERN_NONE)
            continue;
        const struct selector one = {&t->labels.requirements[i], 1};
        if (!selector_matches(&one, &f->labels, k->names->words))
            return TERM_FAILS;
        verdict = TERM_HOLDS;
    }
    return verdict;
}

/* Terms are alternatives; one in which nothing is left to ask lets every flavor through. */
static bool affinity_allows(const struct kueue *k, const struct flavor_spec *f,
                            const struct node_selector *affinity)
{
    bool holds = affinity == NULL || affinity->len == 0;
    for (uint32_t i = 0; affinity != NULL && i < affinity->len; i++) {
        const enum term verdict = judge_term(k, f, &affinity->terms[i]);
        if (verdict == TERM_EMPTY)
            return true;
        holds |= verdict == TERM_HOLDS;
    }
    return holds;
}

static const char *judge(struct flavor_match *m, uint32_t flavor, const struct node_terms *t)
{
    const struct intern *words = m->k->names->words;
    const char *name = intern_text(words, flavor);
    const struct flavor_spec *f = site_flavor(m->k->site, name);
    if (f == NULL)
        return arena_printf(m->arena, "flavor %s not found", name);
    const struct taint *taint = untolerated(f, t);
    if (taint != NULL)
        return arena_printf(m->arena, "untolerated taint {%s %s %s <nil>} in flavor %s",
                            intern_text(words, taint->key), intern_text(words, taint->value),
                            taint_effect_name(taint->effect), name);
    if (t != NULL && (!selector_allows(f, &t->selector) || !affinity_allows(m->k, f, t->required)))
        return arena_printf(m->arena, "flavor %s doesn't match node affinity", name);
    return NULL;
}

/* --- remembering --- */

static struct verdict *slot_of(struct verdict *list, uint32_t cap, uint32_t flavor,
                               const struct node_terms *t)
{
    /* The address finds a slot and decides nothing else. */
    uint32_t at = (uint32_t)((uintptr_t)t >> 4) * 31u + flavor * 2654435761u;
    for (at &= cap - 1; list[at].is_known && (list[at].flavor != flavor || list[at].terms != t);)
        at = (at + 1) & (cap - 1);
    return &list[at];
}

static void widen(struct flavor_match *m)
{
    const uint32_t cap = m->cap == 0 ? 64 : 2 * m->cap;
    struct verdict *more = calloc(cap, sizeof more[0]);
    SIM_REQUIRE(more != NULL);
    for (uint32_t i = 0; i < m->cap; i++)
        if (m->verdicts[i].is_known)
            *slot_of(more, cap, m->verdicts[i].flavor, m->verdicts[i].terms) = m->verdicts[i];
    free(m->verdicts);
    m->verdicts = more;
    m->cap = cap;
}

const char *flavor_match_check(void *cycle, const struct kueue_workload *w, uint32_t set,
                               uint32_t flavor, const struct resource_group *g)
{
    const char *mismatch = cycle_topology_mismatch(cycle, w, set, flavor, g);
    if (mismatch != NULL)
        return mismatch;
    struct flavor_match *m = ((struct cycle *)cycle)->k->flavor_match;
    const struct node_terms *t = w->shape->sets[set].terms;
    if (2 * (m->len + 1) > m->cap)
        widen(m);
    struct verdict *v = slot_of(m->verdicts, m->cap, flavor, t);
    if (!v->is_known) {
        *v = (struct verdict){flavor, t, judge(m, flavor, t), true};
        m->len++;
    }
    return v->why;
}
