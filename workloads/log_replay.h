/*
 * log_replay.h - when a log's jobs arrive in the simulation, and how long they take there.
 *
 * What every reader of logs shares: the log's clock against the simulation's, stretched arrivals
 * and work, a part of the log only.
 *
 * Order    Jobs come in the log's order; so do their times.
 * Errors   Times that int64 cannot hold end up at its limits.
 * Units    ns; the factors are exact to nine decimals.
 */
#ifndef WORKLOADS_LOG_REPLAY_H
#define WORKLOADS_LOG_REPLAY_H

#include "models/job_source.h"

enum log_start {
    LOG_START_NOW, /* the log's first job arrives at simulated time 0 */
    LOG_START_LOG, /* the log's dates are the simulation's */
};

struct log_replay_options {
    int64_t offset_ns; /* later by so much */
    int64_t jobs;      /* at most; 0: all */
    double stretch;    /* of the time between submissions */
    double work;       /* of run times and requested times */
};

extern const char *const log_start_choices[];

/* Rows of config tables: `start`, an int, and the options, `member` of a `type`. */
#define LOG_REPLAY_START_KEY(type, member, by_default)                                            \
    {                                                                                             \
        .key = "start", .kind = CONFIG_CHOICE, .offset = offsetof(struct type, member),           \
        .fallback = by_default, .choices = log_start_choices,                                     \
        .help = "`now`: the first job arrives when the simulation starts; `log`: jobs arrive at " \
                "the log's dates, and what comes before the simulation's start is left out."      \
    }
#define LOG_REPLAY_AS_KEYS(type, member)                                                          \
    {.key = "offset",                                                                             \
     .kind = CONFIG_DURATION,                                                                     \
     .offset = offsetof(struct type, member.offset_ns),                                           \
     .fallback = "0s",                                                                            \
     .help = "All jobs arrive later by this."},                                                   \
        {.key = "jobs",                                                                           \
         .kind = CONFIG_INT,                                                                      \
         .offset = offsetof(struct type, member.jobs),                                            \
         .fallback = "",                                                                          \
         .min = 1,                                                                                \
         .max = 1e15,                                                                             \
         .help = "Only the first so many jobs."},                                                 \
        {.key = "stretch",                                                                        \
         .kind = CONFIG_REAL,                                                                     \
         .offset = offsetof(struct type, member.stretch),                                         \
         .fallback = "1",                                                                         \
         .min = 0,                                                                                \
         .max = 1e6,                                                                              \
         .help = "Factor of the time between submissions: 0.5 doubles the load."},                \
    {                                                                                             \
        .key = "work", .kind = CONFIG_REAL, .offset = offsetof(struct type, member.work),         \
        .fallback = "1", .min = 0, .max = 1e6, .help = "Factor of run times and requested times." \
    }

/* The longest run time a log can mean: 68 years. */
#define LOG_LONGEST_NS (INT32_MAX * INT64_C(1000000000))

struct log_replay {
    struct log_replay_options options;
    enum log_start start;
    int64_t start_ns, horizon_ns; /* of the simulation */
    int64_t zero_ns; /* LOG_START_LOG: the date of the log's time 0; the reader's to set */
    bool has_first;
    int64_t first_ns; /* of the first job, by the log's clock */
    uint64_t given;
};

void log_replay_init(struct log_replay *r, const struct log_replay_options *options,
                     enum log_start start, const struct source_env *env);

enum log_place { LOG_GIVE, LOG_TOO_EARLY, LOG_OVER };

/* Where the next job goes: *arrive_ns in the simulation, or it is left out, or nothing more will
 * come. */
enum log_place log_replay_place(struct log_replay *r, int64_t submit_ns, int64_t *arrive_ns);

/* A run time or a requested time, at most LOG_LONGEST_NS; LIMIT_NONE stays. */
int64_t log_replay_work(const struct log_replay *r, int64_t ns);

#endif /* WORKLOADS_LOG_REPLAY_H */
