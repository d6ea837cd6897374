/* clustersim check: what is wrong with these files, before running. */
#include "sim/check.h"
#include "policies/slurm/slurm_check.h"
#include "sim/cli/check_file.h"
#include "sim/cli/check_text.h"
#include "sim/cli/check_world.h"
#include "sim/cli/commands.h"
#include "sim/cli/describe.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>

struct options {
    struct run_options run;
    const char *gpu;
};

struct checking {
    const struct options *o;
    const struct gpu_model *gpu;
    struct check_world *world;
    struct slurm_check *slurm;
    const char **scripts; /* of sbatch: judged once slurm.conf is read */
    size_t scripts_len;
    struct prepared *scenarios; /* they stay open for what their files say with the others */
    size_t scenarios_len;
    struct diag d;
};

static bool check_scenario(const char *path, struct checking *c)
{
    struct prepared *s = &c->scenarios[c->scenarios_len++];
    return prepared_open(s, path, &c->o->run, NULL, &c->d) &&
           (c->o->run.quiet || describe_scenario(s, stdout, &c->d));
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

/* The device plugin's own file. */
static bool check_plugin(const struct yaml_file *f, const char *path, FILE *out, struct checking *c)
{
    const unsigned errors = diag_errors(&c->d);
    for (size_t i = 0; i < yaml_docs(f); i++)
        check_world_add_plugin(c->world, yaml_doc(f, i));
    if (out != NULL && diag_errors(&c->d) == errors)
        fprintf(out, "%s: how the device plugin shares GPUs\n", path);
    return diag_errors(&c->d) == errors;
}

static bool check_unknown(const struct yaml_file *f, const char *path, size_t met, FILE *out,
                          struct checking *c)
{
    if (f == NULL)
        return false;
    if (yaml_docs(f) == 0) {
        if (diag_errors(&c->d) == 0)
            diag_error(&c->d, (struct src_pos){.file = path}, "the file is empty");
        return false;
    }
    if (met == 0) {
        diag_error(&c->d, (struct src_pos){.file = path},
                   "neither a scenario (`clustersim: 1`), nor Kubernetes objects, nor MIG layouts "
                   "of mig-parted, nor a file of the device plugin (`sharing:`), nor a slurm.conf, "
                   "nor a text that names metrics of DCGM; other files are checked with the "
                   "scenario that names "
                   "them");
        return false;
    }
    if (out != NULL)
        fprintf(out, "%s: %zu metrics of DCGM or images\n", path, met);
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    const size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* Files of Slurm, which are no YAML. */
static bool is_of_slurm(const char *path, struct checking *c, bool *ok)
{
    if (!ends_with(path, ".conf") && !slurm_check_is_script(path))
        return false;
    *ok = true;
    if (ends_with(path, ".conf"))
        *ok = slurm_check_conf(c->slurm, path);
    else
        c->scripts[c->scripts_len++] = path;
    if (*ok && !c->o->run.quiet)
        printf("%s: %s\n", path, ends_with(path, ".conf") ? "Slurm's" : "a script for sbatch");
    return true;
}

/* The first document tells what the file is; its mistakes are told where it is read. */
static bool check_one(const char *path, struct checking *c)
{
    FILE *out = c->o->run.quiet ? NULL : stdout;
    bool ok = false;
    if (strcmp(path, "-") == 0) {
        diag_error(&c->d, (struct src_pos){0},
                   "'-': standard input can be read once only, and a "
                   "check reads twice; give a file");
        return false;
    }
    if (is_of_slurm(path, c, &ok))
        return ok;
    struct yaml_file *f = yaml_read(path, &c->d);
    const bool is_empty = f == NULL || yaml_docs(f) == 0;
    const enum file_kind kind = is_empty ? FILE_UNKNOWN : check_file_kind(yaml_doc(f, 0));
    const size_t met = is_empty ? 0 : check_text(f, &c->d);
    if (kind == FILE_PLUGIN)
        ok = check_plugin(f, path, out, c);
    else if (kind == FILE_UNKNOWN)
        ok = check_unknown(f, path, met, out, c);
    yaml_close(f);
    if (kind == FILE_SCENARIO)
        return check_scenario(path, c);
    if (kind == FILE_OBJECTS)
        return check_objects(path, c->gpu, out, c->world, &c->d);
    if (kind == FILE_MIG_CONFIGS)
        return check_mig_configs(path, c->gpu, out, &c->d);
    return ok;
}

/* What all files say together, under each scenario. */
static void check_together(struct checking *c)
{
    for (size_t i = 0; i < c->scenarios_len; i++)
        check_world_judge(c->world, &c->scenarios[i]);
    if (c->scenarios_len == 0)
        check_world_judge(c->world, NULL);
    for (size_t i = 0; i < c->scripts_len; i++)
        slurm_check_script(c->slurm, c->scripts[i]);
}

static int code_of(const struct checking *c, bool ok)
{
    if (diag_errors(&c->d) > 0 || !ok)
        return c->d.is_world ? EXIT_WORLD : EXIT_INPUT;
    return c->o->run.strict && diag_warnings(&c->d) > 0 ? EXIT_INPUT : EXIT_DONE;
}

static int check(const void *given, const char *const *arguments, size_t len)
{
    struct checking c = {.o = given};
    diag_init(&c.d, stderr);
    struct catalogue *catalogue = catalogue_open(&c.d);
    c.gpu = find_gpu(catalogue, c.o->gpu, &c.d);
    c.world = check_world_new(&c.d);
    c.slurm = slurm_check_new(&c.d);
    c.scenarios = calloc(len + 1, sizeof c.scenarios[0]);
    c.scripts = calloc(len + 1, sizeof c.scripts[0]);
    SIM_REQUIRE(c.scenarios != NULL && c.scripts != NULL);
    bool ok = c.gpu != NULL;
    for (size_t i = 0; c.gpu != NULL && i < len; i++)
        ok &= check_one(arguments[i], &c);
    if (c.gpu != NULL)
        check_together(&c);
    const int code = code_of(&c, ok);
    for (size_t i = 0; i < c.scenarios_len; i++)
        prepared_close(&c.scenarios[i]);
    free(c.scenarios);
    free(c.scripts);
    slurm_check_free(c.slurm);
    check_world_free(c.world);
    catalogue_close(catalogue);
    diag_sum_up(&c.d);
    diag_fini(&c.d);
    return code;
}

static const struct option check_options[] = {
    {"quiet", OPTION_FLAG, offsetof(struct options, run.quiet), .help = "only what is wrong"},
    {"strict", OPTION_FLAG, offsetof(struct options, run.strict),
     .help = "exit code 2 for warnings, too; refuse dirt in logs instead of repairing it"},
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
        "is simulated or written. Kubernetes manifests, MIG layouts, files of the device plugin,\n"
        "slurm.conf, scripts of sbatch and texts with metrics of DCGM can be checked alone; with "
        "a\n"
        "scenario, or Node objects, manifests are judged on its hardware. Warnings and notes "
        "refuse\n"
        "nothing: `clustersim list lints` explains the names in brackets.\n\n"
        "  clustersim check examples/walkthrough.yaml\n"
        "  clustersim check examples/walkthrough-mig.yaml examples/aks-kueue/*.yaml",
    .options = check_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 4096,
    .run = check,
};
