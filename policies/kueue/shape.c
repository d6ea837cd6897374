#include "policies/kueue/shape.h"

#include "policies/kueue/res_order.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

/* Shapes by number are the texts of `shapes`; kinds of sets those of `kinds`. */
struct shape_maker {
    struct arena *arena;
    const struct intern *resources;
    struct intern *kinds;
    struct intern *shapes;
    struct shape **made;
    uint32_t cap;
};

struct shape_maker *shape_maker_new(const struct intern *resources)
{
    struct shape_maker *m = calloc(1, sizeof *m);
    SIM_REQUIRE(m != NULL);
    m->arena = arena_new();
    m->resources = resources;
    m->kinds = intern_new();
    m->shapes = intern_new();
    return m;
}

void shape_maker_free(struct shape_maker *m)
{
    if (m == NULL)
        return;
    arena_free(m->arena);
    intern_free(m->kinds);
    intern_free(m->shapes);
    free(m->made);
    free(m);
}

/* A key of bytes, put together piece by piece. */
struct key {
    char *bytes;
    size_t len, cap;
};

static void key_add(struct key *k, const void *bytes, size_t len)
{
    if (k->len + len > k->cap) {
        k->cap = 2 * (k->len + len);
        k->bytes = realloc(k->bytes, k->cap);
        SIM_REQUIRE(k->bytes != NULL);
    }
    if (len > 0)
        memcpy(k->bytes + k->len, bytes, len);
    k->len += len;
}

static void key_add_text(struct key *k, const char *text)
{
    key_add(k, text, strlen(text) + 1);
}

/* All but the count. */
static uint32_t kind_of(struct shape_maker *m, const struct shape_set_spec *s,
                        const struct res_qty *requests, uint32_t len)
{
    struct key k = {0};
    key_add_text(&k, s->name);
    key_add_text(&k, s->spec_text);
    key_add_text(&k, s->topology_text);
    key_add(&k, &s->min_count, sizeof s->min_count);
    for (uint32_t i = 0; i < len; i++) {
        key_add(&k, &requests[i].resource, sizeof requests[i].resource);
        key_add(&k, &requests[i].qty, sizeof requests[i].qty);
    }
    const uint32_t kind = intern_add_len(m->kinds, k.bytes, k.len);
    free(k.bytes);
    return kind;
}

static struct pod_requests copy_requests(struct shape_maker *m, const struct pod_requests *r)
{
    const size_t bytes = r->len * sizeof r->items[0];
    return (struct pod_requests){arena_copy(m->arena, r->items, bytes), r->len};
}

static struct shape_set make_set(struct shape_maker *m, const struct shape_set_spec *s)
{
    struct res_qty *requests =
        arena_copy(m->arena, s->requests, s->requests_len * sizeof requests[0]);
    const uint32_t len = res_order_sort(m->resources, requests, s->requests_len);
    return (struct shape_set){.name = s->name,
                              .count = s->count,
                              .min_count = s->min_count,
                              .requests = requests,
                              .requests_len = len,
                              .pod_requests = copy_requests(m, &s->pod_requests),
                              .kind = kind_of(m, s, requests, len),
                              .terms = s->terms,
                              .topology = s->topology};
}

/* Terms of equal texts may lie in two places, and flavors are judged by the place: so it counts. */
static uint32_t number_of(struct shape_maker *m, const struct shape_set *sets, uint32_t len)
{
    struct key k = {0};
    for (uint32_t i = 0; i < len; i++) {
        key_add(&k, &sets[i].kind, sizeof sets[i].kind);
        key_add(&k, &sets[i].count, sizeof sets[i].count);
        key_add(&k, &sets[i].terms, sizeof sets[i].terms);
    }
    const uint32_t number = intern_add_len(m->shapes, k.len == 0 ? "" : k.bytes, k.len);
    free(k.bytes);
    return number;
}

const struct shape *shape_make(struct shape_maker *m, const struct shape_set_spec *specs,
                               uint32_t len)
{
    struct shape_set *sets = arena_alloc(m->arena, len * sizeof sets[0]);
    for (uint32_t i = 0; i < len; i++)
        sets[i] = make_set(m, &specs[i]);
    const uint32_t number = number_of(m, sets, len);
    if (number >= m->cap) {
        const uint32_t cap = 2 * number + 16;
        m->made = realloc(m->made, cap * sizeof m->made[0]);
        SIM_REQUIRE(m->made != NULL);
        memset(m->made + m->cap, 0, (cap - m->cap) * sizeof m->made[0]);
        m->cap = cap;
    }
    if (m->made[number] == NULL) {
        m->made[number] = arena_alloc(m->arena, sizeof *m->made[number]);
        *m->made[number] = (struct shape){.id = number, .sets_len = len, .sets = sets};
    }
    return m->made[number];
}
