#include "results/openmetrics.h"

#include "models/gpu_model.h"
#include "models/kubernetes/workload.h"
#include "models/simulation.h"
#include "results/gpu_view.h"
#include "sim/hash.h"
#include "sim/numeral.h"
#include "sim/out_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_MOST = 512, COPY_BYTES = 65536 };

/* --- families --- */

struct value {
    int64_t number; /* VIEW_UNKNOWN: there is none */
    unsigned places;
};

static struct value gpu_util(const struct gpu_view *v)
{
    const bool is_whole = v->profile == NULL && !v->is_cut;
    return (struct value){is_whole ? v->busy_e4 : VIEW_UNKNOWN, 2};
}

static struct value gr_engine_active(const struct gpu_view *v)
{
    return (struct value){v->busy_e4, 4};
}

static struct value fb_free(const struct gpu_view *v)
{
    return (struct value){v->free_mib, 0};
}

static struct value fb_used(const struct gpu_view *v)
{
    return (struct value){v->used_mib, 0};
}

static struct value power_usage(const struct gpu_view *v)
{
    return (struct value){v->power_mw, 3};
}

/* In the order of dcgm-exporter's default counters, with its help. */
static const struct family {
    const char *name, *help;
    struct value (*value)(const struct gpu_view *v);
} families[] = {
    {"DCGM_FI_DEV_POWER_USAGE", "Power draw (in W).", power_usage},
    {"DCGM_FI_DEV_GPU_UTIL", "GPU utilization (in %).", gpu_util},
    {"DCGM_FI_DEV_FB_FREE", "Framebuffer memory free (in MiB).", fb_free},
    {"DCGM_FI_DEV_FB_USED", "Framebuffer memory used (in MiB).", fb_used},
    {"DCGM_FI_PROF_GR_ENGINE_ACTIVE", "Ratio of time the graphics engine is active.",
     gr_engine_active},
};

enum { FAMILIES = sizeof families / sizeof families[0] };

struct openmetrics {
    const struct simulation *sim;
    const char *path;
    struct out_file *out;
    FILE *parts[FAMILIES];
    struct gpu_cells cells;
    int64_t start_ns, step_ns;
    int64_t sampled_ns; /* the last one; TIME_NEVER: none yet */
};

/* --- temporary files --- */

static FILE *open_nameless(const char *path)
{
    static const char suffix[] = ".XXXXXX";
    const size_t len = strlen(path);
    char *name = malloc(len + sizeof suffix);
    SIM_REQUIRE(name != NULL);
    memcpy(name, path, len);
    memcpy(name + len, suffix, sizeof suffix);
    const int fd = mkstemp(name);
    if (fd >= 0)
        unlink(name);
    free(name);
    return fd < 0 ? NULL : fdopen(fd, "w+");
}

/* Standard output, devices and descriptors have no folder of ours beside them. */
static bool has_folder(const char *path)
{
    return strcmp(path, "-") != 0 && strncmp(path, "/dev/", 5) != 0;
}

static bool complain(const struct openmetrics *s, const char *what, struct diag *d)
{
    diag_world(d, (struct src_pos){.file = s->path}, "a temporary file beside it cannot be %s: %s",
               what, strerror(errno));
    return false;
}

static void close_parts(struct openmetrics *s)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (s->parts[i] != NULL)
            fclose(s->parts[i]);
}

static bool open_parts(struct openmetrics *s, struct diag *d)
{
    for (size_t i = 0; i < FAMILIES; i++) {
        s->parts[i] = has_folder(s->path) ? open_nameless(s->path) : tmpfile();
        if (s->parts[i] == NULL)
            return complain(s, "made", d);
    }
    return true;
}

static bool metrics_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct openmetrics *s = state;
    const struct out_options *options = env->options;
    s->sim = env->sim;
    s->path = options->path;
    s->start_ns = env->start_ns;
    s->step_ns = env->step_ns;
    s->sampled_ns = TIME_NEVER;
    s->out = out_file_open(s->path, d);
    if (s->out == NULL)
        return false;
    if (!open_parts(s, d)) {
        close_parts(s);
        out_file_abandon(s->out);
        return false;
    }
    gpu_cells_init(&s->cells, env->sim, env->start_ns);
    return true;
}

static void metrics_happened(void *state, const struct sim_event *e)
{
    struct openmetrics *s = state;
    gpu_cells_happened(&s->cells, e);
}

static void metrics_activity(void *state, const struct job *job, const struct task *t, bool works)
{
    struct openmetrics *s = state;
    gpu_cells_activity(&s->cells, job, t, works);
}

/* --- labels --- */

/* As OpenMetrics wants it: \\, \" and \n. */
static void put_label(FILE *out, const char *name, const char *value)
{
    fprintf(out, ",%s=\"", name);
    for (; *value != '\0'; value++)
        if (*value == '\n')
            fputs("\\n", out);
        else if (*value == '\\' || *value == '"')
            fprintf(out, "\\%c", *value);
        else
            fputc(*value, out);
    fputc('"', out);
}

/* Of the same node and index the same in every run, of others another. */
static void put_uuid(FILE *out, const struct gpu_view *v)
{
    const uint64_t high =
        hash_more(hash_bytes(v->node->name, strlen(v->node->name)), &v->gpu, sizeof v->gpu);
    const uint64_t low = hash_more(high, "uuid", 4);
    fprintf(out, ",UUID=\"GPU-%08" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%04" PRIx64 "-%012" PRIx64,
            high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48, low & 0xffffffffffff);
    fputc('"', out);
}

static void put_gpu_labels(FILE *out, const struct gpu_view *v)
{
    fprintf(out, "gpu=\"%" PRIu32 "\"", v->gpu);
    put_uuid(out, v);
    fprintf(out, ",device=\"nvidia%" PRIu32 "\"", v->gpu);
    if (v->model != NULL)
        put_label(out, "modelName", gpu_model_title(v->model));
    if (v->profile != NULL) {
        put_label(out, "GPU_I_PROFILE", v->profile);
        put_label(out, "GPU_I_ID", v->id);
    }
    put_label(out, "Hostname", v->node->name);
}

/* The container that the pod is there for: the first that is no init container. */
static const char *container_of(const struct job *job, const struct task *t)
{
    const struct workload *w = job->extra->workload;
    const uint32_t set = w == NULL || t->group >= w->sets_len ? 0 : t->group;
    for (uint32_t i = 0; w != NULL && w->sets_len > 0 && i < w->sets[set].template.containers_len;
         i++)
        if (!w->sets[set].template.containers[i].is_init)
            return w->sets[set].template.containers[i].name;
    return NULL;
}

static void put_task_labels(const struct openmetrics *s, FILE *out, const struct task *t)
{
    const struct job *job = simulation_job(s->sim, t->job);
    const char *container = container_of(job, t);
    char name[NAME_MOST];
    if (container != NULL)
        put_label(out, "container", container);
    if (job->extra->namespace_word != INTERN_NONE)
        put_label(out, "namespace",
                  intern_text(simulation_names(s->sim)->words, job->extra->namespace_word));
    simulation_task_name(s->sim, job, t, name, sizeof name);
    put_label(out, "pod", name);
    if (job->extra->workload != NULL)
        return;
    simulation_job_name(s->sim, job, name, sizeof name);
    put_label(out, "hpc_job", name);
}

/* --- samples --- */

static void put_line(const struct openmetrics *s, size_t family, const struct gpu_view *v,
                     const struct task *t)
{
    const struct value value = families[family].value(v);
    FILE *out = s->parts[family];
    char number[NUMERAL_MOST + 1], at[NUMERAL_MOST + 1];
    if (value.number == VIEW_UNKNOWN)
        return;
    *numeral_fixed(number, value.number, value.places) = '\0';
    *numeral_seconds(at, simulation_now_ns(s->sim)) = '\0';
    fprintf(out, "%s{", families[family].name);
    put_gpu_labels(out, v);
    if (t != NULL)
        put_task_labels(s, out, t);
    fprintf(out, "} %s %s\n", number, at);
}

/* Tasks on an instance stand there, and not on its GPU, too. */
static void put_view(const struct openmetrics *s, const struct gpu_view *v)
{
    if (!v->is_there)
        return;
    const uint32_t tasks = v->is_cut ? 0 : v->cell->len;
    for (size_t f = 0; f < FAMILIES; f++) {
        if (tasks == 0)
            put_line(s, f, v, NULL);
        for (uint32_t i = 0; i < tasks; i++)
            put_line(s, f, v, simulation_task(s->sim, v->cell->parts[i].task));
    }
}

static void put_node(const struct openmetrics *s, uint32_t node)
{
    struct gpu_cut cuts[NODE_MOST_GPUS];
    const struct node *n = &s->cells.cluster->nodes[node];
    if (n->classes_len == 0)
        return;
    gpu_view_cuts(&s->cells, node, cuts);
    for (uint32_t i = 0; i < n->gpus; i++) {
        const struct gpu_view v = gpu_view_gpu(&s->cells, node, i, &cuts[i]);
        put_view(s, &v);
        for (unsigned k = 0; k < MIG_MOST_SLICES; k++) {
            if (cuts[i].at[k] == NULL)
                continue;
            const struct gpu_view instance = gpu_view_instance(&s->cells, node, cuts[i].at[k]);
            put_view(s, &instance);
        }
    }
}

static void metrics_sample(void *state, int64_t now_ns)
{
    struct openmetrics *s = state;
    const bool is_on_grid = s->step_ns == 0 || (now_ns - s->start_ns) % s->step_ns == 0;
    if (s->sampled_ns == now_ns || !is_on_grid)
        return;
    s->sampled_ns = now_ns;
    for (uint32_t n = 0; n < s->cells.cluster->nodes_len; n++)
        put_node(s, n);
    gpu_cells_sampled(&s->cells, now_ns);
}

/* --- the end --- */

static void write_text(struct out_file *out, const char *text)
{
    out_file_write(out, text, strlen(text));
}

static void write_head(struct out_file *out, const struct family *f)
{
    write_text(out, "# HELP ");
    write_text(out, f->name);
    write_text(out, " ");
    write_text(out, f->help);
    write_text(out, "\n# TYPE ");
    write_text(out, f->name);
    write_text(out, " gauge\n");
}

static bool copy_part(struct openmetrics *s, size_t family, struct diag *d)
{
    FILE *part = s->parts[family];
    char bytes[COPY_BYTES];
    if (fflush(part) != 0 || ferror(part))
        return complain(s, "written", d);
    rewind(part);
    bool is_empty = true;
    for (size_t len; (len = fread(bytes, 1, sizeof bytes, part)) > 0; is_empty = false) {
        if (is_empty)
            write_head(s->out, &families[family]);
        out_file_write(s->out, bytes, len);
    }
    return !ferror(part) || complain(s, "read", d);
}

static bool metrics_close(void *state, struct diag *d)
{
    struct openmetrics *s = state;
    bool ok = true;
    for (size_t f = 0; f < FAMILIES && ok; f++)
        ok = copy_part(s, f, d);
    close_parts(s);
    gpu_cells_fini(&s->cells);
    if (!ok) {
        out_file_abandon(s->out);
        return false;
    }
    write_text(s->out, "# EOF\n");
    return out_file_close(s->out, d);
}

static void metrics_abandon(void *state)
{
    struct openmetrics *s = state;
    close_parts(s);
    gpu_cells_fini(&s->cells);
    out_file_abandon(s->out);
}

const struct observer_ops observer_openmetrics = {
    .api = OBSERVER_API,
    .name = "openmetrics",
    .summary = "what dcgm-exporter would say, in OpenMetrics with timestamps",
    .state_bytes = sizeof(struct openmetrics),
    .wants = WANTS_EVENTS | WANTS_SAMPLES | WANTS_ACTIVITY,
    .step_ns = out_options_step_ns,
    .open = metrics_open,
    .happened = metrics_happened,
    .activity = metrics_activity,
    .sample = metrics_sample,
    .close = metrics_close,
    .abandon = metrics_abandon,
};
