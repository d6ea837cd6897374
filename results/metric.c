#include "results/metric.h"

#include "sim/check.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define STAT(s)  (1u << (s))
#define ANY_STAT 0x7fu
#define BY(b)    (1u << (b))

#define OF_JOBS \
    (BY(BY_NOTHING) | BY(BY_TENANT) | BY(BY_QUEUE) | BY(BY_USER) | BY(BY_SIZE) | BY(BY_PRIORITY))
#define OF_QUEUES (BY(BY_NOTHING) | BY(BY_QUEUE))
#define OF_POOLS  (BY(BY_NOTHING) | BY(BY_POOL))

#define NS_PER_S          1e9
#define Q32               4294967296.0
#define MILLI_MS_PER_GPUH (1000 * 3.6e6)
#define NANO              1e9
#define NS_PER_H          3.6e12

#define JOB(name, better, unit, divisor, help)                               \
    {                                                                        \
        name, METRIC_PER_JOB, better, unit, OF_JOBS, ANY_STAT, divisor, help \
    }
#define COUNT(name, better, help)                                                              \
    {                                                                                          \
        name, METRIC_COUNT, better, UNIT_JOBS, OF_JOBS, STAT(STAT_COUNT) | STAT(STAT_MEAN), 1, \
            help                                                                               \
    }
#define LEVEL(name, better, unit, by, divisor, stats, help)        \
    {                                                              \
        name, METRIC_LEVEL, better, unit, by, stats, divisor, help \
    }
#define SHARE(name, better, help)                                                  \
    {                                                                              \
        name, METRIC_SHARE, better, UNIT_SHARE, OF_POOLS, STAT(STAT_MEAN), 1, help \
    }
#define RUN(name, better, unit, divisor, help)                               \
    {                                                                        \
        name, METRIC_PER_RUN, better, unit, BY(BY_NOTHING),                  \
            STAT(STAT_MEAN) | STAT(STAT_MIN) | STAT(STAT_MAX), divisor, help \
    }

static const struct metric metrics[METRICS] = {
    [METRIC_WAIT] = JOB("wait", BETTER_LESS, UNIT_SECONDS, NS_PER_S,
                        "time queued, and admitted without a node; of jobs that still wait at the "
                        "end of the run, so far"),
    [METRIC_UNSCHEDULABLE] = JOB("unschedulable", BETTER_LESS, UNIT_SECONDS, NS_PER_S,
                                 "part of the wait: admitted, but no node fits"),
    [METRIC_STARTUP] = JOB("startup", BETTER_LESS, UNIT_SECONDS, NS_PER_S,
                           "time with all nodes before the work began; of jobs that ended"),
    [METRIC_RUN] = JOB("run", BETTER_NEITHER, UNIT_SECONDS, NS_PER_S,
                       "time at work, lost work included; of jobs that ended"),
    [METRIC_SUSPENDED] =
        JOB("suspended", BETTER_LESS, UNIT_SECONDS, NS_PER_S, "time suspended; of jobs that ended"),
    [METRIC_TURNAROUND] = JOB("turnaround", BETTER_LESS, UNIT_SECONDS, NS_PER_S,
                              "from submission to the end; of jobs that ran and ended"),
    [METRIC_SLOWDOWN] = JOB("slowdown", BETTER_LESS, UNIT_RATIO, Q32,
                            "turnaround / run, at most 2e9; of jobs that ran and ended"),
    [METRIC_BOUNDED_SLOWDOWN] =
        JOB("bounded_slowdown", BETTER_LESS, UNIT_RATIO, Q32,
            "max(1, turnaround / max(run, 10 s)); of jobs that ran and ended"),
    [METRIC_GPUS] = JOB("gpus", BETTER_NEITHER, UNIT_GPUS, 1, "that a job wants"),
    [METRIC_GPU_HOURS] = JOB("gpu_hours", BETTER_NEITHER, UNIT_GPU_HOURS, MILLI_MS_PER_GPUH,
                             "held by a job: GPUs or shares of them x time"),
    [METRIC_COST] = JOB("cost", BETTER_LESS, UNIT_DOLLARS, NANO,
                        "of what a job held, at the price of its nodes"),
    [METRIC_PREEMPTIONS] = JOB("preemptions", BETTER_LESS, UNIT_TIMES, 1,
                               "times a job was stopped to make room for others"),
    [METRIC_RESTARTS] =
        JOB("restarts", BETTER_LESS, UNIT_TIMES, 1, "of a job's tasks, in place or as new pods"),

    [METRIC_JOBS] = COUNT("jobs", BETTER_NEITHER, "submitted after the warm-up"),
    [METRIC_DONE] = COUNT("done", BETTER_MORE, "jobs that did all their work"),
    [METRIC_FAILED] = COUNT("failed", BETTER_LESS, "jobs that exited with an error"),
    [METRIC_TIMED_OUT] = COUNT("timed_out", BETTER_LESS, "jobs that reached their time limit"),
    [METRIC_PREEMPTED] =
        COUNT("preempted", BETTER_LESS, "jobs that ended for good to make room for others"),
    [METRIC_NODE_LOST] =
        COUNT("node_lost", BETTER_LESS, "jobs that ended for good with their node"),
    [METRIC_CANCELLED] =
        COUNT("cancelled", BETTER_NEITHER, "jobs withdrawn by their owner or an administrator"),
    [METRIC_REFUSED] = COUNT("refused", BETTER_LESS, "jobs that the policy would never run"),
    [METRIC_LOST] =
        COUNT("lost", BETTER_LESS, "jobs that left before they started: no patience, or no room"),
    [METRIC_UNFINISHED] =
        COUNT("unfinished", BETTER_LESS, "jobs still there at the end of the run"),
    [METRIC_UNSTARTED] = COUNT("unstarted", BETTER_LESS, "of those, jobs that never started"),

    [METRIC_QUEUE_LENGTH] = LEVEL("queue_length", BETTER_LESS, UNIT_JOBS, OF_QUEUES, 1,
                                  STAT(STAT_MEAN) | STAT(STAT_MAX), "jobs that wait"),
    [METRIC_QUEUED_GPUS] = LEVEL("queued_gpus", BETTER_LESS, UNIT_GPUS, OF_QUEUES, 1,
                                 STAT(STAT_MEAN), "GPUs wanted by them"),
    [METRIC_RUNNING_JOBS] = LEVEL("running_jobs", BETTER_NEITHER, UNIT_JOBS, OF_QUEUES, 1,
                                  STAT(STAT_MEAN) | STAT(STAT_MAX), "jobs at work"),
    [METRIC_RUNNING_GPUS] = LEVEL("running_gpus", BETTER_NEITHER, UNIT_GPUS, OF_QUEUES, 1,
                                  STAT(STAT_MEAN), "GPUs wanted by them"),
    [METRIC_JOBS_IN_SYSTEM] =
        LEVEL("jobs_in_system", BETTER_LESS, UNIT_JOBS, BY(BY_NOTHING), 1,
              STAT(STAT_MEAN) | STAT(STAT_MAX), "jobs between submission and end"),

    [METRIC_UTILISATION] =
        SHARE("utilisation", BETTER_NEITHER, "part of the GPUs' time that jobs held them"),
    [METRIC_ACTIVITY] =
        SHARE("activity", BETTER_NEITHER, "part of the GPUs' time with kernels running"),
    [METRIC_FRAGMENTATION] =
        SHARE("fragmentation", BETTER_LESS,
              "part of the GPUs' time free, but of no use to those who waited"),
    [METRIC_DOWN] = SHARE("down", BETTER_NEITHER,
                          "part of the GPUs' time not held, on nodes that took no jobs"),

    [METRIC_MAKESPAN] = RUN("makespan", BETTER_LESS, UNIT_SECONDS, NS_PER_S,
                            "from the first submission to the last end, of the jobs that count"),
    [METRIC_MEASURED_TIME] = RUN("measured_time", BETTER_NEITHER, UNIT_SECONDS, NS_PER_S,
                                 "from the end of the warm-up to that of the run"),
    [METRIC_THROUGHPUT] =
        RUN("throughput", BETTER_MORE, UNIT_PER_HOUR, 1, "jobs done per hour of measured time"),
    [METRIC_CLUSTER_COST] = RUN("cluster_cost", BETTER_LESS, UNIT_DOLLARS, NANO,
                                "price of all nodes over the measured time, used or not"),
};

const struct metric *metric_get(enum metric_id id)
{
    SIM_REQUIRE((unsigned)id < METRICS);
    return &metrics[id];
}

enum metric_better metric_better_of(enum metric_id id, enum statistic s)
{
    const struct metric *m = metric_get(id);
    const bool is_telling =
        s == STAT_COUNT ? m->kind == METRIC_COUNT : s != STAT_DEVIATION && s != STAT_MIN;
    return is_telling ? m->better : BETTER_NEITHER;
}

static bool is_same_name(const char *name, const char *text, size_t len)
{
    size_t i = 0;
    for (; i < len && name[i] != '\0'; i++)
        if (name[i] != (text[i] == ' ' || text[i] == '-' ? '_' : text[i]))
            return false;
    return i == len && name[i] == '\0';
}

enum metric_id metric_find(const char *name, size_t len)
{
    enum metric_id id = 0;
    while (id < METRICS && !is_same_name(metrics[id].name, name, len))
        id++;
    return id;
}

static const char *const by_names[METRIC_BYS] = {
    [BY_NOTHING] = "",  [BY_TENANT] = "tenant",     [BY_QUEUE] = "queue", [BY_USER] = "user",
    [BY_SIZE] = "size", [BY_PRIORITY] = "priority", [BY_POOL] = "pool",
};

const char *metric_by_name(enum metric_by by)
{
    SIM_REQUIRE((unsigned)by < METRIC_BYS);
    return by_names[by];
}

enum metric_by metric_by_find(const char *name, size_t len)
{
    enum metric_by by = BY_NOTHING + 1;
    while (by < METRIC_BYS && !is_same_name(by_names[by], name, len))
        by++;
    return by;
}

/* --- texts --- */

const char *statistic_print(char buf[STATISTIC_TEXT], enum statistic s, unsigned p)
{
    static const char *const names[] = {"count", "mean", "sum", "min", "max", "deviation"};
    if (s != STAT_P) {
        SIM_REQUIRE((unsigned)s < STAT_P);
        return names[s];
    }
    enum { PER_PERCENT = 10000 };
    int len = snprintf(buf, STATISTIC_TEXT, "p%u", p / PER_PERCENT);
    if (p % PER_PERCENT != 0) {
        len += snprintf(buf + len, (size_t)(STATISTIC_TEXT - len), ".%04u", p % PER_PERCENT);
        while (buf[len - 1] == '0')
            buf[--len] = '\0';
    }
    return buf;
}

enum metric_unit metric_unit_of(enum metric_id id, enum statistic s)
{
    if (s == STAT_COUNT)
        return UNIT_JOBS;
    return metric_get(id)->kind == METRIC_COUNT ? UNIT_SHARE : metric_get(id)->unit;
}

const char *metric_unit_name(enum metric_unit unit)
{
    static const char *const names[] = {
        [UNIT_SECONDS] = "s",   [UNIT_RATIO] = "",          [UNIT_SHARE] = "",
        [UNIT_JOBS] = "jobs",   [UNIT_GPUS] = "GPUs",       [UNIT_GPU_HOURS] = "GPU h",
        [UNIT_DOLLARS] = "USD", [UNIT_PER_HOUR] = "jobs/h", [UNIT_TIMES] = "times",
    };
    SIM_REQUIRE((unsigned)unit < sizeof names / sizeof names[0]);
    return names[unit];
}

/* Two units, the larger first, as duration_parse reads them: 4h12m, 3d2h, 59s, 1.25s. */
static void print_seconds(char buf[METRIC_TEXT], double s)
{
    static const struct {
        const char *name, *part;
        double s, part_s;
    } units[] = {{"d", "h", 86400, 3600}, {"h", "m", 3600, 60}, {"m", "s", 60, 1}};
    const double size = fabs(s);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const double parts = round(size / units[i].part_s); /* 59.9 s are a minute */
        const double per = units[i].s / units[i].part_s;
        if (parts < per)
            continue;
        const int len = snprintf(buf, METRIC_TEXT, "%s%.0f%s", s < 0 ? "-" : "", floor(parts / per),
                                 units[i].name);
        if (fmod(parts, per) > 0)
            snprintf(buf + len, (size_t)(METRIC_TEXT - len), "%.0f%s", fmod(parts, per),
                     units[i].part);
        return;
    }
    snprintf(buf, METRIC_TEXT, "%.3gs", s);
}

/* 1,234,567.8 */
static void print_grouped(char buf[METRIC_TEXT], double x, int places)
{
    char digits[METRIC_TEXT];
    snprintf(digits, sizeof digits, "%.*f", places, x);
    const size_t whole = strcspn(digits + (digits[0] == '-'), ".");
    const char *from = digits;
    char *to = buf;
    if (*from == '-')
        *to++ = *from++;
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            *to++ = ',';
        *to++ = *from++;
    }
    strcpy(to, from);
}

/* Three digits that say something, more where they stand before the point. */
static void print_number(char buf[METRIC_TEXT], double x)
{
    if (x == round(x) || fabs(x) >= 1000)
        print_grouped(buf, x, 0);
    else
        snprintf(buf, METRIC_TEXT, "%.3g", x);
}

static void append(char buf[METRIC_TEXT], const char *text)
{
    const size_t len = strlen(buf);
    snprintf(buf + len, METRIC_TEXT - len, "%s", text);
}

const char *metric_print(char buf[METRIC_TEXT], enum metric_unit unit, double value)
{
    if (isnan(value) || fabs(value) > 1e15) {
        strcpy(buf, isnan(value) ? "-" : "very many");
    } else if (unit == UNIT_SECONDS) {
        print_seconds(buf, value);
    } else if (unit == UNIT_SHARE) {
        snprintf(buf, METRIC_TEXT, "%.1f%%", 100 * value);
    } else if (unit == UNIT_DOLLARS) {
        print_grouped(buf, value, 2);
        append(buf, " USD");
    } else {
        print_number(buf, value);
        if (unit == UNIT_PER_HOUR)
            append(buf, "/h");
        else if (unit == UNIT_GPU_HOURS)
            append(buf, " GPU h");
    }
    return buf;
}
