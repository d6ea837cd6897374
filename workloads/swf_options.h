/*
 * swf_options.h - what a scenario says about an SWF log beside its name.
 *
 * Memory   Texts live as long as the scenario's file and the source's arena.
 */
#ifndef WORKLOADS_SWF_OPTIONS_H
#define WORKLOADS_SWF_OPTIONS_H

#include "sim/config.h"
#include "workloads/log_order.h"
#include "workloads/log_replay.h"

enum swf_processor { SWF_AS_GPU, SWF_AS_CPU };
enum swf_filter_kind { SWF_FILTER_NONE, SWF_FILTER_STRONG };
enum swf_size { SWF_SIZE_REQUESTED, SWF_SIZE_ALLOCATED, SWF_SIZE_MAX };
enum swf_estimate { SWF_ESTIMATE_REQUESTED, SWF_ESTIMATE_RUN, SWF_ESTIMATE_KNOWN };
enum swf_overrun { SWF_OVERRUN_RAISE, SWF_OVERRUN_CUT, SWF_OVERRUN_KEEP };
enum swf_grouping { SWF_BY_QUEUE, SWF_BY_PARTITION, SWF_BY_GROUP, SWF_BY_USER, SWF_BY_NONE };

enum swf_dependencies { SWF_IGNORE, SWF_FOLLOW };

struct swf_as {
    int processor; /* enum swf_processor */
    int64_t per_task;
    struct log_replay_options replay;
};

struct swf_options {
    const char *file;
    const char *name; /* prefix of the jobs' names */
    struct swf_as as;
    int start;
    int filter, size, estimate, overrun;
    int queue, tenant;
    int dependencies;             /* 1: follow */
    int64_t machine;              /* 0: see the table */
    int64_t requested_time_field; /* 9, or where a log keeps it instead */
    struct config_texts status;
    struct log_order_options order;
    /* Made of the above: */
    uint32_t statuses; /* bit 1 << status, the unknown one as bit 31; 0: all */
};

enum { SWF_STATUS_UNKNOWN_BIT = 31 };

extern const struct config_table swf_options_table;

/* Reads them from the source's map in the scenario; false after errors in d. */
bool swf_options_read(struct swf_options *o, const struct source_env *env, struct diag *d);

#endif /* WORKLOADS_SWF_OPTIONS_H */
