/* The life of a job, and the waits of a queue, on one screen. */
#include "results/explain/explain.h"

#include "sim/calendar.h"
#include "sim/duration.h"
#include "sim/numeral.h"
#include "sim/text_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_HOLDERS = 4, TEXT_MOST = 200, SECONDS_TEXT = NUMERAL_MOST + 4 };

#define SECOND_NS INT64_C(1000000000)
#define EXACT_NS  (10 * SECOND_NS)

/* Below ten seconds to the millisecond, else to the second: for people. */
static const char *length(char buf[DURATION_TEXT], int64_t ns)
{
    const int64_t unit = ns < EXACT_NS ? SECOND_NS / 1000 : SECOND_NS;
    return duration_print(buf, (ns + unit / 2) / unit * unit);
}

static const char *seconds(char buf[SECONDS_TEXT], int64_t ns)
{
    char *end = numeral_seconds(buf, ns);
    memcpy(end, " s", 3);
    return buf;
}

static double percent(int64_t part, int64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

struct page {
    const struct explain *e;
    const struct life *l;
    FILE *out;
};

/* A line of the story: when, how long (negative: a moment), what. */
static void put_line(const struct page *p, int64_t at_ns, int64_t lasts_ns, const char *what)
{
    char at[DURATION_TEXT], lasts[DURATION_TEXT];
    fprintf(p->out, "%-14s %-12s %s", length(at, at_ns - p->e->start_ns),
            lasts_ns < 0 ? "" : length(lasts, lasts_ns), what);
}

static void put_more(const struct page *p)
{
    fprintf(p->out, "%28s", "");
}

/* --- the head --- */

static void put_head(const struct page *p, const struct explain_facts *f)
{
    const struct life *l = p->l;
    char at[CALENDAR_TEXT], since[DURATION_TEXT];
    fprintf(p->out, "%s is job %" PRIu64 " of %s under %s, seed %" PRIu64 "\n", l->name, l->number,
            f->scenario, f->policy, f->seed);
    if (l->tenant[0] != '\0')
        fprintf(p->out, "tenant     %s\n", l->tenant);
    if (l->queue[0] != '\0')
        fprintf(p->out, "queue      %s, priority %" PRId32 "\n", l->queue, l->priority);
    fprintf(p->out, "asks for   %s", l->asks);
    if (l->limit_ns != LIMIT_NONE)
        fprintf(p->out, "; for %s at most", length(since, l->limit_ns));
    fprintf(p->out, "\nsubmitted  %s, %s after the start\n", calendar_print(at, l->submit_ns),
            length(since, l->submit_ns - p->e->start_ns));
}

static int64_t waited(const struct life *l)
{
    return l->in_state_ns[JOB_QUEUED] + l->in_state_ns[JOB_ADMITTED];
}

static void put_reasons(const struct page *p)
{
    const struct life *l = p->l;
    char buf[DURATION_TEXT], exact[SECONDS_TEXT];
    const int64_t all = waited(l);
    fprintf(p->out, "waited     %s", length(buf, all));
    if (all == 0) {
        fputc('\n', p->out);
        return;
    }
    fprintf(p->out, " (%s), of these\n", seconds(exact, all));
    for (uint32_t r = 0; r < p->e->reasons_len; r++)
        if (l->waits_ns[r] > 0)
            fprintf(p->out, "  %5.1f %%  %-26s %s\n", percent(l->waits_ns[r], all),
                    seconds(exact, l->waits_ns[r]), p->e->reasons[r]);
}

static void put_outcome(const struct page *p)
{
    const struct life *l = p->l;
    char buf[DURATION_TEXT];
    if (l->in_state_ns[JOB_RUNNING] > 0)
        fprintf(p->out, "ran        %s\n", length(buf, l->in_state_ns[JOB_RUNNING]));
    if (l->state == JOB_ENDED)
        fprintf(p->out, "ended      %s\n\n", end_cause_name(l->cause));
    else
        fprintf(p->out, "ended      not: it was %s when the run was over\n\n",
                job_state_name(l->state));
}

/* --- what it lacked --- */

static void put_holder(const struct page *p, const struct life_want *w, const struct life_holder *h,
                       bool names_queue)
{
    char buf[LIFE_AMOUNT_TEXT];
    life_amount(buf, w->resource_name, h->amount);
    buf[strcspn(buf, " ")] = '\0';
    fprintf(p->out, "%s %s", h->job.name, buf);
    if (names_queue && h->job.queue[0] != '\0')
        fprintf(p->out, " (%s)", h->job.queue);
}

static void put_holders(const struct page *p, const struct life_want *w)
{
    char buf[LIFE_AMOUNT_TEXT];
    put_more(p);
    if (w->holders_len == 0) {
        fprintf(p->out, "no other job held any of it\n");
        return;
    }
    fprintf(p->out, "held: %s by %" PRIu32 " job%s: ", life_amount(buf, w->resource_name, w->held),
            w->holders_len, w->holders_len == 1 ? "" : "s");
    uint32_t i = 0;
    for (; i < w->holders_len && i < MOST_HOLDERS; i++) {
        fputs(i == 0 ? "" : ", ", p->out);
        put_holder(p, w, life_holder(p->l, w, i), true);
    }
    if (i < w->holders_len)
        fprintf(p->out, " and %" PRIu32 " more", w->holders_len - i);
    fputc('\n', p->out);
}

static void put_leavers(const struct page *p, const struct life_span *s, const struct life_want *w)
{
    const struct life_holder *first = life_first_to_leave(p->l, w),
                             *last = life_last_to_leave(p->l, w, s->to_ns);
    char after[DURATION_TEXT];
    if (first == NULL)
        return;
    put_more(p);
    fprintf(p->out, "given back first: %s, after %s", first->job.name,
            length(after, first->until_ns - s->from_ns));
    if (last != NULL && last != first)
        fprintf(p->out, "; last before this wait was over: %s, after %s", last->job.name,
                length(after, last->until_ns - s->from_ns));
    fputc('\n', p->out);
}

static void put_quota(const struct page *p, const struct life_want *w)
{
    char buf[LIFE_AMOUNT_TEXT];
    put_more(p);
    const char *amount = life_amount(buf, w->resource_name, w->amount);
    fprintf(p->out, "would have had quota with %.*s more%s in %s", (int)strcspn(amount, " "),
            amount, amount + strcspn(amount, " "), w->queue);
    if (w->flavor != NULL)
        fprintf(p->out, ", flavor %s", w->flavor);
    fputc('\n', p->out);
}

static void put_room(const struct page *p, const struct life_span *s, const struct life_want *w)
{
    char each[LIFE_AMOUNT_TEXT], free[LIFE_AMOUNT_TEXT], most[LIFE_AMOUNT_TEXT],
        all[LIFE_AMOUNT_TEXT];
    put_more(p);
    if (w->capacity == 0) {
        fprintf(p->out, "no node is for it\n");
        return;
    }
    if (w->state != NULL) {
        fprintf(p->out, "would have had its GPUs, %s, on a node that is not %s\n", w->where,
                w->state);
        return;
    }
    if (w->where != NULL && w->fit < w->tasks) {
        fprintf(p->out, "would have had its GPUs, %s, with %" PRId64 " of them given back\n",
                w->where, w->amount);
        return;
    }
    if (w->fit == w->tasks) {
        fprintf(p->out,
                "there was room for it on the nodes; %" PRIu32
                " jobs that waited had come before it, %" PRIu32 " of them in its queue\n",
                s->before_all, s->before);
        return;
    }
    life_amount(free, w->resource_name, w->free);
    life_amount(most, w->resource_name, w->most_on_node);
    free[strcspn(free, " ")] = most[strcspn(most, " ")] = '\0';
    fprintf(p->out,
            "would have had room with nodes for %" PRIu32 " more task%s, each %s (%s of %s free, "
            "%s on one node)\n",
            w->tasks - w->fit, w->tasks - w->fit == 1 ? "" : "s",
            life_amount(each, w->resource_name, w->each), free,
            life_amount(all, w->resource_name, w->capacity), most);
}

static void put_wants(const struct page *p, const struct life_span *s)
{
    for (uint32_t i = 0; i < s->wants_len; i++) {
        const struct life_want *w = &p->l->wants[s->first_want + i];
        if (w->queue != NULL)
            put_quota(p, w);
        else
            put_room(p, s, w);
        if (w->queue == NULL && (w->fit == w->tasks || w->capacity == 0))
            continue;
        if (w->state != NULL && w->holders_len == 0)
            continue;
        put_holders(p, w);
        put_leavers(p, s, w);
    }
}

static void put_others(const struct page *p, const struct life_span *s)
{
    const struct life_want *w = s->wants_len == 0 ? NULL : &p->l->wants[s->first_want];
    if (s->before_all > 0 && (w == NULL || (w->queue == NULL && w->fit < w->tasks))) {
        put_more(p);
        fprintf(p->out,
                "%" PRIu32 " jobs that waited had come before it, %" PRIu32
                " of them in its queue\n",
                s->before_all, s->before);
    }
}

static void put_word(const struct page *p, const struct life_word *w, const char *when)
{
    const size_t len = strlen(w->text);
    put_more(p);
    fprintf(p->out, "%s\"%.*s%s\"\n", when, TEXT_MOST, w->text, len > TEXT_MOST ? "..." : "");
}

static void put_words(const struct page *p, const struct life_span *s)
{
    const struct life_word *w = &p->l->words[s->first_word];
    if (s->words_len == 0)
        return;
    put_word(p, &w[0], "");
    if (s->words_len > 2) {
        put_more(p);
        fprintf(p->out, "... %" PRIu32 " more messages (--format json has them)\n",
                s->words_len - 2);
    }
    if (s->words_len > 1)
        put_word(p, &w[s->words_len - 1], "at last ");
}

/* --- the story --- */

static void put_span(const struct page *p, const struct life_span *s)
{
    put_line(p, s->from_ns, s->to_ns - s->from_ns, job_state_name(s->state));
    if (s->reason == LIFE_NO_REASON) {
        fputc('\n', p->out);
        return;
    }
    fprintf(p->out, ", waits: %s\n", p->e->reasons[s->reason]);
    put_words(p, s);
    put_wants(p, s);
    put_others(p, s);
}

static void put_leaver(const struct page *p, const struct life_moment *m)
{
    char before[DURATION_TEXT];
    if (m->kind != SIM_BOUND || m->by.number == 0)
        return;
    fprintf(p->out, ", where %s had ended or stopped", m->by.name);
    if (m->by_ns < m->at_ns)
        fprintf(p->out, " %s before", length(before, m->at_ns - m->by_ns));
}

static void put_moment(const struct page *p, const struct life_moment *m)
{
    put_line(p, m->at_ns, -1, m->what != NULL ? m->what : sim_event_name(m->kind));
    if (m->cause != END_NONE)
        fprintf(p->out, " (%s)", end_cause_name(m->cause));
    if (m->where != NULL)
        fprintf(p->out, " %s", m->where);
    if (m->text != NULL)
        fprintf(p->out, ": %s", m->text);
    put_leaver(p, m);
    fputc('\n', p->out);
}

static bool is_same_place_news(const struct life_moment *a, const struct life_moment *b)
{
    return a->kind == b->kind && a->at_ns == b->at_ns && a->where != NULL && b->where != NULL;
}

static const struct life_moment *last_left(const struct life_moment *m, uint32_t len)
{
    const struct life_moment *last = m;
    for (uint32_t i = 1; i < len; i++)
        if (m[i].by.number != 0 && (last->by.number == 0 || m[i].by_ns > last->by_ns))
            last = &m[i];
    return last;
}

enum { MOST_PLACES = 3 };

/* Tasks that come or go together are one line. */
static uint32_t put_moments(const struct page *p, uint32_t at)
{
    const struct life_moment *m = &p->l->moments[at];
    uint32_t len = 1;
    while (at + len < p->l->moments_len && is_same_place_news(m, &m[len]))
        len++;
    if (len == 1) {
        put_moment(p, m);
        return 1;
    }
    put_line(p, m->at_ns, -1, sim_event_name(m->kind));
    for (uint32_t i = 0; i < len && i < MOST_PLACES; i++)
        fprintf(p->out, "%s%s", i == 0 ? " " : ";", m[i].where);
    if (len > MOST_PLACES)
        fprintf(p->out, " and %" PRIu32 " more", len - MOST_PLACES);
    put_leaver(p, last_left(m, len));
    fputc('\n', p->out);
    return len;
}

static void put_story(const struct page *p)
{
    const struct life *l = p->l;
    fprintf(p->out, "%-14s %-12s %s\n", "time", "for", "what");
    uint32_t next = 0;
    for (uint32_t i = 0; i < l->spans_len; i++) {
        while (next < l->moments_len && l->moments[next].at_ns <= l->spans[i].from_ns)
            next += put_moments(p, next);
        put_span(p, &l->spans[i]);
    }
    while (next < l->moments_len)
        next += put_moments(p, next);
}

static void put_clashes(const struct page *p, const char *title, const struct life_clash *c,
                        uint32_t len)
{
    char at[DURATION_TEXT];
    for (uint32_t i = 0; i < len; i++)
        fprintf(p->out, "%s%s %s at %s: %s\n", i == 0 ? "\n" : "", title, c[i].job.name,
                length(at, c[i].at_ns - p->e->start_ns), c[i].text == NULL ? "" : c[i].text);
}

void explain_print_job(const struct explain *e, const struct explain_facts *facts, FILE *out)
{
    const struct page p = {e, explain_job(e), out};
    put_head(&p, facts);
    put_reasons(&p);
    put_outcome(&p);
    put_story(&p);
    put_clashes(&p, "it displaced", p.l->victims, p.l->victims_len);
    put_clashes(&p, "it was displaced by", p.l->evictors, p.l->evictors_len);
    if (e->namesakes > 1)
        fprintf(out,
                "\n%" PRIu64 " jobs are called so, this is the first; give a number of "
                "jobs.csv for another\n",
                e->namesakes);
}

/* --- a queue --- */

struct row {
    uint32_t reason;
    int64_t ns;
};

static int by_ns(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->ns != y->ns)
        return x->ns > y->ns ? -1 : 1;
    return (x->reason > y->reason) - (x->reason < y->reason);
}

static void put_row(struct text_table *t, const struct explain *e, const struct row *r)
{
    const struct explain_queue *q = &e->queue;
    char text[64], buf[DURATION_TEXT], exact[SECONDS_TEXT];
    text_table_cell(t, e->reasons[r->reason]);
    snprintf(text, sizeof text, "%.1f %%", percent(r->ns, q->wait_ns));
    text_table_cell(t, text);
    text_table_cell(t, seconds(exact, r->ns));
    snprintf(text, sizeof text, "%" PRIu64, q->jobs_by[r->reason]);
    text_table_cell(t, text);
    text_table_cell(t, length(buf, r->ns / (int64_t)q->jobs));
    text_table_cell(t, length(buf, q->most_ns[r->reason]));
}

static void put_table(const struct explain *e, FILE *out)
{
    static const struct text_column columns[] = {{"reason", false},     {"share", true},
                                                 {"waited", true},      {"jobs", true},
                                                 {"mean of all", true}, {"longest", true}};
    struct row *rows = calloc(e->reasons_len, sizeof rows[0]);
    SIM_REQUIRE(rows != NULL);
    for (uint32_t r = 0; r < e->reasons_len; r++)
        rows[r] = (struct row){r, e->queue.waits_ns[r]};
    qsort(rows, e->reasons_len, sizeof rows[0], by_ns);
    struct text_table *t = text_table_new(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < e->reasons_len && rows[i].ns > 0; i++)
        put_row(t, e, &rows[i]);
    text_table_print(t, out);
    text_table_free(t);
    free(rows);
}

void explain_print_queue(const struct explain *e, const struct explain_facts *facts, FILE *out)
{
    const struct explain_queue *q = &e->queue;
    char buf[DURATION_TEXT], exact[SECONDS_TEXT];
    fprintf(out,
            "queue %s of %s under %s, seed %" PRIu64 "\n%" PRIu64 " jobs, %" PRIu64 " of "
            "them waited: %s (%s) together, %s a job\n\n",
            e->asked.queue, facts->scenario, facts->policy, facts->seed, q->jobs, q->waited,
            length(buf, q->wait_ns), seconds(exact, q->wait_ns),
            length((char[DURATION_TEXT]){0}, q->wait_ns / (int64_t)q->jobs));
    if (q->wait_ns == 0)
        return;
    put_table(e, out);
    fprintf(out, "\nlongest waits (`--job` tells of each)\n");
    for (size_t i = 0; i < q->longest_len; i++)
        fprintf(out, "  %-12s job %" PRIu64 ", %s; most of it %s\n",
                length(buf, q->longest[i].wait_ns), q->longest[i].job.number,
                q->longest[i].job.name, e->reasons[q->longest[i].reason]);
}
