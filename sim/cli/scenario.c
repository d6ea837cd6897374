#include "sim/cli/scenario.h"

#include "results/registry.h"
#include "sim/arena.h"
#include "sim/calendar.h"
#include "sim/check.h"
#include "sim/cli/axis.h"
#include "sim/cli/policies_section.h"
#include "sim/duration.h"
#include "sim/file_text.h"
#include "sim/hash.h"
#include "sim/path.h"
#include "sim/suggest.h"
#include "sim/text_stream.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 16 };

/* --- the table --- */

#define RUN(member) offsetof(struct run_section, member)

const char *const bootstrap_choices[] = {"none", "day", "week", NULL};

static const struct config_key run_keys[] = {
    {.key = "until",
     .kind = CONFIG_NODE,
     .offset = RUN(until),
     .fallback = "",
     .hint = "drained, a duration or a date",
     .help = "when to stop: `drained` (no job is left and none will come), a duration after the "
             "start, or a date; drained if absent"},
    {.key = "limit",
     .kind = CONFIG_DURATION,
     .offset = RUN(limit_ns),
     .fallback = "3650d",
     .min = 1,
     .max = 3.2e18,
     .help = "a drained run stops after this time at the latest"},
    {.key = "warm_up",
     .kind = CONFIG_NODE,
     .offset = RUN(warm_up),
     .fallback = "",
     .hint = "auto or a duration",
     .help = "time after the start that averages leave out; `auto`: as long as waits of pilot runs "
             "are not yet those of the steady state (MSER-5); 0 if absent"},
    {.key = "bootstrap",
     .kind = CONFIG_CHOICE,
     .offset = RUN(bootstrap),
     .fallback = "none",
     .choices = bootstrap_choices,
     .help = "replayed logs in all replications but the first are made of the log's own days or "
             "weeks, drawn with replacement; what lies within one stays as it was"},
    {.key = "startup",
     .kind = CONFIG_DURATION,
     .offset = RUN(startup_ns),
     .fallback = "0",
     .help = "from the moment a task gets its node to its first useful step: image, container"},
    {0},
};

static const struct config_table run_table = {"run", "When the simulation begins and ends.",
                                              sizeof(struct run_section), run_keys};

#define DCGM(member) offsetof(struct dcgm_section, member)

static const char *const rows_names[] = {
    [DCGM_ROWS_CHANGES] = "changes", [DCGM_ROWS_ALL] = "all", NULL};

static const struct config_key dcgm_keys[] = {
    {.key = "interval",
     .kind = CONFIG_DURATION,
     .offset = DCGM(interval_ns),
     .fallback = "",
     .min = 1e6,
     .max = 3.2e18,
     .help = "step of gpus.csv and of the file of `--openmetrics`; that of `sample` if absent; "
             "dcgm-exporter's own is 30s"},
    {.key = "rows",
     .kind = CONFIG_CHOICE,
     .offset = DCGM(rows),
     .fallback = "changes",
     .choices = rows_names,
     .help = "of gpus.csv: `all` GPUs and MIG instances at every sample, or GPUs on which "
             "something happened (`changes`: a row holds until the next one)"},
    {0},
};

static const struct config_table dcgm_table = {
    "dcgm", "How GPUs are sampled, as NVIDIA's DCGM does it. MODEL.md says what the values are.",
    sizeof(struct dcgm_section), dcgm_keys};

#define FIELD(member) offsetof(struct scenario, member)

static const struct config_key scenario_keys[] = {
    {.key = "clustersim",
     .kind = CONFIG_INT,
     .offset = FIELD(version),
     .min = 1,
     .max = 1,
     .help = "version of this format: 1"},
    {.key = "name",
     .kind = CONFIG_TEXT,
     .offset = FIELD(name),
     .help = "of the scenario: letters, digits, - _ and .; results go to out/NAME"},
    {.key = "extends",
     .kind = CONFIG_NODE,
     .offset = FIELD(extends),
     .fallback = "",
     .hint = "a path",
     .help = "another scenario: the keys of this file replace or extend it"},
    {.key = "seed",
     .kind = CONFIG_INT,
     .offset = FIELD(seed),
     .fallback = "1",
     .min = 0,
     .max = 9.0e18,
     .help = "of all random numbers; every policy meets the same arrivals, sizes and failures"},
    {.key = "start",
     .kind = CONFIG_DATE,
     .offset = FIELD(start_ns),
     .fallback = "1970-01-01",
     .help = "simulated time 0"},
    {.key = "cluster",
     .kind = CONFIG_NODE,
     .offset = FIELD(cluster),
     .fallback = "",
     .hint = "see cluster",
     .help = "the nodes; without it quota alone decides"},
    {.key = "workload",
     .kind = CONFIG_NODE,
     .offset = FIELD(workload),
     .hint = "a list of sources, see workload",
     .help = "the jobs: sources that are merged by submit time"},
    {.key = "policies",
     .kind = CONFIG_NODE,
     .offset = FIELD(policies_node),
     .hint = "a list, see policies",
     .help = "the schedulers to compare; `clustersim run` takes the first"},
    {.key = "run",
     .kind = CONFIG_SECTION,
     .offset = FIELD(run),
     .fallback = "{}",
     .table = &run_table,
     .help = "how long"},
    {.key = "sample",
     .kind = CONFIG_DURATION,
     .offset = FIELD(sample_ns),
     .fallback = "5m",
     .min = 1e6,
     .max = 3.2e18,
     .help = "step of utilisation.csv, queues.csv, fragments.csv and gpus.csv"},
    {.key = "dcgm",
     .kind = CONFIG_SECTION,
     .offset = FIELD(dcgm),
     .fallback = "{}",
     .table = &dcgm_table,
     .help = "how GPUs are sampled"},
    {.key = "timeline",
     .kind = CONFIG_NODE,
     .offset = FIELD(timeline),
     .fallback = "",
     .hint = "a list, see timeline",
     .help = "what an administrator does during the run"},
    {.key = "outputs",
     .kind = CONFIG_TEXTS,
     .offset = FIELD(outputs),
     .fallback = "[]",
     .help = "which results to write, of `clustersim list outputs`; none named: all"},
    {.key = "expect",
     .kind = CONFIG_NODE,
     .offset = FIELD(expect),
     .fallback = "",
     .hint = "a list of expectations",
     .help =
         "what must hold, for example `p95(wait) by tenant <= 4h`; one that fails makes the exit "
         "code 1"},
    {.key = "sweep",
     .kind = CONFIG_NODE,
     .offset = FIELD(sweep),
     .fallback = "",
     .hint = "see sweep",
     .help = "what `clustersim sweep` varies, and what it notes of each run"},
    {.key = "size",
     .kind = CONFIG_NODE,
     .offset = FIELD(size),
     .fallback = "",
     .hint = "see size",
     .help = "what `clustersim size` may vary, and what it must keep"},
    {0},
};

const struct config_table scenario_table = {
    "scenario", "The file that says what to simulate. Relative paths start at the file itself.",
    sizeof(struct scenario), scenario_keys};

/* --- files and layers --- */

static struct yaml_file *open_file(struct scenario *s, const char *path, struct diag *d)
{
    struct yaml_file *f = yaml_read(path, d);
    if (f == NULL)
        return NULL;
    s->files = realloc(s->files, (s->files_len + 1) * sizeof s->files[0]);
    SIM_REQUIRE(s->files != NULL);
    s->files[s->files_len++] = f;
    return f;
}

/* The file's only document laid over those it extends; NULL after a complaint. */
static const struct yaml_node *read_layers(struct scenario *s, const char *path, struct diag *d)
{
    const struct src_pos whole = {.file = path};
    if (s->layers_len == MOST_LAYERS) {
        diag_error(d, whole, "extends goes on for %d files; does one name itself?", MOST_LAYERS);
        return NULL;
    }
    struct yaml_file *f = open_file(s, path, d);
    if (f == NULL)
        return NULL;
    if (yaml_docs(f) != 1 || yaml_doc(f, 0)->kind != YAML_MAP) {
        diag_error(d, whole, "a scenario is one mapping; see `clustersim run --help`");
        return NULL;
    }
    const struct yaml_node *own = yaml_doc(f, 0);
    s->layers[s->layers_len++] = own;
    const struct yaml_node *extends = yaml_get(own, "extends");
    if (extends == NULL)
        return own;
    if (extends->kind != YAML_SCALAR) {
        diag_error(d, yaml_pos(extends), "extends: %s; expected the path of a scenario",
                   yaml_kind_name(extends));
        return NULL;
    }
    const char *base_path = path_beside(s->arena, path, extends->text);
    const struct yaml_node *base = read_layers(s, base_path, d);
    return base == NULL ? NULL : yaml_overlay(f, base, own);
}

/* --- run: until --- */

static void read_until(struct scenario *s, struct diag *d)
{
    struct run_section *run = &s->run;
    const struct yaml_node *n = run->until;
    const char *why;
    int64_t ns;
    run->drain = n == NULL || (n->kind == YAML_SCALAR && strcmp(n->text, "drained") == 0);
    if (run->drain) {
        run->until_ns =
            run->limit_ns < INT64_MAX - s->start_ns ? s->start_ns + run->limit_ns : INT64_MAX;
        return;
    }
    if (n->kind == YAML_SCALAR && duration_parse(n->text, &ns, &why))
        run->until_ns = s->start_ns + ns;
    else if (n->kind == YAML_SCALAR && calendar_parse(n->text, &ns, &why))
        run->until_ns = ns;
    else
        diag_error(d, yaml_pos(n),
                   "until: '%s': expected drained, " DURATION_HINT ", or " CALENDAR_HINT,
                   n->kind == YAML_SCALAR ? n->text : yaml_kind_name(n));
    if (run->until_ns != 0 && run->until_ns <= s->start_ns)
        diag_error(d, yaml_pos(n), "until: '%s': that is not after the start", n->text);
}

static void read_warm_up(struct scenario *s, struct diag *d)
{
    struct run_section *run = &s->run;
    const struct yaml_node *n = run->warm_up;
    const char *why;
    run->finds_warm_up = n != NULL && n->kind == YAML_SCALAR && strcmp(n->text, "auto") == 0;
    if (n == NULL || run->finds_warm_up)
        return;
    if (n->kind != YAML_SCALAR)
        diag_error(d, yaml_pos(n), "warm_up: %s; expected auto, or " DURATION_HINT,
                   yaml_kind_name(n));
    else if (!duration_parse(n->text, &run->warm_up_ns, &why))
        diag_error(d, yaml_pos(n), "warm_up: '%s': %s; expected auto, or " DURATION_HINT, n->text,
                   why);
    else if (run->warm_up_ns < 0)
        diag_error(d, yaml_pos(n), "warm_up: '%s': below 0", n->text);
}

/* --- the whole --- */

void scenario_check_name(const char *what, const char *name, struct src_pos at, struct diag *d)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (name[0] == '\0' || name[0] == '.' || name[strspn(name, allowed)] != '\0')
        diag_error(d, at, "%s: '%s': it becomes a folder; letters, digits, -, _ and . are allowed",
                   what, name);
}

static void check_outputs(const struct scenario *s, struct diag *d)
{
    for (size_t i = 0; i < s->outputs.len; i++) {
        if (s->outputs.texts[i] == NULL || observer_find(s->outputs.texts[i]) != NULL)
            continue;
        struct suggest suggest;
        suggest_init(&suggest, s->outputs.texts[i]);
        for (size_t k = 0; observer_all()[k] != NULL; k++)
            suggest_offer(&suggest, observer_all()[k]->name);
        diag_error(d, yaml_pos(s->outputs.nodes[i]),
                   "outputs: '%s': there is no such output%s (see `clustersim list outputs`)",
                   s->outputs.texts[i], suggest_hint(&suggest));
    }
}

static const struct yaml_node *set_knobs(struct scenario *s, const struct yaml_node *root,
                                         struct diag *d)
{
    for (size_t i = 0; i < s->settings_len && root != NULL; i++)
        root = knob_set(&s->settings[i].knob, root, s->settings[i].value, s->arena, d);
    return root;
}

static const struct yaml_node *read_root(struct scenario *s, struct diag *d)
{
    const struct yaml_node *root = read_layers(s, s->path, d);
    return root == NULL ? NULL : set_knobs(s, policies_resolve(s, root, d), d);
}

bool scenario_open(struct scenario *s, const char *path, const struct scenario_setting *settings,
                   size_t settings_len, struct diag *d)
{
    *s = (struct scenario){
        .arena = arena_new(), .path = path, .settings = settings, .settings_len = settings_len};
    const unsigned before = d->errors;
    const struct yaml_node *root = read_root(s, d);
    if (root == NULL)
        return false;
    struct config_reader r = {.diag = d, .arena = s->arena};
    config_read(&r, root, yaml_pos(root), &scenario_table, s);
    read_until(s, d);
    read_warm_up(s, d);
    policies_read(s, d);
    if (s->name != NULL)
        scenario_check_name("name", s->name, yaml_pos(yaml_get(root, "name")), d);
    check_outputs(s, d);
    return d->errors == before;
}

void scenario_close(struct scenario *s)
{
    for (size_t i = 0; i < s->files_len; i++)
        yaml_close(s->files[i]);
    free(s->files);
    arena_free(s->arena);
}

bool scenario_wants(const struct scenario *s, const char *output)
{
    if (s->outputs.len == 0)
        return true;
    for (size_t i = 0; i < s->outputs.len; i++)
        if (strcmp(s->outputs.texts[i], output) == 0)
            return true;
    return false;
}

const struct policy_entry *scenario_policy(const struct scenario *s, const char *name,
                                           struct diag *d)
{
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < s->policies_len; i++) {
        if (strcmp(s->policies[i].name, name) == 0)
            return &s->policies[i];
        suggest_offer(&suggest, s->policies[i].name);
    }
    diag_error(d, (struct src_pos){.file = s->path}, "it has no policy '%s'%s", name,
               suggest_hint(&suggest));
    return NULL;
}

uint64_t scenario_hash(const struct scenario *s, const char *text)
{
    struct text_stream t;
    FILE *out = text_stream_open(&t);
    fputs(text, out);
    for (size_t i = 0; i < s->settings_len; i++) {
        fprintf(out, "%s=", s->settings[i].knob.text);
        axis_print_value(s->settings[i].value, out);
        fputc('\n', out);
    }
    text_stream_close(&t);
    uint64_t hash = hash_bytes(t.text, t.len);
    free(t.text);
    for (size_t i = 0; i < s->layers_len; i++) {
        char *file;
        size_t len;
        if (file_text_read(s->layers[i]->file, &file, &len)) {
            hash = hash_more(hash, file, len);
            free(file);
        }
    }
    return hash;
}
