/* The lives of jobs, in worlds where a policy does what it likes, and in small ones. */
#include "policies/registry.h"
#include "results/explain/explain.h"
#include "tests/results_world.h"
#include "tests/unit.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

enum { RUNS = 60 };

static void watch_world(struct world *w, struct explain *e, const struct explain_asked *asked)
{
    explain_init(e, asked);
    const struct observer_use o = {&observer_explain, e};
    w->observers = &o;
    w->observers_len = 1;
    world_run(w);
    w->observers = NULL;
    w->observers_len = 0;
}

/* --- laws --- */

static void check_spans(const struct explain *e, const struct life *l)
{
    int64_t states[JOB_STATES] = {0}, reasons[64] = {0};
    int64_t at = l->submit_ns;
    assert_true(e->reasons_len <= LEN(reasons));
    for (uint32_t i = 0; i < l->spans_len; i++) {
        const struct life_span *s = &l->spans[i];
        const bool waits = s->state == JOB_QUEUED || s->state == JOB_ADMITTED;
        assert_int_equal(s->from_ns, at);
        assert_int_equal(s->reason != LIFE_NO_REASON, waits);
        at = s->to_ns;
        states[s->state] += s->to_ns - s->from_ns;
        if (waits)
            reasons[s->reason] += s->to_ns - s->from_ns;
    }
    if (l->end_ns != TIME_NEVER)
        assert_int_equal(at, l->end_ns);
    for (int s = 0; s < JOB_ENDED; s++)
        assert_int_equal(states[s], l->in_state_ns[s]);
    for (size_t r = 0; r < e->reasons_len; r++)
        assert_int_equal(reasons[r], l->waits_ns[r]);
}

static uint64_t check_wants(const struct life *l)
{
    for (uint32_t i = 0; i < l->spans_len; i++) {
        const struct life_span *s = &l->spans[i];
        assert_true(s->before <= s->others);
        for (uint32_t k = 0; k < s->wants_len; k++) {
            const struct life_want *w = &l->wants[s->first_want + k];
            int64_t held = 0;
            for (uint32_t h = 0; h < w->holders_len; h++) {
                const struct life_holder *one = life_holder(l, w, h);
                assert_int_not_equal(one->job.number, l->number);
                assert_true(one->amount > 0);
                assert_true(one->until_ns == TIME_NEVER || one->until_ns >= s->from_ns);
                held += one->amount;
            }
            assert_int_equal(held, w->held);
            assert_true(held + w->free <= w->capacity); /* on a cordoned node none is free */
        }
    }
    return l->wants_len;
}

static void spans_add_up_whatever_a_policy_does(void **state)
{
    (void)state;
    uint64_t lives = 0, spans = 0, wants = 0;
    for (uint64_t run = 0; run < RUNS; run++) {
        struct world_job jobs[CHAOS_JOBS];
        struct world *w = results_world_chaos(run, jobs);
        struct explain e;
        watch_world(w, &e, &(struct explain_asked){.all = true});
        assert_int_equal(e.lives_len, w->counts.jobs_arrived);
        for (uint32_t i = 0; i < e.lives_len; i++) {
            check_spans(&e, e.lives[i]);
            wants += check_wants(e.lives[i]);
            spans += e.lives[i]->spans_len;
        }
        lives += e.lives_len;
        explain_fini(&e);
        free(w);
    }
    print_message("%d worlds, %d jobs, %d spans, %d wants\n", RUNS, (int)lives, (int)spans,
                  (int)wants);
    assert_true(lives > 1000 && spans > 5000 && wants > 500);
}

/* A job's life does not depend on who else is asked for. */
static void one_life_alone_is_the_same(void **state)
{
    (void)state;
    struct world_job jobs[CHAOS_JOBS];
    struct world *w = results_world_chaos(3, jobs);
    struct explain all;
    watch_world(w, &all, &(struct explain_asked){.all = true});
    for (uint32_t i = 0; i < all.lives_len; i += 7) {
        char number[16];
        snprintf(number, sizeof number, "%u", i + 1);
        struct explain one;
        watch_world(w, &one, &(struct explain_asked){.job = number});
        const struct life *a = all.lives[i], *b = explain_job(&one);
        assert_non_null(b);
        assert_int_equal(one.lives_len, 1);
        assert_string_equal(a->name, b->name);
        assert_int_equal(a->spans_len, b->spans_len);
        assert_int_equal(a->wants_len, b->wants_len);
        assert_int_equal(a->moments_len, b->moments_len);
        for (uint32_t h = 0; h < a->holders_len; h++)
            assert_int_equal(a->holders[h].until_ns, b->holders[h].until_ns);
        explain_fini(&one);
    }
    explain_fini(&all);
    free(w);
}

/* --- by value --- */

/* 16 GPUs: job-0 takes 8 for 100 s, job-1 4 for 50 s, job-2 wants 2 x 4 at 10 s, of which one fits;
 * job-3 stands behind it. */
static const struct world_job four[] = {
    {.submit_s = 0, .work_s = 100, .gpus = 8, .tasks = 1, .queue = "long"},
    {.submit_s = 0, .work_s = 50, .gpus = 4, .tasks = 1, .queue = "short"},
    {.submit_s = 10, .work_s = 5, .gpus = 4, .tasks = 2, .queue = "long", .name = "big"},
    {.submit_s = 20, .work_s = 5, .gpus = 1, .tasks = 1, .queue = "long"},
};

static void a_job_without_room_names_those_who_have_it(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    struct world *w = results_world_new(&fifo, four, LEN(four));
    struct explain e;
    watch_world(w, &e, &(struct explain_asked){.job = "big"});
    const struct life *l = explain_job(&e);
    assert_non_null(l);
    assert_int_equal(l->number, 3);
    assert_string_equal(l->asks, "2 tasks with each 4 nvidia.com/gpu");
    assert_int_equal(l->spans_len, 2);
    const struct life_span *s = &l->spans[0];
    assert_string_equal(e.reasons[s->reason], "resources");
    assert_int_equal(s->from_ns, 10 * SECOND_NS);
    assert_int_equal(s->to_ns, 50 * SECOND_NS);
    assert_int_equal(s->wants_len, 1);
    const struct life_want *want = &l->wants[s->first_want];
    assert_string_equal(want->resource_name, "nvidia.com/gpu");
    assert_int_equal(want->tasks, 2);
    assert_int_equal(want->fit, 1);
    assert_int_equal(want->amount, 4);
    assert_int_equal(want->free, 4);
    assert_int_equal(want->capacity, 16);
    assert_int_equal(want->holders_len, 2);
    assert_string_equal(life_holder(l, want, 0)->job.name, "job-0");
    assert_int_equal(life_holder(l, want, 0)->amount, 8);
    assert_string_equal(life_holder(l, want, 0)->job.queue, "long");
    assert_int_equal(life_holder(l, want, 0)->until_ns, 100 * SECOND_NS);
    assert_string_equal(life_first_to_leave(l, want)->job.name, "job-1");
    assert_int_equal(life_last_to_leave(l, want, s->to_ns)->until_ns, 50 * SECOND_NS);
    const struct life_moment *bound = NULL;
    for (uint32_t i = 0; i < l->moments_len; i++)
        if (l->moments[i].kind == SIM_BOUND && l->moments[i].by.number != 0)
            bound = &l->moments[i];
    assert_non_null(bound);
    assert_string_equal(bound->by.name, "job-1");
    assert_int_equal(bound->by_ns, 50 * SECOND_NS);
    explain_fini(&e);
    free(w);
}

static void a_job_behind_others_counts_them(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    struct world *w = results_world_new(&fifo, four, LEN(four));
    struct explain e;
    watch_world(w, &e, &(struct explain_asked){.job = "4"});
    const struct life *l = explain_job(&e);
    assert_string_equal(l->name, "job-3");
    assert_string_equal(e.reasons[l->spans[0].reason], "behind_others");
    assert_int_equal(l->spans[0].others, 1);
    assert_int_equal(l->spans[0].before, 1);
    assert_int_equal(l->spans[0].before_all, 1);
    assert_int_equal(l->wants[l->spans[0].first_want].fit, 1);
    explain_fini(&e);
    free(w);
}

static void a_queue_sums_up_its_jobs(void **state)
{
    (void)state;
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    struct world *w = results_world_new(&fifo, four, LEN(four));
    struct explain e;
    watch_world(w, &e, &(struct explain_asked){.queue = "long"});
    const struct explain_queue *q = &e.queue;
    assert_int_equal(q->jobs, 3);
    assert_int_equal(q->waited, 2);
    assert_int_equal(q->wait_ns, (40 + 35) * SECOND_NS);
    int64_t sum = 0;
    for (size_t r = 0; r < e.reasons_len; r++)
        sum += q->waits_ns[r];
    assert_int_equal(sum, q->wait_ns);
    assert_int_equal(q->longest_len, 2);
    assert_string_equal(q->longest[0].job.name, "big");
    assert_int_equal(q->longest[1].wait_ns, 35 * SECOND_NS);
    assert_string_equal(e.reasons[q->longest[1].reason], "behind_others");
    explain_fini(&e);
    free(w);
}

static void names_that_are_not_there_have_near_ones(void **state)
{
    (void)state;
    static const struct row {
        struct explain_asked asked;
        const char *hint;
    } rows[] = {
        {{.job = "job-33"}, "; did you mean 'job-3'?"},
        {{.job = "bug"}, "; did you mean 'big'?"},
        {{.job = "unheard-of"}, ""},
        {{.queue = "lang"}, "; did you mean 'long'?"},
    };
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    for (size_t i = 0; i < LEN(rows); i++) {
        struct world *w = results_world_new(&fifo, four, LEN(four));
        struct explain e;
        watch_world(w, &e, &rows[i].asked);
        assert_null(explain_job(&e));
        assert_int_equal(e.queue.jobs, 0);
        assert_string_equal(suggest_hint(&e.near), rows[i].hint);
        explain_fini(&e);
        free(w);
    }
}

static void of_namesakes_the_first_is_told(void **state)
{
    (void)state;
    static const struct world_job jobs[] = {
        {.submit_s = 0, .work_s = 10, .gpus = 8, .tasks = 1, .name = "twin"},
        {.submit_s = 1, .work_s = 10, .gpus = 8, .tasks = 1, .name = "twin"},
    };
    const struct policy_use fifo = {.ops = policy_find("fifo")};
    struct world *w = results_world_new(&fifo, jobs, LEN(jobs));
    struct explain e;
    watch_world(w, &e, &(struct explain_asked){.job = "twin"});
    assert_int_equal(e.namesakes, 2);
    assert_int_equal(e.lives_len, 1);
    assert_int_equal(explain_job(&e)->number, 1);
    explain_fini(&e);
    free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_add_up_whatever_a_policy_does),
        cmocka_unit_test(one_life_alone_is_the_same),
        cmocka_unit_test(a_job_without_room_names_those_who_have_it),
        cmocka_unit_test(a_job_behind_others_counts_them),
        cmocka_unit_test(a_queue_sums_up_its_jobs),
        cmocka_unit_test(names_that_are_not_there_have_near_ones),
        cmocka_unit_test(of_namesakes_the_first_is_told),
    };
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
