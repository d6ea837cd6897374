#include "workloads/arrivals.h"

#include "sim/arena.h"
#include "sim/rng.h"

#include <math.h>
#include <string.h>

enum { DAY_MINUTES = 24 * 60, WEEK_DAYS = 7 };

static const int64_t LONGEST_NS = INT64_C(1) << 62;
static const double FACTOR_MOST = 1e6;
static const double LEAST_ONE = 0.499999999; /* all above is rounded to 1 or more */

/* --- reading --- */

static const char *const process_names[] = {
    [ARRIVAL_POISSON] = "poisson", [ARRIVAL_DETERMINISTIC] = "deterministic",
    [ARRIVAL_RENEWAL] = "renewal", [ARRIVAL_LUBLIN] = "lublin",
    [ARRIVAL_LUBLIN + 1] = NULL,
};

static bool refuse(struct diag *d, const struct yaml_node *n, const char *key, const char *what)
{
    if (n->kind == YAML_SCALAR)
        diag_error(d, yaml_pos(n), "%s: '%s': %s", key, n->text, what);
    else
        diag_error(d, yaml_pos(n), "%s: %s", key, what);
    return false;
}

static bool read_factors(struct config_reader *r, const struct yaml_node *n, const char *name,
                         struct arrival_factors *out)
{
    const struct config_key key = {.key = name, .kind = CONFIG_REAL, .max = FACTOR_MOST};
    if (n->kind != YAML_LIST || n->len == 0)
        return refuse(r->diag, n, name, "expected a list of factors such as [0.3, 1, 1.6, 0.6]");
    double *items = arena_alloc(r->arena, n->len * sizeof items[0]);
    double sum = 0;
    for (size_t i = 0; i < n->len; i++) {
        if (!config_read_value(r, n->items[i], &key, &items[i]))
            return false;
        sum += items[i];
    }
    if (!(sum > 0))
        return refuse(r->diag, n, name, "all factors are 0: nothing would ever arrive");
    *out = (struct arrival_factors){items, n->len};
    return true;
}

static bool read_daily(struct config_reader *r, const struct yaml_node *n, void *field)
{
    if (!read_factors(r, n, "daily", field))
        return false;
    if (DAY_MINUTES % n->len == 0)
        return true;
    diag_error(r->diag, yaml_pos(n),
               "daily: %zu factors do not divide a day into equal parts of whole minutes; expected "
               "as many as 4, 6, 8, 12, 24 or 48",
               n->len);
    return false;
}

static bool read_weekly(struct config_reader *r, const struct yaml_node *n, void *field)
{
    if (!read_factors(r, n, "weekly", field))
        return false;
    if (n->len == WEEK_DAYS)
        return true;
    diag_error(r->diag, yaml_pos(n), "weekly: %zu factors; expected 7, from Monday on", n->len);
    return false;
}

#define FIELD(member) offsetof(struct arrivals_options, member)

static const struct config_key keys[] = {
    {"process", CONFIG_CHOICE, FIELD(process), "poisson", .choices = process_names,
     .help = "`poisson`: users who know nothing of each other; `deterministic`: equal intervals; "
             "`renewal`: intervals `between`; `lublin`: that of the model"},
    {"rate", CONFIG_RATE, FIELD(rate_per_s), "", .max = 1e9,
     .help = "jobs per time where the factors are 1; not of `renewal`; `lublin` has one of its "
             "own"},
    {"between", CONFIG_CUSTOM, FIELD(between), "", .table = &distribution_table,
     .read = distribution_read_duration, .hint = DISTRIBUTION_HINT("a duration"),
     .help = "intervals between arrivals, of `renewal`"},
    {"batch", CONFIG_CUSTOM, FIELD(batch), "", .table = &distribution_table,
     .read = distribution_read_int, .hint = DISTRIBUTION_HINT("a whole number"),
     .help = "jobs that arrive at once; the rate is that of jobs all the same"},
    {"daily", CONFIG_CUSTOM, FIELD(daily), "", .read = read_daily, .hint = "a list of factors",
     .help = "of equal parts of the day, from midnight UTC on: the rate is multiplied by them"},
    {"weekly", CONFIG_CUSTOM, FIELD(weekly), "", .read = read_weekly,
     .hint = "a list of seven factors",
     .help = "of the days from Monday on: the rate is multiplied by them, too"},
    {0},
};

const struct config_table arrivals_table = {"arrivals", "When jobs arrive.",
                                            sizeof(struct arrivals_options), keys};

/* --- checking --- */

static bool check_batch(const struct arrivals_options *o, const struct yaml_node *n, struct diag *d)
{
    const struct yaml_node *batch = yaml_get(n, "batch");
    if (batch == NULL)
        return true;
    if (distribution_cdf(&o->batch, LEAST_ONE) > 0)
        return refuse(d, batch, "batch", "may be 0; expected 1 or more (min: 1)");
    if (!isfinite(distribution_mean(&o->batch)))
        return refuse(d, batch, "batch", "has no finite mean; expected a max");
    return true;
}

static bool check_rate(const struct arrivals_options *o, const struct yaml_node *n, struct diag *d)
{
    const struct yaml_node *rate = yaml_get(n, "rate");
    const bool may_lack = o->process == ARRIVAL_LUBLIN;
    if (rate == NULL && !may_lack) {
        diag_error(d, yaml_pos(n), "arrivals: '%s' needs a rate such as 12/h",
                   process_names[o->process]);
        return false;
    }
    if (rate != NULL && !(o->rate_per_s > 1e-12))
        return refuse(d, rate, "rate", "so low that nothing would ever arrive");
    return true;
}

static bool check_between(const struct arrivals_options *o, const struct yaml_node *n,
                          struct diag *d)
{
    const struct yaml_node *between = yaml_get(n, "between");
    if (between == NULL)
        return refuse(d, n, "arrivals", "'renewal' needs intervals: between: DISTRIBUTION");
    if (yaml_get(n, "rate") != NULL)
        return refuse(d, yaml_get(n, "rate"), "rate",
                      "that of 'renewal' follows from 'between'; expected one of them");
    if (!(distribution_mean(&o->between) >= 1))
        return refuse(d, between, "between", "0 on average: time would stand still");
    return true;
}

bool arrivals_check(const struct arrivals_options *o, const struct yaml_node *n, bool has_lublin,
                    struct diag *d)
{
    bool ok = check_batch(o, n, d);
    if (o->process == ARRIVAL_LUBLIN && !has_lublin)
        ok = refuse(d, n, "arrivals", "process 'lublin' needs the key 'lublin' beside arrivals");
    if (o->process == ARRIVAL_RENEWAL)
        return check_between(o, n, d) && ok;
    if (yaml_get(n, "between") != NULL)
        ok = refuse(d, yaml_get(n, "between"), "between", "only process 'renewal' has it");
    return check_rate(o, n, d) && ok;
}

/* --- arriving --- */

static double mean_batch(const struct arrivals *a)
{
    return a->batch_rng == NULL ? 1 : distribution_mean(&a->batch);
}

static void set_profile(struct arrivals *a, const struct arrivals_options *o, struct arena *arena)
{
    double of_model[LUBLIN_DAY_PARTS];
    struct arrival_factors daily = o->daily;
    if (a->process == ARRIVAL_LUBLIN && daily.items == NULL) {
        lublin_day(&a->lublin, of_model);
        daily = (struct arrival_factors){of_model, LUBLIN_DAY_PARTS};
    }
    if (daily.items != NULL || o->weekly.items != NULL)
        a->profile = rate_profile_make(arena, daily.items, daily.len, o->weekly.items);
}

void arrivals_start(struct arrivals *a, const struct arrivals_options *o,
                    const struct arrivals_env *env)
{
    const int64_t from = env->from_ns;
    const bool is_far = from < INT64_MAX - LONGEST_NS && env->last_ns > from + LONGEST_NS;
    *a = (struct arrivals){
        .process = (enum arrival_process)o->process,
        .between = o->between,
        .batch = o->batch,
        .last_ns = is_far ? from + LONGEST_NS : env->last_ns,
        .interval_rng = env->interval_rng,
        .batch_rng = env->batch_rng,
    };
    if (o->rate_per_s > 0)
        a->mean_ns = 1e9 * mean_batch(a) / o->rate_per_s;
    if (env->lublin != NULL) {
        a->lublin = *env->lublin;
        a->lublin_scale = a->mean_ns > 0 ? a->mean_ns / lublin_mean_interval_s(&a->lublin) : 1e9;
    }
    set_profile(a, o, env->arena);
    a->walk = rate_walk_from(&a->profile, from);
}

static double interval_ns(struct arrivals *a)
{
    switch (a->process) {
    case ARRIVAL_POISSON: /* of ~x the unit is 1 less that of x; log is faster than log1p */
        return -log(rng_unit(~gsl_rng_get(a->interval_rng))) * a->mean_ns;
    case ARRIVAL_DETERMINISTIC:
        return a->mean_ns;
    case ARRIVAL_RENEWAL:
        return (double)distribution_int(&a->between, a->interval_rng);
    case ARRIVAL_LUBLIN:
        return lublin_interval_s(&a->lublin, a->interval_rng) * a->lublin_scale;
    }
    return 0;
}

bool arrivals_next(struct arrivals *a, int64_t *ns)
{
    if (a->left == 0) {
        if (!rate_walk_on(&a->walk, &a->profile, interval_ns(a), a->last_ns))
            return false;
        a->left = a->batch_rng == NULL ? 1 : (uint64_t)distribution_int(&a->batch, a->batch_rng);
    }
    a->left--;
    *ns = a->walk.now_ns;
    return true;
}
