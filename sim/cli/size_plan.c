#include "sim/cli/size_plan.h"

#include "sim/arena.h"
#include "sim/cli/version.h"
#include "sim/text_stream.h"

#include <inttypes.h>

#define MOST_POINTS UINT64_C(1000000)

#define BUDGET(member) offsetof(struct size_budget, member)

static const struct config_key budget_keys[] = {
    {.key = "replications",
     .kind = CONFIG_INT,
     .offset = BUDGET(replications),
     .fallback = "200",
     .min = 2,
     .max = 100000,
     .help = "of one candidate, at the most; what is still open then is decided by its mean, and "
             "said to be so"},
    {.key = "wall",
     .kind = CONFIG_DURATION,
     .offset = BUDGET(wall_ns),
     .fallback = "0",
     .help = "real time after which no further candidate is begun; 0: none"},
    {0},
};

static const struct config_table budget_table = {"budget", "What the search may take.",
                                                 sizeof(struct size_budget), budget_keys};

#define FIELD(member) offsetof(struct size_plan, member)

static const struct config_key keys[] = {
    {.key = "vary",
     .kind = CONFIG_NODE,
     .offset = FIELD(vary),
     .hint = "a list of knobs with their values",
     .help = "what takes which values, as in a sweep"},
    {.key = "target",
     .kind = CONFIG_TEXTS,
     .offset = FIELD(target),
     .fallback = "[]",
     .help = "what must hold on average over replications, as in `expect`; `--target` adds to it"},
    {.key = "confidence",
     .kind = CONFIG_RATIO,
     .offset = FIELD(confidence),
     .fallback = "95%",
     .min = 0.5,
     .max = 0.9999,
     .help = "with which a candidate is said to hold or to fail"},
    {.key = "budget",
     .kind = CONFIG_SECTION,
     .offset = FIELD(budget),
     .fallback = "{}",
     .table = &budget_table,
     .help = "how much is run"},
    {0},
};

const struct config_table size_table = {
    "size",
    "What `clustersim size` looks for: the cheapest of all combinations of `vary` that keeps the "
    "targets, by the price of the nodes, then by the least values. More nodes must not be worse: "
    "along the first knob that changes the price the search halves, and checks that.\n"
    "\n"
    "```yaml\n"
    "size:\n"
    "  vary:\n"
    "    - nodes of pool train: {from: 1, to: 32}\n"
    "    - quota of ClusterQueue team-b for nvidia.com/gpu: {from: 0, to: 64, step: 8}\n"
    "  target: [p95(wait) by tenant <= 1h]\n"
    "```",
    sizeof(struct size_plan), keys};

static bool count_points(struct size_plan *plan, struct arena *a, struct diag *d)
{
    plan->points = 1;
    plan->lens = arena_alloc(a, (plan->axes.len + 1) * sizeof plan->lens[0]);
    for (size_t i = 0; i < plan->axes.len; i++) {
        const struct axis *x = &plan->axes.items[i];
        plan->lens[i] = x->len;
        plan->points *= x->len;
        if (x->len == 0) {
            diag_error(d, yaml_pos(x->node), "vary: it needs a step, or whole numbers");
            return false;
        }
        if (plan->points > MOST_POINTS) {
            diag_error(d, yaml_pos(x->node), "vary: more than %" PRIu64 " combinations",
                       MOST_POINTS);
            return false;
        }
    }
    return true;
}

static bool read_targets(struct size_plan *plan, struct src_pos at, const struct option_texts *more,
                         struct arena *a, struct diag *d)
{
    bool ok = true;
    plan->targets = arena_alloc(a, (plan->target.len + more->len + 1) * sizeof plan->targets[0]);
    for (size_t i = 0; i < plan->target.len + more->len; i++) {
        struct expectation *e = &plan->targets[plan->targets_len];
        const bool is_read =
            i < plan->target.len
                ? expectation_read(e, plan->target.nodes[i], "target", a, d)
                : expectation_parse(e, more->texts[i - plan->target.len], "--target", a, d);
        plan->targets_len += is_read;
        ok &= is_read;
    }
    if (ok && plan->targets_len == 0) {
        diag_error(d, at, "size: no target that must be kept: target: p95(wait) <= 30m");
        ok = false;
    }
    return ok;
}

bool size_plan_read(struct size_plan *plan, const struct scenario *s,
                    const struct option_texts *targets, struct diag *d)
{
    *plan = (struct size_plan){0};
    if (s->size == NULL) {
        diag_error(d, (struct src_pos){.file = s->path},
                   "it has no `size` that says what may be varied (see docs/CONFIG.md, size)");
        return false;
    }
    struct config_reader r = {.diag = d, .arena = s->arena};
    bool ok = config_read(&r, s->size, yaml_pos(s->size), &size_table, plan);
    if (plan->vary != NULL)
        ok &= axes_read(&plan->axes, plan->vary, "vary", s->arena, d) &&
              count_points(plan, s->arena, d);
    return read_targets(plan, yaml_pos(s->size), targets, s->arena, d) && ok;
}

uint64_t size_plan_hash(const struct size_plan *plan, uint64_t seed, const struct scenario *s)
{
    struct text_stream t;
    FILE *out = text_stream_open(&t);
    fprintf(out, "%s %" PRIu64 " %a %" PRId64 "\n", CLUSTERSIM_VERSION, seed, plan->confidence,
            plan->budget.replications);
    axes_print(&plan->axes, out);
    for (size_t i = 0; i < plan->targets_len; i++)
        fprintf(out, "%s\n", plan->targets[i].text);
    text_stream_close(&t);
    const uint64_t hash = scenario_hash(s, t.text);
    free(t.text);
    return hash;
}
