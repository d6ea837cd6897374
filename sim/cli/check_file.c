#include "sim/cli/check_file.h"

#include "models/kubernetes/object_set.h"
#include "models/kubernetes/workload.h"
#include "models/mig_configs.h"
#include "models/mig_space.h"
#include "models/names.h"
#include "policies/kueue/job_workloads.h"
#include "policies/kueue/read_site.h"
#include "policies/kueue/validate.h"
#include "sim/arena.h"
#include "sim/cli/check_world.h"

#include <string.h>

enum { MOST_KINDS = 64 };

enum file_kind check_file_kind(const struct yaml_node *doc)
{
    static const char *const mig[] = {"mig-configs", "migParted", "migManager"};
    if (yaml_get(doc, "clustersim") != NULL || yaml_get(doc, "policies") != NULL ||
        yaml_get(doc, "extends") != NULL)
        return FILE_SCENARIO;
    for (size_t i = 0; i < sizeof mig / sizeof mig[0]; i++)
        if (yaml_get(doc, mig[i]) != NULL)
            return FILE_MIG_CONFIGS;
    if (yaml_get(doc, "sharing") != NULL && !object_is_one(doc))
        return FILE_PLUGIN;
    return doc->kind == YAML_MAP && object_is_one(doc) ? FILE_OBJECTS : FILE_UNKNOWN;
}

/* Those that were read. */
static bool check_layouts(const struct mig_configs *c, const char *path,
                          const struct gpu_model *gpu, FILE *out, struct diag *d)
{
    struct mig_space *space =
        gpu->mig == NULL ? NULL : mig_space_new(gpu->mig, (1u << gpu->mig->len) - 1);
    bool ok = true;
    for (size_t i = 0; i < mig_configs_len(c); i++)
        ok &= mig_configs_check(c, mig_configs_name(c, i), gpu, space,
                                (struct src_pos){.file = path}, d);
    for (size_t i = 0; ok && out != NULL && i < mig_configs_len(c); i++)
        fprintf(out, "%s: MIG layout %s fits on %s\n", path, mig_configs_name(c, i), gpu->name);
    mig_space_free(space);
    return ok;
}

bool check_mig_configs(const char *path, const struct gpu_model *gpu, FILE *out, struct diag *d)
{
    struct mig_configs *c = mig_configs_new();
    const bool is_read = mig_configs_add_file(c, path, d);
    const bool ok = check_layouts(c, path, gpu, is_read ? out : NULL, d);
    mig_configs_free(c);
    return is_read && ok;
}

/* --- objects --- */

struct tally {
    const char *kinds[MOST_KINDS];
    unsigned counts[MOST_KINDS];
    size_t len;
};

static void count_kind(struct tally *t, const char *kind)
{
    size_t i = 0;
    while (i < t->len && strcmp(t->kinds[i], kind) != 0)
        i++;
    if (i == t->len && t->len < MOST_KINDS)
        t->kinds[t->len++] = kind;
    if (i < MOST_KINDS)
        t->counts[i]++;
}

static void print_tally(const struct tally *t, const char *path, FILE *out)
{
    for (size_t i = 0; i < t->len; i++)
        fprintf(out, "%s%s%u %s", i == 0 ? path : "", i == 0 ? ": " : ", ", t->counts[i],
                t->kinds[i]);
    if (t->len > 0)
        fputc('\n', out);
}

static void check_object(struct site_reader *r, const struct object *o)
{
    const struct workload_shape *shape = workload_shape_find(o);
    struct workload w;
    struct gates gates;
    gates_init(&gates, KUEUE_NEWEST);
    if (shape == NULL || workload_is_kueue(o)) {
        site_read(r, o);
        kueue_object_check(&r->f, o, &gates);
        return;
    }
    if (workload_read(&r->f, o, shape, &w))
        workload_check(&r->f, &w);
}

/* What Kueue would refuse of the jobs that go to it. */
static void check_queued_jobs(const struct field_reader *f, const struct object_set *set)
{
    struct gates gates;
    struct job_maker m = {.f = *f, .objects = set, .gates = &gates};
    gates_init(&gates, KUEUE_NEWEST);
    job_workloads_make(&m);
    for (uint32_t i = 0; i < m.problems_len; i++) {
        const struct object *o = m.problems[i].from;
        if (m.problems[i].is_rejected && object_label(o, "kueue.x-k8s.io/queue-name") != NULL)
            diag_error(f->diag, object_pos(o), "%s %s: Kueue refuses it: %s", o->kind, o->name,
                       m.problems[i].text);
    }
}

/* A ConfigMap may hold a file of mig-parted. */
static void check_config_map(const struct object *o, const char *path, const struct gpu_model *gpu,
                             FILE *out, struct diag *d)
{
    const struct yaml_node *data = yaml_get(o->doc, "data");
    bool has_layouts = false;
    for (size_t i = 0; data != NULL && data->kind == YAML_MAP && i < data->len; i++)
        has_layouts |= data->pairs[i].value->kind == YAML_SCALAR &&
                       strstr(data->pairs[i].value->text, "mig-configs:") != NULL;
    if (!has_layouts || strcmp(o->kind, "ConfigMap") != 0)
        return;
    struct mig_configs *c = mig_configs_new();
    const bool is_read = mig_configs_add_node(c, o->doc, d);
    check_layouts(c, path, gpu, is_read ? out : NULL, d);
    mig_configs_free(c);
}

bool check_objects(const char *path, const struct gpu_model *gpu, FILE *out,
                   struct check_world *world, struct diag *d)
{
    const unsigned before = diag_errors(d);
    struct names names = {.resources = resource_names_new(), .words = intern_new()};
    struct object_set *set = object_set_new();
    struct site *site = site_new();
    struct site_reader r = {.f = {.diag = d,
                                  .arena = object_set_arena(set),
                                  .words = names.words,
                                  .resources = names.resources},
                            .site = site};
    struct tally tally = {0};
    object_set_read(set, path, d);
    for (size_t i = 0; i < object_set_len(set); i++) {
        check_object(&r, object_set_at(set, i));
        check_config_map(object_set_at(set, i), path, gpu, out, d);
        count_kind(&tally, object_set_at(set, i)->kind);
    }
    if (diag_errors(d) == before)
        check_queued_jobs(&r.f, set);
    if (out != NULL && diag_errors(d) == before)
        print_tally(&tally, path, out);
    site_free(site);
    check_world_add_set(world, set);
    intern_free(names.words);
    intern_free(names.resources);
    return diag_errors(d) == before;
}
