/* Open addressing over numbers into list[]; a slot holds number + 1, 0 is free. */
#include "models/request.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/hash.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_SLOTS = 64,
    MOST_AMOUNTS = 64,
    SCORED_CPU_MILLI = 100, /* kube-scheduler's DefaultMilliCPURequest, DefaultMemoryRequest */
    SCORED_MEMORY_BYTES = 200 << 20,
};

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

static uint64_t hash_request(const struct request *r)
{
    uint64_t h = hash_bytes(&r->terms, sizeof r->terms);
    for (size_t i = 0; i < r->amounts_len; i++) {
        h = hash_more(h, &r->amounts[i].resource, sizeof r->amounts[i].resource);
        h = hash_more(h, &r->amounts[i].value, sizeof r->amounts[i].value);
    }
    const struct device_load *load = &r->load;
    const uint64_t parts[] = {load->duty_q16,
                              load->width_q16,
                              load->memory_bytes,
                              load->processes,
                              load->gpu_milli,
                              load->shards,
                              load->mps,
                              load->is_memory_bound,
                              (uint64_t)r->scored_cpu_milli,
                              (uint64_t)r->scored_memory_bytes};
    return hash_more(h, parts, sizeof parts);
}

static bool same_load(const struct device_load *a, const struct device_load *b)
{
    return a->duty_q16 == b->duty_q16 && a->width_q16 == b->width_q16 &&
           a->memory_bytes == b->memory_bytes && a->processes == b->processes &&
           a->gpu_milli == b->gpu_milli && a->shards == b->shards && a->mps == b->mps &&
           a->is_memory_bound == b->is_memory_bound;
}

static bool same_request(const struct request *a, const struct request *b)
{
    if (a->terms != b->terms || a->amounts_len != b->amounts_len ||
        a->scored_cpu_milli != b->scored_cpu_milli ||
        a->scored_memory_bytes != b->scored_memory_bytes || !same_load(&a->load, &b->load))
        return false;
    for (size_t i = 0; i < a->amounts_len; i++)
        if (a->amounts[i].resource != b->amounts[i].resource ||
            a->amounts[i].value != b->amounts[i].value)
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

/* What scoring counts where the spec says nothing else. */
static int64_t scored(int64_t given, int64_t amount, int64_t assumed)
{
    if (given >= 0)
        return given;
    return amount > 0 ? amount : assumed;
}

static struct request *keep(struct request_table *t, const struct request *from)
{
    struct request *r = arena_copy(t->arena, from, sizeof *from);
    r->id = (uint32_t)t->len;
    r->amounts = arena_copy(t->arena, from->amounts, from->amounts_len * sizeof r->amounts[0]);
    r->gpus = from->load.gpu_milli > 0;
    for (size_t i = 0; i < r->amounts_len; i++)
        if (resource_is_gpu(intern_text(t->resources, r->amounts[i].resource)))
            r->gpus += (uint32_t)r->amounts[i].value;
    return r;
}

static uint32_t find_or_keep(struct request_table *t, const struct request *r)
{
    const uint64_t hash = hash_request(r);
    size_t s = hash & (t->slots_len - 1);
    for (; t->slots[s] != 0; s = (s + 1) & (t->slots_len - 1)) {
        const uint32_t id = t->slots[s] - 1;
        if (t->hashes[id] == hash && same_request(t->list[id], r))
            return id;
    }
    if (t->len == t->slots_len / 2) {
        grow(t);
        s = hash & (t->slots_len - 1);
        while (t->slots[s] != 0)
            s = (s + 1) & (t->slots_len - 1);
    }
    t->list[t->len] = keep(t, r);
    t->hashes[t->len] = hash;
    t->slots[s] = (uint32_t)++t->len;
    return t->slots[s] - 1;
}

uint32_t request_add_spec(struct request_table *t, const struct request_spec *spec)
{
    struct amount sorted[MOST_AMOUNTS + 1];
    size_t n = 0;
    for (size_t i = 0; i < spec->amounts_len; i++) {
        SIM_REQUIRE(spec->amounts[i].value >= 0);
        if (spec->amounts[i].value > 0)
            merge_amount(sorted, &n, spec->amounts[i]);
    }
    struct request r = {.terms = spec->terms, .amounts = sorted, .amounts_len = (uint32_t)n};
    if (spec->load != NULL)
        r.load = *spec->load;
    SIM_REQUIRE(r.load.gpu_milli == 0 ||
                (r.load.gpu_milli < 1000 && request_amount(&r, RESOURCE_GPU) == 0));
    r.scored_cpu_milli =
        scored(spec->scored_cpu_milli, request_amount(&r, RESOURCE_CPU), SCORED_CPU_MILLI);
    r.scored_memory_bytes =
        scored(spec->scored_memory_bytes, request_amount(&r, RESOURCE_MEMORY), SCORED_MEMORY_BYTES);
    return find_or_keep(t, &r);
}

uint32_t request_add(struct request_table *t, const struct amount *amounts, size_t len,
                     uint32_t terms, const struct device_load *load)
{
    return request_add_spec(t, &(struct request_spec){.amounts = amounts,
                                                      .amounts_len = len,
                                                      .terms = terms,
                                                      .load = load,
                                                      .scored_cpu_milli = -1,
                                                      .scored_memory_bytes = -1});
}

uint32_t request_with_terms(struct request_table *t, uint32_t id, uint32_t terms)
{
    struct request r = *request_get(t, id);
    r.terms = terms;
    return find_or_keep(t, &r);
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
