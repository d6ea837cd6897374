/*
 * Places of an entry: the nodes it admits, group by group, by rank inside a group. Invariant, once
 * synced: the tree of each group holds the judge's score of each of its nodes, misfit[node] its
 * misfits, and misfits their numbers.
 */
#include "policies/placement/score_cache.h"

#include "models/request_slots.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

#define PLACE_NONE UINT32_MAX

struct group {
    int64_t traits[SCORE_TRAITS];
    uint32_t first, len; /* its places */
    struct score_tree tree;
};

struct entry {
    uint64_t cursor; /* of the change log */
    struct group *groups;
    uint32_t groups_len, groups_cap;
    bool is_plain;    /* one group of all nodes: the place is the rank */
    uint32_t *places; /* by node; NULL until needed */
    uint32_t *nodes;  /* by place */
    uint8_t *misfit;  /* by node */
    uint32_t misfits[MISFITS];
};

struct score_cache {
    const struct cluster *cluster;
    const struct request_table *requests;
    struct score_judge judge;
    struct trait_weight traits[SCORE_TRAITS];
    const uint32_t *rank;
    uint32_t *by_rank; /* node */
    struct request_slots slots;
    struct entry *entries; /* by slot */
    uint32_t entries_len, entries_cap;
};

struct score_cache *score_cache_new(const struct cluster *c, const struct request_table *requests,
                                    const struct score_judge *judge,
                                    const struct trait_weight traits[SCORE_TRAITS],
                                    const uint32_t *rank)
{
    struct score_cache *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL);
    s->cluster = c;
    s->requests = requests;
    s->judge = *judge;
    memcpy(s->traits, traits, sizeof s->traits);
    s->rank = rank;
    s->by_rank = calloc(c->nodes_len + 1, sizeof s->by_rank[0]);
    SIM_REQUIRE(s->by_rank != NULL);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        s->by_rank[rank[n]] = n;
    request_slots_init(&s->slots, c->nodes_len);
    return s;
}

void score_cache_free(struct score_cache *s)
{
    if (s == NULL)
        return;
    for (uint32_t i = 0; i < s->entries_len; i++) {
        struct entry *e = &s->entries[i];
        for (uint32_t g = 0; g < e->groups_cap; g++)
            score_tree_fini(&e->groups[g].tree);
        free(e->groups);
        free(e->places);
        free(e->nodes);
        free(e->misfit);
    }
    free(s->entries);
    free(s->by_rank);
    request_slots_fini(&s->slots);
    free(s);
}

void score_cache_forget(struct score_cache *s)
{
    request_slots_forget(&s->slots);
}

/* --- grouping the nodes by their traits --- */

static struct group *group_with(struct entry *e, const int64_t traits[SCORE_TRAITS])
{
    for (uint32_t g = 0; g < e->groups_len; g++)
        if (memcmp(e->groups[g].traits, traits, sizeof e->groups[g].traits) == 0)
            return &e->groups[g];
    if (e->groups_len == e->groups_cap) {
        const uint32_t old = e->groups_cap;
        e->groups_cap = old == 0 ? 1 : 2 * old;
        e->groups = realloc(e->groups, e->groups_cap * sizeof e->groups[0]);
        SIM_REQUIRE(e->groups != NULL);
        memset(&e->groups[old], 0, (e->groups_cap - old) * sizeof e->groups[0]);
    }
    struct group *g = &e->groups[e->groups_len++];
    memcpy(g->traits, traits, sizeof g->traits);
    g->len = 0;
    return g;
}

static bool admit(const struct score_cache *s, const struct request *r, uint32_t node,
                  int64_t traits[SCORE_TRAITS], uint8_t *misfit)
{
    memset(traits, 0, SCORE_TRAITS * sizeof traits[0]);
    *misfit = 0;
    return s->judge.admit == NULL ||
           s->judge.admit(s->judge.context, r, &s->cluster->nodes[node], traits, misfit);
}

static void count_misfit(struct entry *e, uint32_t node, uint8_t misfit)
{
    const uint8_t old = e->misfit[node];
    if (old == misfit)
        return;
    for (unsigned i = 0; i < MISFITS; i++)
        e->misfits[i] += (uint32_t)(misfit >> i & 1) - (uint32_t)(old >> i & 1);
    e->misfit[node] = misfit;
}

/* The group of each node, for now in e->places. */
static void sort_into_groups(const struct score_cache *s, struct entry *e, const struct request *r)
{
    const uint32_t nodes = s->cluster->nodes_len;
    e->groups_len = 0;
    memset(e->misfits, 0, sizeof e->misfits);
    memset(e->misfit, 0, nodes);
    for (uint32_t n = 0; n < nodes; n++) {
        int64_t traits[SCORE_TRAITS];
        uint8_t misfit;
        e->places[n] = PLACE_NONE;
        if (admit(s, r, n, traits, &misfit)) {
            struct group *g = group_with(e, traits);
            e->places[n] = (uint32_t)(g - e->groups);
            g->len++;
        } else {
            count_misfit(e, n, misfit);
        }
    }
}

static void give_places(const struct score_cache *s, struct entry *e)
{
    uint32_t next = 0;
    for (uint32_t g = 0; g < e->groups_len; g++) {
        e->groups[g].first = next;
        next += e->groups[g].len;
        score_tree_reset(&e->groups[g].tree, e->groups[g].len);
        e->groups[g].len = 0;
    }
    for (uint32_t i = 0; i < s->cluster->nodes_len; i++) {
        const uint32_t node = s->by_rank[i];
        if (e->places[node] == PLACE_NONE)
            continue;
        struct group *g = &e->groups[e->places[node]];
        e->places[node] = g->first + g->len++;
        e->nodes[e->places[node]] = node;
    }
}

/* --- keeping an entry true --- */

static uint32_t place_of(const struct score_cache *s, const struct entry *e, uint32_t node)
{
    return e->is_plain ? s->rank[node] : e->places[node];
}

static uint32_t node_at(const struct score_cache *s, const struct entry *e, uint32_t place)
{
    return e->is_plain ? s->by_rank[place] : e->nodes[place];
}

static struct group *group_at(const struct entry *e, uint32_t place)
{
    uint32_t from = 0, to = e->groups_len;
    while (to - from > 1) {
        const uint32_t middle = (from + to) / 2;
        if (e->groups[middle].first <= place)
            from = middle;
        else
            to = middle;
    }
    return &e->groups[from];
}

static int64_t judge(const struct score_cache *s, struct entry *e, const struct request *r,
                     uint32_t node)
{
    uint8_t misfit = 0;
    const int64_t score = s->judge.score(s->judge.context, r, node, &misfit);
    count_misfit(e, node, score == SCORE_NONE ? misfit : 0);
    return score;
}

static void look_at(const struct score_cache *s, struct entry *e, const struct request *r,
                    uint32_t node)
{
    const uint32_t place = place_of(s, e, node);
    if (place == PLACE_NONE)
        return;
    struct group *g = group_at(e, place);
    score_tree_set(&g->tree, place - g->first, judge(s, e, r, node));
}

static void look_at_all(const struct score_cache *s, struct entry *e, const struct request *r)
{
    for (uint32_t i = 0; i < e->groups_len; i++) {
        struct group *g = &e->groups[i];
        for (uint32_t p = 0; p < g->len; p++)
            score_tree_put(&g->tree, p, judge(s, e, r, node_at(s, e, g->first + p)));
        score_tree_build(&g->tree);
    }
    e->cursor = s->cluster->changes_end;
}

static void sync(const struct score_cache *s, struct entry *e, const struct request *r)
{
    if (cluster_is_behind(s->cluster, e->cursor)) {
        look_at_all(s, e, r);
        return;
    }
    uint32_t node;
    while ((node = cluster_next_change(s->cluster, &e->cursor)) != NODE_NONE)
        look_at(s, e, r, node);
}

/* --- making entries --- */

static void *numbers(uint32_t len, size_t bytes)
{
    void *p = calloc(len + 1, bytes);
    SIM_REQUIRE(p != NULL);
    return p;
}

static void fill(const struct score_cache *s, struct entry *e, const struct request *r)
{
    const uint32_t nodes = s->cluster->nodes_len;
    if (e->places == NULL) {
        e->places = numbers(nodes, sizeof e->places[0]);
        e->nodes = numbers(nodes, sizeof e->nodes[0]);
    }
    sort_into_groups(s, e, r);
    give_places(s, e);
    e->is_plain = e->groups_len == 1 && e->groups[0].len == nodes;
    if (e->is_plain) {
        free(e->places);
        free(e->nodes);
        e->places = e->nodes = NULL;
    }
    look_at_all(s, e, r);
}

static struct entry *make_entry(struct score_cache *s, uint32_t slot)
{
    if (slot == s->entries_cap) {
        s->entries_cap = s->entries_cap == 0 ? 8 : 2 * s->entries_cap;
        s->entries = realloc(s->entries, s->entries_cap * sizeof s->entries[0]);
        SIM_REQUIRE(s->entries != NULL);
    }
    struct entry *e = &s->entries[slot];
    if (slot == s->entries_len) {
        *e = (struct entry){.misfit = numbers(s->cluster->nodes_len, 1)};
        s->entries_len++;
    }
    return e;
}

static struct entry *entry_for(struct score_cache *s, uint32_t request)
{
    bool is_new;
    const uint32_t slot = request_slots_get(&s->slots, request, &is_new);
    const struct request *r = request_get(s->requests, request);
    struct entry *e;
    if (is_new) {
        e = make_entry(s, slot);
        fill(s, e, r);
    } else {
        e = &s->entries[slot];
        sync(s, e, r);
    }
    return e;
}

/* --- totals --- */

/* kube-scheduler's DefaultNormalizeScore. */
static int64_t normalized(int64_t trait, int64_t greatest, bool is_reversed)
{
    if (greatest == 0)
        return is_reversed ? 100 : 0;
    const int64_t part = 100 * trait / greatest;
    return is_reversed ? 100 - part : part;
}

static void greatest_traits(const struct entry *e, int64_t out[SCORE_TRAITS])
{
    memset(out, 0, SCORE_TRAITS * sizeof out[0]);
    for (uint32_t g = 0; g < e->groups_len; g++)
        for (int t = 0; t < SCORE_TRAITS; t++)
            if (score_tree_best(&e->groups[g].tree) != SCORE_NONE &&
                e->groups[g].traits[t] > out[t])
                out[t] = e->groups[g].traits[t];
}

/* What the group's traits add to the scores of its nodes. */
static int64_t bonus(const struct score_cache *s, const struct group *g,
                     const int64_t greatest[SCORE_TRAITS])
{
    int64_t sum = 0;
    for (int t = 0; t < SCORE_TRAITS; t++)
        sum +=
            s->traits[t].weight * normalized(g->traits[t], greatest[t], s->traits[t].is_reversed);
    return sum;
}

/* The best total of a group; SCORE_NONE if nothing in it fits. */
static int64_t group_total(const struct score_cache *s, const struct group *g,
                           const int64_t greatest[SCORE_TRAITS])
{
    const int64_t best = score_tree_best(&g->tree);
    return best == SCORE_NONE ? SCORE_NONE : best + bonus(s, g, greatest);
}

/* --- questions --- */

bool score_cache_best(struct score_cache *s, uint32_t request, struct score_best *out)
{
    const struct entry *e = entry_for(s, request);
    int64_t greatest[SCORE_TRAITS];
    *out = (struct score_best){.node = NODE_NONE, .total = SCORE_NONE};
    greatest_traits(e, greatest);
    for (uint32_t i = 0; i < e->groups_len; i++) {
        const struct group *g = &e->groups[i];
        const int64_t total = group_total(s, g, greatest);
        if (total == SCORE_NONE || total < out->total)
            continue;
        const uint32_t first = node_at(s, e, g->first + score_tree_nth(&g->tree, 0));
        const bool ties = total == out->total;
        if (!ties || s->rank[first] < s->rank[out->node])
            out->node = first;
        out->total = total;
        out->ties = (ties ? out->ties : 0) + score_tree_ties(&g->tree);
    }
    return out->node != NODE_NONE;
}

uint32_t score_cache_nth(struct score_cache *s, uint32_t request, uint32_t n)
{
    struct score_best best;
    const bool fits = score_cache_best(s, request, &best);
    SIM_REQUIRE(fits && n < best.ties);
    const struct entry *e = entry_for(s, request);
    int64_t greatest[SCORE_TRAITS];
    greatest_traits(e, greatest);
    for (uint32_t i = 0;; i++) {
        const struct group *g = &e->groups[i];
        if (group_total(s, g, greatest) != best.total)
            continue;
        if (n < score_tree_ties(&g->tree))
            return node_at(s, e, g->first + score_tree_nth(&g->tree, n));
        n -= score_tree_ties(&g->tree);
    }
}

const uint32_t *score_cache_misfits(struct score_cache *s, uint32_t request)
{
    return entry_for(s, request)->misfits;
}

int64_t score_cache_total(struct score_cache *s, uint32_t request, uint32_t node)
{
    const struct entry *e = entry_for(s, request);
    const uint32_t place = place_of(s, e, node);
    if (place == PLACE_NONE)
        return SCORE_NONE;
    const struct group *g = group_at(e, place);
    const int64_t score = score_tree_at(&g->tree, place - g->first);
    int64_t greatest[SCORE_TRAITS];
    greatest_traits(e, greatest);
    return score == SCORE_NONE ? SCORE_NONE : score + bonus(s, g, greatest);
}
