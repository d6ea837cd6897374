/* featureGates of a Configuration: set, locked, and what needs what. */
#include "policies/kueue/configuration.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <string.h>

#define FIELD "featureGates"

/* What somebody set: -1 where nobody did. */
struct wishes {
    signed char of[GATES];
};

/* Says what is wrong with all of featureGates. */
static void refuse_all(struct refusals *r, const struct yaml_node *map, const char *command_line,
                       const struct yaml_node *at, const char *detail)
{
    refusals_add(r, (struct refusal){REFUSED_INVALID, FIELD,
                                     map == NULL ? text_json(r->arena, command_line)
                                                 : tree_json(r->arena, map),
                                     detail, at});
}

/* AllAlpha and AllBeta: every gate of that stage that is not set by itself. */
static bool set_stage(struct wishes *w, const char *name, bool on, int minor)
{
    enum gate_stage stage = STAGE_ALPHA;
    if (strcmp(name, "AllBeta") == 0)
        stage = STAGE_BETA;
    else if (strcmp(name, "AllAlpha") != 0)
        return false;
    for (int g = 0; g < GATES; g++)
        if (w->of[g] < 0 && gate_stage((enum gate)g, minor) == stage)
            w->of[g] = on;
    return true;
}

/* NULL, or what is wrong. */
static const char *set_gate(struct arena *a, struct wishes *w, const char *name, bool on, int minor)
{
    const enum gate gate = gate_find(name);
    if (strcmp(name, "AllAlpha") == 0 || strcmp(name, "AllBeta") == 0)
        return NULL;
    if (gate == GATES)
        return arena_printf(a, "unrecognized feature gate: %s", name);
    if (gate_is_locked(gate, minor) && gate_default(gate, minor) != on)
        return arena_printf(a, "cannot set feature gate %s to %s, feature is locked to %s", name,
                            on ? "true" : "false", on ? "false" : "true");
    w->of[gate] = on;
    return NULL;
}

static bool is_on(const struct wishes *w, enum gate gate, int minor)
{
    return w->of[gate] >= 0 ? w->of[gate] != 0 : gate_default(gate, minor);
}

/* Those that are on without what they need: "A is enabled, but depends on ...", joined. */
static const char *missing_needs(struct arena *a, const struct wishes *w, int minor)
{
    const char *all = NULL;
    bool is_several = false;
    for (int g = 0; g < GATES; g++) {
        const char *missing = NULL;
        enum gate need;
        for (size_t i = 0; (need = gate_needs((enum gate)g, i)) != GATES; i++)
            if (!is_on(w, need, minor) && (missing == NULL || strcmp(missing, gate_name(need)) > 0))
                missing = missing == NULL ? gate_name(need)
                                          : arena_printf(a, "%s %s", gate_name(need), missing);
            else if (!is_on(w, need, minor))
                missing = arena_printf(a, "%s %s", missing, gate_name(need));
        if (missing == NULL || !is_on(w, (enum gate)g, minor))
            continue;
        const char *one =
            arena_printf(a, "%s is enabled, but depends on features that are disabled: [%s]",
                         gate_name((enum gate)g), missing);
        is_several |= all != NULL;
        all = all == NULL ? one : arena_printf(a, "%s, %s", all, one);
    }
    return is_several ? arena_printf(a, "[%s]", all) : all;
}

/* The command line's text as a map; NULL after a mistake. */
static const struct yaml_node *parse_line(struct refusals *r, const char *line)
{
    const struct yaml_node *map = tree_empty_map(r->arena, NULL);
    for (const char *at = line; *at != '\0'; at += *at == ',') {
        const size_t len = strcspn(at, ",");
        const char *equals = memchr(at, '=', len);
        if (len > 0 && equals == NULL) {
            refuse_all(r, NULL, line, NULL,
                       arena_printf(r->arena, "missing bool value for %.*s", (int)len, at));
            return NULL;
        }
        if (len > 0)
            map = tree_with_key(
                r->arena, map, arena_text(r->arena, at, (size_t)(equals - at)),
                tree_scalar(r->arena,
                            arena_text(r->arena, equals + 1, (size_t)(at + len - equals - 1)),
                            NULL));
        at += len;
    }
    return map;
}

void configuration_gates(const struct yaml_node *tree, const char *command_line, int minor,
                         struct gates *gates, struct refusals *r)
{
    const struct yaml_node *given = tree_get(tree, FIELD);
    const struct yaml_node *map = given;
    const bool is_line = command_line != NULL && command_line[0] != '\0';
    const uint32_t before = r->len;
    struct wishes w;
    memset(w.of, -1, sizeof w.of);
    gates_init(gates, minor);
    if (is_line && given != NULL) {
        refuse_all(r, given, NULL, given,
                   "feature gates for CLI and configuration cannot both specified");
        return;
    }
    if (is_line)
        map = parse_line(r, command_line);
    for (size_t i = 0; i < tree_pairs(map); i++) {
        const char *name = map->pairs[i].key->text;
        const char *why =
            set_gate(r->arena, &w, name, tree_bool(map->pairs[i].value, NULL, false), minor);
        if (why != NULL)
            refuse_all(r, given, command_line, map->pairs[i].key, why);
    }
    for (size_t i = 0; i < tree_pairs(map); i++)
        set_stage(&w, map->pairs[i].key->text, tree_bool(map->pairs[i].value, NULL, false), minor);
    const char *missing = r->len > before ? NULL : missing_needs(r->arena, &w, minor);
    if (missing != NULL)
        refuse_all(r, given, command_line, given, missing);
    for (int g = 0; g < GATES && r->len == before; g++)
        if (w.of[g] >= 0)
            gates->on[g] = w.of[g] != 0;
}
