#include "workloads/jobs_csv_writer.h"

#include "models/names.h"
#include "models/request.h"
#include "sim/calendar.h"
#include "sim/out_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define YEAR_1980 (INT64_C(315532800) * SECOND_NS)

enum { MILLI = 1000, MOST_COLUMNS = 96 };

void jobs_csv_writer_init(struct jobs_csv_writer *w, struct out_file *file,
                          const struct names *names, const struct request_table *requests,
                          enum jobs_csv_shape shape, int64_t start_ns)
{
    *w = (struct jobs_csv_writer){
        .file = file, .names = names, .requests = requests, .shape = shape, .start_ns = start_ns};
}

/* --- columns --- */

static const char *const shared_columns[] = {"run_s", "limit_s", "user", "tenant", "queue"};
static const char *const task_columns[] = {
    "name", "patience_s", "namespace", "priority",     "priority_class", "account", "qos",
    "kind", "tasks",      "cpus",      "memory_bytes", "gpus_per_task",  "shards",  "mps"};

enum { SHARED = sizeof shared_columns / sizeof shared_columns[0] };
enum { OF_TASKS = sizeof task_columns / sizeof task_columns[0] };

static void begin(struct jobs_csv_writer *w, int64_t first_ns)
{
    char names[MOST_COLUMNS][160];
    const char *columns[MOST_COLUMNS + 1] = {"job"};
    size_t len = 1;
    w->has_begun = true;
    w->has_dates = w->start_ns == 0 && first_ns >= YEAR_1980;
    columns[len++] = w->has_dates ? "submit" : "submit_s";
    for (size_t i = 0; i < SHARED; i++)
        columns[len++] = shared_columns[i];
    if (w->shape == SHAPE_GPUS)
        columns[len++] = "gpus";
    if (w->shape == SHAPE_CPUS) {
        columns[len++] = "tasks";
        columns[len++] = "cpus";
    }
    for (size_t i = 0; w->shape == SHAPE_TASKS && i < OF_TASKS; i++)
        columns[len++] = task_columns[i];
    w->resources_len = RESOURCES_FIXED;
    while (w->shape == SHAPE_TASKS && w->resources_len < intern_len(w->names->resources) &&
           len < MOST_COLUMNS) {
        const int chars = snprintf(names[len], sizeof names[len], "resource:%s",
                                   intern_text(w->names->resources, w->resources_len));
        if (chars < 0 || chars >= (int)sizeof names[len])
            break;
        columns[len] = names[len];
        len++;
        w->resources_len++;
    }
    csv_begin(&w->csv, w->file, columns);
}

/* --- cells --- */

static void put_word(struct jobs_csv_writer *w, uint32_t word)
{
    csv_text(&w->csv, word == INTERN_NONE ? NULL : intern_text(w->names->words, word));
}

static void put_amount(struct csv *c, int64_t value)
{
    if (value == 0)
        csv_empty(c);
    else
        csv_int(c, value);
}

static void put_limit(struct csv *c, int64_t ns)
{
    if (ns == LIMIT_NONE)
        csv_empty(c);
    else
        csv_seconds(c, ns);
}

static void put_name(struct jobs_csv_writer *w, const struct job_spec *job)
{
    char text[256];
    const char *prefix = intern_text(w->names->words, job->name_word);
    if (job->ordinal == UINT64_MAX) {
        csv_text(&w->csv, prefix);
        return;
    }
    const int len = snprintf(text, sizeof text, "%s-%" PRIu64, prefix, job->ordinal);
    csv_text(&w->csv, len >= 0 && len < (int)sizeof text ? text : NULL);
}

static void put_extra(struct jobs_csv_writer *w, const struct job_spec *job)
{
    static const struct job_extra none = {.namespace_word = INTERN_NONE,
                                          .priority_class_word = INTERN_NONE,
                                          .account_word = INTERN_NONE,
                                          .qos_word = INTERN_NONE};
    static const char *const kinds[] = {"batch", "interactive", "service"};
    const struct job_extra *x = job->extra == NULL ? &none : job->extra;
    put_name(w, job);
    put_limit(&w->csv, job->patience_ns);
    put_word(w, x->namespace_word);
    put_amount(&w->csv, job->priority);
    put_word(w, x->priority_class_word);
    put_word(w, x->account_word);
    put_word(w, x->qos_word);
    csv_text(&w->csv, kinds[job->kind]);
}

/* A share that Slurm counts, or the same in hundredths of a GPU. */
static void put_shares(struct csv *c, const struct request *r)
{
    const bool is_slurms = r->load.shards > 0 || r->load.mps > 0;
    put_amount(c, r->load.shards);
    put_amount(c, is_slurms ? r->load.mps : r->load.gpu_milli / (MILLI / 100));
}

static void put_tasks(struct jobs_csv_writer *w, const struct job_spec *job)
{
    const struct request *r = request_get(w->requests, job->groups[0].request);
    bool has_more = false;
    put_extra(w, job);
    csv_int(&w->csv, job->groups[0].count);
    if (request_amount(r, RESOURCE_CPU) == 0)
        csv_empty(&w->csv);
    else
        csv_fixed(&w->csv, request_amount(r, RESOURCE_CPU), 3);
    put_amount(&w->csv, request_amount(r, RESOURCE_MEMORY));
    put_amount(&w->csv, request_amount(r, RESOURCE_GPU));
    put_shares(&w->csv, r);
    for (uint32_t i = RESOURCES_FIXED; i < w->resources_len; i++)
        put_amount(&w->csv, request_amount(r, i));
    for (uint32_t i = 0; i < r->amounts_len; i++)
        has_more |= r->amounts[i].resource >= w->resources_len;
    w->losses.count[LOSS_RESOURCE] += has_more;
}

static void put_processors(struct jobs_csv_writer *w, const struct job_spec *job)
{
    const struct request *r = request_get(w->requests, job->groups[0].request);
    const int64_t count = job->groups[0].count;
    if (w->shape == SHAPE_GPUS) {
        csv_int(&w->csv, request_amount(r, RESOURCE_GPU) * count);
        return;
    }
    csv_int(&w->csv, count);
    csv_int(&w->csv, request_amount(r, RESOURCE_CPU) / MILLI);
}

static void put_row(struct jobs_csv_writer *w, const struct job_spec *job)
{
    char date[CALENDAR_TEXT];
    csv_int(&w->csv, (int64_t)job->source_id);
    if (w->has_dates)
        csv_text(&w->csv, calendar_print(date, job->submit_ns));
    else
        csv_seconds(&w->csv, job->submit_ns - w->start_ns);
    put_limit(&w->csv, job->work_ns); /* nothing: without end */
    put_limit(&w->csv, job->limit_ns);
    put_word(w, job->user_word);
    put_word(w, w->shape != SHAPE_TASKS && job->tenant_word == job->user_word ? INTERN_NONE
                                                                              : job->tenant_word);
    put_word(w, job->queue_word);
    if (w->shape == SHAPE_TASKS)
        put_tasks(w, job);
    else
        put_processors(w, job);
    csv_end_row(&w->csv);
}

void jobs_csv_writer_put(struct jobs_csv_writer *w, const struct job_spec *job)
{
    if (job->groups_len != 1) {
        w->losses.count[LOSS_GROUPS]++;
        return;
    }
    if (!w->has_begun)
        begin(w, job->submit_ns);
    put_row(w, job);
    w->jobs++;
}
