/*
 * jobs_csv_writer.h - jobs as a table in our own format (jobs_columns.h).
 *
 * From a log of processors (SWF) a job's shape is not known: `gpus` holds its processors, and the
 * reader splits them by its nodes; where processors are CPUs, `tasks` of one CPU each. Otherwise
 * tasks and what each asks for are written, with a column for each resource that is known when the
 * first job comes. Times of a log with dates are dates (`submit`), others seconds (`submit_s`).
 *
 * Memory   The columns; it does not grow with the log.
 * Errors   Those of out_file.h, by the file. What the table has no word for is counted.
 */
#ifndef WORKLOADS_JOBS_CSV_WRITER_H
#define WORKLOADS_JOBS_CSV_WRITER_H

#include "models/job.h"
#include "sim/csv.h"
#include "workloads/log_losses.h"

struct names;
struct out_file;
struct request_table;

enum jobs_csv_shape { SHAPE_GPUS, SHAPE_CPUS, SHAPE_TASKS };

struct jobs_csv_writer {
    struct csv csv;
    struct out_file *file;
    const struct names *names;
    const struct request_table *requests;
    enum jobs_csv_shape shape;
    bool has_begun, has_dates;
    int64_t start_ns;       /* of times in seconds */
    uint32_t resources_len; /* with a column */
    uint64_t jobs;          /* written */
    struct log_losses losses;
};

/* start_ns: where seconds count from. */
void jobs_csv_writer_init(struct jobs_csv_writer *w, struct out_file *file,
                          const struct names *names, const struct request_table *requests,
                          enum jobs_csv_shape shape, int64_t start_ns);
void jobs_csv_writer_put(struct jobs_csv_writer *w, const struct job_spec *job);

#endif /* WORKLOADS_JOBS_CSV_WRITER_H */
