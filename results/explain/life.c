#include "results/explain/life.h"

#include "models/names.h"
#include "results/placement.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/text_stream.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 512, FIRST_CAPACITY = 8 };

void *life_more(void *items, uint32_t len, uint32_t *cap, size_t bytes)
{
    if (len < *cap)
        return items;
    *cap = *cap == 0 ? FIRST_CAPACITY : 2 * *cap;
    items = realloc(items, *cap * bytes);
    SIM_REQUIRE(items != NULL);
    return items;
}

static const char *copied(struct life *l, const char *text)
{
    return text == NULL ? NULL : arena_text(l->arena, text, strlen(text));
}

static const char *word(struct life *l, const struct simulation *sim, uint32_t w)
{
    return w == INTERN_NONE ? "" : copied(l, intern_text(simulation_names(sim)->words, w));
}

struct life_other life_other(struct life *l, const struct simulation *sim, const struct job *job)
{
    char name[NAME_MOST];
    simulation_job_name(sim, job, name, sizeof name);
    return (struct life_other){job->number, copied(l, name), word(l, sim, job->queue_word)};
}

/* --- beginning --- */

static void begin_span(struct life *l, enum job_state state, uint32_t reason, int64_t now_ns)
{
    if (l->spans_len > 0)
        l->spans[l->spans_len - 1].to_ns = now_ns;
    /* One that took no time is none. */
    if (l->spans_len > 0 && l->spans[l->spans_len - 1].from_ns == now_ns) {
        const struct life_span *old = &l->spans[--l->spans_len];
        l->words_len = old->words_len > 0 ? old->first_word : l->words_len;
        const struct life_span *before = old - 1;
        if (l->spans_len > 0 && before->state == state && before->reason == reason)
            return; /* it goes on */
    }
    l->spans = life_more(l->spans, l->spans_len, &l->spans_cap, sizeof l->spans[0]);
    l->spans[l->spans_len++] =
        (struct life_span){.from_ns = now_ns, .to_ns = now_ns, .state = state, .reason = reason};
}

static struct life_span *last_span(const struct life *l)
{
    return &l->spans[l->spans_len - 1];
}

struct life *life_new(const struct simulation *sim, const struct job *job)
{
    struct life *l = calloc(1, sizeof *l);
    SIM_REQUIRE(l != NULL);
    const size_t reasons = simulation_reasons_len(sim);
    l->arena = arena_new();
    l->needs = arena_alloc(l->arena, reasons * sizeof l->needs[0]);
    l->needs_len = arena_alloc(l->arena, reasons * sizeof l->needs_len[0]);
    l->waits_ns = arena_alloc(l->arena, reasons * sizeof l->waits_ns[0]);
    const struct life_other me = life_other(l, sim, job);
    l->number = me.number;
    l->name = me.name;
    l->queue = me.queue;
    l->id = job->id;
    l->tenant = word(l, sim, job->tenant_word);
    l->user = word(l, sim, job->user_word);
    l->gpus = job->gpus;
    l->submit_ns = job->submit_ns;
    l->limit_ns = job->limit_ns;
    l->is_live = l->waits = true;
    l->asks = life_asks(l, sim, job);
    begin_span(l, JOB_QUEUED, 0, job->submit_ns);
    return l;
}

void life_free(struct life *l)
{
    if (l == NULL)
        return;
    free(l->spans);
    free(l->words);
    free(l->wants);
    free(l->holders);
    free(l->moments);
    free(l->victims);
    free(l->evictors);
    free(l->watched);
    arena_free(l->arena);
    free(l);
}

/* --- spans --- */

void life_moved(struct life *l, const struct job *job, int64_t now_ns)
{
    const bool waits = job->state == JOB_QUEUED || job->state == JOB_ADMITTED;
    uint32_t reason = LIFE_NO_REASON;
    if (waits)
        reason = l->waits ? last_span(l)->reason : 0;
    if (!l->waits)
        l->bucket = 0;
    l->waits = waits;
    begin_span(l, job->state, reason, now_ns);
}

static void add_word(struct life *l, const char *what, const char *text, int64_t now_ns)
{
    struct life_span *s = last_span(l);
    const struct life_word *last = s->words_len == 0 ? NULL : &l->words[l->words_len - 1];
    if (text == NULL || (last != NULL && strcmp(last->text, text) == 0))
        return;
    if (s->words_len == 0)
        s->first_word = l->words_len;
    l->words = life_more(l->words, l->words_len, &l->words_cap, sizeof l->words[0]);
    l->words[l->words_len++] = (struct life_word){now_ns, copied(l, what), copied(l, text)};
    s->words_len++;
}

void life_waits_for(struct life *l, uint32_t reason, const char *text, int64_t now_ns)
{
    if (last_span(l)->reason != reason)
        begin_span(l, last_span(l)->state, reason, now_ns);
    add_word(l, "reason", text, now_ns);
}

/* --- moments --- */

static const char *place_of(struct life *l, const struct simulation *sim, const struct job *job,
                            const struct task *t)
{
    if (t == NULL || t->node == NODE_NONE)
        return NULL;
    const struct cluster *c = simulation_cluster(sim);
    struct placement p;
    placement_init(&p, c);
    placement_clear(&p);
    placement_add(&p, t, placement_loose_gpus(c, simulation_requests(sim), job, t));
    const char *text = arena_text(l->arena, p.text, p.len);
    placement_fini(&p);
    return text;
}

static void note_needs(struct life *l, const struct sim_event *e)
{
    const uint32_t reason = last_span(l)->reason;
    if (!l->waits)
        return;
    struct wait_need *needs = arena_alloc(l->arena, (e->needs_len + 1) * sizeof needs[0]);
    for (size_t i = 0; i < e->needs_len; i++) {
        needs[i] = e->needs[i];
        needs[i].queue = copied(l, e->needs[i].queue);
        needs[i].flavor = copied(l, e->needs[i].flavor);
    }
    l->needs[reason] = needs;
    l->needs_len[reason] = (uint32_t)e->needs_len;
    if (last_span(l)->wants_len == 0)
        last_span(l)->is_seen = false;
}

static void add_clash(struct life_clash **list, uint32_t *len, uint32_t *cap, struct life_clash c)
{
    *list = life_more(*list, *len, cap, sizeof(*list)[0]);
    (*list)[(*len)++] = c;
}

static void add_moment(struct life *l, const struct simulation *sim, const struct sim_event *e)
{
    const bool is_told = e->kind == SIM_TOLD;
    l->moments = life_more(l->moments, l->moments_len, &l->moments_cap, sizeof l->moments[0]);
    l->moments[l->moments_len++] = (struct life_moment){
        .at_ns = e->at_ns,
        .kind = e->kind,
        .cause = e->cause,
        .count = e->count,
        .where = place_of(l, sim, e->job, e->task),
        .what = is_told ? copied(l, e->what) : NULL,
        .text = copied(l, e->detail),
        .by = e->by == NULL ? (struct life_other){0} : life_other(l, sim, e->by)};
}

void life_happened(struct life *l, const struct simulation *sim, const struct sim_event *e)
{
    if (e->kind == SIM_TOLD && strcmp(e->what, "pending") == 0) {
        if (l->waits) {
            add_word(l, e->what, e->detail, e->at_ns);
            note_needs(l, e);
        }
        return;
    }
    add_moment(l, sim, e);
    if (e->kind == SIM_TOLD && e->by != NULL && strcmp(e->what, "preempted") == 0)
        add_clash(&l->evictors, &l->evictors_len, &l->evictors_cap,
                  (struct life_clash){e->at_ns, life_other(l, sim, e->by), copied(l, e->detail)});
}

void life_follows(struct life *l, const struct simulation *sim, const struct job *job,
                  int64_t left_ns)
{
    struct life_moment *m = &l->moments[l->moments_len - 1];
    m->by = life_other(l, sim, job);
    m->by_ns = left_ns;
}

void life_displaced(struct life *l, const struct simulation *sim, const struct sim_event *e)
{
    if (strcmp(e->what, "preempted") == 0)
        add_clash(&l->victims, &l->victims_len, &l->victims_cap,
                  (struct life_clash){e->at_ns, life_other(l, sim, e->job), copied(l, e->detail)});
}

/* --- looking, and holders --- */

void life_settled(struct life *l, const struct simulation *sim)
{
    struct life_span *s = last_span(l);
    if (!l->is_live || !l->waits || s->is_seen)
        return;
    s->is_seen = true;
    life_look(l, sim, simulation_job(sim, l->id), s);
}

void life_left(struct life *l, const struct job *job, int64_t now_ns)
{
    if (job->id >= l->watched_cap)
        return;
    for (uint32_t at = l->watched[job->id]; at != 0;) {
        struct life_holder *h = &l->holders[at - 1];
        h->until_ns = now_ns;
        at = h->next_watched;
    }
    l->watched[job->id] = 0;
}

const struct life_holder *life_first_to_leave(const struct life *l, const struct life_want *w)
{
    const struct life_holder *first = NULL;
    for (uint32_t i = 0; i < w->holders_len; i++) {
        const struct life_holder *h = life_holder(l, w, i);
        if (h->until_ns != TIME_NEVER && (first == NULL || h->until_ns < first->until_ns))
            first = h;
    }
    return first;
}

const struct life_holder *life_last_to_leave(const struct life *l, const struct life_want *w,
                                             int64_t until_ns)
{
    const struct life_holder *last = NULL;
    for (uint32_t i = 0; i < w->holders_len; i++) {
        const struct life_holder *h = life_holder(l, w, i);
        if (h->until_ns != TIME_NEVER && h->until_ns <= until_ns &&
            (last == NULL || h->until_ns > last->until_ns))
            last = h;
    }
    return last;
}

/* --- the end --- */

void life_over(struct life *l, const struct simulation *sim, const struct job *job)
{
    const size_t reasons = simulation_reasons_len(sim);
    const int64_t now_ns = simulation_now_ns(sim);
    struct life_span *s = last_span(l);
    s->to_ns = now_ns;
    if (s->from_ns == now_ns && l->spans_len > 1)
        l->spans_len--;
    l->is_live = l->waits = false;
    l->state = job->state;
    l->cause = job->cause;
    l->priority = job->priority;
    l->start_ns = job->start_ns;
    l->end_ns = job->end_ns;
    for (uint32_t g = 0; g < job->groups_len; g++)
        l->tasks += job->groups[g].count;
    memcpy(l->in_state_ns, job->in_state_ns, sizeof l->in_state_ns);
    memcpy(l->waits_ns, simulation_waits(sim, job), reasons * sizeof l->waits_ns[0]);
}
