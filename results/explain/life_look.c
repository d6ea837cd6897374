/* Who has what a job lacks: quota, as its policy says, or room on nodes. */
#include "results/explain/life.h"

#include "models/kubernetes/node_terms.h"
#include "models/names.h"
#include "results/placement.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/numeral.h"
#include "sim/quantity.h"
#include "sim/text_stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Thousandths of shared GPUs, which no resource counts. */
#define SHARES UINT32_MAX

/* --- amounts in words --- */

const char *life_amount(char buf[LIFE_AMOUNT_TEXT], const char *resource, int64_t amount)
{
    char number[NUMERAL_MOST + 1], size[QUANTITY_TEXT];
    const char *text = number;
    *numeral_int(number, amount) = '\0';
    if (strcmp(resource, "cpu") == 0 || strcmp(resource, "shared GPU") == 0)
        *numeral_fixed(number, amount, 3) = '\0';
    else if (strcmp(resource, "memory") == 0)
        text = quantity_print_size(size, amount);
    snprintf(buf, LIFE_AMOUNT_TEXT, "%s %.253s", text, resource);
    return buf;
}

static const char *resource_name(const struct simulation *sim, uint32_t resource)
{
    return resource == SHARES ? "shared GPU"
                              : intern_text(simulation_names(sim)->resources, resource);
}

static void put_request(FILE *out, const struct simulation *sim, const struct request *r)
{
    char buf[LIFE_AMOUNT_TEXT];
    const char *separator = "";
    for (uint32_t i = r->amounts_len; i-- > 0; separator = ", ")
        fprintf(out, "%s%s", separator,
                life_amount(buf, resource_name(sim, r->amounts[i].resource), r->amounts[i].value));
    if (r->load.gpu_milli > 0)
        fprintf(out, "%s%s", separator, life_amount(buf, "shared GPU", r->load.gpu_milli));
}

const char *life_asks(struct life *l, const struct simulation *sim, const struct job *job)
{
    struct text_stream t;
    FILE *out = text_stream_open(&t);
    for (uint32_t g = 0; g < job->groups_len; g++) {
        const struct group *group = &job->groups[g];
        const struct request *r = request_get(simulation_requests(sim), group->request);
        fprintf(out, "%s%" PRIu32 " task%s", g > 0 ? "; " : "", group->count,
                group->count == 1 ? "" : "s");
        if (r->amounts_len > 0 || r->load.gpu_milli > 0)
            fputs(group->count == 1 ? " with " : " with each ", out);
        put_request(out, sim, r);
    }
    text_stream_close(&t);
    const char *text = arena_text(l->arena, t.text, t.len);
    free(t.text);
    return text;
}

/* --- holders --- */

static void watch(struct life *l, uint32_t job, uint32_t holder)
{
    if (job >= l->watched_cap) {
        const uint32_t cap = 2 * job + 64;
        l->watched = realloc(l->watched, cap * sizeof l->watched[0]);
        SIM_REQUIRE(l->watched != NULL);
        memset(&l->watched[l->watched_cap], 0, (cap - l->watched_cap) * sizeof l->watched[0]);
        l->watched_cap = cap;
    }
    l->holders[holder].next_watched = l->watched[job];
    l->watched[job] = holder + 1;
}

static void add_holder(struct life *l, struct life_want *w, const struct life_other *other,
                       int64_t amount)
{
    l->holders = life_more(l->holders, l->holders_len, &l->holders_cap, sizeof l->holders[0]);
    l->holders[l->holders_len++] =
        (struct life_holder){.job = *other, .amount = amount, .until_ns = TIME_NEVER};
    w->holders_len++;
    w->held += amount;
}

/* Those with most first, then in the order of their arrival. */
static int by_amount(const void *a, const void *b)
{
    const struct life_holder *x = a, *y = b;
    if (x->amount != y->amount)
        return x->amount > y->amount ? -1 : 1;
    return (x->job.number > y->job.number) - (x->job.number < y->job.number);
}

/* next_watched holds the job's slot until the holders have their places. */
static void settle_holders(struct life *l, const struct life_want *w)
{
    if (w->holders_len == 0)
        return;
    qsort(&l->holders[w->first_holder], w->holders_len, sizeof l->holders[0], by_amount);
    for (uint32_t i = 0; i < w->holders_len; i++)
        watch(l, l->holders[w->first_holder + i].next_watched, w->first_holder + i);
}

static struct life_want *add_want(struct life *l, struct life_span *span)
{
    if (span->wants_len == 0)
        span->first_want = l->wants_len;
    l->wants = life_more(l->wants, l->wants_len, &l->wants_cap, sizeof l->wants[0]);
    span->wants_len++;
    struct life_want *w = &l->wants[l->wants_len++];
    *w = (struct life_want){.first_holder = l->holders_len};
    return w;
}

/* --- quota --- */

static void look_at_quota(struct life *l, const struct simulation *sim, const struct job *job,
                          struct life_span *span, const struct wait_need *need)
{
    struct life_want *w = add_want(l, span);
    w->resource = need->resource;
    w->resource_name = arena_printf(l->arena, "%s", resource_name(sim, need->resource));
    w->amount = need->amount;
    w->queue = need->queue;
    w->flavor = need->flavor;
    for (uint32_t id = 0; id < simulation_jobs_cap(sim); id++) {
        const struct job *other = simulation_job(sim, id);
        const char *queue = NULL;
        const int64_t held =
            other == NULL || other == job ? 0 : simulation_holds(sim, other, job, need, &queue);
        if (held <= 0)
            continue;
        struct life_other o = life_other(l, sim, other);
        o.queue = arena_printf(l->arena, "%s", queue);
        add_holder(l, w, &o, held);
        l->holders[l->holders_len - 1].next_watched = id;
    }
    settle_holders(l, w);
}

/* --- nodes --- */

/* The nodes that may take tasks of the request, were they empty. */
static bool is_for(const struct simulation *sim, uint32_t node, const struct request *r)
{
    const struct cluster *c = simulation_cluster(sim);
    return node_terms_match(simulation_names(sim)->terms, r->terms, &c->nodes[node], NULL) &&
           cluster_could_fit(c, node, r) > 0;
}

/* What a search over the nodes has in common. */
struct search {
    const struct simulation *sim;
    const struct job *job;
    const uint64_t *masks; /* GPUs that it may get, by node */
    bool *are_for;         /* whether it may be on the node at all */
};

/* What the fewest of these nodes have enough of; of equals the last, which is no CPU or memory. */
static uint32_t scarcest(const struct simulation *sim, const struct request *r, const bool *are_for)
{
    const struct cluster *c = simulation_cluster(sim);
    uint32_t found = r->load.gpu_milli > 0 || r->amounts_len == 0 ? SHARES : r->amounts[0].resource;
    uint32_t fewest = UINT32_MAX;
    for (uint32_t i = 0; r->load.gpu_milli == 0 && i < r->amounts_len; i++) {
        const struct amount *a = &r->amounts[i];
        uint32_t nodes = 0;
        for (uint32_t n = 0; n < c->nodes_len; n++)
            nodes += are_for[n] && cluster_free_of(c, n, a->resource) >= a->value;
        if (nodes <= fewest) {
            fewest = nodes;
            found = a->resource;
        }
    }
    return found;
}

static int64_t held_by_task(const struct simulation *sim, const struct job *job,
                            const struct task *t, uint32_t resource)
{
    if (resource == SHARES)
        return t->milli;
    const struct request *r = request_get(simulation_requests(sim), job->groups[t->group].request);
    return request_amount(r, resource) * t->count;
}

static int64_t held_by_job(const struct simulation *sim, const struct job *job, uint32_t resource,
                           const bool *are_for)
{
    int64_t held = 0;
    for (uint32_t id = job->first_task; id != TASK_NONE;) {
        const struct task *t = simulation_task(sim, id);
        if (t->node != NODE_NONE && t->state != TASK_PENDING && are_for[t->node])
            held += held_by_task(sim, job, t, resource);
        id = t->next;
    }
    return held;
}

static void measure_nodes(const struct simulation *sim, const struct request *r,
                          struct life_want *w, const bool *are_for)
{
    const struct cluster *c = simulation_cluster(sim);
    int64_t fit = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++) {
        if (!are_for[n])
            continue;
        const bool shares = w->resource == SHARES;
        const int64_t free = shares ? cluster_idle_milli(c, n) : cluster_free_of(c, n, w->resource);
        const bool is_ready = c->nodes[n].state == NODE_READY;
        w->capacity +=
            shares ? 1000 * (int64_t)c->nodes[n].gpus : cluster_capacity_of(c, n, w->resource);
        w->free += is_ready && free > 0 ? free : 0;
        w->most_on_node = is_ready && free > w->most_on_node ? free : w->most_on_node;
        if (fit < w->tasks)
            fit += cluster_fits(c, n, r);
    }
    w->fit = fit < w->tasks ? (uint32_t)fit : w->tasks;
    w->each = w->resource == SHARES ? r->load.gpu_milli : request_amount(r, w->resource);
    w->amount = (int64_t)(w->tasks - w->fit) * w->each;
}

typedef int64_t held_fn(const struct search *s, const struct job *other, uint32_t resource);

static int64_t held_on_nodes(const struct search *s, const struct job *other, uint32_t resource)
{
    return held_by_job(s->sim, other, resource, s->are_for);
}

static void find_holders(struct life *l, const struct search *s, struct life_want *w, held_fn *held)
{
    for (uint32_t id = 0; id < simulation_jobs_cap(s->sim); id++) {
        const struct job *other = simulation_job(s->sim, id);
        const int64_t amount = other == NULL || other == s->job ? 0 : held(s, other, w->resource);
        if (amount <= 0)
            continue;
        const struct life_other o = life_other(l, s->sim, other);
        add_holder(l, w, &o, amount);
        l->holders[l->holders_len - 1].next_watched = id;
    }
    settle_holders(l, w);
}

static void look_at_nodes(struct life *l, const struct search *s, struct life_span *span,
                          const struct group *group)
{
    const struct cluster *c = simulation_cluster(s->sim);
    const struct request *r = request_get(simulation_requests(s->sim), group->request);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        s->are_for[n] = s->masks[n] != 0 && is_for(s->sim, n, r);
    struct life_want *w = add_want(l, span);
    w->tasks = group->pending;
    w->resource = scarcest(s->sim, r, s->are_for);
    w->resource_name = arena_printf(l->arena, "%s", resource_name(s->sim, w->resource));
    measure_nodes(s->sim, r, w, s->are_for);
    find_holders(l, s, w, held_on_nodes);
}

/* --- the very GPUs --- */

static uint64_t gpus_on(const struct search *s, const struct job *other, uint32_t node)
{
    uint64_t gpus = 0;
    for (uint32_t id = other->first_task; id != TASK_NONE;) {
        const struct task *t = simulation_task(s->sim, id);
        if (t->node == node && t->state != TASK_PENDING)
            gpus |= placement_gpu_mask(simulation_cluster(s->sim), t);
        id = t->next;
    }
    return gpus;
}

static int64_t held_of_gpus(const struct search *s, const struct job *other, uint32_t resource)
{
    (void)resource;
    int64_t held = 0;
    for (uint32_t id = other->first_task; id != TASK_NONE;) {
        const struct task *t = simulation_task(s->sim, id);
        if (t->node != NODE_NONE && t->state != TASK_PENDING)
            held += __builtin_popcountll(placement_gpu_mask(simulation_cluster(s->sim), t) &
                                         s->masks[t->node]);
        id = t->next;
    }
    return held;
}

static const char *where_of(struct life *l, const struct search *s)
{
    const struct cluster *c = simulation_cluster(s->sim);
    struct placement p;
    placement_init(&p, c);
    placement_clear(&p);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        if (s->masks[n] != 0)
            placement_add(&p, &(struct task){.node = n, .gpu_mask = s->masks[n]}, 0);
    const char *text = arena_text(l->arena, p.text, p.len);
    placement_fini(&p);
    return text;
}

static bool runs_tasks(const struct search *s, uint32_t node)
{
    const enum node_state state = simulation_cluster(s->sim)->nodes[node].state;
    return state != NODE_DOWN && state != NODE_BOOTING;
}

static const char *state_of(const struct search *s)
{
    const struct cluster *c = simulation_cluster(s->sim);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        if (s->masks[n] != 0 && !runs_tasks(s, n))
            return node_state_name(c->nodes[n].state);
    return NULL;
}

static int64_t free_gpus(const struct search *s)
{
    int64_t free = 0;
    for (uint32_t n = 0; n < simulation_cluster(s->sim)->nodes_len; n++) {
        uint64_t busy = runs_tasks(s, n) ? 0 : s->masks[n];
        for (uint32_t id = 0; s->masks[n] != 0 && id < simulation_jobs_cap(s->sim); id++) {
            const struct job *other = simulation_job(s->sim, id);
            if (other != NULL)
                busy |= gpus_on(s, other, n);
        }
        free += __builtin_popcountll(s->masks[n] & ~busy);
    }
    return free;
}

static void look_at_gpus(struct life *l, const struct search *s, struct life_span *span)
{
    struct life_want *w = add_want(l, span);
    w->where = where_of(l, s);
    w->state = state_of(s);
    w->resource = RESOURCE_GPU;
    w->resource_name = "GPU";
    w->tasks = s->job->tasks_pending;
    for (uint32_t n = 0; n < simulation_cluster(s->sim)->nodes_len; n++)
        w->capacity += __builtin_popcountll(s->masks[n]);
    w->free = w->most_on_node = free_gpus(s);
    w->amount = w->capacity - w->free;
    w->fit = w->amount == 0 ? w->tasks : 0;
    w->each = w->capacity;
    find_holders(l, s, w, held_of_gpus);
}

static bool are_certain(const struct search *s)
{
    for (uint32_t n = 0; n < simulation_cluster(s->sim)->nodes_len; n++)
        if (s->masks[n] != 0 && s->masks[n] != UINT64_MAX)
            return true;
    return false;
}

static void look_for_room(struct life *l, const struct simulation *sim, const struct job *job,
                          struct life_span *span)
{
    const uint32_t nodes = simulation_cluster(sim)->nodes_len;
    uint64_t *masks = calloc(nodes, sizeof masks[0]);
    bool *are_for = calloc(nodes, sizeof are_for[0]);
    SIM_REQUIRE(masks != NULL && are_for != NULL);
    const struct search s = {sim, job, masks, are_for};
    simulation_may_have(sim, job, masks);
    if (are_certain(&s))
        look_at_gpus(l, &s, span);
    else
        for (uint32_t g = 0; g < job->groups_len; g++)
            if (job->groups[g].pending > 0)
                look_at_nodes(l, &s, span, &job->groups[g]);
    free(are_for);
    free(masks);
}

/* --- the queue --- */

static void look_at_queue(const struct simulation *sim, const struct job *job,
                          struct life_span *span)
{
    for (uint32_t id = 0; id < simulation_jobs_cap(sim); id++) {
        const struct job *other = simulation_job(sim, id);
        if (other == NULL || other == job ||
            (other->state != JOB_QUEUED && other->state != JOB_ADMITTED))
            continue;
        const bool is_before = other->number < job->number;
        const bool is_near = other->queue_word == job->queue_word;
        span->before_all += is_before;
        span->others += is_near;
        span->before += is_near && is_before;
    }
}

void life_look(struct life *l, const struct simulation *sim, const struct job *job,
               struct life_span *span)
{
    span->others = span->before = span->before_all = 0;
    look_at_queue(sim, job, span);
    const bool is_short_of_quota = job->state == JOB_QUEUED && l->needs_len[span->reason] > 0;
    for (uint32_t i = 0; is_short_of_quota && i < l->needs_len[span->reason]; i++)
        look_at_quota(l, sim, job, span, &l->needs[span->reason][i]);
    if (!is_short_of_quota && simulation_cluster(sim)->nodes_len > 0)
        look_for_room(l, sim, job, span);
}
