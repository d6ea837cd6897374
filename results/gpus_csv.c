/* gpus_csv.c - gpus.csv: the state of every GPU, and who is on it, at the samples. */
#include "models/gpu_model.h"
#include "models/simulation.h"
#include "results/gpu_residents.h"
#include "results/out_table.h"

#include <stdio.h>
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
    {0},
};

extern const struct out_table out_table_gpus;
const struct out_table out_table_gpus = {
    .file = "gpus.csv",
    .help = "The GPUs of machines that number them. At each sample a row for each GPU on which "
            "something happened since its last row: until then, that one holds. At the end of the "
            "run a row for every GPU, whose `held_s` is the total.",
    .columns = columns,
};

enum { NAMES_MOST = 16384, NAME_MOST = 512 };

struct gpus_csv {
    struct table_file file;
    const struct simulation *sim;
    int64_t start_ns;
    struct gpu_residents residents;
    char names[NAMES_MOST]; /* scratch */
};

static bool gpus_open(void *state, const struct observer_env *env, struct diag *d)
{
    struct gpus_csv *s = state;
    s->sim = env->sim;
    s->start_ns = env->start_ns;
    if (!table_file_open(&s->file, env, &out_table_gpus, d))
        return false;
    gpu_residents_init(&s->residents, simulation_cluster(env->sim));
    return true;
}

static void gpus_happened(void *state, const struct sim_event *e)
{
    struct gpus_csv *s = state;
    gpu_residents_happened(&s->residents, e);
}

/* "a;b;c", or the beginning of that and "..." */
static const char *names_of(struct gpus_csv *s, const struct gpu_resident *g)
{
    size_t len = 0;
    s->names[0] = '\0';
    for (uint32_t i = 0; i < g->len; i++) {
        const struct task *t = simulation_task(s->sim, g->tasks[i]);
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

static void put_row(struct gpus_csv *s, const struct node *n, uint32_t index, int64_t now_ns)
{
    struct csv *c = &s->file.csv;
    const uint32_t gpu = n->first_gpu + index;
    struct gpu_resident *g = &s->residents.gpus[gpu];
    csv_seconds(c, now_ns - s->start_ns);
    csv_text(c, n->name);
    csv_int(c, index);
    csv_text(c, n->gpu_kind == KIND_NONE ? NULL
                                         : simulation_cluster(s->sim)->kinds[n->gpu_kind]->name);
    csv_text(c, g->len > 0 ? "allocated" : n->state == NODE_READY ? "idle" : "down");
    csv_text(c, node_state_name(n->state));
    csv_int(c, g->len);
    csv_text(c, names_of(s, g));
    csv_seconds(c, gpu_residents_held_ns(&s->residents, gpu, now_ns));
    csv_end_row(c);
    g->has_changed = false;
    g->shown_ns = now_ns;
}

static void put_rows(struct gpus_csv *s, int64_t now_ns, bool all)
{
    const struct cluster *c = simulation_cluster(s->sim);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        for (uint32_t i = 0; c->nodes[n].classes_len > 0 && i < c->nodes[n].gpus; i++) {
            const struct gpu_resident *g = &s->residents.gpus[c->nodes[n].first_gpu + i];
            if (g->has_changed || (all && g->shown_ns != now_ns))
                put_row(s, &c->nodes[n], i, now_ns);
        }
}

static void gpus_sample(void *state, int64_t now_ns)
{
    put_rows(state, now_ns, false);
}

static bool gpus_close(void *state, struct diag *d)
{
    struct gpus_csv *s = state;
    put_rows(s, simulation_now_ns(s->sim), true);
    gpu_residents_fini(&s->residents);
    return table_file_close(&s->file, d);
}

static void gpus_abandon(void *state)
{
    struct gpus_csv *s = state;
    gpu_residents_fini(&s->residents);
    table_file_abandon(&s->file);
}

extern const struct observer_ops observer_gpus;
const struct observer_ops observer_gpus = {
    .api = OBSERVER_API,
    .name = "gpus",
    .summary = "gpus.csv: the state of every GPU, and who is on it, at the samples",
    .state_bytes = sizeof(struct gpus_csv),
    .wants = WANTS_EVENTS | WANTS_SAMPLES,
    .open = gpus_open,
    .happened = gpus_happened,
    .sample = gpus_sample,
    .close = gpus_close,
    .abandon = gpus_abandon,
};
