#include "tests/kube_case.h"

#include "models/kubernetes/resource_list.h"
#include "models/kubernetes/toleration.h"
#include "sim/arena.h"
#include "sim/config.h"
#include "sim/file_text.h"
#include "sim/text_stream.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

int64_t kube_number(const struct yaml_node *n)
{
    assert_non_null(n);
    return strtoll(n->text, NULL, 10);
}

size_t kube_index(const struct yaml_node *list, const char *text)
{
    for (size_t i = 0; list != NULL && i < list->len; i++)
        if (strcmp(list->items[i]->text, text) == 0)
            return i;
    return SIZE_MAX;
}

static const struct yaml_node *path(const struct yaml_node *n, const char *a, const char *b)
{
    return yaml_get(yaml_get(n, a), b);
}

static bool is_kind(const struct yaml_node *doc, const char *kind)
{
    return strcmp(yaml_get(doc, "kind")->text, kind) == 0;
}

/* --- configuration: the fragment of a profile, in our words --- */

/* The entry of a list whose `name` is that one. */
static const struct yaml_node *named(const struct yaml_node *list, const char *name)
{
    for (size_t i = 0; list != NULL && i < list->len; i++)
        if (strcmp(yaml_get(list->items[i], "name")->text, name) == 0)
            return list->items[i];
    return NULL;
}

static int64_t weight_of(const struct yaml_node *config, const char *plugin, int64_t usual)
{
    static const char *const points[] = {"score", "multiPoint"};
    const struct yaml_node *plugins = yaml_get(config, "plugins");
    int64_t weight = usual;
    for (int i = 0; i < 2; i++) {
        if (named(path(plugins, points[i], "disabled"), plugin) != NULL)
            weight = 0;
        const struct yaml_node *enabled = named(path(plugins, points[i], "enabled"), plugin);
        if (enabled != NULL)
            weight = kube_number(yaml_get(enabled, "weight"));
    }
    return weight;
}

static void write_resources(FILE *out, const struct yaml_node *list)
{
    if (list == NULL)
        return;
    fputs("resources: [", out);
    for (size_t i = 0; i < list->len; i++)
        fprintf(out, "{name: %s, weight: %s}, ", yaml_get(list->items[i], "name")->text,
                yaml_get(list->items[i], "weight")->text);
    fputs("], ", out);
}

static void write_shape(FILE *out, const struct yaml_node *shape)
{
    if (shape == NULL)
        return;
    fputs("shape: [", out);
    for (size_t i = 0; i < shape->len; i++)
        fprintf(out, "{utilization: %s, score: %s}, ",
                yaml_get(shape->items[i], "utilization")->text,
                yaml_get(shape->items[i], "score")->text);
    fputs("], ", out);
}

static const char *strategy_name(const struct yaml_node *fit)
{
    const struct yaml_node *type = yaml_get(fit, "type");
    if (type == NULL || strcmp(type->text, "LeastAllocated") == 0)
        return "least-allocated";
    return strcmp(type->text, "MostAllocated") == 0 ? "most-allocated"
                                                    : "requested-to-capacity-ratio";
}

static char *options_text(const struct yaml_node *config, enum kube_score what)
{
    struct text_stream text;
    FILE *out = text_stream_open(&text);
    const struct yaml_node *plugin_config = yaml_get(config, "pluginConfig");
    const struct yaml_node *fit =
        path(named(plugin_config, "NodeResourcesFit"), "args", "scoringStrategy");
    const struct yaml_node *balanced =
        path(named(plugin_config, "NodeResourcesBalancedAllocation"), "args", "resources");
    fprintf(out, "{%s: {", strategy_name(fit));
    write_resources(out, yaml_get(fit, "resources"));
    write_shape(out, path(fit, "requestedToCapacityRatio", "shape"));
    const bool all = what == KUBE_TOTAL;
    fprintf(out, "weight: %d, ",
            what == KUBE_BALANCE ? 0
            : all                ? (int)weight_of(config, "NodeResourcesFit", 1)
                                 : 1);
    fputs("balanced: {", out);
    write_resources(out, balanced);
    fprintf(out, "weight: %d}, ",
            what == KUBE_FIT ? 0
            : all            ? (int)weight_of(config, "NodeResourcesBalancedAllocation", 1)
                             : 1);
    fprintf(out, "taint_weight: %d, affinity_weight: %d}}",
            all ? (int)weight_of(config, "TaintToleration", 3) : 0, all ? 2 : 0);
    text_stream_close(&text);
    return text.text;
}

static void open_placements(struct kube_case *k, const struct yaml_node *config)
{
    struct config_reader reader = {.diag = &k->diag, .arena = k->arena};
    const struct policy_env env = {.names_view = &k->names,
                                   .names = &k->names,
                                   .requests = k->requests,
                                   .cluster = k->cluster,
                                   .arena = k->arena};
    for (int i = 0; i < KUBE_SCORES; i++) {
        char *text = options_text(config, (enum kube_score)i);
        struct yaml_file *f = yaml_parse("options", text, strlen(text), &k->diag);
        struct placement_choice choice = {0};
        assert_true(placement_read(&reader, yaml_doc(f, 0), &choice));
        k->placements[i] = placement_new(&choice, &env, &k->diag);
        assert_non_null(k->placements[i]);
        yaml_close(f);
        free(text);
    }
}

/* --- objects --- */

static struct amount *amounts_of(struct kube_case *k, const struct yaml_node *map, const char *key,
                                 uint32_t *len)
{
    struct field_reader r = {&k->diag, k->arena, k->names.words, k->names.resources};
    const struct resource_list l = resource_list_read(&r, map, key);
    *len = l.len;
    return resource_list_amounts(&l, k->arena);
}

static bool is_ignored(const struct yaml_node *fit_args, const char *resource)
{
    char group[256];
    snprintf(group, sizeof group, "%s", resource);
    if (strchr(group, '/') == NULL)
        return false;
    if (kube_index(yaml_get(fit_args, "ignoredResources"), resource) != SIZE_MAX)
        return true;
    *strchr(group, '/') = '\0';
    return kube_index(yaml_get(fit_args, "ignoredResourceGroups"), group) != SIZE_MAX;
}

static void add_pod(struct kube_case *k, const struct yaml_node *doc,
                    const struct yaml_node *fit_args)
{
    const struct yaml_node *containers = path(doc, "spec", "containers");
    struct amount all[64];
    size_t len = 0;
    uint32_t own;
    assert_int_equal(containers->len, 1);
    const struct amount *a =
        amounts_of(k, yaml_get(containers->items[0], "resources"), "requests", &own);
    for (uint32_t i = 0; i < own; i++)
        if (!is_ignored(fit_args, intern_text(k->names.resources, a[i].resource)))
            all[len++] = a[i];
    all[len++] = (struct amount){intern_add(k->names.resources, "pods"), 1};
    assert_true(k->pods_len < KUBE_CASE_PODS);
    k->pods[k->pods_len++] = (struct kube_pod){
        .name = arena_printf(k->arena, "%s/%s", path(doc, "metadata", "namespace")->text,
                             path(doc, "metadata", "name")->text),
        .request = request_add(k->requests, all, len, 0, NULL),
        .node = NODE_NONE,
    };
}

static void add_node(struct kube_case *k, const struct yaml_node *doc)
{
    struct field_reader r = {&k->diag, k->arena, k->names.words, k->names.resources};
    const struct yaml_node *taints = path(doc, "spec", "taints");
    const size_t len = taints == NULL ? 0 : taints->len;
    struct taint *list = arena_alloc(k->arena, (len + 1) * sizeof list[0]);
    for (size_t i = 0; i < len; i++)
        assert_true(taint_read(&r, taints->items[i], &list[i]));
    struct node_spec spec = {.name = path(doc, "metadata", "name")->text,
                             .state = NODE_DOWN,
                             .taints = list,
                             .taints_len = (uint32_t)len};
    spec.amounts = amounts_of(k, yaml_get(doc, "status"), "allocatable", &spec.amounts_len);
    cluster_add_node(k->cluster, &spec);
}

static struct kube_pod *find_pod(struct kube_case *k, const char *name)
{
    for (size_t i = 0; i < k->pods_len; i++)
        if (strcmp(k->pods[i].name, name) == 0)
            return &k->pods[i];
    return NULL;
}

static void move(struct kube_case *k, struct kube_pod *pod, uint32_t node)
{
    const bool leaves = node == NODE_NONE;
    const uint32_t at = leaves ? pod->node : node;
    const struct request *r = request_get(k->requests, pod->request);
    if (at == NODE_NONE)
        return;
    pod->node = node;
    (leaves ? cluster_give : cluster_take)(k->cluster, at, r, 1);
    for (int i = 0; i < KUBE_SCORES; i++)
        placement_moved(k->placements[i], r->id, at, leaves ? -1 : 1);
}

/* --- steps --- */

static void set_node(struct kube_case *k, const char *name, enum node_state state)
{
    const uint32_t node = cluster_find_node(k->cluster, name);
    assert_int_not_equal(node, NODE_NONE);
    cluster_set_state(k->cluster, node, state);
}

static void create(struct kube_case *k, const char *ref)
{
    if (strncmp(ref, "Node/", 5) == 0)
        set_node(k, ref + 5, NODE_READY);
    else
        assert_true(strncmp(ref, "Pod/", 4) == 0 && find_pod(k, ref + 4) != NULL);
}

static void delete (struct kube_case *k, const char *ref)
{
    if (strncmp(ref, "Node/", 5) == 0)
        set_node(k, ref + 5, NODE_DOWN);
    else
        move(k, find_pod(k, ref + 4), NODE_NONE);
}

static void each_ref(struct kube_case *k, const struct yaml_node *refs,
                     void (*fn)(struct kube_case *k, const char *ref))
{
    if (refs->kind == YAML_SCALAR)
        fn(k, refs->text);
    else
        for (size_t i = 0; i < refs->len; i++)
            fn(k, refs->items[i]->text);
}

static void update(struct kube_case *k, const struct yaml_node *step)
{
    const char *ref = yaml_get(step, "ref")->text;
    assert_true(strncmp(ref, "Node/", 5) == 0);
    const uint32_t node = cluster_find_node(k->cluster, ref + 5);
    uint32_t len;
    const struct amount *a = amounts_of(k, path(step, "patch", "status"), "allocatable", &len);
    for (uint32_t i = 0; i < len; i++) {
        const size_t cell = (size_t)node * k->cluster->resources_len + a[i].resource;
        k->cluster->free[cell] += a[i].value - k->cluster->capacity[cell];
        k->cluster->capacity[cell] = a[i].value;
    }
    cluster_touch(k->cluster, node);
}

static void do_step(struct kube_case *k, const struct yaml_node *step)
{
    const char *op = step->pairs[0].key->text;
    const struct yaml_node *what = step->pairs[0].value;
    if (strcmp(op, "create") == 0)
        each_ref(k, what, create);
    else if (strcmp(op, "delete") == 0)
        each_ref(k, what, delete);
    else if (strcmp(op, "update") == 0)
        update(k, what);
    else if (strcmp(op, "cordon") == 0)
        set_node(k, what->text, NODE_CORDONED);
    else if (strcmp(op, "uncordon") == 0)
        set_node(k, what->text, NODE_READY);
    else
        assert_true(strcmp(op, "advance") == 0 || strcmp(op, "schedule") == 0);
}

/* --- replaying --- */

static bool is_created_later(const struct yaml_node *steps, const char *ref)
{
    for (size_t i = 0; i < steps->len; i++) {
        const struct yaml_node *refs = yaml_get(steps->items[i], "create");
        if (refs != NULL && (refs->kind == YAML_SCALAR ? strcmp(refs->text, ref) == 0
                                                       : kube_index(refs, ref) != SIZE_MAX))
            return true;
    }
    return false;
}

static void begin(struct kube_case *k, const struct yaml_node *steps)
{
    for (uint32_t n = 0; n < k->cluster->nodes_len; n++)
        if (!is_created_later(steps, arena_printf(k->arena, "Node/%s", k->cluster->nodes[n].name)))
            cluster_set_state(k->cluster, n, NODE_READY);
    for (size_t i = 1; i < yaml_docs(k->file); i++) {
        const struct yaml_node *doc = yaml_doc(k->file, i);
        const struct yaml_node *node = is_kind(doc, "Pod") ? path(doc, "spec", "nodeName") : NULL;
        if (node == NULL)
            continue;
        struct kube_pod *pod =
            find_pod(k, arena_printf(k->arena, "%s/%s", path(doc, "metadata", "namespace")->text,
                                     path(doc, "metadata", "name")->text));
        move(k, pod, cluster_find_node(k->cluster, node->text));
    }
}

static void open_case(struct kube_case *k, const char *file)
{
    *k = (struct kube_case){.arena = arena_new()};
    diag_init(&k->diag, stderr);
    k->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    k->requests = request_table_new(k->names.resources);
    k->cluster = cluster_new();
    cluster_add_pool(k->cluster, "all", "any", KIND_NONE);
    k->file = yaml_read(file, &k->diag);
    assert_non_null(k->file);
    const struct yaml_node *config = yaml_get(yaml_doc(k->file, 0), "config");
    const struct yaml_node *fit_args =
        yaml_get(named(yaml_get(config, "pluginConfig"), "NodeResourcesFit"), "args");
    for (size_t i = 1; i < yaml_docs(k->file); i++) {
        const struct yaml_node *doc = yaml_doc(k->file, i);
        if (is_kind(doc, "Node"))
            add_node(k, doc);
        else if (is_kind(doc, "Pod"))
            add_pod(k, doc, fit_args);
    }
    cluster_seal(k->cluster, (uint32_t)intern_len(k->names.resources));
    open_placements(k, config);
    begin(k, yaml_get(yaml_doc(k->file, 0), "steps"));
}

static void close_case(struct kube_case *k)
{
    for (int i = 0; i < KUBE_SCORES; i++)
        placement_free(k->placements[i]);
    yaml_close(k->file);
    cluster_free(k->cluster);
    request_table_free(k->requests);
    intern_free(k->names.resources);
    intern_free(k->names.words);
    assert_int_equal(diag_errors(&k->diag), 0);
    diag_fini(&k->diag);
    arena_free(k->arena);
}

static void follow(struct kube_case *k, const struct yaml_node *record, kube_attempt_fn *fn,
                   void *context)
{
    const struct yaml_node *steps = yaml_get(yaml_doc(k->file, 0), "steps");
    if (strcmp(yaml_get(record, "op")->text, "attempt") != 0) {
        do_step(k, steps->items[kube_number(yaml_get(record, "step"))]);
        return;
    }
    struct kube_pod *pod = find_pod(k, yaml_get(record, "pod")->text);
    assert_non_null(pod);
    fn(context, k, record, pod);
    if (yaml_get(record, "node") != NULL)
        move(k, pod, cluster_find_node(k->cluster, yaml_get(record, "node")->text));
}

void kube_case_replay(const char *stem, kube_attempt_fn *fn, void *context)
{
    struct kube_case *k = malloc(sizeof *k);
    char file[4096];
    char *text;
    size_t len;
    snprintf(file, sizeof file, "%s.yaml", stem);
    open_case(k, file);
    snprintf(file, sizeof file, "%s.jsonl", stem);
    assert_true(file_text_read(file, &text, &len));
    for (char *line = text, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        struct yaml_file *f = yaml_parse(file, line, (size_t)(end - line), &k->diag);
        follow(k, yaml_doc(f, 0), fn, context);
        yaml_close(f);
    }
    free(text);
    close_case(k);
    free(k);
}
