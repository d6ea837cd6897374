/* gpus.csv: what every GPU and MIG instance did, and who is on it, at the samples. */
#include "results/gpus_csv.h"

#include "models/gpu_model.h"
#include "models/simulation.h"
#include "results/gpu_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct out_column columns[] = {
    {"time_s", "s", "the instant of the sample"},
    {"node", "text", "its node"},
    {"gpu", "number", "its index on the node, from 0"},
    {"model", "text", "as in the catalogue"},
    {"state", "text",
     "allocated: somebody holds it, or a part of it; idle; down: nobody, and its node takes no "
     "jobs"},
    {"node_state", "text", "ready, booting, cordoned, draining or down"},
    {"tasks", "number", "on it"},
    {"task_names", "text", "of those, in the order they came, with semicolons between them"},
    {"held_s", "s", "time since the start that somebody was on it"},
    {"gpu_i_profile", "text",
     "of a MIG instance, such as 3g.40gb; empty: the row is of the whole GPU, and the rows of its "
     "instances follow"},
    {"gpu_i_id", "text",
     "of the instance: the number that the driver gives it; @4 where nobody has published that: "
     "the instance that begins at memory slice 4"},
    {"gpu_util_percent", "%",
     "DCGM_FI_DEV_GPU_UTIL: time of the step in which a kernel ran; empty for a GPU that is cut "
     "and for instances, as on hardware"},
    {"gr_engine_active", "0 to 1",
     "DCGM_FI_PROF_GR_ENGINE_ACTIVE: the same as a share; of an instance, of its own time; of a "
     "GPU that is cut, the sum over its instances by their part of its multiprocessors"},
    {"fb_used_mib", "MiB", "DCGM_FI_DEV_FB_USED at the sample: what the processes there need"},
    {"fb_free_mib", "MiB", "DCGM_FI_DEV_FB_FREE: the rest of its nominal memory"},
    {"power_w", "W",
     "DCGM_FI_DEV_POWER_USAGE, the average over the step; empty where `idle_watts` or "
     "`busy_watts` of the model is not known, and for instances"},
    {"active_gpu_s", "GPU s",
     "time since the start that it was kept busy, in GPUs as in utilisation.csv: active_gpus x "
     "time of a pool is the sum over its GPUs, exactly"},
    {0},
};

extern const struct out_table out_table_gpus;
const struct out_table out_table_gpus = {
    .file = "gpus.csv",
    .help = "The GPUs of machines that number them, and their MIG instances, as DCGM would show "
            "them; see `dcgm` in CONFIG.md for the step. At each sample a row for each GPU on "
            "which something happened: until the next one, that one holds, the averages for every "
            "step. With `dcgm: {rows: all}` a row for every GPU at every sample. At the end of "
            "the run a row for every GPU, whose `held_s` is the total. The last five before "
            "`active_gpu_s` are empty while the node is down or boots.",
    .columns = columns,
};

enum { NAMES_MOST = 16384, NAME_MOST = 512, MILLI_NS_PLACES = 12 };

/* What the last row of a GPU said. */
struct shown {
    int64_t at_ns;
    int64_t busy_e4;
    bool is_moving; /* something happened in the step before: averages may settle in this one */
};

struct gpus_csv {
    struct table_file file;
    const struct simulation *sim;
    int64_t start_ns;
    int64_t shown_ns; /* the last sample */
    bool every_sample;
    struct gpu_cells cells;
    struct shown *shown;    /* by GPU of the cluster */
    char names[NAMES_MOST]; /* scratch */
};

static bool gpus_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct gpus_csv *s = state;
    const struct gpus_options *options = env->options;
    const size_t gpus = simulation_cluster(env->sim)->gpus_len;
    s->sim = env->sim;
    s->start_ns = env->start_ns;
    s->shown_ns = TIME_NEVER;
    s->every_sample = options != NULL && options->every_sample;
    if (!table_file_open(&s->file, env, &out_table_gpus, d))
        return false;
    gpu_cells_init(&s->cells, env->sim, env->start_ns);
    s->shown = malloc((gpus + 1) * sizeof s->shown[0]);
    SIM_REQUIRE(s->shown != NULL);
    for (size_t i = 0; i < gpus; i++)
        s->shown[i] = (struct shown){.at_ns = TIME_NEVER};
    return true;
}

static void gpus_happened(void *state, const struct sim_event *e)
{
    struct gpus_csv *s = state;
    gpu_cells_happened(&s->cells, e);
}

static void gpus_activity(void *state, const struct job *job, const struct task *t, bool works)
{
    struct gpus_csv *s = state;
    gpu_cells_activity(&s->cells, job, t, works);
}

/* "a;b;c", or the beginning of that and "..." */
static const char *names_of(struct gpus_csv *s, const struct gpu_cell *g)
{
    size_t len = 0;
    s->names[0] = '\0';
    for (uint32_t i = 0; i < g->len; i++) {
        const struct task *t = simulation_task(s->sim, g->parts[i].task);
        if (NAMES_MOST - len < NAME_MOST + sizeof ";...") {
            strcpy(s->names + len, ";...");
            return s->names;
        }
        if (i > 0)
            s->names[len++] = ';';
        len += simulation_task_name(s->sim, simulation_job(s->sim, t->job), t, s->names + len,
                                    NAME_MOST);
    }
    return s->names;
}

static void put_known(struct csv *c, bool is_known, int64_t value, unsigned places)
{
    if (is_known)
        csv_fixed(c, value, places);
    else
        csv_empty(c);
}

static void put_dcgm(struct csv *c, const struct gpu_view *v)
{
    const bool is_whole = v->profile == NULL && !v->is_cut;
    csv_text(c, v->profile);
    csv_text(c, v->id);
    put_known(c, v->is_there && is_whole, v->busy_e4, 2);
    put_known(c, v->is_there, v->busy_e4, 4);
    put_known(c, v->is_there && v->used_mib != VIEW_UNKNOWN, v->used_mib, 0);
    put_known(c, v->is_there && v->free_mib != VIEW_UNKNOWN, v->free_mib, 0);
    put_known(c, v->is_there && v->power_mw != VIEW_UNKNOWN, v->power_mw, 3);
}

static void put_row(struct gpus_csv *s, const struct gpu_view *v)
{
    struct csv *c = &s->file.csv;
    const struct node *n = v->node;
    const int64_t now_ns = simulation_now_ns(s->sim);
    csv_seconds(c, now_ns - s->start_ns);
    csv_text(c, n->name);
    csv_int(c, v->gpu);
    csv_text(c, v->model == NULL ? NULL : v->model->name);
    csv_text(c, v->cell->len > 0 ? "allocated" : n->state == NODE_READY ? "idle" : "down");
    csv_text(c, node_state_name(n->state));
    csv_int(c, v->cell->len);
    csv_text(c, names_of(s, v->cell));
    csv_seconds(c, gpu_cells_held_ns(v->cell, now_ns));
    put_dcgm(c, v);
    csv_fixed(c, gpu_cells_active(v->cell, now_ns), MILLI_NS_PLACES);
    csv_end_row(c);
}

static void put_gpu(struct gpus_csv *s, uint32_t node, uint32_t gpu, const struct gpu_cut *cut)
{
    const struct gpu_view v = gpu_view_gpu(&s->cells, node, gpu, cut);
    put_row(s, &v);
    for (unsigned i = 0; i < MIG_MOST_SLICES; i++) {
        if (cut->at[i] == NULL)
            continue;
        const struct gpu_view instance = gpu_view_instance(&s->cells, node, cut->at[i]);
        put_row(s, &instance);
    }
}

/* Without a change in this step the averages are the levels; after a change in the one before they
 * may be others than were shown. What is cut is shown once more in any case. */
static bool is_new(struct gpus_csv *s, uint32_t node, uint32_t gpu)
{
    const uint32_t g = s->cells.cluster->nodes[node].first_gpu + gpu;
    struct shown *shown = &s->shown[g];
    const bool was_moving = shown->is_moving;
    shown->is_moving = s->cells.has_changed[g];
    s->cells.has_changed[g] = false;
    if (shown->is_moving || s->every_sample)
        return true;
    return was_moving &&
           (gpu_cells_is_cut(&s->cells, node) ||
            gpu_view_busy_e4(&s->cells, gpu_cells_gpu(&s->cells, node, gpu)) != shown->busy_e4);
}

static void put_node(struct gpus_csv *s, uint32_t node, bool at_end)
{
    const struct node *n = &s->cells.cluster->nodes[node];
    const int64_t now_ns = simulation_now_ns(s->sim);
    struct gpu_cut cuts[NODE_MOST_GPUS];
    bool has_cuts = false;
    for (uint32_t i = 0; n->classes_len > 0 && i < n->gpus; i++) {
        struct shown *shown = &s->shown[n->first_gpu + i];
        if (at_end ? shown->at_ns == now_ns : !is_new(s, node, i))
            continue;
        if (!has_cuts)
            gpu_view_cuts(&s->cells, node, cuts);
        has_cuts = true;
        put_gpu(s, node, i, &cuts[i]);
        shown->at_ns = now_ns;
        shown->busy_e4 = gpu_view_busy_e4(&s->cells, gpu_cells_gpu(&s->cells, node, i));
    }
}

static void put_nodes(struct gpus_csv *s, bool at_end)
{
    for (uint32_t n = 0; n < s->cells.cluster->nodes_len; n++)
        put_node(s, n, at_end);
}

static void gpus_sample(void *state, int64_t now_ns)
{
    struct gpus_csv *s = state;
    if (s->shown_ns == now_ns)
        return; /* an end that is a step's */
    put_nodes(s, false);
    gpu_cells_sampled(&s->cells, now_ns);
    s->shown_ns = now_ns;
}

static void finish(struct gpus_csv *s)
{
    gpu_cells_fini(&s->cells);
    free(s->shown);
}

static bool gpus_close(void *state, struct diag *d)
{
    struct gpus_csv *s = state;
    put_nodes(s, true);
    finish(s);
    return table_file_close(&s->file, d);
}

static void gpus_abandon(void *state)
{
    struct gpus_csv *s = state;
    finish(s);
    table_file_abandon(&s->file);
}

extern const struct observer_ops observer_gpus;
const struct observer_ops observer_gpus = {
    .api = OBSERVER_API,
    .name = "gpus",
    .summary = "gpus.csv: what every GPU and MIG instance did, and who is on it, at the samples",
    .state_bytes = sizeof(struct gpus_csv),
    .wants = WANTS_EVENTS | WANTS_SAMPLES | WANTS_ACTIVITY,
    .step_ns = out_options_step_ns,
    .open = gpus_open,
    .happened = gpus_happened,
    .activity = gpus_activity,
    .sample = gpus_sample,
    .close = gpus_close,
    .abandon = gpus_abandon,
};
