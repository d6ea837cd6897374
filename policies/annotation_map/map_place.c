#include "policies/annotation_map/map_place.h"

#include "sim/check.h"

#include <stdlib.h>

void map_places_add(struct map_places *p, const struct map_place *place)
{
    if (p->len == p->cap) {
        p->cap = p->cap == 0 ? 1 : 2 * p->cap;
        p->items = realloc(p->items, p->cap * sizeof p->items[0]);
        SIM_REQUIRE(p->items != NULL);
    }
    p->items[p->len++] = *place;
}

void map_places_fini(struct map_places *p)
{
    free(p->items);
    *p = (struct map_places){0};
}
