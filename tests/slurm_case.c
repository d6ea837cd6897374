#include "tests/slurm_case.h"

#include "policies/slurm/slurm_backfill.h"
#include "policies/slurm/slurm_ctld.h"
#include "policies/slurm/slurm_main_loop.h"
#include "policies/slurm/slurm_site_build.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "tests/slurm_records.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_JOBS = 256, MOST_FIELDS = 16, LINE_BYTES = 4096, EPOCH = 1800000000 };

struct outcome {
    int64_t start_s, end_s; /* start -1: never */
    struct recorded_parts has;
};

struct case_job {
    int64_t submit_s, limit_min, runtime_s;
    uint32_t priority, partition;
    struct slurm_request request;
    uint32_t slot; /* while it is in the controller */
    bool is_live;
    int64_t ends_at;
    int64_t plan_s;      /* of the last pass; -1: none */
    uint64_t plan_nodes; /* 0: a time only */
    struct outcome got, want;
};

struct slurm_case {
    const char *dir;
    struct arena *arena;
    struct diag diag;
    struct slurm_key_reader reader;
    struct slurm_site site;
    struct slurm_ctld ctld;
    bool uses_main, uses_backfill;
    int64_t tick_s;
    struct case_job jobs[MOST_JOBS + 1]; /* by id */
    size_t jobs_len;
    FILE *plans;
    char plan_line[LINE_BYTES];
    struct slurm_case_result *out;
};

__attribute__((format(printf, 2, 3))) static void differ(struct slurm_case *c, const char *fmt, ...)
{
    if (c->out->first_difference[0] != '\0')
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(c->out->first_difference, sizeof c->out->first_difference, fmt, ap);
    va_end(ap);
}

/* --- reading --- */

static const char *path_of(struct slurm_case *c, const char *file)
{
    return arena_printf(c->arena, "%s/%s", c->dir, file);
}

/* Fields of a CSV line, quotes removed; returns their number. */
static size_t cut(char *line, char *fields[MOST_FIELDS])
{
    size_t len = 0;
    char *to = line;
    bool quoted = false;
    fields[len++] = to;
    for (const char *from = line; *from != '\0' && *from != '\n' && *from != '\r'; from++) {
        if (*from == '"')
            quoted = !quoted;
        else if (*from == ',' && !quoted && len < MOST_FIELDS) {
            *to++ = '\0';
            fields[len++] = to;
        } else
            *to++ = *from;
    }
    *to = '\0';
    return len;
}

static FILE *open_csv(struct slurm_case *c, const char *file, char line[LINE_BYTES])
{
    FILE *f = fopen(path_of(c, file), "r");
    if (f == NULL || fgets(line, LINE_BYTES, f) == NULL)
        differ(c, "%s: cannot be read", path_of(c, file));
    return f;
}

static int64_t number(const char *text)
{
    return strtoll(text, NULL, 10);
}

static void read_job(struct slurm_case *c, char *line)
{
    char *f[MOST_FIELDS];
    if (cut(line, f) < 14 || c->jobs_len == MOST_JOBS)
        return;
    struct case_job *j = &c->jobs[++c->jobs_len];
    *j = (struct case_job){
        .submit_s = number(f[1]),
        .priority = (uint32_t)number(f[2]),
        .partition = slurm_site_find_partition(&c->site, f[3]),
        .limit_min = number(f[8]),
        .runtime_s = number(f[9]),
        .request =
            {
                .min_nodes = (uint32_t)number(f[4]),
                .max_nodes = (uint32_t)number(f[5]),
                .tasks = (uint32_t)number(f[6]),
                .cpus_per_task = (uint32_t)number(f[7]),
                .is_exclusive = strstr(f[13], "exclusive") != NULL,
                .is_contiguous = strstr(f[13], "contiguous") != NULL,
                .enforces_binding = strstr(f[13], "enforce") != NULL,
            },
        .got.start_s = -1,
        .want.start_s = -1,
    };
    if ((size_t)number(f[0]) != c->jobs_len ||
        !recorded_wants(c->arena, &c->site, f[10], WANT_PER_NODE, &j->request) ||
        !recorded_wants(c->arena, &c->site, f[11], WANT_PER_JOB, &j->request) ||
        !recorded_wants(c->arena, &c->site, f[12], WANT_PER_TASK, &j->request))
        differ(c, "jobs.csv: job %s cannot be read", f[0]);
    j->request.is_lln = c->site.partitions[j->partition].is_lln;
    j->request.is_exclusive |= c->site.partitions[j->partition].is_exclusive;
}

static void read_expected(struct slurm_case *c, char *line)
{
    char *f[MOST_FIELDS];
    if (cut(line, f) < 6)
        return;
    struct outcome *o = &c->jobs[number(f[0])].want;
    o->start_s = number(f[1]);
    o->end_s = number(f[2]);
    o->has.cpus = number(f[4]);
    const uint64_t nodes = recorded_nodes(c->arena, &c->site, f[3]);
    char *gres = f[5];
    for (uint32_t n = 0; n < c->site.nodes_len; n++) {
        if (!(nodes >> n & 1))
            continue;
        struct recorded_part *part = &o->has.parts[o->has.len++];
        *part = (struct recorded_part){.node = n};
        char *next = strchr(gres, ';');
        if (next != NULL)
            *next++ = '\0';
        if (!recorded_devices(c->arena, gres, part))
            differ(c, "expected.csv: '%s' cannot be read", gres);
        gres = next == NULL ? gres + strlen(gres) : next;
    }
}

static void read_csv(struct slurm_case *c, const char *file,
                     void (*read)(struct slurm_case *c, char *line))
{
    char line[LINE_BYTES];
    FILE *f = open_csv(c, file, line);
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        read(c, line);
    if (f != NULL)
        fclose(f);
}

static int64_t number_at(const struct yaml_node *list, size_t i)
{
    return number(list->items[i]->text);
}

static void read_parts(struct slurm_case *c, const struct yaml_node *parts, struct slurm_conf *conf)
{
    struct conf_partition *p = arena_alloc(c->arena, (parts->len + 1) * sizeof p[0]);
    for (size_t i = 0; i < parts->len; i++) {
        const struct yaml_node *row = parts->items[i];
        struct slurm_pair *nodes = arena_alloc(c->arena, 2 * sizeof nodes[0]);
        nodes[0] = (struct slurm_pair){.key = "Nodes",
                                       .value = arena_printf(c->arena, "%s", row->items[1]->text)};
        nodes[1] = (struct slurm_pair){.key = "OverSubscribe",
                                       .value = number_at(row, 3) == 0 ? "EXCLUSIVE" : "NO"};
        p[i] = (struct conf_partition){
            .name = arena_printf(c->arena, "%s", row->items[0]->text),
            .nodes = &nodes[0],
            .share = &nodes[1],
            .tier = number_at(row, 2),
            .job_factor = 1,
            .max_nodes = SLURM_NO_LIMIT,
            .max_time_min = SLURM_NO_LIMIT,
            .default_time_min = SLURM_NOT_SET,
            .over_time_min = SLURM_NOT_SET,
        };
    }
    conf->partitions = p;
    conf->partitions_len = parts->len;
}

static void read_case(struct slurm_case *c, struct slurm_conf *conf)
{
    struct yaml_file *f = yaml_read(path_of(c, "case.json"), &c->diag);
    const struct yaml_node *doc = f == NULL || yaml_docs(f) == 0 ? NULL : yaml_doc(f, 0);
    const struct yaml_node *use = yaml_get(doc, "use"), *tick = yaml_get(doc, "tick");
    if (use == NULL || tick == NULL || yaml_get(doc, "parts") == NULL) {
        differ(c, "case.json: not as expected");
    } else {
        for (size_t i = 0; i < use->len; i++) {
            c->uses_main |= strcmp(use->items[i]->text, "main") == 0;
            c->uses_backfill |= strcmp(use->items[i]->text, "bf") == 0;
        }
        c->tick_s = number(tick->text);
        read_parts(c, yaml_get(doc, "parts"), conf);
    }
    yaml_close(f);
}

static bool read_all(struct slurm_case *c)
{
    struct slurm_lines lines, gres_lines;
    struct slurm_conf conf;
    struct gres_conf gres;
    const struct src_pos nowhere = {.file = NULL};
    if (!slurm_lines_read(c->arena, path_of(c, "slurm.conf"), nowhere, &c->diag, &lines) ||
        !slurm_lines_read(c->arena, path_of(c, "gres.conf"), nowhere, &c->diag, &gres_lines))
        return false;
    slurm_conf_read(&c->reader, &lines, &conf);
    gres_conf_read(&c->reader, &gres_lines, &gres);
    read_case(c, &conf);
    if (c->out->first_difference[0] != '\0' ||
        !slurm_site_build(&c->reader, &conf, &gres, &c->site))
        return false;
    read_csv(c, "jobs.csv", read_job);
    read_csv(c, "expected.csv", read_expected);
    return diag_errors(&c->diag) == 0 && c->out->first_difference[0] == '\0';
}

/* --- running --- */

static void on_start(void *context, struct slurm_job *job)
{
    struct slurm_case *c = context;
    struct case_job *j = &c->jobs[job->tag];
    const int64_t limit_s = 60 * j->limit_min;
    j->got.start_s = job->start_s - EPOCH;
    j->got.end_s = j->got.start_s + (j->runtime_s < limit_s ? j->runtime_s : limit_s);
    j->ends_at = j->got.end_s;
    recorded_parts_of(job, &j->got.has);
}

static void on_plan(void *context, const struct slurm_job *job, int64_t start_s,
                    const uint64_t *nodes)
{
    struct slurm_case *c = context;
    c->jobs[job->tag].plan_s = start_s - EPOCH;
    c->jobs[job->tag].plan_nodes = nodes == NULL ? 0 : nodes[0];
}

static void submit(struct slurm_case *c, size_t id)
{
    struct case_job *j = &c->jobs[id];
    const struct slurm_job *job = slurm_ctld_submit(&c->ctld, &(struct slurm_submission){
                                                                  .partition = j->partition,
                                                                  .request = j->request,
                                                                  .priority = j->priority,
                                                                  .submit_s = EPOCH + j->submit_s,
                                                                  .begin_s = EPOCH + j->submit_s,
                                                                  .limit_min = j->limit_min,
                                                                  .tag = id,
                                                              });
    j->slot = job->id;
    j->is_live = true;
}

static bool is_running(const struct case_job *j)
{
    return j->is_live && j->got.start_s >= 0;
}

/* Whether plans.csv says the same of all jobs still pending at t. */
static void check_plans(struct slurm_case *c, int64_t t)
{
    bool seen[MOST_JOBS + 1] = {false};
    while (c->plan_line[0] != '\0') {
        char copy[LINE_BYTES];
        char *f[MOST_FIELDS];
        memcpy(copy, c->plan_line, sizeof copy);
        if (cut(copy, f) < 4 || number(f[0]) > t)
            break;
        const struct case_job *j = &c->jobs[number(f[1])];
        const bool is_now = number(f[0]) == t && j->is_live && !is_running(j);
        seen[number(f[1])] = true;
        c->out->plans++;
        if (is_now && j->plan_s == number(f[2]) &&
            j->plan_nodes == recorded_nodes(c->arena, &c->site, f[3]))
            c->out->plans_equal++;
        else
            differ(c,
                   "t=%s: job %s is planned at %s on %s; here at %" PRId64 " on nodes %#" PRIx64
                   "%s",
                   f[0], f[1], f[2], f[3], j->plan_s, j->plan_nodes,
                   is_now ? "" : ", and is not pending");
        if (fgets(c->plan_line, sizeof c->plan_line, c->plans) == NULL)
            c->plan_line[0] = '\0';
    }
    for (size_t id = 1; id <= c->jobs_len; id++)
        if (c->jobs[id].is_live && !is_running(&c->jobs[id]) && !seen[id])
            differ(c, "t=%" PRId64 ": job %zu is pending here, but has no plan there", t, id);
}

static void at_instant(struct slurm_case *c, int64_t t)
{
    for (size_t id = 1; id <= c->jobs_len; id++)
        if (is_running(&c->jobs[id]) && c->jobs[id].ends_at == t) {
            slurm_ctld_end(&c->ctld, c->jobs[id].slot);
            c->jobs[id].is_live = false;
        }
    for (size_t id = 1; id <= c->jobs_len; id++)
        if (c->jobs[id].submit_s == t)
            submit(c, id);
    for (size_t id = 1; id <= c->jobs_len; id++)
        c->jobs[id].plan_s = -1, c->jobs[id].plan_nodes = 0;
    if (c->uses_main)
        slurm_main_pass(&c->ctld, EPOCH + t, 0);
    if (c->uses_backfill)
        slurm_backfill_pass(&c->ctld, EPOCH + t);
    c->out->passes++;
    check_plans(c, t);
}

/* The next instant after t at which something happens; -1: none. */
static int64_t next_instant(const struct slurm_case *c, int64_t t)
{
    int64_t next = INT64_MAX;
    bool is_pending = false;
    for (size_t id = 1; id <= c->jobs_len; id++) {
        const struct case_job *j = &c->jobs[id];
        if (j->submit_s > t && j->submit_s < next)
            next = j->submit_s;
        if (is_running(j) && j->ends_at < next)
            next = j->ends_at;
        is_pending |= j->is_live && !is_running(j);
    }
    if (next == INT64_MAX)
        return -1;
    const int64_t tick = t / c->tick_s * c->tick_s + c->tick_s;
    return is_pending && tick < next ? tick : next;
}

static void check_job(struct slurm_case *c, size_t id)
{
    const struct outcome *got = &c->jobs[id].got, *want = &c->jobs[id].want;
    c->out->jobs++;
    if (got->start_s != want->start_s)
        differ(c, "job %zu starts at %" PRId64 "; here at %" PRId64, id, want->start_s,
               got->start_s);
    else if (want->start_s >= 0 && got->end_s != want->end_s)
        differ(c, "job %zu ends at %" PRId64 "; here at %" PRId64, id, want->end_s, got->end_s);
    else if (!recorded_parts_same_nodes(&got->has, &want->has))
        differ(c,
               "job %zu at %" PRId64 " is on other nodes: first %" PRIu32 " of %zu; here %" PRIu32
               " of %zu",
               id, want->start_s, want->has.parts[0].node, want->has.len, got->has.parts[0].node,
               got->has.len);
    else if (got->has.cpus != want->has.cpus)
        differ(c, "job %zu at %" PRId64 " has %" PRId64 " CPUs; here %" PRId64, id, want->start_s,
               want->has.cpus, got->has.cpus);
    else if (!recorded_parts_same_devices(&got->has, &want->has))
        differ(c, "job %zu at %" PRId64 " has other devices: first %#" PRIx64 "; here %#" PRIx64,
               id, want->start_s, want->has.parts[0].devices, got->has.parts[0].devices);
    else
        c->out->jobs_equal++;
}

static void run(struct slurm_case *c)
{
    const struct slurm_hooks hooks = {.context = c, .started = on_start, .planned = on_plan};
    slurm_ctld_init(&c->ctld, &c->site, &hooks);
    c->plans = open_csv(c, "plans.csv", c->plan_line);
    if (c->plans != NULL) {
        if (fgets(c->plan_line, sizeof c->plan_line, c->plans) == NULL)
            c->plan_line[0] = '\0';
        for (int64_t t = next_instant(c, -1); t >= 0; t = next_instant(c, t))
            at_instant(c, t);
        fclose(c->plans);
    }
    for (size_t id = 1; id <= c->jobs_len; id++)
        check_job(c, id);
    if (c->plan_line[0] != '\0')
        differ(c, "plans go on there: %s", c->plan_line);
    slurm_ctld_fini(&c->ctld);
}

bool slurm_case_run(const char *dir, struct slurm_case_result *out)
{
    struct slurm_case *c = calloc(1, sizeof *c);
    *out = (struct slurm_case_result){.jobs = 0};
    c->dir = dir;
    c->out = out;
    c->arena = arena_new();
    diag_init(&c->diag, stderr);
    c->reader = (struct slurm_key_reader){.diag = &c->diag, .arena = c->arena};
    const bool ok = read_all(c);
    if (ok)
        run(c);
    else
        differ(c, "the case cannot be read");
    diag_fini(&c->diag);
    arena_free(c->arena);
    free(c);
    return ok;
}
