/* Edits during a run: objects of Kueue that are applied from a file, as kubectl apply does. */
#include "policies/kueue/policy_kueue.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/path.h"

#include <stdlib.h>

/* What a file says, read before the run. */
struct policy_edit {
    struct object_set *set;
    struct site *site;
};

static void free_edit(struct policy_edit *e)
{
    site_free(e->site);
    object_set_free(e->set);
    free(e);
}

void policy_kueue_free_edits(struct policy_kueue *p)
{
    for (size_t i = 0; i < p->edits_len; i++)
        free_edit(p->edits[i]);
    free(p->edits);
}

static uint64_t keep(struct policy_kueue *p, struct policy_edit *e)
{
    p->edits = realloc(p->edits, (p->edits_len + 1) * sizeof p->edits[0]);
    SIM_REQUIRE(p->edits != NULL);
    p->edits[p->edits_len] = e;
    return p->edits_len++;
}

static struct policy_edit *read_edit(struct policy_kueue *p, const struct yaml_node *apply,
                                     struct diag *d)
{
    struct policy_edit *e = calloc(1, sizeof *e);
    SIM_REQUIRE(e != NULL);
    *e = (struct policy_edit){object_set_new(), site_new()};
    object_set_read(e->set, path_beside(p->env.arena, apply->file, apply->text), d);
    struct site_reader r = {.f = {.diag = d,
                                  .arena = object_set_arena(e->set),
                                  .words = p->env.names->words,
                                  .resources = p->env.names->resources},
                            .site = e->site};
    for (size_t i = 0; i < object_set_len(e->set); i++) {
        const struct object *o = object_set_at(e->set, i);
        if (!site_read(&r, o))
            diag_error(d, object_pos(o), "apply: a %s cannot change during a run", o->kind);
    }
    return e;
}

bool policy_kueue_parse_edit(void *state, const struct yaml_node *edit, uint64_t *token,
                             struct diag *d)
{
    struct policy_kueue *p = state;
    const unsigned errors = diag_errors(d);
    const struct yaml_node *apply = yaml_get(edit, "apply");
    if (apply == NULL)
        return true; /* another policy's */
    if (apply->kind != YAML_SCALAR) {
        diag_error(d, yaml_pos(apply), "apply: %s; expected a file of Kueue's objects",
                   yaml_kind_name(apply));
        return false;
    }
    *token = keep(p, read_edit(p, apply, d));
    return diag_errors(d) == errors;
}

void policy_kueue_edit(struct policy_kueue *p, struct acts *a, uint64_t token)
{
    if (token >= p->edits_len)
        return;
    site_apply(p->site, p->edits[token]->site);
    intern_free(p->flavor_keys); /* labels of flavors may be others now */
    p->flavor_keys = intern_new();
    kueue_rebuild(p->k, acts_now_ns(a));
    for (uint32_t i = 0; i < p->tracked_cap; i++) {
        const struct tracked *t = &p->tracked[i];
        if (t->w != NULL && t->state == TRACKED_WAITS)
            policy_kueue_wait(p, a, t);
    }
}
