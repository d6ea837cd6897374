#include "tests/baseline_reference.h"

#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 64, HORIZON_S = 16384 };

#define SECOND_NS INT64_C(1000000000)

/* Where a job stands; on_node[n] of its tasks are on node n. */
struct ref_job {
    const struct world_job *in;
    bool is_waiting, is_running;
    int64_t start_s;
    uint32_t on_node[MOST_NODES];
    int64_t predicted_ns; /* run time, as it is believed now */
    int64_t first_ns;     /* as it was believed at first */
    int corrections;
    int started;        /* how many had started before it */
    int64_t reserved_s; /* conservative: its start; -1: none */
};

struct ref {
    struct reference *r;
    int64_t now_s;
    struct ref_job *jobs;
    int64_t free[MOST_NODES];
    int64_t last_ns, previous_ns; /* run times of the two jobs that ended last; -1: none */
    int starts;
    bool is_varied; /* conservative: on several nodes tasks of different sizes have come */
    int32_t (*used)[HORIZON_S]; /* conservative: GPUs by node and second from now on */
};

static int64_t estimate_s(const struct ref_job *j)
{
    return j->in->limit_s != 0 ? j->in->limit_s : j->in->work_s;
}

static bool is_let_in(const struct ref *w, const struct world_job *j, uint32_t n)
{
    const struct world_node plain = {0}, *kind = w->r->kinds == NULL ? &plain : &w->r->kinds[n];
    return (j->tier == 0 || j->tier == kind->tier) && (!kind->is_dedicated || j->goes_dedicated);
}

/* Places all tasks, on the lowest nodes; false, and nothing done, if they do not fit. */
static bool first_fit(const struct ref *w, const struct ref_job *j, int64_t *free,
                      uint32_t *on_node)
{
    uint32_t left = j->in->tasks;
    for (uint32_t n = 0; n < w->r->nodes; n++) {
        on_node[n] = 0;
        while (left > 0 && free[n] >= j->in->gpus && is_let_in(w, j->in, n)) {
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
    j->started = w->starts++;
    w->r->starts_s[j - w->jobs] = w->now_s;
    for (uint32_t n = 0; n < w->r->nodes; n++)
        if (j->on_node[n] > 0)
            w->r->last_node[j - w->jobs] = n;
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

/* --- easy: predictions --- */

static void predict(const struct ref *w, struct ref_job *j)
{
    const int64_t request_ns = estimate_s(j) * SECOND_NS;
    int64_t mean_ns = (w->last_ns + w->previous_ns) / 2;
    if (w->r->policy == REFERENCE_PUBLISHED_EASY)
        mean_ns -= mean_ns % SECOND_NS;
    j->predicted_ns = request_ns;
    if (w->r->predictor == KNOWS_TRUTH)
        j->predicted_ns = j->in->work_s * SECOND_NS;
    if (w->r->predictor == KNOWS_DOUBLE)
        j->predicted_ns = 2 * request_ns;
    if (w->r->predictor == KNOWS_LAST_TWO && w->previous_ns >= 0 && mean_ns < request_ns)
        j->predicted_ns = mean_ns;
    j->first_ns = j->predicted_ns;
}

static void correct(const struct ref *w, struct ref_job *j)
{
    static const int steps_s[] = {60,    300,   900,   1800,   3600,  7200,
                                  18000, 36000, 72000, 180000, 360000};
    const int64_t request_ns = estimate_s(j) * SECOND_NS;
    int64_t longer_ns = request_ns;
    if (w->r->corrector == THEN_DOUBLE)
        longer_ns = 2 * j->predicted_ns;
    if (w->r->corrector == THEN_STEPS && j->corrections < (int)LEN(steps_s)) {
        longer_ns = j->first_ns + steps_s[j->corrections] * SECOND_NS;
        longer_ns = longer_ns < request_ns ? longer_ns : request_ns;
    }
    j->corrections++;
    j->predicted_ns = longer_ns > j->predicted_ns ? longer_ns : 2 * j->predicted_ns;
}

static int64_t predicted_end_ns(const struct ref_job *j)
{
    return j->start_s * SECOND_NS + j->predicted_ns;
}

static int64_t true_end_ns(const struct ref_job *j)
{
    return (j->start_s + j->in->work_s) * SECOND_NS;
}

/* Predictions expire up to now; that of a job which ends now no later than before. */
static void correct_all(struct ref *w)
{
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        struct ref_job *j = &w->jobs[i];
        while (j->is_running && predicted_end_ns(j) < true_end_ns(j) &&
               predicted_end_ns(j) <= w->now_s * SECOND_NS)
            correct(w, j);
    }
}

/* --- easy: on nodes --- */

/* Adds to free[] what the jobs release that are predicted to end by then. */
static void release_by(const struct ref *w, int64_t by_ns, int64_t *free)
{
    for (size_t i = 0; i < w->r->jobs_len; i++)
        for (uint32_t n = 0; n < w->r->nodes; n++)
            if (w->jobs[i].is_running && predicted_end_ns(&w->jobs[i]) <= by_ns)
                free[n] += (int64_t)w->jobs[i].on_node[n] * w->jobs[i].in->gpus;
}

static bool would_fit(const struct ref *w, const struct ref_job *j, const int64_t *free)
{
    int64_t room = 0;
    for (uint32_t n = 0; n < w->r->nodes; n++)
        room += is_let_in(w, j->in, n) ? free[n] / j->in->gpus : 0;
    return room >= j->in->tasks;
}

/* The least predicted end of a running job after `after_ns`; INT64_MAX if there is none. */
static int64_t next_predicted_end(const struct ref *w, int64_t after_ns)
{
    int64_t next_ns = INT64_MAX;
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        const struct ref_job *j = &w->jobs[i];
        if (j->is_running && predicted_end_ns(j) > after_ns && predicted_end_ns(j) < next_ns)
            next_ns = predicted_end_ns(j);
    }
    return next_ns;
}

static int64_t shadow_of(const struct ref *w, const struct ref_job *head, const int64_t *now_free)
{
    int64_t at_ns = w->now_s * SECOND_NS;
    for (;;) {
        at_ns = next_predicted_end(w, at_ns);
        if (at_ns == INT64_MAX)
            return at_ns;
        int64_t free[MOST_NODES];
        for (uint32_t n = 0; n < w->r->nodes; n++)
            free[n] = now_free[n];
        release_by(w, at_ns, free);
        if (would_fit(w, head, free))
            return at_ns;
    }
}

/* spare[n]: what of now_free[n] the head's place at the shadow time leaves: it takes what is
 * released until then first, then what is free, both from the lowest node on. */
static void leave_to_others(const struct ref *w, const struct ref_job *head, int64_t shadow_ns,
                            const int64_t *now_free, int64_t *spare)
{
    int64_t released[MOST_NODES] = {0}, taken[MOST_NODES] = {0};
    int64_t left = head->in->tasks;
    const int64_t gpus = head->in->gpus;
    release_by(w, shadow_ns, released);
    for (uint32_t n = 0; n < w->r->nodes; n++)
        for (; left > 0 && is_let_in(w, head->in, n) && released[n] - taken[n] >= gpus; left--)
            taken[n] += gpus;
    for (uint32_t n = 0; n < w->r->nodes; n++)
        for (;
             left > 0 && is_let_in(w, head->in, n) && now_free[n] + released[n] - taken[n] >= gpus;
             left--)
            taken[n] += gpus;
    for (uint32_t n = 0; n < w->r->nodes; n++) {
        const int64_t needed = taken[n] > released[n] ? taken[n] - released[n] : 0;
        spare[n] = shadow_ns == INT64_MAX ? now_free[n] : now_free[n] - needed;
    }
}

/* --- easy: a pass --- */

static struct ref_job *first_waiting(const struct ref *w)
{
    for (size_t i = 0; i < w->r->jobs_len; i++)
        if (w->jobs[i].is_waiting)
            return &w->jobs[i];
    return NULL;
}

/* The waiting job after `last` (NULL: the first) in the order of backfilling. */
static struct ref_job *next_candidate(const struct ref *w, const struct ref_job *last)
{
    struct ref_job *best = NULL;
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        struct ref_job *j = &w->jobs[i];
        if (!j->is_waiting)
            continue;
        const bool by_length = w->r->shortest_first;
        const bool is_after = last == NULL || (by_length && j->predicted_ns != last->predicted_ns
                                                   ? j->predicted_ns > last->predicted_ns
                                                   : j > last);
        if (is_after && (best == NULL || (by_length && j->predicted_ns < best->predicted_ns)))
            best = j;
    }
    return best;
}

static bool backfill(struct ref *w, struct ref_job *j, const struct ref_job *head,
                     int64_t shadow_ns)
{
    int64_t spare[MOST_NODES];
    const bool is_short =
        shadow_ns == INT64_MAX || w->now_s * SECOND_NS + j->predicted_ns <= shadow_ns;
    leave_to_others(w, head, shadow_ns, w->free, spare);
    if (!first_fit(w, j, is_short ? w->free : spare, j->on_node))
        return false;
    for (uint32_t n = 0; n < w->r->nodes && !is_short; n++)
        w->free[n] -= (int64_t)j->on_node[n] * j->in->gpus;
    start(w, j);
    return true;
}

static void easy_pass(struct ref *w)
{
    struct ref_job *head, *last = NULL, *j;
    while ((head = first_waiting(w)) != NULL && first_fit(w, head, w->free, head->on_node))
        start(w, head);
    if (head == NULL)
        return;
    const int64_t shadow_ns = shadow_of(w, head, w->free);
    while ((j = next_candidate(w, last)) != NULL) {
        last = j;
        if (j != head)
            backfill(w, j, head, shadow_ns);
    }
}

/* --- what is planned --- */

/* Units count on one node, and while all tasks are alike; then the machine is as one node. */
static bool counts_units(const struct ref *w)
{
    return w->r->nodes == 1 || !w->is_varied;
}

/* Of one node as it is planned. */
static int64_t plan_gpus(const struct ref *w)
{
    if (!counts_units(w) || w->r->nodes == 1)
        return w->r->gpus_per_node;
    const struct world_job *first = &w->r->jobs[0]; /* all are like the first */
    int64_t gpus = 0;
    for (uint32_t n = 0; n < w->r->nodes; n++)
        gpus += is_let_in(w, first, n) ? w->r->gpus_per_node / first->gpus * first->gpus : 0;
    return gpus;
}

/* --- easy: event by event, on a flat machine --- */

static int64_t total(const struct ref_job *j)
{
    return (int64_t)j->in->gpus * j->in->tasks;
}

/* Free at a time, if jobs end as predicted. */
static int64_t believed_free(const struct ref *w, int64_t at_ns)
{
    int64_t free = plan_gpus(w);
    for (size_t i = 0; i < w->r->jobs_len; i++)
        if (w->jobs[i].is_running && predicted_end_ns(&w->jobs[i]) > at_ns)
            free -= total(&w->jobs[i]);
    return free;
}

static void published_pass(struct ref *w)
{
    const int64_t now_ns = w->now_s * SECOND_NS;
    struct ref_job *head, *last = NULL, *j;
    while ((head = first_waiting(w)) != NULL && total(head) <= believed_free(w, now_ns))
        start(w, head);
    if (head == NULL)
        return;
    int64_t shadow_ns = now_ns;
    while (believed_free(w, shadow_ns) < total(head))
        shadow_ns = next_predicted_end(w, shadow_ns);
    while ((j = next_candidate(w, last)) != NULL) {
        last = j;
        if (j == head || total(j) > believed_free(w, now_ns))
            continue;
        if (now_ns + j->predicted_ns <= shadow_ns ||
            total(j) <= believed_free(w, shadow_ns) - total(head))
            start(w, j);
    }
}

/* --- conservative --- */

static uint32_t plan_nodes(const struct ref *w)
{
    return counts_units(w) ? 1 : w->r->nodes;
}

/* Adds the job's GPUs to the plan over so many seconds from now. */
static void book(const struct ref *w, const struct ref_job *j, int64_t from_s, int64_t to_s,
                 int sign)
{
    for (uint32_t n = 0; n < plan_nodes(w); n++) {
        const int64_t tasks = counts_units(w) ? j->in->tasks : j->on_node[n];
        for (int64_t s = from_s < 0 ? 0 : from_s; s < to_s && s < HORIZON_S; s++)
            w->used[n][s] += (int32_t)(sign * tasks * j->in->gpus);
    }
}

static int64_t length_s(const struct ref_job *j)
{
    return j->predicted_ns / SECOND_NS;
}

static void book_reservation(const struct ref *w, const struct ref_job *j, int sign)
{
    if (j->reserved_s >= 0)
        book(w, j, j->reserved_s - w->now_s, j->reserved_s - w->now_s + length_s(j), sign);
}

static void book_everybody(const struct ref *w)
{
    memset(w->used, 0, MOST_NODES * sizeof w->used[0]);
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        const struct ref_job *j = &w->jobs[i];
        if (j->is_running)
            book(w, j, 0, j->start_s + length_s(j) - w->now_s, 1);
        else if (j->is_waiting)
            book_reservation(w, j, 1);
    }
}

/* Tasks that fit on a planned node for the job's whole length. */
static int64_t plan_room(const struct ref *w, const struct ref_job *j, uint32_t n, int64_t at_s)
{
    int64_t most = plan_gpus(w) / j->in->gpus;
    if (n == 0 && counts_units(w))
        most = plan_gpus(w); /* of GPUs, not of tasks */
    for (int64_t s = at_s; s < at_s + length_s(j) && most > 0; s++) {
        const int64_t free = plan_gpus(w) - w->used[n][s];
        const int64_t room = counts_units(w) ? free : free / j->in->gpus;
        most = room < most ? room : most;
    }
    return most;
}

static bool place_at(const struct ref *w, struct ref_job *j, int64_t at_s)
{
    if (counts_units(w))
        return plan_room(w, j, 0, at_s) >= total(j);
    uint32_t on_node[MOST_NODES];
    uint32_t left = j->in->tasks;
    for (uint32_t n = 0; n < w->r->nodes; n++) {
        const int64_t room = left == 0 || !is_let_in(w, j->in, n) ? 0 : plan_room(w, j, n, at_s);
        on_node[n] = room < left ? (uint32_t)room : left;
        left -= on_node[n];
    }
    if (left == 0)
        memcpy(j->on_node, on_node, sizeof on_node);
    return left == 0;
}

/* Reserves the earliest place, every second being tried; an old reservation is kept if there is
 * nothing earlier. */
static void reserve(const struct ref *w, struct ref_job *j)
{
    const int64_t old_s = j->reserved_s;
    book_reservation(w, j, -1);
    for (int64_t s = w->now_s; old_s < 0 || s < old_s; s++) {
        assert_true(s - w->now_s + length_s(j) < HORIZON_S);
        if (!place_at(w, j, s - w->now_s))
            continue;
        j->reserved_s = s;
        break;
    }
    book_reservation(w, j, 1);
}

/* Promises that running jobs break; true if any. */
static bool break_promises(const struct ref *w)
{
    bool any = false;
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        struct ref_job *j = &w->jobs[i];
        for (; j->is_running && predicted_end_ns(j) <= w->now_s * SECOND_NS; any = true)
            correct(w, j);
    }
    return any;
}

static void plan_and_start(struct ref *w, bool anew, bool has_holes)
{
    for (size_t i = 0; i < w->r->jobs_len && anew; i++)
        w->jobs[i].reserved_s = -1;
    book_everybody(w);
    for (size_t i = 0; i < w->r->jobs_len; i++)
        if (w->jobs[i].is_waiting && (anew || has_holes || w->jobs[i].reserved_s < 0))
            reserve(w, &w->jobs[i]);
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        struct ref_job *j = &w->jobs[i];
        if (!j->is_waiting || j->reserved_s != w->now_s)
            continue;
        if (counts_units(w))
            assert_true(first_fit(w, j, w->free, j->on_node));
        else
            for (uint32_t n = 0; n < w->r->nodes; n++)
                w->free[n] -= (int64_t)j->on_node[n] * j->in->gpus;
        start(w, j);
    }
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
        if (w->r->policy == REFERENCE_CONSERVATIVE && j->is_running &&
            predicted_end_ns(j) > w->now_s * SECOND_NS)
            earlier(&next_s, predicted_end_ns(j) / SECOND_NS);
        if (w->r->policy == REFERENCE_CONSERVATIVE && j->is_waiting && j->reserved_s > w->now_s)
            earlier(&next_s, j->reserved_s);
        if (j->in->submit_s > w->now_s)
            earlier(&next_s, j->in->submit_s);
        if (j->is_waiting && j->in->submit_s + w->r->max_wait_s > w->now_s)
            earlier(&next_s, j->in->submit_s + w->r->max_wait_s);
    }
    return next_s;
}

static void arrive(struct ref *w, struct ref_job *j)
{
    j->is_waiting = true;
    j->reserved_s = -1;
    predict(w, j);
}

static void end(struct ref *w, struct ref_job *j)
{
    j->is_running = false;
    w->previous_ns = w->last_ns;
    w->last_ns = j->in->work_s * SECOND_NS;
    for (uint32_t n = 0; n < w->r->nodes; n++)
        w->free[n] += (int64_t)j->on_node[n] * j->in->gpus;
}

/* The next job that ends now, in the order of starting; NULL if there is none. */
static struct ref_job *next_to_end(const struct ref *w)
{
    struct ref_job *best = NULL;
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        struct ref_job *j = &w->jobs[i];
        if (j->is_running && j->start_s + j->in->work_s == w->now_s &&
            (best == NULL || j->started < best->started))
            best = j;
    }
    return best;
}

static void settle_and_serve(struct ref *w)
{
    for (size_t i = 0; i < w->r->jobs_len; i++)
        if (w->jobs[i].is_running && w->jobs[i].start_s + w->jobs[i].in->work_s == w->now_s)
            end(w, &w->jobs[i]);
    for (size_t i = 0; i < w->r->jobs_len; i++)
        if (w->r->jobs[i].submit_s == w->now_s)
            arrive(w, &w->jobs[i]);
    if (w->r->policy == REFERENCE_EASY)
        easy_pass(w);
    else
        serve_queue(w);
}

static bool differ(const struct world_job *a, const struct world_job *b)
{
    return a->gpus != b->gpus || a->tier != b->tier || a->goes_dedicated != b->goes_dedicated;
}

static void serve_conservatively(struct ref *w)
{
    bool has_holes = false, anew = false;
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        struct ref_job *j = &w->jobs[i];
        if (!j->is_running || true_end_ns(j) != w->now_s * SECOND_NS)
            continue;
        has_holes |= predicted_end_ns(j) > w->now_s * SECOND_NS;
        end(w, j);
    }
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        if (w->r->jobs[i].submit_s != w->now_s)
            continue;
        arrive(w, &w->jobs[i]);
        const bool differs = differ(&w->r->jobs[i], &w->r->jobs[0]);
        anew |= differs && counts_units(w) && w->r->nodes > 1;
        w->is_varied |= differs;
    }
    anew |= break_promises(w);
    plan_and_start(w, anew, has_holes);
}

static void serve_event_by_event(struct ref *w)
{
    for (size_t i = 0; i < w->r->jobs_len; i++) {
        if (w->r->jobs[i].submit_s != w->now_s)
            continue;
        arrive(w, &w->jobs[i]);
        if (w->r->shortest_first || total(&w->jobs[i]) <= believed_free(w, w->now_s * SECOND_NS))
            published_pass(w);
    }
    struct ref_job *j;
    while ((j = next_to_end(w)) != NULL) {
        end(w, j);
        published_pass(w);
    }
}

void reference_run(struct reference *r)
{
    assert_true(r->nodes <= MOST_NODES);
    struct ref w = {.r = r,
                    .now_s = -1,
                    .jobs = calloc(r->jobs_len, sizeof w.jobs[0]),
                    .used = calloc(MOST_NODES, sizeof w.used[0]),
                    .last_ns = -1,
                    .previous_ns = -1};
    for (size_t i = 0; i < r->jobs_len; i++) {
        w.jobs[i].in = &r->jobs[i];
        r->starts_s[i] = -1;
    }
    for (uint32_t n = 0; n < r->nodes; n++)
        w.free[n] = r->gpus_per_node;
    while ((w.now_s = next_instant(&w)) >= 0) {
        if (r->policy == REFERENCE_CONSERVATIVE) {
            serve_conservatively(&w);
            continue;
        }
        correct_all(&w);
        if (r->policy == REFERENCE_PUBLISHED_EASY)
            serve_event_by_event(&w);
        else
            settle_and_serve(&w);
    }
    free(w.used);
    free(w.jobs);
}
