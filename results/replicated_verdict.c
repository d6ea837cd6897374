#include "results/replicated_verdict.h"

#include "results/comparison_values.h"
#include "results/replications.h"
#include "sim/check.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct waits {
    FILE *out;
    const struct run_record *runs;
    const struct comparison_values *means;
    size_t *order; /* policies that can be compared, from the shortest mean wait to the longest */
    size_t len;
};

static const char *name_of(const struct waits *v, size_t run)
{
    return v->runs[run].facts.policy;
}

/* --- jobs that are missing --- */

static double jobs_that(const struct run_record *run, enum metric_id id)
{
    double error;
    const struct replication_question q = {id, BY_NOTHING, STAT_COUNT, 0};
    return replications_mean(run->replications, &q, "", &error).mean;
}

static void print_jobs(FILE *out, const struct run_record *run, double jobs, const char *what)
{
    char part[METRIC_TEXT], all[METRIC_TEXT];
    metric_print(part, UNIT_JOBS, jobs);
    metric_print(all, UNIT_JOBS, jobs_that(run, METRIC_JOBS));
    if (jobs > 0)
        fprintf(out, "Under %s, on average over the replications, %s of %s jobs %s.\n",
                run->facts.policy, part, all, what);
}

static void print_unfinished(FILE *out, const struct run_record *run)
{
    print_jobs(out, run,
               jobs_that(run, METRIC_UNFINISHED) + jobs_that(run, METRIC_REFUSED) +
                   jobs_that(run, METRIC_LOST),
               "did not finish: other values leave them out or count them only so far");
    print_jobs(out, run, jobs_that(run, METRIC_FAILED), "failed");
}

/* A run that broke off has met only the first of its jobs. */
static void print_broken_off(FILE *out, const struct run_record *run)
{
    const size_t count = comparison_broke_off(run);
    if (count > 0)
        fprintf(
            out,
            "Under %s %zu of %zu replications broke off: its values are of the time before, and "
            "are not compared.\n",
            run->facts.policy, count, replications_len(run->replications));
}

/* --- pairs --- */

static bool is_decided(const struct waits *v, size_t less, size_t more)
{
    return comparison_is_certainly_better(v->means, less, more);
}

/* "12m to 19m less than under kueue", where that is decided. */
static void print_gap(const struct waits *v, const struct comparison_values *values, size_t less,
                      size_t more)
{
    char lower[METRIC_TEXT], upper[METRIC_TEXT];
    const struct interval d = comparison_difference(values, more, less);
    if (interval_is_known(&d))
        fprintf(v->out, "%s to %s less than under %s", metric_print(lower, values->unit, d.lower),
                metric_print(upper, values->unit, d.upper), name_of(v, more));
    else
        fprintf(v->out, "%s less in every replication than under %s",
                metric_print(lower, values->unit, d.mean), name_of(v, more));
}

/* `more` has the greater mean, but it may be luck. */
static void print_open(const struct waits *v, size_t less, size_t more)
{
    char lower[METRIC_TEXT], upper[METRIC_TEXT];
    const struct interval d = comparison_difference(v->means, more, less);
    const char *a = name_of(v, less);
    const char *b = name_of(v, more);
    if (!interval_is_known(&d))
        fprintf(v->out, "Under %s they wait exactly as long as under %s.\n", b, a);
    else
        fprintf(v->out,
                "The order of %s and %s is open: under %s they wait from %s less to %s more.\n", a,
                b, b, metric_print(lower, v->means->unit, fmax(-d.lower, 0)),
                metric_print(upper, v->means->unit, fmax(d.upper, 0)));
}

/* --- the whole --- */

static void put_in_order(struct waits *v)
{
    const struct comparison_values *m = v->means;
    for (size_t run = 0; run < m->len; run++) {
        if (isnan(m->of[run].value) || m->broke_off[run])
            continue;
        size_t at = v->len++;
        for (; at > 0 && m->of[v->order[at - 1]].value > m->of[run].value; at--)
            v->order[at] = v->order[at - 1];
        v->order[at] = run;
    }
}

/* Those that the first is certainly better than, in one sentence. */
static void print_what_first_gains(const struct waits *v)
{
    const size_t first = v->order[0];
    size_t decided = 0;
    for (size_t i = 1; i < v->len; i++)
        decided += is_decided(v, first, v->order[i]);
    if (decided == 0)
        return;
    fprintf(v->out, decided + 1 == v->len ? "Jobs wait least under %s: " : "Under %s jobs wait ",
            name_of(v, first));
    size_t said = 0;
    for (size_t i = 1; i < v->len; i++) {
        if (!is_decided(v, first, v->order[i]))
            continue;
        fputs(said == 0 ? "" : said + 1 == decided ? " and " : ", ", v->out);
        print_gap(v, v->means, first, v->order[i]);
        said++;
    }
    fputs(".\n", v->out);
}

static void print_waits(const struct waits *v)
{
    print_what_first_gains(v);
    for (size_t i = 1; i < v->len; i++)
        if (!is_decided(v, v->order[0], v->order[i]))
            print_open(v, v->order[0], v->order[i]);
    for (size_t i = 2; i < v->len; i++) {
        if (!is_decided(v, v->order[i - 1], v->order[i])) {
            print_open(v, v->order[i - 1], v->order[i]);
            continue;
        }
        fprintf(v->out, "Under %s they wait ", name_of(v, v->order[i - 1]));
        print_gap(v, v->means, v->order[i - 1], v->order[i]);
        fputs(".\n", v->out);
    }
}

static void print_alone(const struct waits *v)
{
    char mean[METRIC_TEXT], lower[METRIC_TEXT], upper[METRIC_TEXT];
    const struct interval i = comparison_interval(v->means, v->order[0]);
    const enum metric_unit unit = v->means->unit;
    if (v->means->len > 1)
        fprintf(v->out, "Under %s jobs", name_of(v, v->order[0]));
    else
        fputs("Jobs", v->out);
    fprintf(v->out, " wait %s on average", metric_print(mean, unit, i.mean));
    if (interval_is_known(&i))
        fprintf(v->out, " (%s to %s)", metric_print(lower, unit, fmax(i.lower, 0)),
                metric_print(upper, unit, i.upper));
    fputs(".\n", v->out);
}

/* Where the mean and the long waits do not agree on who is best. */
static void print_long_waits(const struct waits *v)
{
    struct comparison_values p95 =
        comparison_values_of(v->runs, v->means->len, METRIC_WAIT, STAT_P, 950000);
    size_t best = v->order[0];
    for (size_t i = 1; i < v->len; i++)
        if (p95.of[v->order[i]].value < p95.of[best].value)
            best = v->order[i];
    if (comparison_is_certainly_better(&p95, best, v->order[0])) {
        fprintf(v->out, "The long waits are shorter under %s: their p95 is ", name_of(v, best));
        print_gap(v, &p95, best, v->order[0]);
        fputs(".\n", v->out);
    }
    comparison_values_fini(&p95);
}

static void print_basis(const struct waits *v)
{
    const bool is_alone = v->means->len == 1;
    if (replications_are_samples(v->runs[0].replications)) {
        fprintf(
            v->out,
            "From %zu samples of the log (seed %" PRIu64
            "), each made of its own blocks drawn anew%s; \302\261 and ranges are where 95 %% of "
            "logs like it lie (t times the deviation)%s.\n",
            replications_len(v->runs[0].replications), v->runs[0].seed,
            is_alone ? "" : ", the same for all policies",
            is_alone ? "" : ", those of differences paired");
        return;
    }
    fprintf(v->out,
            "From %zu replications (seed %" PRIu64
            "), each with its own luck%s; \302\261 and ranges "
            "are 95 %% intervals (Student's t)%s.\n",
            replications_len(v->runs[0].replications), v->runs[0].seed,
            is_alone ? "" : ", the same for all policies",
            is_alone ? "" : ", those of differences paired");
}

void replicated_verdict_print(const struct run_record *runs, size_t len, FILE *out)
{
    struct comparison_values means = comparison_values_of(runs, len, METRIC_WAIT, STAT_MEAN, 0);
    struct waits v = {
        .out = out, .runs = runs, .means = &means, .order = calloc(len, sizeof v.order[0])};
    SIM_REQUIRE(v.order != NULL);
    put_in_order(&v);
    for (size_t i = 0; i < len; i++) {
        print_broken_off(out, &runs[i]);
        print_unfinished(out, &runs[i]);
    }
    if (v.len == 0) {
        fputs("There is nothing to compare.\n", out);
    } else if (v.len == 1) {
        print_alone(&v);
    } else {
        print_waits(&v);
        print_long_waits(&v);
    }
    print_basis(&v);
    free(v.order);
    comparison_values_fini(&means);
}
