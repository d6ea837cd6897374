#include "policies/kueue/lint_quotas.h"

#include "models/kubernetes/labels.h"
#include "models/kubernetes/lint_world.h"
#include "models/lint.h"
#include "policies/kueue/read_site.h"
#include "sim/arena.h"
#include "sim/intern.h"

#include <inttypes.h>
#include <string.h>

enum { DEEPEST = 64 };

/* One entry of a queue's or a cohort's resourceGroups. */
struct quota_row {
    const struct object *owner;
    const char *cohort; /* the root above it; "": none */
    const char *flavor, *resource;
    uint32_t resource_id;
    int64_t nominal, borrowing, lending; /* of kueue_quota_amount; QTY_UNLIMITED: not given */
    const struct yaml_node *nominal_at, *borrowing_at;
};

struct quota_lint {
    struct lint_world *w;
    struct quota_row *rows;
    size_t len, cap;
    const char **flavors;
    size_t flavors_len;
    uint8_t **nodes; /* by flavor: which nodes have its labels */
};

static bool is_kind(const struct object *o, const char *kind)
{
    return strcmp(o->kind, kind) == 0 && strcmp(o->group, "kueue.x-k8s.io") == 0;
}

static const char *text_at(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = field_get(map, key);
    return n != NULL && n->kind == YAML_SCALAR ? n->text : "";
}

/* --- reading --- */

static const struct object *find_cohort(const struct lint_world *w, const char *name)
{
    for (size_t i = 0; i < w->objects_len; i++)
        if (is_kind(w->objects[i], "Cohort") && strcmp(w->objects[i]->name, name) == 0)
            return w->objects[i];
    return NULL;
}

/* The cohort at the top; one that parents form a ring with, after some steps. */
static const char *root_of(const struct lint_world *w, const char *cohort)
{
    for (int i = 0; i < DEEPEST; i++) {
        const struct object *o = find_cohort(w, cohort);
        const char *parent = o == NULL ? "" : text_at(field_get(o->doc, "spec"), "parentName");
        if (parent[0] == '\0')
            return cohort;
        cohort = parent;
    }
    return cohort;
}

static int64_t amount_at(struct quota_lint *q, const struct yaml_node *map, const char *key,
                         uint32_t resource, int64_t otherwise)
{
    const struct yaml_node *n = field_get(map, key);
    struct quantity_kubernetes value;
    if (n == NULL || !field_quantity(&q->w->f, n, key, &value))
        return otherwise;
    return kueue_quota_amount(resource, &value);
}

static void add_row(struct quota_lint *q, const struct quota_row *row)
{
    if (q->len == q->cap) {
        q->cap = q->cap == 0 ? 64 : 2 * q->cap;
        struct quota_row *wider = arena_alloc(q->w->f.arena, q->cap * sizeof wider[0]);
        if (q->len > 0)
            memcpy(wider, q->rows, q->len * sizeof wider[0]);
        q->rows = wider;
    }
    q->rows[q->len++] = *row;
}

static void read_flavor(struct quota_lint *q, struct quota_row row, const struct yaml_node *flavor)
{
    const struct yaml_node *list = field_map_list(&q->w->f, flavor, "resources");
    row.flavor = text_at(flavor, "name");
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const struct yaml_node *n = list->items[i];
        row.resource = text_at(n, "name");
        row.resource_id = intern_add(q->w->f.resources, row.resource);
        row.nominal_at = field_get(n, "nominalQuota");
        row.borrowing_at = field_get(n, "borrowingLimit");
        row.nominal = amount_at(q, n, "nominalQuota", row.resource_id, 0);
        row.borrowing = amount_at(q, n, "borrowingLimit", row.resource_id, QTY_UNLIMITED);
        row.lending = amount_at(q, n, "lendingLimit", row.resource_id, QTY_UNLIMITED);
        add_row(q, &row);
    }
}

static void read_quotas(struct quota_lint *q, const struct object *o)
{
    const struct yaml_node *spec = field_map(&q->w->f, o->doc, "spec");
    const struct yaml_node *groups = field_map_list(&q->w->f, spec, "resourceGroups");
    const char *cohort = text_at(spec, "cohortName");
    if (cohort[0] == '\0')
        cohort = text_at(spec, "cohort"); /* v1beta1 */
    struct quota_row row = {.owner = o,
                            .cohort = is_kind(o, "Cohort") ? root_of(q->w, o->name)
                                      : cohort[0] == '\0'  ? ""
                                                           : root_of(q->w, cohort)};
    for (size_t g = 0; groups != NULL && g < groups->len; g++) {
        const struct yaml_node *flavors = field_map_list(&q->w->f, groups->items[g], "flavors");
        for (size_t f = 0; flavors != NULL && f < flavors->len; f++)
            read_flavor(q, row, flavors->items[f]);
    }
}

/* --- the hardware --- */

static bool has_labels(const struct node *n, const struct label_map *labels)
{
    const struct label_map own = {n->labels, n->labels_len};
    for (uint32_t i = 0; i < labels->len; i++)
        if (label_map_find(&own, labels->pairs[i].key) != labels->pairs[i].value)
            return false;
    return true;
}

static const struct object *find_flavor(const struct lint_world *w, const char *name)
{
    for (size_t i = 0; i < w->objects_len; i++)
        if (is_kind(w->objects[i], "ResourceFlavor") && strcmp(w->objects[i]->name, name) == 0)
            return w->objects[i];
    return NULL;
}

static void add_flavor(struct quota_lint *q, const struct object *o)
{
    const struct cluster *c = q->w->cluster;
    const struct label_map labels = label_map_read(
        &q->w->f, field_text_map(&q->w->f, field_map(&q->w->f, o->doc, "spec"), "nodeLabels"));
    uint8_t *nodes = arena_alloc(q->w->f.arena, c->nodes_len + 1);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        nodes[n] = has_labels(&c->nodes[n], &labels);
    q->nodes[q->flavors_len] = nodes;
    q->flavors[q->flavors_len++] = o->name;
}

/* Those that rows name and that are there, in the order of the rows. */
static void find_flavors(struct quota_lint *q)
{
    q->flavors = arena_alloc(q->w->f.arena, (q->len + 1) * sizeof q->flavors[0]);
    q->nodes = arena_alloc(q->w->f.arena, (q->len + 1) * sizeof q->nodes[0]);
    for (size_t i = 0; i < q->len; i++) {
        const struct object *o = find_flavor(q->w, q->rows[i].flavor);
        size_t f = 0;
        while (f < q->flavors_len && strcmp(q->flavors[f], q->rows[i].flavor) != 0)
            f++;
        if (o != NULL && f == q->flavors_len)
            add_flavor(q, o);
    }
}

static bool is_within(const struct quota_lint *q, size_t inner, size_t outer)
{
    for (uint32_t n = 0; n < q->w->cluster->nodes_len; n++)
        if (q->nodes[inner][n] && !q->nodes[outer][n])
            return false;
    return true;
}

static size_t flavor_of(const struct quota_lint *q, const struct quota_row *row)
{
    size_t f = 0;
    while (f < q->flavors_len && strcmp(q->flavors[f], row->flavor) != 0)
        f++;
    return f;
}

/* As a quota is written: CPUs in whole ones or thousandths, memory in Gi. */
static const char *amount_text(struct lint_world *w, uint32_t resource, int64_t amount)
{
    const int64_t gi = INT64_C(1) << 30;
    if (resource == RESOURCE_CPU && amount % 1000 != 0)
        return arena_printf(w->f.arena, "%" PRId64 "m", amount);
    if (resource == RESOURCE_CPU)
        return arena_printf(w->f.arena, "%" PRId64, amount / 1000);
    if (resource == RESOURCE_MEMORY && amount >= gi)
        return arena_printf(w->f.arena, "%" PRId64 "Gi", amount / gi);
    return arena_printf(w->f.arena, "%" PRId64, amount);
}

static const char *joined(struct lint_world *w, const char *list, const char *more)
{
    return list[0] == '\0' ? more : arena_printf(w->f.arena, "%s + %s", list, more);
}

/* Rows of a resource that draw on a flavor's nodes. */
struct demand {
    size_t flavor;
    uint32_t resource;
    int64_t has;
};

static bool draws_on(const struct quota_lint *q, const struct demand *d,
                     const struct quota_row *row)
{
    const size_t f = flavor_of(q, row);
    return row->resource_id == d->resource && f < q->flavors_len && is_within(q, f, d->flavor) &&
           row->nominal > 0;
}

static int64_t add_capped(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* What the row would be if all were cut alike; CPUs and memory in whole ones. */
static int64_t scaled(const struct demand *d, int64_t nominal, int64_t sum)
{
    const int64_t unit = d->resource == RESOURCE_CPU      ? 1000
                         : d->resource == RESOURCE_MEMORY ? INT64_C(1) << 30
                                                          : 1;
    const int64_t share = (int64_t)((double)nominal / (double)sum * (double)d->has + 1e-6);
    return share / unit * unit;
}

static void report_above(struct quota_lint *q, const struct demand *d, int64_t sum,
                         const struct quota_row *at)
{
    struct lint_world *w = q->w;
    const char *amounts = "", *fixed = "", *resource = at->resource;
    size_t terms = 0;
    for (size_t i = 0; i < q->len; i++)
        if (draws_on(q, d, &q->rows[i]) && terms++ < 12) {
            const int64_t n = q->rows[i].nominal;
            amounts = joined(w, amounts, amount_text(w, d->resource, n));
            fixed = joined(w, fixed, amount_text(w, d->resource, scaled(d, n, sum)));
        }
    uint32_t nodes = 0;
    for (uint32_t n = 0; n < w->cluster->nodes_len; n++)
        nodes += q->nodes[d->flavor][n];
    const char *all =
        terms > 1 ? arena_printf(w->f.arena, "%s%s = %s", amounts, terms > 12 ? " + ..." : "",
                                 amount_text(w, d->resource, sum))
                  : amounts;
    if (d->has == 0)
        lint_report(w->f.diag, LINT_QUOTA_ABOVE_HARDWARE, yaml_pos(at->nominal_at),
                    "nominalQuota: '%s': flavor %s: no node with its labels offers %s: jobs would "
                    "be admitted and then stay Pending; take the quota away, or give the nodes a "
                    "layout that offers it",
                    at->nominal_at->text, q->flavors[d->flavor], resource);
    else
        lint_report(w->f.diag, LINT_QUOTA_ABOVE_HARDWARE, yaml_pos(at->nominal_at),
                    "nominalQuota: '%s': flavor %s: quotas of %s are %s, and its %" PRIu32
                    " node%s ha%s %s: jobs would be admitted and then stay Pending; lower them to "
                    "%s in all, such as %s",
                    at->nominal_at->text, q->flavors[d->flavor], resource, all, nodes,
                    nodes == 1 ? "" : "s", nodes == 1 ? "s" : "ve",
                    amount_text(w, d->resource, d->has), amount_text(w, d->resource, d->has),
                    fixed);
}

/* Of a machine of which the catalogue knows no CPUs or memory nothing can be said; nor of what only
 * an unknown plugin would count. */
static bool is_judged(const struct quota_lint *q, const struct demand *d)
{
    const struct cluster *c = q->w->cluster;
    if (d->resource != RESOURCE_CPU && d->resource != RESOURCE_MEMORY)
        return d->has > 0 ||
               (c->nodes_len > 0 && lint_is_gpu(intern_text(q->w->f.resources, d->resource)));
    for (uint32_t n = 0; n < c->nodes_len; n++)
        if (q->nodes[d->flavor][n] && cluster_capacity_of(c, n, d->resource) == 0)
            return false;
    return d->has > 0;
}

/* An equal set of nodes is judged once. */
static bool is_twin(const struct quota_lint *q, size_t f)
{
    for (size_t i = 0; i < f; i++)
        if (is_within(q, i, f) && is_within(q, f, i))
            return true;
    return false;
}

static void judge(struct quota_lint *q, size_t flavor, uint32_t resource)
{
    struct demand d = {.flavor = flavor, .resource = resource};
    const struct quota_row *beyond = NULL;
    int64_t sum = 0;
    for (uint32_t n = 0; n < q->w->cluster->nodes_len; n++)
        if (q->nodes[flavor][n])
            d.has += cluster_capacity_of(q->w->cluster, n, resource);
    for (size_t i = 0; i < q->len; i++) {
        if (!draws_on(q, &d, &q->rows[i]))
            continue;
        sum = add_capped(sum, q->rows[i].nominal);
        if (sum > d.has && beyond == NULL)
            beyond = &q->rows[i];
    }
    if (beyond != NULL && is_judged(q, &d))
        report_above(q, &d, sum, beyond);
}

static void lint_hardware(struct quota_lint *q)
{
    find_flavors(q);
    for (size_t f = 0; f < q->flavors_len; f++) {
        if (is_twin(q, f))
            continue;
        for (size_t i = 0; i < q->len; i++) {
            struct demand d = {.flavor = f, .resource = q->rows[i].resource_id};
            bool is_first = draws_on(q, &d, &q->rows[i]);
            for (size_t k = 0; k < i && is_first; k++)
                is_first = !draws_on(q, &d, &q->rows[k]);
            if (is_first)
                judge(q, f, d.resource);
        }
    }
}

/* --- borrowing --- */

static void lint_borrowing(struct quota_lint *q, const struct quota_row *row)
{
    int64_t lendable = 0;
    if (row->borrowing == QTY_UNLIMITED || row->cohort[0] == '\0')
        return;
    for (size_t i = 0; i < q->len; i++) {
        const struct quota_row *other = &q->rows[i];
        if (other == row || other->owner == row->owner || strcmp(other->cohort, row->cohort) != 0 ||
            strcmp(other->flavor, row->flavor) != 0 || other->resource_id != row->resource_id)
            continue;
        const int64_t lends = other->lending < other->nominal ? other->lending : other->nominal;
        lendable = add_capped(lendable, lends > 0 ? lends : 0);
    }
    if (row->borrowing > lendable)
        lint_report(
            q->w->f.diag, LINT_BORROWING_UNREACHABLE, yaml_pos(row->borrowing_at),
            "borrowingLimit: '%s': the others of cohort %s lend at most %s of %s: the limit "
            "is never reached; write %s, or none",
            row->borrowing_at->text, row->cohort, amount_text(q->w, row->resource_id, lendable),
            row->resource, amount_text(q->w, row->resource_id, lendable));
}

/* --- LocalQueues --- */

static bool leads_to(const struct object *local, const char *queue)
{
    return is_kind(local, "LocalQueue") &&
           strcmp(text_at(field_get(local->doc, "spec"), "clusterQueue"), queue) == 0;
}

/* Where no LocalQueue is given at all they stand in a file that is not. */
static void lint_local_queues(struct lint_world *w)
{
    bool has_any = false;
    for (size_t i = 0; i < w->objects_len; i++)
        has_any |= is_kind(w->objects[i], "LocalQueue");
    for (size_t i = 0; has_any && i < w->objects_len; i++) {
        const struct object *o = w->objects[i];
        bool is_reached = !is_kind(o, "ClusterQueue");
        for (size_t k = 0; k < w->objects_len && !is_reached; k++)
            is_reached = leads_to(w->objects[k], o->name);
        const struct yaml_node *name = yaml_get(yaml_get(o->doc, "metadata"), "name");
        if (!is_reached)
            lint_report(
                w->f.diag, LINT_NO_LOCAL_QUEUE, name == NULL ? object_pos(o) : yaml_pos(name),
                "ClusterQueue '%s': no LocalQueue leads here: no job can be sent to it, its "
                "quota can only be lent; write a LocalQueue with spec: {clusterQueue: %s}, "
                "unless that is meant",
                o->name, o->name);
    }
}

void lint_quotas(struct lint_world *w)
{
    struct quota_lint q = {.w = w};
    for (size_t i = 0; i < w->objects_len; i++)
        if (is_kind(w->objects[i], "ClusterQueue") || is_kind(w->objects[i], "Cohort"))
            read_quotas(&q, w->objects[i]);
    if (w->cluster != NULL)
        lint_hardware(&q);
    for (size_t i = 0; i < q.len; i++)
        lint_borrowing(&q, &q.rows[i]);
    lint_local_queues(w);
}
