#include "workloads/log_stats.h"

#include "models/request.h"
#include "sim/calendar.h"
#include "sim/check.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MILLI = 1000, DAYS_TO_1980 = 3652, MONDAY_OF_EPOCH = 3 /* 1970-01-01 was a Thursday */ };

#define HOUR_NS INT64_C(3600000000000)
#define DAY_NS  (24 * HOUR_NS)

void log_stats_init(struct log_stats *s)
{
    *s = (struct log_stats){
        .size = quantile_new(QUANTILE_EXACT_MOST),
        .run = quantile_new(QUANTILE_EXACT_MOST),
        .limit = quantile_new(QUANTILE_EXACT_MOST),
        .gap = quantile_new(QUANTILE_EXACT_MOST),
        .accuracy = quantile_new(QUANTILE_EXACT_MOST),
    };
}

void log_stats_fini(struct log_stats *s)
{
    quantile_free(s->size);
    quantile_free(s->run);
    quantile_free(s->limit);
    quantile_free(s->gap);
    quantile_free(s->accuracy);
    for (size_t i = 0; i < LOG_OWNERS; i++)
        free(s->owners[i].of);
}

/* --- adding --- */

static int64_t gpus_of(const struct request *r)
{
    return r->load.gpu_milli > 0 ? (int64_t)r->load.gpu_milli : (int64_t)r->gpus * MILLI;
}

int64_t log_stats_size(const struct job_spec *job, const struct request_table *t, bool *is_cpu)
{
    int64_t gpus = 0;
    int64_t cpus = 0;
    for (uint32_t g = 0; g < job->groups_len; g++) {
        const struct request *r = request_get(t, job->groups[g].request);
        gpus += gpus_of(r) * job->groups[g].count;
        cpus += request_amount(r, RESOURCE_CPU) * job->groups[g].count;
    }
    *is_cpu = gpus == 0;
    return gpus > 0 ? gpus : cpus;
}

/* 0: nothing, 1: below 1, 2: 1, 3: 2, 4: 3 to 4, 5: 5 to 8 ... */
static size_t size_bin(int64_t milli)
{
    if (milli < MILLI)
        return milli > 0;
    size_t bin = 2;
    for (int64_t most = MILLI; most < milli && bin < LOG_SIZES - 1; most *= 2)
        bin++;
    return bin;
}

static void share_add(struct log_share *s, double use_ns)
{
    s->jobs++;
    s->use_ns += use_ns;
}

static void shares_grow(struct log_shares *s, uint32_t word)
{
    size_t cap = s->cap == 0 ? 256 : s->cap;
    while (cap <= word)
        cap *= 2;
    s->of = realloc(s->of, cap * sizeof s->of[0]);
    SIM_REQUIRE(s->of != NULL);
    memset(s->of + s->cap, 0, (cap - s->cap) * sizeof s->of[0]);
    s->cap = cap;
}

static void shares_add(struct log_shares *s, uint32_t word, double use_ns)
{
    if (word == UINT32_MAX) {
        share_add(&s->unknown, use_ns);
        return;
    }
    if (word >= s->cap)
        shares_grow(s, word);
    s->len += s->of[word].jobs == 0;
    share_add(&s->of[word], use_ns);
}

static void add_times(struct log_stats *s, const struct job_spec *job)
{
    if (s->all.jobs > 0) {
        quantile_add(s->gap, job->submit_ns - s->last_ns);
        moments_add(&s->gaps, job->submit_ns - s->last_ns);
    }
    if (s->all.jobs == 0)
        s->first_ns = job->submit_ns;
    s->last_ns = job->submit_ns;
    if (job->limit_ns == LIMIT_NONE)
        s->without_limit++;
    else
        quantile_add(s->limit, job->limit_ns);
    if (job->work_ns == WORK_ENDLESS) {
        s->without_end++;
        return;
    }
    quantile_add(s->run, job->work_ns);
    if (job->limit_ns != LIMIT_NONE && job->limit_ns > 0)
        quantile_add(s->accuracy, (int64_t)(1e6 * (double)job->work_ns / (double)job->limit_ns));
}

static int64_t below(int64_t x, int64_t d)
{
    const int64_t q = x / d;
    return q - (x % d < 0);
}

void log_stats_add(struct log_stats *s, const struct job_spec *job, const struct request_table *t)
{
    bool is_cpu;
    const int64_t size = log_stats_size(job, t, &is_cpu);
    const double use_ns =
        job->work_ns == WORK_ENDLESS ? 0 : (double)size / MILLI * (double)job->work_ns;
    const int64_t day = below(job->submit_ns, DAY_NS);
    const int64_t hour = (job->submit_ns - day * DAY_NS) / HOUR_NS;
    const int64_t weekday =
        ((day + MONDAY_OF_EPOCH) % LOG_WEEK_DAYS + LOG_WEEK_DAYS) % LOG_WEEK_DAYS;
    add_times(s, job);
    share_add(&s->all, use_ns);
    s->without_gpus += is_cpu;
    quantile_add(s->size, size);
    share_add(&s->sizes[size_bin(size)], use_ns);
    share_add(&s->hours[hour], use_ns);
    share_add(&s->weekdays[weekday], use_ns);
    shares_add(&s->owners[LOG_USER], job->user_word, use_ns);
    shares_add(&s->owners[LOG_TENANT], job->tenant_word, use_ns);
    shares_add(&s->owners[LOG_QUEUE], job->queue_word, use_ns);
}

/* --- asking --- */

bool log_stats_has_dates(const struct log_stats *s)
{
    return s->first_ns >= DAYS_TO_1980 * DAY_NS;
}

double log_stats_gap_variation(const struct log_stats *s)
{
    const double mean = moments_mean(&s->gaps);
    return mean > 0 ? sqrt(moments_variance(&s->gaps)) / mean : NAN;
}

double log_stats_mean_use(const struct log_stats *s)
{
    const int64_t span = s->last_ns - s->first_ns;
    return span > 0 ? s->all.use_ns / (double)span : NAN;
}

const char *log_stats_size_name(char buf[32], size_t i)
{
    const uint64_t most = i < 2 ? 0 : UINT64_C(1) << (i - 2);
    if (i == 0)
        return "0";
    if (i == 1)
        return "below 1";
    if (most <= 2)
        snprintf(buf, 32, "%" PRIu64, most);
    else
        snprintf(buf, 32, "%" PRIu64 " to %" PRIu64, most / 2 + 1, most);
    return buf;
}

static bool is_above(const struct log_share *a, const struct log_share *b)
{
    return a->use_ns != b->use_ns ? a->use_ns > b->use_ns : a->jobs > b->jobs;
}

size_t log_stats_top(const struct log_stats *s, enum log_owner who, uint32_t *words, size_t most)
{
    const struct log_shares *shares = &s->owners[who];
    size_t len = 0;
    for (uint32_t w = 0; w < shares->cap; w++) {
        if (shares->of[w].jobs == 0)
            continue;
        size_t at = len;
        while (at > 0 && is_above(&shares->of[w], &shares->of[words[at - 1]]))
            at--;
        if (at == most)
            continue;
        len += len < most;
        memmove(words + at + 1, words + at, (len - at - 1) * sizeof words[0]);
        words[at] = w;
    }
    return len;
}
