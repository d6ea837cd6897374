#include "sim/id_list.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void id_list_add(struct id_list *l, uint32_t id)
{
    if (l->len == l->cap) {
        l->cap = l->cap == 0 ? FIRST_CAPACITY : 2 * l->cap;
        l->ids = realloc(l->ids, l->cap * sizeof l->ids[0]);
        SIM_REQUIRE(l->ids != NULL);
    }
    l->ids[l->len++] = id;
}

void id_list_fini(struct id_list *l)
{
    free(l->ids);
    *l = (struct id_list){0};
}

void id_list_drop_first(struct id_list *l, size_t len)
{
    SIM_REQUIRE(len <= l->len);
    l->len -= len;
    if (l->len > 0)
        memmove(l->ids, l->ids + len, l->len * sizeof l->ids[0]);
}

uint32_t *id_map_at(struct id_map *m, uint32_t key)
{
    const size_t old = m->cap;
    if (key >= old) {
        while (m->cap <= key)
            m->cap = m->cap == 0 ? FIRST_CAPACITY : 2 * m->cap;
        m->values = realloc(m->values, m->cap * sizeof m->values[0]);
        SIM_REQUIRE(m->values != NULL);
        memset(m->values + old, 0, (m->cap - old) * sizeof m->values[0]);
    }
    return &m->values[key];
}

void id_map_fini(struct id_map *m)
{
    free(m->values);
    *m = (struct id_map){0};
}
