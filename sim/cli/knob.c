#include "sim/cli/knob.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_STEPS = 32, MOST_NAMES = 32 };

/* --- in words --- */

/* Words in capitals stand for names; in the path, for what was said there. */
static const struct knob_form forms[] = {
    {"nodes of pool NAME", "cluster.pools.NAME.count", "how many nodes"},
    {"machine of pool NAME", "cluster.pools.NAME.machine", "what they are"},
    {"layout of pool NAME", "cluster.pools.NAME.mig.layout.default", "their MIG slices"},
    {"replicas of pool NAME", "cluster.pools.NAME.sharing.time-slicing.replicas",
     "time-slicing replicas of each GPU"},
    {"quota of ClusterQueue NAME for RESOURCE", "policies.*.kueue.quota.NAME.RESOURCE",
     "nominal quota, where one flavor has the resource"},
    {"quota of ClusterQueue NAME for RESOURCE in FLAVOR",
     "policies.*.kueue.quota.NAME.FLAVOR.RESOURCE", "nominal quota of one flavor"},
    {0},
};

const struct knob_form *knob_forms(void)
{
    return forms;
}

struct words {
    const char *words[MOST_STEPS];
    size_t len;
};

/* Cuts text at a separator; what stands in double quotes is not cut. */
static bool cut(struct words *w, const char *text, char separator, struct arena *a)
{
    w->len = 0;
    for (;;) {
        while (separator == ' ' && *text == ' ')
            text++;
        const bool is_quoted = *text == '"';
        const char *from = text + is_quoted;
        const char end[] = {is_quoted ? '"' : separator, '\0'};
        const size_t len = strcspn(from, end);
        if (w->len == MOST_STEPS || (len == 0 && separator != ' ') ||
            (is_quoted && from[len] != '"'))
            return false;
        if (len > 0)
            w->words[w->len++] = arena_text(a, from, len);
        text = from + len + is_quoted;
        if (*text == '\0')
            return true;
        if (*text++ != separator)
            return false;
    }
}

static bool is_name(const char *word)
{
    return word[0] >= 'A' && word[0] <= 'Z' && word[1] >= 'A' && word[1] <= 'Z';
}

static bool is_form(const struct words *form, const struct words *said)
{
    bool is = form->len == said->len;
    for (size_t i = 0; is && i < form->len; i++)
        is = is_name(form->words[i]) || strcmp(form->words[i], said->words[i]) == 0;
    return is;
}

/* What was said where the form has this name; the word itself if it is no name. */
static const char *said_for(const struct words *form, const struct words *said, const char *word)
{
    for (size_t i = 0; i < form->len; i++)
        if (is_name(word) && strcmp(form->words[i], word) == 0)
            return said->words[i];
    return word;
}

static bool read_words(struct words *out, const char *text, struct arena *a)
{
    struct words said, form, path;
    if (strchr(text, ' ') == NULL || !cut(&said, text, ' ', a))
        return false;
    for (const struct knob_form *f = forms; f->words != NULL; f++) {
        if (!cut(&form, f->words, ' ', a) || !is_form(&form, &said) || !cut(&path, f->path, '.', a))
            continue;
        for (size_t i = 0; i < path.len; i++)
            out->words[i] = said_for(&form, &said, path.words[i]);
        out->len = path.len;
        return true;
    }
    return false;
}

bool knob_read(struct knob *k, const char *text, struct src_pos at, struct arena *a, struct diag *d)
{
    struct words w;
    *k = (struct knob){.text = arena_text(a, text, strlen(text)), .at = at};
    if (!read_words(&w, text, a) && (strchr(text, ' ') != NULL || !cut(&w, text, '.', a))) {
        diag_error(d, at,
                   "'%s': expected keys between dots such as cluster.pools.train.count, or words "
                   "such as `%s` or `%s`",
                   text, forms[0].words, forms[4].words);
        return false;
    }
    k->steps = arena_copy(a, w.words, w.len * sizeof w.words[0]);
    k->len = w.len;
    return true;
}

/* --- setting --- */

struct setter {
    const struct knob *knob;
    const struct yaml_node *value;
    struct arena *arena;
    struct diag *diag;
};

static const struct yaml_node *put(const struct setter *s, const struct yaml_node *n, size_t step);

static const char *text_of(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n != NULL && n->kind == YAML_SCALAR ? n->text : NULL;
}

/* The names that an item of a list goes by: its own, its keys (a policy, a kind of source), and
 * those of what the keys hold (a source). */
static size_t names_of(const struct yaml_node *item, const char *out[MOST_NAMES])
{
    size_t len = 0;
    if (item->kind == YAML_SCALAR)
        out[len++] = item->text;
    if (item->kind == YAML_MAP && text_of(item, "name") != NULL)
        out[len++] = text_of(item, "name");
    for (size_t i = 0; item->kind == YAML_MAP && i < item->len && len + 2 <= MOST_NAMES; i++) {
        out[len++] = item->pairs[i].key->text;
        if (text_of(item->pairs[i].value, "name") != NULL)
            out[len++] = text_of(item->pairs[i].value, "name");
    }
    return len;
}

static bool is_called(const struct yaml_node *item, const char *name)
{
    const char *names[MOST_NAMES];
    const size_t len = names_of(item, names);
    for (size_t i = 0; i < len; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static size_t find_item(const struct yaml_node *list, const char *name)
{
    char *end;
    for (size_t i = 0; i < list->len; i++)
        if (is_called(list->items[i], name))
            return i;
    const unsigned long number = strtoul(name, &end, 10);
    return name[0] >= '0' && name[0] <= '9' && *end == '\0' ? number : list->len;
}

static const struct yaml_node *refuse_item(const struct setter *s, const struct yaml_node *list,
                                           const char *name)
{
    struct suggest near;
    suggest_init(&near, name);
    for (size_t i = 0; i < list->len; i++) {
        const char *names[MOST_NAMES];
        const size_t len = names_of(list->items[i], names);
        for (size_t k = 0; k < len; k++)
            suggest_offer(&near, names[k]);
    }
    diag_error(s->diag, s->knob->at, "%s: nothing there is called '%s'%s", s->knob->text, name,
               suggest_hint(&near));
    return NULL;
}

/* `- fifo` is short for `- fifo: {}`. */
static const struct yaml_node *as_map(const struct setter *s, const struct yaml_node *item)
{
    if (item->kind != YAML_SCALAR)
        return item;
    return tree_with_key(s->arena, tree_empty_map(s->arena, item), item->text,
                         tree_empty_map(s->arena, item));
}

static bool is_chosen(const struct setter *s, const struct yaml_node *item, size_t step)
{
    return step + 1 < s->knob->len && yaml_get(item, s->knob->steps[step + 1]) != NULL;
}

static const struct yaml_node *put_in_all(const struct setter *s, const struct yaml_node *list,
                                          size_t step)
{
    const struct yaml_node **items = arena_alloc(s->arena, (list->len + 1) * sizeof items[0]);
    size_t chosen = 0;
    for (size_t i = 0; i < list->len; i++) {
        items[i] = as_map(s, list->items[i]);
        if (!is_chosen(s, items[i], step))
            continue;
        chosen++;
        if ((items[i] = put(s, items[i], step + 1)) == NULL)
            return NULL;
    }
    if (chosen == 0) {
        diag_error(s->diag, s->knob->at, "%s: nothing there has '%s'", s->knob->text,
                   step + 1 < s->knob->len ? s->knob->steps[step + 1] : "*");
        return NULL;
    }
    return tree_list(s->arena, items, list->len, list);
}

static const struct yaml_node *put_in_list(const struct setter *s, const struct yaml_node *list,
                                           size_t step)
{
    const char *name = s->knob->steps[step];
    if (strcmp(name, "*") == 0)
        return put_in_all(s, list, step);
    const size_t at = find_item(list, name);
    if (at >= list->len)
        return refuse_item(s, list, name);
    const bool is_last = step + 1 == s->knob->len;
    const struct yaml_node *item = is_last ? list->items[at] : as_map(s, list->items[at]);
    const struct yaml_node *made = put(s, item, step + 1);
    if (made == NULL)
        return NULL;
    const struct yaml_node **items = arena_copy(s->arena, list->items, list->len * sizeof items[0]);
    items[at] = made;
    return tree_list(s->arena, items, list->len, list);
}

/* What is not there yet is made: the tables of the scenario judge whether it may be. */
static const struct yaml_node *put(const struct setter *s, const struct yaml_node *n, size_t step)
{
    if (step == s->knob->len)
        return s->value;
    const char *key = s->knob->steps[step];
    if (n != NULL && n->kind == YAML_LIST)
        return put_in_list(s, n, step);
    if (n != NULL && n->kind == YAML_SCALAR && !yaml_is_null(n)) {
        diag_error(s->diag, s->knob->at, "%s: above '%s' there is the text '%s', which has no keys",
                   s->knob->text, key, n->text);
        return NULL;
    }
    const struct yaml_node *made = put(s, yaml_get(n, key), step + 1);
    if (made == NULL)
        return NULL;
    return tree_with_key(s->arena, n != NULL ? n : tree_empty_map(s->arena, s->value), key, made);
}

const struct yaml_node *knob_set(const struct knob *k, const struct yaml_node *scenario,
                                 const struct yaml_node *value, struct arena *a, struct diag *d)
{
    const struct setter s = {.knob = k, .value = value, .arena = a, .diag = d};
    return put(&s, scenario, 0);
}
