#include "policies/slurm/slurm_will_run.h"

#include "policies/slurm/node_set.h"
#include "policies/slurm/slurm_fit.h"
#include "sim/check.h"

#include <stdlib.h>

enum {
    FIRST_WINDOW_S = 30,
    GROUP_MOST = 202,
    BLOCK = 16, /* running jobs that are passed over at once if none is in the way */
};

struct will_run_scratch {
    uint64_t *fits;    /* nodes that fit in the trial */
    uint64_t *dirty;   /* nodes given something since the last test */
    uint64_t *removed; /* which running jobs were taken away, a bit by position */
    size_t removed_cap;
    uint64_t *blocks; /* nodes of each block of running jobs */
    size_t blocks_cap;
    uint64_t blocks_version; /* of the list that they were made for */
};

struct will_run_scratch *slurm_will_run_new(const struct slurm_site *site)
{
    struct will_run_scratch *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL);
    s->fits = calloc(site->words + 1, sizeof s->fits[0]);
    s->dirty = calloc(site->words + 1, sizeof s->dirty[0]);
    SIM_REQUIRE(s->fits != NULL && s->dirty != NULL);
    s->blocks_version = UINT64_MAX;
    return s;
}

void slurm_will_run_free(struct will_run_scratch *s)
{
    if (s == NULL)
        return;
    free(s->fits);
    free(s->dirty);
    free(s->removed);
    free(s->blocks);
    free(s);
}

/* One question. */
struct trial {
    struct slurm_ctld *c;
    struct will_run_scratch *s;
    const struct will_run *w;
    struct slurm_shape *shape;
    size_t looked_at;           /* running jobs, by position */
    int64_t window_s, anchor_s; /* anchor SLURM_NEVER: nothing was taken away yet */
};

/* --- who is in the way --- */

static void put_nodes(uint64_t *set, const struct slurm_job *job)
{
    for (uint32_t i = 0; i < job->allocs_len; i++)
        node_set_put(set, job->allocs[i].node);
}

static void make_blocks(const struct slurm_ctld *c, struct will_run_scratch *s)
{
    const size_t words = c->site->words, blocks = c->running_len / BLOCK + 1;
    if (s->blocks_version == c->running_version)
        return;
    if (blocks * words > s->blocks_cap) {
        s->blocks_cap = 2 * blocks * words;
        s->blocks = realloc(s->blocks, s->blocks_cap * sizeof s->blocks[0]);
        SIM_REQUIRE(s->blocks != NULL);
    }
    node_set_clear(s->blocks, blocks * words);
    for (size_t i = 0; i < c->running_len; i++)
        put_nodes(s->blocks + i / BLOCK * words, slurm_ctld_job(c, c->running[i].job));
    s->blocks_version = c->running_version;
}

/* The first position from this one on whose block has nodes among the candidates. */
static size_t skip_blocks(const struct trial *t, size_t position)
{
    const size_t words = t->c->site->words;
    while (position % BLOCK == 0 && position < t->c->running_len &&
           !node_set_meets(t->s->blocks + position / BLOCK * words, t->w->cand, words))
        position += BLOCK;
    return position < t->c->running_len ? position : t->c->running_len;
}

static bool touches(const struct slurm_ctld *c, const struct running_job *r, const uint64_t *nodes)
{
    if (r->node != UINT32_MAX)
        return node_set_has(nodes, r->node);
    const struct slurm_job *job = slurm_ctld_job(c, r->job);
    for (uint32_t i = 0; i < job->allocs_len; i++)
        if (node_set_has(nodes, job->allocs[i].node))
            return true;
    return false;
}

/* --- taking jobs away --- */

static void remove_job(struct trial *t, size_t position)
{
    const struct slurm_job *job = slurm_ctld_job(t->c, t->c->running[position].job);
    t->s->removed[position / 64] |= UINT64_C(1) << position % 64;
    put_nodes(t->s->dirty, job);
    for (uint32_t i = 0; i < job->allocs_len; i++)
        slurm_ledger_trial_give(&t->c->ledger, &job->allocs[i]);
}

static void open_scratch(struct trial *t)
{
    struct will_run_scratch *s = t->s;
    const size_t words = t->c->site->words;
    const size_t positions = t->c->running_len / 64 + 1;
    if (positions > s->removed_cap) {
        s->removed_cap = 2 * positions;
        s->removed = realloc(s->removed, s->removed_cap * sizeof s->removed[0]);
        SIM_REQUIRE(s->removed != NULL);
    }
    memset(s->removed, 0, positions * sizeof s->removed[0]);
    make_blocks(t->c, s);
    node_set_copy(s->fits, slurm_fit_now(&t->c->ledger, t->shape), words);
    node_set_clear(s->dirty, words);
    slurm_ledger_begin_trial(&t->c->ledger);
    if (t->shape->may_be_rejected)
        slurm_selector_reset(&t->c->selector);
}

/* When Slurm expects a job to end that should have ended already. */
static int64_t expected_end_s(const struct trial *t, const struct running_job *r)
{
    const struct slurm_params *p = &t->c->site->params;
    if (r->end_s > t->w->now_s)
        return r->end_s;
    const int64_t over = p->over_time_min == SLURM_NO_LIMIT ? 0 : 60 * p->over_time_min;
    const int64_t end = r->end_s + p->kill_wait_s + over;
    return end > t->w->now_s ? end : t->w->now_s + 1;
}

/* --- testing --- */

/* Only what was given back can have changed. */
static void refresh_fits(struct trial *t)
{
    const size_t words = t->c->site->words;
    for (size_t w = 0; w < words; w++) {
        for (uint64_t bits = t->s->dirty[w]; bits != 0; bits &= bits - 1) {
            const uint32_t n = (uint32_t)(64 * w) + (uint32_t)__builtin_ctzll(bits);
            struct node_offer o;
            slurm_offer(&t->c->ledger, USE_TRIAL, t->shape, n, &o);
            if (o.fits)
                node_set_put(t->s->fits, n);
        }
        t->s->dirty[w] = 0;
    }
}

static bool test(struct trial *t, bool is_future)
{
    const struct slurm_query q = {
        .shape = t->shape,
        .state = USE_TRIAL,
        .fits = t->s->fits,
        .cand = t->w->cand,
        .is_future = is_future,
    };
    refresh_fits(t);
    if (slurm_select(&t->c->selector, &q))
        return true;
    if (t->shape->may_be_rejected)
        slurm_selector_remember(&t->c->selector, &q);
    return false;
}

/* Takes away what will have ended at the time of the question, and tests. */
static bool test_at_start(struct trial *t)
{
    const struct slurm_ctld *c = t->c;
    for (size_t i = skip_blocks(t, 0); i < c->running_len && c->running[i].end_s <= t->w->at_s;
         i = skip_blocks(t, i + 1))
        if (touches(c, &c->running[i], t->w->cand))
            remove_job(t, i);
    return test(t, false);
}

static const struct running_job *next_running(const struct trial *t)
{
    return t->looked_at < t->c->running_len ? &t->c->running[t->looked_at] : NULL;
}

static bool was_removed(const struct trial *t, size_t position)
{
    return t->s->removed[position / 64] >> position % 64 & 1;
}

static void set_anchor(struct trial *t, int64_t end_s)
{
    if (t->anchor_s == SLURM_NEVER)
        t->anchor_s = end_s / FIRST_WINDOW_S * FIRST_WINDOW_S + FIRST_WINDOW_S;
}

enum round_end {
    ROUND_EMPTY, /* nothing was there to take away */
    ROUND_LAST,
    ROUND_OVER,
    ROUND_CUT, /* too many at once: go on without a test */
};

/* One group. A job that does not touch the candidates is passed over without a look at the window,
 * so the one after it is taken away however late it ends: Slurm does so. */
static enum round_end remove_group(struct trial *t)
{
    for (uint32_t removed = 0;;) {
        t->looked_at = skip_blocks(t, t->looked_at);
        const struct running_job *r = next_running(t);
        if (r == NULL || (t->w->later_s != SLURM_NEVER && r->end_s > t->w->later_s))
            return removed == 0 ? ROUND_EMPTY : ROUND_LAST;
        const size_t position = t->looked_at++;
        if (was_removed(t, position) || !touches(t->c, r, t->w->cand))
            continue;
        remove_job(t, position);
        set_anchor(t, r->end_s);
        removed++;
        const struct running_job *next = next_running(t);
        if (next == NULL)
            return ROUND_LAST;
        if (next->end_s > t->anchor_s + t->window_s)
            return ROUND_OVER;
        if (removed == GROUP_MOST)
            return ROUND_CUT;
    }
}

/* At least once, and until the job that ended the round is within. */
static void widen(struct trial *t)
{
    const int64_t step = t->c->site->params.bf_window_linear_s;
    const struct running_job *next = next_running(t);
    do
        t->window_s += step > 0 ? step : t->window_s;
    while (next != NULL && next->end_s > t->anchor_s + t->window_s);
}

static bool test_after_ends(struct trial *t)
{
    for (;;) {
        const enum round_end end = remove_group(t);
        if (end == ROUND_EMPTY)
            return false;
        if (end == ROUND_CUT)
            continue;
        if (test(t, true))
            return true;
        if (end == ROUND_LAST)
            return false;
        widen(t);
    }
}

/* --- the answer --- */

/* The end of the last job that had to make room on the nodes chosen. */
static int64_t start_of(struct trial *t)
{
    uint64_t *chosen = t->s->dirty;
    const size_t words = t->c->site->words;
    node_set_clear(chosen, words);
    for (size_t i = 0; i < t->c->selector.picks_len; i++)
        node_set_put(chosen, t->c->selector.picks[i].node);
    for (size_t w = t->c->running_len / 64 + 1; w-- > 0;)
        for (uint64_t bits = t->s->removed[w]; bits != 0;) {
            const int top = 63 - __builtin_clzll(bits);
            const struct running_job *r = &t->c->running[64 * w + (size_t)top];
            if (touches(t->c, r, chosen))
                return expected_end_s(t, r);
            bits ^= UINT64_C(1) << top;
        }
    return t->w->now_s;
}

bool slurm_will_run(struct slurm_ctld *c, struct will_run_scratch *s, struct will_run *w)
{
    struct trial t = {
        .c = c,
        .s = s,
        .w = w,
        .shape = slurm_shape_get(c->shapes, w->job->shape),
        .window_s = FIRST_WINDOW_S,
        .anchor_s = SLURM_NEVER,
    };
    w->start_s = w->now_s;
    if (w->at_s <= w->now_s) {
        if (slurm_ctld_test(c, w->job, w->cand))
            return true;
        if (w->is_now_only)
            return false;
    }
    open_scratch(&t);
    if (test_at_start(&t))
        return true;
    if (!test_after_ends(&t))
        return false;
    w->start_s = start_of(&t);
    return true;
}
