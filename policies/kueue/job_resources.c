#include "policies/kueue/job_resources.h"

#include "models/kubernetes/limit_range.h"
#include "models/kubernetes/tree.h"
#include "policies/kueue/refusal.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/numeral.h"

#include <string.h>

#define NANO 1000000000

static const char *const container_lists[] = {"initContainers", "containers"};

/* --- adjusting --- */

/* Of a container, or of the pod as a whole. */
static const struct yaml_node *adjust_resources(struct arena *a, const struct yaml_node *holder,
                                                const struct yaml_node *range)
{
    const struct yaml_node *limits = amounts_merge(a, tree_get(holder, "resources.limits"),
                                                   field_get(range, "default"), PICK_FIRST);
    const struct yaml_node *requests = amounts_merge(
        a, tree_get(holder, "resources.requests"), field_get(range, "defaultRequest"), PICK_FIRST);
    requests = amounts_merge(a, requests, limits, PICK_FIRST);
    if (limits != NULL)
        holder = tree_with(a, holder, "resources.limits", limits);
    return requests == NULL ? holder : tree_with(a, holder, "resources.requests", requests);
}

static const struct yaml_node *adjust_containers(struct arena *a, const struct yaml_node *spec,
                                                 const char *key, const struct yaml_node *range)
{
    const struct yaml_node *list = field_get(spec, key);
    const size_t len = list == NULL || list->kind != YAML_LIST ? 0 : list->len;
    const struct yaml_node **items = arena_alloc(a, (len + 1) * sizeof items[0]);
    for (size_t i = 0; i < len; i++)
        items[i] = adjust_resources(a, list->items[i], range);
    return len == 0 ? spec : tree_with_key(a, spec, key, tree_list(a, items, len, list));
}

static const struct yaml_node *adjust_overhead(struct arena *a, const struct object_set *objects,
                                               const struct yaml_node *spec)
{
    const char *name = tree_text(spec, "runtimeClassName", NULL);
    if (name == NULL || tree_pairs(tree_get(spec, "overhead")) > 0)
        return spec;
    const struct object *o = object_set_find(objects, "node.k8s.io", "RuntimeClass", "", name);
    const struct yaml_node *fixed = o == NULL ? NULL : tree_get(o->doc, "overhead.podFixed");
    return fixed == NULL ? spec : tree_with_key(a, spec, "overhead", fixed);
}

const struct yaml_node *job_template_adjust(struct arena *a, const struct object_set *objects,
                                            const char *namespace, const struct yaml_node *template)
{
    const struct yaml_node *spec = tree_get(template, "spec");
    const struct yaml_node *range = limit_range_sum(a, objects, namespace, "Container");
    if (spec == NULL || spec->kind != YAML_MAP)
        return template;
    spec = adjust_overhead(a, objects, spec);
    for (size_t i = 0; i < 2; i++)
        spec = adjust_containers(a, spec, container_lists[i], range);
    if (tree_get(spec, "resources") != NULL)
        spec = adjust_resources(a, spec, limit_range_sum(a, objects, namespace, "Pod"));
    return tree_with_key(a, template, "spec", spec);
}

/* --- what stands against admission --- */

/* Names of resources of which a has more than b says, quoted and joined; NULL: none. With
 * is_missing_more, what b does not name counts as nothing there. */
static const char *names_above(struct arena *arena, const struct yaml_node *a,
                               const struct yaml_node *b, bool is_missing_more)
{
    const char *names = NULL, *last = "";
    for (;;) {
        const char *next = NULL;
        for (size_t i = 0; i < tree_pairs(a); i++) {
            const char *key = a->pairs[i].key->text;
            int128 mine, other = 0;
            const bool is_named = amount_of(field_get(b, key), &other);
            if (amount_of(a->pairs[i].value, &mine) && (is_named || is_missing_more) &&
                mine > other && strcmp(key, last) > 0 && (next == NULL || strcmp(key, next) < 0))
                next = key;
        }
        if (next == NULL)
            return names;
        names = arena_printf(arena, "%s%s%s", names == NULL ? "" : names, names == NULL ? "" : ",",
                             text_json(arena, next));
        last = next;
    }
}

struct complaints {
    struct arena *arena;
    const char *text;
    bool is_several;
};

static void complain(struct complaints *c, const char *field, const char *names, const char *what)
{
    if (names == NULL)
        return;
    const char *one = arena_printf(c->arena, "%s: Invalid value: [%s]: %s", field, names, what);
    c->is_several |= c->text != NULL;
    c->text = c->text == NULL ? one : arena_printf(c->arena, "%s, %s", c->text, one);
}

static const char *complaints_text(const struct complaints *c, const char *prefix)
{
    if (c->text == NULL)
        return NULL;
    return arena_printf(c->arena, "%s: %s%s%s", prefix, c->is_several ? "[" : "", c->text,
                        c->is_several ? "]" : "");
}

static void check_own_limits(struct complaints *c, const struct yaml_node *holder,
                             const char *field)
{
    complain(c, field,
             names_above(c->arena, tree_get(holder, "resources.requests"),
                         tree_get(holder, "resources.limits"), false),
             "requests must not exceed its limits");
}

static void check_range(struct complaints *c, const struct yaml_node *holder,
                        const struct yaml_node *range, const char *field)
{
    const struct yaml_node *requests = tree_get(holder, "resources.requests");
    const struct yaml_node *limits = tree_get(holder, "resources.limits");
    const struct yaml_node *most = amounts_merge(c->arena, requests, limits, PICK_HIGHEST);
    const struct yaml_node *least = amounts_merge(c->arena, requests, limits, PICK_LOWEST);
    complain(c, field, names_above(c->arena, most, field_get(range, "max"), false),
             "requests must not be above the limitRange max");
    complain(c, field, names_above(c->arena, field_get(range, "min"), least, true),
             "requests must not be below the limitRange min");
}

/* The sum of a pod's requests as a tree. */
static const struct yaml_node *pod_total(struct arena *a, const struct yaml_node *template)
{
    struct diag quiet;
    struct field_reader r = {
        .diag = &quiet, .arena = a, .words = intern_new(), .resources = resource_names_new()};
    struct pod_template t;
    const struct yaml_node *map = tree_empty_map(a, template);
    diag_init(&quiet, stderr);
    if (pod_template_read(&r, template, &t)) {
        const struct resource_list l = pod_template_requests(&t, a);
        for (uint32_t i = 0; i < l.len; i++) {
            char digits[48];
            char *to = numeral_fixed(digits, l.items[i].nano, 9);
            const char *name = intern_text(r.resources, l.items[i].resource);
            map = tree_with_key(
                a, map, arena_text(a, name, strlen(name)),
                tree_scalar(a, arena_text(a, digits, (size_t)(to - digits)), template));
        }
    }
    diag_fini(&quiet);
    intern_free(r.words);
    intern_free(r.resources);
    return map;
}

static void check_containers(struct complaints *c, const struct yaml_node *spec, const char *field,
                             const struct yaml_node *range, bool is_range)
{
    for (size_t l = 0; l < 2; l++) {
        const struct yaml_node *list = tree_get(spec, container_lists[l]);
        for (size_t i = 0; i < tree_len(list); i++) {
            const char *at = arena_printf(c->arena, "%s.%s[%zu]", field, container_lists[l], i);
            if (is_range)
                check_range(c, list->items[i], range, at);
            else
                check_own_limits(c, list->items[i], at);
        }
    }
}

const char *job_pods_problem(struct arena *a, const struct object_set *objects,
                             const char *namespace, const struct yaml_node *pod_sets)
{
    const struct yaml_node *range = limit_range_sum(a, objects, namespace, "Container");
    const struct yaml_node *whole = limit_range_sum(a, objects, namespace, "Pod");
    struct complaints own = {.arena = a}, ranges = {.arena = a};
    for (size_t i = 0; i < tree_len(pod_sets); i++) {
        const struct yaml_node *template = tree_get(pod_sets->items[i], "template");
        const struct yaml_node *spec = tree_get(template, "spec");
        const char *field = arena_printf(a, "spec.podSets[%zu].template.spec", i);
        check_containers(&own, spec, field, NULL, false);
        if (tree_get(spec, "resources") != NULL)
            check_own_limits(&own, spec, arena_printf(a, "%s.resources", field));
        if (range != NULL)
            check_containers(&ranges, spec, field, range, true);
        if (whole == NULL)
            continue;
        const struct yaml_node *total = pod_total(a, template);
        complain(&ranges, field, names_above(a, total, field_get(whole, "max"), false),
                 "requests must not be above the limitRange max");
        complain(&ranges, field, names_above(a, field_get(whole, "min"), total, true),
                 "requests must not be below the limitRange min");
    }
    if (own.text != NULL)
        return complaints_text(&own, "resources validation failed");
    return complaints_text(&ranges, "resources didn't satisfy LimitRange constraints");
}

/* --- what counts --- */

/* a x b, both in nano. */
static int128 product(int128 a, int128 b)
{
    if (a % NANO == 0)
        return a / NANO * b;
    if (b % NANO == 0)
        return a * (b / NANO);
    return a * b / NANO;
}

static void exclude(struct field_reader *r, const struct yaml_node *prefixes,
                    struct resource_list *l)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < l->len; i++) {
        const char *name = intern_text(r->resources, l->items[i].resource);
        bool is_out = false;
        for (size_t p = 0; p < tree_len(prefixes); p++) {
            const char *prefix = tree_text(prefixes->items[p], NULL, "");
            is_out |= strncmp(name, prefix, strlen(prefix)) == 0;
        }
        if (!is_out)
            l->items[kept++] = l->items[i];
    }
    l->len = kept;
}

static const struct yaml_node *transformation_of(const struct yaml_node *list, const char *name)
{
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(tree_text(list->items[i], "input", ""), name) == 0)
            return list->items[i];
    return NULL;
}

/* What one input makes, added to what others made. */
static void transform(struct field_reader *r, const struct yaml_node *n, int128 nano,
                      const struct resource_list *l, struct resource_list *made)
{
    const struct yaml_node *outputs = tree_get(n, "outputs");
    const char *by = tree_text(n, "multiplyBy", "");
    const struct resource_quantity *times =
        by[0] == '\0' ? NULL : resource_list_find(l, intern_add(r->resources, by));
    if (times != NULL)
        nano = product(nano, times->nano);
    for (size_t i = 0; i < tree_pairs(outputs); i++) {
        int128 factor;
        struct resource_list one = {0};
        if (!amount_of(outputs->pairs[i].value, &factor))
            continue;
        resource_list_set(&one, r->arena, intern_add(r->resources, outputs->pairs[i].key->text),
                          product(nano, factor));
        resource_list_add(made, r->arena, &one);
    }
}

void job_requests_transform(struct field_reader *r, const struct yaml_node *n,
                            struct resource_list *l)
{
    const struct yaml_node *list = tree_get(n, "transformations");
    struct resource_list kept = {0}, made = {0};
    exclude(r, tree_get(n, "excludeResourcePrefixes"), l);
    for (uint32_t i = 0; i < l->len; i++) {
        const struct yaml_node *rule =
            transformation_of(list, intern_text(r->resources, l->items[i].resource));
        if (rule != NULL)
            transform(r, rule, l->items[i].nano, l, &made);
        if (rule == NULL || strcmp(tree_text(rule, "strategy", "Retain"), "Replace") != 0)
            resource_list_set(&kept, r->arena, l->items[i].resource, l->items[i].nano);
    }
    for (uint32_t i = 0; i < made.len; i++)
        if (made.items[i].nano < 0)
            made.items[i].nano = 0;
    resource_list_add(&kept, r->arena, &made);
    *l = kept;
}
