#include "policies/slurm/slurm_site_build.h"

#include "models/slurm_text/hostlist.h"
#include "policies/slurm/node_set.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/suggest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct building {
    struct slurm_key_reader *r;
    const struct slurm_conf *conf;
    const struct gres_conf *gres;
    struct slurm_site *out;
    struct intern *names; /* of the nodes; their numbers are their indexes */
    struct layout_table layouts;
    struct gres_names gres_names;
};

/* --- layouts and weights --- */

const struct slurm_layout *layout_table_add(struct layout_table *t, const struct slurm_layout *l)
{
    struct slurm_layout *copy = arena_copy(t->arena, l, sizeof *l);
    for (uint32_t i = t->len; i-- > 0;) {
        copy->id = i;
        if (memcmp(copy, t->layouts[i], sizeof *copy) == 0)
            return t->layouts[i];
    }
    if (t->len == t->cap) {
        t->cap = t->cap == 0 ? 8 : 2 * t->cap;
        const struct slurm_layout **layouts = arena_alloc(t->arena, t->cap * sizeof layouts[0]);
        if (t->len > 0)
            memcpy(layouts, t->layouts, t->len * sizeof layouts[0]);
        t->layouts = layouts;
    }
    copy->id = t->len;
    t->layouts[t->len++] = copy;
    return copy;
}

static int by_weight(const void *a, const void *b)
{
    const uint32_t x = ((const struct slurm_weight *)a)->weight;
    const uint32_t y = ((const struct slurm_weight *)b)->weight;
    return (x > y) - (x < y);
}

void slurm_site_sort_weights(struct arena *a, struct slurm_site *s)
{
    uint32_t cap = 0;
    for (uint32_t n = 0; n < s->nodes_len; n++) {
        uint32_t w = 0;
        while (w < s->weights_len && s->weights[w].weight != s->nodes[n].weight)
            w++;
        if (w == cap) {
            cap = cap == 0 ? 4 : 2 * cap;
            struct slurm_weight *weights = arena_alloc(a, cap * sizeof weights[0]);
            if (w > 0)
                memcpy(weights, s->weights, w * sizeof weights[0]);
            s->weights = weights;
        }
        if (w == s->weights_len)
            s->weights[s->weights_len++] = (struct slurm_weight){
                s->nodes[n].weight, arena_alloc(a, s->words * sizeof(uint64_t))};
        node_set_put(s->weights[w].nodes, n);
    }
    if (s->weights_len > 1)
        qsort(s->weights, s->weights_len, sizeof s->weights[0], by_weight);
}

/* --- nodes --- */

static int64_t or_one(int64_t n)
{
    return n == 0 ? 1 : n;
}

/* Sockets, cores and threads that make up the node's CPUs. Where nothing tells devices' sockets,
 * one socket will do. */
static void shape_node(struct building *b, const struct conf_node *n, struct slurm_layout *l)
{
    const int64_t threads = or_one(n->threads);
    int64_t sockets = n->sockets;
    if (n->sockets_per_board > 0)
        sockets = n->sockets_per_board * or_one(n->boards);
    int64_t cores = or_one(n->cores_per_socket);
    if (sockets == 0 && n->cpus > 0 && n->cores_per_socket == 0)
        cores = n->cpus / threads;
    else if (sockets == 0 && n->cpus > 0)
        sockets = n->cpus / (cores * threads);
    sockets = or_one(sockets);
    const int64_t most = sockets * cores * threads;
    /* CPUs that count cores only: one thread of each is used. */
    const bool counts_cores = n->cpus == sockets * cores || n->cpus == sockets;
    if (n->cpus > 0 && n->cpus != most && !counts_cores)
        diag_error(b->r->diag, n->at,
                   "CPUs: '%" PRId64 "': match no Sockets, Sockets*CoresPerSocket or "
                   "Sockets*CoresPerSocket*ThreadsPerCore; %" PRId64,
                   n->cpus, most);
    if (sockets > SLURM_MOST_SOCKETS && b->gres->len > 0 && n->gres != NULL) {
        diag_error(b->r->diag, n->at, "Sockets: '%" PRId64 "': not modelled: more than %d", sockets,
                   SLURM_MOST_SOCKETS);
        sockets = SLURM_MOST_SOCKETS;
    } else if (sockets > SLURM_MOST_SOCKETS) {
        cores *= sockets;
        sockets = 1;
    }
    if (sockets * cores > UINT16_MAX) {
        diag_error(b->r->diag, n->at, "NodeName: not modelled: more than %d cores", UINT16_MAX);
        cores = UINT16_MAX / sockets;
    }
    l->sockets = (uint32_t)sockets;
    l->cores_per_socket = (uint32_t)cores;
    l->threads = (uint32_t)(n->cpus > 0 && n->cpus == sockets * cores ? 1 : threads);
    if (n->spec_memory_mb > or_one(n->memory_mb))
        diag_error(b->r->diag, n->at, "MemSpecLimit: '%" PRId64 "': more than RealMemory, %" PRId64,
                   n->spec_memory_mb, or_one(n->memory_mb));
    l->memory_mb = or_one(n->memory_mb) - n->spec_memory_mb;
}

static bool is_up(struct building *b, const struct conf_node *n)
{
    char state[64];
    if (n->state == NULL)
        return true;
    const size_t len = strcspn(n->state, "+");
    memcpy(state, n->state, len < sizeof state ? len : sizeof state - 1);
    state[len < sizeof state ? len : sizeof state - 1] = '\0';
    if (slurm_keys_is_one_of(state, "UNKNOWN|IDLE|CLOUD|EXTERNAL|PLANNED"))
        return true;
    if (!slurm_keys_is_one_of(state, "DOWN|DRAIN|DRAINING|DRAINED|FAIL|FAILING|FUTURE"))
        diag_error(b->r->diag, n->at, "State: '%s': not a state that slurm.conf may name",
                   n->state);
    return false;
}

static void build_node(struct building *b, const struct conf_node *n, struct slurm_node *out)
{
    struct slurm_layout layout;
    memset(&layout, 0, sizeof layout);
    shape_node(b, n, &layout);
    gres_conf_apply(b->r, b->gres, &b->gres_names,
                    &(struct gres_node){.name = n->name, .gres = n->gres, .layout = &layout});
    *out = (struct slurm_node){
        .name = n->name,
        .layout = layout_table_add(&b->layouts, &layout),
        .weight = (uint32_t)n->weight,
        .is_up = is_up(b, n),
        .at = n->at,
        .machine = UINT32_MAX,
    };
}

static void build_nodes(struct building *b)
{
    struct slurm_site *s = b->out;
    s->nodes = arena_alloc(b->r->arena, (b->conf->nodes_len + 1) * sizeof s->nodes[0]);
    for (size_t i = 0; i < b->conf->nodes_len; i++) {
        const struct conf_node *n = &b->conf->nodes[i];
        if (intern_find(b->names, n->name) != INTERN_NONE) {
            diag_error(b->r->diag, n->at, "NodeName: '%s': the node is named twice", n->name);
            continue;
        }
        intern_add(b->names, n->name);
        build_node(b, n, &s->nodes[s->nodes_len++]);
        s->has_affinity |= s->nodes[s->nodes_len - 1].layout->has_affinity;
    }
    if (s->nodes_len == 0)
        diag_error(b->r->diag, (struct src_pos){.file = b->conf->file},
                   "slurm.conf names no nodes: slurmctld does not start");
    s->words = node_set_words(s->nodes_len);
    s->layouts = b->layouts.layouts;
    s->layouts_len = b->layouts.len;
    slurm_site_sort_weights(b->r->arena, s);
}

static void build_gres_names(struct building *b)
{
    const struct slurm_pair *p = b->conf->gres_types;
    struct gres_names *g = &b->gres_names;
    g->types = arena_alloc(b->r->arena, SLURM_MOST_TYPES * sizeof g->types[0]);
    g->config_overrides = b->conf->config_overrides;
    if (p == NULL)
        return;
    g->names = arena_alloc(b->r->arena, (strlen(p->value) + 1) * sizeof g->names[0]);
    for (const char *at = p->value; *at != '\0';) {
        const size_t len = strcspn(at, ",");
        if (len > 0)
            g->names[g->names_len++] = arena_text(b->r->arena, at, len);
        at += len + (at[len] == ',');
    }
}

/* --- partitions --- */

static const struct conf_node_set *find_set(const struct building *b, const char *name)
{
    for (size_t i = 0; i < b->conf->node_sets_len; i++)
        if (strcmp(b->conf->node_sets[i].name, name) == 0)
            return &b->conf->node_sets[i];
    return NULL;
}

static void refuse_nodes(struct building *b, const struct hostlist *missing, struct src_pos at,
                         const struct conf_partition *p)
{
    struct suggest s;
    suggest_init(&s, missing->names[0]);
    for (uint32_t n = 0; n < b->out->nodes_len && missing->len == 1; n++)
        suggest_offer(&s, b->out->nodes[n].name);
    for (size_t i = 0; i < b->conf->node_sets_len && missing->len == 1; i++)
        suggest_offer(&s, b->conf->node_sets[i].name);
    diag_error(b->r->diag, at,
               "Nodes: '%s': slurmctld does not start: 'Invalid node names in partition %s': there "
               "is no such node%s",
               hostlist_compress(b->r->arena, missing->names, missing->len), p->name,
               suggest_hint(&s));
}

static bool has_feature(const char *features, const char *feature)
{
    const size_t len = strlen(feature);
    for (const char *at = features; at != NULL && *at != '\0';) {
        const size_t n = strcspn(at, ",");
        if (n == len && strncasecmp(at, feature, n) == 0)
            return true;
        at += n + (at[n] == ',');
    }
    return false;
}

/* Nodes by name into the set; with node sets where those may stand. */
static void add_names(struct building *b, const struct conf_partition *p, const char *text,
                      struct src_pos at, bool may_be_set);

static void add_set(struct building *b, const struct conf_partition *p,
                    const struct conf_node_set *set)
{
    uint64_t *nodes = b->out->partitions[b->out->partitions_len].nodes;
    if (set->nodes != NULL)
        add_names(b, p, set->nodes, set->at, false);
    for (size_t i = 0; set->feature != NULL && i < b->conf->nodes_len; i++)
        if (has_feature(b->conf->nodes[i].features, set->feature))
            node_set_put(nodes, intern_find(b->names, b->conf->nodes[i].name));
}

static void add_names(struct building *b, const struct conf_partition *p, const char *text,
                      struct src_pos at, bool may_be_set)
{
    uint64_t *nodes = b->out->partitions[b->out->partitions_len].nodes;
    struct hostlist names, missing = {.len = 0};
    const char *why;
    if (!hostlist_expand(b->r->arena, text, &names, &why)) {
        diag_error(b->r->diag, at, "Nodes: '%s': %s", text, why);
        return;
    }
    missing.names = arena_alloc(b->r->arena, names.len * sizeof missing.names[0]);
    for (size_t i = 0; i < names.len; i++) {
        const uint32_t n = intern_find(b->names, names.names[i]);
        const struct conf_node_set *set = may_be_set ? find_set(b, names.names[i]) : NULL;
        if (set != NULL)
            add_set(b, p, set);
        else if (n == INTERN_NONE)
            missing.names[missing.len++] = names.names[i];
        else
            node_set_put(nodes, n);
    }
    if (missing.len > 0)
        refuse_nodes(b, &missing, at, p);
}

static void add_nodes(struct building *b, const struct conf_partition *p)
{
    uint64_t *nodes = b->out->partitions[b->out->partitions_len].nodes;
    if (p->nodes == NULL || p->nodes->value[0] == '\0') {
        diag_error(b->r->diag, p->at, "PartitionName: '%s': it names no nodes; Nodes=ALL", p->name);
        return;
    }
    if (strcasecmp(p->nodes->value, "ALL") != 0) {
        add_names(b, p, p->nodes->value, p->nodes->value_at, true);
        return;
    }
    for (uint32_t n = 0; n < b->out->nodes_len; n++)
        node_set_put(nodes, n);
}

static enum partition_state state_of(struct building *b, const struct conf_partition *p)
{
    static const char *const states[] = {"UP", "DOWN", "DRAIN", "INACTIVE"};
    if (p->state == NULL)
        return PARTITION_UP;
    for (int i = 0; i < 4; i++)
        if (strcasecmp(p->state->value, states[i]) == 0)
            return (enum partition_state)i;
    diag_error(b->r->diag, p->state->value_at,
               "State: '%s': not one of UP, DOWN, DRAIN and INACTIVE", p->state->value);
    return PARTITION_UP;
}

static bool is_exclusive(struct building *b, const struct conf_partition *p)
{
    if (p->share == NULL || slurm_keys_is_one_of(p->share->value, "NO"))
        return false;
    if (slurm_keys_is_one_of(p->share->value, "EXCLUSIVE"))
        return true;
    if (slurm_keys_is_one_of(p->share->value, "YES|YES:1|FORCE:1"))
        return false; /* nobody asks to share, and one job at a time is what there is */
    if (strncasecmp(p->share->value, "YES", 3) == 0 ||
        strncasecmp(p->share->value, "FORCE", 5) == 0)
        diag_warning(b->r->diag, p->share->value_at, "%s=%s: not modelled: jobs do not share cores",
                     p->share->key, p->share->value);
    else
        diag_error(b->r->diag, p->share->value_at,
                   "%s: '%s': not one of NO, YES, FORCE and EXCLUSIVE", p->share->key,
                   p->share->value);
    return false;
}

static int64_t first_set(int64_t own, int64_t general)
{
    return own != 0 ? own : general;
}

static void build_partition(struct building *b, const struct conf_partition *p)
{
    struct slurm_site *s = b->out;
    if (slurm_site_find_partition(s, p->name) != UINT32_MAX) {
        diag_error(b->r->diag, p->at, "PartitionName: '%s': the partition is named twice", p->name);
        return;
    }
    struct slurm_partition *out = &s->partitions[s->partitions_len];
    *out = (struct slurm_partition){
        .name = p->name,
        .nodes = arena_alloc(b->r->arena, (s->words + 1) * sizeof(uint64_t)),
        .state = state_of(b, p),
        .tier = (uint32_t)p->tier,
        .job_factor = (uint32_t)p->job_factor,
        .min_nodes = (uint32_t)p->min_nodes,
        .max_nodes = p->max_nodes > UINT32_MAX ? UINT32_MAX : (uint32_t)p->max_nodes,
        .max_time_min = p->max_time_min,
        .default_time_min = p->default_time_min,
        .over_time_min = p->over_time_min,
        .is_exclusive = is_exclusive(b, p),
        .is_lln = p->is_lln || s->params.is_lln,
        .mem_per_cpu_mb = first_set(p->mem_per_cpu_mb, b->conf->mem_per_cpu_mb),
        .mem_per_node_mb = first_set(p->mem_per_node_mb, b->conf->mem_per_node_mb),
        .mem_per_gpu_mb = first_set(p->mem_per_gpu_mb, b->conf->mem_per_gpu_mb),
        .cpus_per_gpu = (uint32_t)first_set(p->cpus_per_gpu, b->conf->cpus_per_gpu),
    };
    add_nodes(b, p);
    if (p->is_default)
        s->default_partition = s->partitions_len;
    s->partitions_len++;
}

static void build_partitions(struct building *b)
{
    struct slurm_site *s = b->out;
    s->partitions =
        arena_alloc(b->r->arena, (b->conf->partitions_len + 1) * sizeof s->partitions[0]);
    s->default_partition = UINT32_MAX;
    for (size_t i = 0; i < b->conf->partitions_len; i++)
        build_partition(b, &b->conf->partitions[i]);
    if (s->partitions_len == 0)
        diag_error(b->r->diag, (struct src_pos){.file = b->conf->file},
                   "slurm.conf has no PartitionName: no job could be submitted");
}

bool slurm_site_build(struct slurm_key_reader *r, const struct slurm_conf *conf,
                      const struct gres_conf *gres, struct slurm_site *out)
{
    const unsigned errors = r->diag->errors;
    struct building b = {
        .r = r, .conf = conf, .gres = gres, .out = out, .layouts = {.arena = r->arena}};
    *out = (struct slurm_site){.params = conf->params};
    b.names = intern_new();
    build_gres_names(&b);
    build_nodes(&b);
    build_partitions(&b);
    out->types = b.gres_names.types;
    out->types_len = b.gres_names.types_len;
    out->gres_names = b.gres_names.names;
    out->gres_names_len = b.gres_names.names_len;
    intern_free(b.names);
    return r->diag->errors == errors;
}
