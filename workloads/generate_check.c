/* What was understood, but does not go together or makes no sense. */
#include "sim/rng.h"
#include "workloads/generate_options.h"
#include "workloads/job_shapes.h"

#include <math.h>

/* All above these are rounded to 1, and to 0, or more. */
static const double BELOW_ONE = 0.499999999, BELOW_ZERO = -0.500000001;
static const double CPUS_MOST = 1e6, SHARES = 1000;

static bool refuse(const struct generate_options *o, const char *key, const char *what,
                   struct diag *d)
{
    const struct yaml_node *n = yaml_get(o->map, key);
    if (n != NULL && n->kind == YAML_SCALAR)
        diag_error(d, yaml_pos(n), "%s: '%s': %s", key, n->text, what);
    else
        diag_error(d, generate_at(o, key), "%s: %s", key, what);
    return false;
}

static bool has(const struct generate_options *o, const char *key)
{
    return yaml_get(o->map, key) != NULL;
}

/* --- which keys go together --- */

static bool check_pairs(const struct generate_options *o, struct diag *d)
{
    static const char *const either[][2] = {
        {"gpus", "tasks"},    {"gpus", "gpu_share"}, {"gpus_per_task", "gpu_share"},
        {"mig", "gpu_share"}, {"mig", "resource"},   {"resource", "gpu_share"},
    };
    bool ok = true;
    for (size_t i = 0; i < sizeof either / sizeof either[0]; i++) {
        if (!has(o, either[i][0]) || !has(o, either[i][1]))
            continue;
        diag_error(d, generate_at(o, either[i][1]), "%s: beside '%s'; expected one of them",
                   either[i][1], either[i][0]);
        ok = false;
    }
    return ok;
}

static bool check_presence(const struct generate_options *o, struct diag *d)
{
    bool ok = true;
    if (o->name[0] == '\0')
        ok = refuse(o, "name", "empty; expected a prefix for the jobs' names", d);
    if (!has(o, "arrivals") && !o->has_lublin)
        ok = refuse(o, "generate",
                    "'arrivals' is missing; expected {process: poisson, rate: 12/h}, "
                    "or the key 'lublin'",
                    d);
    else if (has(o, "arrivals"))
        ok &= arrivals_check(&o->arrivals, yaml_get(o->map, "arrivals"), o->has_lublin, d);
    if (!generate_has(&o->duration) && !o->has_lublin && o->kind != JOB_SERVICE)
        ok = refuse(o, "generate", "'duration' is missing; only services may run for ever", d);
    return ok;
}

/* --- owners --- */

static bool check_template(const struct generate_options *o, const char *key, const char *template,
                           struct diag *d)
{
    const char *problem = owners_template_problem(template);
    if (problem != NULL)
        diag_error(d, generate_at(o, key), "%s: '%s': %s", key, template, problem);
    return problem == NULL;
}

static size_t one_at_least(size_t n)
{
    return n == 0 ? 1 : n;
}

static bool check_owners(const struct generate_options *o, struct diag *d)
{
    bool ok = check_template(o, "queue", o->owners.queue, d);
    ok &= check_template(o, "namespace", o->owners.name_space, d);
    ok &= check_template(o, "account", o->owners.account, d);
    const double owners = (double)one_at_least(distribution_listed(&o->owners.tenants)) *
                          (double)one_at_least((size_t)o->owners.users);
    const size_t classes = o->priority.are_words ? distribution_listed(&o->priority.d) : 1;
    if (owners * (double)classes > OWNERS_MOST)
        ok = refuse(o, "users", "tenants x users x priority classes are more than a million", d);
    return ok;
}

/* --- sizes --- */

/* Of one that lists its values. */
static bool check_range(const struct generate_options *o, const char *key,
                        const struct distribution *x, double least, double most, struct diag *d)
{
    for (size_t i = 0; i < distribution_listed(x); i++) {
        const double value = distribution_value(x, i);
        if (value >= least && value <= most)
            continue;
        diag_error(d, generate_at(o, key), "%s: '%.10g': out of range; expected %.10g to %.10g",
                   key, value, least, most);
        return false;
    }
    return true;
}

static bool check_listed(const struct generate_options *o, const char *key,
                         const struct distribution *x, double least, double most, struct diag *d)
{
    if (generate_has(x) && distribution_listed(x) == 0)
        return refuse(o, key,
                      "has too many values to tell apart; expected one, or {values: [1, 2]}", d);
    return check_range(o, key, x, least, most, d);
}

static bool check_choices(const struct generate_options *o, struct diag *d)
{
    bool ok = check_listed(o, "cpus", &o->cpus, 0, CPUS_MOST, d);
    ok &= check_listed(o, "memory", &o->memory, 0, 1e15, d);
    ok &= check_listed(o, "gpu_share", &o->gpu_share, 1 / SHARES, 1 - 1 / SHARES, d);
    if (!ok)
        return false;
    const size_t choices = one_at_least(distribution_listed(&o->cpus)) *
                           one_at_least(distribution_listed(&o->memory)) *
                           one_at_least(distribution_listed(&o->gpu_share)) *
                           one_at_least(distribution_listed(&o->mig));
    if (choices > SHAPE_CHOICES_MOST)
        return refuse(o, "cpus", "cpus x memory x kinds of device are more than 1024 combinations",
                      d);
    return true;
}

/* Whether a task without GPUs asks for something all the same. */
static bool asks_for_more(const struct generate_options *o)
{
    return (generate_has(&o->cpus) && distribution_cdf(&o->cpus, 0) == 0) ||
           (generate_has(&o->memory) && distribution_cdf(&o->memory, 0) == 0);
}

static bool check_gpus(const struct generate_options *o, struct diag *d)
{
    if (!generate_has(&o->gpus))
        return true;
    if (distribution_listed(&o->gpus) == 0 && distribution_cdf(&o->gpus, BELOW_ZERO) > 0)
        return refuse(o, "gpus", "may be negative; expected 0 or more (min: 0)", d);
    if (!check_range(o, "gpus", &o->gpus, 0, SHAPE_SIZE_MOST, d))
        return false;
    if (distribution_cdf(&o->gpus, BELOW_ONE) > 0 && !asks_for_more(o))
        return refuse(
            o, "gpus",
            "may be 0, and then a job asks for nothing; expected 1 or more (min: 1), or cpus", d);
    return true;
}

static bool check_tasks(const struct generate_options *o, struct diag *d)
{
    if (!generate_has(&o->tasks))
        return true;
    if (distribution_listed(&o->tasks) == 0 && distribution_cdf(&o->tasks, BELOW_ONE) > 0)
        return refuse(o, "tasks", "may be 0; expected 1 or more (min: 1)", d);
    const int64_t each = o->gpus_per_task > 1 ? o->gpus_per_task : 1;
    if (!check_range(o, "tasks", &o->tasks, 1, (double)(SHAPE_SIZE_MOST / each), d))
        return false;
    if (o->gpus_per_task == 0 && !generate_has(&o->gpu_share) && !asks_for_more(o))
        return refuse(o, "tasks", "ask for nothing; expected gpus_per_task, gpu_share or cpus", d);
    return true;
}

static bool check_sizes(const struct generate_options *o, struct diag *d)
{
    bool ok = check_gpus(o, d);
    ok &= check_tasks(o, d);
    if (yaml_get(o->map, "gpus_per_task") != NULL && o->gpus_per_task == 0 &&
        !generate_has(&o->tasks))
        ok = refuse(o, "gpus_per_task", "the GPUs of a job cannot be split so", d);
    return check_choices(o, d) && ok;
}

/* --- limits --- */

/* The share of jobs that run longer than their limit. */
static double share_beyond_limit(const struct generate_options *o)
{
    enum { SAMPLES = 256 };
    struct rng_branch b;
    gsl_rng *r = rng_branch(&b, 1);
    double share = 0;
    if (o->limit.kind == LIMIT_FACTOR)
        return distribution_cdf(&o->limit.d, nextafter(1, 0));
    if (o->limit.kind != LIMIT_DURATION || !generate_has(&o->duration))
        return 0;
    for (int i = 0; i < SAMPLES; i++) {
        const double limit = (double)distribution_int(&o->limit.d, r);
        share += (1 - distribution_cdf(&o->duration, limit)) / SAMPLES;
    }
    return share;
}

static bool check_limit(const struct generate_options *o, struct diag *d)
{
    static const double LEAST_SHARE = 1e-4;
    if (o->limit.kind == LIMIT_FACTOR && distribution_cdf(&o->limit.d, 0) > 0)
        return refuse(o, "limit", "the factor may be 0 or less; expected more (min: 1)", d);
    if (o->limit.kind == LIMIT_DURATION && distribution_cdf(&o->limit.d, BELOW_ONE) > 0)
        return refuse(o, "limit", "may be 0; expected more (min: 1m)", d);
    const double share = share_beyond_limit(o);
    if (share > LEAST_SHARE)
        diag_warning(d, generate_at(o, "limit"),
                     "limit: about %.3g %% of the jobs run longer than their limit", 100 * share);
    return true;
}

bool generate_options_check(const struct generate_options *o, struct diag *d)
{
    bool ok = check_presence(o, d);
    ok &= check_owners(o, d);
    ok &= check_pairs(o, d) && check_sizes(o, d);
    return check_limit(o, d) && ok;
}
