/*
 * sjf.c - shortest job first: by what the user promised, else by the true run time.
 *
 * The shortest waiting job is next; while it does not fit, nobody passes it but a job that is
 * shorter still. Ties go by submission and number. Without preemption. One that has waited for
 * max_wait goes before all others, the one that has waited longest first: otherwise a long job may
 * wait for ever.
 */
#include "policies/baseline/job_ring.h"
#include "policies/baseline/order_tree.h"
#include "policies/placement/work.h"
#include "sim/check.h"
#include "sim/config.h"

#include <stdlib.h>

enum { BEHIND_OTHERS, NO_ROOM, NO_NODE, REASONS };

static const char *const sjf_reasons[] = {
    [BEHIND_OTHERS] = "behind_others",
    [NO_ROOM] = "resources",
    [NO_NODE] = "no_node",
    [REASONS] = NULL,
};

/* Of work that waits: where it stands in the tree, and since when. */
struct place {
    int64_t estimate_ns;
    uint64_t rank;
    int64_t since_ns;
    bool is_waiting;
};

struct sjf {
    int64_t max_wait_ns;
    struct order_tree shortest; /* by estimate, rank */
    struct job_ring oldest;     /* in the order of coming */
    struct place *places;       /* by work number */
    size_t places_cap;
    struct first_fit fit;
    uint32_t head;       /* who is said to wait for room; UINT32_MAX: nobody */
    int64_t wakes_at_ns; /* last wake asked for */
    bool is_ready;
};

static const struct config_key sjf_keys[] = {
    {.key = "max_wait",
     .kind = CONFIG_DURATION,
     .offset = offsetof(struct sjf, max_wait_ns),
     .fallback = "",
     .min = 1,
     .max = 1e18,
     .help = "a job that has waited for so long goes first; without it, a long one may wait for "
             "ever"},
    {0},
};

static const struct config_table sjf_options = {
    .name = "sjf",
    .help = "Shortest job first.",
    .bytes = sizeof(struct sjf),
    .keys = sjf_keys,
};

static bool sjf_open(void *state, const struct policy_env *env, struct diag *d)
{
    struct sjf *s = state;
    struct config_reader reader = {.diag = d, .arena = env->arena};
    if (!config_read(&reader, env->options, (struct src_pos){0}, &sjf_options, s))
        return false;
    first_fit_init(&s->fit, env);
    s->head = UINT32_MAX;
    s->wakes_at_ns = INT64_MIN;
    return true;
}

static struct place *place_of(struct sjf *s, uint32_t work)
{
    const size_t old = s->places_cap;
    if (work >= old) {
        while (s->places_cap <= work)
            s->places_cap = s->places_cap == 0 ? 64 : 2 * s->places_cap;
        s->places = realloc(s->places, s->places_cap * sizeof s->places[0]);
        SIM_REQUIRE(s->places != NULL);
        for (size_t i = old; i < s->places_cap; i++)
            s->places[i].is_waiting = false;
    }
    return &s->places[work];
}

static void join(struct sjf *s, struct acts *a, uint32_t work)
{
    struct place *p = place_of(s, work);
    *p = (struct place){.estimate_ns = work_estimate_ns(a, work),
                        .rank = work_rank(a, work),
                        .since_ns = acts_now_ns(a),
                        .is_waiting = true};
    order_tree_insert(&s->shortest,
                      &(struct order_entry){.key = p->estimate_ns, .tie = p->rank, .item = work});
    if (s->max_wait_ns > 0)
        job_ring_push(&s->oldest, work);
    act_wait(a, work_job(a, work)->id, BEHIND_OTHERS);
}

static void leave(struct sjf *s, uint32_t work)
{
    struct place *p = place_of(s, work);
    if (!p->is_waiting)
        return;
    p->is_waiting = false;
    order_tree_remove(&s->shortest, p->estimate_ns, p->rank);
    job_ring_remove(&s->oldest, work);
    if (s->head == work)
        s->head = UINT32_MAX;
}

static void sjf_notify(void *state, const struct note *n, struct acts *a)
{
    struct sjf *s = state;
    if (!s->is_ready) {
        act_bucket(a, NO_ROOM, NO_ROOM, NULL);
        act_bucket(a, NO_NODE, NO_NODE, NULL);
        s->is_ready = true;
    }
    uint32_t work = 0;
    const unsigned news = work_news(a, n, &work);
    if (news & WORK_GONE)
        leave(s, work);
    if (news & WORK_CAME)
        join(s, a, work);
}

static bool is_overdue(struct sjf *s, uint32_t work, int64_t now_ns)
{
    return now_ns - place_of(s, work)->since_ns >= s->max_wait_ns;
}

/* Who is next; UINT32_MAX: nobody waits. */
static uint32_t next(struct sjf *s, int64_t now_ns)
{
    if (s->max_wait_ns > 0) {
        const uint32_t oldest = job_ring_first(&s->oldest);
        if (oldest != UINT32_MAX && is_overdue(s, oldest, now_ns))
            return oldest;
    }
    struct order_entry first;
    return order_tree_first(&s->shortest, &first) ? first.item : UINT32_MAX;
}

/* The queue changes its head when the oldest job has waited long enough, and the new one may fit.
 */
static void wake_for_oldest(struct sjf *s, struct acts *a)
{
    if (s->max_wait_ns == 0)
        return;
    const uint32_t oldest = job_ring_first(&s->oldest);
    if (oldest == UINT32_MAX || is_overdue(s, oldest, acts_now_ns(a)))
        return;
    const int64_t at_ns = place_of(s, oldest)->since_ns + s->max_wait_ns;
    if (at_ns <= s->wakes_at_ns)
        return;
    s->wakes_at_ns = at_ns;
    act_wake(a, at_ns, PHASE_TIMER, 0);
}

static void name_head(struct sjf *s, struct acts *a, uint32_t work)
{
    if (s->head == work)
        return;
    if (s->head != UINT32_MAX)
        act_wait(a, work_job(a, s->head)->id, BEHIND_OTHERS);
    if (work != UINT32_MAX)
        act_wait(a, work_job(a, work)->id, work_has_node(&s->fit, a, work) ? NO_ROOM : NO_NODE);
    s->head = work;
}

static enum verdict sjf_decide(void *state, struct acts *a)
{
    struct sjf *s = state;
    uint32_t work;
    while ((work = next(s, acts_now_ns(a))) != UINT32_MAX && work_plan(&s->fit, a, work, NULL)) {
        leave(s, work);
        work_bind(&s->fit, a, work);
    }
    name_head(s, a, work);
    wake_for_oldest(s, a);
    return SETTLED;
}

static void sjf_close(void *state)
{
    struct sjf *s = state;
    order_tree_fini(&s->shortest);
    job_ring_fini(&s->oldest);
    first_fit_fini(&s->fit);
    free(s->places);
}

extern const struct policy_ops policy_sjf;
const struct policy_ops policy_sjf = {
    .api = POLICY_API,
    .name = "sjf",
    .summary = "shortest job first, by the user's estimate; the head blocks the rest",
    .roles = ROLE_ADMIT | ROLE_PLACE,
    .wants = WORK_COMES | NOTE_BIT(NOTE_ENDED) | NOTE_BIT(NOTE_JOB_CHANGED),
    .state_bytes = sizeof(struct sjf),
    .options = &sjf_options,
    .reasons = sjf_reasons,
    .open = sjf_open,
    .notify = sjf_notify,
    .decide = sjf_decide,
    .close = sjf_close,
};
