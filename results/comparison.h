/*
 * comparison.h - what runs of one scenario under several policies say side by side: a table, a
 * sentence and compare.csv.
 *
 *   comparison_print_table(runs, len, stdout);
 *   comparison_print_verdict(runs, len, stdout);
 *   comparison_write_csv(runs, len, "out/NAME/compare.csv", d);
 *
 * The runs are finished, each with its policy's name, in the order in which they are to be shown.
 * Of replications it is the first of each policy, with the values of all of them (replications.h):
 * then values are means over replications with their intervals, and an order is one that the paired
 * interval of the difference leaves no doubt of. Each interval holds in 95 % of experiments by
 * itself; of twenty comparisons one may be wrong.
 * Values whose errors overlap (percentiles of very many jobs) count as equal.
 *
 * Errors   Not a single run is a bug. comparison_write_csv: false after a diag_error, and what an
 *          earlier comparison wrote stays.
 */
#ifndef RESULTS_COMPARISON_H
#define RESULTS_COMPARISON_H

#include "results/run_record.h"

/* A row per policy; the best of a column has a star, unless all are equal. */
void comparison_print_table(const struct run_record *runs, size_t len, FILE *out);

/* The same in Markdown. */
void comparison_print_markdown(const struct run_record *runs, size_t len, FILE *out);

/* The mean wait in each queue, a row per policy; nothing where there is one queue, or many, or
 * where there are replications. */
void comparison_print_queues(const struct run_record *runs, size_t len, FILE *out);

/* Under whom jobs wait least and by how much, who left jobs unfinished, and what it rests on. */
void comparison_print_verdict(const struct run_record *runs, size_t len, FILE *out);

/* Every value that is not of a group, by metric, statistic and policy. */
bool comparison_write_csv(const struct run_record *runs, size_t len, const char *path,
                          struct diag *d);

#endif /* RESULTS_COMPARISON_H */
