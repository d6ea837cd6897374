#include "policies/slurm/slurm_backfill.h"

#include "policies/slurm/node_set.h"
#include "policies/slurm/slurm_slots.h"
#include "policies/slurm/slurm_will_run.h"
#include "sim/check.h"

#include <stdlib.h>

/* Jobs of one user that were looked at, in all and by partition. */
struct user_count {
    uint64_t pass;
    uint32_t jobs;
};

struct slurm_backfill {
    struct slurm_slots slots;
    struct will_run_scratch *trial;
    uint64_t *cand, *all, *chosen;
    uint32_t *planned, *tried; /* by partition */
    struct user_count *users;  /* [user * (partitions + 1) + partition]; the last one: all */
    size_t users_cap;
    uint64_t passes;
};

static void *zeroed(size_t len, size_t bytes)
{
    void *p = calloc(len + 1, bytes);
    SIM_REQUIRE(p != NULL);
    return p;
}

struct slurm_backfill *slurm_backfill_new(const struct slurm_site *site)
{
    struct slurm_backfill *b = zeroed(1, sizeof *b);
    slurm_slots_init(&b->slots, site->words);
    b->trial = slurm_will_run_new(site);
    b->cand = zeroed(site->words, sizeof b->cand[0]);
    b->all = zeroed(site->words, sizeof b->all[0]);
    b->chosen = zeroed(site->words, sizeof b->chosen[0]);
    b->planned = zeroed(site->partitions_len, sizeof b->planned[0]);
    b->tried = zeroed(site->partitions_len, sizeof b->tried[0]);
    return b;
}

void slurm_backfill_free(struct slurm_backfill *b)
{
    if (b == NULL)
        return;
    slurm_slots_fini(&b->slots);
    slurm_will_run_free(b->trial);
    free(b->cand);
    free(b->all);
    free(b->chosen);
    free(b->planned);
    free(b->tried);
    free(b->users);
    free(b);
}

struct backfill_pass {
    struct slurm_ctld *c;
    struct slurm_backfill *b;
    const struct slurm_params *p;
    int64_t now_s, begin_s, window_end_s;
    int64_t tested, started;
    bool is_full; /* the map takes no more */
};

/* One record. */
struct attempt {
    struct slurm_job *job;
    int64_t limit_s;
    int64_t later_s; /* when more nodes come free; or SLURM_NEVER */
    bool reserves;
};

enum outcome { OUTCOME_NEXT, OUTCOME_STARTED, OUTCOME_AGAIN };

static int64_t round_down(int64_t t, int64_t step)
{
    return t / step * step;
}

static int64_t round_up(int64_t t, int64_t step)
{
    return round_down(t + step - 1, step);
}

/* --- who may be looked at, and who may reserve --- */

static uint32_t *user_counter(struct backfill_pass *p, uint32_t user, uint32_t partition)
{
    struct slurm_backfill *b = p->b;
    const size_t row = p->c->site->partitions_len + 1;
    const size_t i = user * row + partition;
    if (i >= b->users_cap) {
        const size_t cap = 2 * (i + 1);
        b->users = realloc(b->users, cap * sizeof b->users[0]);
        SIM_REQUIRE(b->users != NULL);
        memset(b->users + b->users_cap, 0, (cap - b->users_cap) * sizeof b->users[0]);
        b->users_cap = cap;
    }
    if (b->users[i].pass != b->passes)
        b->users[i] = (struct user_count){b->passes, 0};
    return &b->users[i].jobs;
}

static bool count_up(uint32_t *counter, int64_t limit)
{
    if (limit == 0)
        return true;
    if (*counter >= limit)
        return false;
    ++*counter;
    return true;
}

static bool may_be_tried(struct backfill_pass *p, const struct slurm_job *job)
{
    const uint32_t all = p->c->site->partitions_len;
    return count_up(&p->b->tried[job->partition], p->p->bf_max_job_part) &&
           count_up(user_counter(p, job->user, all), p->p->bf_max_job_user) &&
           count_up(user_counter(p, job->user, job->partition), p->p->bf_max_job_user_part);
}

static bool may_reserve(const struct backfill_pass *p, const struct slurm_job *job)
{
    const int64_t most = p->p->bf_job_part_count_reserve;
    return (int64_t)job->priority >= p->p->bf_min_prio_reserve &&
           p->now_s - job->begin_s >= p->p->bf_min_age_reserve_s &&
           (most == 0 || p->b->planned[job->partition] < most);
}

/* --- candidates --- */

/* Whether the slot behind this one has a node of the partition that the job could not have now. */
static bool gains(const struct slurm_slot *slot, const uint64_t *all, const uint64_t *cand,
                  size_t words)
{
    for (size_t w = 0; w < words; w++)
        if ((all[w] & slot[1].free[w] & ~(cand[w] & slot->free[w])) != 0)
            return true;
    return false;
}

/* Takes out of cand what the slot lacks; whether that was anything. */
static bool narrow(uint64_t *cand, const struct slurm_slot *slot, size_t words)
{
    uint64_t lost = 0;
    for (size_t w = 0; w < words; w++) {
        lost |= cand[w] & ~slot->free[w];
        cand[w] &= slot->free[w];
    }
    return lost != 0;
}

/* Nodes that no plan has taken between t and end, and the next time at which more come free. False
 * if there are fewer than the job needs. */
static bool find_candidates(struct backfill_pass *p, struct attempt *a, int64_t t, int64_t end_s)
{
    const struct slurm_slots *map = &p->b->slots;
    const uint32_t least = slurm_shape_get(p->c->shapes, a->job->shape)->min_nodes;
    const size_t words = map->words;
    uint64_t *all = p->b->all, *cand = p->b->cand;
    node_set_copy(all, p->c->site->partitions[a->job->partition].nodes, words);
    node_set_and(all, p->c->up, words);
    node_set_copy(cand, all, words);
    for (size_t i = slurm_slots_find(map, t); i < map->len; i++) {
        const struct slurm_slot *slot = &map->slots[i];
        if (a->later_s == SLURM_NEVER && i + 1 < map->len && gains(slot, all, cand, words))
            a->later_s = slot->end_s;
        if (slot->begin_s > end_s) {
            if (a->later_s == SLURM_NEVER && i + 2 < map->len)
                a->later_s = slot[1].end_s;
            break;
        }
        if (narrow(cand, slot, words) && a->later_s != SLURM_NEVER &&
            !node_set_holds(cand, words, least))
            return false; /* and the slots to come can only take more away */
    }
    return node_set_holds(cand, words, least);
}

/* --- reserving --- */

static void plan(struct backfill_pass *p, const struct slurm_job *job, int64_t start_s,
                 const uint64_t *nodes)
{
    if (p->c->hooks.planned != NULL)
        p->c->hooks.planned(p->c->hooks.context, job, start_s, nodes);
}

static void reserve(struct backfill_pass *p, int64_t from_s, int64_t to_s, const uint64_t *nodes)
{
    const int64_t begin_s = from_s > p->begin_s ? from_s : p->begin_s;
    const int64_t least_s = begin_s + p->p->bf_resolution_s;
    slurm_slots_reserve(&p->b->slots, begin_s, to_s > least_s ? to_s : least_s, nodes);
}

static bool is_map_full(const struct backfill_pass *p)
{
    return p->b->slots.records >= p->p->bf_node_space_size;
}

/* A job that holds whole nodes is in the map, too; others are met by the will-run test alone. */
static void reserve_started(struct backfill_pass *p, const struct slurm_job *job)
{
    const bool is_whole = slurm_shape_get(p->c->shapes, job->shape)->r.is_exclusive;
    if ((!is_whole && !p->p->bf_running_job_reserve) || is_map_full(p))
        return;
    slurm_slots_reserve(&p->b->slots, p->begin_s, round_up(job->end_s, p->p->bf_resolution_s),
                        p->b->chosen);
}

static void choose(struct backfill_pass *p)
{
    const struct slurm_selector *s = &p->c->selector;
    node_set_clear(p->b->chosen, p->c->site->words);
    for (size_t i = 0; i < s->picks_len; i++)
        node_set_put(p->b->chosen, s->picks[i].node);
}

/* --- one record --- */

static bool start(struct backfill_pass *p, struct attempt *a)
{
    if (!slurm_ctld_select(p->c, a->job, p->b->cand))
        return false;
    choose(p);
    slurm_ctld_start(p->c, a->job, p->now_s);
    p->started++;
    reserve_started(p, a->job);
    return true;
}

static enum outcome settle(struct backfill_pass *p, struct attempt *a, int64_t start_s)
{
    const int64_t res = p->p->bf_resolution_s;
    if (start_s > p->now_s && !a->reserves)
        return OUTCOME_NEXT;
    if (a->later_s != SLURM_NEVER && start_s > a->later_s)
        return OUTCOME_AGAIN;
    if (start_s > p->now_s + p->p->bf_window_s) {
        plan(p, a->job, start_s, NULL);
        return OUTCOME_NEXT;
    }
    p->is_full = is_map_full(p);
    plan(p, a->job, start_s, p->is_full ? NULL : p->b->chosen);
    if (p->is_full)
        return OUTCOME_NEXT;
    reserve(p, round_down(start_s, res), round_up(start_s + a->limit_s, res), p->b->chosen);
    p->b->planned[a->job->partition]++;
    return OUTCOME_NEXT;
}

/* Once with the nodes that are free from t on. */
static enum outcome try_at(struct backfill_pass *p, struct attempt *a, int64_t t)
{
    const int64_t res = p->p->bf_resolution_s;
    a->later_s = SLURM_NEVER;
    if (t > p->window_end_s)
        return OUTCOME_NEXT;
    const enum outcome failed = a->reserves ? OUTCOME_AGAIN : OUTCOME_NEXT;
    if (!find_candidates(p, a, t, (t > p->now_s ? t : p->now_s) + a->limit_s))
        return failed;
    struct will_run w = {.job = a->job,
                         .cand = p->b->cand,
                         .now_s = p->now_s,
                         .at_s = t,
                         .later_s = a->later_s,
                         .is_now_only = !a->reserves};
    if (!slurm_will_run(p->c, p->b->trial, &w))
        return failed;
    choose(p);
    const int64_t start_s = w.start_s > t ? w.start_s : t;
    const int64_t from_s = round_down(start_s, res);
    const int64_t to_s = round_up(start_s + a->limit_s, res);
    if (start_s > p->now_s && !slurm_slots_are_free(&p->b->slots, from_s, to_s, p->b->chosen)) {
        a->later_s = start_s == t ? start_s + res : start_s;
        return OUTCOME_AGAIN;
    }
    if (start_s > p->now_s)
        return settle(p, a, start_s);
    a->later_s = SLURM_NEVER;
    if (node_set_meets(p->b->chosen, p->c->completing, p->c->site->words))
        return settle(p, a, p->now_s + 1);
    if (start(p, a))
        return OUTCOME_STARTED;
    slurm_ctld_set_reason(p->c, a->job, REASON_RESOURCES);
    return settle(p, a, start_s);
}

/* True if the job started. */
static bool attempt(struct backfill_pass *p, struct slurm_job *job)
{
    struct attempt a = {
        .job = job,
        .limit_s = 60 * slurm_ctld_plan_min(p->c, job, false),
        .later_s = p->now_s,
        .reserves = may_reserve(p, job),
    };
    enum outcome outcome = OUTCOME_AGAIN;
    while (outcome == OUTCOME_AGAIN && a.later_s != SLURM_NEVER)
        outcome = try_at(p, &a, a.later_s);
    return outcome == OUTCOME_STARTED;
}

static bool is_over(const struct backfill_pass *p)
{
    return p->tested >= p->p->bf_max_job_test || p->is_full ||
           (p->p->bf_max_job_start > 0 && p->started >= p->p->bf_max_job_start);
}

static void begin(struct backfill_pass *p)
{
    struct slurm_backfill *b = p->b;
    const uint32_t partitions = p->c->site->partitions_len;
    b->passes++;
    memset(b->planned, 0, partitions * sizeof b->planned[0]);
    memset(b->tried, 0, partitions * sizeof b->tried[0]);
    slurm_slots_reset(&b->slots, p->begin_s, p->window_end_s, p->c->up);
    slurm_ctld_begin_walk(p->c);
}

uint32_t slurm_backfill_pass(struct slurm_ctld *c, int64_t now_s)
{
    const struct slurm_params *params = &c->site->params;
    const int64_t res = params->bf_resolution_s;
    struct backfill_pass p = {
        .c = c,
        .b = c->backfill,
        .p = params,
        .now_s = now_s,
        .begin_s = round_down(now_s, res),
        .window_end_s = round_down(now_s + params->bf_window_s, res),
    };
    begin(&p);
    for (struct slurm_job *job; !is_over(&p) && (job = slurm_ctld_next(c, NULL)) != NULL;) {
        struct queue_walk *walk = &c->walks[job->partition];
        if (!may_be_tried(&p, job)) {
            slurm_queue_step(walk);
            continue;
        }
        p.tested++;
        if (!attempt(&p, job))
            slurm_queue_step(walk);
    }
    return (uint32_t)p.started;
}
