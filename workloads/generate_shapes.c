#include "workloads/generate_shapes.h"

#include "models/cluster.h"
#include "models/gpu_model.h"
#include "models/mig_resource.h"
#include "models/names.h"
#include "sim/arena.h"
#include "sim/intern.h"
#include "sim/suggest.h"
#include "sim/text_stream.h"
#include "workloads/task_split.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { WARNINGS_MOST = 5, LOOKED_AT_MOST = 4096 };

/* --- devices --- */

static bool has_profile(const struct cluster *c, const char *name, struct suggest *s)
{
    bool found = false;
    for (uint32_t k = 0; k < c->kinds_len; k++) {
        const struct mig_table *t = c->kinds[k]->mig;
        for (unsigned p = 0; t != NULL && p < t->len; p++)
            suggest_offer(s, t->profiles[p].name);
        found |= t != NULL && mig_profile_find(t, name) != MIG_NONE;
    }
    return found;
}

static bool check_profile(const struct cluster *c, const char *name, struct src_pos at,
                          struct diag *d)
{
    struct suggest s;
    suggest_init(&s, name);
    if (c->nodes_len == 0 || has_profile(c, name, &s))
        return true;
    diag_error(d, at, "mig: '%s': no GPU of the cluster has such a profile%s", name,
               suggest_hint(&s));
    return false;
}

static struct device_choice whole_pieces(const struct generate_options *o,
                                         const struct source_env *env, const char *resource)
{
    struct device_choice choice = {.resource = intern_add(env->names->resources, resource)};
    choice.most_each = o->gpus_per_task > 0
                           ? (uint64_t)o->gpus_per_task
                           : task_split_largest_node(env->cluster, choice.resource);
    if (choice.most_each == 0) /* no node has any: the job stays in one piece */
        choice.most_each = UINT64_MAX;
    return choice;
}

static bool make_devices(struct job_shapes_spec *spec, const struct generate_options *o,
                         const struct source_env *env, struct diag *d)
{
    const size_t profiles = distribution_listed(&o->mig);
    const size_t shares = distribution_listed(&o->gpu_share);
    const size_t len = profiles + shares > 0 ? profiles + shares : 1; /* never both */
    struct device_choice *choices = arena_alloc(env->arena, len * sizeof choices[0]);
    bool ok = true;
    if (profiles + shares == 0)
        choices[0] = whole_pieces(o, env, o->resource);
    for (size_t i = 0; i < profiles; i++) {
        const struct mig_profile profile = {.name = o->mig.texts[i]};
        ok &= check_profile(env->cluster, profile.name, generate_at(o, "mig"), d);
        choices[i] =
            whole_pieces(o, env, mig_resource_name(env->arena, MIG_STRATEGY_MIXED, &profile));
    }
    for (size_t i = 0; i < shares; i++)
        choices[i] = (struct device_choice){
            .resource = RESOURCE_GPU,
            .share_milli = (uint16_t)lround(1000 * distribution_value(&o->gpu_share, i)),
        };
    spec->devices = choices;
    spec->devices_len = len;
    return ok;
}

/* --- the whole --- */

/* The listed values times a factor; 0 alone, if there are none. */
static const int64_t *amounts_of(const struct distribution *x, double factor, struct arena *a,
                                 size_t *len)
{
    const size_t listed = distribution_listed(x);
    *len = listed == 0 ? 1 : listed;
    int64_t *list = arena_alloc(a, *len * sizeof list[0]);
    for (size_t i = 0; i < listed; i++)
        list[i] = (int64_t)llround(distribution_value(x, i) * factor);
    return list;
}

bool generate_shapes_make(struct job_shapes *s, const struct generate_options *o,
                          const struct source_env *env, struct diag *d)
{
    struct job_shapes_spec spec = {
        .cpus_milli_per_piece = llround(o->cpus_per_gpu * 1000),
        .memory_bytes_per_piece = o->memory_per_gpu,
        .counts_tasks = generate_has(&o->tasks) || generate_has(&o->gpu_share),
        .pieces_each = (uint64_t)o->gpus_per_task,
        .load = load_option_load(&o->load),
    };
    spec.cpus_milli = amounts_of(&o->cpus, 1000, env->arena, &spec.cpus_len);
    spec.memory_bytes = amounts_of(&o->memory, 1, env->arena, &spec.memory_len);
    bool ok = make_devices(&spec, o, env, d);
    ok &= task_terms_add(&o->terms, env, d, &spec.terms);
    if (ok)
        job_shapes_init(s, &spec, env->requests, env->arena);
    return ok;
}

uint64_t generate_shapes_total(const struct cluster *c, uint32_t resource)
{
    uint64_t sum = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        sum += (uint64_t)cluster_capacity_of(c, n, resource);
    return sum;
}

/* --- warnings --- */

/* Tasks that all nodes can take while they are empty; nodes of a pool are equal. */
static int64_t room_for(const struct cluster *c, const struct request *r)
{
    int64_t sum = 0;
    for (uint32_t p = 0; p < c->pools_len; p++)
        if (c->pools[p].nodes_len > 0)
            sum += cluster_could_fit(c, c->pools[p].first_node, r) * c->pools[p].nodes_len;
    return sum;
}

/* "8 nvidia.com/gpu, 96 cpu" */
static void print_request(FILE *out, const struct request *r, const struct intern *resources)
{
    for (uint32_t i = 0; i < r->amounts_len; i++) {
        const struct amount *a = &r->amounts[i];
        const char *between = i == 0 ? "" : ", ";
        if (a->resource == RESOURCE_CPU)
            fprintf(out, "%s%g cpu", between, (double)a->value / 1000);
        else if (a->resource == RESOURCE_MEMORY)
            fprintf(out, "%s%g GiB memory", between, (double)a->value / 0x1p30);
        else
            fprintf(out, "%s%" PRId64 " %s", between, a->value,
                    intern_text(resources, a->resource));
    }
    if (r->load.gpu_milli > 0)
        fprintf(out, "%s%g of a GPU", r->amounts_len > 0 ? ", " : "", r->load.gpu_milli / 1000.0);
}

struct fitting {
    struct job_shapes *shapes;
    const struct generate_options *options;
    const struct source_env *env;
    struct diag *diag;
    const char *key; /* of the sizes, or what else says it */
    int warnings;
};

/* Whether it could start on empty nodes. */
static bool try_shape(struct fitting *f, const struct job_choices *choices)
{
    const struct job_shape shape = job_shapes_get(f->shapes, choices);
    const struct request *r = request_get(f->env->requests, shape.request);
    const int64_t room = room_for(f->env->cluster, r);
    if (room >= shape.tasks)
        return true;
    struct text_stream what;
    print_request(text_stream_open(&what), r, f->env->names->resources);
    text_stream_close(&what);
    const struct src_pos at = generate_at(f->options, f->key);
    if (room == 0)
        diag_warning(f->diag, at, "%s: no node could ever take a task of %s", f->key, what.text);
    else
        diag_warning(f->diag, at,
                     "%s: '%" PRIu64 "': all nodes together could take %" PRId64 " of its %" PRIu32
                     " tasks of %s",
                     f->key, choices->size, room, shape.tasks, what.text);
    free(what.text);
    f->warnings++;
    return false;
}

/* All choices for a size, up to the first that does not fit. */
static void try_size(struct fitting *f, uint64_t size)
{
    const struct job_shapes_spec *s = &f->shapes->spec;
    struct job_choices c = {.size = size};
    for (c.device = 0; c.device < s->devices_len; c.device++)
        for (c.cpus = 0; c.cpus < s->cpus_len; c.cpus++)
            for (c.memory = 0; c.memory < s->memory_len; c.memory++)
                if (!try_shape(f, &c))
                    return;
}

static void try_tail(struct fitting *f, const struct distribution *sizes)
{
    static const double LEAST_SHARE = 1e-4;
    const struct job_shapes_spec *s = &f->shapes->spec;
    if (s->devices_len > 1 || s->counts_tasks)
        return;
    const uint64_t total = generate_shapes_total(f->env->cluster, s->devices[0].resource);
    const double share = 1 - distribution_cdf(sizes, (double)total + 0.5);
    if (share > LEAST_SHARE)
        diag_warning(f->diag, generate_at(f->options, f->key),
                     "%s: about %.3g %% of the jobs ask for more than the %" PRIu64
                     " of the whole cluster",
                     f->key, 100 * share, total);
}

static const char *key_of_sizes(const struct generate_options *o)
{
    static const char *const keys[] = {"tasks", "gpus", "mig", "gpu_share", "resource"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (yaml_get(o->map, keys[i]) != NULL)
            return keys[i];
    return "generate";
}

void generate_shapes_warn(struct job_shapes *s, const struct generate_options *o,
                          const struct source_env *env, struct diag *d)
{
    const bool has_tasks = generate_has(&o->tasks);
    const struct distribution *sizes = has_tasks ? &o->tasks : &o->gpus;
    struct fitting f = {s, o, env, d, key_of_sizes(o), 0};
    const size_t choices = s->spec.devices_len * s->spec.cpus_len * s->spec.memory_len;
    const size_t listed = distribution_listed(sizes);
    if (env->cluster->nodes_len == 0 || listed * choices > LOOKED_AT_MOST)
        return;
    if (!generate_has(sizes))
        try_size(&f, 1);
    for (size_t i = 0; i < listed && f.warnings < WARNINGS_MOST; i++)
        try_size(&f, (uint64_t)distribution_value(sizes, i));
    if (generate_has(sizes) && listed == 0)
        try_tail(&f, sizes);
}
