/*
 * mig_aware.c - take the MIG instance whose loss hurts least.
 *
 * What is taken on a GPU is a layout; of the maximal layouts of its kind (19 for an H100 with plain
 * profiles) some can still be reached by adding to it. A task goes where it makes fewest of them
 * unreachable: small instances gather on GPUs that are cut up already, and GPUs on which large ones
 * could still be made stay so. Of equal nodes, the one with the fewest free GPUs; so go tasks that
 * want no instance, too. The instance itself is the node agent's choice: the lowest free one.
 *
 * Source   gpu_models.md 1.3 (b), after "most maximal layouts reachable"; mig_space.h counts them.
 */
#include "models/gpu_model.h"
#include "models/mig_dynamic.h"
#include "models/mig_space.h"
#include "policies/placement/strategy.h"
#include "sim/arena.h"
#include "sim/check.h"

#include <stdlib.h>

/* Units of a device class, the same for all nodes of a pool. */
struct unit_map {
    const struct device_unit *units;
    int *profile; /* by unit, of the space's table; MIG_NONE: no instance */
};

struct mig_aware {
    const struct cluster *cluster;
    struct mig_space **spaces; /* by GPU kind; NULL: cannot be partitioned */
    struct unit_map *maps;
    uint32_t maps_len, maps_cap;
};

static const int *profiles_of(const struct mig_aware *s, const struct device_class *k)
{
    for (uint32_t i = 0; i < s->maps_len; i++)
        if (s->maps[i].units == k->units)
            return s->maps[i].profile;
    return NULL;
}

static void map_class(struct mig_aware *s, const struct node *n, const struct device_class *k,
                      struct arena *a)
{
    const struct mig_space *space = s->spaces[n->gpu_kind];
    if (k->kind == DEVICE_WHOLE || k->kind == DEVICE_DYNAMIC || space == NULL ||
        profiles_of(s, k) != NULL)
        return;
    if (s->maps_len == s->maps_cap) {
        s->maps_cap = s->maps_cap == 0 ? 8 : 2 * s->maps_cap;
        s->maps = realloc(s->maps, s->maps_cap * sizeof s->maps[0]);
        SIM_REQUIRE(s->maps != NULL);
    }
    int *profile = arena_alloc(a, (k->units_len + 1) * sizeof profile[0]);
    for (uint32_t u = 0; u < k->units_len; u++)
        profile[u] = k->units[u].profile == NULL
                         ? MIG_NONE
                         : mig_profile_find(mig_space_table(space), k->units[u].profile);
    s->maps[s->maps_len++] = (struct unit_map){k->units, profile};
}

static bool mig_aware_open(void *state, const struct strategy_env *env, struct diag *d)
{
    struct mig_aware *s = state;
    const struct cluster *c = env->cluster;
    (void)d;
    s->cluster = c;
    s->spaces = arena_alloc(env->arena, (c->kinds_len + 1) * sizeof s->spaces[0]);
    for (uint32_t i = 0; i < c->kinds_len; i++)
        if (c->kinds[i]->mig != NULL)
            s->spaces[i] = mig_space_new(c->kinds[i]->mig, MIG_ALL_PROFILES);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        for (uint32_t i = 0; c->nodes[n].gpu_kind != KIND_NONE && i < c->nodes[n].classes_len; i++)
            map_class(s, &c->nodes[n], &c->nodes[n].classes[i], env->arena);
    return true;
}

static void mig_aware_close(void *state)
{
    struct mig_aware *s = state;
    for (uint32_t i = 0; s->cluster != NULL && i < s->cluster->kinds_len; i++)
        mig_space_free(s->spaces[i]);
    free(s->maps);
}

/* --- layouts of what is taken --- */

static void add_unit(const struct mig_space *space, struct mig_layout *l, int profile,
                     const struct device_unit *u)
{
    /* A replica of an instance that others use is nothing new. */
    if (profile != MIG_NONE && mig_at(l, u->slice_start) == MIG_NONE)
        mig_add(mig_space_table(space), l, (unsigned)profile, u->slice_start);
}

static struct mig_layout taken_on(const struct mig_aware *s, const struct node *n, uint32_t gpu)
{
    struct mig_layout l = {0};
    for (uint32_t i = 0; i < n->classes_len; i++) {
        const struct device_class *k = &n->classes[i];
        const int *profile = profiles_of(s, k);
        for (uint32_t u = 0; profile != NULL && u < k->units_len; u++)
            if (k->units[u].gpu == gpu && (k->free[u / 64] >> u % 64 & 1) == 0 &&
                k->units[u].milli > 0)
                add_unit(s->spaces[n->gpu_kind], &l, profile[u], &k->units[u]);
    }
    return l;
}

/* Maximal layouts lost to `want` units of the class, the lowest free ones. */
static int64_t loss(const struct mig_aware *s, const struct node *n, const struct device_class *k,
                    int64_t want)
{
    const int *profile = profiles_of(s, k);
    const struct mig_space *space = profile == NULL ? NULL : s->spaces[n->gpu_kind];
    uint32_t gpu = UINT32_MAX;
    struct mig_layout l = {0};
    int64_t lost = 0;
    for (uint32_t u = 0; space != NULL && want > 0 && u < k->units_len; u++) {
        if ((k->free[u / 64] >> u % 64 & 1) == 0)
            continue;
        if (k->units[u].gpu != gpu) {
            gpu = k->units[u].gpu;
            l = taken_on(s, n, gpu);
        }
        const int64_t before = mig_space_reachable(space, &l);
        add_unit(space, &l, profile[u], &k->units[u]);
        lost += before - mig_space_reachable(space, &l);
        want--;
    }
    return lost;
}

/* The same for instances that would be made, on the lowest GPUs with room. */
static int64_t dynamic_loss(const struct mig_aware *s, const struct node *n,
                            const struct device_class *k, int64_t want)
{
    const struct mig_dynamic *d = n->dynamic;
    int64_t lost = 0;
    for (uint32_t g = 0; g < n->gpus && want > 0; g++) {
        const struct gpu *gpu = &s->cluster->gpus[n->first_gpu + g];
        struct mig_layout l = gpu->layout;
        for (int start = MIG_NONE; gpu->residents == 0 && gpu->share_milli == 0 && want > 0;
             want--) {
            start = mig_place(d->space, d->rule, &l, k->profile);
            if (start == MIG_NONE)
                break;
            lost += mig_space_reachable(d->space, &l);
            mig_add(d->table, &l, k->profile, (unsigned)start);
            lost -= mig_space_reachable(d->space, &l);
        }
    }
    return lost;
}

static int64_t mig_aware_score(void *state, const struct request *r, uint32_t node)
{
    const struct mig_aware *s = state;
    const struct node *n = &s->cluster->nodes[node];
    int64_t lost = 0;
    if (r->gpus == 0)
        return -cluster_free_of(s->cluster, node, RESOURCE_CPU);
    for (uint32_t i = 0; i < n->classes_len; i++) {
        const int64_t want = request_amount(r, n->classes[i].resource);
        if (want > 0 && n->classes[i].kind == DEVICE_DYNAMIC)
            lost += dynamic_loss(s, n, &n->classes[i], want);
        else if (want > 0 && n->classes[i].kind != DEVICE_WHOLE)
            lost += loss(s, n, &n->classes[i], want);
    }
    return -lost * (NODE_MOST_GPUS + 1) * 1000 - cluster_idle_milli(s->cluster, node);
}

extern const struct strategy_ops strategy_mig_aware;
const struct strategy_ops strategy_mig_aware = {
    .api = STRATEGY_API,
    .name = "mig-aware",
    .summary = "the MIG instance that leaves most of a GPU's maximal layouts reachable",
    .state_bytes = sizeof(struct mig_aware),
    .open = mig_aware_open,
    .score = mig_aware_score,
    .close = mig_aware_close,
};
