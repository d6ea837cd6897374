#include "workloads/log_replay.h"

#include "sim/int128.h"

#include <math.h>
#include <stddef.h>

#define BILLION INT64_C(1000000000)

const char *const log_start_choices[] = {"now", "log", NULL};

void log_replay_init(struct log_replay *r, const struct log_replay_options *options,
                     enum log_start start, const struct source_env *env)
{
    *r = (struct log_replay){
        .options = *options,
        .start = start,
        .start_ns = env->start_ns,
        .horizon_ns = env->horizon_ns,
    };
}

static int64_t clamped(int128 x)
{
    if (x > INT64_MAX)
        return INT64_MAX;
    return x < INT64_MIN ? INT64_MIN : (int64_t)x;
}

/* The factor in thousandths of a millionth, so that 0.1 is one tenth. */
static int128 times(int128 ns, double factor)
{
    if (factor == 1)
        return ns;
    const int128 x = ns * (int128)llround(factor * (double)BILLION);
    return x >= 0 ? x / BILLION : -(-x / BILLION);
}

enum log_place log_replay_place(struct log_replay *r, int64_t submit_ns, int64_t *arrive_ns)
{
    const struct log_replay_options *o = &r->options;
    if (o->jobs > 0 && r->given == (uint64_t)o->jobs)
        return LOG_OVER;
    if (!r->has_first) {
        r->has_first = true;
        r->first_ns = submit_ns;
    }
    const int128 since_first = times((int128)submit_ns - r->first_ns, o->stretch);
    const int128 first =
        r->start == LOG_START_NOW ? (int128)r->start_ns : (int128)r->zero_ns + r->first_ns;
    *arrive_ns = clamped(first + since_first + o->offset_ns);
    if (*arrive_ns < r->start_ns)
        return LOG_TOO_EARLY;
    if (*arrive_ns > r->horizon_ns)
        return LOG_OVER;
    r->given++;
    return LOG_GIVE;
}

int64_t log_replay_work(const struct log_replay *r, int64_t ns)
{
    if (ns == LIMIT_NONE)
        return LIMIT_NONE;
    const int128 x = times(ns, r->options.work);
    return x < LOG_LONGEST_NS ? (int64_t)x : LOG_LONGEST_NS;
}
