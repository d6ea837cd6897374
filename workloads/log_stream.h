/*
 * log_stream.h - the way of a log's jobs into the simulation, the same for every kind of log.
 *
 * A reader turns lines into records; here they are put in order (reorder.h), given their time in
 * the simulation (log_replay.h), and counted where they are left out. A strict log is looked
 * through before its first job leaves.
 *
 * Memory   Borrows the repairs and what the input's context points to; owns the window.
 * Errors   The input's and those of reorder.h, in the diag. A log of which nothing arrives is a
 *          warning.
 */
#ifndef WORKLOADS_LOG_STREAM_H
#define WORKLOADS_LOG_STREAM_H

#include "workloads/log_blocks.h"
#include "workloads/log_order.h"
#include "workloads/log_replay.h"
#include "workloads/repair_log.h"

struct log_stream_spec {
    const char *file;    /* for messages */
    size_t record_bytes; /* a record begins with its submit time, an int64 */
    struct reorder_input input;
    const struct log_order_options *order;
    const struct log_replay_options *replay;
    enum log_start start;
    const int64_t *zero_ns; /* the date of the log's time 0; looked at when the first job comes */
    struct repair_log *repairs;
    size_t too_late, too_early; /* kinds of these repairs */
    const char *no_jobs;        /* "there is no job in it; is it a table of jobs?" */
};

struct log_stream {
    struct log_stream_spec spec;
    struct log_replay replay;
    struct reorder *order;
    struct diag *diag;
    struct log_blocks *blocks; /* NULL: the log as it is */
    int64_t bootstrap_ns;      /* blocks are still to be made; 0: not */
    uint64_t seed, replication;
    uint64_t given;    /* of the blocks */
    uint64_t too_late; /* already counted */
};

void log_stream_init(struct log_stream *s, const struct log_stream_spec *spec,
                     const struct source_env *env, struct diag *d);
void log_stream_fini(struct log_stream *s);

/* Reads the log to its end, and back to its beginning; false if there was dirt, in the diag. */
bool log_stream_is_clean(struct log_stream *s);

/* Whether its days or weeks are drawn anew, so that jobs may come twice. The first replication is
 * the log as it is. */
static inline bool log_stream_is_drawn(const struct log_stream *s)
{
    return s->bootstrap_ns > 0 || s->blocks != NULL;
}

/* The number of the job handed out last: its own, or, where jobs may come twice, how many came. */
static inline int64_t log_stream_number(const struct log_stream *s, int64_t own)
{
    return s->blocks != NULL ? (int64_t)s->given : own;
}

/* The next record, and when it arrives. */
enum pull log_stream_next(struct log_stream *s, void *record, int64_t *arrive_ns);

/* Run times and requested times in the simulation; WORK_ENDLESS and LIMIT_NONE stay. */
static inline int64_t log_stream_work(const struct log_stream *s, int64_t ns)
{
    return log_replay_work(&s->replay, ns);
}

#endif /* WORKLOADS_LOG_STREAM_H */
