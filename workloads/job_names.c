#include "workloads/job_names.h"

#include "sim/arena.h"
#include "sim/suggest.h"

#include <string.h>

void job_names_init(struct job_names *names, struct arena *a, const char *what,
                    const struct yaml_node *map)
{
    *names = (struct job_names){.map = map, .what = what};
    if (map != NULL)
        names->used = arena_alloc(a, (map->len + 1) * sizeof names->used[0]);
}

static bool is_full_name(const char *key, const struct object *o)
{
    const size_t len = strlen(o->namespace);
    return strncmp(key, o->namespace, len) == 0 && key[len] == '/' &&
           strcmp(key + len + 1, o->name) == 0;
}

/* Keys that are looked for by hash would need a text made for each job; few are named. */
const struct yaml_node *job_names_find(struct job_names *names, const struct object *o)
{
    const struct yaml_node *found = NULL;
    for (size_t i = 0; names->map != NULL && i < names->map->len; i++) {
        const char *key = names->map->pairs[i].key->text;
        const bool is_full = is_full_name(key, o);
        if (!is_full && strcmp(key, o->name) != 0)
            continue;
        names->used[i] = true;
        if (found == NULL || is_full)
            found = names->map->pairs[i].value;
    }
    return found;
}

void job_names_check(const struct job_names *names, const struct object *const *jobs, size_t len,
                     struct diag *d)
{
    for (size_t i = 0; names->map != NULL && i < names->map->len; i++) {
        const struct yaml_node *key = names->map->pairs[i].key;
        if (names->used[i])
            continue;
        struct suggest s;
        suggest_init(&s, key->text);
        for (size_t j = 0; j < len; j++)
            suggest_offer(&s, jobs[j]->name);
        diag_error(d, yaml_pos(key), "%s: '%s': no job of this name in these files%s", names->what,
                   key->text, suggest_hint(&s));
    }
}
