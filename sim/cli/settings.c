#include "sim/cli/settings.h"

#include "sim/arena.h"

#include <string.h>

static const struct yaml_node *read_value(struct settings *s, const char *name, const char *text,
                                          struct diag *d)
{
    const unsigned errors = diag_errors(d);
    struct yaml_file *f = yaml_parse(name, text, strlen(text), d);
    s->files[s->files_len++] = f;
    if (yaml_docs(f) == 1)
        return yaml_doc(f, 0);
    if (diag_errors(d) == errors)
        diag_error(d, (struct src_pos){.file = name}, "'%s': expected one value", text);
    return NULL;
}

static bool add(struct settings *s, const char *text, struct diag *d)
{
    struct scenario_setting *item = &s->items[s->len];
    const char *equals = strchr(text, '=');
    const char *name = arena_printf(s->arena, "--set %s", text);
    if (equals == NULL || equals == text) {
        diag_error(d, (struct src_pos){.file = name},
                   "expected KEY=VALUE, such as cluster.pools.train.count=8");
        return false;
    }
    const char *key = arena_text(s->arena, text, (size_t)(equals - text));
    if (!knob_read(&item->knob, key, (struct src_pos){.file = name}, s->arena, d))
        return false;
    item->value = read_value(s, name, equals + 1, d);
    s->len += item->value != NULL;
    return item->value != NULL;
}

bool settings_open(struct settings *s, const struct option_texts *set,
                   const struct scenario_setting *more, size_t more_len, struct diag *d)
{
    bool ok = true;
    *s = (struct settings){.arena = arena_new()};
    s->items = arena_alloc(s->arena, (set->len + more_len + 1) * sizeof s->items[0]);
    for (size_t i = 0; i < set->len; i++)
        ok &= add(s, set->texts[i], d);
    for (size_t i = 0; i < more_len; i++)
        s->items[s->len++] = more[i];
    return ok;
}

void settings_close(struct settings *s)
{
    for (size_t i = 0; i < s->files_len; i++)
        yaml_close(s->files[i]);
    arena_free(s->arena);
}
