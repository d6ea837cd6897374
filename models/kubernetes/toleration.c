#include "models/kubernetes/toleration.h"

#include "models/kubernetes/labels.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/scan.h"

#include <string.h>

static const char *const effect_names[] = {
    [TAINT_NO_SCHEDULE] = "NoSchedule",
    [TAINT_PREFER_NO_SCHEDULE] = "PreferNoSchedule",
    [TAINT_NO_EXECUTE] = "NoExecute",
    [TAINT_NO_EXECUTE + 1] = NULL,
};

const char *taint_effect_name(enum taint_effect effect)
{
    SIM_REQUIRE((unsigned)effect <= TAINT_NO_EXECUTE);
    return effect_names[effect];
}

bool toleration_tolerates(const struct toleration *t, const struct taint *taint)
{
    return (t->any_effect || t->effect == taint->effect) &&
           (t->key == INTERN_NONE || t->key == taint->key) &&
           (t->exists || t->value == taint->value);
}

bool tolerations_tolerate(const struct toleration_list *list, const struct taint *taint)
{
    for (uint32_t i = 0; i < list->len; i++)
        if (toleration_tolerates(&list->items[i], taint))
            return true;
    return false;
}

/* --- reading tolerations --- */

/* An absent text is an empty one. */
static uint32_t word_of(struct intern *words, const char *text)
{
    return text == NULL || text[0] == '\0' ? INTERN_NONE : intern_add(words, text);
}

static void check(struct field_reader *r, const struct yaml_node *n, bool ok, const char *what)
{
    if (!ok)
        diag_error(r->diag, yaml_pos(n), "%s", what);
}

static void check_toleration(struct field_reader *r, const struct yaml_node *n,
                             const struct toleration *t)
{
    const char *key = t->key == INTERN_NONE ? NULL : intern_text(r->words, t->key);
    const char *problem = key == NULL ? NULL : label_key_problem(key);
    if (problem != NULL)
        diag_error(r->diag, yaml_pos(yaml_get(n, "key")), "key: '%s': %s", key, problem);
    check(r, n, key != NULL || t->exists, "a toleration without a key needs operator Exists");
    check(r, n, !t->exists || t->value == INTERN_NONE, "a value does not go with operator Exists");
    check(r, n,
          t->seconds == TOLERATION_FOR_EVER || (!t->any_effect && t->effect == TAINT_NO_EXECUTE),
          "tolerationSeconds go with effect NoExecute only");
}

/* An empty text is as good as none. */
static bool is_given(const struct yaml_node *n)
{
    return n != NULL && (n->kind != YAML_SCALAR || n->len > 0);
}

static void read_toleration(struct field_reader *r, const struct yaml_node *n, struct toleration *t)
{
    static const char *const operators[] = {"Equal", "Exists", NULL};
    int op = 0, effect = TAINT_NO_SCHEDULE;
    *t = (struct toleration){.seconds = TOLERATION_FOR_EVER};
    t->key = word_of(r->words, field_text(r, n, "key"));
    t->value = word_of(r->words, field_text(r, n, "value"));
    if (is_given(field_get(n, "operator")))
        field_choice(r, n, "operator", operators, &op);
    t->exists = op == 1;
    t->any_effect = !is_given(field_get(n, "effect"));
    if (!t->any_effect)
        field_choice(r, n, "effect", effect_names, &effect);
    t->effect = (enum taint_effect)effect;
    field_int(r, n, &(struct int_field){"tolerationSeconds", INT64_MIN, INT64_MAX - 1},
              &t->seconds);
    check_toleration(r, n, t);
}

struct toleration_list tolerations_read(struct field_reader *r, const struct yaml_node *map,
                                        const char *key)
{
    const struct yaml_node *list = field_map_list(r, map, key);
    if (list == NULL || list->len == 0)
        return (struct toleration_list){0};
    struct toleration *items = arena_alloc(r->arena, list->len * sizeof items[0]);
    for (size_t i = 0; i < list->len; i++)
        read_toleration(r, list->items[i], &items[i]);
    return (struct toleration_list){items, (uint32_t)list->len};
}

static bool same(const struct toleration *a, const struct toleration *b)
{
    return a->key == b->key && a->value == b->value && a->exists == b->exists &&
           a->any_effect == b->any_effect && a->effect == b->effect && a->seconds == b->seconds;
}

struct toleration_list tolerations_join(struct arena *arena, const struct toleration_list *a,
                                        const struct toleration_list *b)
{
    struct toleration *items = arena_alloc(arena, (a->len + b->len + 1) * sizeof items[0]);
    uint32_t len = 0;
    for (uint32_t i = 0; i < a->len + b->len; i++) {
        const struct toleration *t = i < a->len ? &a->items[i] : &b->items[i - a->len];
        bool is_new = true;
        for (uint32_t k = 0; k < len && is_new; k++)
            is_new = !same(&items[k], t);
        if (is_new)
            items[len++] = *t;
    }
    return (struct toleration_list){items, len};
}

/* --- taints --- */

static bool parse_effect(const char *text, enum taint_effect *out)
{
    for (int e = 0; effect_names[e] != NULL; e++)
        if (strcmp(effect_names[e], text) == 0) {
            *out = (enum taint_effect)e;
            return true;
        }
    return false;
}

bool taint_parse(struct intern *words, const char *text, struct taint *out, const char **why)
{
    char key[320], value[70] = "";
    const char *colon = strrchr(text, ':');
    const char *equals = strchr(text, '=');
    enum taint_effect effect;
    if (colon == NULL)
        return scan_refuse(why, "no effect; add :NoSchedule, :PreferNoSchedule or :NoExecute");
    if (!parse_effect(colon + 1, &effect))
        return scan_refuse(why, "the effect is not NoSchedule, PreferNoSchedule or NoExecute");
    if (equals == NULL || equals > colon)
        equals = colon;
    const size_t key_len = (size_t)(equals - text);
    const size_t value_len = equals == colon ? 0 : (size_t)(colon - equals - 1);
    if (key_len >= sizeof key || value_len >= sizeof value)
        return scan_refuse(why, "longer than Kubernetes allows");
    memcpy(key, text, key_len);
    key[key_len] = '\0';
    memcpy(value, equals + 1, value_len);
    value[value_len] = '\0';
    const char *problem = label_key_problem(key);
    if (problem == NULL)
        problem = label_value_problem(value);
    if (problem != NULL)
        return scan_refuse(why, problem);
    out->key = word_of(words, key);
    out->value = word_of(words, value);
    out->effect = effect;
    return true;
}

bool taint_read(struct field_reader *r, const struct yaml_node *n, struct taint *out)
{
    const unsigned errors = diag_errors(r->diag);
    int effect = TAINT_NO_SCHEDULE;
    out->key = word_of(r->words, field_required_text(r, n, "key"));
    out->value = word_of(r->words, field_text(r, n, "value"));
    if (field_get(n, "effect") == NULL)
        diag_error(r->diag, yaml_pos(n), "'effect' is missing");
    field_choice(r, n, "effect", effect_names, &effect);
    out->effect = (enum taint_effect)effect;
    return diag_errors(r->diag) == errors;
}
