#include "models/repartition.h"

#include "models/free_index.h"
#include "models/kubernetes/node_filter.h"
#include "models/reconfigure.h"
#include "models/simulation_state.h"
#include "sim/bitset.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

const char *const repartition_mode_names[] = {
    [REPARTITION_OFF] = "off", [REPARTITION_TO_DEMAND] = "to-demand", NULL};

/* Tasks of one request that wait; unmet of them can go nowhere now or soon. */
struct kind {
    const struct request *request;
    int64_t waiting, unmet;
};

/* What is remembered of a node of a pool with a rule. */
struct seen {
    int64_t idle_since_ns; /* while it is in `idle` */
    int64_t changed_ns;    /* TIME_NEVER: not yet */
    uint32_t layout;
};

struct repartition {
    const struct cluster *cluster;
    const struct request_table *requests;
    struct free_index *free;
    struct seen *seen; /* by node */
    struct bitset idle, coming;
    uint64_t cursor; /* of the change log */
    struct kind *kinds;
    uint32_t kinds_len, kinds_cap;
    int64_t *rows;       /* what an empty node has: by pool, layout and resource */
    uint32_t *first_row; /* by pool; of the pools' layouts before it */
    int64_t *row;        /* scratch: what is left of one */
};

static const struct repartition_rule *rule_of(const struct cluster *c, uint32_t node)
{
    return c->pools[c->nodes[node].pool].repartition;
}

static bool has_rule(const struct cluster *c)
{
    for (uint32_t p = 0; p < c->pools_len; p++)
        if (c->pools[p].repartition != NULL && c->pools[p].nodes_len > 0)
            return true;
    return false;
}

static bool admits(const void *context, const struct request *r, const struct node *n)
{
    return context == NULL || node_filter_admits(context, r, n);
}

static uint32_t layouts_of(const struct cluster *c, uint32_t pool)
{
    const struct node_pool *p = &c->pools[pool];
    return p->nodes_len == 0 ? 0 : c->nodes[p->first_node].layouts_len;
}

static const int64_t *row_of(const struct repartition *p, const struct node *n, uint32_t layout)
{
    return &p->rows[(size_t)(p->first_row[n->pool] + layout) * p->cluster->resources_len];
}

/* Nodes of a pool are equal. */
static void make_rows(struct repartition *p)
{
    const struct cluster *c = p->cluster;
    uint32_t len = 0;
    p->first_row = calloc(c->pools_len, sizeof p->first_row[0]);
    SIM_REQUIRE(p->first_row != NULL);
    for (uint32_t i = 0; i < c->pools_len; i++) {
        p->first_row[i] = len;
        len += layouts_of(c, i);
    }
    p->rows = calloc((size_t)len * c->resources_len, sizeof p->rows[0]);
    p->row = calloc(c->resources_len, sizeof p->row[0]);
    SIM_REQUIRE(p->rows != NULL && p->row != NULL);
    for (uint32_t i = 0; i < c->pools_len; i++)
        for (uint32_t l = 0; l < layouts_of(c, i); l++)
            cluster_row_in_layout(c, c->pools[i].first_node, l,
                                  &p->rows[(size_t)(p->first_row[i] + l) * c->resources_len]);
}

struct repartition *repartition_new(const struct cluster *c, const struct request_table *requests,
                                    const struct node_terms_table *terms)
{
    if (!has_rule(c))
        return NULL;
    struct repartition *p = calloc(1, sizeof *p);
    SIM_REQUIRE(p != NULL);
    p->cluster = c;
    p->requests = requests;
    p->free = free_index_new(c, requests, admits, terms);
    p->seen = calloc(c->nodes_len, sizeof p->seen[0]);
    SIM_REQUIRE(p->seen != NULL);
    make_rows(p);
    bitset_init(&p->idle, c->nodes_len);
    bitset_init(&p->coming, c->nodes_len);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        p->seen[n] = (struct seen){.changed_ns = TIME_NEVER, .layout = c->nodes[n].layout};
    p->cursor = UINT64_MAX; /* all nodes are new */
    return p;
}

void repartition_free(struct repartition *p)
{
    if (p == NULL)
        return;
    SIM_INVARIANT(p->kinds_len == 0); /* whoever waited is gone */
    free_index_free(p->free);
    bitset_fini(&p->idle);
    bitset_fini(&p->coming);
    free(p->seen);
    free(p->kinds);
    free(p->rows);
    free(p->first_row);
    free(p->row);
    free(p);
}

/* --- who waits --- */

/* Some layout of some pool with a rule has what the request asks for. */
static bool could_be_served(const struct repartition *p, const struct request *r)
{
    const struct cluster *c = p->cluster;
    if (r->gpus == 0 || r->load.gpu_milli != 0)
        return false;
    for (uint32_t i = 0; i < c->pools_len; i++)
        if (c->pools[i].repartition != NULL && c->pools[i].nodes_len > 0 &&
            cluster_could_fit(c, c->pools[i].first_node, r) > 0)
            return true;
    return false;
}

/* Kinds are kept by the number of their request. */
static uint32_t place_of(const struct repartition *p, uint32_t request)
{
    uint32_t low = 0, high = p->kinds_len;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (p->kinds[middle].request->id < request)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert_kind(struct repartition *p, uint32_t at, const struct request *r)
{
    if (p->kinds_len == p->kinds_cap) {
        p->kinds_cap = p->kinds_cap == 0 ? 16 : 2 * p->kinds_cap;
        p->kinds = realloc(p->kinds, p->kinds_cap * sizeof p->kinds[0]);
        SIM_REQUIRE(p->kinds != NULL);
    }
    memmove(&p->kinds[at + 1], &p->kinds[at], (p->kinds_len - at) * sizeof p->kinds[0]);
    p->kinds[at] = (struct kind){.request = r};
    p->kinds_len++;
}

void repartition_waits(struct repartition *p, uint32_t request, int64_t change)
{
    const uint32_t at = place_of(p, request);
    const bool is_there = at < p->kinds_len && p->kinds[at].request->id == request;
    const struct request *r = request_get(p->requests, request);
    if (change == 0 || (!is_there && !could_be_served(p, r)))
        return;
    if (!is_there)
        insert_kind(p, at, r);
    p->kinds[at].waiting += change;
    SIM_REQUIRE(p->kinds[at].waiting >= 0);
    if (p->kinds[at].waiting > 0)
        return;
    p->kinds_len--;
    memmove(&p->kinds[at], &p->kinds[at + 1], (p->kinds_len - at) * sizeof p->kinds[0]);
}

/* --- who is idle --- */

static void put(struct bitset *b, uint32_t i, bool yes)
{
    if (yes)
        bitset_set(b, i);
    else
        bitset_clear(b, i);
}

static bool is_idle(const struct repartition *p, const struct node *n)
{
    const struct repartition_rule *rule = rule_of(p->cluster, n->id);
    if (rule == NULL || n->state != NODE_READY || n->is_withheld)
        return false;
    return n->tasks == 0 ||
           (rule->held > 0 && n->allocated_milli <= (int64_t)(rule->held * 1000.0) * n->gpus);
}

static void look_at_node(struct repartition *p, uint32_t node, int64_t now_ns)
{
    const struct node *n = &p->cluster->nodes[node];
    struct seen *s = &p->seen[node];
    if (n->layouts_len == 0)
        return;
    const bool has_changed = n->layout != s->layout;
    if (has_changed)
        s->changed_ns = now_ns;
    if (has_changed || !bitset_has(&p->idle, node))
        s->idle_since_ns = now_ns;
    s->layout = n->layout;
    put(&p->idle, node, is_idle(p, n));
    put(&p->coming, node, n->is_kept_from_tasks);
}

static void catch_up(struct repartition *p, int64_t now_ns)
{
    const struct cluster *c = p->cluster;
    if (p->cursor != UINT64_MAX && !cluster_is_behind(c, p->cursor)) {
        for (uint32_t n; (n = cluster_next_change(c, &p->cursor)) != NODE_NONE;)
            look_at_node(p, n, now_ns);
        return;
    }
    p->cursor = c->changes_end;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        look_at_node(p, n, now_ns);
}

/* --- what a layout would serve --- */

struct served {
    int64_t tasks, milli;
};

/* Of one piece; GPUs that are cut stand among the whole ones with 0. */
static int64_t milli_of_class(const struct device_class *k)
{
    int64_t most = 0;
    for (uint32_t u = 0; u < k->units_len && most == 0; u++)
        most = k->units[u].milli;
    return most;
}

static int64_t milli_of(const struct node_layout *l, const struct request *r)
{
    int64_t milli = 0;
    for (uint32_t i = 0; i < l->classes_len; i++)
        milli += request_amount(r, l->classes[i].resource) * milli_of_class(&l->classes[i]);
    return milli;
}

static void take_from_row(struct repartition *p, const struct request *r, int64_t tasks)
{
    for (uint32_t i = 0; i < r->amounts_len; i++)
        if (r->amounts[i].resource < p->cluster->resources_len)
            p->row[r->amounts[i].resource] -= tasks * r->amounts[i].value;
}

/* With take, what is served is unmet no more. */
static struct served serve(struct repartition *p, uint32_t node, uint32_t layout, bool take)
{
    const struct node *n = &p->cluster->nodes[node];
    struct served sum = {0, 0};
    memcpy(p->row, row_of(p, n, layout), p->cluster->resources_len * sizeof p->row[0]);
    for (uint32_t i = 0; i < p->kinds_len; i++) {
        struct kind *k = &p->kinds[i];
        if (k->unmet <= 0 || !free_index_admits(p->free, k->request->id, node))
            continue;
        const int64_t fits = cluster_fits_row(p->cluster, p->row, k->request);
        const int64_t tasks = fits < k->unmet ? fits : k->unmet;
        take_from_row(p, k->request, tasks);
        sum.tasks += tasks;
        sum.milli += tasks * milli_of(&n->layouts[layout], k->request);
        if (take)
            k->unmet -= tasks;
    }
    return sum;
}

/* What can go nowhere: not to what is free, and not to nodes on their way. */
static bool find_unmet(struct repartition *p)
{
    bool any = false;
    for (uint32_t i = 0; i < p->kinds_len; i++) {
        struct kind *k = &p->kinds[i];
        const uint64_t free = free_index_total(p->free, k->request->id);
        k->unmet = free >= (uint64_t)k->waiting ? 0 : k->waiting - (int64_t)free;
        any |= k->unmet > 0;
    }
    for (uint32_t n = 0; any && (n = bitset_next(&p->coming, n)) != BITSET_NONE; n++)
        serve(p, n, p->cluster->nodes[n].wanted_layout, true);
    return any;
}

/* Someone who waits for more could have part of it there. */
static bool is_of_use(struct repartition *p, uint32_t node)
{
    for (uint32_t i = 0; i < p->kinds_len; i++)
        if (p->kinds[i].unmet > 0 && free_index_fits(p->free, p->kinds[i].request->id, node) > 0)
            return true;
    return false;
}

/* --- telling --- */

/* The layout that serves most; the present one if none serves enough. */
static uint32_t best_layout(struct repartition *p, uint32_t node)
{
    const struct node *n = &p->cluster->nodes[node];
    const int64_t least = rule_of(p->cluster, node)->waiting;
    uint32_t best = n->layout;
    int64_t most = 0;
    for (uint32_t l = 0; l < n->layouts_len; l++) {
        const struct served s = l == n->layout ? (struct served){0, 0} : serve(p, node, l, false);
        if (s.tasks < least || s.milli <= most)
            continue;
        most = s.milli;
        best = l;
    }
    return best;
}

static int64_t later(int64_t since_ns, int64_t wait_ns)
{
    return since_ns == TIME_NEVER ? TIME_NEVER : since_ns + wait_ns;
}

static int64_t may_change_ns(const struct repartition *p, uint32_t node)
{
    const struct repartition_rule *rule = rule_of(p->cluster, node);
    const int64_t by_idle = later(p->seen[node].idle_since_ns, rule->idle_ns);
    const int64_t by_change = later(p->seen[node].changed_ns, rule->between_ns);
    return by_idle > by_change ? by_idle : by_change;
}

/* The idle node that changes next, and to what; NODE_NONE: none does now. */
static uint32_t next_to_tell(struct repartition *p, int64_t now_ns, uint32_t *layout,
                             int64_t *again_ns)
{
    uint32_t best = NODE_NONE;
    for (uint32_t n = 0; (n = bitset_next(&p->idle, n)) != BITSET_NONE; n++) {
        const struct node *node = &p->cluster->nodes[n];
        const int64_t at_ns = may_change_ns(p, n);
        if (at_ns > now_ns) {
            *again_ns = at_ns < *again_ns ? at_ns : *again_ns;
            continue;
        }
        if (best != NODE_NONE && node->allocated_milli >= p->cluster->nodes[best].allocated_milli)
            continue;
        const uint32_t l = is_of_use(p, n) ? node->layout : best_layout(p, n);
        if (l == node->layout)
            continue;
        best = n;
        *layout = l;
        if (node->allocated_milli == 0)
            break;
    }
    return best;
}

bool repartition_look(struct simulation *sim, int64_t *again_ns)
{
    struct repartition *p = sim->repartition;
    const int64_t now_ns = sim_now(sim);
    bool told = false;
    *again_ns = INT64_MAX;
    catch_up(p, now_ns);
    if (p->kinds_len == 0 || !find_unmet(p))
        return false;
    uint32_t layout = 0;
    for (uint32_t n; (n = next_to_tell(p, now_ns, &layout, again_ns)) != NODE_NONE; told = true) {
        serve(p, n, layout, true);
        bitset_clear(&p->idle, n);
        reconfigure_want(sim, n, layout);
    }
    return told;
}
