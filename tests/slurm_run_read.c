#include "tests/slurm_run_parts.h"

#include "sim/arena.h"
#include "sim/yaml.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

PRINTF_LIKE(2, 3) static void give_up(struct slurm_run *r, const char *fmt, ...)
{
    if (r->out->not_covered[0] != '\0')
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->out->not_covered, sizeof r->out->not_covered, fmt, ap);
    va_end(ap);
}

static uint32_t number_or(const char *text, uint32_t otherwise)
{
    return text[0] == '\0' ? otherwise : (uint32_t)strtoul(text, NULL, 10);
}

static const char *path_of(struct slurm_run *r, const char *file)
{
    return arena_printf(r->arena, "%s/%s", r->dir, file);
}

/* What the reader of slurm.conf says it does not model is what the run cannot be compared for. */
static bool read_site(struct slurm_run *r)
{
    struct slurm_lines lines, gres_lines;
    struct slurm_conf conf;
    struct gres_conf gres;
    struct diag *d = &r->messages.diag;
    const struct src_pos nowhere = {.file = NULL};
    if (!slurm_lines_read(r->arena, path_of(r, "slurm.conf"), nowhere, d, &lines) ||
        !slurm_lines_read(r->arena, path_of(r, "gres.conf"), nowhere, d, &gres_lines))
        return false;
    slurm_conf_read(&r->reader, &lines, &conf);
    gres_conf_read(&r->reader, &gres_lines, &gres);
    const bool is_good = slurm_site_build(&r->reader, &conf, &gres, &r->site);
    const char *said = strstr(messages_text(&r->messages), ": warning: ");
    if (said != NULL)
        give_up(r, "%.*s", (int)strcspn(said + 11, "\n"), said + 11);
    slurm_lines_forget(&lines, d);
    slurm_lines_forget(&gres_lines, d);
    return is_good && diag_errors(d) == 0;
}

static void read_nodes(struct slurm_request *q, const char *text)
{
    const char *dash = strchr(text, '-');
    q->min_nodes = q->max_nodes = number_or(text, 0);
    if (dash != NULL)
        q->max_nodes = number_or(dash + 1, 0);
}

static bool takes(const char *option, const char *name, const char **value)
{
    const size_t len = strlen(name);
    *value = option + len;
    return strncmp(option, name, len) == 0;
}

static void read_option(struct slurm_run *r, struct run_job *j, const char *option)
{
    struct slurm_request *q = &j->request;
    const char *value;
    if (takes(option, "--gpus-per-task=", &value))
        recorded_wants(r->arena, &r->site, arena_printf(r->arena, "gpu:%s", value), WANT_PER_TASK,
                       q);
    else if (takes(option, "--gpus-per-node=", &value))
        recorded_wants(r->arena, &r->site, arena_printf(r->arena, "gpu:%s", value), WANT_PER_NODE,
                       q);
    else if (takes(option, "--nodelist=", &value))
        j->nodelist = recorded_nodes(r->arena, &r->site, value);
    else if (strcmp(option, "--exclusive") == 0)
        q->is_exclusive = true;
    else if (strcmp(option, "--contiguous") == 0)
        q->is_contiguous = true;
    else if (strcmp(option, "--gres-flags=enforce-binding") == 0)
        q->enforces_binding = true;
    else
        give_up(r, "%s", option);
}

static void read_options(struct slurm_run *r, struct run_job *j, const char *text)
{
    while (*(text += strspn(text, " ")) != '\0') {
        const size_t len = strcspn(text, " ");
        read_option(r, j, arena_text(r->arena, text, len));
        text += len;
    }
}

static int64_t gpus_per_node(const struct slurm_request *q)
{
    return q->wants_len == 1 && q->wants[0].kind == GRES_GPU ? q->wants[0].count : 0;
}

/* As the policy asks for its jobs: what is not given comes from the partition. */
static void add_defaults(struct slurm_run *r, struct slurm_request *q,
                         const struct slurm_partition *p)
{
    const int64_t gpus = gpus_per_node(q);
    if (q->cpus_per_task == 0 && p->cpus_per_gpu > 0 && gpus > 0)
        q->cpus_per_task = (uint32_t)(p->cpus_per_gpu * gpus);
    if (r->site.params.memory_counts)
        q->mem_per_gpu_mb = p->mem_per_gpu_mb;
    if (q->mem_per_node_mb == 0 && r->site.params.memory_counts)
        q->mem_per_node_mb = p->mem_per_gpu_mb * gpus;
    q->is_lln = p->is_lln;
    q->is_exclusive |= p->is_exclusive;
}

static void read_job(struct slurm_run *r, size_t row)
{
    const struct table *t = r->workload;
    struct run_job *j = &r->jobs[r->jobs_len++];
    const char *partition = table_text(t, row, "partition"), *gpus = table_text(t, row, "gpus");
    *j = (struct run_job){
        .id = table_text(t, row, "id"),
        .limit_min = number_or(table_text(t, row, "timelimit_min"), 0),
        .request = {.tasks = number_or(table_text(t, row, "ntasks"), 0),
                    .cpus_per_task = number_or(table_text(t, row, "cpus_per_task"), 0),
                    .mem_per_node_mb = number_or(table_text(t, row, "mem_mb"), 0)},
        .user = number_or(table_text(t, row, "user") + 1, 0),
        .ended_ms = NEVER_MS,
    };
    j->partition = partition[0] == '\0' ? r->site.default_partition
                                        : slurm_site_find_partition(&r->site, partition);
    if (strchr(partition, ',') != NULL)
        give_up(r, "a job in several partitions");
    read_nodes(&j->request, table_text(t, row, "nodes"));
    if (!recorded_wants(r->arena, &r->site, table_text(t, row, "gres"), WANT_PER_NODE,
                        &j->request) ||
        !recorded_wants(r->arena, &r->site,
                        gpus[0] == '\0' ? "" : arena_printf(r->arena, "gpu:%s", gpus), WANT_PER_JOB,
                        &j->request))
        give_up(r, "%s: its GRES cannot be read", j->id);
    if (table_text(t, row, "array")[0] != '\0')
        give_up(r, "job arrays");
    read_options(r, j, table_text(t, row, "extra"));
    if (j->partition == UINT32_MAX || j->request.wants_len > 1)
        give_up(r, "%s: GRES of two kinds, or an unknown partition", j->id);
    else
        add_defaults(r, &j->request, &r->site.partitions[j->partition]);
}

struct run_job *slurm_run_find(struct slurm_run *r, const char *id)
{
    for (size_t i = 0; i < r->jobs_len; i++)
        if (strcmp(r->jobs[i].id, id) == 0)
            return &r->jobs[i];
    return NULL;
}

/* "n1:cpus=1,33:gpu:h100:4(IDX:2-5);n[2-3]:cpus=0,32:gpu:h100:4(IDX:0-3)" */
static void read_detail(struct slurm_run *r, struct run_job *j, const char *text)
{
    struct recorded_part of_node[RECORDED_NODES] = {{0}};
    uint64_t all = 0;
    for (size_t len; *text != '\0'; text += len + (text[len] == ';')) {
        len = strcspn(text, ";");
        const char *one = arena_text(r->arena, text, len);
        const char *colon = strchr(one, ':');
        if (colon == NULL)
            continue;
        const uint64_t nodes =
            recorded_nodes(r->arena, &r->site, arena_text(r->arena, one, (size_t)(colon - one)));
        struct recorded_part part = {0};
        recorded_devices(r->arena, colon, &part);
        all |= nodes;
        for (uint32_t n = 0; n < RECORDED_NODES; n++)
            if (nodes >> n & 1)
                of_node[n] = part;
    }
    for (uint32_t n = 0; n < RECORDED_NODES; n++)
        if (all >> n & 1) {
            of_node[n].node = n;
            j->want.parts[j->want.len++] = of_node[n];
        }
}

static void read_observed(struct slurm_run *r, size_t row)
{
    struct run_job *j = slurm_run_find(r, table_text(r->observed, row, "id"));
    const char *cpus = strstr(table_text(r->observed, row, "alloc_tres"), "cpu=");
    if (j == NULL || strcmp(table_text(r->observed, row, "restart"), "0") != 0) {
        give_up(r, "requeued jobs");
        return;
    }
    j->has_observed = true;
    j->start_s = strtoll(table_text(r->observed, row, "start"), NULL, 10);
    j->want.cpus = cpus == NULL ? 0 : strtol(cpus + 4, NULL, 10);
    read_detail(r, j, table_text(r->observed, row, "node_detail"));
}

static int64_t read_epoch(struct slurm_run *r)
{
    struct yaml_file *f = yaml_read(path_of(r, "meta.json"), &r->messages.diag);
    const struct yaml_node *t0 = f == NULL ? NULL : yaml_get(yaml_doc(f, 0), "t0_epoch");
    const int64_t epoch = t0 == NULL ? 0 : strtoll(t0->text, NULL, 10);
    yaml_close(f);
    return epoch;
}

static bool is_there(const char *path)
{
    FILE *f = fopen(path, "r");
    if (f != NULL)
        fclose(f);
    return f != NULL;
}

bool slurm_run_read(struct slurm_run *r)
{
    if (!read_site(r)) {
        give_up(r, "slurm.conf: %s", messages_text(&r->messages));
        return false;
    }
    if (is_there(path_of(r, "events.csv")))
        give_up(r, "events of an administrator");
    r->epoch_s = read_epoch(r);
    for (size_t i = 0; i < r->workload->rows && i < RUN_MOST_JOBS; i++)
        read_job(r, i);
    for (size_t i = 0; i < r->observed->rows; i++)
        read_observed(r, i);
    return r->out->not_covered[0] == '\0';
}

struct slurm_run *slurm_run_open(const char *dir, struct slurm_run_result *out)
{
    struct slurm_run *r = calloc(1, sizeof *r);
    assert_non_null(r);
    memset(out, 0, sizeof *out);
    r->dir = dir;
    r->out = out;
    r->arena = arena_new();
    messages_open(&r->messages);
    r->reader = (struct slurm_key_reader){.diag = &r->messages.diag, .arena = r->arena};
    r->workload = table_read_in(dir, "workload.csv");
    r->events = table_read_in(dir, "sched_events.csv");
    r->observed = table_read_in(dir, "observed.csv");
    r->timeline = table_read_in(dir, "timeline.csv");
    r->is_looked = calloc(r->timeline->rows + 1, sizeof r->is_looked[0]);
    assert_non_null(r->is_looked);
    return r;
}

void slurm_run_close(struct slurm_run *r)
{
    table_free(r->workload);
    table_free(r->events);
    table_free(r->observed);
    table_free(r->timeline);
    free(r->is_looked);
    messages_close(&r->messages);
    arena_free(r->arena);
    free(r);
}
