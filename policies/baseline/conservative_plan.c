#include "policies/baseline/conservative.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

static const struct amount one_unit = {.resource = 0, .value = 1};

void plan_set_now(struct conservative *c, int64_t now_ns)
{
    time_plan_set_now(&c->units, now_ns);
    time_plan_set_now(&c->nodes, now_ns);
}

/* --- taking and giving back --- */

static struct plan_use units_of(const struct plan_job *j, int64_t from_ns)
{
    return (struct plan_use){.amounts = &one_unit,
                             .amounts_len = 1,
                             .times = j->size,
                             .from_ns = from_ns,
                             .to_ns = j->end_ns};
}

static struct plan_use use_of(const struct conservative *c, const struct plan_hold *h,
                              int64_t from_ns, int64_t to_ns)
{
    const struct request *r = request_get(c->machine.requests, h->request);
    return (struct plan_use){.node = h->node,
                             .amounts = r->amounts,
                             .amounts_len = r->amounts_len,
                             .times = h->count,
                             .from_ns = from_ns,
                             .to_ns = to_ns};
}

static void add_holds(struct conservative *c, const struct plan_hold *holds, size_t len,
                      struct plan_use when)
{
    for (size_t i = 0; i < len; i++) {
        struct plan_use u = use_of(c, &holds[i], when.from_ns, when.to_ns);
        u.times *= when.times;
        time_plan_add(&c->nodes, &u);
    }
}

/* sign: 1 gives back, -1 takes. */
static void add_job(struct conservative *c, const struct plan_job *j, int64_t from_ns, int sign)
{
    struct plan_use u = units_of(j, from_ns);
    u.times *= sign;
    time_plan_add(&c->units, &u);
    u.times = sign;
    add_holds(c, j->holds, j->holds_len, u);
}

static void enter(struct conservative *c, const struct plan_job *j)
{
    order_tree_insert(&c->ends,
                      &(struct order_entry){.key = j->end_ns, .tie = j->rank, .item = j->id});
    if (j->state == PLAN_WAITING)
        order_tree_insert(&c->starts,
                          &(struct order_entry){.key = j->start_ns, .tie = j->rank, .item = j->id});
}

void plan_release(struct conservative *c, int64_t now_ns, struct plan_job *j)
{
    if (j->start_ns == INT64_MAX)
        return;
    order_tree_remove(&c->ends, j->end_ns, j->rank);
    if (j->state == PLAN_WAITING)
        order_tree_remove(&c->starts, j->start_ns, j->rank);
    add_job(c, j, j->start_ns > now_ns ? j->start_ns : now_ns, 1);
    j->start_ns = INT64_MAX;
}

/* --- looking for a place --- */

static void hold(struct conservative *c, const struct plan_hold *h)
{
    if (c->holds_len == c->holds_cap) {
        c->holds_cap = c->holds_cap == 0 ? 16 : 2 * c->holds_cap;
        c->holds = realloc(c->holds, c->holds_cap * sizeof c->holds[0]);
        SIM_REQUIRE(c->holds != NULL);
    }
    c->holds[c->holds_len++] = *h;
}

/* Takes nodes for a group, the lowest first; false if they do not suffice. */
static bool hold_group(struct conservative *c, struct work_demand d, int64_t from_ns, int64_t to_ns)
{
    struct plan_hold h = {.group = d.group, .request = d.request};
    for (; h.node < c->nodes.nodes_len && d.count > 0; h.node++) {
        if (c->machine.cluster->nodes[h.node].state != NODE_READY ||
            c->machine.cluster->nodes[h.node].is_withheld)
            continue; /* it has nothing, which is enough for a task that asks for nothing */
        if (!free_index_admits(c->fit.free, d.request, h.node))
            continue;
        struct plan_use u = use_of(c, &h, from_ns, to_ns);
        const int64_t room = time_plan_room(&c->nodes, &u);
        h.count = room < d.count ? (uint32_t)room : d.count;
        if (h.count == 0)
            continue;
        u.times = -(int64_t)h.count;
        time_plan_add(&c->nodes, &u);
        hold(c, &h);
        d.count -= h.count;
    }
    return d.count == 0;
}

/* Takes nodes for all of the job from this time on; false, and nothing taken, if they do not
 * suffice. */
static bool hold_nodes(struct conservative *c, const struct acts *a, const struct plan_job *j,
                       int64_t from_ns)
{
    const int64_t to_ns = plan_end_ns(from_ns, j->prediction.run_ns);
    c->holds_len = 0;
    for (uint32_t g = 0; g < work_demands(a, j->work); g++) {
        if (hold_group(c, work_demand(a, j->work, g), from_ns, to_ns))
            continue;
        const struct plan_use back = {.times = 1, .from_ns = from_ns, .to_ns = to_ns};
        add_holds(c, c->holds, c->holds_len, back);
        return false;
    }
    return true;
}

/* The next time after at_ns at which something ends, and so more may be free. */
static int64_t next_end(const struct conservative *c, int64_t at_ns)
{
    struct order_entry e = {.key = at_ns + 1};
    return order_tree_find_small(&c->ends, INT64_MAX, &e) ? e.key : INT64_MAX;
}

/* The earliest start before before_ns; the nodes are then taken, the units not yet. */
static int64_t find_place(struct conservative *c, const struct acts *a, const struct plan_job *j,
                          int64_t before_ns)
{
    struct plan_use u = units_of(j, acts_now_ns(a));
    while (u.from_ns < before_ns) {
        u.from_ns = time_plan_earliest(&c->units, &u, j->prediction.run_ns);
        if (u.from_ns >= before_ns)
            break;
        if (c->machine.is_flat || hold_nodes(c, a, j, u.from_ns))
            return u.from_ns;
        u.from_ns = next_end(c, u.from_ns);
    }
    return INT64_MAX;
}

static void keep_holds(struct conservative *c, struct plan_job *j)
{
    free(j->holds);
    j->holds = NULL;
    j->holds_len = c->machine.is_flat ? 0 : c->holds_len;
    if (j->holds_len == 0)
        return;
    j->holds = malloc(j->holds_len * sizeof j->holds[0]);
    SIM_REQUIRE(j->holds != NULL);
    memcpy(j->holds, c->holds, j->holds_len * sizeof j->holds[0]);
}

bool plan_reserve(struct conservative *c, const struct acts *a, struct plan_job *j,
                  int64_t before_ns)
{
    const int64_t start_ns = find_place(c, a, j, before_ns);
    if (start_ns == INT64_MAX)
        return false;
    j->start_ns = start_ns;
    j->end_ns = plan_end_ns(start_ns, j->prediction.run_ns);
    struct plan_use u = units_of(j, start_ns);
    u.times = -u.times;
    time_plan_add(&c->units, &u);
    keep_holds(c, j);
    enter(c, j);
    return true;
}

/* --- everybody --- */

struct sweep {
    struct conservative *c;
    const struct acts *a;
};

/* Whether there are enough units for it at any time before its reservation; if not, there is no
 * earlier place. */
static bool may_move(const struct conservative *c, const struct acts *a, const struct plan_job *j)
{
    const struct plan_use u = units_of(j, acts_now_ns(a));
    return time_plan_earliest(&c->units, &u, 1) < j->start_ns;
}

static bool move_earlier(void *context, const struct order_entry *entry)
{
    const struct sweep *s = context;
    struct conservative *c = s->c;
    struct plan_job *j = plan_job(c, entry->item);
    if (!may_move(c, s->a, j))
        return true;
    const int64_t old_ns = j->start_ns;
    plan_release(c, acts_now_ns(s->a), j);
    if (plan_reserve(c, s->a, j, old_ns) || old_ns == INT64_MAX)
        return true;
    j->start_ns = old_ns;
    add_job(c, j, old_ns, -1);
    enter(c, j);
    return true;
}

void plan_compress(struct conservative *c, const struct acts *a)
{
    order_tree_walk(&c->queue, move_earlier, &(struct sweep){c, a});
}

static void hold_task(void *context, const struct task *t, uint32_t request)
{
    hold(context, &(struct plan_hold){
                      .group = t->group, .request = request, .node = t->node, .count = t->count});
}

/* Running jobs keep what they have. */
static bool plan_running(void *context, const struct order_entry *entry)
{
    const struct sweep *s = context;
    struct plan_job *j = plan_job(s->c, entry->item);
    if (j->state != PLAN_RUNNING)
        return true;
    s->c->holds_len = 0;
    if (!s->c->machine.is_flat)
        work_each_task(s->a, j->work, hold_task, s->c);
    keep_holds(s->c, j);
    j->size = flat_machine_size(&s->c->machine, s->a, j->work);
    add_job(s->c, j, acts_now_ns(s->a), -1);
    s->c->running += j->size;
    order_tree_insert(&s->c->ends,
                      &(struct order_entry){.key = j->end_ns, .tie = j->rank, .item = j->id});
    return true;
}

static bool plan_waiting(void *context, const struct order_entry *entry)
{
    const struct sweep *s = context;
    struct plan_job *j = plan_job(s->c, entry->item);
    j->start_ns = INT64_MAX;
    j->size = flat_machine_size(&s->c->machine, s->a, j->work);
    plan_reserve(s->c, s->a, j, INT64_MAX);
    return true;
}

static void empty_nodes(struct conservative *c, int64_t now_ns)
{
    const struct cluster *cluster = c->machine.cluster;
    time_plan_reset(&c->units, 0, now_ns, &c->machine.capacity);
    for (uint32_t n = 0; n < cluster->nodes_len; n++) {
        const bool is_ready =
            cluster->nodes[n].state == NODE_READY && !cluster->nodes[n].is_withheld;
        time_plan_reset(&c->nodes, n, now_ns,
                        is_ready ? &cluster->capacity[(size_t)n * cluster->resources_len] : NULL);
    }
}

void plan_rebuild(struct conservative *c, const struct acts *a)
{
    const struct sweep s = {c, a};
    struct order_tree old_ends = c->ends;
    c->ends = (struct order_tree){0};
    order_tree_fini(&c->starts);
    empty_nodes(c, acts_now_ns(a));
    c->running = 0;
    order_tree_walk(&old_ends, plan_running, (void *)(uintptr_t)&s);
    order_tree_fini(&old_ends);
    order_tree_walk(&c->queue, plan_waiting, (void *)(uintptr_t)&s);
}
