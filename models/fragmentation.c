#include "models/fragmentation.h"

#include "models/gpu_share.h"
#include "models/kubernetes/node_filter.h"
#include "models/mig_dynamic.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { SETS_KEPT = 16 };

/* What waited together once, and what it left over. */
struct kind_set {
    uint32_t *kinds; /* requests, ascending */
    uint32_t len;
    int32_t *useless; /* by node; NULL: the slot is empty */
    int64_t *pools;
    uint64_t cursor; /* of the change log */
    uint64_t used;   /* when it was asked for last */
};

struct fragmentation {
    const struct cluster *cluster;
    const struct request_table *requests;
    const struct node_terms_table *terms;
    int64_t *waiting; /* by request */
    uint32_t waiting_cap;
    uint32_t *names; /* requests for GPUs of which some wait, ascending */
    uint32_t names_len, names_cap;
    uint32_t *kinds; /* of them, one of each kind, ascending; valid unless is_stale */
    uint32_t kinds_len;
    bool is_stale;
    struct kind_set sets[SETS_KEPT];
    uint64_t clock;
};

struct fragmentation *fragmentation_new(const struct cluster *c,
                                        const struct request_table *requests,
                                        const struct node_terms_table *terms)
{
    struct fragmentation *f = calloc(1, sizeof *f);
    SIM_REQUIRE(f != NULL);
    f->cluster = c;
    f->requests = requests;
    f->terms = terms;
    return f;
}

void fragmentation_free(struct fragmentation *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < SETS_KEPT; i++) {
        free(f->sets[i].kinds);
        free(f->sets[i].useless);
        free(f->sets[i].pools);
    }
    free(f->waiting);
    free(f->names);
    free(f->kinds);
    free(f);
}

/* --- who waits --- */

static void make_room(struct fragmentation *f, uint32_t request)
{
    const uint32_t old = f->waiting_cap;
    while (f->waiting_cap <= request)
        f->waiting_cap = f->waiting_cap == 0 ? 64 : 2 * f->waiting_cap;
    f->waiting = realloc(f->waiting, f->waiting_cap * sizeof f->waiting[0]);
    SIM_REQUIRE(f->waiting != NULL);
    memset(f->waiting + old, 0, (f->waiting_cap - old) * sizeof f->waiting[0]);
}

/* Where the request stands among the names, or would. */
static uint32_t place_of(const struct fragmentation *f, uint32_t request)
{
    uint32_t i = f->names_len;
    while (i > 0 && f->names[i - 1] >= request)
        i--;
    return i;
}

static void add_name(struct fragmentation *f, uint32_t request)
{
    if (f->names_len == f->names_cap) {
        f->names_cap = f->names_cap == 0 ? 16 : 2 * f->names_cap;
        f->names = realloc(f->names, f->names_cap * sizeof f->names[0]);
        f->kinds = realloc(f->kinds, f->names_cap * sizeof f->kinds[0]);
        SIM_REQUIRE(f->names != NULL && f->kinds != NULL);
    }
    const uint32_t at = place_of(f, request);
    memmove(&f->names[at + 1], &f->names[at], (f->names_len - at) * sizeof f->names[0]);
    f->names[at] = request;
    f->names_len++;
}

static void drop_name(struct fragmentation *f, uint32_t request)
{
    const uint32_t at = place_of(f, request);
    f->names_len--;
    memmove(&f->names[at], &f->names[at + 1], (f->names_len - at) * sizeof f->names[0]);
}

void fragmentation_waits(struct fragmentation *f, uint32_t request, int64_t change)
{
    if (request >= f->waiting_cap)
        make_room(f, request);
    const bool was = f->waiting[request] > 0;
    f->waiting[request] += change;
    SIM_REQUIRE(f->waiting[request] >= 0);
    if (was == (f->waiting[request] > 0) || request_get(f->requests, request)->gpus == 0)
        return;
    if (was)
        drop_name(f, request);
    else
        add_name(f, request);
    f->is_stale = true;
}

/* --- kinds --- */

/* The next amount that is no CPU or memory. */
static uint32_t next_device(const struct request *r, uint32_t i)
{
    while (i < r->amounts_len && r->amounts[i].resource <= RESOURCE_MEMORY)
        i++;
    return i;
}

static bool same_kind(const struct request *a, const struct request *b)
{
    if (a->terms != b->terms || a->load.gpu_milli != b->load.gpu_milli)
        return false;
    uint32_t i = next_device(a, 0), j = next_device(b, 0);
    for (; i < a->amounts_len && j < b->amounts_len;
         i = next_device(a, i + 1), j = next_device(b, j + 1))
        if (a->amounts[i].resource != b->amounts[j].resource ||
            a->amounts[i].value != b->amounts[j].value)
            return false;
    return i >= a->amounts_len && j >= b->amounts_len;
}

static bool asks_less(const struct request *a, const struct request *b)
{
    const int64_t cpu_a = request_amount(a, RESOURCE_CPU), cpu_b = request_amount(b, RESOURCE_CPU);
    if (cpu_a != cpu_b)
        return cpu_a < cpu_b;
    return request_amount(a, RESOURCE_MEMORY) < request_amount(b, RESOURCE_MEMORY);
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void find_kinds(struct fragmentation *f)
{
    f->is_stale = false;
    f->kinds_len = 0;
    for (uint32_t i = 0; i < f->names_len; i++) {
        const struct request *r = request_get(f->requests, f->names[i]);
        uint32_t k = 0;
        while (k < f->kinds_len && !same_kind(request_get(f->requests, f->kinds[k]), r))
            k++;
        if (k == f->kinds_len)
            f->kinds[f->kinds_len++] = r->id;
        else if (asks_less(r, request_get(f->requests, f->kinds[k])))
            f->kinds[k] = r->id;
    }
    if (f->kinds_len > 1)
        qsort(f->kinds, f->kinds_len, sizeof f->kinds[0], by_number);
}

/* --- one node --- */

bool fragmentation_admits(const struct fragmentation *f, const struct request *r,
                          const struct node *n)
{
    return f->terms == NULL || node_filter_admits(f->terms, r, n);
}

/* What the waiting kinds that the node could take now ask for. */
struct wish {
    uint32_t least_milli; /* of a GPU, whole or shared; 0: none asks */
    uint64_t classes[4];  /* bit i: units of class i */
    bool is_any;
};

static struct wish wish_for(const struct fragmentation *f, const struct node *n,
                            const uint32_t *requests, uint32_t len)
{
    struct wish w = {0};
    for (uint32_t i = 0; i < len; i++) {
        const struct request *r = request_get(f->requests, requests[i]);
        if (cluster_fits(f->cluster, n->id, r) == 0 || !fragmentation_admits(f, r, n))
            continue;
        w.is_any = true;
        if (r->load.gpu_milli != 0 && (w.least_milli == 0 || r->load.gpu_milli < w.least_milli))
            w.least_milli = r->load.gpu_milli;
        for (uint32_t k = 0; k < n->classes_len && k < 256; k++) {
            if (request_amount(r, n->classes[k].resource) == 0)
                continue;
            w.classes[k / 64] |= UINT64_C(1) << k % 64;
            if (n->classes[k].kind == DEVICE_WHOLE && w.least_milli == 0)
                w.least_milli = GPU_MILLI;
        }
    }
    return w;
}

static bool asks_for(const struct wish *w, uint32_t class_index)
{
    return class_index < 256 && w->classes[class_index / 64] >> class_index % 64 & 1;
}

/* Of GPUs that are had whole or in shares. */
static int64_t useful_gpus(const struct fragmentation *f, const struct node *n,
                           const struct device_class *k, const struct wish *w)
{
    int64_t milli = 0;
    for (uint32_t g = 0; w->least_milli > 0 && g < k->units_len; g++) {
        const uint32_t left = gpu_share_left(f->cluster, n, k, g);
        milli += left >= w->least_milli ? left : 0;
    }
    return milli;
}

static int64_t useful_units(const struct device_class *k)
{
    int64_t milli = 0;
    for (uint32_t u = 0; u < k->units_len; u++)
        milli += (k->free[u / 64] >> u % 64 & 1) != 0 ? k->units[u].milli : 0;
    return milli;
}

/* Slices of a GPU with instances that those asked for could still cover. */
static unsigned reachable_slices(const struct node *n, const struct gpu *g, const struct wish *w)
{
    const struct mig_table *t = n->dynamic->table;
    unsigned slices = 0;
    for (uint32_t i = 0; i < n->classes_len; i++) {
        const struct device_class *k = &n->classes[i];
        if (k->kind != DEVICE_DYNAMIC || !asks_for(w, i))
            continue;
        const unsigned starts = mig_free_starts(t, &g->layout, k->profile);
        for (unsigned s = 0; s < t->memory_slices; s++)
            slices |= (starts >> s & 1) != 0 ? mig_slices(&t->profiles[k->profile], s) : 0;
    }
    return slices;
}

static int64_t useful_dynamic(const struct fragmentation *f, const struct node *n,
                              const struct wish *w)
{
    const struct device_class *whole = cluster_whole_gpus(n);
    int64_t milli = 0;
    for (uint32_t i = 0; i < n->gpus; i++) {
        const struct gpu *g = &f->cluster->gpus[n->first_gpu + i];
        const uint32_t left = gpu_share_left(f->cluster, n, whole, i);
        if (w->least_milli > 0 && left >= w->least_milli)
            milli += left;
        else if (g->residents == 0 && g->share_milli == 0)
            milli += __builtin_popcount(reachable_slices(n, g, w)) * GPU_MILLI /
                     n->dynamic->table->memory_slices;
    }
    return milli;
}

int64_t fragmentation_useful(const struct fragmentation *f, uint32_t node, const uint32_t *requests,
                             uint32_t len)
{
    const struct node *n = &f->cluster->nodes[node];
    const struct wish w = wish_for(f, n, requests, len);
    if (!w.is_any)
        return 0;
    if (n->classes_len == 0)
        return cluster_idle_milli(f->cluster, n->id);
    if (n->dynamic != NULL)
        return useful_dynamic(f, n, &w);
    int64_t milli = 0;
    for (uint32_t i = 0; i < n->classes_len; i++)
        if (n->classes[i].kind == DEVICE_WHOLE)
            milli += useful_gpus(f, n, &n->classes[i], &w);
        else if (asks_for(&w, i))
            milli += useful_units(&n->classes[i]);
    return milli;
}

/* Nobody waits: all but what no unit contains. */
static int64_t in_units(const struct fragmentation *f, const struct node *n)
{
    const int64_t idle = cluster_idle_milli(f->cluster, n->id);
    if (n->classes_len == 0 || n->dynamic != NULL)
        return idle;
    int64_t units = 0;
    for (uint32_t i = 0; i < n->classes_len; i++)
        for (uint32_t u = 0; u < n->classes[i].units_len; u++)
            units += n->classes[i].units[u].milli;
    const int64_t outside = (int64_t)n->gpus * GPU_MILLI - units;
    return idle > outside ? idle - outside : 0;
}

int64_t fragmentation_of_node(const struct fragmentation *f, uint32_t node)
{
    const struct node *n = &f->cluster->nodes[node];
    const int64_t idle = cluster_idle_milli(f->cluster, node);
    if (n->state != NODE_READY || idle == 0)
        return 0;
    return idle - (f->kinds_len == 0 ? in_units(f, n)
                                     : fragmentation_useful(f, node, f->kinds, f->kinds_len));
}

/* --- all nodes --- */

static bool is_set(const struct kind_set *s, const uint32_t *kinds, uint32_t len)
{
    return s->useless != NULL && s->len == len &&
           (len == 0 || memcmp(s->kinds, kinds, len * sizeof kinds[0]) == 0);
}

static void update(struct fragmentation *f, struct kind_set *s, uint32_t node)
{
    const int64_t now = fragmentation_of_node(f, node);
    s->pools[f->cluster->nodes[node].pool] += now - s->useless[node];
    s->useless[node] = (int32_t)now;
}

static void catch_up(struct fragmentation *f, struct kind_set *s)
{
    const struct cluster *c = f->cluster;
    if (!cluster_is_behind(c, s->cursor)) {
        for (uint32_t n; (n = cluster_next_change(c, &s->cursor)) != NODE_NONE;)
            update(f, s, n);
        return;
    }
    s->cursor = c->changes_end;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        update(f, s, n);
}

/* A slot for the kinds that wait now: an empty one, or that of those who did not wait longest. */
static struct kind_set *make_set(struct fragmentation *f)
{
    const struct cluster *c = f->cluster;
    struct kind_set *s = &f->sets[0];
    for (size_t i = 1; i < SETS_KEPT && s->useless != NULL; i++)
        if (f->sets[i].useless == NULL || f->sets[i].used < s->used)
            s = &f->sets[i];
    if (s->useless == NULL) {
        s->useless = calloc(c->nodes_len + 1, sizeof s->useless[0]);
        s->pools = calloc(c->pools_len + 1, sizeof s->pools[0]);
        SIM_REQUIRE(s->useless != NULL && s->pools != NULL);
    }
    s->kinds = realloc(s->kinds, (f->kinds_len + 1) * sizeof s->kinds[0]);
    SIM_REQUIRE(s->kinds != NULL);
    if (f->kinds_len > 0)
        memcpy(s->kinds, f->kinds, f->kinds_len * sizeof s->kinds[0]);
    s->len = f->kinds_len;
    s->cursor = c->changes_end;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        update(f, s, n);
    return s;
}

const int64_t *fragmentation_measure(struct fragmentation *f)
{
    if (f->is_stale)
        find_kinds(f);
    struct kind_set *s = NULL;
    for (size_t i = 0; i < SETS_KEPT && s == NULL; i++)
        if (is_set(&f->sets[i], f->kinds, f->kinds_len))
            s = &f->sets[i];
    if (s == NULL)
        s = make_set(f);
    else
        catch_up(f, s);
    s->used = ++f->clock;
    return s->pools;
}

/* --- views --- */

uint32_t fragmentation_waiting(const struct fragmentation *f, uint32_t i, int64_t *groups)
{
    if (i >= f->names_len)
        return REQUEST_NONE;
    *groups = f->waiting[f->names[i]];
    return f->names[i];
}

const struct cluster *fragmentation_cluster(const struct fragmentation *f)
{
    return f->cluster;
}

const struct request_table *fragmentation_requests(const struct fragmentation *f)
{
    return f->requests;
}
