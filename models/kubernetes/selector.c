#include "models/kubernetes/selector.h"

#include "sim/arena.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

static const char *const operator_names[] = {
    [SELECTOR_IN] = "In",         [SELECTOR_NOT_IN] = "NotIn",
    [SELECTOR_EXISTS] = "Exists", [SELECTOR_NOT_EXISTS] = "DoesNotExist",
    [SELECTOR_GT] = "Gt",         [SELECTOR_LT] = "Lt",
    [SELECTOR_LT + 1] = NULL,
};

static const char *const label_operator_names[] = {"In", "NotIn", "Exists", "DoesNotExist", NULL};

/* --- matching --- */

static bool has_word(const struct word_list *list, uint32_t word)
{
    for (uint32_t i = 0; i < list->len; i++)
        if (list->words[i] == word)
            return true;
    return false;
}

static bool compares(const struct selector_requirement *q, const char *text)
{
    int64_t value;
    const char *why;
    if (!quantity_int(text, &value, &why))
        return false;
    return q->op == SELECTOR_GT ? value > q->bound : value < q->bound;
}

/* value: INTERN_NONE if there is no such key; text: what the number stands for. */
static bool requirement_matches(const struct selector_requirement *q, uint32_t value,
                                const char *text)
{
    switch (q->op) {
    case SELECTOR_IN:
        return value != INTERN_NONE && has_word(&q->values, value);
    case SELECTOR_NOT_IN:
        return value == INTERN_NONE || !has_word(&q->values, value);
    case SELECTOR_EXISTS:
        return value != INTERN_NONE;
    case SELECTOR_NOT_EXISTS:
        return value == INTERN_NONE;
    default:
        return value != INTERN_NONE && compares(q, text);
    }
}

bool selector_matches(const struct selector *s, const struct label_map *labels,
                      const struct intern *words)
{
    for (uint32_t i = 0; s != NULL && i < s->len; i++) {
        const uint32_t value = label_map_find(labels, s->requirements[i].key);
        if (!requirement_matches(&s->requirements[i], value, intern_text(words, value)))
            return false;
    }
    return s != NULL;
}

/* The only field there is is the node's name. */
static bool fields_match(const struct selector *s, const struct node *n, const struct intern *words)
{
    for (uint32_t i = 0; i < s->len; i++)
        if (!requirement_matches(&s->requirements[i], intern_find(words, n->name), n->name))
            return false;
    return true;
}

bool node_selector_term_matches(const struct node_selector_term *t, const struct node *n,
                                const struct intern *words)
{
    const struct label_map labels = {n->labels, n->labels_len};
    if (t->labels.len + t->fields.len == 0)
        return false;
    return selector_matches(&t->labels, &labels, words) && fields_match(&t->fields, n, words);
}

bool node_selector_matches(const struct node_selector *s, const struct node *n,
                           const struct intern *words)
{
    for (uint32_t i = 0; s != NULL && i < s->len; i++)
        if (node_selector_term_matches(&s->terms[i], n, words))
            return true;
    return false;
}

/* --- reading --- */

static int by_word(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static int compare_values(const struct word_list *a, const struct word_list *b)
{
    for (uint32_t i = 0; i < a->len && i < b->len; i++)
        if (a->words[i] != b->words[i])
            return a->words[i] < b->words[i] ? -1 : 1;
    return (a->len > b->len) - (a->len < b->len);
}

static int by_key(const void *a, const void *b)
{
    const struct selector_requirement *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->op != y->op)
        return x->op < y->op ? -1 : 1;
    if (x->bound != y->bound)
        return x->bound < y->bound ? -1 : 1;
    return compare_values(&x->values, &y->values);
}

static struct word_list sorted(struct field_reader *r, struct word_list list)
{
    if (list.len < 2)
        return list;
    uint32_t *words = arena_copy(r->arena, list.words, list.len * sizeof words[0]);
    qsort(words, list.len, sizeof words[0], by_word);
    uint32_t len = 1;
    for (uint32_t i = 1; i < list.len; i++)
        if (words[i] != words[i - 1])
            words[len++] = words[i];
    return (struct word_list){words, len};
}

static void read_bound(struct field_reader *r, const struct yaml_node *n,
                       struct selector_requirement *q)
{
    const char *why = NULL;
    const char *text = intern_text(r->words, q->values.words[0]);
    if (!quantity_int(text, &q->bound, &why))
        diag_error(r->diag, yaml_pos(yaml_get(n, "values")), "values: '%s': %s", text, why);
    q->values = (struct word_list){0};
}

/* How many values go with which operator. */
static void check_values(struct field_reader *r, const struct yaml_node *n,
                         struct selector_requirement *q)
{
    const struct yaml_node *values = field_get(n, "values");
    const struct src_pos at = yaml_pos(values != NULL ? values : n);
    const char *name = operator_names[q->op];
    if ((q->op == SELECTOR_IN || q->op == SELECTOR_NOT_IN) && q->values.len == 0)
        diag_error(r->diag, at, "values: none; operator %s needs at least one", name);
    else if ((q->op == SELECTOR_EXISTS || q->op == SELECTOR_NOT_EXISTS) && q->values.len > 0)
        diag_error(r->diag, at, "values: not with operator %s", name);
    else if (q->op >= SELECTOR_GT && q->values.len != 1)
        diag_error(r->diag, at, "values: %u of them; operator %s needs one", q->values.len, name);
    else if (q->op >= SELECTOR_GT)
        read_bound(r, n, q);
}

static void read_requirement(struct field_reader *r, const struct yaml_node *n,
                             const char *const *operators, struct selector_requirement *q)
{
    const char *key = field_required_text(r, n, "key");
    const char *problem = key == NULL ? NULL : label_key_problem(key);
    int op = SELECTOR_IN;
    if (problem != NULL)
        diag_error(r->diag, yaml_pos(yaml_get(n, "key")), "key: '%s': %s", key, problem);
    q->key = key == NULL ? INTERN_NONE : intern_add(r->words, key);
    if (field_get(n, "operator") == NULL)
        diag_error(r->diag, yaml_pos(n), "'operator' is missing");
    else if (field_choice(r, n, "operator", operators, &op)) {
        q->op = (enum selector_operator)op;
        q->values = sorted(r, field_words(r, n, "values"));
        check_values(r, n, q);
    }
}

static struct selector read_expressions(struct field_reader *r, const struct yaml_node *list,
                                        const struct yaml_node *labels,
                                        const char *const *operators)
{
    const size_t labels_len = labels == NULL ? 0 : labels->len;
    const size_t len = labels_len + (list == NULL ? 0 : list->len);
    struct selector_requirement *all = arena_alloc(r->arena, (len + 1) * sizeof all[0]);
    const struct label_map m = label_map_read(r, labels);
    for (uint32_t i = 0; i < m.len; i++)
        all[i] = (struct selector_requirement){
            .key = m.pairs[i].key,
            .op = SELECTOR_IN,
            .values = {&m.pairs[i].value, 1},
        };
    for (size_t i = labels_len; i < len; i++)
        read_requirement(r, list->items[i - labels_len], operators, &all[i]);
    qsort(all, len, sizeof all[0], by_key);
    return (struct selector){all, (uint32_t)len};
}

const struct selector *selector_read(struct field_reader *r, const struct yaml_node *n)
{
    if (n == NULL)
        return NULL;
    struct selector *s = arena_alloc(r->arena, sizeof *s);
    const struct yaml_node *labels = field_text_map(r, n, "matchLabels");
    *s =
        read_expressions(r, field_map_list(r, n, "matchExpressions"), labels, label_operator_names);
    return s;
}

static void check_fields(struct field_reader *r, const struct yaml_node *list)
{
    for (size_t i = 0; list != NULL && i < list->len; i++) {
        const struct yaml_node *key = field_get(list->items[i], "key");
        const struct yaml_node *values = field_get(list->items[i], "values");
        if (key != NULL && key->kind == YAML_SCALAR && strcmp(key->text, "metadata.name") != 0)
            diag_error(r->diag, yaml_pos(key),
                       "key: '%s': no field to select nodes by; expected "
                       "metadata.name",
                       key->text);
        if (values != NULL && values->kind == YAML_LIST && values->len != 1)
            diag_error(r->diag, yaml_pos(values), "values: %zu of them; expected one name",
                       values->len);
    }
}

struct node_selector_term node_selector_term_read(struct field_reader *r, const struct yaml_node *n)
{
    static const char *const field_operators[] = {"In", "NotIn", NULL};
    struct node_selector_term t;
    t.labels = read_expressions(r, field_map_list(r, n, "matchExpressions"), NULL, operator_names);
    const struct yaml_node *fields = field_map_list(r, n, "matchFields");
    t.fields = read_expressions(r, fields, NULL, field_operators);
    check_fields(r, fields);
    return t;
}

const struct node_selector *node_selector_read(struct field_reader *r, const struct yaml_node *n)
{
    if (n == NULL)
        return NULL;
    const struct yaml_node *list = field_map_list(r, n, "nodeSelectorTerms");
    struct node_selector *s = arena_alloc(r->arena, sizeof *s);
    if (list == NULL || list->len == 0) {
        diag_error(r->diag, yaml_pos(n), "nodeSelectorTerms: none; expected at least one term");
        return s;
    }
    struct node_selector_term *terms = arena_alloc(r->arena, list->len * sizeof terms[0]);
    for (size_t i = 0; i < list->len; i++)
        terms[i] = node_selector_term_read(r, list->items[i]);
    *s = (struct node_selector){terms, (uint32_t)list->len};
    return s;
}
