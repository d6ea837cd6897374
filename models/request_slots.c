#include "models/request_slots.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { CELLS_MOST = 1 << 22, SLOTS_LEAST = 8, FIRST_REQUESTS = 64 };

void request_slots_init(struct request_slots *s, uint32_t nodes)
{
    *s = (struct request_slots){.most = CELLS_MOST / (nodes + 1)};
    if (s->most < SLOTS_LEAST)
        s->most = SLOTS_LEAST;
}

void request_slots_fini(struct request_slots *s)
{
    free(s->slot_of);
    free(s->requests);
    free(s->last_used);
}

void request_slots_forget(struct request_slots *s)
{
    s->len = 0;
    if (s->slot_of_cap > 0)
        memset(s->slot_of, 0, s->slot_of_cap * sizeof s->slot_of[0]);
}

static void know_request(struct request_slots *s, uint32_t request)
{
    const size_t old = s->slot_of_cap;
    while (s->slot_of_cap <= request)
        s->slot_of_cap = s->slot_of_cap == 0 ? FIRST_REQUESTS : 2 * s->slot_of_cap;
    s->slot_of = realloc(s->slot_of, s->slot_of_cap * sizeof s->slot_of[0]);
    SIM_REQUIRE(s->slot_of != NULL);
    memset(s->slot_of + old, 0, (s->slot_of_cap - old) * sizeof s->slot_of[0]);
}

static uint32_t another(struct request_slots *s)
{
    uint32_t best = 0;
    for (uint32_t i = 1; i < s->len; i++)
        if (s->last_used[i] < s->last_used[best])
            best = i;
    s->slot_of[s->requests[best]] = 0;
    return best;
}

static uint32_t fresh(struct request_slots *s)
{
    if (s->len == s->cap) {
        s->cap = s->cap == 0 ? SLOTS_LEAST : 2 * s->cap;
        s->requests = realloc(s->requests, s->cap * sizeof s->requests[0]);
        s->last_used = realloc(s->last_used, s->cap * sizeof s->last_used[0]);
        SIM_REQUIRE(s->requests != NULL && s->last_used != NULL);
    }
    return s->len++;
}

uint32_t request_slots_get(struct request_slots *s, uint32_t request, bool *is_new)
{
    if (request >= s->slot_of_cap)
        know_request(s, request);
    *is_new = s->slot_of[request] == 0;
    if (*is_new) {
        const uint32_t slot = s->len < s->most ? fresh(s) : another(s);
        s->slot_of[request] = slot + 1;
        s->requests[slot] = request;
    }
    const uint32_t slot = s->slot_of[request] - 1;
    s->last_used[slot] = ++s->uses;
    return slot;
}
