/* Terms are flattened into a row of numbers; the rows are interned, so a row's number is that of
 * its terms, and list[number] has a copy of them. */
#include "models/kubernetes/node_terms.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

struct row {
    uint32_t *numbers;
    size_t len, cap;
};

struct node_terms_table {
    const struct intern *words;
    struct arena *arena;
    struct intern *rows;
    struct node_terms **list;
    size_t cap;
    struct row row; /* scratch */
};

/* --- flattening --- */

static void put(struct row *row, uint32_t number)
{
    if (row->len == row->cap) {
        row->cap = row->cap == 0 ? 64 : 2 * row->cap;
        row->numbers = realloc(row->numbers, row->cap * sizeof row->numbers[0]);
        SIM_REQUIRE(row->numbers != NULL);
    }
    row->numbers[row->len++] = number;
}

static void put_wide(struct row *row, int64_t number)
{
    put(row, (uint32_t)((uint64_t)number >> 32));
    put(row, (uint32_t)((uint64_t)number & UINT32_MAX));
}

static void put_selector(struct row *row, const struct selector *s)
{
    put(row, s->len);
    for (uint32_t i = 0; i < s->len; i++) {
        const struct selector_requirement *q = &s->requirements[i];
        put(row, q->key);
        put(row, (uint32_t)q->op);
        put_wide(row, q->bound);
        put(row, q->values.len);
        for (uint32_t v = 0; v < q->values.len; v++)
            put(row, q->values.words[v]);
    }
}

static void put_term(struct row *row, const struct node_selector_term *t)
{
    put_selector(row, &t->labels);
    put_selector(row, &t->fields);
}

static void put_tolerations(struct row *row, const struct toleration_list *list)
{
    put(row, list->len);
    for (uint32_t i = 0; i < list->len; i++) {
        const struct toleration *t = &list->items[i];
        put(row, t->key);
        put(row, t->value);
        put(row, (uint32_t)t->exists << 8 | (uint32_t)t->any_effect << 4 | (uint32_t)t->effect);
        put_wide(row, t->seconds);
    }
}

static void flatten(struct row *row, const struct node_terms *t)
{
    row->len = 0;
    put(row, t->node_name);
    put(row, t->selector.len);
    for (uint32_t i = 0; i < t->selector.len; i++) {
        put(row, t->selector.pairs[i].key);
        put(row, t->selector.pairs[i].value);
    }
    put(row, t->required == NULL ? UINT32_MAX : t->required->len);
    for (uint32_t i = 0; t->required != NULL && i < t->required->len; i++)
        put_term(row, &t->required->terms[i]);
    put(row, t->preferred_len);
    for (uint32_t i = 0; i < t->preferred_len; i++) {
        put(row, (uint32_t)t->preferred[i].weight);
        put_term(row, &t->preferred[i].term);
    }
    put_tolerations(row, &t->tolerations);
}

/* --- keeping copies --- */

static struct selector copy_selector(struct arena *a, const struct selector *s)
{
    struct selector_requirement *all =
        arena_copy(a, s->requirements, s->len * sizeof s->requirements[0]);
    for (uint32_t i = 0; i < s->len; i++)
        all[i].values.words =
            arena_copy(a, all[i].values.words, all[i].values.len * sizeof all[i].values.words[0]);
    return (struct selector){all, s->len};
}

static struct node_selector_term copy_term(struct arena *a, const struct node_selector_term *t)
{
    return (struct node_selector_term){copy_selector(a, &t->labels), copy_selector(a, &t->fields)};
}

static const struct node_selector *copy_required(struct arena *a, const struct node_selector *from)
{
    if (from == NULL)
        return NULL;
    struct node_selector *s = arena_alloc(a, sizeof *s);
    struct node_selector_term *terms = arena_alloc(a, (from->len + 1) * sizeof terms[0]);
    for (uint32_t i = 0; i < from->len; i++)
        terms[i] = copy_term(a, &from->terms[i]);
    *s = (struct node_selector){terms, from->len};
    return s;
}

static struct node_terms *copy_terms(struct arena *a, const struct node_terms *from)
{
    struct node_terms *t = arena_copy(a, from, sizeof *from);
    t->selector.pairs =
        arena_copy(a, from->selector.pairs, from->selector.len * sizeof from->selector.pairs[0]);
    t->required = copy_required(a, from->required);
    struct preferred_term *preferred =
        arena_alloc(a, (from->preferred_len + 1) * sizeof preferred[0]);
    for (uint32_t i = 0; i < from->preferred_len; i++)
        preferred[i] = (struct preferred_term){from->preferred[i].weight,
                                               copy_term(a, &from->preferred[i].term)};
    t->preferred = preferred;
    t->tolerations.items = arena_copy(a, from->tolerations.items,
                                      from->tolerations.len * sizeof from->tolerations.items[0]);
    return t;
}

/* --- the table --- */

struct node_terms_table *node_terms_table_new(const struct intern *words)
{
    static const struct node_terms none = {.node_name = INTERN_NONE};
    struct node_terms_table *t = calloc(1, sizeof *t);
    SIM_REQUIRE(t != NULL);
    t->words = words;
    t->arena = arena_new();
    t->rows = intern_new();
    SIM_REQUIRE(node_terms_add(t, &none) == NODE_TERMS_NONE);
    return t;
}

void node_terms_table_free(struct node_terms_table *t)
{
    if (t == NULL)
        return;
    intern_free(t->rows);
    arena_free(t->arena);
    free(t->list);
    free(t->row.numbers);
    free(t);
}

uint32_t node_terms_add(struct node_terms_table *t, const struct node_terms *terms)
{
    const size_t len = intern_len(t->rows);
    flatten(&t->row, terms);
    const uint32_t id = intern_add_len(t->rows, (const char *)t->row.numbers,
                                       t->row.len * sizeof t->row.numbers[0]);
    if (id < len)
        return id;
    if (len == t->cap) {
        t->cap = t->cap == 0 ? 16 : 2 * t->cap;
        t->list = realloc(t->list, t->cap * sizeof t->list[0]);
        SIM_REQUIRE(t->list != NULL);
    }
    t->list[id] = copy_terms(t->arena, terms);
    return id;
}

const struct node_terms *node_terms_get(const struct node_terms_table *t, uint32_t id)
{
    SIM_REQUIRE(id < intern_len(t->rows));
    return t->list[id];
}

size_t node_terms_table_len(const struct node_terms_table *t)
{
    return intern_len(t->rows);
}

uint32_t node_terms_with(struct node_terms_table *t, uint32_t id, const struct label_map *labels,
                         const struct toleration_list *tolerations)
{
    struct node_terms terms = *node_terms_get(t, id);
    struct arena *scratch = arena_new();
    terms.selector = label_map_join(scratch, &terms.selector, labels);
    terms.tolerations = tolerations_join(scratch, &terms.tolerations, tolerations);
    const uint32_t with = node_terms_add(t, &terms);
    arena_free(scratch);
    return with;
}

/* --- judging nodes --- */

static bool refuse(struct node_refusal *why, enum node_refusal_kind kind, const struct taint *taint)
{
    if (why != NULL)
        *why = (struct node_refusal){kind, taint};
    return kind == NODE_REFUSES_NOTHING;
}

/* The first taint that keeps tasks away; NULL: none does. */
static const struct taint *untolerated(const struct node_terms *terms, const struct node *n)
{
    for (uint32_t i = 0; i < n->taints_len; i++)
        if (n->taints[i].effect != TAINT_PREFER_NO_SCHEDULE &&
            !tolerations_tolerate(&terms->tolerations, &n->taints[i]))
            return &n->taints[i];
    return NULL;
}

static bool has_labels(const struct label_map *wanted, const struct node *n)
{
    const struct label_map labels = {n->labels, n->labels_len};
    for (uint32_t i = 0; i < wanted->len; i++)
        if (label_map_find(&labels, wanted->pairs[i].key) != wanted->pairs[i].value)
            return false;
    return true;
}

bool node_terms_match(const struct node_terms_table *t, uint32_t id, const struct node *n,
                      struct node_refusal *why)
{
    const struct node_terms *terms = node_terms_get(t, id);
    if (terms->node_name != INTERN_NONE &&
        strcmp(intern_text(t->words, terms->node_name), n->name) != 0)
        return refuse(why, NODE_OF_OTHER_NAME, NULL);
    const struct taint *taint = untolerated(terms, n);
    if (taint != NULL)
        return refuse(why, NODE_TAINTED, taint);
    if (!has_labels(&terms->selector, n) ||
        (terms->required != NULL && !node_selector_matches(terms->required, n, t->words)))
        return refuse(why, NODE_NOT_SELECTED, NULL);
    return refuse(why, NODE_REFUSES_NOTHING, NULL);
}

bool node_terms_admit(const struct node_terms_table *t, uint32_t id, const struct node *n,
                      struct node_refusal *why)
{
    if (n->state == NODE_CORDONED || n->state == NODE_DRAINING)
        return refuse(why, NODE_UNSCHEDULABLE, NULL);
    if (n->state != NODE_READY)
        return refuse(why, NODE_NOT_READY, NULL);
    return node_terms_match(t, id, n, why);
}

/* --- reading --- */

static void read_preferred(struct field_reader *r, const struct yaml_node *affinity,
                           struct node_terms *out)
{
    static const char key[] = "preferredDuringSchedulingIgnoredDuringExecution";
    const struct yaml_node *list = field_map_list(r, affinity, key);
    if (list == NULL || list->len == 0)
        return;
    struct preferred_term *terms = arena_alloc(r->arena, list->len * sizeof terms[0]);
    for (size_t i = 0; i < list->len; i++) {
        const struct yaml_node *term = field_map(r, list->items[i], "preference");
        int64_t weight = 1;
        if (term == NULL || field_get(list->items[i], "weight") == NULL)
            diag_error(r->diag, yaml_pos(list->items[i]), "%s: weight and preference are needed",
                       key);
        field_int(r, list->items[i], &(struct int_field){"weight", 1, 100}, &weight);
        terms[i] = (struct preferred_term){(int32_t)weight, {{0}, {0}}};
        if (term != NULL)
            terms[i].term = node_selector_term_read(r, term);
    }
    out->preferred = terms;
    out->preferred_len = (uint32_t)list->len;
}

struct node_terms node_terms_read(struct field_reader *r, const struct yaml_node *spec)
{
    struct node_terms terms = {.node_name = INTERN_NONE};
    const char *name = field_text(r, spec, "nodeName");
    if (name != NULL && name[0] != '\0')
        terms.node_name = intern_add(r->words, name);
    terms.selector = label_map_read(r, field_text_map(r, spec, "nodeSelector"));
    const struct yaml_node *affinity = field_map(r, field_map(r, spec, "affinity"), "nodeAffinity");
    terms.required = node_selector_read(
        r, field_map(r, affinity, "requiredDuringSchedulingIgnoredDuringExecution"));
    read_preferred(r, affinity, &terms);
    terms.tolerations = tolerations_read(r, spec, "tolerations");
    return terms;
}
