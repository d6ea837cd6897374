/*
 * swf_filter.h - which lines of a log become jobs, and of which size, run time and limit.
 *
 * Order    Jobs are judged one by one in the order of the file; what is compared with earlier lines
 *          (numbers used twice, submit times that fall) is only counted.
 * Memory   Borrows options, header, words and the diag. The sets of words and numbers are its own.
 * Errors   Dirt is repaired, or the line left out; all is counted in `repairs`, and refused there
 *          if the log is read strictly.
 * Source   The strong filter: predictsim (SC'15), as its published tables need it: see
 *          docs/MODEL.md.
 */
#ifndef WORKLOADS_SWF_FILTER_H
#define WORKLOADS_SWF_FILTER_H

#include "sim/line_reader.h"
#include "workloads/number_set.h"
#include "workloads/number_words.h"
#include "workloads/repair_log.h"
#include "workloads/swf.h"
#include "workloads/swf_header.h"
#include "workloads/swf_options.h"

/* What is kept of a line until its job arrives; reorder.h wants the key first. */
struct swf_job {
    int64_t submit_ns; /* since the log's time 0 */
    int64_t run_ns;
    int64_t limit_ns; /* LIMIT_NONE: none */
    int64_t number;
    int64_t preceding; /* SWF_UNKNOWN: none */
    int64_t think_ns;
    uint32_t procs;
    uint32_t user, tenant, queue; /* words */
};

struct swf_filter {
    const struct swf_options *options;
    struct swf_header header;
    struct repair_log repairs;
    struct number_words users, groups, queues, partitions;
    struct number_set *numbers;
    const char *file;
    int64_t zero_ns;                     /* the date of the log's time 0 */
    uint64_t machine;                    /* processors; 0: as the header says */
    int64_t last_submit_ns, last_number; /* of the line above */
};

/* machine: what the cluster has, 0 if it has no nodes. */
void swf_filter_init(struct swf_filter *f, const struct swf_options *o, const char *file,
                     uint64_t machine, const struct source_env *env);
void swf_filter_fini(struct swf_filter *f);

/* Back to the beginning of the log; counts are forgotten. */
void swf_filter_rewind(struct swf_filter *f);

/* Takes note of a line; true if it is a job, and is kept. */
bool swf_filter_take(struct swf_filter *f, const struct line *line, struct swf_job *out);

#endif /* WORKLOADS_SWF_FILTER_H */
