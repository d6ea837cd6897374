/*
 * Cells are read in the order of the columns into a draft; what depends on several of them (the
 * size of a task) is worked out when all are read.
 */
#include "workloads/jobs_row.h"

#include "models/names.h"
#include "models/request.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "workloads/jobs_cell.h"
#include "workloads/log_replay.h"
#include "workloads/task_split.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEEP = false, SKIP = true, DIRT = false, CHOICE = true };

static const struct repair_kind kinds[JOBS_DIRTS] = {
    [JOBS_QUOTES] = {"quotes not as they should be: row left out", NULL, "expected \"...\"", SKIP,
                     DIRT},
    [JOBS_FIELDS] = {"more or fewer fields than columns: row left out", NULL,
                     "expected a field for each column", SKIP, DIRT},
    [JOBS_VALUE] = {"a value that means nothing: row left out (--strict says which)", NULL, NULL,
                    SKIP, DIRT},
    [JOBS_NO_SUBMIT] = {"no submit time: row left out", "empty", "expected a time", SKIP, DIRT},
    [JOBS_NO_RUN] = {"no run time, and no service: row left out", "empty", "expected a time", SKIP,
                     DIRT},
    [JOBS_RUN_TOO_LONG] = {"run time above 68 years: row left out", "above 68 years",
                           "expected a time, or an empty cell in a service", SKIP, DIRT},
    [JOBS_NOTHING] = {"neither GPUs nor CPUs nor anything else: row left out", "no resource at all",
                      "expected GPUs, CPUs or another resource", SKIP, DIRT},
    [JOBS_SHARE_BESIDE] = {"shards or mps beside other GPUs: row left out", "beside other GPUs",
                           "expected one of gpus, gpus_per_task, shards and mps", SKIP, DIRT},
    [JOBS_UNEVEN] = {"GPUs that cannot be shared evenly by the tasks: tasks made anew",
                     "not a multiple of the tasks", "expected a multiple", KEEP, DIRT},
    [JOBS_OUT_OF_ORDER] = {"submitted before the job above it: put in order",
                           "before the job above it", "expected rows in the order of submission",
                           KEEP, DIRT},
    [JOBS_TOO_LATE] = {"too far out of order for the window: arrives later", "too far out of order",
                       "expected rows in the order of submission", KEEP, DIRT},
    [JOBS_TOO_EARLY] = {"before the start of the simulation: row left out", NULL, NULL, SKIP,
                        CHOICE},
    [JOBS_NEVER_RAN] = {"never ran in the run it comes from: row left out", NULL, NULL, SKIP,
                        CHOICE},
    [JOBS_OPEN] = {"not over at the end of the run it comes from: its run time so far taken", NULL,
                   NULL, KEEP, CHOICE},
};

/* --- life --- */

void jobs_row_init(struct jobs_row *j, const char *name, const struct source_env *env)
{
    *j = (struct jobs_row){
        .names = env->names,
        .requests = env->requests,
        .arena = env->arena,
        .extra_keys = intern_new(),
        .name = intern_add(env->names->words, name),
        .largest_gpus = task_split_largest_node(env->cluster, RESOURCE_GPU),
        .start_ns = env->start_ns,
        .last_submit_ns = INT64_MIN,
    };
    repair_log_init(&j->repairs, kinds, JOBS_DIRTS, env->arena);
}

void jobs_row_fini(struct jobs_row *j)
{
    intern_free(j->extra_keys);
    free(j->extras);
}

void jobs_row_rewind(struct jobs_row *j)
{
    repair_log_clear(&j->repairs);
    j->rows = 0;
    j->last_submit_ns = INT64_MIN;
}

/* --- dirt --- */

struct judged {
    struct jobs_row *j;
    const struct csv_row *row;
};

static void note_at(const struct judged *at, enum jobs_dirt dirt, size_t field, const char *wrong,
                    const char *right)
{
    const struct csv_field *f = &at->row->fields[field < at->row->len ? field : 0];
    const struct repair_place place = {
        .at = csv_reader_at(at->j->reader, at->row, field),
        .name = field < at->j->columns.len ? at->j->columns.columns[field].name : "row",
        .written = f->text,
        .len = f->len,
        .wrong = wrong,
        .right = right,
    };
    repair_log_add(&at->j->repairs, dirt, &place);
}

/* Something about the column of a kind. */
static void note(const struct judged *at, enum jobs_dirt dirt, enum jobs_cell cell)
{
    const struct jobs_columns *c = &at->j->columns;
    size_t field = 0;
    while (field < c->len && c->columns[field].cell != cell)
        field++;
    note_at(at, dirt, field, NULL, NULL);
}

static bool leave_out(const struct judged *at, enum jobs_dirt dirt, enum jobs_cell cell)
{
    note(at, dirt, cell);
    return false;
}

static bool check_shape(const struct judged *at)
{
    const struct csv_row *row = at->row;
    char wrong[64];
    if (row->problem != NULL) {
        note_at(at, JOBS_QUOTES, row->problem_field, row->problem, NULL);
        return false;
    }
    if (row->len == at->j->columns.len)
        return true;
    snprintf(wrong, sizeof wrong, "%zu fields for %zu columns", row->len, at->j->columns.len);
    note_at(at, JOBS_FIELDS, SIZE_MAX, wrong, NULL);
    return false;
}

static bool read_cells(const struct judged *at, struct jobs_draft *draft)
{
    const struct jobs_columns *c = &at->j->columns;
    for (size_t i = 0; i < c->len; i++) {
        const char *why = NULL;
        const char *expected = NULL;
        csv_field_trim(&at->row->fields[i]);
        if (jobs_cell_read(draft, &c->columns[i], &at->row->fields[i], &why, &expected))
            continue;
        note_at(at, JOBS_VALUE, i, why, expected);
        return false;
    }
    return true;
}

static bool check_times(const struct judged *at, const struct jobs_draft *draft,
                        struct jobs_csv_job *job)
{
    if (at->j->columns.has_results && !draft->has_started)
        return leave_out(at, JOBS_NEVER_RAN, CELL_START);
    if (!draft->has_submit)
        return leave_out(at, JOBS_NO_SUBMIT, CELL_SUBMIT);
    if (!draft->has_run && job->kind != JOB_SERVICE)
        return leave_out(at, JOBS_NO_RUN, CELL_RUN);
    if (draft->has_run && job->run_ns > LOG_LONGEST_NS)
        return leave_out(at, JOBS_RUN_TOO_LONG, CELL_RUN);
    if (draft->is_open)
        note(at, JOBS_OPEN, CELL_CAUSE);
    return true;
}

/* --- the size of a task --- */

static void share_gpus(const struct judged *at, struct jobs_draft *draft, int64_t *each)
{
    const bool by_tasks = draft->tasks > 0 && draft->gpus % draft->tasks == 0;
    if (draft->tasks > 0 && !by_tasks)
        note(at, JOBS_UNEVEN, CELL_GPUS);
    if (by_tasks) {
        *each = draft->gpus / draft->tasks;
        return;
    }
    const uint64_t most = at->j->largest_gpus == 0 ? UINT64_MAX : at->j->largest_gpus;
    const struct task_split split = task_split((uint64_t)draft->gpus, most);
    draft->tasks = (int64_t)split.tasks;
    *each = (int64_t)split.each;
}

/* Shares of one GPU; 100 of them are Slurm's default. False if something else stands beside them.
 */
static bool share_gpu(const struct judged *at, const struct jobs_draft *draft, int64_t each,
                      struct device_load *load)
{
    const int64_t shares = draft->shards + draft->mps;
    if (shares == 0)
        return true;
    if (each == 0 && (draft->shards == 0 || draft->mps == 0)) {
        load->shards = (uint16_t)draft->shards;
        load->mps = (uint16_t)draft->mps;
        load->gpu_milli = (uint16_t)(shares < 100 ? 10 * shares : 999);
        return true;
    }
    return leave_out(at, JOBS_SHARE_BESIDE, draft->shards > 0 ? CELL_SHARDS : CELL_MPS);
}

static bool size_tasks(const struct judged *at, struct jobs_draft *draft, struct jobs_csv_job *job)
{
    int64_t each = draft->gpus_per_task;
    if (draft->gpus > 0)
        share_gpus(at, draft, &each);
    if (each > 0)
        draft->amounts[draft->amounts_len++] = (struct amount){RESOURCE_GPU, each};
    struct device_load load = {0};
    if (!share_gpu(at, draft, each, &load))
        return false;
    int64_t all = load.gpu_milli;
    for (size_t i = 0; i < draft->amounts_len; i++)
        all |= draft->amounts[i].value;
    if (all == 0)
        return leave_out(at, JOBS_NOTHING, CELL_GPUS);
    job->tasks = draft->tasks > 0 ? (uint32_t)draft->tasks : 1;
    job->request = request_add(at->j->requests, draft->amounts, draft->amounts_len, 0, &load);
    return true;
}

/* --- what jobs share --- */

static const struct job_extra *extra_of(struct jobs_row *j, const struct jobs_draft *draft)
{
    const uint32_t *w = draft->shared;
    char key[64];
    if ((w[0] & w[1] & w[2] & w[3]) == INTERN_NONE)
        return NULL;
    snprintf(key, sizeof key, "%" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu32, w[0], w[1], w[2],
             w[3]);
    const uint32_t id = intern_add(j->extra_keys, key);
    if (id >= j->extras_cap) {
        const size_t cap = 2 * (size_t)id + 16;
        j->extras = realloc(j->extras, cap * sizeof j->extras[0]);
        SIM_REQUIRE(j->extras != NULL);
        while (j->extras_cap < cap)
            j->extras[j->extras_cap++] = NULL;
    }
    if (j->extras[id] == NULL) {
        struct job_extra *x = arena_alloc(j->arena, sizeof *x);
        *x = (struct job_extra){
            .namespace_word = w[JOBS_NAMESPACE],
            .priority_class_word = w[JOBS_PRIORITY_CLASS],
            .account_word = w[JOBS_ACCOUNT],
            .qos_word = w[JOBS_QOS],
            .array_task = UINT32_MAX,
        };
        j->extras[id] = x;
    }
    return j->extras[id];
}

static void name_job(struct jobs_row *j, const struct jobs_draft *draft, struct jobs_csv_job *job)
{
    job->number = draft->has_number ? draft->number : j->rows;
    if (draft->has_name)
        return;
    job->name = j->name;
    job->ordinal = job->number;
}

static bool take(const struct judged *at, struct jobs_csv_job *job)
{
    struct jobs_row *j = at->j;
    struct jobs_draft draft;
    jobs_draft_init(&draft, job, j->names, j->start_ns);
    if (!check_shape(at) || !read_cells(at, &draft) || !check_times(at, &draft, job) ||
        !size_tasks(at, &draft, job))
        return false;
    name_job(j, &draft, job);
    job->extra = extra_of(j, &draft);
    if (job->submit_ns < j->last_submit_ns && !j->columns.has_results) /* those: as jobs ended */
        note(at, JOBS_OUT_OF_ORDER, CELL_SUBMIT);
    j->last_submit_ns = job->submit_ns;
    return true;
}

bool jobs_row_take(struct jobs_row *j, const struct csv_row *row, struct jobs_csv_job *out)
{
    const struct judged at = {j, row};
    j->rows++;
    return take(&at, out);
}
