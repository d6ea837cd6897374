#include "sim/cli/policies_section.h"

#include "models/kubernetes/tree.h"
#include "policies/registry.h"
#include "sim/arena.h"
#include "sim/suggest.h"

#include <string.h>

/* --- use --- */

/* {use: NAME}: the entry of that name in this file or one that it extends. */
static const struct yaml_node *resolve_use(const struct scenario *s, const struct yaml_node *use,
                                           struct diag *d)
{
    for (size_t l = 0; l < s->layers_len; l++) {
        const struct yaml_node *list = yaml_get(s->layers[l], "policies");
        for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++) {
            const struct yaml_node *name = yaml_get(list->items[i], "name");
            if (name != NULL && name->kind == YAML_SCALAR && use->kind == YAML_SCALAR &&
                strcmp(name->text, use->text) == 0)
                return list->items[i];
        }
    }
    diag_error(d, yaml_pos(use),
               "use: '%s': no policy of that name here or in what this file extends",
               use->kind == YAML_SCALAR ? use->text : yaml_kind_name(use));
    return NULL;
}

const struct yaml_node *policies_resolve(const struct scenario *s, const struct yaml_node *root,
                                         struct diag *d)
{
    const struct yaml_node *list = yaml_get(root, "policies");
    if (list == NULL || list->kind != YAML_LIST || list->len == 0)
        return root;
    const struct yaml_node **items = arena_copy(s->arena, list->items, list->len * sizeof items[0]);
    for (size_t i = 0; i < list->len; i++) {
        const struct yaml_node *use = yaml_get(items[i], "use");
        const struct yaml_node *meant = use == NULL ? NULL : resolve_use(s, use, d);
        if (meant != NULL)
            items[i] = meant;
    }
    return tree_with_key(s->arena, root, "policies", tree_list(s->arena, items, list->len, list));
}

/* --- an entry --- */

static const struct policy_ops *find_policy(const struct yaml_node *n, struct diag *d)
{
    const struct policy_ops *ops = n->kind == YAML_SCALAR ? policy_find(n->text) : NULL;
    if (ops != NULL)
        return ops;
    if (n->kind != YAML_SCALAR) {
        diag_error(d, yaml_pos(n), "%s where the name of a policy is expected", yaml_kind_name(n));
        return NULL;
    }
    struct suggest s;
    suggest_init(&s, n->text);
    for (size_t i = 0; policy_all()[i] != NULL; i++)
        suggest_offer(&s, policy_all()[i]->name);
    diag_error(d, yaml_pos(n), "'%s': there is no such policy%s (see `clustersim list policies`)",
               n->text, suggest_hint(&s));
    return NULL;
}

static void push_policy(struct policy_entry *e, const struct policy_ops *ops,
                        const struct yaml_node *options, struct src_pos at, struct diag *d)
{
    if (ops == NULL)
        return;
    if (options != NULL && options->kind != YAML_MAP && !yaml_is_null(options)) {
        diag_error(d, yaml_pos(options),
                   "%s: %s where its options are expected: {} or {KEY: VALUE}", ops->name,
                   yaml_kind_name(options));
        options = NULL;
    }
    if (e->len == STACK_MOST) {
        diag_error(d, at, "stack: more than %d policies", STACK_MOST);
        return;
    }
    e->absent[e->len] =
        (struct yaml_node){.kind = YAML_MAP, .file = at.file, .line = at.line, .col = at.col};
    e->stack[e->len] = ops;
    e->options[e->len] = options != NULL ? options : &e->absent[e->len];
    e->len++;
}

static bool is_in_stack(const struct policy_entry *e, const char *name)
{
    for (size_t i = 0; i < e->len; i++)
        if (strcmp(e->stack[i]->name, name) == 0)
            return true;
    return false;
}

/* Keys beside name and stack are names of policies with their options. Without a stack the policy
 * is the one that is named so. */
static void read_entry_keys(struct policy_entry *e, const struct yaml_node *n, struct diag *d)
{
    const bool has_stack = yaml_get(n, "stack") != NULL;
    for (size_t i = 0; i < n->len; i++) {
        const struct yaml_node *key = n->pairs[i].key;
        if (strcmp(key->text, "name") == 0 || strcmp(key->text, "stack") == 0)
            continue;
        if (!has_stack)
            push_policy(e, find_policy(key, d), n->pairs[i].value, yaml_pos(key), d);
        else if (find_policy(key, d) != NULL && !is_in_stack(e, key->text))
            diag_error(d, yaml_pos(key), "%s: options of a policy that is not in the stack",
                       key->text);
    }
}

static void read_stack(struct policy_entry *e, const struct yaml_node *n, struct diag *d)
{
    const struct yaml_node *stack = yaml_get(n, "stack");
    if (stack == NULL)
        return;
    if (stack->kind != YAML_LIST || stack->len == 0) {
        diag_error(d, yaml_pos(stack), "stack: expected a list such as [kueue, kube-scheduler]");
        return;
    }
    for (size_t i = 0; i < stack->len; i++) {
        const struct policy_ops *ops = find_policy(stack->items[i], d);
        const struct yaml_node *options = ops == NULL ? NULL : yaml_get(n, ops->name);
        push_policy(e, ops, options, yaml_pos(stack->items[i]), d);
    }
}

static void check_roles(const struct policy_entry *e, struct diag *d)
{
    const struct src_pos at = yaml_pos(e->node);
    unsigned roles = 0;
    for (size_t i = 0; i < e->len; i++) {
        if ((roles & e->stack[i]->roles) != 0) {
            diag_error(d, at, "%s: %s does what another policy of the stack does already", e->name,
                       e->stack[i]->name);
            return;
        }
        if (roles == ROLE_PLACE)
            diag_error(d, at, "%s: the policy that admits stands first: [%s, %s]", e->name,
                       e->stack[i]->name, e->stack[i - 1]->name);
        roles |= e->stack[i]->roles;
    }
}

static void read_entry(struct policy_entry *e, const struct yaml_node *n, struct diag *d)
{
    *e = (struct policy_entry){.node = n};
    if (n->kind == YAML_SCALAR) { /* - fifo */
        e->name = n->text;
        push_policy(e, find_policy(n, d), NULL, yaml_pos(n), d);
        return;
    }
    if (n->kind != YAML_MAP) {
        diag_error(d, yaml_pos(n),
                   "policies: %s; expected the name of a policy, or a mapping such as "
                   "{name: mine, easy: {}}",
                   yaml_kind_name(n));
        return;
    }
    const struct yaml_node *name = yaml_get(n, "name");
    const unsigned errors = diag_errors(d);
    read_stack(e, n, d);
    read_entry_keys(e, n, d);
    e->name = name != NULL && name->kind == YAML_SCALAR ? name->text
              : e->len > 0                              ? e->stack[0]->name
                                                        : "";
    if (e->len == 0 && diag_errors(d) == errors)
        diag_error(d, yaml_pos(n), "policies: this entry names no policy");
    check_roles(e, d);
}

/* --- the list --- */

void policies_read(struct scenario *s, struct diag *d)
{
    const struct yaml_node *list = s->policies_node;
    if (list == NULL)
        return;
    if (list->kind != YAML_LIST || list->len == 0) {
        diag_error(d, yaml_pos(list), "policies: expected a list such as [fifo, easy]");
        return;
    }
    s->policies = arena_alloc(s->arena, list->len * sizeof s->policies[0]);
    for (size_t i = 0; i < list->len; i++) {
        const struct yaml_node *n = list->items[i];
        if (yaml_get(n, "use") != NULL)
            continue; /* policies_resolve has said why it stands there still */
        const unsigned errors = diag_errors(d);
        read_entry(&s->policies[s->policies_len], n, d);
        s->policies[s->policies_len].is_sound = diag_errors(d) == errors;
        scenario_check_name("policies", s->policies[s->policies_len].name, yaml_pos(n), d);
        for (size_t j = 0; j < s->policies_len; j++)
            if (strcmp(s->policies[j].name, s->policies[s->policies_len].name) == 0)
                diag_error(d, yaml_pos(n), "policies: two are called '%s'; give one another name",
                           s->policies[j].name);
        s->policies_len++;
    }
}
