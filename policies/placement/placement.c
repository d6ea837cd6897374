#include "policies/placement/placement.h"

#include "models/kubernetes/node_filter.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/config.h"
#include "sim/rng.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>

/* Strategies whose scores are no percentages: preferences come first. */
#define FIRST_OF_ALL (INT64_C(1) << 40)

const char *const placement_ties_names[] = {"by-strategy", "first-name", "first-number",
                                            "shuffled",    "random",     NULL};

struct placement {
    const struct strategy_ops *ops;
    void *state;
    enum placement_ties ties;
    struct preferences preferences;
    const struct cluster *cluster;
    const struct request_table *requests;
    const struct names *names;
    struct node_terms_table *terms; /* borrowed, or own_terms */
    struct node_terms_table *own_terms;
    struct score_cache *scores;
    uint32_t *rank; /* by node */
    gsl_rng *rng, *ties_rng;
    struct node_refusals refusals;
};

/* --- reading --- */

static const struct strategy_ops *find(struct config_reader *r, const struct yaml_node *name)
{
    const struct strategy_ops *ops = placement_find(name->text);
    if (ops != NULL)
        return ops;
    struct suggest s;
    suggest_init(&s, name->text);
    for (const struct strategy_ops *const *all = placement_all(); *all != NULL; all++)
        suggest_offer(&s, (*all)->name);
    diag_error(r->diag, yaml_pos(name),
               "placement: '%s': no such strategy%s; `clustersim list placements` names them",
               name->text, suggest_hint(&s));
    return NULL;
}

bool placement_read(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct placement_choice *choice = field;
    const bool is_map = n->kind == YAML_MAP && n->len == 1;
    if (!is_map && (n->kind != YAML_SCALAR || yaml_is_null(n))) {
        diag_error(r->diag, yaml_pos(n),
                   "placement: %s; expected a strategy such as fgd, or {STRATEGY: its options}",
                   n->kind == YAML_MAP ? "several strategies" : yaml_kind_name(n));
        return false;
    }
    const struct strategy_ops *ops = find(r, is_map ? n->pairs[0].key : n);
    if (ops == NULL)
        return false;
    void *state = arena_alloc(r->arena, ops->state_bytes);
    const struct yaml_node *options = is_map ? n->pairs[0].value : NULL;
    if (ops->options != NULL && !config_read(r, options, yaml_pos(n), ops->options, state))
        return false;
    if (ops->options == NULL && options != NULL && options->len > 0 && !yaml_is_null(options)) {
        diag_error(r->diag, yaml_pos(options), "%s: has no options", ops->name);
        return false;
    }
    choice->ops = ops;
    choice->state = state;
    return true;
}

/* --- the judge --- */

static int64_t untolerated(const struct node_terms *terms, const struct node *n)
{
    int64_t taints = 0;
    for (uint32_t i = 0; i < n->taints_len; i++)
        taints += n->taints[i].effect == TAINT_PREFER_NO_SCHEDULE &&
                  !tolerations_tolerate(&terms->tolerations, &n->taints[i]);
    return taints;
}

static int64_t preferred(const struct node_terms *terms, const struct node *n,
                         const struct intern *words)
{
    int64_t sum = 0;
    for (uint32_t i = 0; i < terms->preferred_len; i++)
        if (node_selector_term_matches(&terms->preferred[i].term, n, words))
            sum += terms->preferred[i].weight;
    return sum;
}

static bool admit(void *context, const struct request *r, const struct node *n,
                  int64_t traits[SCORE_TRAITS], uint8_t *misfit)
{
    const struct placement *p = context;
    struct node_refusal why;
    if (!node_terms_match(p->terms, r->terms, n, &why)) {
        const enum misfit refused = why.kind == NODE_TAINTED ? MISFIT_TAINT : MISFIT_SELECTOR;
        const bool is_too_small = cluster_could_fit(p->cluster, n->id, r) == 0;
        *misfit = (uint8_t)(1 << (is_too_small ? MISFIT_TOO_SMALL : refused));
        return false;
    }
    const struct node_terms *terms = node_terms_get(p->terms, r->terms);
    traits[0] = untolerated(terms, n);
    traits[1] = preferred(terms, n, p->names->words);
    return true;
}

static unsigned misfit_of(const struct placement *p, uint32_t resource)
{
    if (resource == RESOURCE_CPU)
        return MISFIT_CPU;
    if (resource == RESOURCE_MEMORY)
        return MISFIT_MEMORY;
    return resource_is_gpu(intern_text(p->names->resources, resource)) ? MISFIT_GPU
                                                                       : MISFIT_RESOURCE;
}

static uint8_t misfits(const struct placement *p, const struct request *r, uint32_t node)
{
    unsigned bits = 0;
    if (cluster_could_fit(p->cluster, node, r) == 0)
        return 1 << MISFIT_TOO_SMALL;
    if (p->cluster->nodes[node].state != NODE_READY)
        return 1 << MISFIT_STATE;
    for (uint32_t i = 0; i < r->amounts_len; i++)
        if (cluster_free_of(p->cluster, node, r->amounts[i].resource) < r->amounts[i].value)
            bits |= 1u << misfit_of(p, r->amounts[i].resource);
    return (uint8_t)(bits == 0 ? 1u << MISFIT_GPU : bits); /* a share that no GPU has left */
}

static int64_t score(void *context, const struct request *r, uint32_t node, uint8_t *misfit)
{
    const struct placement *p = context;
    if (cluster_fits(p->cluster, node, r) > 0)
        return p->ops->score(p->state, r, node);
    *misfit = misfits(p, r, node);
    return SCORE_NONE;
}

/* --- opening --- */

/* qsort has no context: what it compares carries the names along. */
struct named {
    const char *name;
    uint32_t node;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->node > y->node) - (x->node < y->node);
}

static void rank_by_name(struct placement *p)
{
    const uint32_t len = p->cluster->nodes_len;
    struct named *list = calloc(len + 1, sizeof list[0]);
    SIM_REQUIRE(list != NULL);
    for (uint32_t n = 0; n < len; n++)
        list[n] = (struct named){p->cluster->nodes[n].name, n};
    qsort(list, len, sizeof list[0], by_name);
    for (uint32_t i = 0; i < len; i++)
        p->rank[list[i].node] = i;
    free(list);
}

static void shuffle_ranks(struct placement *p)
{
    for (uint32_t n = p->cluster->nodes_len; n > 1; n--) {
        const uint32_t other = (uint32_t)gsl_rng_uniform_int(p->ties_rng, n);
        const uint32_t swap = p->rank[n - 1];
        p->rank[n - 1] = p->rank[other];
        p->rank[other] = swap;
    }
}

static void rank_nodes(struct placement *p)
{
    p->rank = calloc(p->cluster->nodes_len + 1, sizeof p->rank[0]);
    SIM_REQUIRE(p->rank != NULL);
    for (uint32_t n = 0; n < p->cluster->nodes_len; n++)
        p->rank[n] = n;
    if (p->ties == TIES_FIRST_NAME)
        rank_by_name(p);
    else if (p->ties == TIES_SHUFFLED)
        shuffle_ranks(p);
}

static void know_terms(struct placement *p)
{
    p->terms = p->names->terms;
    if (p->terms == NULL)
        p->terms = p->own_terms = node_terms_table_new(p->names->words);
}

static void open_scores(struct placement *p)
{
    const struct score_judge judge = {.context = p, .admit = admit, .score = score};
    const int64_t scale = p->preferences.scale;
    const struct trait_weight traits[SCORE_TRAITS] = {
        {p->preferences.taint_weight * scale, true},
        {p->preferences.affinity_weight * scale, false},
    };
    p->scores = score_cache_new(p->cluster, p->requests, &judge, traits, p->rank);
}

struct placement *placement_new(const struct placement_choice *choice, const struct policy_env *env,
                                struct diag *d)
{
    struct placement *p = calloc(1, sizeof *p);
    SIM_REQUIRE(p != NULL);
    p->ops = choice->ops;
    p->state = choice->state;
    p->ties = choice->ties == PLACEMENT_TIES_OF_STRATEGY ? choice->ops->ties
                                                         : (enum placement_ties)(choice->ties - 1);
    p->preferences = (struct preferences){3, 2, FIRST_OF_ALL};
    p->cluster = env->cluster;
    p->requests = env->requests;
    p->names = env->names_view;
    p->rng = rng_open(env->seed, env->replication, "placement", 0);
    p->ties_rng = rng_open(env->seed, env->replication, "placement ties", 0);
    know_terms(p);
    rank_nodes(p);
    const struct strategy_env strategy = {.cluster = p->cluster,
                                          .names = p->names,
                                          .arena = env->arena,
                                          .preferences = &p->preferences,
                                          .rng = p->rng};
    if (p->ops->open != NULL && !p->ops->open(p->state, &strategy, d)) {
        placement_free(p);
        return NULL;
    }
    open_scores(p);
    return p;
}

void placement_free(struct placement *p)
{
    if (p == NULL)
        return;
    if (p->ops->close != NULL)
        p->ops->close(p->state);
    score_cache_free(p->scores);
    node_terms_table_free(p->own_terms);
    node_refusals_fini(&p->refusals);
    gsl_rng_free(p->rng);
    gsl_rng_free(p->ties_rng);
    free(p->rank);
    free(p);
}

/* --- questions --- */

static uint64_t gpu_for(const struct placement *p, const struct request *r, uint32_t node)
{
    if (r->load.gpu_milli == 0 || p->ops->gpu == NULL)
        return 0;
    return UINT64_C(1) << p->ops->gpu(p->state, r, node);
}

bool placement_pick(struct placement *p, uint32_t request, struct placement_pick *out)
{
    struct score_best best;
    if (!score_cache_best(p->scores, request, &best))
        return false;
    out->node = best.node;
    if (p->ties == TIES_RANDOM)
        out->node = score_cache_nth(p->scores, request,
                                    (uint32_t)gsl_rng_uniform_int(p->ties_rng, best.ties));
    out->gpu_mask = gpu_for(p, request_get(p->requests, request), out->node);
    return true;
}

bool placement_fits(struct placement *p, uint32_t request)
{
    struct score_best best;
    return score_cache_best(p->scores, request, &best);
}

const uint32_t *placement_misfits(struct placement *p, uint32_t request)
{
    return score_cache_misfits(p->scores, request);
}

const char *placement_explain(struct placement *p, uint32_t request, char *out, size_t cap)
{
    node_refusals_count(&p->refusals, p->cluster, p->terms, request_get(p->requests, request));
    node_refusals_print(&p->refusals, p->names, false, out, cap);
    return out;
}

int64_t placement_score(struct placement *p, uint32_t request, uint32_t node)
{
    return score_cache_total(p->scores, request, node);
}

/* --- news --- */

void placement_came(struct placement *p, uint32_t request, uint32_t count)
{
    if (p->ops->came != NULL && p->ops->came(p->state, request_get(p->requests, request), count))
        score_cache_forget(p->scores);
}

void placement_moved(struct placement *p, uint32_t request, uint32_t node, int64_t count)
{
    if (p->ops->moved != NULL)
        p->ops->moved(p->state, request_get(p->requests, request), node, count);
}

void placement_forget(struct placement *p)
{
    score_cache_forget(p->scores);
}
