#include "policies/baseline/job_ring.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

#define GAP UINT32_MAX

void job_ring_fini(struct job_ring *r)
{
    free(r->ids);
    free(r->places);
    *r = (struct job_ring){0};
}

/* Leaves the gaps behind; gets longer only if there were few. */
static void make_room(struct job_ring *r)
{
    const uint64_t old = r->ids == NULL ? 0 : r->mask + 1;
    const uint64_t cap = old == 0 ? FIRST_CAPACITY : r->len > old / 2 ? 2 * old : old;
    uint32_t *ids = malloc(cap * sizeof ids[0]);
    SIM_REQUIRE(ids != NULL);
    uint64_t to = r->begin;
    for (uint64_t p = r->begin; p < r->end; p++) {
        const uint32_t id = r->ids[p & r->mask];
        if (id == GAP)
            continue;
        ids[to & (cap - 1)] = id;
        r->places[id] = ++to;
    }
    free(r->ids);
    r->ids = ids;
    r->end = to;
    r->mask = cap - 1;
}

static void make_place(struct job_ring *r, uint32_t id)
{
    const size_t old = r->places_cap;
    while (r->places_cap <= id)
        r->places_cap = r->places_cap == 0 ? FIRST_CAPACITY : 2 * r->places_cap;
    r->places = realloc(r->places, r->places_cap * sizeof r->places[0]);
    SIM_REQUIRE(r->places != NULL);
    memset(r->places + old, 0, (r->places_cap - old) * sizeof r->places[0]);
}

void job_ring_push(struct job_ring *r, uint32_t id)
{
    if (r->ids == NULL || r->end - r->begin > r->mask)
        make_room(r);
    if (id >= r->places_cap)
        make_place(r, id);
    r->ids[r->end & r->mask] = id;
    r->places[id] = ++r->end;
    r->len++;
}

static void pass_gaps(struct job_ring *r)
{
    while (r->begin < r->end && r->ids[r->begin & r->mask] == GAP)
        r->begin++;
}

uint32_t job_ring_first(struct job_ring *r)
{
    pass_gaps(r);
    return r->begin == r->end ? UINT32_MAX : r->ids[r->begin & r->mask];
}

void job_ring_pop(struct job_ring *r)
{
    pass_gaps(r);
    SIM_REQUIRE(r->begin < r->end);
    r->places[r->ids[r->begin++ & r->mask]] = 0;
    r->len--;
}

void job_ring_remove(struct job_ring *r, uint32_t id)
{
    if (id >= r->places_cap || r->places[id] == 0)
        return;
    r->ids[(r->places[id] - 1) & r->mask] = GAP;
    r->places[id] = 0;
    r->len--;
}
