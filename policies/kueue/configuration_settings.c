#include "policies/kueue/configuration.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/duration.h"
#include "sim/intern.h"

#include <string.h>

int64_t configuration_duration(const struct yaml_node *tree, const char *path)
{
    int64_t ns = 0;
    const char *why, *text = tree_text(tree, path, NULL);
    if (text != NULL)
        duration_parse_go(text, &ns, &why);
    return ns;
}

static void read_fair_sharing(const struct yaml_node *tree, struct kueue_settings *s)
{
    const struct yaml_node *list = tree_get(tree, "fairSharing.preemptionStrategies");
    s->has_fair_sharing = tree_get(tree, "fairSharing") != NULL;
    if (tree_len(list) == 0)
        return;
    s->strategies_len = 0;
    for (size_t i = 0; i < list->len && i < STRATEGIES_MOST; i++)
        s->strategies[s->strategies_len++] =
            strcmp(tree_text(list->items[i], NULL, ""), "LessThanInitialShare") == 0
                ? STRATEGY_INITIAL_SHARE
                : STRATEGY_FINAL_SHARE;
}

static void read_afs(struct field_reader *r, const struct yaml_node *tree, struct afs_settings *s)
{
    const struct yaml_node *n = tree_get(tree, "admissionFairSharing");
    const struct yaml_node *map = tree_get(n, "resourceWeights");
    struct resource_weight *weights =
        arena_alloc(r->arena, (tree_pairs(map) + 1) * sizeof *weights);
    s->is_on = n != NULL;
    if (n == NULL)
        return;
    s->half_life_ns = configuration_duration(n, "usageHalfLifeTime");
    s->sampling_ns = configuration_duration(n, "usageSamplingInterval");
    for (size_t i = 0; i < tree_pairs(map); i++) {
        const char *why;
        struct resource_weight *w = &weights[s->weights_len++];
        w->resource = intern_add(r->resources, map->pairs[i].key->text);
        quantity_real(tree_text(map->pairs[i].value, NULL, "1"), &w->weight, &why);
    }
    s->weights = weights;
}

/* Only newer versions wait where the file says nothing of it. */
static void read_pods_ready(const struct configuration *c, struct kueue_settings *s)
{
    const struct yaml_node *n = tree_get(c->tree, "waitForPodsReady");
    const struct yaml_node *requeuing = tree_get(n, "requeuingStrategy");
    struct pods_ready_settings *p = &s->pods_ready;
    p->is_on = n != NULL && !gates_on(&s->gates, GATE_DISABLE_WAIT_FOR_PODS_READY) &&
               (p->is_on || tree_get(c->given, "waitForPodsReady") != NULL);
    if (n == NULL)
        return;
    p->timeout_ns = configuration_duration(n, "timeout");
    /* None, rather than at once: a recovery timeout of 0 switches it off. */
    p->recovery_timeout_ns = configuration_duration(n, "recoveryTimeout");
    if (p->recovery_timeout_ns == 0)
        p->recovery_timeout_ns = INT64_MAX;
    p->blocks_admission = p->is_on && tree_bool(n, "blockAdmission", false);
    p->orders_by_creation = strcmp(tree_text(requeuing, "timestamp", ""), "Creation") == 0;
    p->has_limit = tree_get(requeuing, "backoffLimitCount") != NULL;
    p->backoff_limit = (uint32_t)tree_int(requeuing, "backoffLimitCount", 0);
    p->backoff_base_s = tree_int(requeuing, "backoffBaseSeconds", 60);
    p->backoff_max_s = tree_int(requeuing, "backoffMaxSeconds", 3600);
}

void configuration_settings(struct field_reader *r, const struct configuration *c,
                            struct kueue_settings *s)
{
    read_fair_sharing(c->tree, s);
    read_afs(r, c->tree, &s->afs);
    read_pods_ready(c, s);
    s->ignores_undeclared =
        gates_on(&s->gates, GATE_QUOTA_CHECK_STRATEGY) &&
        strcmp(tree_text(c->tree, "resources.quotaCheckStrategy", ""), "IgnoreUndeclared") == 0;
}

/* --- a file --- */

/* The Configuration in it: the document itself. */
static const struct yaml_node *only_document(struct field_reader *r, const struct yaml_file *f)
{
    const struct yaml_node *found = NULL;
    for (size_t i = 0; i < yaml_docs(f); i++) {
        const struct yaml_node *doc = yaml_doc(f, i);
        if (found != NULL && configuration_is_one(doc)) {
            diag_error(r->diag, yaml_pos(doc), "a second Configuration");
            diag_note(r->diag, yaml_pos(found), "the first stands here");
        } else if (found == NULL && (configuration_is_one(doc) || yaml_docs(f) == 1)) {
            found = doc;
        }
    }
    return found;
}

bool configuration_apply(struct field_reader *r, const struct yaml_file *f, int minor,
                         struct kueue_settings *s, struct configuration *out)
{
    struct refusals refusals = {.arena = r->arena};
    const unsigned errors = diag_errors(r->diag);
    const struct yaml_node *doc = only_document(r, f);
    if (doc == NULL && yaml_docs(f) > 0)
        diag_error(r->diag, yaml_pos(yaml_doc(f, 0)),
                   "no Configuration of config.kueue.x-k8s.io in this file");
    if (doc == NULL)
        doc = tree_empty_map(r->arena, NULL); /* an empty file: all defaults */
    if (diag_errors(r->diag) > errors || !configuration_read(r, doc, out))
        return false;
    configuration_gates(out->tree, NULL, minor, &s->gates, &refusals);
    configuration_validate(out->tree, &s->gates, &refusals);
    refusals_report(&refusals, r->diag, "Configuration", doc);
    configuration_settings(r, out, s);
    return diag_errors(r->diag) == errors;
}
