#include "models/free_index.h"

#include "models/request_slots.h"
#include "sim/bitset.h"
#include "sim/check.h"

#include <stdlib.h>

enum { FIRST_ENTRIES = 8 };

/* What is known about one request. Invariant, once synced: bit n of `open` <=> fits[n] > 0, and
 * total = sum of fits. */
struct entry {
    uint64_t cursor; /* of the change log: everything before it is accounted for */
    uint64_t total;
    uint32_t *fits;
    struct bitset open;
    struct bitset admitted;
    bool is_simple; /* asks for `only` and nothing else */
    struct amount only;
};

struct free_index {
    const struct cluster *cluster;
    const struct request_table *requests;
    node_admits_fn *admits;
    const void *context;
    uint32_t last_request, last_slot; /* REQUEST_NONE: no question yet */
    struct request_slots slots;
    struct entry *entries; /* by slot */
    uint32_t entries_len, entries_cap;
};

struct free_index *free_index_new(const struct cluster *c, const struct request_table *requests,
                                  node_admits_fn *admits, const void *context)
{
    struct free_index *ix = calloc(1, sizeof *ix);
    SIM_REQUIRE(ix != NULL);
    ix->cluster = c;
    ix->requests = requests;
    ix->admits = admits;
    ix->context = context;
    ix->last_request = REQUEST_NONE;
    request_slots_init(&ix->slots, c->nodes_len);
    return ix;
}

void free_index_free(struct free_index *ix)
{
    if (ix == NULL)
        return;
    for (uint32_t e = 0; e < ix->entries_len; e++) {
        free(ix->entries[e].fits);
        bitset_fini(&ix->entries[e].open);
        bitset_fini(&ix->entries[e].admitted);
    }
    free(ix->entries);
    request_slots_fini(&ix->slots);
    free(ix);
}

void free_index_forget(struct free_index *ix)
{
    request_slots_forget(&ix->slots);
    ix->last_request = REQUEST_NONE;
}

/* --- keeping an entry true --- */

/* cluster_fits for a request of one resource, which most are where only GPUs count. */
static int64_t simple_fits(const struct cluster *c, uint32_t node, struct amount a)
{
    if (c->nodes[node].state != NODE_READY)
        return 0;
    const int64_t have = c->free[(size_t)node * c->resources_len + a.resource];
    if (have < a.value)
        return 0;
    return ((have | a.value) >> 32) == 0 ? (uint32_t)have / (uint32_t)a.value : have / a.value;
}

static void look_at(const struct free_index *ix, struct entry *e, const struct request *r,
                    uint32_t node)
{
    int64_t now = 0;
    if (bitset_has(&e->admitted, node))
        now = e->is_simple ? simple_fits(ix->cluster, node, e->only)
                           : cluster_fits(ix->cluster, node, r);
    const uint32_t fits = now > UINT32_MAX ? UINT32_MAX : (uint32_t)now;
    if (fits == e->fits[node])
        return;
    e->total += (uint64_t)fits - e->fits[node];
    if (fits == 0)
        bitset_clear(&e->open, node);
    else if (e->fits[node] == 0)
        bitset_set(&e->open, node);
    e->fits[node] = fits;
}

static void look_at_all(const struct free_index *ix, struct entry *e, const struct request *r)
{
    for (uint32_t n = 0; n < ix->cluster->nodes_len; n++)
        look_at(ix, e, r, n);
    e->cursor = ix->cluster->changes_end;
}

static void sync(const struct free_index *ix, struct entry *e, const struct request *r)
{
    const struct cluster *c = ix->cluster;
    if (cluster_is_behind(c, e->cursor)) {
        look_at_all(ix, e, r);
        return;
    }
    uint32_t node;
    while ((node = cluster_next_change(c, &e->cursor)) != NODE_NONE)
        look_at(ix, e, r, node);
}

/* --- making entries --- */

static void make_entries(struct free_index *ix, uint32_t slot)
{
    while (ix->entries_len <= slot) {
        if (ix->entries_len == ix->entries_cap) {
            ix->entries_cap = ix->entries_cap == 0 ? FIRST_ENTRIES : 2 * ix->entries_cap;
            ix->entries = realloc(ix->entries, ix->entries_cap * sizeof ix->entries[0]);
            SIM_REQUIRE(ix->entries != NULL);
        }
        struct entry *e = &ix->entries[ix->entries_len++];
        *e = (struct entry){0};
        e->fits = calloc(ix->cluster->nodes_len + 1, sizeof e->fits[0]);
        SIM_REQUIRE(e->fits != NULL);
        bitset_init(&e->open, ix->cluster->nodes_len);
        bitset_init(&e->admitted, ix->cluster->nodes_len);
    }
}

static void fill(const struct free_index *ix, struct entry *e, const struct request *r)
{
    e->is_simple = r->amounts_len == 1 && r->load.gpu_milli == 0 &&
                   r->amounts[0].resource < ix->cluster->resources_len;
    if (e->is_simple)
        e->only = r->amounts[0];
    for (uint32_t n = 0; n < ix->cluster->nodes_len; n++) {
        if (ix->admits == NULL || ix->admits(ix->context, r, &ix->cluster->nodes[n]))
            bitset_set(&e->admitted, n);
        else
            bitset_clear(&e->admitted, n);
    }
    look_at_all(ix, e, r);
}

/* Most questions are about the request of the one before, with nothing changed in between. */
static struct entry *entry_for(struct free_index *ix, uint32_t request)
{
    if (ix->last_request == request &&
        ix->entries[ix->last_slot].cursor == ix->cluster->changes_end)
        return &ix->entries[ix->last_slot];
    bool is_new;
    const uint32_t slot = request_slots_get(&ix->slots, request, &is_new);
    const struct request *r = request_get(ix->requests, request);
    if (is_new) {
        make_entries(ix, slot);
        fill(ix, &ix->entries[slot], r);
    } else {
        sync(ix, &ix->entries[slot], r);
    }
    ix->last_request = request;
    ix->last_slot = slot;
    return &ix->entries[slot];
}

/* --- questions --- */

uint64_t free_index_total(struct free_index *ix, uint32_t request)
{
    return entry_for(ix, request)->total;
}

uint32_t free_index_fits(struct free_index *ix, uint32_t request, uint32_t node)
{
    return entry_for(ix, request)->fits[node];
}

uint32_t free_index_next(struct free_index *ix, uint32_t request, uint32_t from)
{
    return bitset_next(&entry_for(ix, request)->open, from);
}

bool free_index_admits(struct free_index *ix, uint32_t request, uint32_t node)
{
    return bitset_has(&entry_for(ix, request)->admitted, node);
}

bool free_index_has_node(struct free_index *ix, uint32_t request)
{
    return bitset_next(&entry_for(ix, request)->admitted, 0) != BITSET_NONE;
}
