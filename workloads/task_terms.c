#include "workloads/task_terms.h"

#include "models/kubernetes/node_terms.h"
#include "models/names.h"
#include "sim/arena.h"
#include "sim/yaml.h"

#include <string.h>

static void read_toleration(const struct task_terms *t, size_t i, const struct source_env *env,
                            struct diag *d, struct toleration *out)
{
    const char *text = t->tolerations.texts[i];
    const bool any_effect = strchr(text, ':') == NULL;
    const char *whole = any_effect ? arena_printf(env->arena, "%s:NoSchedule", text) : text;
    struct taint taint;
    const char *why = NULL;
    if (!taint_parse(env->names->words, whole, &taint, &why)) {
        diag_error(d, yaml_pos(t->tolerations.nodes[i]),
                   "tolerations: '%s': %s; expected KEY=VALUE:EFFECT, KEY:EFFECT or KEY", text,
                   why);
        return;
    }
    *out = (struct toleration){
        .key = taint.key,
        .value = taint.value,
        .exists = memchr(text, '=', strcspn(text, ":")) == NULL,
        .any_effect = any_effect,
        .effect = taint.effect,
        .seconds = TOLERATION_FOR_EVER,
    };
}

bool task_terms_add(const struct task_terms *t, const struct source_env *env, struct diag *d,
                    uint32_t *id)
{
    struct field_reader r = {d, env->arena, env->names->words, env->names->resources};
    const unsigned before = diag_errors(d);
    const struct yaml_node *selector = field_text_map(&r, t->map, "node_selector");
    struct toleration *items = arena_alloc(env->arena, (t->tolerations.len + 1) * sizeof items[0]);
    for (size_t i = 0; i < t->tolerations.len; i++)
        read_toleration(t, i, env, d, &items[i]);
    const struct node_terms terms = {
        .selector = label_map_read(&r, selector),
        .tolerations = {items, (uint32_t)t->tolerations.len},
        .node_name = INTERN_NONE,
    };
    *id = NODE_TERMS_NONE;
    if (diag_errors(d) > before)
        return false;
    if (terms.selector.len > 0 || terms.tolerations.len > 0)
        *id = node_terms_add(env->names->terms, &terms);
    return true;
}
