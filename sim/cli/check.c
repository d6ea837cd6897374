/* clustersim check: what is wrong with these files, before running. */
#include "sim/cli/check_file.h"
#include "sim/cli/commands.h"
#include "sim/cli/describe.h"
#include "sim/suggest.h"

struct options {
    struct run_options run;
    const char *gpu;
};

static bool check_scenario(const char *path, const struct options *o, struct diag *d)
{
    struct prepared p;
    const bool ok = prepared_open(&p, path, &o->run, NULL, d) &&
                    (o->run.quiet || describe_scenario(&p, stdout, d));
    prepared_close(&p);
    return ok;
}

static const struct gpu_model *find_gpu(const struct catalogue *c, const char *name, struct diag *d)
{
    const struct gpu_model *gpu = catalogue_find_gpu(c, name);
    struct suggest s;
    suggest_init(&s, name);
    for (size_t i = 0; gpu == NULL && i < catalogue_gpus(c); i++)
        suggest_offer(&s, catalogue_gpu(c, i)->name);
    if (gpu == NULL)
        diag_error(d, (struct src_pos){0},
                   "--gpu: '%s' is not in the catalogue%s (see "
                   "`clustersim list gpus`)",
                   name, suggest_hint(&s));
    return gpu;
}

/* The first document tells what the file is; its mistakes are told where it is read. */
static bool check_one(const char *path, const struct options *o, const struct gpu_model *gpu,
                      struct diag *d)
{
    FILE *out = o->run.quiet ? NULL : stdout;
    struct yaml_file *f = yaml_read(path, d);
    const bool is_empty = f == NULL || yaml_docs(f) == 0;
    const enum file_kind kind = is_empty ? FILE_UNKNOWN : check_file_kind(yaml_doc(f, 0));
    yaml_close(f);
    if (kind == FILE_SCENARIO)
        return check_scenario(path, o, d);
    if (kind == FILE_OBJECTS)
        return check_objects(path, out, d);
    if (kind == FILE_MIG_CONFIGS)
        return check_mig_configs(path, gpu, out, d);
    if (f != NULL)
        diag_error(d, (struct src_pos){.file = path},
                   "neither a scenario (`clustersim: 1`), nor Kubernetes objects, nor MIG layouts "
                   "of mig-parted; other files are checked with the scenario that names them");
    return false;
}

static int check(const void *given, const char *const *arguments, size_t len)
{
    const struct options *o = given;
    struct diag d;
    diag_init(&d, stderr);
    struct catalogue *c = catalogue_open(&d);
    const struct gpu_model *gpu = find_gpu(c, o->gpu, &d);
    bool ok = gpu != NULL;
    for (size_t i = 0; gpu != NULL && i < len; i++)
        ok &= check_one(arguments[i], o, gpu, &d);
    const int code = ok ? EXIT_DONE : d.is_world ? EXIT_WORLD : EXIT_INPUT;
    catalogue_close(c);
    diag_sum_up(&d);
    diag_fini(&d);
    return code;
}

static const struct option check_options[] = {
    {"quiet", OPTION_FLAG, offsetof(struct options, run.quiet), .help = "only what is wrong"},
    {"strict", OPTION_FLAG, offsetof(struct options, run.strict),
     .help = "refuse dirt in logs instead of repairing it"},
    {"set", OPTION_TEXTS, offsetof(struct options, run.set), "KEY=VALUE",
     .help = "sets a key of the scenario, such as cluster.pools.train.count=8"},
    {"gpu", OPTION_TEXT, offsetof(struct options, gpu), "MODEL",
     .help = "on which MIG layouts must fit (default: H100-80GB-SXM)"},
    {0},
};

static const struct options defaults = {.run.seed = -1, .gpu = "H100-80GB-SXM"};

const struct command command_check = {
    .name = "check",
    .arguments = "FILE...",
    .summary = "what is wrong with a scenario or other files, and what they say",
    .help =
        "Reads a scenario and all files that it names, judges it under each of its policies and\n"
        "prints every mistake with its place; then says in words what would be simulated. Nothing\n"
        "is simulated or written. Kubernetes manifests and MIG layouts can be checked alone.\n\n"
        "  clustersim check examples/walkthrough.yaml\n"
        "  clustersim check examples/aks-kueue/*.yaml",
    .options = check_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 4096,
    .run = check,
};
