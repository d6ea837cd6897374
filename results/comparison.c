#include "results/comparison.h"

#include "results/comparison_values.h"
#include "results/replicated_verdict.h"
#include "results/replications.h"
#include "sim/check.h"
#include "sim/text_table.h"

#include <inttypes.h>
#include <string.h>

/* --- the table --- */

static const struct table_value {
    const char *title;
    enum metric_id id;
    enum statistic s;
    unsigned p;
} table_values[] = {
    {"done", METRIC_DONE, STAT_COUNT, 0},
    {"mean wait", METRIC_WAIT, STAT_MEAN, 0},
    {"median", METRIC_WAIT, STAT_P, 500000},
    {"p95", METRIC_WAIT, STAT_P, 950000},
    {"slowdown", METRIC_BOUNDED_SLOWDOWN, STAT_MEAN, 0},
    {"GPU use", METRIC_UTILISATION, STAT_MEAN, 0},
    {"makespan", METRIC_MAKESPAN, STAT_MEAN, 0},
    {"evictions", METRIC_PREEMPTIONS, STAT_SUM, 0},
};

enum { TABLE_VALUES = sizeof table_values / sizeof table_values[0] };

static struct comparison_values values_of(const struct run_record *runs, size_t len,
                                          const struct table_value *t)
{
    return comparison_values_of(runs, len, t->id, t->s, t->p);
}

enum { CELL_TEXT = 2 * METRIC_TEXT + sizeof " \302\261*" };

/* "*12m ± 40s" */
static const char *print_value(char cell[CELL_TEXT], const struct comparison_values *v, size_t run)
{
    char value[METRIC_TEXT], half[METRIC_TEXT];
    const struct interval i = comparison_interval(v, run);
    const bool has_interval = interval_is_known(&i);
    metric_print(value, v->unit, v->of[run].value);
    metric_print(half, v->unit, interval_half_width(&i));
    snprintf(cell, CELL_TEXT, "%s%s%s%s", comparison_is_best(v, run) ? "*" : "", value,
             has_interval ? " \302\261" : "", has_interval ? half : "");
    return cell;
}

/* Whether a star is somewhere, which then has to be explained. */
static bool put_rows(struct text_table *t, const struct run_record *runs, size_t len)
{
    struct comparison_values values[TABLE_VALUES];
    char cell[CELL_TEXT];
    bool has_best = false;
    for (size_t i = 0; i < TABLE_VALUES; i++)
        values[i] = values_of(runs, len, &table_values[i]);
    for (size_t run = 0; run < len; run++) {
        text_table_cell(t, runs[run].facts.policy);
        for (size_t i = 0; i < TABLE_VALUES; i++) {
            text_table_cell(t, print_value(cell, &values[i], run));
            has_best |= comparison_is_best(&values[i], run);
        }
    }
    for (size_t i = 0; i < TABLE_VALUES; i++)
        comparison_values_fini(&values[i]);
    return has_best;
}

/* Whether there are replications that differ, so that there are intervals. */
static bool is_random(const struct run_record *runs, size_t len)
{
    bool is_same = true;
    for (size_t i = 0; i < len; i++)
        is_same &= runs[i].replications == NULL || replications_are_identical(runs[i].replications);
    return !is_same;
}

void comparison_print_table(const struct run_record *runs, size_t len, FILE *out)
{
    struct text_column columns[TABLE_VALUES + 1] = {{"policy", false}};
    for (size_t i = 0; i < TABLE_VALUES; i++)
        columns[i + 1] = (struct text_column){table_values[i].title, true};
    struct text_table *t = text_table_new(columns, TABLE_VALUES + 1);
    const bool has_best = put_rows(t, runs, len);
    text_table_print(t, out);
    text_table_free(t);
    fprintf(
        out,
        "%smedian, p95: of the waits; slowdown: bounded, mean; GPU use: held by jobs, work that "
        "was lost included\n",
        has_best ? "* best; " : "");
    if (is_random(runs, len))
        fprintf(out, "each value: the mean over %zu %s \302\261 half of its 95 %% interval\n",
                replications_len(runs[0].replications),
                replications_are_samples(runs[0].replications) ? "samples of the log"
                                                               : "replications");
}

void comparison_print_markdown(const struct run_record *runs, size_t len, FILE *out)
{
    char cell[CELL_TEXT];
    fputs("| policy |", out);
    for (size_t i = 0; i < TABLE_VALUES; i++)
        fprintf(out, " %s |", table_values[i].title);
    fputs("\n|---|", out);
    for (size_t i = 0; i < TABLE_VALUES; i++)
        fputs("--:|", out);
    fputc('\n', out);
    for (size_t run = 0; run < len; run++) {
        fprintf(out, "| %s |", runs[run].facts.policy);
        for (size_t i = 0; i < TABLE_VALUES; i++) {
            struct comparison_values v = values_of(runs, len, &table_values[i]);
            const char *text = print_value(cell, &v, run);
            fprintf(out, text[0] == '*' ? " **%s** |" : " %s |", text + (text[0] == '*'));
            comparison_values_fini(&v);
        }
        fputc('\n', out);
    }
}

/* --- the verdict --- */

static const char *policy_of(const struct run_record *runs, size_t i)
{
    return runs[i].facts.policy;
}

/* "a, b and c": those with this rank. */
static void print_ranked(FILE *out, const struct run_record *runs,
                         const struct comparison_values *v, size_t rank)
{
    size_t left = 0;
    for (size_t i = 0; i < v->len; i++)
        left += comparison_rank(v, i) == rank;
    bool first = true;
    for (size_t i = 0; i < v->len; i++) {
        if (comparison_rank(v, i) != rank)
            continue;
        fprintf(out, "%s%s", first ? "" : left == 1 ? " and " : ", ", policy_of(runs, i));
        first = false;
        left--;
    }
}

/* "3h42m less than under fifo (4h12m)" */
static void print_gap(FILE *out, const struct run_record *runs, const struct comparison_values *v,
                      size_t best, size_t other)
{
    char gap[METRIC_TEXT], value[METRIC_TEXT];
    fprintf(out, "%s less than under %s (%s)",
            metric_print(gap, v->unit, v->of[other].value - v->of[best].value),
            policy_of(runs, other), metric_print(value, v->unit, v->of[other].value));
}

/* The first run with the least rank beyond that of the best; SIZE_MAX: all are equal. */
static size_t next_to(const struct comparison_values *v, size_t best)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < v->len; i++) {
        const size_t rank = comparison_rank(v, i);
        if (rank > comparison_rank(v, best) &&
            (found == SIZE_MAX || rank < comparison_rank(v, found)))
            found = i;
    }
    return found;
}

static void print_waits(FILE *out, const struct run_record *runs, const struct comparison_values *v,
                        size_t best)
{
    char value[METRIC_TEXT];
    const size_t next = next_to(v, best);
    const size_t last = comparison_last(v);
    metric_print(value, v->unit, v->of[best].value);
    if (next == SIZE_MAX) {
        fprintf(out, "Jobs wait %s on average%s.\n", value,
                v->len > 1 ? ", under all policies alike" : "");
        return;
    }
    fputs("Jobs wait least under ", out);
    print_ranked(out, runs, v, comparison_rank(v, best));
    fprintf(out, ": %s on average, ", value);
    print_gap(out, runs, v, best, next);
    if (comparison_rank(v, last) != comparison_rank(v, next)) {
        fputs(" and ", out);
        print_gap(out, runs, v, best, last);
    }
    fputs(".\n", out);
}

/* Where the mean and the long waits do not agree on who is best. */
static void print_long_waits(FILE *out, const struct run_record *runs,
                             const struct comparison_values *v, size_t best_mean)
{
    char value[METRIC_TEXT];
    const size_t best = comparison_first(v);
    if (best == SIZE_MAX || comparison_rank(v, best_mean) == comparison_rank(v, best))
        return;
    fputs("The long waits are shortest under ", out);
    print_ranked(out, runs, v, comparison_rank(v, best));
    fprintf(out, ": p95 is %s, ", metric_print(value, v->unit, v->of[best].value));
    print_gap(out, runs, v, best, best_mean);
    fputs(".\n", out);
}

static double jobs_that(const struct run_record *run, enum metric_id id)
{
    return metrics_value(run->metrics, id, (struct metric_place){BY_NOTHING, 0}, STAT_COUNT, 0)
        .value;
}

/* Means leave out, or cut short, what was never finished. */
static void print_unfinished(FILE *out, const struct run_record *run)
{
    char part[METRIC_TEXT], all[METRIC_TEXT];
    if (comparison_broke_off(run) > 0)
        fprintf(out, "%s broke off: its values are of the time before, and are not compared.\n",
                run->facts.policy);
    const double failed = jobs_that(run, METRIC_FAILED);
    const double missing = jobs_that(run, METRIC_UNFINISHED) + jobs_that(run, METRIC_REFUSED) +
                           jobs_that(run, METRIC_LOST);
    metric_print(all, UNIT_JOBS, (double)metrics_jobs(run->metrics));
    if (missing > 0)
        fprintf(out,
                "%s did not finish %s of %s jobs: its other values leave them out or count them "
                "only so far.\n",
                run->facts.policy, metric_print(part, UNIT_JOBS, missing), all);
    if (failed > 0)
        fprintf(out, "Under %s %s of %s jobs failed.\n", run->facts.policy,
                metric_print(part, UNIT_JOBS, failed), all);
}

/* What it rests on. */
static void print_basis(FILE *out, const struct run_record *run)
{
    if (run->replications != NULL)
        fprintf(
            out,
            "All %zu replications (seed %" PRIu64
            ") are the same: nothing in the scenario is drawn at random (a log is replayed). So "
            "there is no interval, and one replication says as much; with --bootstrap day or week "
            "the "
            "log's days or weeks are drawn anew.\n",
            replications_len(run->replications), run->seed);
    else
        fprintf(out,
                "This is one replay (seed %" PRIu64
                "): another workload or seed may change the order.\n",
                run->seed);
}

void comparison_print_verdict(const struct run_record *runs, size_t len, FILE *out)
{
    if (is_random(runs, len)) {
        replicated_verdict_print(runs, len, out);
        return;
    }
    static const struct table_value mean = {"", METRIC_WAIT, STAT_MEAN, 0};
    static const struct table_value p95 = {"", METRIC_WAIT, STAT_P, 950000};
    struct comparison_values means = values_of(runs, len, &mean);
    struct comparison_values long_ones = values_of(runs, len, &p95);
    const size_t best = comparison_first(&means);
    for (size_t i = 0; i < len; i++)
        print_unfinished(out, &runs[i]);
    if (best == SIZE_MAX) {
        fputs("There is nothing to compare.\n", out);
    } else {
        print_waits(out, runs, &means, best);
        print_long_waits(out, runs, &long_ones, best);
    }
    print_basis(out, &runs[0]);
    comparison_values_fini(&means);
    comparison_values_fini(&long_ones);
}
