/* clustersim sweep: a grid of settings, or a random sample of it, run by run. */
#include "sim/cli/commands.h"

#include "sim/arena.h"
#include "sim/cli/replicate.h"
#include "sim/cli/sweep_emit.h"
#include "sim/cli/sweep_run.h"
#include "sim/cli/sweep_table.h"
#include "sim/cli/version.h"
#include "sim/suggest.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_JOURNALS = 4096 };

struct options {
    struct run_options run;
    const char *shard, *emit, *image, *db;
    int64_t shards;
    bool merge;
};

struct sweep {
    const struct options *options;
    const struct prepared *base;
    struct sweep_plan plan;
    uint64_t shard, shards; /* points shard, shard + shards ... are ours */
};

static const char *journal_name(const struct sweep *s)
{
    struct arena *a = s->base->scenario.arena;
    if (s->shards == 1)
        return arena_printf(a, "%s/sweep.journal", s->base->out_dir);
    return arena_printf(a, "%s/sweep-%" PRIu64 "-of-%" PRIu64 ".journal", s->base->out_dir,
                        s->shard + 1, s->shards);
}

static int write_tables(const struct sweep *s, struct point_journal *const *journals, size_t len,
                        struct diag *d)
{
    const struct sweep_table t = {&s->plan, &s->base->scenario, journals, len};
    const char *path = arena_printf(s->base->scenario.arena, "%s/sweep.csv", s->base->out_dir);
    if (!sweep_table_write_csv(&t, path, d) ||
        (s->options->db != NULL && !sweep_table_write_db(&t, s->options->db, d)))
        return EXIT_WORLD;
    if (!s->options->run.quiet)
        printf("%" PRIu64 " points: results are in %s%s%s\n", s->plan.points, path,
               s->options->db != NULL ? " and " : "", s->options->db != NULL ? s->options->db : "");
    return EXIT_DONE;
}

static int run_shard(struct sweep *s, struct diag *d)
{
    const char *name = journal_name(s);
    const uint64_t hash = sweep_plan_hash(&s->plan, &s->base->scenario);
    struct point_journal *journal = point_journal_open(name, hash, s->plan.points, d);
    if (journal == NULL)
        return d->is_world ? EXIT_WORLD : EXIT_INPUT;
    const uint64_t had = point_journal_len(journal);
    if (had > 0 && !s->options->run.quiet)
        printf("goes on with %s, which has %" PRIu64 " points\n", name, had);
    const struct sweep_part part = {s->base, &s->plan, journal, s->shard, s->shards};
    int code = sweep_run(&part, d);
    if (code == EXIT_DONE && s->shards == 1)
        code = write_tables(s, &journal, 1, d);
    const bool is_empty = point_journal_len(journal) == 0;
    point_journal_close(journal);
    /* Whole: the table has it all. Empty: nothing was done. */
    if ((code == EXIT_DONE && s->shards == 1) || is_empty)
        unlink(name);
    return code;
}

/* --- merge --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t find_journals(const struct sweep *s, const char *names[MOST_JOURNALS], struct diag *d)
{
    static const char ending[] = ".journal";
    size_t len = 0;
    DIR *dir = opendir(s->base->out_dir);
    if (dir == NULL) {
        diag_world(d, (struct src_pos){.file = s->base->out_dir}, "cannot be read");
        return 0;
    }
    for (const struct dirent *e = readdir(dir); e != NULL && len < MOST_JOURNALS;
         e = readdir(dir)) {
        const size_t name_len = strlen(e->d_name);
        if (strncmp(e->d_name, "sweep", 5) == 0 && name_len >= sizeof ending &&
            strcmp(e->d_name + name_len - (sizeof ending - 1), ending) == 0)
            names[len++] =
                arena_printf(s->base->scenario.arena, "%s/%s", s->base->out_dir, e->d_name);
    }
    closedir(dir);
    if (len == 0)
        diag_world(d, (struct src_pos){.file = s->base->out_dir},
                   "no sweep-I-of-N.journal lies there; sweep --shard I/N --out makes them");
    qsort(names, len, sizeof names[0], by_name);
    return len;
}

static int merge(struct sweep *s, struct diag *d)
{
    static const char unit[] = "points";
    const char **names = arena_alloc(s->base->scenario.arena, MOST_JOURNALS * sizeof names[0]);
    const size_t len = find_journals(s, names, d);
    struct point_journal **journals =
        arena_alloc(s->base->scenario.arena, (len + 1) * sizeof journals[0]);
    const uint64_t hash = sweep_plan_hash(&s->plan, &s->base->scenario);
    size_t open = 0;
    for (size_t i = 0; i < len; i++) {
        journals[open] = point_journal_read(names[i], hash, s->plan.points, d);
        open += journals[open] != NULL;
    }
    int code = open == len && len > 0 ? EXIT_DONE : d->is_world ? EXIT_WORLD : EXIT_INPUT;
    const struct sweep_table t = {&s->plan, &s->base->scenario, journals, open};
    uint64_t missing;
    const uint64_t first = sweep_table_missing(&t, &missing);
    if (code == EXIT_DONE && missing > 0) {
        diag_world(d, (struct src_pos){.file = s->base->out_dir},
                   "%" PRIu64 " of %" PRIu64 " %s are missing, the first is %" PRIu64
                   ": run the shards that have them (point %% N is I - 1)",
                   missing, s->plan.points, unit, first);
        code = EXIT_WORLD;
    }
    if (code == EXIT_DONE)
        code = write_tables(s, journals, open, d);
    for (size_t i = 0; i < open; i++)
        point_journal_close(journals[i]);
    return code;
}

/* --- options --- */

/* 3/8 */
static bool read_shard(struct sweep *s, struct diag *d)
{
    const char *text = s->options->shard;
    char *end;
    s->shards = 1;
    if (text == NULL)
        return true;
    const unsigned long long shard = strtoull(text, &end, 10);
    const unsigned long long shards = *end == '/' ? strtoull(end + 1, &end, 10) : 0;
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || shard < 1 || shard > shards ||
        shards > MOST_JOURNALS) {
        diag_error(d, (struct src_pos){0},
                   "--shard: '%s': expected which of how many parts, such as 3/8, at most %d", text,
                   MOST_JOURNALS);
        return false;
    }
    s->shard = shard - 1;
    s->shards = shards;
    return true;
}

static bool check_options(const struct sweep *s, struct diag *d)
{
    const struct options *o = s->options;
    bool ok = true;
    if (o->run.until_width != NULL) {
        diag_error(d, (struct src_pos){0},
                   "--until-width: points of a sweep have the same number of replications: "
                   "--replications N");
        ok = false;
    }
    if (o->merge && o->shard != NULL) {
        diag_error(d, (struct src_pos){0}, "--merge: not with --shard: it joins what they made");
        ok = false;
    }
    if (o->db != NULL && o->shard != NULL) {
        diag_error(d, (struct src_pos){0}, "--db: not with --shard; say it with --merge");
        ok = false;
    }
    return ok;
}

/* The command line again, as every shard needs it. */
static const char *const *words_again(const struct sweep *s)
{
    enum { FIXED_WORDS = 10 };
    struct arena *a = s->base->scenario.arena;
    const struct option_texts *set = &s->options->run.set;
    const char **words = arena_alloc(a, (FIXED_WORDS + 2 * set->len) * sizeof words[0]);
    size_t len = 0;
    words[len++] = s->base->scenario.path;
    for (size_t i = 0; i < set->len; i++) {
        words[len++] = "--set";
        words[len++] = set->texts[i];
    }
    words[len++] = "--seed";
    words[len++] = arena_printf(a, "%" PRIu64, s->plan.seed);
    words[len++] = "--replications";
    words[len++] = arena_printf(a, "%" PRId64, s->plan.replications);
    words[len++] = "--out";
    words[len++] = s->base->out_dir;
    words[len++] = "--threads=1";
    words[len++] = "--quiet";
    words[len] = NULL;
    return words;
}

static int emit(const struct sweep *s, struct diag *d)
{
    static const struct {
        const char *name;
        void (*print)(const struct sweep_emit *e, FILE *out);
    } kinds[] = {{"slurm", sweep_emit_slurm}, {"kubernetes", sweep_emit_kubernetes}};
    const struct sweep_emit e = {
        .name = s->base->scenario.name,
        .scenario = s->base->scenario.path,
        .out_dir = s->base->out_dir,
        .image = s->options->image,
        .version = CLUSTERSIM_VERSION,
        .shards = (uint64_t)s->options->shards < s->plan.points ? (uint64_t)s->options->shards
                                                                : s->plan.points,
        .words = words_again(s),
    };
    struct suggest near;
    suggest_init(&near, s->options->emit);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        suggest_offer(&near, kinds[i].name);
        if (strcmp(kinds[i].name, s->options->emit) == 0) {
            kinds[i].print(&e, stdout);
            return EXIT_DONE;
        }
    }
    diag_error(d, (struct src_pos){0}, "--emit: '%s': expected slurm or kubernetes%s",
               s->options->emit, suggest_hint(&near));
    return EXIT_INPUT;
}

static int sweep_it(struct prepared *p, const void *options, struct diag *d)
{
    struct sweep s = {.options = options, .base = p};
    const bool ok = check_options(&s, d) & read_shard(&s, d) &
                    sweep_plan_read(&s.plan, &p->scenario, p->seed, d);
    if (!ok)
        return EXIT_INPUT;
    if (s.options->run.replications > 1)
        s.plan.replications = s.options->run.replications;
    if (s.options->emit != NULL)
        return emit(&s, d);
    if (s.options->merge)
        return merge(&s, d);
    return make_dirs(p->out_dir, d) ? run_shard(&s, d) : EXIT_WORLD;
}

static int sweep(const void *given, const char *const *arguments, size_t len)
{
    (void)len;
    const struct options *o = given;
    return prepared_run(arguments[0], &o->run, NULL, sweep_it, o);
}

static const struct option sweep_options[] = {
    {"shard", OPTION_TEXT, offsetof(struct options, shard), "I/N",
     .help = "only part I of N; --merge joins the parts"},
    {"merge", OPTION_FLAG, offsetof(struct options, merge),
     .help = "writes the table from what all shards have left in --out"},
    {"emit", OPTION_TEXT, offsetof(struct options, emit), "slurm|kubernetes",
     .help = "prints a job array or an Indexed Job that runs all shards"},
    {"shards", OPTION_INT, offsetof(struct options, shards), "N", 1, MOST_JOURNALS,
     "into how many parts --emit cuts the sweep (default: 16)"},
    {"image", OPTION_TEXT, offsetof(struct options, image), "IMAGE",
     .help = "container image of clustersim, for --emit kubernetes"},
    {"db", OPTION_TEXT, offsetof(struct options, db), "FILE",
     .help = "the table also in an SQLite database, as table `sweep`"},
    RUN_OPTIONS(struct options, run),
    {0},
};

static const struct options defaults = {
    .run = RUN_DEFAULTS, .shards = 16, .image = "clustersim:" CLUSTERSIM_VERSION};

const struct command command_sweep = {
    .name = "sweep",
    .arguments = "SCENARIO",
    .summary = "a grid or a random sample of settings, one row per run",
    .help =
        "Simulates the scenario at each point of its `sweep` section (docs/CONFIG.md), under each\n"
        "policy, and writes a row per run to out/NAME/sweep.csv. It may be killed at any instant:\n"
        "the same command goes on where it stopped, and ends with the same table.\n\n"
        "  clustersim sweep scenario.yaml\n"
        "  clustersim sweep scenario.yaml --replications 10 --db results.db\n\n"
        "On many machines: shards write to one folder, --merge makes the table.\n\n"
        "  clustersim sweep scenario.yaml --shard 1/2 & clustersim sweep scenario.yaml --shard "
        "2/2\n"
        "  clustersim sweep scenario.yaml --merge\n"
        "  clustersim sweep scenario.yaml --emit slurm --shards 100 > sweep.sh; sbatch sweep.sh",
    .options = sweep_options,
    .options_bytes = sizeof(struct options),
    .defaults = &defaults,
    .least_arguments = 1,
    .most_arguments = 1,
    .run = sweep,
};
