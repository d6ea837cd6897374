/*
 * conservative.c - conservative backfilling: everybody gets a reservation, and nobody's may suffer.
 *
 * Rules    Who arrives gets the earliest place at which it fits for as long as its user promised,
 *          among running jobs and the reservations of all who came before; there it starts. When a
 *          job ends before its time, or leaves the queue, the schedule is compressed: in the order
 *          of the queue, each reservation is taken out and put back at the earliest place there is
 *          then. That is never later than it was.
 *          A job that outlives its promise is given twice as long, and again; that breaks promises,
 *          as does a node that comes or goes: all reservations are then made anew, in the order of
 *          the queue.
 *          On a flat machine (flat_machine.h) reservations are for units. Otherwise they are for
 *          nodes, the lowest first; until a job comes that is different the machine counts as flat.
 * Source   Mu'alem and Feitelson, "Utilization, predictability, workloads, and user runtime
 *          estimates in scheduling the IBM SP2 with backfilling", IEEE TPDS 12(6), 2001.
 * Cost     A place: O(steps of the plan) on a flat machine, else that for every node and every end
 *          that is tried; a compression looks for a place for everybody for whom enough units are
 *          free at some time before its reservation.
 */
#include "policies/baseline/conservative.h"

#include "sim/check.h"

#include <stdlib.h>

enum { NO_ROOM, RESERVED, NO_NODE, REASONS };

static const char *const conservative_reasons[] = {
    [NO_ROOM] = "resources",
    [RESERVED] = "reserved",
    [NO_NODE] = "no_node",
    [REASONS] = NULL,
};

static bool conservative_open(void *state, const struct policy_env *env, struct diag *d)
{
    struct conservative *c = state;
    if (cluster_has_dynamic(env->cluster)) {
        diag_error(d, (struct src_pos){0}, CANNOT_PLAN("conservative"));
        return false;
    }
    first_fit_init(&c->fit, env);
    flat_machine_init(&c->machine, env);
    pool_init(&c->jobs, sizeof(struct plan_job));
    c->predictions.corrector = CORRECT_DOUBLING;
    time_plan_init(&c->units, 1, 1);
    time_plan_init(&c->nodes, env->cluster->nodes_len, env->cluster->resources_len);
    c->waits =
        (struct size_waits){.too_large = NO_ROOM, .kept_back = RESERVED, .next_bucket = REASONS};
    c->is_broken = true;
    c->wakes_at_ns = INT64_MIN;
    return true;
}

/* --- who comes and goes --- */

static void come(struct conservative *c, const struct acts *a, uint32_t work)
{
    const uint32_t id = pool_take(&c->jobs);
    *plan_job(c, id) = (struct plan_job){.id = id,
                                         .work = work,
                                         .job = work_job(a, work)->id,
                                         .state = PLAN_CAME,
                                         .start_ns = INT64_MAX};
    *id_map_at(&c->record_of, work) = id + 1;
    id_list_add(&c->came, id);
}

static void leave_queue(struct conservative *c, struct plan_job *j)
{
    order_tree_remove(&c->queue, (int64_t)j->rank, 0);
    if (j->is_told && c->machine.is_flat)
        size_waits_drop(&c->waits, j->size);
    j->is_told = false;
}

static void forget(struct conservative *c, struct plan_job *j)
{
    free(j->holds);
    pool_give(&c->jobs, j->id);
}

static void go(struct conservative *c, uint32_t work, int64_t now_ns)
{
    uint32_t *record = id_map_at(&c->record_of, work);
    if (*record == 0)
        return;
    struct plan_job *j = plan_job(c, *record - 1);
    *record = 0;
    if (j->state == PLAN_CAME) {
        j->state = PLAN_GONE; /* forgotten with the others that came */
        return;
    }
    c->has_holes |= j->state == PLAN_WAITING || j->end_ns > now_ns;
    plan_release(c, now_ns, j);
    if (j->state == PLAN_WAITING)
        leave_queue(c, j);
    else
        c->running -= j->size;
    forget(c, j);
}

static void conservative_notify(void *state, const struct note *n, struct acts *a)
{
    struct conservative *c = state;
    plan_set_now(c, acts_now_ns(a));
    if (n->kind == NOTE_NODE_CHANGED)
        c->nodes_changed = true;
    uint32_t work = 0;
    const unsigned news = work_news(a, n, &work);
    if (news & WORK_GONE)
        go(c, work, acts_now_ns(a));
    if (news & WORK_CAME)
        come(c, a, work);
}

/* --- taking note of them --- */

static void enqueue(struct conservative *c, const struct acts *a, struct plan_job *j)
{
    const int64_t estimate_ns = work_estimate_ns(a, j->work);
    j->state = PLAN_WAITING;
    j->rank = ++c->ranks;
    j->prediction = predictions_make(&c->predictions, work_job(a, j->work)->user_word, estimate_ns,
                                     estimate_ns);
    order_tree_insert(&c->queue, &(struct order_entry){.key = (int64_t)j->rank, .item = j->id});
    const bool was_flat = c->machine.is_flat;
    if (!flat_machine_admits(&c->machine, a, j->work))
        flat_machine_give_up(&c->machine);
    c->is_broken |= c->machine.is_flat != was_flat;
    j->size = flat_machine_size(&c->machine, a, j->work);
}

/* Running jobs that should have ended by now. */
static void correct_overdue(struct conservative *c, int64_t now_ns)
{
    struct order_entry first;
    while (order_tree_first(&c->ends, &first) && first.key <= now_ns) {
        struct plan_job *j = plan_job(c, first.item);
        order_tree_remove(&c->ends, j->end_ns, j->rank);
        while (j->end_ns <= now_ns) {
            predictions_correct(&c->predictions, &j->prediction);
            j->end_ns = plan_end_ns(j->start_ns, j->prediction.run_ns);
        }
        order_tree_insert(&c->ends,
                          &(struct order_entry){.key = j->end_ns, .tie = j->rank, .item = j->id});
        c->is_broken = true;
    }
}

/* --- starting --- */

static struct slot *slots_of(struct conservative *c, const struct plan_job *j)
{
    if (j->holds_len > c->slots_cap) {
        c->slots_cap = 2 * j->holds_len;
        c->slots = realloc(c->slots, c->slots_cap * sizeof c->slots[0]);
        SIM_REQUIRE(c->slots != NULL);
    }
    for (size_t i = 0; i < j->holds_len; i++)
        c->slots[i] = (struct slot){.group = j->holds[i].group,
                                    .node = j->holds[i].node,
                                    .count = j->holds[i].count,
                                    .task = work_is_pod(j->work) ? j->work / 2 : TASK_NONE};
    return c->slots;
}

static void start(struct conservative *c, struct acts *a, struct plan_job *j)
{
    order_tree_remove(&c->starts, j->start_ns, j->rank);
    leave_queue(c, j);
    j->state = PLAN_RUNNING;
    c->running += j->size;
    if (c->machine.is_flat) {
        const bool fits = work_plan(&c->fit, a, j->work, NULL);
        SIM_REQUIRE_AT(acts_now_ns(a), fits);
        work_bind(&c->fit, a, j->work);
        return;
    }
    act_bind(a, &(struct bind){.job = j->job, .slots = slots_of(c, j), .slots_len = j->holds_len});
}

/* When a reservation begins or a running job should end, whatever comes first; INT64_MAX: never. */
static int64_t next_instant(const struct conservative *c)
{
    struct order_entry start = {.key = INT64_MAX}, end = {.key = INT64_MAX};
    order_tree_first(&c->starts, &start);
    order_tree_first(&c->ends, &end);
    return start.key < end.key ? start.key : end.key;
}

static void start_due(struct conservative *c, struct acts *a)
{
    const int64_t now_ns = acts_now_ns(a);
    struct order_entry next;
    while (order_tree_first(&c->starts, &next) && next.key <= now_ns)
        start(c, a, plan_job(c, next.item));
}

static void wake_in_time(struct conservative *c, struct acts *a)
{
    const int64_t next_ns = next_instant(c);
    const bool is_set = c->wakes_at_ns > acts_now_ns(a) && c->wakes_at_ns <= next_ns;
    if (c->queue.len == 0 || is_set || next_ns == INT64_MAX)
        return;
    c->wakes_at_ns = next_ns;
    act_wake(a, next_ns, PHASE_TIMER, 0);
}

/* --- why they wait --- */

static uint32_t reason_of(struct conservative *c, const struct acts *a, uint32_t work)
{
    for (uint32_t g = 0; g < work_demands(a, work); g++) {
        const struct work_demand d = work_demand(a, work, g);
        if (free_index_total(c->fit.free, d.request) < d.count)
            return work_has_node(&c->fit, a, work) ? NO_ROOM : NO_NODE;
    }
    return RESERVED;
}

struct telling {
    struct conservative *c;
    struct acts *a;
};

static bool tell(void *context, const struct order_entry *entry)
{
    const struct telling *t = context;
    struct conservative *c = t->c;
    struct plan_job *j = plan_job(c, entry->item);
    if (!c->machine.is_flat)
        act_wait(t->a, j->job, reason_of(c, t->a, j->work));
    else if (!j->is_told)
        size_waits_add(&c->waits, t->a, j->job, j->size);
    j->is_told = true;
    return true;
}

/* Sizes may mean something else than before. */
static bool untell(void *context, const struct order_entry *entry)
{
    struct conservative *c = context;
    plan_job(c, entry->item)->is_told = false;
    return true;
}

static void tell_waits(struct conservative *c, struct acts *a, bool all)
{
    for (uint32_t b = RESERVED; b < REASONS && !c->has_buckets; b++)
        act_bucket(a, b, b, NULL);
    c->has_buckets = true;
    if (c->machine.is_flat)
        size_waits_set_free(&c->waits, a, c->machine.capacity - c->running);
    struct telling t = {c, a};
    if (all || !c->machine.is_flat)
        order_tree_walk(&c->queue, tell, &t);
    for (size_t i = 0; i < c->came.len && !all && c->machine.is_flat; i++)
        if (plan_job(c, c->came.ids[i])->state == PLAN_WAITING)
            tell(&t, &(struct order_entry){.item = c->came.ids[i]});
}

/* --- deciding --- */

static void look_at_nodes(struct conservative *c)
{
    c->nodes_changed = false;
    c->is_broken = true;
    flat_machine_look_at_nodes(&c->machine);
}

/* Everybody has a reservation, the best there is for them. */
static void plan(struct conservative *c, const struct acts *a)
{
    for (size_t i = 0; i < c->came.len; i++)
        if (plan_job(c, c->came.ids[i])->state == PLAN_CAME)
            enqueue(c, a, plan_job(c, c->came.ids[i]));
    if (c->is_broken) {
        size_waits_fini(&c->waits);
        order_tree_walk(&c->queue, untell, c);
        plan_rebuild(c, a);
        return;
    }
    if (c->has_holes)
        plan_compress(c, a);
    for (size_t i = 0; i < c->came.len; i++) {
        struct plan_job *j = plan_job(c, c->came.ids[i]);
        if (j->state == PLAN_WAITING && j->start_ns == INT64_MAX)
            plan_reserve(c, a, j, INT64_MAX);
    }
}

static void forget_who_came(struct conservative *c, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (plan_job(c, c->came.ids[i])->state == PLAN_GONE)
            forget(c, plan_job(c, c->came.ids[i]));
    id_list_drop_first(&c->came, len);
}

static enum verdict conservative_decide(void *state, struct acts *a)
{
    struct conservative *c = state;
    const size_t came = c->came.len;
    plan_set_now(c, acts_now_ns(a));
    if (c->nodes_changed)
        look_at_nodes(c);
    correct_overdue(c, acts_now_ns(a));
    plan(c, a);
    start_due(c, a);
    wake_in_time(c, a);
    tell_waits(c, a, c->is_broken);
    c->is_broken = c->has_holes = false;
    forget_who_came(c, came);
    return SETTLED;
}

static void conservative_close(void *state)
{
    struct conservative *c = state;
    for (uint32_t id = 0; id < c->jobs.cap; id++)
        if (pool_has(&c->jobs, id))
            free(plan_job(c, id)->holds);
    first_fit_fini(&c->fit);
    predictions_fini(&c->predictions);
    id_map_fini(&c->record_of);
    id_list_fini(&c->came);
    order_tree_fini(&c->queue);
    order_tree_fini(&c->starts);
    order_tree_fini(&c->ends);
    time_plan_fini(&c->units);
    time_plan_fini(&c->nodes);
    free(c->holds);
    free(c->slots);
    size_waits_fini(&c->waits);
    pool_fini(&c->jobs);
}

extern const struct policy_ops policy_conservative;
const struct policy_ops policy_conservative = {
    .api = POLICY_API,
    .name = "conservative",
    .summary = "conservative backfilling: everybody has a reservation that nobody may delay",
    .roles = ROLE_ADMIT | ROLE_PLACE,
    .wants = WORK_COMES | WORK_GOES | NOTE_BIT(NOTE_NODE_CHANGED),
    .state_bytes = sizeof(struct conservative),
    .reasons = conservative_reasons,
    .open = conservative_open,
    .notify = conservative_notify,
    .decide = conservative_decide,
    .close = conservative_close,
};
