/* How long jobs wait in each queue under each policy: what a change of quotas gives and takes. */
#include "results/comparison.h"
#include "results/metrics.h"
#include "sim/text_table.h"

#include <math.h>
#include <string.h>

enum { QUEUES_MOST = 8 };

static size_t queues_of(const struct run_record *run)
{
    return metrics_groups(run->metrics, METRIC_WAIT, BY_QUEUE);
}

static const char *queue_name(const struct run_record *run, size_t i)
{
    return metrics_group_name(run->metrics, METRIC_WAIT, (struct metric_place){BY_QUEUE, i});
}

static double mean_wait(const struct run_record *run, const char *queue)
{
    const size_t i = metrics_find_group(run->metrics, METRIC_WAIT, BY_QUEUE, queue);
    if (i == SIZE_MAX)
        return (double)NAN;
    return metrics_value(run->metrics, METRIC_WAIT, (struct metric_place){BY_QUEUE, i}, STAT_MEAN,
                         0)
        .value;
}

void comparison_print_queues(const struct run_record *runs, size_t len, FILE *out)
{
    const size_t queues = queues_of(&runs[0]);
    struct text_column columns[QUEUES_MOST + 1] = {{"mean wait in", false}};
    if (len < 2 || queues < 2 || queues > QUEUES_MOST || runs[0].replications != NULL)
        return;
    for (size_t q = 0; q < queues; q++)
        columns[q + 1] = (struct text_column){queue_name(&runs[0], q), true};
    struct text_table *t = text_table_new(columns, queues + 1);
    for (size_t run = 0; run < len; run++) {
        text_table_cell(t, runs[run].facts.policy);
        for (size_t q = 0; q < queues; q++) {
            char text[METRIC_TEXT];
            text_table_cell(t, metric_print(text, metric_unit_of(METRIC_WAIT, STAT_MEAN),
                                            mean_wait(&runs[run], queue_name(&runs[0], q))));
        }
    }
    text_table_print(t, out);
    text_table_free(t);
}
