/* Open addressing over numbers into list[]; a slot holds number + 1, 0 is free. */
#include "models/request.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/hash.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64, MOST_AMOUNTS = 64 };

struct request_table {
    const struct intern *resources;
    struct arena *arena;
    struct request **list;
    uint64_t *hashes;
    size_t len;
    uint32_t *slots;
    size_t slots_len; /* a power of two, over half of it free */
};

static void merge_amount(struct amount *list, size_t *len, struct amount a)
{
    size_t i = *len;
    while (i > 0 && list[i - 1].resource > a.resource)
        i--;
    if (i > 0 && list[i - 1].resource == a.resource) {
        list[i - 1].value += a.value;
        return;
    }
    SIM_REQUIRE(*len < MOST_AMOUNTS);
    memmove(&list[i + 1], &list[i], (*len - i) * sizeof list[0]);
    list[i] = a;
    ++*len;
}

static uint64_t hash_request(const struct amount *amounts, size_t len, uint32_t terms,
                             const struct device_load *load)
{
    uint64_t h = hash_bytes(&terms, sizeof terms);
    for (size_t i = 0; i < len; i++) {
        h = hash_more(h, &amounts[i].resource, sizeof amounts[i].resource);
        h = hash_more(h, &amounts[i].value, sizeof amounts[i].value);
    }
    const uint64_t parts[] = {load->duty_q16,  load->width_q16, load->memory_bytes,
                              load->processes, load->gpu_milli, load->is_memory_bound};
    return hash_more(h, parts, sizeof parts);
}

static bool same_load(const struct device_load *a, const struct device_load *b)
{
    return a->duty_q16 == b->duty_q16 && a->width_q16 == b->width_q16 &&
           a->memory_bytes == b->memory_bytes && a->processes == b->processes &&
           a->gpu_milli == b->gpu_milli && a->is_memory_bound == b->is_memory_bound;
}

static bool same_request(const struct request *r, const struct amount *amounts, size_t len,
                         uint32_t terms, const struct device_load *load)
{
    if (r->terms != terms || r->amounts_len != len || !same_load(&r->load, load))
        return false;
    for (size_t i = 0; i < len; i++)
        if (r->amounts[i].resource != amounts[i].resource ||
            r->amounts[i].value != amounts[i].value)
            return false;
    return true;
}

static void grow(struct request_table *t)
{
    free(t->slots);
    t->slots_len = t->slots_len == 0 ? FIRST_SLOTS : 2 * t->slots_len;
    t->slots = calloc(t->slots_len, sizeof t->slots[0]);
    t->list = realloc(t->list, t->slots_len / 2 * sizeof t->list[0]);
    t->hashes = realloc(t->hashes, t->slots_len / 2 * sizeof t->hashes[0]);
    SIM_REQUIRE(t->slots != NULL && t->list != NULL && t->hashes != NULL);
    for (size_t i = 0; i < t->len; i++) {
        size_t s = t->hashes[i] & (t->slots_len - 1);
        while (t->slots[s] != 0)
            s = (s + 1) & (t->slots_len - 1);
        t->slots[s] = (uint32_t)i + 1;
    }
}

struct request_table *request_table_new(const struct intern *resources)
{
    struct request_table *t = calloc(1, sizeof *t);
    SIM_REQUIRE(t != NULL);
    t->resources = resources;
    t->arena = arena_new();
    grow(t);
    return t;
}

void request_table_free(struct request_table *t)
{
    if (t == NULL)
        return;
    arena_free(t->arena);
    free(t->list);
    free(t->hashes);
    free(t->slots);
    free(t);
}

static struct request *make_request(struct request_table *t, const struct amount *amounts,
                                    size_t len, uint32_t terms, const struct device_load *load)
{
    struct request *r = arena_alloc(t->arena, sizeof *r);
    *r = (struct request){
        .id = (uint32_t)t->len,
        .terms = terms,
        .amounts = arena_copy(t->arena, amounts, len * sizeof amounts[0]),
        .amounts_len = (uint32_t)len,
        .load = *load,
    };
    for (size_t i = 0; i < len; i++)
        if (resource_is_gpu(intern_text(t->resources, amounts[i].resource)))
            r->gpus += (uint32_t)amounts[i].value;
    return r;
}

uint32_t request_add(struct request_table *t, const struct amount *amounts, size_t len,
                     uint32_t terms, const struct device_load *load)
{
    static const struct device_load no_load = {0};
    if (load == NULL)
        load = &no_load;
    struct amount sorted[MOST_AMOUNTS + 1];
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        SIM_REQUIRE(amounts[i].value >= 0);
        if (amounts[i].value > 0)
            merge_amount(sorted, &n, amounts[i]);
    }
    const uint64_t hash = hash_request(sorted, n, terms, load);
    size_t s = hash & (t->slots_len - 1);
    for (; t->slots[s] != 0; s = (s + 1) & (t->slots_len - 1)) {
        const uint32_t id = t->slots[s] - 1;
        if (t->hashes[id] == hash && same_request(t->list[id], sorted, n, terms, load))
            return id;
    }
    if (t->len == t->slots_len / 2) {
        grow(t);
        s = hash & (t->slots_len - 1);
        while (t->slots[s] != 0)
            s = (s + 1) & (t->slots_len - 1);
    }
    t->list[t->len] = make_request(t, sorted, n, terms, load);
    t->hashes[t->len] = hash;
    t->slots[s] = (uint32_t)++t->len;
    return t->slots[s] - 1;
}

const struct request *request_get(const struct request_table *t, uint32_t id)
{
    SIM_REQUIRE(id < t->len);
    return t->list[id];
}

size_t request_table_len(const struct request_table *t)
{
    return t->len;
}

int64_t request_amount(const struct request *r, uint32_t resource)
{
    for (uint32_t i = 0; i < r->amounts_len; i++)
        if (r->amounts[i].resource == resource)
            return r->amounts[i].value;
    return 0;
}
