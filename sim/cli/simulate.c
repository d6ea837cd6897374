#include "sim/cli/simulate.h"

#include "results/gpus_csv.h"
#include "results/openmetrics.h"
#include "results/plots/plots.h"
#include "results/registry.h"
#include "sim/cli/commands.h"
#include "sim/cli/progress.h"
#include "sim/cli/version.h"
#include "sim/duration.h"

#include <inttypes.h>
#include <string.h>

enum { MOST_OBSERVERS = 32 };

/* What observers are told; lives as long as the run. */
struct told {
    struct run_record *record;
    struct gpus_options gpus;
    struct out_options openmetrics;
};

static struct told tell(const struct prepared *p, struct run_record *record)
{
    const struct dcgm_section *dcgm = &p->scenario.dcgm;
    return (struct told){
        .record = record,
        .gpus = {.out = {.step_ns = dcgm->interval_ns},
                 .every_sample = dcgm->rows == DCGM_ROWS_ALL},
        .openmetrics = {.path = p->openmetrics, .step_ns = dcgm->interval_ns},
    };
}

/* The record writes its files only if a summary is wanted. */
static size_t choose_observers(const struct prepared *p, const struct simulate_task *task,
                               const struct told *told, struct observer_use *out)
{
    const bool has_files = task->dir != NULL;
    const struct scenario *s = &p->scenario;
    size_t len = 0;
    for (size_t i = 0; observer_all()[i] != NULL && len < MOST_OBSERVERS; i++) {
        const struct observer_ops *ops = observer_all()[i];
        const bool is_summary = strcmp(ops->name, "summary") == 0;
        const bool is_plots = strcmp(ops->name, "plots") == 0;
        const bool is_gpus = strcmp(ops->name, "gpus") == 0;
        if (p->has_no_record && (is_summary || is_plots))
            continue;
        if (is_summary || (is_plots && (has_files || task->keeps_timeline)))
            out[len++] = (struct observer_use){ops, told->record};
        else if (has_files && !is_plots && scenario_wants(s, ops->name))
            out[len++] = (struct observer_use){ops, is_gpus ? &told->gpus : NULL};
    }
    if (has_files && p->openmetrics != NULL && len < MOST_OBSERVERS)
        out[len++] = (struct observer_use){&observer_openmetrics, &told->openmetrics};
    return len;
}

static void say_how_it_ended(const struct simulation *sim, enum simulation_end end,
                             const struct simulate_task *task, FILE *out)
{
    const char *policy = task->policy->name;
    const struct simulation_spec *spec = simulation_spec_of(sim);
    const struct simulation_counts n = simulation_counts(sim);
    char after[DURATION_TEXT];
    duration_print(after, simulation_now_ns(sim) - spec->start_ns);
    if (end == SIMULATION_STUCK)
        fprintf(out,
                "warning: %s: after %s nothing happens any more, and %" PRIu64 " jobs are left%s\n",
                policy, after, n.jobs_live,
                task->dir == NULL ? "" : "; their reasons stand in jobs.csv");
    if (end == SIMULATION_UNTIL && spec->drain)
        fprintf(out, "warning: %s: stopped at the limit of %s with %" PRIu64 " jobs left\n", policy,
                after, n.jobs_live);
    if (n.verbs_refused > 0)
        fprintf(out, "warning: %s: %" PRIu64 " of the policy's verbs were refused; this is a bug\n",
                policy, n.verbs_refused);
}

static void say_repairs(const struct simulation *sim, FILE *out)
{
    const char *source;
    const struct repair *r;
    for (size_t i = 0; simulation_repair_at(sim, i, &source, &r); i++)
        if (r->count > 0)
            fprintf(out, "note: %s: %s: %" PRIu64 " times, first in line %" PRIu64 "%s\n", source,
                    r->what, r->count, r->first_line, r->is_skip ? " (left out)" : "");
}

static int code_of(enum simulation_end end)
{
    switch (end) {
    case SIMULATION_FAILED:
        return EXIT_WORLD;
    case SIMULATION_STALLED:
    case SIMULATION_BROKEN:
        return EXIT_EXPECTATION;
    default:
        return EXIT_DONE;
    }
}

static unsigned wants_of(const struct prepared *p, const struct simulate_task *task)
{
    if (task->dir == NULL)
        return RECORD_NO_FILES | (task->keeps_timeline ? RECORD_PLOTS : 0);
    return (prepared_wants_plots(p) ? RECORD_PLOTS : 0) |
           (scenario_wants(&p->scenario, "summary") ? 0 : RECORD_NO_FILES);
}

static bool begin_record(const struct prepared *p, const struct simulate_task *task,
                         struct run_record *out, struct diag *d)
{
    const struct run_facts facts = {
        .scenario = p->scenario.name, .policy = task->policy->name, .version = CLUSTERSIM_VERSION};
    run_record_init(out, &facts, wants_of(p, task));
    expectations_want(&p->expect, out->metrics);
    expectations_want(&p->watched, out->metrics);
    for (size_t i = 0; task->dir != NULL && i < p->scenario.layers_len; i++)
        if (!run_record_add_input(out, p->scenario.layers[i]->file, d))
            return false;
    return true;
}

int simulate_one(const struct prepared *p, const struct simulate_task *task, struct run_record *out,
                 struct diag *d)
{
    const bool has_files = task->dir != NULL;
    if (!begin_record(p, task, out, d) || (has_files && !make_dirs(task->dir, d)))
        return EXIT_WORLD;
    struct observer_use observers[MOST_OBSERVERS];
    const struct told told = tell(p, out);
    const struct setup_options o = {
        .policy = task->policy,
        .seed = p->seed,
        .replication = task->replication,
        .bootstrap_ns = p->bootstrap_ns,
        .out_dir = task->dir,
        .observers = observers,
        .observers_len = choose_observers(p, task, &told, observers),
        .no_fragments = p->has_no_record && !scenario_wants(&p->scenario, "utilisation") &&
                        !scenario_wants(&p->scenario, "fragments"),
        .strict = p->options->strict,
        .audit = p->options->audit,
        .log = d->out,
    };
    struct setup s;
    int code = EXIT_WORLD;
    if (setup_open(&s, &p->scenario, p->catalogue, &o, d)) {
        const enum simulation_end end =
            progress_run(s.sim, task->policy->name, !task->shows_progress);
        say_how_it_ended(s.sim, end, task, d->out);
        if (!p->options->quiet && has_files)
            say_repairs(s.sim, d->out);
        code = code_of(end);
    }
    if (!setup_close(&s))
        code = EXIT_WORLD;
    if (code < EXIT_INPUT && has_files && (out->wants & RECORD_PLOTS) &&
        !plots_draw_run(out, task->dir, d))
        code = EXIT_WORLD;
    return code;
}
