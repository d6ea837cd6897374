#include "sim/cli/sweep_plan.h"

#include "models/kubernetes/tree.h"
#include "sim/arena.h"
#include "sim/cli/version.h"
#include "sim/rng.h"
#include "sim/text_stream.h"

#include <inttypes.h>
#include <string.h>

#define MOST_POINTS UINT64_C(10000000)

#define FIELD(member) offsetof(struct sweep_plan, member)

static const struct config_key keys[] = {
    {.key = "vary",
     .kind = CONFIG_NODE,
     .offset = FIELD(vary),
     .hint = "a list of knobs with their values",
     .help = "what takes which values: see below"},
    {.key = "sample",
     .kind = CONFIG_INT,
     .offset = FIELD(sample),
     .fallback = "0",
     .min = 0,
     .max = 1e7,
     .help = "so many points drawn at random instead of all combinations"},
    {.key = "replications",
     .kind = CONFIG_INT,
     .offset = FIELD(replications),
     .fallback = "1",
     .min = 1,
     .max = 100000,
     .help = "runs of each point and policy, each with other luck"},
    {.key = "measure",
     .kind = CONFIG_TEXTS,
     .offset = FIELD(measure),
     .fallback = "[]",
     .help = "the columns, such as `p95(wait) of tenant team-a`; none named: jobs done, waits, "
             "bounded slowdown, utilisation, preemptions, makespan and cost"},
    {0},
};

const struct config_table sweep_table = {
    "sweep",
    "What `clustersim sweep` does: each point of the grid, or of a random sample, under each "
    "policy. "
    "A knob is a path of keys, where an item of a list goes by its name, its kind or its number "
    "(`workload.research.generate.arrivals.rate`), or one of the sentences below; `--set "
    "KNOB=VALUE` "
    "sets the same ones. Values are a list, or a range with `from`, `to` and `step`.\n"
    "\n"
    "```yaml\n"
    "sweep:\n"
    "  vary:\n"
    "    - nodes of pool train: {from: 2, to: 8}\n"
    "    - workload.research.generate.arrivals.rate: [6/h, 9/h, 12/h]\n"
    "  measure: [mean(wait), p95(wait) of tenant team-a]\n"
    "```",
    sizeof(struct sweep_plan), keys};

/* --- reading --- */

static bool count_points(struct sweep_plan *plan, struct src_pos at, struct diag *d)
{
    plan->points = 1;
    if (plan->sample > 0) {
        plan->points = (uint64_t)plan->sample;
        return true;
    }
    for (size_t i = 0; i < plan->axes.len; i++) {
        if (plan->axes.items[i].len == 0) {
            diag_error(d, yaml_pos(plan->axes.items[i].node),
                       "vary: a grid needs a step, or whole numbers; or say `sample: 100` for so "
                       "many points at random");
            return false;
        }
        plan->points *= plan->axes.items[i].len;
        if (plan->points > MOST_POINTS) {
            diag_error(d, at, "sweep: more than %" PRIu64 " points; `sample` takes some of them",
                       MOST_POINTS);
            return false;
        }
    }
    return true;
}

static bool add_measure(struct sweep_plan *plan, const struct yaml_node *text, struct arena *a,
                        struct diag *d)
{
    struct expectation *e = &plan->measures[plan->measures_len];
    const bool ok = expectation_read_value(e, text, "measure", a, d);
    plan->measures_len += ok;
    return ok;
}

static bool read_measures(struct sweep_plan *plan, struct arena *a, struct diag *d)
{
    static const char *const usual[] = {
        "count(done)",       "mean(wait)",       "p95(wait)",     "mean(bounded_slowdown)",
        "mean(utilisation)", "sum(preemptions)", "max(makespan)", "max(cluster_cost)",
    };
    enum { USUAL = sizeof usual / sizeof usual[0] };
    bool ok = true;
    plan->measures = arena_alloc(a, (plan->measure.len + USUAL) * sizeof plan->measures[0]);
    for (size_t i = 0; i < plan->measure.len; i++)
        ok &= add_measure(plan, plan->measure.nodes[i], a, d);
    for (size_t i = 0; plan->measure.len == 0 && i < USUAL; i++)
        ok &= add_measure(plan, tree_scalar(a, usual[i], NULL), a, d);
    return ok;
}

bool sweep_plan_read(struct sweep_plan *plan, const struct scenario *s, uint64_t seed,
                     struct diag *d)
{
    *plan = (struct sweep_plan){.seed = seed};
    if (s->sweep == NULL) {
        diag_error(d, (struct src_pos){.file = s->path},
                   "it has no `sweep` that says what to vary (see docs/CONFIG.md, sweep)");
        return false;
    }
    struct config_reader r = {.diag = d, .arena = s->arena};
    bool ok = config_read(&r, s->sweep, yaml_pos(s->sweep), &sweep_table, plan);
    if (plan->vary != NULL)
        ok &= axes_read(&plan->axes, plan->vary, "vary", s->arena, d);
    ok &= read_measures(plan, s->arena, d);
    return ok && count_points(plan, yaml_pos(s->sweep), d);
}

/* --- points --- */

static uint64_t draw(gsl_rng *rng, uint64_t below)
{
    return (uint64_t)(gsl_rng_uniform(rng) * (double)below);
}

static const struct yaml_node *drawn_value(const struct axis *x, gsl_rng *rng, struct arena *a)
{
    return x->len > 0 ? axis_value(x, draw(rng, x->len), a)
                      : axis_value_at(x, gsl_rng_uniform(rng), a);
}

struct scenario_setting *sweep_plan_point(const struct sweep_plan *plan, uint64_t point,
                                          struct arena *a)
{
    if (plan->sample == 0)
        return axes_point(&plan->axes, point, a);
    struct scenario_setting *settings = arena_alloc(a, plan->axes.len * sizeof settings[0]);
    gsl_rng *rng = rng_open(plan->seed, 0, "sweep", point);
    for (size_t i = 0; i < plan->axes.len; i++) {
        settings[i].knob = plan->axes.items[i].knob;
        settings[i].value = drawn_value(&plan->axes.items[i], rng, a);
    }
    gsl_rng_free(rng);
    return settings;
}

/* --- what it is --- */

uint64_t sweep_plan_hash(const struct sweep_plan *plan, const struct scenario *s)
{
    struct text_stream t;
    FILE *out = text_stream_open(&t);
    fprintf(out, "%s %" PRIu64 " %" PRId64 " %" PRId64 "\n", CLUSTERSIM_VERSION, plan->seed,
            plan->sample, plan->replications);
    axes_print(&plan->axes, out);
    for (size_t i = 0; i < plan->measures_len; i++)
        fprintf(out, "%s\n", plan->measures[i].text);
    text_stream_close(&t);
    const uint64_t hash = scenario_hash(s, t.text);
    free(t.text);
    return hash;
}
