/*
 * out_table.h - a CSV file of results: its columns, and the file itself.
 *
 * One table of columns per file is the only list there is: the header row and docs/OUTPUTS.md come
 * from it.
 *
 * Memory   A table_file owns its out_file until it is closed or abandoned.
 * Errors   As out_file.h: open and close report, writing does not have to be looked at.
 */
#ifndef RESULTS_OUT_TABLE_H
#define RESULTS_OUT_TABLE_H

#include "models/observer.h"
#include "sim/csv.h"

struct out_column {
    const char *name; /* as in the header row; NULL ends the table */
    const char *unit; /* "s", "GPUs", "text"; for the manual */
    const char *help;
};

struct out_table {
    const char *file; /* "jobs.csv" */
    const char *help; /* what a row is, when it is written; Markdown */
    const struct out_column *columns;
};

/* What a scenario may say to any observer that writes a file. */
struct out_options {
    const char *path; /* instead of the folder and the usual name; NULL: those */
    int64_t step_ns;  /* of samples, for observers that may have their own; 0: those of the run */
};

/* For observer_ops.step_ns; options NULL: 0. */
int64_t out_options_step_ns(const void *options);

struct table_file {
    struct out_file *out;
    struct csv csv;
};

/* Creates the file with its header row. False after a diag_error. */
bool table_file_open(struct table_file *f, const struct observer_env *env,
                     const struct out_table *table, struct diag *d);

/* The same with other names in the header row, ended by NULL. */
bool table_file_open_names(struct table_file *f, const struct observer_env *env, const char *file,
                           const char *const *names, struct diag *d);

/* False, after a diag_error, if the file is not whole. */
bool table_file_close(struct table_file *f, struct diag *d);
void table_file_abandon(struct table_file *f);

size_t out_table_len(const struct out_table *t);

/* Columns with their units, as a Markdown section. */
void out_table_print(const struct out_table *t, FILE *out);

/* Folder and name in one text, to be freed; NULL folder: the present one. */
char *out_path(const char *dir, const char *name);

#endif /* RESULTS_OUT_TABLE_H */
