#include "policies/baseline/easy.h"

#include "sim/check.h"

/* --- starting --- */

/* The job, for which nodes were just planned, runs. */
static void start(struct easy *e, struct acts *a, struct easy_job *j)
{
    easy_leave_queue(e, j);
    j->state = EASY_RUNNING;
    j->start_ns = acts_now_ns(a);
    j->end_ns = easy_end_ns(j);
    j->rank = ++e->ranks;
    e->running += j->size;
    order_tree_insert(
        &e->ends,
        &(struct order_entry){.key = j->end_ns, .tie = j->rank, .size = j->size, .item = j->id});
    work_bind(&e->fit, a, j->work);
}

/* On a flat machine there is room by arithmetic. */
static void start_flat(struct easy *e, struct acts *a, struct easy_job *j)
{
    const bool fits = work_plan(&e->fit, a, j->work, NULL);
    SIM_REQUIRE_AT(acts_now_ns(a), fits);
    start(e, a, j);
}

static bool start_head(struct easy *e, struct acts *a, struct easy_job *head)
{
    if (!e->machine.is_flat) {
        if (!work_plan(&e->fit, a, head->work, NULL))
            return false;
        start(e, a, head);
        return true;
    }
    if (head->size > easy_free(e))
        return false;
    start_flat(e, a, head);
    return true;
}

/* --- the reservation --- */

static int64_t time_to_shadow(const struct easy *e, int64_t now_ns)
{
    return e->shadow_ns == INT64_MAX ? INT64_MAX : e->shadow_ns - now_ns;
}

static void reserve(struct easy *e, const struct acts *a, const struct easy_job *head)
{
    if (!e->machine.is_flat) {
        easy_nodes_reserve(e, a, head);
        return;
    }
    const int64_t need = head->size - (e->machine.capacity - e->running);
    e->shadow_ns = INT64_MAX;
    if (!order_tree_find_sum(&e->ends, need, &e->shadow_ns) || e->shadow_ns == INT64_MAX)
        e->spare = INT64_MAX;
    else
        e->spare = e->machine.capacity - e->running + order_tree_sum_to(&e->ends, e->shadow_ns) -
                   head->size;
}

/* --- backfilling --- */

/* Starts the job unless that would delay the head. */
static bool try_flat(struct easy *e, struct acts *a, struct easy_job *j)
{
    const bool is_short = j->prediction.run_ns <= time_to_shadow(e, acts_now_ns(a));
    if (j->size > easy_free(e) || (!is_short && j->size > e->spare))
        return false;
    if (!is_short)
        e->spare -= j->size;
    start_flat(e, a, j);
    return true;
}

static bool try_nodes(struct easy *e, struct acts *a, struct easy_job *j)
{
    const bool is_short = j->prediction.run_ns <= time_to_shadow(e, acts_now_ns(a));
    if (!easy_nodes_plan(e, a, j, is_short))
        return false;
    start(e, a, j);
    if (is_short)
        easy_nodes_add_short(e, a, j, easy_job(e, backlog_first(&e->backlog)));
    return true;
}

static bool try_start(struct easy *e, struct acts *a, struct easy_job *j)
{
    return e->machine.is_flat ? try_flat(e, a, j) : try_nodes(e, a, j);
}

static struct backlog_probe probe(const struct easy *e, int64_t now_ns)
{
    if (e->machine.is_flat)
        return (struct backlog_probe){easy_free(e), time_to_shadow(e, now_ns), e->spare};
    return (struct backlog_probe){easy_free(e), INT64_MAX, 0};
}

static void backfill_in_queue_order(struct easy *e, struct acts *a)
{
    const uint32_t head = backlog_first(&e->backlog);
    uint32_t cursor = 0;
    for (;;) {
        const struct backlog_probe p = probe(e, acts_now_ns(a));
        const uint32_t id = backlog_find(&e->backlog, &cursor, &p);
        if (id == BACKLOG_NONE)
            return;
        if (id != head)
            try_start(e, a, easy_job(e, id));
    }
}

/* The next job in order of prediction after *at that may start, by its size; false if none. */
static bool next_by_length(const struct easy *e, int64_t now_ns, struct order_entry *at)
{
    const int64_t free = easy_free(e);
    if (!order_tree_find_small(&e->by_length, free, at))
        return false;
    if (!e->machine.is_flat || at->key <= time_to_shadow(e, now_ns))
        return true;
    return order_tree_find_small(&e->by_length, e->spare < free ? e->spare : free, at);
}

static void backfill_shortest_first(struct easy *e, struct acts *a)
{
    const uint32_t head = backlog_first(&e->backlog);
    struct order_entry at = {.key = INT64_MIN};
    while (next_by_length(e, acts_now_ns(a), &at)) {
        if (at.item != head)
            try_start(e, a, easy_job(e, at.item));
        at.tie++;
    }
}

/* --- passes --- */

static void count_expired(struct easy *e, int64_t now_ns)
{
    struct order_entry first;
    const bool any = order_tree_first(&e->ends, &first) && first.key <= now_ns;
    e->expired = any ? order_tree_sum_to(&e->ends, now_ns) : 0;
    if (any)
        e->is_planned = false; /* it counts free what is so only now */
}

bool easy_fits_now(struct easy *e, const struct acts *a, const struct easy_job *j)
{
    count_expired(e, acts_now_ns(a));
    return j->size <= easy_free(e);
}

void easy_pass(struct easy *e, struct acts *a)
{
    e->passes++;
    count_expired(e, acts_now_ns(a));
    e->is_planned = false;
    uint32_t head;
    while ((head = backlog_first(&e->backlog)) != BACKLOG_NONE)
        if (!start_head(e, a, easy_job(e, head)))
            break;
    if (e->backlog.len <= 1)
        return;
    reserve(e, a, easy_job(e, head));
    if (e->order == EASY_SJBF)
        backfill_shortest_first(e, a);
    else
        backfill_in_queue_order(e, a);
    e->is_planned = true;
}

void easy_pass_new(struct easy *e, struct acts *a, uint32_t id)
{
    count_expired(e, acts_now_ns(a));
    if (!e->is_planned) {
        easy_pass(e, a);
        return;
    }
    try_start(e, a, easy_job(e, id));
}
