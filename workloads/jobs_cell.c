#include "workloads/jobs_cell.h"

#include "models/names.h"
#include "models/resource.h"
#include "sim/calendar.h"
#include "sim/duration.h"
#include "sim/quantity.h"
#include "sim/scan.h"
#include "workloads/log_number.h"

#include <string.h>

enum { MILLI = 1000 };

/* A cell that is not empty, its blanks taken away. */
struct cell {
    const struct jobs_column *column;
    const char *text;
    size_t len;
    const char **why;
};

typedef bool read_fn(struct jobs_draft *d, const struct cell *c);

/* --- numbers --- */

static bool read_exactly(const struct cell *c, uint64_t unit, int64_t *value)
{
    struct log_number n;
    if (!log_number_parse(c->text, c->len, &n))
        return scan_refuse(c->why, "not a number");
    const struct decimal_product x = log_number_times(&n, unit, 0);
    if (x.is_too_large)
        return scan_refuse(c->why, "too large");
    if (!x.is_exact)
        return scan_refuse(c->why, unit == 1 ? "not a whole number" : "too fine");
    *value = x.floor;
    return true;
}

static bool read_from_0(const struct cell *c, uint64_t unit, int64_t most, int64_t *value)
{
    int64_t x;
    if (!read_exactly(c, unit, &x))
        return false;
    if (x < 0)
        return scan_refuse(c->why, "below 0");
    if (x > most)
        return scan_refuse(c->why, "too large");
    *value = x;
    return true;
}

static bool read_number(struct jobs_draft *d, const struct cell *c)
{
    int64_t x;
    if (!read_from_0(c, 1, INT64_MAX - 1, &x))
        return false;
    d->number = (uint64_t)x;
    d->has_number = true;
    return true;
}

static bool read_tasks(struct jobs_draft *d, const struct cell *c)
{
    int64_t x;
    if (!read_from_0(c, 1, INT32_MAX, &x))
        return false;
    if (x == 0)
        return scan_refuse(c->why, "no task at all");
    d->tasks = x;
    return true;
}

static bool read_gpus(struct jobs_draft *d, const struct cell *c)
{
    return read_from_0(c, 1, INT32_MAX, &d->gpus);
}

static bool read_gpus_per_task(struct jobs_draft *d, const struct cell *c)
{
    return read_from_0(c, 1, INT32_MAX, &d->gpus_per_task);
}

static bool read_shards(struct jobs_draft *d, const struct cell *c)
{
    return read_from_0(c, 1, UINT16_MAX, &d->shards);
}

static bool read_mps(struct jobs_draft *d, const struct cell *c)
{
    return read_from_0(c, 1, UINT16_MAX, &d->mps);
}

static bool read_priority(struct jobs_draft *d, const struct cell *c)
{
    int64_t x;
    if (!read_exactly(c, 1, &x))
        return false;
    if (x < INT32_MIN || x > INT32_MAX)
        return scan_refuse(c->why, "too large");
    d->job->priority = (int32_t)x;
    return true;
}

/* --- times --- */

static bool read_time(const struct cell *c, int64_t *ns)
{
    if (c->column->unit == 0)
        return duration_parse(c->text, ns, c->why);
    return read_from_0(c, c->column->unit, INT64_MAX, ns);
}

/* A date stands by itself, everything else counts from the start. */
static bool read_submit(struct jobs_draft *d, const struct cell *c)
{
    int64_t ns;
    const char *unused;
    d->has_submit = true;
    if (c->column->unit == 0 && calendar_parse(c->text, &d->job->submit_ns, &unused))
        return true;
    if (c->column->unit == 0 ? !duration_parse(c->text, &ns, c->why)
                             : !read_exactly(c, c->column->unit, &ns))
        return false;
    if (d->start_ns > 0 && ns > INT64_MAX - d->start_ns)
        return scan_refuse(c->why, "too large");
    d->job->submit_ns = d->start_ns + ns;
    return true;
}

static bool read_run(struct jobs_draft *d, const struct cell *c)
{
    d->has_run = true;
    return read_time(c, &d->job->run_ns);
}

static bool read_limit(struct jobs_draft *d, const struct cell *c)
{
    return read_time(c, &d->job->limit_ns);
}

static bool read_patience(struct jobs_draft *d, const struct cell *c)
{
    return read_time(c, &d->job->patience_ns);
}

/* --- resources --- */

static bool add_amount(struct jobs_draft *d, uint32_t resource, int64_t value)
{
    d->amounts[d->amounts_len++] = (struct amount){resource, value};
    return true;
}

static bool read_cpus(struct jobs_draft *d, const struct cell *c)
{
    int64_t milli;
    return read_from_0(c, MILLI, INT64_MAX, &milli) && add_amount(d, RESOURCE_CPU, milli);
}

static bool read_memory(struct jobs_draft *d, const struct cell *c)
{
    int64_t bytes;
    if (c->column->unit == 0 ? !quantity_size(c->text, &bytes, c->why)
                             : !read_from_0(c, c->column->unit, INT64_MAX, &bytes))
        return false;
    return add_amount(d, RESOURCE_MEMORY, bytes);
}

static bool read_resource(struct jobs_draft *d, const struct cell *c)
{
    struct quantity_kubernetes q;
    const bool is_cpu = c->column->resource == RESOURCE_CPU;
    if (!quantity_kubernetes(c->text, &q, c->why))
        return false;
    if (is_cpu ? q.milli_is_capped : q.units_are_capped)
        return scan_refuse(c->why, "too large");
    if (q.units < 0)
        return scan_refuse(c->why, "below 0");
    return add_amount(d, c->column->resource, is_cpu ? q.milli : q.units);
}

/* --- words --- */

static uint32_t word(struct jobs_draft *d, const struct cell *c)
{
    return intern_add_len(d->names->words, c->text, c->len);
}

/* "job-12" is number 12 of the jobs called "job"; "job-012" is a name as it stands. */
static bool read_name(struct jobs_draft *d, const struct cell *c)
{
    const char *end = c->text + c->len;
    const char *digits = end;
    while (digits > c->text && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    const size_t len = (size_t)(end - digits);
    const bool is_plain = len > 0 && len <= 18 && (*digits != '0' || len == 1);
    d->has_name = true;
    d->job->ordinal = UINT64_MAX;
    if (!is_plain || digits - c->text < 2 || digits[-1] != '-') {
        d->job->name = word(d, c);
        return true;
    }
    d->job->ordinal = 0;
    for (const char *p = digits; p < end; p++)
        d->job->ordinal = d->job->ordinal * 10 + (uint64_t)(*p - '0');
    d->job->name = intern_add_len(d->names->words, c->text, (size_t)(digits - c->text) - 1);
    return true;
}

static bool read_user(struct jobs_draft *d, const struct cell *c)
{
    d->job->user = word(d, c);
    return true;
}

static bool read_tenant(struct jobs_draft *d, const struct cell *c)
{
    d->job->tenant = word(d, c);
    return true;
}

static bool read_queue(struct jobs_draft *d, const struct cell *c)
{
    d->job->queue = word(d, c);
    return true;
}

static bool read_shared(struct jobs_draft *d, const struct cell *c)
{
    static const enum jobs_shared which[CELLS] = {
        [CELL_NAMESPACE] = JOBS_NAMESPACE,
        [CELL_PRIORITY_CLASS] = JOBS_PRIORITY_CLASS,
        [CELL_ACCOUNT] = JOBS_ACCOUNT,
        [CELL_QOS] = JOBS_QOS,
    };
    d->shared[which[c->column->cell]] = word(d, c);
    return true;
}

static bool read_kind(struct jobs_draft *d, const struct cell *c)
{
    static const char *const names[] = {
        [JOB_BATCH] = "batch", [JOB_INTERACTIVE] = "interactive", [JOB_SERVICE] = "service"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], c->text) == 0) {
            d->job->kind = (enum job_kind)i;
            return true;
        }
    return scan_refuse(c->why, "unknown");
}

static bool read_start(struct jobs_draft *d, const struct cell *c)
{
    (void)c;
    d->has_started = true;
    return true;
}

static bool read_cause(struct jobs_draft *d, const struct cell *c)
{
    d->is_open = strcmp(c->text, "open") == 0;
    return true;
}

/* --- the table --- */

#define NUMBER    "expected a whole number"
#define BARE_TIME "expected a number"
#define ANYTHING  "expected a text"

static const struct {
    read_fn *read;
    const char *expected;
    const char *expected_bare; /* the unit is in the column's name */
} cells[CELLS] = {
    [CELL_JOB] = {read_number, NUMBER, NULL},
    [CELL_NAME] = {read_name, ANYTHING, NULL},
    [CELL_SUBMIT] = {read_submit, "expected a date such as 2026-03-02T08:00:00Z, or " DURATION_HINT,
                     BARE_TIME},
    [CELL_RUN] = {read_run, "expected " DURATION_HINT, BARE_TIME},
    [CELL_LIMIT] = {read_limit, "expected " DURATION_HINT, BARE_TIME},
    [CELL_PATIENCE] = {read_patience, "expected " DURATION_HINT, BARE_TIME},
    [CELL_TASKS] = {read_tasks, "expected 1 or more", NULL},
    [CELL_GPUS] = {read_gpus, NUMBER, NULL},
    [CELL_GPUS_PER_TASK] = {read_gpus_per_task, NUMBER, NULL},
    [CELL_SHARDS] = {read_shards, NUMBER, NULL},
    [CELL_MPS] = {read_mps, NUMBER, NULL},
    [CELL_CPUS] = {read_cpus, "expected CPUs such as 4 or 0.5", NULL},
    [CELL_MEMORY] = {read_memory, "expected " QUANTITY_SIZE_HINT, BARE_TIME},
    [CELL_RESOURCE] = {read_resource, "expected " QUANTITY_KUBERNETES_HINT, NULL},
    [CELL_USER] = {read_user, ANYTHING, NULL},
    [CELL_TENANT] = {read_tenant, ANYTHING, NULL},
    [CELL_QUEUE] = {read_queue, ANYTHING, NULL},
    [CELL_NAMESPACE] = {read_shared, ANYTHING, NULL},
    [CELL_PRIORITY] = {read_priority, NUMBER, NULL},
    [CELL_PRIORITY_CLASS] = {read_shared, ANYTHING, NULL},
    [CELL_ACCOUNT] = {read_shared, ANYTHING, NULL},
    [CELL_QOS] = {read_shared, ANYTHING, NULL},
    [CELL_KIND] = {read_kind, "expected batch, interactive or service", NULL},
    [CELL_START] = {read_start, ANYTHING, NULL},
    [CELL_CAUSE] = {read_cause, ANYTHING, NULL},
};

void jobs_draft_init(struct jobs_draft *d, struct jobs_csv_job *job, struct names *names,
                     int64_t start_ns)
{
    *job = (struct jobs_csv_job){
        .run_ns = WORK_ENDLESS,
        .limit_ns = LIMIT_NONE,
        .patience_ns = LIMIT_NONE,
        .ordinal = UINT64_MAX,
        .name = INTERN_NONE,
        .user = INTERN_NONE,
        .tenant = INTERN_NONE,
        .queue = INTERN_NONE,
        .kind = JOB_BATCH,
    };
    d->job = job;
    d->names = names;
    d->start_ns = start_ns;
    d->has_submit = d->has_run = d->has_name = d->has_number = false;
    d->has_started = d->is_open = false;
    d->tasks = d->gpus = d->gpus_per_task = d->shards = d->mps = 0;
    for (size_t i = 0; i < JOBS_SHARED; i++)
        d->shared[i] = INTERN_NONE;
    d->amounts_len = 0;
}

bool jobs_cell_read(struct jobs_draft *d, const struct jobs_column *column,
                    const struct csv_field *field, const char **why, const char **expected)
{
    const struct cell c = {column, field->text, field->len, why};
    if (field->len == 0 || cells[column->cell].read == NULL)
        return true;
    *expected = column->unit > 0 ? cells[column->cell].expected_bare : cells[column->cell].expected;
    return cells[column->cell].read(d, &c);
}
