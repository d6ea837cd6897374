#include "results/out_table.h"
#include "results/replications.h"
#include "sim/check.h"

#include <math.h>
#include <stdlib.h>

static const struct out_column columns[] = {
    {"policy", "text", "as the scenario calls it"},
    {"by", "text",
     "as in summary.csv; only groups that an `expect`, a `--tolerance` or an "
     "`--until-width` asks for"},
    {"group", "text", "which of them; empty: all jobs"},
    {"metric", "text", "as in summary.csv"},
    {"statistic", "text", "as in summary.csv"},
    {"seed", "number", "of all replications"},
    {"replication", "number", "from 0; the same number has the same luck under all policies"},
    {"value", "unit", "of this replication alone; empty: it has none"},
    {"unit", "text", "of value; empty: a ratio"},
    {0},
};

extern const struct out_table out_table_replications;
const struct out_table out_table_replications = {
    .file = "replications.csv",
    .help = "Written by `run` and `compare` with `--replications` or `--until-width`: one row per "
            "value and replication. Intervals are made from it, and `--baseline` compares with it.",
    .columns = columns,
};

static void put_group(struct csv *c, const struct run_record *run,
                      const struct replication_question *q, const char *group, double *values)
{
    char name[STATISTIC_TEXT];
    const size_t len = replications_len(run->replications);
    replications_values(run->replications, q, group, values);
    for (size_t k = 0; k < len; k++) {
        csv_text(c, run->facts.policy);
        csv_text(c, metric_by_name(q->by));
        csv_text(c, group);
        csv_text(c, metric_get(q->id)->name);
        csv_text(c, statistic_print(name, q->s, q->p));
        csv_int(c, (int64_t)run->seed);
        csv_int(c, (int64_t)k);
        csv_real(c, values[k]);
        csv_text(c, metric_unit_name(metric_unit_of(q->id, q->s)));
        csv_end_row(c);
    }
}

static void put_policy(struct csv *c, const struct run_record *run)
{
    const struct replications *r = run->replications;
    double *values = calloc(replications_len(r), sizeof values[0]);
    SIM_REQUIRE(values != NULL);
    for (size_t i = 0; i < replications_questions(r); i++) {
        const struct replication_question *q = replications_question(r, i);
        for (size_t g = 0; g < replications_groups(r, q); g++)
            put_group(c, run, q, replications_group_name(r, q, g), values);
    }
    free(values);
}

bool replications_write_csv(const struct run_record *runs, size_t len, const char *path,
                            struct diag *d)
{
    const struct out_options options = {.path = path};
    const struct observer_env env = {.options = &options};
    struct table_file f;
    if (!table_file_open(&f, &env, &out_table_replications, d))
        return false;
    for (size_t i = 0; i < len; i++)
        put_policy(&f.csv, &runs[i]);
    return table_file_close(&f, d);
}
