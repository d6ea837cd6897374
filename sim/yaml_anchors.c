#include "sim/yaml_anchors.h"

#include "sim/check.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <stdlib.h>

void yaml_anchors_fini(struct yaml_anchors *a)
{
    intern_free(a->names);
    free(a->all);
}

uint32_t yaml_anchor_open(struct yaml_anchors *a, const char *name)
{
    if (a->names == NULL)
        a->names = intern_new();
    const uint32_t id = intern_add(a->names, name);
    if (id >= a->cap) {
        a->cap = a->cap == 0 ? 16 : 2 * a->cap;
        a->all = realloc(a->all, a->cap * sizeof a->all[0]);
        SIM_REQUIRE(a->all != NULL);
    }
    a->all[id] = (struct yaml_anchor){.doc = a->doc};
    return id;
}

void yaml_anchor_close(struct yaml_anchors *a, uint32_t id, struct yaml_anchor what)
{
    what.doc = a->doc;
    a->all[id] = what;
}

const struct yaml_anchor *yaml_anchor_find(const struct yaml_anchors *a, const char *name)
{
    const uint32_t id = a->names == NULL ? INTERN_NONE : intern_find(a->names, name);
    if (id == INTERN_NONE || a->all[id].doc != a->doc)
        return NULL;
    return &a->all[id];
}

void yaml_anchors_suggest(const struct yaml_anchors *a, struct suggest *s)
{
    const size_t len = a->names == NULL ? 0 : intern_len(a->names);
    for (uint32_t i = 0; i < len; i++)
        if (a->all[i].doc == a->doc)
            suggest_offer(s, intern_text(a->names, i));
}
