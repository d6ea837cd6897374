#include "sim/cli/check_text.h"

#include "models/dcgm_fields.h"
#include "models/kubernetes/image_reference.h"
#include "models/lint.h"
#include "sim/arena.h"
#include "sim/intern.h"

#include <ctype.h>
#include <string.h>

struct walk {
    struct diag *diag;
    struct arena *arena;
    struct intern *told;
    size_t met;
};

/* --- metrics --- */

static const char prefix[] = "DCGM_FI_";

static size_t word_len(const char *text)
{
    size_t len = 0;
    while (isupper((unsigned char)text[len]) || isdigit((unsigned char)text[len]) ||
           text[len] == '_')
        len++;
    return len;
}

/* A pattern for several names, or the beginning of one that is put together. */
static bool is_pattern(const char *word, size_t len)
{
    return word[len - 1] == '_' || (word[len] != '\0' && strchr(".*+?[($", word[len]) != NULL);
}

static struct src_pos place_of(const struct yaml_node *n, const char *word)
{
    const char *start = n->text;
    unsigned line = 0;
    for (const char *c = n->text; c < word; c++)
        if (*c == '\n') {
            line++;
            start = c + 1;
        }
    return yaml_pos_inside(n, line, (unsigned)(word - start) + 1);
}

static void judge_metric(struct walk *w, const struct yaml_node *n, const char *word, size_t len)
{
    const char *name = arena_text(w->arena, word, len);
    const size_t known = intern_len(w->told);
    w->met++;
    if (is_pattern(word, len) || dcgm_fields_has(name) || intern_add(w->told, name) < known)
        return;
    const char *meant = dcgm_fields_meant(name);
    lint_report(w->diag, LINT_DCGM_METRIC, place_of(n, word),
                "'%s': DCGM has no such field, and no exporter such a metric: the query finds "
                "nothing; %s%s",
                name, meant == NULL ? "`dcgmi dmon -l` lists the fields" : "write ",
                meant == NULL ? "" : meant);
}

static void walk_text(struct walk *w, const struct yaml_node *n)
{
    const char *at = n->text;
    for (const char *word = strstr(at, prefix); word != NULL; word = strstr(at, prefix)) {
        const size_t len = word_len(word);
        const bool is_inside =
            word > n->text && (isalnum((unsigned char)word[-1]) || word[-1] == '_');
        if (!is_inside)
            judge_metric(w, n, word, len);
        at = word + len;
    }
}

/* --- images of Helm values --- */

static bool has_tag(const char *image)
{
    const char *slash = strrchr(image, '/');
    return strchr(slash == NULL ? image : slash, ':') != NULL;
}

static void walk_image(struct walk *w, const struct yaml_node *map)
{
    static const char *const keys[] = {"name", "repository"};
    const struct yaml_node *tag = yaml_get(map, "tag");
    if (tag == NULL || tag->kind != YAML_SCALAR || tag->len == 0 || yaml_is_null(tag))
        return;
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        const struct yaml_node *n = yaml_get(map, keys[k]);
        if (n == NULL || n->kind != YAML_SCALAR || strchr(n->text, '/') == NULL)
            continue;
        const char *whole = arena_printf(w->arena, "%s:%s", n->text, tag->text);
        const char *why = image_reference_problem(whole);
        w->met++;
        if (why != NULL)
            lint_report(w->diag, LINT_IMAGE, yaml_pos(n),
                        "%s: '%s': with tag: %s the image is %s: %s: its pods fail with "
                        "InvalidImageName; %s",
                        keys[k], n->text, tag->text, whole, why,
                        has_tag(n->text)
                            ? "write the tag once, in tag"
                            : "write NAME and TAG such as nvidia/cuda and 12.4.0-base");
    }
}

/* --- all of it --- */

static void walk_node(struct walk *w, const struct yaml_node *n)
{
    if (n->kind == YAML_SCALAR)
        walk_text(w, n);
    for (size_t i = 0; n->kind == YAML_LIST && i < n->len; i++)
        walk_node(w, n->items[i]);
    if (n->kind != YAML_MAP)
        return;
    walk_image(w, n);
    for (size_t i = 0; i < n->len; i++) {
        walk_text(w, n->pairs[i].key);
        walk_node(w, n->pairs[i].value);
    }
}

size_t check_text(const struct yaml_file *f, struct diag *d)
{
    struct walk w = {.diag = d, .arena = arena_new(), .told = intern_new()};
    for (size_t i = 0; i < yaml_docs(f); i++)
        walk_node(&w, yaml_doc(f, i));
    intern_free(w.told);
    arena_free(w.arena);
    return w.met;
}
