#include "sim/cli/log_input.h"

#include "models/job_source.h"
#include "models/kubernetes/node_terms.h"
#include "sim/arena.h"
#include "sim/line_reader.h"
#include "sim/path.h"
#include "workloads/registry.h"
#include "workloads/swf.h"

#include <string.h>

const char *log_format_name(enum log_format f)
{
    static const char *const names[] = {"scenario", "SWF", "jobs CSV"};
    return names[f];
}

/* --- which kind of file --- */

static bool ends_in(const char *path, const char *end)
{
    const size_t len = strlen(path);
    return len >= strlen(end) && strcmp(path + len - strlen(end), end) == 0;
}

/* By its first line that is not blank. */
static bool find_format(struct log_input *in, struct diag *d)
{
    struct line_reader *r = line_reader_open(in->path, d);
    if (r == NULL)
        return false;
    struct line line;
    struct swf_record record;
    enum swf_line kind = SWF_BLANK;
    while (kind == SWF_BLANK && line_reader_next(r, &line))
        kind = swf_parse(line.text, line.len, &record);
    const bool is_swf = kind == SWF_COMMENT || kind == SWF_JOB;
    const bool is_known = is_swf || (kind != SWF_BLANK && strchr(line.text, ',') != NULL &&
                                     strlen(line.text) == line.len);
    in->format = is_swf ? LOG_SWF : LOG_CSV;
    if (!is_known && !line_reader_failed(r))
        diag_error(d, (struct src_pos){.file = in->path},
                   "%s; expected an SWF log, a jobs CSV or a scenario (.yaml)",
                   kind == SWF_BLANK ? "is empty"
                                     : "its first line is none of a log: neither 18 numbers, nor "
                                       "a comment after ';', nor names of columns");
    line_reader_close(r);
    return is_known;
}

/* --- opening --- */

/* The source that reads a log, as it would stand in a scenario. */
static bool make_source(struct log_input *in, const struct log_input_how *how, struct diag *d)
{
    struct setup *s = &in->setup;
    const char *slash = strrchr(in->path, '/');
    const char *file = slash == NULL ? in->path : slash + 1;
    char *quoted = arena_alloc(s->arena, 2 * strlen(file) + 1);
    char *to = quoted;
    for (const char *from = file; *from != '\0'; from++) {
        if (*from == '\'')
            *to++ = '\'';
        *to++ = *from;
    }
    const bool is_swf = in->format == LOG_SWF;
    const char *kind = is_swf ? "swf" : "csv";
    const char *name = arena_printf(s->arena, "%.*s<log>", (int)(file - in->path), in->path);
    const char *text =
        arena_printf(s->arena, "{%s: '%s', start: log%s%s}\n", kind, quoted,
                     is_swf && how->counts_cpus ? ", as: {processor: cpu}" : "",
                     is_swf && how->as_written ? ", overrun: keep, estimate: known" : "");
    in->yaml = yaml_parse(name, text, strlen(text), d);
    if (diag_errors(d) > 0 || yaml_docs(in->yaml) != 1)
        return false;
    s->sources = arena_alloc(s->arena, sizeof s->sources[0]);
    s->sources[s->sources_len++] =
        (struct source_use){job_source_find(kind), yaml_doc(in->yaml, 0)};
    return true;
}

static bool open_log(struct log_input *in, const struct log_input_how *how, struct diag *d)
{
    struct setup *s = &in->setup;
    s->arena = arena_new();
    s->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    s->names.terms = node_terms_table_new(s->names.words);
    s->requests = request_table_new(s->names.resources);
    s->cluster = cluster_new();
    return make_source(in, how, d);
}

bool log_input_open(struct log_input *in, const char *path, const struct log_input_how *how,
                    struct diag *d)
{
    *in = (struct log_input){.path = path, .run = RUN_DEFAULTS};
    in->run.strict = how->strict;
    in->run.is_judged = true; /* policies do not matter here */
    if (ends_in(path, ".yaml") || ends_in(path, ".yml"))
        return prepared_open(&in->prepared, path, &in->run, NULL, d) &&
               setup_prepare(&in->setup, &in->prepared.scenario, in->prepared.catalogue, d);
    if (strcmp(path, "-") == 0) {
        diag_error(d, (struct src_pos){0},
                   "'-': a log is read more than once; expected the name of a file");
        return false;
    }
    return find_format(in, d) && open_log(in, how, d);
}

void log_input_close(struct log_input *in)
{
    if (in->setup.arena != NULL)
        setup_close(&in->setup);
    yaml_close(in->yaml);
    if (in->prepared.options != NULL)
        prepared_close(&in->prepared);
}

/* --- pulling --- */

struct open_source {
    const struct job_source_ops *ops;
    void *state;
    bool is_open, has_job;
    struct job_spec job;
};

static bool open_source(struct log_input *in, size_t i, struct open_source *o, struct diag *d)
{
    struct setup *s = &in->setup;
    const bool is_scenario = in->format == LOG_SCENARIO;
    const struct source_env env = {
        .names = &s->names,
        .requests = s->requests,
        .cluster = s->cluster,
        .options = s->sources[i].options,
        .base_dir = path_dir(s->arena, s->sources[i].options->file),
        .seed = in->prepared.seed,
        .start_ns = is_scenario ? in->prepared.scenario.start_ns : 0,
        .horizon_ns = is_scenario ? in->prepared.scenario.run.until_ns : INT64_MAX,
        .strict = in->run.strict,
        .arena = s->arena,
    };
    *o = (struct open_source){.ops = s->sources[i].ops};
    o->state = arena_alloc(s->arena, o->ops->state_bytes + 1);
    o->is_open = o->ops->open(o->state, &env, d);
    return o->is_open;
}

static bool pull_one(struct open_source *o, struct diag *d)
{
    const enum pull how = o->ops->next(o->state, &o->job, d);
    o->has_job = how == PULL_JOB;
    return how != PULL_FAILED;
}

static struct open_source *first_of(struct open_source *sources, size_t len)
{
    struct open_source *first = NULL;
    for (size_t i = 0; i < len; i++)
        if (sources[i].has_job &&
            (first == NULL || sources[i].job.submit_ns < first->job.submit_ns))
            first = &sources[i];
    return first;
}

static bool pull_all(struct log_input *in, struct open_source *sources, uint64_t most,
                     log_input_take *take, void *context, struct diag *d)
{
    const size_t len = in->setup.sources_len;
    for (size_t i = 0; i < len; i++)
        if (!pull_one(&sources[i], d))
            return false;
    uint64_t taken = 0;
    for (struct open_source *o; (o = first_of(sources, len)) != NULL; taken++) {
        in->is_cut = most > 0 && taken == most;
        if (in->is_cut || !take(context, &o->job))
            return true;
        if (!pull_one(o, d))
            return false;
    }
    return true;
}

static void keep_repairs(struct log_input *in, const struct open_source *o)
{
    const struct repair *list;
    const size_t len = o->ops->tally == NULL ? 0 : o->ops->tally(o->state, &list);
    struct log_repair *all =
        arena_alloc(in->setup.arena, (in->repairs_len + len + 1) * sizeof all[0]);
    if (in->repairs_len > 0)
        memcpy(all, in->repairs, in->repairs_len * sizeof all[0]);
    for (size_t i = 0; i < len; i++)
        all[in->repairs_len++] =
            (struct log_repair){list[i].what, list[i].is_skip, list[i].count, list[i].first_line};
    in->repairs = all;
}

bool log_input_each(struct log_input *in, uint64_t most, log_input_take *take, void *context,
                    struct diag *d)
{
    const size_t len = in->setup.sources_len;
    struct open_source *sources = arena_alloc(in->setup.arena, (len + 1) * sizeof sources[0]);
    bool ok = true;
    for (size_t i = 0; i < len; i++)
        ok &= open_source(in, i, &sources[i], d);
    ok = ok && pull_all(in, sources, most, take, context, d);
    for (size_t i = 0; i < len; i++) {
        if (!sources[i].is_open)
            continue;
        keep_repairs(in, &sources[i]);
        sources[i].ops->close(sources[i].state);
    }
    return ok;
}

uint64_t log_input_gpus(const struct log_input *in)
{
    uint64_t gpus = 0;
    for (uint32_t p = 0; in->format == LOG_SCENARIO && p < in->setup.cluster->pools_len; p++)
        gpus += in->setup.cluster->pools[p].gpus;
    return gpus;
}
