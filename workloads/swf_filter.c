#include "workloads/swf_filter.h"

#include "models/names.h"
#include "workloads/swf_dirt.h"

/* --- life --- */

void swf_filter_init(struct swf_filter *f, const struct swf_options *o, const char *file,
                     uint64_t machine, const struct source_env *env)
{
    *f = (struct swf_filter){.options = o, .file = file};
    f->machine = o->machine > 0 ? (uint64_t)o->machine : machine;
    swf_header_init(&f->header, env->arena);
    repair_log_init(&f->repairs, swf_dirt_kinds, DIRT_KINDS, env->arena);
    number_words_init(&f->users, env->names->words, "u");
    number_words_init(&f->groups, env->names->words, "g");
    number_words_init(&f->queues, env->names->words, "q");
    number_words_init(&f->partitions, env->names->words, "p");
    f->numbers = number_set_new();
    f->last_submit_ns = f->last_number = INT64_MIN;
}

void swf_filter_fini(struct swf_filter *f)
{
    number_words_fini(&f->users);
    number_words_fini(&f->groups);
    number_words_fini(&f->queues);
    number_words_fini(&f->partitions);
    number_set_free(f->numbers);
}

void swf_filter_rewind(struct swf_filter *f)
{
    swf_header_init(&f->header, f->header.arena);
    f->zero_ns = 0;
    repair_log_clear(&f->repairs);
    number_set_clear(f->numbers);
    f->last_submit_ns = f->last_number = INT64_MIN;
}

/* --- one line --- */

struct judged {
    struct swf_filter *f;
    const struct line *line;
    const struct swf_record *record;
    struct swf_job *job;
};

/* What the message is about. */
static const char *name_of(enum swf_dirt kind, enum swf_field field)
{
    if (kind == (enum swf_dirt)SWF_MORE_FIELDS)
        return "field 19";
    const bool is_line = kind == (enum swf_dirt)SWF_SEMICOLONS ||
                         kind == (enum swf_dirt)SWF_ONE_MISSING ||
                         kind == (enum swf_dirt)SWF_TOO_FEW;
    return is_line ? "line" : swf_field_name(field);
}

static void note_at(const struct judged *j, enum swf_dirt kind, enum swf_field field, uint32_t at,
                    uint32_t len)
{
    const struct line *line = j->line;
    const struct repair_place place = {
        .at = {.file = j->f->file,
               .line = line->number < UINT32_MAX ? (unsigned)line->number : UINT32_MAX,
               .col = at + 1},
        .name = name_of(kind, field),
        .written = line->text + at,
        .len = len,
    };
    repair_log_add(&j->f->repairs, kind, &place);
}

/* Something about a field; where it stands matters only to errors. */
static void note(const struct judged *j, enum swf_dirt kind, enum swf_field field)
{
    uint32_t at = 0;
    uint32_t len = 0;
    if (j->f->repairs.strict != NULL)
        swf_find_field(j->line->text, j->line->len, field, &at, &len);
    note_at(j, kind, field, at, len);
}

static bool leave_out(const struct judged *j, enum swf_dirt kind, enum swf_field field)
{
    note(j, kind, field);
    return false;
}

static bool is_strong(const struct judged *j)
{
    return j->f->options->filter == SWF_FILTER_STRONG;
}

static bool judge_status(const struct judged *j)
{
    const int64_t status = j->record->value[SWF_STATUS];
    const int64_t above = j->f->last_number;
    j->f->last_number = j->record->value[SWF_NUMBER];
    if (status >= SWF_PARTIAL && status < SWF_CANCELLED && j->f->last_number == above)
        return leave_out(j, DIRT_PART_OF_JOB, SWF_STATUS);
    const int bit = status == SWF_COMPLETED || status == SWF_FAILED || status == SWF_CANCELLED
                        ? (int)status
                        : SWF_STATUS_UNKNOWN_BIT;
    const uint32_t chosen = j->f->options->statuses;
    if (chosen != 0 && (chosen >> bit & 1) == 0)
        return leave_out(j, DIRT_OTHER_STATUS, SWF_STATUS);
    return true;
}

static bool judge_submit(const struct judged *j)
{
    j->job->submit_ns = j->record->value[SWF_SUBMIT];
    if (j->job->submit_ns >= 0)
        return true;
    if (is_strong(j))
        return leave_out(j, DIRT_STRONG_SUBMIT, SWF_SUBMIT);
    if (j->job->submit_ns == SWF_UNKNOWN)
        return leave_out(j, DIRT_NO_SUBMIT, SWF_SUBMIT);
    note(j, DIRT_SUBMIT_BELOW_0, SWF_SUBMIT);
    j->job->submit_ns = 0;
    return true;
}

/* What the options want; 0: unknown. */
static int64_t wanted_size(const struct judged *j)
{
    const int64_t requested = j->record->value[SWF_REQUESTED_PROCS];
    const int64_t allocated = j->record->value[SWF_PROCS];
    switch ((enum swf_size)j->f->options->size) {
    case SWF_SIZE_REQUESTED:
        return requested;
    case SWF_SIZE_ALLOCATED:
        return allocated;
    case SWF_SIZE_MAX:
        break;
    }
    return requested > allocated ? requested : allocated;
}

static int64_t machine_of(const struct swf_filter *f)
{
    if (f->machine > 0)
        return (int64_t)f->machine;
    if (f->header.max_procs > 0)
        return f->header.max_procs;
    return f->header.max_nodes > 0 ? f->header.max_nodes : INT32_MAX;
}

static bool judge_size(const struct judged *j)
{
    const int64_t requested = j->record->value[SWF_REQUESTED_PROCS];
    const int64_t allocated = j->record->value[SWF_PROCS];
    const bool by_allocated = j->f->options->size == SWF_SIZE_ALLOCATED;
    int64_t procs = wanted_size(j);
    if (procs <= 0) {
        procs = requested > allocated ? requested : allocated;
        if (procs <= 0)
            return leave_out(j, DIRT_NO_SIZE, SWF_REQUESTED_PROCS);
        note(j, DIRT_OTHER_SIZE, by_allocated ? SWF_PROCS : SWF_REQUESTED_PROCS);
    }
    if (procs > machine_of(j->f) || procs > INT32_MAX)
        return leave_out(j, is_strong(j) ? DIRT_STRONG_WIDE : DIRT_TOO_WIDE,
                         procs == requested ? SWF_REQUESTED_PROCS : SWF_PROCS);
    j->job->procs = (uint32_t)procs;
    return true;
}

static bool judge_run(const struct judged *j)
{
    const int64_t run_ns = j->record->value[SWF_RUN];
    j->job->run_ns = run_ns;
    if (run_ns > LOG_LONGEST_NS)
        return leave_out(j, DIRT_RUN_TOO_LONG, SWF_RUN);
    if (run_ns > 0)
        return true;
    if (is_strong(j))
        return leave_out(j, DIRT_STRONG_RUN, SWF_RUN);
    if (j->record->value[SWF_STATUS] == SWF_CANCELLED)
        return leave_out(j, DIRT_NEVER_STARTED, SWF_RUN);
    if (run_ns == 0)
        note(j, DIRT_RUN_0, SWF_RUN);
    return run_ns == 0 ||
           leave_out(j, run_ns == SWF_UNKNOWN ? DIRT_NO_RUN : DIRT_RUN_BELOW_0, SWF_RUN);
}

static void judge_overrun(const struct judged *j, enum swf_field field)
{
    struct swf_job *job = j->job;
    const int overrun = is_strong(j) ? SWF_OVERRUN_CUT : j->f->options->overrun;
    switch ((enum swf_overrun)overrun) {
    case SWF_OVERRUN_RAISE:
        note(j, DIRT_LIMIT_RAISED, field);
        job->limit_ns = job->run_ns;
        break;
    case SWF_OVERRUN_CUT:
        note(j, is_strong(j) ? DIRT_STRONG_CUT : DIRT_RUN_CUT, SWF_RUN);
        job->run_ns = job->limit_ns;
        break;
    case SWF_OVERRUN_KEEP:
        note(j, DIRT_RUN_KEPT, SWF_RUN);
        break;
    }
}

static bool judge_limit(const struct judged *j)
{
    struct swf_job *job = j->job;
    const enum swf_field field = (enum swf_field)(j->f->options->requested_time_field - 1);
    job->limit_ns = j->record->value[field];
    if (job->limit_ns <= 0 && is_strong(j))
        return leave_out(j, DIRT_STRONG_LIMIT, field);
    if (job->limit_ns <= 0 && j->f->options->estimate == SWF_ESTIMATE_KNOWN) {
        job->limit_ns = LIMIT_NONE;
    } else if (job->limit_ns <= 0) {
        note(j, DIRT_NO_LIMIT, field);
        job->limit_ns = job->run_ns;
    } else if (job->limit_ns > LOG_LONGEST_NS) {
        note(j, DIRT_LIMIT_ENDLESS, field);
        job->limit_ns = LIMIT_NONE;
    } else if (job->limit_ns < job->run_ns) {
        judge_overrun(j, field);
    }
    if (j->f->options->estimate == SWF_ESTIMATE_RUN)
        job->limit_ns = job->run_ns;
    return true;
}

/* --- whose it is --- */

static uint32_t word_of(const struct judged *j, struct number_words *words, enum swf_field field)
{
    const struct swf_record *r = j->record;
    if (r->has_names && r->name[field].text != NULL)
        return intern_add_len(words->words, r->name[field].text, r->name[field].len);
    return number_words_get(words, r->value[field]);
}

static uint32_t grouping(const struct judged *j, int by)
{
    struct swf_filter *f = j->f;
    switch ((enum swf_grouping)by) {
    case SWF_BY_QUEUE:
        return word_of(j, &f->queues, SWF_QUEUE);
    case SWF_BY_PARTITION:
        return word_of(j, &f->partitions, SWF_PARTITION);
    case SWF_BY_GROUP: {
        const uint32_t group = word_of(j, &f->groups, SWF_GROUP);
        return group != INTERN_NONE ? group : j->job->user;
    }
    case SWF_BY_USER:
        return j->job->user;
    case SWF_BY_NONE:
        break;
    }
    return INTERN_NONE;
}

static void name_job(const struct judged *j)
{
    struct swf_job *job = j->job;
    job->number = j->record->value[SWF_NUMBER];
    job->preceding = j->record->value[SWF_PRECEDING];
    job->think_ns = j->record->value[SWF_THINK];
    job->user = word_of(j, &j->f->users, SWF_USER);
    job->tenant = grouping(j, j->f->options->tenant);
    job->queue = grouping(j, j->f->options->queue);
}

static void compare_with_earlier(const struct judged *j)
{
    struct swf_filter *f = j->f;
    if (!number_set_add(f->numbers, j->job->number))
        note(j, DIRT_NUMBER_TWICE, SWF_NUMBER);
    if (j->job->submit_ns < f->last_submit_ns)
        note(j, DIRT_OUT_OF_ORDER, SWF_SUBMIT);
    f->last_submit_ns = j->job->submit_ns;
}

/* --- lines --- */

/* A date that int64 cannot hold is none. */
static int64_t seconds_ns(int64_t s)
{
    const int64_t second_ns = INT64_C(1000000000);
    return s > INT64_MAX / second_ns || s < INT64_MIN / second_ns ? 0 : s * second_ns;
}

static void set_names(struct number_words *words, const struct swf_numbered_list *list, size_t from)
{
    for (size_t i = from; i < list->len; i++)
        number_words_set(words, list->items[i].number, list->items[i].name);
}

/* Names in the header count from the next job on. */
static void take_comment(struct swf_filter *f, const struct line *line)
{
    struct swf_header *h = &f->header;
    const size_t queues = h->queues.len;
    const size_t partitions = h->partitions.len;
    const size_t users = h->users.len;
    const size_t groups = h->groups.len;
    swf_header_read(h, line->text, line->len);
    f->zero_ns = seconds_ns(h->unix_start_s);
    set_names(&f->queues, &h->queues, queues);
    set_names(&f->partitions, &h->partitions, partitions);
    set_names(&f->users, &h->users, users);
    set_names(&f->groups, &h->groups, groups);
}

static bool take_job(const struct judged *j)
{
    if (!judge_status(j) || !judge_submit(j) || !judge_size(j) || !judge_run(j) || !judge_limit(j))
        return false;
    name_job(j);
    compare_with_earlier(j);
    return true;
}

bool swf_filter_take(struct swf_filter *f, const struct line *line, struct swf_job *out)
{
    struct swf_record record;
    const struct judged j = {f, line, &record, out};
    const enum swf_line kind = swf_parse(line->text, line->len, &record);
    if (kind == SWF_COMMENT)
        take_comment(f, line);
    if (kind == SWF_COMMENT || kind == SWF_BLANK)
        return false;
    for (unsigned i = 0; i < record.flaws_len; i++)
        note_at(&j, (enum swf_dirt)record.flaws[i].kind, record.flaws[i].field, record.flaws[i].at,
                record.flaws[i].len);
    return kind == SWF_JOB && take_job(&j);
}
