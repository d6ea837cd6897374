#include "policies/kueue/topology.h"

#include "policies/kueue/qty.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

static int64_t *amount(const struct topology *t, int64_t *amounts, uint32_t leaf, uint32_t column)
{
    return &amounts[(size_t)leaf * t->columns->len + column];
}

static void add_capacity(struct topology *t, const struct topology_tree_spec *spec)
{
    for (uint32_t i = 0; i < spec->nodes_len; i++) {
        const struct topology_node *n = &spec->nodes[i];
        const uint32_t leaf = t->tree.node_leaves[i];
        for (uint32_t r = 0; leaf != DOMAIN_NOWHERE && r < n->capacity_len; r++) {
            const uint32_t column = topology_column(t->columns, n->capacity[r].resource);
            int64_t *to = amount(t, t->free, leaf, column);
            *to = qty_add(*to, n->capacity[r].qty);
        }
    }
}

void topology_init(struct topology *t, const struct topology_spec_of *spec)
{
    *t = (struct topology){.name = spec->name,
                           .flavor = spec->flavor,
                           .tolerations = *spec->tolerations,
                           .words = spec->tree.words,
                           .resources = spec->resources,
                           .columns = spec->columns};
    topology_tree_init(&t->tree, &spec->tree);
    const size_t cells = (size_t)t->tree.leaves_len * spec->columns->len + 1;
    t->free = calloc(cells, sizeof t->free[0]);
    t->used = calloc(cells, sizeof t->used[0]);
    SIM_REQUIRE(t->free != NULL && t->used != NULL);
    add_capacity(t, &spec->tree);
}

void topology_fini(struct topology *t)
{
    free(t->free);
    free(t->used);
    free(t->matches);
    topology_tree_fini(&t->tree);
    *t = (struct topology){0};
}

uint32_t topology_assignment_count(const struct topology_assignment *a)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < a->len; i++)
        count += a->pods[i].count;
    return count;
}

bool topology_id_is_of(const struct intern *words, uint32_t leaf_id, uint32_t node)
{
    if (leaf_id == node)
        return true;
    const char *last = strrchr(intern_text(words, leaf_id), ',');
    return last != NULL && strcmp(last + 1, intern_text(words, node)) == 0;
}

/* --- usage --- */

void topology_occupy(struct topology *t, uint32_t node, const struct res_qty *requests,
                     uint32_t len, int sign)
{
    const uint32_t leaf = t->tree.node_leaves[node];
    if (leaf == DOMAIN_NOWHERE)
        return;
    for (uint32_t r = 0; r < len; r++) {
        const uint32_t column = topology_column(t->columns, requests[r].resource);
        if (column != COLUMN_NONE)
            *amount(t, t->free, leaf, column) -= sign * requests[r].qty;
    }
    *amount(t, t->free, leaf, t->columns->pods) -= sign;
}

static void use(struct topology *t, struct journal *journal, uint32_t leaf, struct res_qty qty)
{
    if (qty.resource == COLUMN_NONE || qty.qty == 0)
        return;
    int64_t *word = amount(t, t->used, leaf, qty.resource);
    const int64_t value = qty_add(*word, qty.qty);
    if (journal == NULL)
        *word = value;
    else
        journal_write(journal, word, value);
}

void topology_use(struct topology *t, struct journal *journal, const struct topology_pods *pods,
                  const struct pod_requests *requests, int sign)
{
    const uint32_t leaf = topology_tree_leaf(&t->tree, pods->leaf_id);
    if (leaf == DOMAIN_NOWHERE)
        return;
    for (uint32_t r = 0; r < requests->len; r++) {
        const int64_t all = qty_times(requests->items[r].qty, pods->count);
        use(t, journal, leaf,
            (struct res_qty){topology_column(t->columns, requests->items[r].resource), sign * all});
    }
    use(t, journal, leaf, (struct res_qty){t->columns->pods, sign * (int64_t)pods->count});
}

/* Room for "pods" is not asked about here: Kueue forgets it, too. */
bool topology_fits(const struct topology *t, const struct topology_pods *pods,
                   const struct pod_requests *requests)
{
    const uint32_t leaf = topology_tree_leaf(&t->tree, pods->leaf_id);
    if (leaf == DOMAIN_NOWHERE)
        return false;
    if (requests->len == 0)
        return pods->count == 0; /* an empty request fits no times */
    for (uint32_t r = 0; r < requests->len; r++) {
        const struct res_qty *one = &requests->items[r];
        const uint32_t column = topology_column(t->columns, one->resource);
        const int64_t rest = column == COLUMN_NONE ? 0
                                                   : qty_sub(topology_free(t, leaf, column),
                                                             topology_used(t, leaf, column));
        if (one->qty != 0 && rest / one->qty < (int64_t)pods->count)
            return false;
    }
    return true;
}

/* --- which leaves --- */

const struct taint *topology_taint(const struct topology *t, uint32_t leaf,
                                   const struct node_terms *terms)
{
    const struct node *n = t->tree.leaf_nodes[leaf]->node;
    for (uint32_t i = 0; i < n->taints_len; i++)
        if (n->taints[i].effect != TAINT_PREFER_NO_SCHEDULE &&
            !(terms != NULL && tolerations_tolerate(&terms->tolerations, &n->taints[i])) &&
            !tolerations_tolerate(&t->tolerations, &n->taints[i]))
            return &n->taints[i];
    return NULL;
}

static enum leaf_verdict judge(const struct topology *t, uint32_t leaf,
                               const struct node_terms *terms)
{
    if (topology_taint(t, leaf, terms) != NULL)
        return LEAF_TAINTED;
    if (terms == NULL)
        return LEAF_FEASIBLE;
    const struct node *n = t->tree.leaf_nodes[leaf]->node;
    const struct label_map labels = {n->labels, n->labels_len};
    for (uint32_t i = 0; i < terms->selector.len; i++)
        if (label_map_find(&labels, terms->selector.pairs[i].key) != terms->selector.pairs[i].value)
            return LEAF_NOT_SELECTED;
    if (terms->required != NULL && !node_selector_matches(terms->required, n, t->words))
        return LEAF_NOT_PREFERRED;
    return LEAF_FEASIBLE;
}

static int64_t score(const struct topology *t, uint32_t leaf, const struct node_terms *terms)
{
    int64_t sum = 0;
    const struct node *n = t->tree.leaf_nodes[leaf]->node;
    for (uint32_t i = 0; i < terms->preferred_len; i++) {
        const struct node_selector_term *term = &terms->preferred[i].term;
        if (term->labels.len + term->fields.len > 0 &&
            node_selector_term_matches(term, n, t->words))
            sum += terms->preferred[i].weight;
    }
    return sum;
}

static struct leaf_match *add_match(struct topology *t, const struct node_terms *terms)
{
    if (t->matches_len == t->matches_cap) {
        t->matches_cap = t->matches_cap == 0 ? 8 : 2 * t->matches_cap;
        t->matches = realloc(t->matches, t->matches_cap * sizeof t->matches[0]);
        SIM_REQUIRE(t->matches != NULL);
    }
    struct leaf_match *m = &t->matches[t->matches_len++];
    *m = (struct leaf_match){.terms = terms};
    if (!t->tree.is_by_host)
        return m;
    m->verdicts = arena_alloc(t->tree.arena, t->tree.leaves_len + 1);
    if (terms != NULL && terms->preferred_len > 0)
        m->scores = arena_alloc(t->tree.arena, (t->tree.leaves_len + 1) * sizeof m->scores[0]);
    for (uint32_t leaf = 0; leaf < t->tree.leaves_len; leaf++) {
        m->verdicts[leaf] = (uint8_t)judge(t, leaf, terms);
        if (m->scores != NULL)
            m->scores[leaf] = score(t, leaf, terms);
    }
    return m;
}

const struct leaf_match *topology_match(struct topology *t, const struct node_terms *terms)
{
    for (uint32_t i = 0; i < t->matches_len; i++)
        if (t->matches[i].terms == terms)
            return &t->matches[i];
    return add_match(t, terms);
}
