/* resources.deviceClassMappings: which device classes count as which resource. */
#include "policies/kueue/configuration.h"

#include "models/kubernetes/tree.h"
#include "policies/kueue/kube_syntax.h"
#include "sim/arena.h"

#include <string.h>

#define FIELD "resources.deviceClassMappings"

enum {
    MOST_MAPPINGS = 16,
    MOST_CLASSES = 8,
    LONGEST_NAME = 253,
    LONGEST_DRIVER = 63,
    LONGEST_DOMAIN = 63,
    LONGEST_ID = 32,
};

static void check_name(struct refusals *r, const struct yaml_node *at, const char *field,
                       const char *name)
{
    const struct syntax s = syntax_label_key(r->arena, name);
    if (s.len > 0)
        refuse_text(r, at, field, name, syntax_join(r->arena, &s, "; "));
    if (strlen(name) > LONGEST_NAME)
        refuse_text(r, at, field, name, "must not exceed 253 characters");
}

/* --- classes --- */

/* Of the first source; "": none. */
static const char *counter_of(const struct yaml_node *mapping)
{
    const struct yaml_node *sources = tree_get(mapping, "sources");
    return tree_len(sources) == 0 ? "" : tree_text(sources->items[0], "counter.name", "");
}

static bool has_class(const struct yaml_node *mapping, const char *name)
{
    const struct yaml_node *list = tree_get(mapping, "deviceClassNames");
    for (size_t i = 0; i < tree_len(list); i++)
        if (strcmp(node_text(list->items[i]), name) == 0)
            return true;
    return false;
}

/* A class may stand for several resources if each counts another counter of it. */
static void check_shared_class(struct refusals *r, const struct yaml_node *list, size_t i,
                               const struct yaml_node *at, const char *field)
{
    const char *class = node_text(at), *counter = counter_of(list->items[i]);
    const char *owner = NULL;
    bool is_counted = false, has_counters = false;
    for (size_t m = 0; m < i; m++) {
        if (!has_class(list->items[m], class))
            continue;
        const char *other = counter_of(list->items[m]);
        if (owner == NULL) {
            owner = tree_text(list->items[m], "name", "");
            has_counters = other[0] != '\0';
        }
        is_counted |= other[0] != '\0' && strcmp(other, counter) == 0;
    }
    if (owner == NULL || strcmp(owner, tree_text(list->items[i], "name", "")) == 0)
        return;
    if (counter[0] == '\0' || !has_counters)
        refuse_text(r, at, field, class,
                    arena_printf(r->arena, "device class already mapped to resource %s", owner));
    else if (is_counted)
        refuse_text(r, at, field, class,
                    arena_printf(r->arena,
                                 "device class already has a counter source for counter \"%s\"",
                                 counter));
}

static void check_classes(struct refusals *r, const struct yaml_node *list, size_t i)
{
    const struct yaml_node *names = tree_get(list->items[i], "deviceClassNames");
    const char *base = arena_printf(r->arena, FIELD "[%zu].deviceClassNames", i);
    const size_t len = tree_len(names);
    if (len == 0)
        refuse_missing(r, list->items[i], base, "at least one device class name is required");
    if (len > MOST_CLASSES)
        refuse_too_many(r, names, base, len, MOST_CLASSES);
    for (size_t c = 0; c < len; c++) {
        const char *field = arena_printf(r->arena, "%s[%zu]", base, c);
        const char *name = node_text(names->items[c]);
        bool is_twin = false;
        check_name(r, names->items[c], field, name);
        for (size_t s = 0; s < c; s++)
            is_twin |= strcmp(node_text(names->items[s]), name) == 0;
        if (is_twin)
            refuse_twin(r, names->items[c], field, name);
        check_shared_class(r, list, i, names->items[c], field);
    }
}

/* --- sources --- */

static void check_c_identifier(struct refusals *r, const struct yaml_node *at, const char *field,
                               const char *id)
{
    if (strlen(id) > LONGEST_ID)
        refusals_add(r, (struct refusal){REFUSED_TOO_LONG, field, NULL,
                                         "may not be more than 32 bytes", at});
    const struct syntax s = syntax_c_identifier(r->arena, id);
    refuse_syntax(r, at, field, id, &s);
}

static void check_domain(struct refusals *r, const struct yaml_node *at, const char *field,
                         const char *domain)
{
    const char *lower = arena_lower(r->arena, domain);
    if (strlen(domain) > LONGEST_DOMAIN)
        refusals_add(r, (struct refusal){REFUSED_TOO_LONG, field, NULL,
                                         "may not be more than 63 bytes", at});
    const struct syntax s = syntax_subdomain(r->arena, lower);
    refuse_syntax(r, at, field, domain, &s);
}

/* "memory", "example.com/memory"; with more slashes Kueue looks no further. */
static void check_qualified(struct refusals *r, const struct yaml_node *at, const char *field,
                            const char *name)
{
    const char *slash = strchr(name, '/');
    if (slash == NULL) {
        check_c_identifier(r, at, field, name);
        return;
    }
    if (strchr(slash + 1, '/') != NULL)
        return;
    if (slash == name)
        refuse_text(r, at, field, "", "the domain must not be empty");
    else
        check_domain(r, at, field, arena_text(r->arena, name, (size_t)(slash - name)));
    if (slash[1] == '\0')
        refuse_text(r, at, field, "", "the name must not be empty");
    else
        check_c_identifier(r, at, field, slash + 1);
}

static void check_driver(struct refusals *r, const struct yaml_node *n, const char *base)
{
    const char *driver = tree_text(n, "driver", "");
    const char *field = arena_printf(r->arena, "%s.driver", base);
    const struct syntax s = syntax_subdomain(r->arena, driver);
    if (driver[0] == '\0')
        refuse_missing(r, n, field, "");
    else if (strlen(driver) > LONGEST_DRIVER)
        refuse_text(r, tree_get(n, "driver"), field, driver, "must not exceed 63 characters");
    else if (s.len > 0)
        refuse_text(r, tree_get(n, "driver"), field, driver, syntax_join(r->arena, &s, ","));
    if (tree_text(n, "deviceSelector.cel.expression", "")[0] == '\0')
        refuse_missing(r, n, arena_printf(r->arena, "%s.deviceSelector.cel.expression", base), "");
}

static void check_counter(struct refusals *r, const struct yaml_node *n, const char *base,
                          const struct gates *gates)
{
    const char *name = tree_text(n, "name", "");
    const char *field = arena_printf(r->arena, "%s.name", base);
    const struct syntax s = syntax_dns_label(r->arena, name);
    if (!gates_on(gates, GATE_KUEUE_DRA_INTEGRATION_PARTITIONABLE_DEVICES)) {
        refusals_add(r, (struct refusal){REFUSED_INVALID, base, "true",
                                         "counter sources require "
                                         "KueueDRAIntegrationPartitionableDevices to be enabled",
                                         n});
        return;
    }
    if (name[0] == '\0')
        refuse_missing(r, n, field, "");
    else if (s.len > 0)
        refuse_text(r, tree_get(n, "name"), field, name, syntax_join(r->arena, &s, ","));
    check_driver(r, n, base);
}

static void check_capacity(struct refusals *r, const struct yaml_node *n, const char *base,
                           const struct gates *gates)
{
    if (!gates_on(gates, GATE_KUEUE_DRA_INTEGRATION_CONSUMABLE_CAPACITY)) {
        refusals_add(r, (struct refusal){REFUSED_INVALID, base, "true",
                                         "capacity sources require "
                                         "KueueDRAIntegrationConsumableCapacity to be enabled",
                                         n});
        return;
    }
    check_qualified(r, tree_get(n, "name"), arena_printf(r->arena, "%s.name", base),
                    tree_text(n, "name", ""));
    check_driver(r, n, base);
}

static void check_sources(struct refusals *r, const struct yaml_node *sources, const char *base,
                          const struct gates *gates)
{
    bool has_counter = false, has_capacity = false;
    for (size_t i = 0; i < tree_len(sources); i++) {
        const struct yaml_node *counter = tree_get(sources->items[i], "counter");
        const struct yaml_node *capacity = tree_get(sources->items[i], "capacity");
        const char *field = arena_printf(r->arena, "%s[%zu]", base, i);
        if (counter == NULL && capacity == NULL) {
            refuse_missing(r, sources->items[i], field,
                           "exactly one source type must be set per entry");
            continue;
        }
        if (counter != NULL && capacity != NULL) {
            refuse_text(r, sources->items[i], field, "counter+capacity",
                        "exactly one source type must be set per entry");
            continue;
        }
        has_counter |= counter != NULL;
        has_capacity |= capacity != NULL;
        if (counter != NULL)
            check_counter(r, counter, arena_printf(r->arena, "%s.counter", field), gates);
        else
            check_capacity(r, capacity, arena_printf(r->arena, "%s.capacity", field), gates);
    }
    if (has_counter && has_capacity)
        refuse_number(r, sources, base, (int64_t)sources->len,
                      "cannot mix counter and capacity sources in the same mapping");
}

/* --- all --- */

void device_classes_validate(const struct yaml_node *list, const struct gates *gates,
                             struct refusals *r)
{
    const size_t len = tree_len(list);
    if (len > MOST_MAPPINGS)
        refuse_too_many(r, list, FIELD, len, MOST_MAPPINGS);
    for (size_t i = 0; i < len; i++) {
        const struct yaml_node *at = tree_get(list->items[i], "name");
        const char *field = arena_printf(r->arena, FIELD "[%zu].name", i);
        bool is_twin = false;
        check_name(r, at == NULL ? list->items[i] : at, field, node_text(at));
        for (size_t s = 0; s < i; s++)
            is_twin |= strcmp(tree_text(list->items[s], "name", ""), node_text(at)) == 0;
        if (is_twin)
            refuse_twin(r, at, field, node_text(at));
        check_classes(r, list, i);
        check_sources(r, tree_get(list->items[i], "sources"),
                      arena_printf(r->arena, FIELD "[%zu].sources", i), gates);
    }
}
