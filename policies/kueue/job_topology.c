/* topologyRequest, from the annotations of pod templates, and what is wrong with those. */
#include "policies/kueue/job_workloads.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/kube_syntax.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <string.h>

#define REQUIRED      "kueue.x-k8s.io/podset-required-topology"
#define PREFERRED     "kueue.x-k8s.io/podset-preferred-topology"
#define UNCONSTRAINED "kueue.x-k8s.io/podset-unconstrained-topology"
#define SLICE         "kueue.x-k8s.io/podset-slice-required-topology"
#define SLICE_SIZE    "kueue.x-k8s.io/podset-slice-size"
#define LAYERS        "kueue.x-k8s.io/podset-slice-required-topology-constraints"
#define GROUP         "kueue.x-k8s.io/podset-group-name"

enum { MOST_LAYERS = 3 };

static const struct yaml_node *annotation(const struct job_set *s, const char *key)
{
    const struct yaml_node *n = field_get(field_get(s->meta, "annotations"), key);
    return n == NULL || n->kind != YAML_SCALAR ? NULL : n;
}

bool job_parse_bool(const char *text, bool *value)
{
    static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True"};
    static const char *const no[] = {"0", "f", "F", "FALSE", "false", "False"};
    for (size_t i = 0; i < 6; i++) {
        *value = strcmp(text, yes[i]) == 0;
        if (*value || strcmp(text, no[i]) == 0)
            return true;
    }
    return false;
}

/* The layers as a tree: a JSON text is a YAML one. NULL: it is none. */
static const struct yaml_node *parse_layers(struct job_maker *m, const struct yaml_node *n)
{
    struct diag quiet;
    const struct yaml_node *list = NULL;
    diag_init(&quiet, m->f.diag->out);
    struct yaml_file *f = yaml_parse("layers", n->text, n->len, &quiet);
    if (diag_errors(&quiet) == 0 && yaml_docs(f) == 1 && yaml_doc(f, 0)->kind == YAML_LIST)
        list = tree_copy(m->f.arena, yaml_doc(f, 0), n);
    yaml_close(f);
    diag_fini(&quiet);
    return list;
}

/* --- reading --- */

static const struct yaml_node *put(struct job_maker *m, const struct yaml_node *map,
                                   const char *key, const struct yaml_node *value)
{
    return tree_with(m->f.arena, map, key, tree_quoted(m->f.arena, value->text, value));
}

static const struct yaml_node *read_mode(struct job_maker *m, const struct job_set *s,
                                         const struct yaml_node *map)
{
    const struct yaml_node *required = annotation(s, REQUIRED);
    const struct yaml_node *preferred = annotation(s, PREFERRED);
    const struct yaml_node *free = annotation(s, UNCONSTRAINED);
    bool value = false;
    if (required != NULL)
        return put(m, map, "required", required);
    if (preferred != NULL)
        return put(m, map, "preferred", preferred);
    if (free == NULL)
        return map;
    job_parse_bool(node_text(free), &value);
    return tree_with(m->f.arena, map, "unconstrained",
                     tree_scalar(m->f.arena, value ? "true" : "false", free));
}

static const struct yaml_node *read_slices(struct job_maker *m, const struct job_set *s,
                                           const struct yaml_node *map)
{
    const struct yaml_node *layers = annotation(s, LAYERS), *slice = annotation(s, SLICE);
    const struct yaml_node *size = annotation(s, SLICE_SIZE);
    if (layers != NULL && gates_on(m->gates, GATE_TAS_MULTI_LAYER_TOPOLOGY)) {
        const struct yaml_node *list = parse_layers(m, layers);
        return list == NULL
                   ? map
                   : tree_with(m->f.arena, map, "podsetSliceRequiredTopologyConstraints", list);
    }
    if (slice == NULL || size == NULL)
        return map;
    map = put(m, map, "podSetSliceRequiredTopology", slice);
    return tree_with(m->f.arena, map, "podSetSliceSize", tree_scalar(m->f.arena, size->text, size));
}

static const struct yaml_node *read_request(struct job_maker *m, const struct job_set *s)
{
    struct arena *a = m->f.arena;
    const bool has_mode = annotation(s, REQUIRED) != NULL || annotation(s, PREFERRED) != NULL ||
                          annotation(s, UNCONSTRAINED) != NULL;
    const bool has_slices = (annotation(s, SLICE) != NULL && annotation(s, SLICE_SIZE) != NULL) ||
                            annotation(s, LAYERS) != NULL;
    const struct yaml_node *group = annotation(s, GROUP);
    if (!has_mode && !has_slices && s->index_label == NULL)
        return NULL;
    const struct yaml_node *map = tree_empty_map(a, s->meta == NULL ? s->template : s->meta);
    map = read_slices(m, s, read_mode(m, s, map));
    if (s->index_label != NULL)
        map = tree_with(a, map, "podIndexLabel", tree_quoted(a, s->index_label, s->template));
    if (s->has_sub_groups) {
        map = tree_with(a, map, "subGroupIndexLabel",
                        tree_quoted(a,
                                    s->sub_group_label == NULL ? "jobset.sigs.k8s.io/job-index"
                                                               : s->sub_group_label,
                                    s->template));
        map = tree_with(a, map, "subGroupCount",
                        tree_scalar(a, arena_printf(a, "%" PRId64, s->sub_groups), s->template));
    }
    if (group != NULL && (annotation(s, REQUIRED) != NULL || annotation(s, PREFERRED) != NULL))
        map = put(m, map, "podSetGroupName", group);
    return map;
}

void job_topology_read(struct job_maker *m, struct queued_job *j)
{
    for (uint32_t i = 0; gates_on(m->gates, GATE_TOPOLOGY_AWARE_SCHEDULING) && i < j->sets_len; i++)
        j->sets[i].topology = read_request(m, &j->sets[i]);
}

/* --- checking one template --- */

struct place {
    struct job_maker *m;
    struct refusals *r;
    const struct job_set *set;
};

static const char *field_of(const struct place *p, const char *key)
{
    return arena_printf(p->r->arena, "%s.annotations[%s]", p->set->field, key);
}

static void check_labels_of(const struct place *p)
{
    static const char *const keys[] = {REQUIRED, PREFERRED, SLICE};
    for (size_t i = 0; i < 3; i++) {
        const struct yaml_node *n = annotation(p->set, keys[i]);
        if (n == NULL)
            continue;
        const struct syntax s = syntax_label_key(p->r->arena, node_text(n));
        refuse_syntax(p->r, n, field_of(p, keys[i]), node_text(n), &s);
    }
}

static void check_modes(const struct place *p)
{
    const struct yaml_node *free = annotation(p->set, UNCONSTRAINED);
    const int modes = (annotation(p->set, REQUIRED) != NULL) +
                      (annotation(p->set, PREFERRED) != NULL) + (free != NULL);
    if (modes > 1)
        refusals_add(
            p->r, (struct refusal){REFUSED_INVALID,
                                   arena_printf(p->r->arena, "%s.annotations", p->set->field), NULL,
                                   "must not contain more than one topology annotation: "
                                   "[\"" REQUIRED "\", \"" PREFERRED "\", \"" UNCONSTRAINED "\"]",
                                   p->set->meta});
}

static void forbid(const struct place *p, const char *key, const char *other)
{
    refuse_forbidden(p->r, annotation(p->set, key), field_of(p, key),
                     arena_printf(p->r->arena, "may not be set when '%s' is specified", other));
}

static void check_group_name(const struct place *p)
{
    const struct yaml_node *n = annotation(p->set, GROUP);
    if (n == NULL)
        return;
    if (node_text(n)[0] != '\0' && node_text(n)[strspn(node_text(n), "0123456789")] == '\0')
        refuse_text(p->r, n, field_of(p, GROUP), node_text(n), "must not be a number");
    if (annotation(p->set, SLICE_SIZE) != NULL)
        forbid(p, GROUP, SLICE_SIZE);
    if (annotation(p->set, SLICE) != NULL)
        forbid(p, GROUP, SLICE);
    if (annotation(p->set, REQUIRED) == NULL && annotation(p->set, PREFERRED) == NULL)
        refuse_forbidden(p->r, n, field_of(p, GROUP),
                         "may not be set when neither '" PREFERRED "' nor '" REQUIRED
                         "' is specified");
}

static void check_values(const struct place *p)
{
    const struct yaml_node *free = annotation(p->set, UNCONSTRAINED);
    const struct yaml_node *size = annotation(p->set, SLICE_SIZE);
    bool value;
    int64_t number;
    const char *why;
    if (free != NULL && !job_parse_bool(node_text(free), &value))
        refuse_text(p->r, free, field_of(p, UNCONSTRAINED), node_text(free),
                    "must be a boolean value");
    if (size != NULL && (!quantity_int(node_text(size), &number, &why) || number > INT32_MAX))
        refuse_text(p->r, size, field_of(p, SLICE_SIZE), node_text(size),
                    "must be a numeric value");
    else if (size != NULL && number < 1)
        refuse_text(p->r, size, field_of(p, SLICE_SIZE), node_text(size),
                    "must be greater than or equal to 1");
    if (annotation(p->set, SLICE) != NULL && size == NULL)
        refuse_missing(p->r, p->set->meta, field_of(p, SLICE_SIZE),
                       "must be set when '" SLICE "' is specified");
    if (annotation(p->set, SLICE) == NULL && size != NULL)
        refuse_forbidden(p->r, size, field_of(p, SLICE_SIZE),
                         "may not be set when '" SLICE "' is not specified");
}

static void check_layer(const struct place *p, const struct yaml_node *list, size_t i)
{
    struct arena *a = p->r->arena;
    const struct yaml_node *n = list->items[i];
    const char *field = arena_printf(a, "%s[%zu]", field_of(p, LAYERS), i);
    const char *label = tree_text(n, "topology", "");
    const int64_t size = tree_int(n, "size", 0);
    const struct syntax s = syntax_label_key(a, label);
    refuse_syntax(p->r, n, arena_printf(a, "%s.topology", field), label, &s);
    if (size < 1)
        refuse_number(p->r, n, arena_printf(a, "%s.size", field), size,
                      "must be greater than or equal to 1");
    for (size_t k = 0; k < i; k++)
        if (strcmp(tree_text(list->items[k], "topology", ""), label) == 0) {
            refuse_twin(p->r, n, arena_printf(a, "%s.topology", field),
                        arena_printf(a, "%s (also at index %zu)", label, k));
            break;
        }
    const int64_t above = i == 0 ? size : tree_int(list->items[i - 1], "size", 0);
    if (size > 0 && above % size != 0)
        refuse_number(p->r, n, arena_printf(a, "%s.size", field), size,
                      arena_printf(a, "must evenly divide the parent layer size %" PRId64, above));
}

static void check_layers(const struct place *p)
{
    const struct yaml_node *n = annotation(p->set, LAYERS);
    const char *field = field_of(p, LAYERS);
    if (n == NULL)
        return;
    if (!gates_on(p->m->gates, GATE_TAS_MULTI_LAYER_TOPOLOGY)) {
        refuse_forbidden(p->r, n, field,
                         "the TASMultiLayerTopology feature gate must be enabled to use this "
                         "annotation");
        return;
    }
    if (annotation(p->set, SLICE) != NULL)
        forbid(p, LAYERS, SLICE);
    if (annotation(p->set, SLICE_SIZE) != NULL)
        forbid(p, LAYERS, SLICE_SIZE);
    if (annotation(p->set, GROUP) != NULL)
        forbid(p, GROUP, LAYERS);
    const struct yaml_node *list = parse_layers(p->m, n);
    if (list == NULL)
        refuse_text(p->r, n, field, node_text(n), "must be a valid JSON array");
    else if (list->len == 0 || list->len > MOST_LAYERS)
        refuse_text(p->r, n, field, node_text(n),
                    "topology constraints must contain between 1 and 3 entries");
    for (size_t i = 0; list != NULL && list->len <= MOST_LAYERS && i < list->len; i++)
        check_layer(p, list, i);
}

static void check_set(const struct place *p)
{
    check_modes(p);
    check_labels_of(p);
    check_group_name(p);
    check_values(p);
    check_layers(p);
}

/* --- checking with counts --- */

static void check_bound(const struct place *p)
{
    const struct yaml_node *size = annotation(p->set, SLICE_SIZE);
    const struct yaml_node *layers = annotation(p->set, LAYERS);
    const char *detail =
        arena_printf(p->r->arena, "must not be greater than pod set count %" PRId64, p->set->count);
    if (tree_int(size, NULL, 0) > p->set->count)
        refuse_text(p->r, size, field_of(p, SLICE_SIZE), node_text(size), detail);
    const struct yaml_node *list = layers == NULL ? NULL : parse_layers(p->m, layers);
    const int64_t first = tree_len(list) == 0 ? 0 : tree_int(list->items[0], "size", 0);
    if (first > p->set->count)
        refuse_number(p->r, layers, field_of(p, LAYERS), first, detail);
}

static const char *group_of(const struct job_set *s)
{
    return tree_text(s->topology, "podSetGroupName", "");
}

static void check_pair(const struct place *one, const struct place *other)
{
    struct arena *a = one->r->arena;
    const struct place *const both[] = {one, other};
    const char *group = group_of(one->set);
    const bool is_even = tree_equal(tree_get(one->set->topology, "required"),
                                    tree_get(other->set->topology, "required")) &&
                         tree_equal(tree_get(one->set->topology, "preferred"),
                                    tree_get(other->set->topology, "preferred"));
    for (size_t i = 0; i < 2 && one->set->count != 1 && other->set->count != 1; i++)
        refuse_text(one->r, annotation(both[i]->set, GROUP), field_of(both[i], GROUP), group,
                    arena_printf(a,
                                 "can only define groups where at least one pod set has only 1 "
                                 "replica, got: %" PRId64 " replica(s) and %" PRId64
                                 " replica(s) in the group",
                                 one->set->count, other->set->count));
    for (size_t i = 0; i < 2 && !is_even; i++)
        refusals_add(one->r,
                     (struct refusal){REFUSED_INVALID,
                                      arena_printf(a, "%s.annotations", both[i]->set->field), NULL,
                                      arena_printf(a,
                                                   "must specify '" REQUIRED "' or '" PREFERRED
                                                   "' topology consistent with '%s.annotations' "
                                                   "in group '%s'",
                                                   both[1 - i]->set->field, group),
                                      both[i]->set->meta});
}

/* The sets of the i-th one's group, if it is their first. */
static void check_group(struct job_maker *m, const struct queued_job *j, uint32_t i,
                        struct refusals *r)
{
    const char *group = group_of(&j->sets[i]);
    uint32_t len = 0, other = i;
    for (uint32_t k = 0; k < j->sets_len; k++) {
        if (group[0] == '\0' || strcmp(group_of(&j->sets[k]), group) != 0)
            continue;
        if (k < i)
            return;
        len++;
        other = k;
    }
    for (uint32_t k = i; len > 0 && len != 2 && k < j->sets_len; k++) {
        const struct place p = {m, r, &j->sets[k]};
        if (strcmp(group_of(&j->sets[k]), group) == 0)
            refuse_text(r, annotation(&j->sets[k], GROUP), field_of(&p, GROUP), group,
                        arena_printf(r->arena,
                                     "can only define groups of exactly 2 pod sets, got: %" PRIu32
                                     " pod set(s)",
                                     len));
    }
    if (len == 2)
        check_pair(&(struct place){m, r, &j->sets[i]}, &(struct place){m, r, &j->sets[other]});
}

static bool has_groups(const struct queued_job *j)
{
    return j->kind->topology != TOPOLOGY_ROLES && j->kind->topology != TOPOLOGY_RAW_ROLES;
}

static void check_groups(struct job_maker *m, const struct queued_job *j, struct refusals *r)
{
    for (uint32_t i = 0; has_groups(j) && i < j->sets_len; i++)
        check_group(m, j, i, r);
}

/* A Job's own rules come only when its annotations are right. */
static void check_batch(struct job_maker *m, const struct queued_job *j, struct refusals *r)
{
    static const char *const modes[][2] = {
        {REQUIRED, "required topology is not supported with elastic jobs"},
        {PREFERRED, "preferred topology is not supported with elastic jobs"}};
    const struct place p = {m, r, &j->sets[0]};
    const uint32_t before = r->len;
    check_set(&p);
    for (size_t i = 0; j->is_elastic && r->len == before && i < 2; i++)
        if (annotation(p.set, modes[i][0]) != NULL)
            refuse_forbidden(r, annotation(p.set, modes[i][0]),
                             arena_printf(r->arena, "%s.annotations.%s", p.set->field, modes[i][0]),
                             modes[i][1]);
    if (r->len == before)
        check_bound(&p);
}

/* The head first, then what binds all together, then the workers; nothing of a submitter. */
static void check_ray(struct job_maker *m, const struct queued_job *j, struct refusals *r,
                      bool has_counts)
{
    const bool is_cluster = strcmp(j->kind->kind, "RayCluster") == 0;
    for (uint32_t i = 0; i < j->sets_len; i++) {
        const struct place p = {m, r, &j->sets[i]};
        if (strcmp(p.set->name, "submitter") == 0)
            continue;
        check_set(&p);
        if (i == 0 && has_counts && is_cluster)
            check_groups(m, j, r);
        if (has_counts)
            check_bound(&p);
        if (i == 0 && has_counts && !is_cluster)
            check_groups(m, j, r);
    }
}

void job_topology_check(struct job_maker *m, const struct queued_job *j, struct refusals *r)
{
    const bool is_pod = j->kind->topology == TOPOLOGY_POD;
    const bool has_counts = job_topology_problem(m, j) == NULL;
    const bool is_raw =
        j->kind->topology == TOPOLOGY_RAW || j->kind->topology == TOPOLOGY_RAW_ROLES;
    if ((!is_pod && !gates_on(m->gates, GATE_TOPOLOGY_AWARE_SCHEDULING)) || j->sets_len == 0 ||
        j->kind->topology == TOPOLOGY_UNCHECKED || (is_raw && !has_counts))
        return;
    if (j->kind->topology == TOPOLOGY_JOB) {
        check_batch(m, j, r);
        return;
    }
    if (j->kind->topology == TOPOLOGY_RAY) {
        check_ray(m, j, r, has_counts);
        return;
    }
    for (uint32_t i = 0; i < j->sets_len; i++) {
        check_set(&(struct place){m, r, &j->sets[i]});
        if (!is_pod && has_counts)
            check_bound(&(struct place){m, r, &j->sets[i]});
    }
    if (!is_pod && has_counts)
        check_groups(m, j, r);
}

/* --- what cannot be understood at all --- */

static const char *set_problem(struct job_maker *m, const struct job_set *s)
{
    struct arena *a = m->f.arena;
    const struct yaml_node *free = annotation(s, UNCONSTRAINED);
    const struct yaml_node *layers = annotation(s, LAYERS), *size = annotation(s, SLICE_SIZE);
    bool value;
    int64_t number;
    const char *why;
    if (free != NULL && annotation(s, REQUIRED) == NULL && annotation(s, PREFERRED) == NULL &&
        !job_parse_bool(node_text(free), &value))
        return arena_printf(a, "strconv.ParseBool: parsing %s: invalid syntax",
                            text_json(a, node_text(free)));
    if (layers != NULL && gates_on(m->gates, GATE_TAS_MULTI_LAYER_TOPOLOGY)) {
        const struct yaml_node *list = parse_layers(m, layers);
        if (list == NULL)
            return "failed to parse multi-layer topology constraints annotation";
        if (list->len == 0 || list->len > MOST_LAYERS)
            return arena_printf(
                a, "topology constraints must contain between 1 and 3 entries: got %zu", list->len);
        return NULL;
    }
    if (size != NULL && annotation(s, SLICE) != NULL &&
        (!quantity_int(node_text(size), &number, &why) || number > INT32_MAX))
        return arena_printf(a, "strconv.ParseInt: parsing %s: invalid syntax",
                            text_json(a, node_text(size)));
    return NULL;
}

const char *job_topology_problem(struct job_maker *m, const struct queued_job *j)
{
    const char *problem = NULL;
    if (!gates_on(m->gates, GATE_TOPOLOGY_AWARE_SCHEDULING))
        return NULL;
    for (uint32_t i = 0; i < j->sets_len && problem == NULL; i++)
        problem = set_problem(m, &j->sets[i]);
    return problem;
}
