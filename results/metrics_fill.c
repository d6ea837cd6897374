/* Filling metrics from a run. */
#include "results/bounded_slowdown.h"
#include "results/metrics_state.h"
#include "results/own_text.h"
#include "sim/check.h"

#include <inttypes.h>
#include <stdlib.h>

void metrics_begin(struct metrics *m, const struct simulation *sim, int64_t measure_from_ns)
{
    SIM_REQUIRE(m->all == NULL);
    m->sim = sim;
    m->names = simulation_names(sim);
    m->from_ns = measure_from_ns;
    m->reasons_len = simulation_reasons_len(sim);
    m->reasons = calloc(m->reasons_len + 1, sizeof m->reasons[0]);
    m->batch.reasons_len = m->reasons_len;
    m->batch.waits = calloc(m->reasons_len * BATCH_JOBS + 1, sizeof m->batch.waits[0]);
    SIM_REQUIRE(m->reasons != NULL && m->batch.waits != NULL);
    for (size_t r = 0; r < m->reasons_len; r++)
        m->reasons[r] = own_text(simulation_reason(sim, r));
    m->all = job_group_new("", 0, m->dimensions[BY_NOTHING].keeps, m->reasons_len);
}

/* 0, 1, 2, 3-4, 5-8, 9-16 ... */
static int64_t size_class(uint32_t gpus)
{
    return gpus <= 1 ? (int64_t)gpus : 65 - __builtin_clzll((uint64_t)gpus - 1);
}

static const char *key_name(const void *context, enum metric_by by, int64_t key,
                            char buf[METRIC_TEXT])
{
    const struct metrics *m = context;
    if (by == BY_PRIORITY)
        snprintf(buf, METRIC_TEXT, "%" PRId64, key);
    else if (by == BY_SIZE && key <= 2)
        snprintf(buf, METRIC_TEXT, "%" PRId64, key);
    else if (by == BY_SIZE)
        snprintf(buf, METRIC_TEXT, "%" PRId64 "-%" PRId64, (INT64_C(1) << (key - 2)) + 1,
                 INT64_C(1) << (key - 1));
    else
        return key == INTERN_NONE ? GROUP_NONE : intern_text(m->names->words, (uint32_t)key);
    return buf;
}

static void flush(struct metrics *m)
{
    struct job_batch *b = &m->batch;
    if (b->len == 0)
        return;
    job_batch_look(b);
    for (enum metric_by by = BY_TENANT; by <= BY_PRIORITY; by++)
        dimension_add(&m->dimensions[by], b, m->all, key_name, m);
    job_group_add(m->all, b);
    const bool had_room = m->jobs <= GROUP_EXACT_JOBS;
    m->jobs += b->len;
    b->len = 0;
    if (!had_room || m->jobs <= GROUP_EXACT_JOBS)
        return;
    for (enum metric_by by = BY_TENANT; by <= BY_PRIORITY; by++)
        dimension_begin_sketch(&m->dimensions[by]);
}

static inline int64_t q32(double ratio)
{
    const double most = 2e9; /* so that it fits */
    return (int64_t)((ratio < most ? ratio : most) * 0x1p32 + 0.5);
}

static inline double plain_slowdown(int64_t turnaround_ns, int64_t run_ns)
{
    return turnaround_ns == run_ns ? 1 : (double)turnaround_ns / (double)run_ns;
}

/* Of a job that has not ended or never ran, they do not exist. */
static inline void put_times(struct job_batch *b, size_t i, const struct job *job)
{
    if (!has_slowdown(job)) {
        for (unsigned id = METRIC_STARTUP; id <= METRIC_BOUNDED_SLOWDOWN; id++)
            b->values[id][i] = TALLY_ABSENT;
        return;
    }
    const int64_t run_ns = job->in_state_ns[JOB_RUNNING];
    const int64_t turnaround_ns = job->end_ns - job->submit_ns;
    b->values[METRIC_STARTUP][i] = job->in_state_ns[JOB_STARTING];
    b->values[METRIC_RUN][i] = run_ns;
    b->values[METRIC_SUSPENDED][i] = job->in_state_ns[JOB_SUSPENDED];
    b->values[METRIC_TURNAROUND][i] = turnaround_ns;
    b->values[METRIC_SLOWDOWN][i] = q32(plain_slowdown(turnaround_ns, run_ns));
    b->values[METRIC_BOUNDED_SLOWDOWN][i] = q32(bounded_slowdown(job));
}

static inline int64_t milli_ms(int128 gpu_milli_ns)
{
    enum { NS_PER_MS = 1000000 };
    return (uint128)gpu_milli_ns <= UINT64_MAX
               ? (int64_t)(((uint64_t)gpu_milli_ns + NS_PER_MS / 2) / NS_PER_MS)
               : (int64_t)((gpu_milli_ns + NS_PER_MS / 2) / NS_PER_MS);
}

static inline void put_waits(struct metrics *m, size_t i, const struct job *job)
{
    struct job_batch *b = &m->batch;
    const int64_t unschedulable_ns = job->in_state_ns[JOB_ADMITTED];
    const int64_t wait_ns = job->in_state_ns[JOB_QUEUED] + unschedulable_ns;
    b->values[METRIC_WAIT][i] = wait_ns;
    b->values[METRIC_UNSCHEDULABLE][i] = unschedulable_ns;
    const int64_t *waits = simulation_waits(m->sim, job);
    for (size_t r = 0; r < m->reasons_len; r++)
        b->waits[r * BATCH_JOBS + i] = wait_ns == 0 ? 0 : waits[r];
}

static inline void put_keys(struct job_batch *b, size_t i, const struct job *job)
{
    b->keys[BY_TENANT][i] = job->tenant_word;
    b->keys[BY_QUEUE][i] = job->queue_word;
    b->keys[BY_USER][i] = job->user_word;
    b->keys[BY_SIZE][i] = size_class(job->gpus);
    b->keys[BY_PRIORITY][i] = job->priority;
}

void metrics_add(struct metrics *m, const struct job *job)
{
    if (job->arrive_ns < m->from_ns || job->was_running)
        return;
    struct job_batch *b = &m->batch;
    const size_t i = b->len++;
    put_keys(b, i, job);
    put_waits(m, i, job);
    put_times(b, i, job);
    b->values[METRIC_GPUS][i] = job->gpus;
    b->values[METRIC_GPU_HOURS][i] = milli_ms(job->gpu_milli_ns);
    b->values[METRIC_COST][i] = job->cost_nano_usd;
    b->values[METRIC_PREEMPTIONS][i] = job->preemptions;
    b->values[METRIC_RESTARTS][i] = job->restarts;
    b->causes[i] = (uint8_t)job->cause;
    b->started[i] = job->first_start_ns != TIME_NEVER;
    m->first_submit_ns = job->arrive_ns < m->first_submit_ns ? job->arrive_ns : m->first_submit_ns;
    m->last_end_ns = job->end_ns > m->last_end_ns ? job->end_ns : m->last_end_ns;
    if (b->len == BATCH_JOBS)
        flush(m);
}

static int64_t cluster_cost_nano_usd_of(const struct cluster *c, int64_t measured_ns)
{
    int128 micro_per_h = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        micro_per_h += c->nodes[n].price_micro_per_h;
    return (int64_t)(micro_per_h * measured_ns / INT64_C(3600000000)); /* micro/h x ns in nano */
}

void metrics_end(struct metrics *m)
{
    flush(m);
    for (enum metric_by by = BY_TENANT; by <= BY_PRIORITY; by++)
        dimension_sort(&m->dimensions[by]);
    m->runs = 1;
    const int64_t now_ns = simulation_now_ns(m->sim);
    if (m->last_end_ns >= m->first_submit_ns)
        moments_add(&m->per_run[RUN_MAKESPAN], m->last_end_ns - m->first_submit_ns);
    if (now_ns > m->from_ns) {
        const int64_t measured_ns = now_ns - m->from_ns;
        metric_levels_read(&m->levels, m->sim, measured_ns);
        moments_add(&m->per_run[RUN_MEASURED], measured_ns);
        moments_add(&m->per_run[RUN_COST],
                    cluster_cost_nano_usd_of(simulation_cluster(m->sim), measured_ns));
    }
    m->sim = NULL;
    m->names = NULL;
}
