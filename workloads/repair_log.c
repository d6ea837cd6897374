#include "workloads/repair_log.h"

#include "sim/arena.h"
#include "sim/check.h"

#include <string.h>

enum { MOST_SHOWN = 60 }; /* bytes of what was written */

void repair_log_init(struct repair_log *l, const struct repair_kind *kinds, size_t len,
                     struct arena *arena)
{
    *l = (struct repair_log){
        .kinds = kinds,
        .len = len,
        .met = arena_alloc(arena, len * sizeof l->met[0]),
        .shown = arena_alloc(arena, len * sizeof l->shown[0]),
    };
    repair_log_clear(l);
}

void repair_log_clear(struct repair_log *l)
{
    for (size_t i = 0; i < l->len; i++)
        l->met[i] = (struct repair){.what = l->kinds[i].what, .is_skip = l->kinds[i].is_skip};
}

static void refuse(struct repair_log *l, const struct repair_kind *kind,
                   const struct repair_place *place)
{
    const bool is_long = place->len > MOST_SHOWN;
    diag_error(l->strict, place->at, "%s: '%.*s%s': %s; %s", place->name,
               is_long ? MOST_SHOWN : (int)place->len, place->written, is_long ? "..." : "",
               place->wrong != NULL ? place->wrong : kind->wrong,
               place->right != NULL ? place->right : kind->right);
}

void repair_log_add(struct repair_log *l, size_t kind, const struct repair_place *place)
{
    SIM_REQUIRE(kind < l->len);
    struct repair *met = &l->met[kind];
    if (met->count++ == 0)
        met->first_line = place->at.line;
    if (l->strict != NULL && !l->kinds[kind].is_choice)
        refuse(l, &l->kinds[kind], place);
}

void repair_log_count(struct repair_log *l, size_t kind, uint64_t count)
{
    SIM_REQUIRE(kind < l->len);
    l->met[kind].count += count;
}

size_t repair_log_tally(const struct repair_log *l, const struct repair **out)
{
    size_t len = 0;
    for (size_t i = 0; i < l->len; i++)
        if (l->met[i].count > 0)
            l->shown[len++] = l->met[i];
    *out = l->shown;
    return len;
}
