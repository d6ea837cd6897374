#include "tests/baseline_reference.h"

#include "tests/unit.h"

#include <stdlib.h>

enum { MOST_NODES = 64 };

/* Where a job stands; nodes[n] of its tasks are on node n. */
struct ref_job {
    const struct world_job *in;
    bool is_waiting, is_running;
    int64_t start_s;
    uint32_t on_node[MOST_NODES];
};

struct ref {
    struct reference *r;
    int64_t now_s;
    struct ref_job *jobs;
    int64_t free[MOST_NODES];
};

static int64_t estimate_s(const struct ref_job *j)
{
    return j->in->limit_s != 0 ? j->in->limit_s : j->in->work_s;
}

/* Places all tasks, on the lowest nodes; false, and nothing done, if they do not fit. */
static bool first_fit(const struct ref *w, const struct ref_job *j, int64_t *free,
                      uint32_t *on_node)
{
    uint32_t left = j->in->tasks;
    for (uint32_t n = 0; n < w->r->nodes; n++) {
        on_node[n] = 0;
        while (left > 0 && free[n] >= j->in->gpus) {
            free[n] -= j->in->gpus;
            on_node[n]++;
            left--;
        }
    }
    for (uint32_t n = 0; left > 0 && n < w->r->nodes; n++)
        free[n] += (int64_t)on_node[n] * j->in->gpus;
    return left == 0;
}

static void start(struct ref *w, struct ref_job *j)
{
    j->is_waiting = false;
    j->is_running = true;
    j->start_s = w->now_s;
    w->r->starts_s[j - w->jobs] = w->now_s;
}

/* --- fifo, sjf --- */

static bool goes_before(const struct ref *w, const struct ref_job *a, const struct ref_job *b)
{
    const int64_t max = w->r->max_wait_s;
    const bool a_late = max > 0 && w->now_s - a->in->submit_s >= max;
    const bool b_late = max > 0 && w->now_s - b->in->submit_s >= max;
    if (w->r->policy == REFERENCE_FIFO || (a_late && b_late))
        return a < b; /* jobs stand in the order of submission */
    if (a_late != b_late)
        return a_late;
    return estimate_s(a) != estimate_s(b) ? estimate_s(a) < estimate_s(b) : a < b;
}

static struct ref_job *first_of_queue(const struct ref *w)
{
    struct ref_job *best = NULL;
    for (size_t i = 0; i < w->r->jobs_len; i++)
        if (w->jobs[i].is_waiting && (best == NULL || goes_before(w, &w->jobs[i], best)))
            best = &w->jobs[i];
    return best;
}

static void serve_queue(struct ref *w)
{
    struct ref_job *j;
    while ((j = first_of_queue(w)) != NULL && first_fit(w, j, w->free, j->on_node))
        start(w, j);
}

/* --- time --- */

static void earlier(int64_t *next_s, int64_t at_s)
{
    if (*next_s < 0 || at_s < *next_s)
        *next_s = at_s;
}

/* -1: nothing will happen any more. */
static int64_t next_instant(const struct ref *w)
{
    int64_t next_s = -1;
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        const struct ref_job *j = &w->jobs[i];
        if (j->is_running)
            earlier(&next_s, j->start_s + j->in->work_s);
        if (j->in->submit_s > w->now_s)
            earlier(&next_s, j->in->submit_s);
        if (j->is_waiting && j->in->submit_s + w->r->max_wait_s > w->now_s)
            earlier(&next_s, j->in->submit_s + w->r->max_wait_s);
    }
    return next_s;
}

static void end_and_arrive(struct ref *w)
{
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        struct ref_job *j = &w->jobs[i];
        if (j->is_running && j->start_s + j->in->work_s == w->now_s) {
            j->is_running = false;
            for (uint32_t n = 0; n < w->r->nodes; n++)
                w->free[n] += (int64_t)j->on_node[n] * j->in->gpus;
        }
        if (j->in->submit_s == w->now_s)
            j->is_waiting = true;
    }
}

void reference_run(struct reference *r)
{
    assert_true(r->nodes <= MOST_NODES);
    struct ref w = {.r = r, .now_s = -1, .jobs = calloc(r->jobs_len, sizeof w.jobs[0])};
    for (size_t i = 0; i < r->jobs_len; i++) {
        w.jobs[i].in = &r->jobs[i];
        r->starts_s[i] = -1;
    }
    for (uint32_t n = 0; n < r->nodes; n++)
        w.free[n] = r->gpus_per_node;
    while ((w.now_s = next_instant(&w)) >= 0) {
        end_and_arrive(&w);
        serve_queue(&w);
    }
    free(w.jobs);
}
