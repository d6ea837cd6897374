/* Trees, queues and their edges, from the objects of the site. */
#include "policies/kueue/kueue_parts.h"

#include "sim/arena.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

/* A cohort by its name, whether there is an object for it or somebody only mentions it. */
struct cohort_entry {
    const char *name;
    const struct cohort_spec *spec; /* NULL: implicit */
    uint32_t parent;                /* UINT32_MAX: none */
    uint32_t root;                  /* UINT32_MAX: part of a cycle */
    struct kueue_tree *tree;
    struct quota_node *node;
};

struct builder {
    struct kueue *k;
    struct intern *names;
    struct cohort_entry *cohorts;
    uint32_t len;
};

/* --- cohorts --- */

static void name_cohorts(struct builder *b)
{
    const struct site *site = b->k->site;
    for (uint32_t i = 0; i < site_list_len(&site->cohorts); i++) {
        const struct cohort_spec *c = site_cohort_at(site, i);
        if (c == NULL)
            continue;
        intern_add(b->names, c->name);
        if (c->parent[0] != '\0')
            intern_add(b->names, c->parent);
    }
    for (uint32_t i = 0; i < site_list_len(&site->queues); i++) {
        const struct cluster_queue_spec *q = site_queue_at(site, i);
        if (q != NULL && q->cohort[0] != '\0')
            intern_add(b->names, q->cohort);
    }
    b->len = (uint32_t)intern_len(b->names);
}

/* The root, or UINT32_MAX if the way up leads round in a circle. */
static uint32_t root_of(const struct builder *b, uint32_t cohort)
{
    for (uint32_t steps = 0; steps <= b->len; steps++) {
        if (b->cohorts[cohort].parent == UINT32_MAX)
            return cohort;
        cohort = b->cohorts[cohort].parent;
    }
    return UINT32_MAX;
}

static void find_cohorts(struct builder *b)
{
    name_cohorts(b);
    b->cohorts = calloc(b->len + 1, sizeof b->cohorts[0]);
    SIM_REQUIRE(b->cohorts != NULL);
    for (uint32_t i = 0; i < b->len; i++) {
        struct cohort_entry *c = &b->cohorts[i];
        c->name = intern_text(b->k->names->words,
                              intern_add(b->k->names->words, intern_text(b->names, i)));
        c->spec = site_cohort(b->k->site, c->name);
        c->parent = c->spec == NULL || c->spec->parent[0] == '\0'
                        ? UINT32_MAX
                        : intern_find(b->names, c->spec->parent);
    }
    for (uint32_t i = 0; i < b->len; i++)
        b->cohorts[i].root = root_of(b, i);
}

static void declare_groups(struct quota_node *n, const struct resource_group *groups, uint32_t len)
{
    for (uint32_t g = 0; g < len; g++)
        for (uint32_t f = 0; f < groups[g].flavors_len; f++)
            for (uint32_t i = 0; i < groups[g].flavors[f].quotas_len; i++) {
                const struct quota_spec *q = &groups[g].flavors[f].quotas[i];
                quota_declare(n,
                              quota_tree_column(n->tree, groups[g].flavors[f].flavor, q->resource),
                              &(struct quota_cell){.nominal = q->nominal,
                                                   .borrowing_limit = q->borrowing_limit,
                                                   .lending_limit = q->lending_limit});
            }
}

static struct kueue_tree *add_tree(struct kueue *k, const char *name, bool is_cohort)
{
    k->trees = realloc(k->trees, (k->trees_len + 1) * sizeof k->trees[0]);
    SIM_REQUIRE(k->trees != NULL);
    struct kueue_tree *t = calloc(1, sizeof *t);
    SIM_REQUIRE(t != NULL);
    *t = (struct kueue_tree){.quota = quota_tree_new(&k->journal, k->names->resources),
                             .name = name,
                             .is_cohort = is_cohort,
                             .flush_at_ns = INT64_MAX};
    k->trees[k->trees_len++] = t;
    return t;
}

/* Parents before children, so from the root of each. */
static void plant_cohort(struct builder *b, uint32_t i)
{
    struct cohort_entry *c = &b->cohorts[i];
    if (c->node != NULL || c->root == UINT32_MAX)
        return;
    struct cohort_entry *parent = c->parent == UINT32_MAX ? NULL : &b->cohorts[c->parent];
    if (parent == NULL) {
        c->tree = add_tree(b->k, c->name, true);
    } else {
        plant_cohort(b, c->parent);
        c->tree = parent->tree;
    }
    c->node = quota_tree_add(c->tree->quota, parent == NULL ? NULL : parent->node, c->name, false);
    c->node->weight = c->spec == NULL ? 0 : c->spec->weight; /* always a root: it never matters */
    if (c->spec == NULL)
        return;
    declare_groups(c->node, c->spec->groups, c->spec->groups_len);
}

/* --- queues --- */

/* A flavor is there, and so is its topology. */
static bool has_flavor(const struct kueue *k, uint32_t flavor)
{
    const struct flavor_spec *f = site_flavor(k->site, intern_text(k->names->words, flavor));
    return f != NULL && (f->topology == NULL || site_topology(k->site, f->topology) != NULL ||
                         !gates_on(&k->settings.gates, GATE_TOPOLOGY_AWARE_SCHEDULING));
}

static bool has_all_flavors(const struct kueue *k, const struct cluster_queue_spec *spec)
{
    for (uint32_t g = 0; g < spec->groups_len; g++)
        for (uint32_t f = 0; f < spec->groups[g].flavors_len; f++)
            if (!has_flavor(k, spec->groups[g].flavors[f].flavor))
                return false;
    return true;
}

static bool has_all_checks(const struct kueue *k, const struct cluster_queue_spec *spec)
{
    for (uint32_t i = 0; i < spec->checks_len; i++) {
        const struct check_spec *c = site_check(k->site, spec->checks[i].name);
        if (c == NULL || c->is_inactive)
            return false;
    }
    return true;
}

/* Whether some, or all, of its flavors have a topology. */
static void look_for_topologies(const struct kueue *k, struct cluster_queue *q, bool *some)
{
    q->is_tas_only = true;
    for (uint32_t g = 0; g < q->spec->groups_len; g++)
        for (uint32_t f = 0; f < q->spec->groups[g].flavors_len; f++) {
            const uint32_t name = q->spec->groups[g].flavors[f].flavor;
            const struct flavor_spec *flavor =
                site_flavor(k->site, intern_text(k->names->words, name));
            const bool has = flavor != NULL && flavor->topology != NULL && k->topologies != NULL;
            *some |= has;
            q->is_tas_only &= has;
        }
}

static void plant_queue(struct builder *b, struct cluster_queue *q)
{
    const uint32_t cohort =
        q->spec->cohort[0] == '\0' ? UINT32_MAX : intern_find(b->names, q->spec->cohort);
    const bool has_cycle = cohort != UINT32_MAX && b->cohorts[cohort].root == UINT32_MAX;
    const bool is_alone = cohort == UINT32_MAX || has_cycle;
    q->tree = is_alone ? add_tree(b->k, q->spec->name, false) : b->cohorts[cohort].tree;
    cluster_queue_declare(q,
                          quota_tree_add(q->tree->quota, is_alone ? NULL : b->cohorts[cohort].node,
                                         q->spec->name, true));
    q->is_active = !has_cycle && q->spec->stop == STOP_NONE && has_all_flavors(b->k, q->spec) &&
                   has_all_checks(b->k, q->spec);
    q->node->is_hidden = !q->is_active;
    bool has_topology = false;
    look_for_topologies(b->k, q, &has_topology);
    if (has_topology)
        q->tree->topologies = b->k->topologies;
    q->generation++;
    struct kueue_tree *t = q->tree;
    t->queues = realloc(t->queues, (t->queues_len + 1) * sizeof t->queues[0]);
    SIM_REQUIRE(t->queues != NULL);
    t->queues[t->queues_len++] = q;
}

/* What holders use, in the columns of the new tree. */
static void charge_holders(struct cluster_queue *q)
{
    for (uint32_t i = 0; i < q->held_len; i++)
        kueue_workload_count_usage(q->held[i]);
    for (uint32_t i = 0; i < q->held_len; i++)
        for (uint32_t u = 0; u < q->held[i]->usage_len; u++) {
            const struct column_qty *use = &q->held[i]->usage[u];
            struct quota_cell *c = &q->node->cells[use->column];
            c->usage = qty_add(c->usage, use->qty);
        }
}

static void uproot(struct kueue *k)
{
    for (uint32_t i = 0; i < k->trees_len; i++) {
        quota_tree_free(k->trees[i]->quota);
        free(k->trees[i]->queues);
        free(k->trees[i]);
    }
    free(k->trees);
    k->trees = NULL;
    k->trees_len = 0;
    k->dirty_trees = 0;
}

void kueue_plant(struct kueue *k)
{
    uproot(k);
    struct builder b = {.k = k, .names = intern_new()};
    find_cohorts(&b);
    for (uint32_t i = 0; i < b.len; i++)
        plant_cohort(&b, i);
    for (uint32_t i = 0; i < k->queues_len; i++)
        if (k->queues[i] != NULL)
            plant_queue(&b, k->queues[i]);
    for (uint32_t i = 0; i < k->queues_len; i++)
        if (k->queues[i] != NULL)
            charge_holders(k->queues[i]);
    for (uint32_t i = 0; i < k->trees_len; i++)
        quota_tree_settle(k->trees[i]->quota);
    kueue_plant_topologies(k);
    free(b.cohorts);
    intern_free(b.names);
}

void kueue_fell(struct kueue *k)
{
    uproot(k);
}
