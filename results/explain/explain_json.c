/* The same for programs: exact, and with all that was left out on the screen. */
#include "results/explain/explain.h"

#include "sim/calendar.h"
#include "sim/json_out.h"

#include <string.h>

static void put_at(struct json_out *j, const struct explain *e, const char *key, int64_t ns)
{
    if (ns == TIME_NEVER)
        json_out_null(j, key);
    else
        json_out_seconds(j, key, ns - e->start_ns);
}

static void put_text(struct json_out *j, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0')
        json_out_text(j, key, text);
}

static void put_facts(struct json_out *j, const struct explain *e, const struct explain_facts *f)
{
    char at[CALENDAR_TEXT];
    json_out_int(j, "schema", 1);
    json_out_text(j, "clustersim", f->version);
    json_out_text(j, "scenario", f->scenario);
    json_out_text(j, "policy", f->policy);
    json_out_int(j, "seed", (int64_t)f->seed);
    json_out_text(j, "start", calendar_print(at, e->start_ns));
}

static void put_other(struct json_out *j, const struct life_other *o)
{
    json_out_int(j, "job", (int64_t)o->number);
    json_out_text(j, "name", o->name);
    put_text(j, "queue", o->queue);
}

static void put_waits(struct json_out *j, const struct explain *e, const int64_t *waits_ns)
{
    json_out_map(j, "waited_for_s");
    for (size_t r = 0; r < e->reasons_len; r++)
        if (waits_ns[r] > 0)
            json_out_seconds(j, e->reasons[r], waits_ns[r]);
    json_out_end(j);
}

/* --- a job --- */

static void put_holders(struct json_out *j, const struct explain *e, const struct life_want *w)
{
    const struct life *l = explain_job(e);
    json_out_list(j, "held_by");
    for (uint32_t i = 0; i < w->holders_len; i++) {
        const struct life_holder *h = life_holder(l, w, i);
        json_out_map(j, NULL);
        put_other(j, &h->job);
        json_out_int(j, "amount", h->amount);
        put_at(j, e, "until_s", h->until_ns);
        json_out_end(j);
    }
    json_out_end(j);
}

/* Amounts in the units of resource.h: thousandths of CPUs and of shared GPUs, bytes, pieces. */
static void put_want(struct json_out *j, const struct explain *e, const struct life_want *w)
{
    const struct life_holder *first = life_first_to_leave(explain_job(e), w);
    json_out_map(j, NULL);
    json_out_text(j, "resource", w->resource_name);
    json_out_int(j, "more_needed", w->amount);
    if (w->queue != NULL) {
        json_out_text(j, "quota_of", w->queue);
        put_text(j, "flavor", w->flavor);
    } else {
        put_text(j, "gpus", w->where);
        put_text(j, "node_state", w->state);
        json_out_int(j, "tasks", w->tasks);
        json_out_int(j, "tasks_with_room", w->fit);
        json_out_int(j, "each", w->each);
        json_out_int(j, "free", w->free);
        json_out_int(j, "most_on_one_node", w->most_on_node);
        json_out_int(j, "capacity", w->capacity);
    }
    json_out_int(j, "held", w->held);
    put_at(j, e, "first_given_back_s", first == NULL ? TIME_NEVER : first->until_ns);
    put_holders(j, e, w);
    json_out_end(j);
}

static void put_words(struct json_out *j, const struct explain *e, const struct life_span *s)
{
    json_out_list(j, "messages");
    for (uint32_t i = 0; i < s->words_len; i++) {
        const struct life_word *w = &explain_job(e)->words[s->first_word + i];
        json_out_map(j, NULL);
        put_at(j, e, "at_s", w->at_ns);
        json_out_text(j, "text", w->text);
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_span(struct json_out *j, const struct explain *e, const struct life_span *s)
{
    json_out_map(j, NULL);
    put_at(j, e, "from_s", s->from_ns);
    put_at(j, e, "to_s", s->to_ns);
    json_out_seconds(j, "length_s", s->to_ns - s->from_ns);
    json_out_text(j, "state", job_state_name(s->state));
    if (s->reason != LIFE_NO_REASON) {
        json_out_text(j, "reason", e->reasons[s->reason]);
        put_words(j, e, s);
        json_out_list(j, "lacks");
        for (uint32_t i = 0; i < s->wants_len; i++)
            put_want(j, e, &explain_job(e)->wants[s->first_want + i]);
        json_out_end(j);
        json_out_int(j, "others_in_queue", s->others);
        json_out_int(j, "before_it_in_queue", s->before);
        json_out_int(j, "before_it", s->before_all);
    }
    json_out_end(j);
}

static void put_moment(struct json_out *j, const struct explain *e, const struct life_moment *m)
{
    json_out_map(j, NULL);
    put_at(j, e, "at_s", m->at_ns);
    json_out_text(j, "event", sim_event_name(m->kind));
    put_text(j, "cause", end_cause_name(m->cause));
    if (m->count > 0)
        json_out_int(j, "tasks", m->count);
    put_text(j, "where", m->where);
    put_text(j, "what", m->what);
    put_text(j, "text", m->text);
    if (m->by.number != 0) {
        json_out_map(j, m->kind == SIM_BOUND ? "given_back_by" : "by");
        put_other(j, &m->by);
        if (m->kind == SIM_BOUND)
            put_at(j, e, "at_s", m->by_ns);
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_clashes(struct json_out *j, const struct explain *e, const char *key,
                        const struct life_clash *c, uint32_t len)
{
    json_out_list(j, key);
    for (uint32_t i = 0; i < len; i++) {
        json_out_map(j, NULL);
        put_at(j, e, "at_s", c[i].at_ns);
        put_other(j, &c[i].job);
        put_text(j, "text", c[i].text);
        json_out_end(j);
    }
    json_out_end(j);
}

static void put_states(struct json_out *j, const struct life *l)
{
    json_out_map(j, "in_state_s");
    for (enum job_state s = 0; s < JOB_ENDED; s++)
        json_out_seconds(j, job_state_name(s), l->in_state_ns[s]);
    json_out_end(j);
}

static void put_who(struct json_out *j, const struct explain *e, const struct life *l)
{
    json_out_int(j, "job", (int64_t)l->number);
    json_out_text(j, "name", l->name);
    put_text(j, "tenant", l->tenant);
    put_text(j, "user", l->user);
    put_text(j, "queue", l->queue);
    json_out_int(j, "priority", l->priority);
    json_out_int(j, "tasks", l->tasks);
    json_out_int(j, "gpus", l->gpus);
    json_out_text(j, "asks_for", l->asks);
    put_at(j, e, "submit_s", l->submit_ns);
    put_at(j, e, "start_s", l->start_ns);
    put_at(j, e, "end_s", l->end_ns);
    json_out_text(j, "state", job_state_name(l->state));
    put_text(j, "cause", end_cause_name(l->cause));
}

void explain_put_job(const struct explain *e, const struct explain_facts *facts, struct json_out *j)
{
    const struct life *l = explain_job(e);
    json_out_map(j, NULL);
    put_facts(j, e, facts);
    put_who(j, e, l);
    json_out_seconds(j, "wait_s", l->in_state_ns[JOB_QUEUED] + l->in_state_ns[JOB_ADMITTED]);
    put_waits(j, e, l->waits_ns);
    put_states(j, l);
    json_out_list(j, "intervals");
    for (uint32_t i = 0; i < l->spans_len; i++)
        put_span(j, e, &l->spans[i]);
    json_out_end(j);
    json_out_list(j, "events");
    for (uint32_t i = 0; i < l->moments_len; i++)
        put_moment(j, e, &l->moments[i]);
    json_out_end(j);
    put_clashes(j, e, "displaced", l->victims, l->victims_len);
    put_clashes(j, e, "displaced_by", l->evictors, l->evictors_len);
    json_out_end(j);
}

/* --- a queue --- */

void explain_put_queue(const struct explain *e, const struct explain_facts *facts,
                       struct json_out *j)
{
    const struct explain_queue *q = &e->queue;
    json_out_map(j, NULL);
    put_facts(j, e, facts);
    json_out_text(j, "queue", e->asked.queue);
    json_out_int(j, "jobs", (int64_t)q->jobs);
    json_out_int(j, "jobs_that_waited", (int64_t)q->waited);
    json_out_seconds(j, "wait_s", q->wait_ns);
    json_out_list(j, "reasons");
    for (size_t r = 0; r < e->reasons_len; r++) {
        if (q->waits_ns[r] == 0)
            continue;
        json_out_map(j, NULL);
        json_out_text(j, "reason", e->reasons[r]);
        json_out_seconds(j, "wait_s", q->waits_ns[r]);
        json_out_real(j, "share", (double)q->waits_ns[r] / (double)q->wait_ns);
        json_out_int(j, "jobs", (int64_t)q->jobs_by[r]);
        json_out_seconds(j, "longest_s", q->most_ns[r]);
        json_out_end(j);
    }
    json_out_end(j);
    json_out_list(j, "longest_waits");
    for (size_t i = 0; i < q->longest_len; i++) {
        json_out_map(j, NULL);
        json_out_int(j, "job", (int64_t)q->longest[i].job.number);
        json_out_text(j, "name", q->longest[i].job.name);
        json_out_seconds(j, "wait_s", q->longest[i].wait_ns);
        json_out_text(j, "reason", e->reasons[q->longest[i].reason]);
        json_out_end(j);
    }
    json_out_end(j);
    json_out_end(j);
}
