#include "models/free_index.h"

#include "sim/bitset.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { CELLS_MOST = 1 << 22, ENTRIES_LEAST = 8 };

/* What is known about one request. Invariant, once synced: bit n of `open` <=> fits[n] > 0, and
 * total = sum of fits. */
struct entry {
    uint32_t request; /* REQUEST_NONE: free */
    uint64_t cursor;  /* of the change log: everything before it is accounted for */
    uint64_t total;
    uint64_t last_used;
    uint32_t *fits;
    struct bitset open;
    struct bitset admitted;
};

struct free_index {
    const struct cluster *cluster;
    const struct request_table *requests;
    node_admits_fn *admits;
    const void *context;
    struct entry *entries;
    uint32_t entries_len, entries_cap;
    uint32_t entries_most;
    uint32_t *entry_of; /* by request; entry + 1, 0: none */
    size_t entry_of_cap;
    uint64_t uses;
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
    ix->entries_most = CELLS_MOST / (c->nodes_len + 1);
    if (ix->entries_most < ENTRIES_LEAST)
        ix->entries_most = ENTRIES_LEAST;
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
    free(ix->entry_of);
    free(ix);
}

void free_index_forget(struct free_index *ix)
{
    for (uint32_t e = 0; e < ix->entries_len; e++)
        ix->entries[e].request = REQUEST_NONE;
    if (ix->entry_of_cap > 0)
        memset(ix->entry_of, 0, ix->entry_of_cap * sizeof ix->entry_of[0]);
}

/* --- keeping an entry true --- */

static void look_at(const struct free_index *ix, struct entry *e, const struct request *r,
                    uint32_t node)
{
    int64_t now = 0;
    if (bitset_has(&e->admitted, node))
        now = cluster_fits(ix->cluster, node, r);
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

static void sync(const struct free_index *ix, struct entry *e)
{
    const struct cluster *c = ix->cluster;
    const struct request *r = request_get(ix->requests, e->request);
    if (c->changes_end - e->cursor > c->nodes_len) {
        look_at_all(ix, e, r);
        return;
    }
    for (uint64_t p = e->cursor; p < c->changes_end; p++) {
        const uint32_t node = c->changes[p & c->changes_mask];
        if (c->nodes[node].last_change == p) /* otherwise it comes again further on */
            look_at(ix, e, r, node);
    }
    e->cursor = c->changes_end;
}

/* --- finding and making entries --- */

static struct entry *least_recently_used(struct free_index *ix)
{
    struct entry *best = &ix->entries[0];
    for (uint32_t e = 1; e < ix->entries_len; e++)
        if (ix->entries[e].last_used < best->last_used)
            best = &ix->entries[e];
    if (best->request != REQUEST_NONE)
        ix->entry_of[best->request] = 0;
    return best;
}

static struct entry *new_entry(struct free_index *ix)
{
    if (ix->entries_len == ix->entries_most)
        return least_recently_used(ix);
    if (ix->entries_len == ix->entries_cap) {
        ix->entries_cap = ix->entries_cap == 0 ? ENTRIES_LEAST : 2 * ix->entries_cap;
        ix->entries = realloc(ix->entries, ix->entries_cap * sizeof ix->entries[0]);
        SIM_REQUIRE(ix->entries != NULL);
    }
    struct entry *e = &ix->entries[ix->entries_len++];
    *e = (struct entry){.request = REQUEST_NONE};
    e->fits = calloc(ix->cluster->nodes_len + 1, sizeof e->fits[0]);
    SIM_REQUIRE(e->fits != NULL);
    bitset_init(&e->open, ix->cluster->nodes_len);
    bitset_init(&e->admitted, ix->cluster->nodes_len);
    return e;
}

static void fill(struct free_index *ix, struct entry *e, uint32_t request)
{
    const struct request *r = request_get(ix->requests, request);
    e->request = request;
    for (uint32_t n = 0; n < ix->cluster->nodes_len; n++) {
        if (ix->admits == NULL || ix->admits(ix->context, r, &ix->cluster->nodes[n]))
            bitset_set(&e->admitted, n);
        else
            bitset_clear(&e->admitted, n);
    }
    look_at_all(ix, e, r);
}

static void make_room(struct free_index *ix, uint32_t request)
{
    const size_t old = ix->entry_of_cap;
    while (ix->entry_of_cap <= request)
        ix->entry_of_cap = ix->entry_of_cap == 0 ? 64 : 2 * ix->entry_of_cap;
    ix->entry_of = realloc(ix->entry_of, ix->entry_of_cap * sizeof ix->entry_of[0]);
    SIM_REQUIRE(ix->entry_of != NULL);
    memset(ix->entry_of + old, 0, (ix->entry_of_cap - old) * sizeof ix->entry_of[0]);
}

static struct entry *entry_for(struct free_index *ix, uint32_t request)
{
    if (request >= ix->entry_of_cap)
        make_room(ix, request);
    struct entry *e;
    if (ix->entry_of[request] != 0) {
        e = &ix->entries[ix->entry_of[request] - 1];
        sync(ix, e);
    } else {
        e = new_entry(ix);
        fill(ix, e, request);
        ix->entry_of[request] = (uint32_t)(e - ix->entries) + 1;
    }
    e->last_used = ++ix->uses;
    return e;
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
