#include "sim/event_queue.h"
#include "sim/rng.h"
#include "tests/unit.h"

static uint32_t push(struct event_queue *q, int64_t time_ns, unsigned phase, uint64_t key,
                     uint32_t subject)
{
    return event_queue_push(q, &(struct event){.time_ns = time_ns,
                                               .phase = (uint16_t)phase,
                                               .key = key,
                                               .kind = 7,
                                               .subject = subject});
}

static void expect_subjects(struct event_queue *q, const uint32_t *want, size_t len)
{
    struct event ev;
    for (size_t i = 0; i < len; i++) {
        assert_true(event_queue_pop(q, &ev));
        assert_int_equal(ev.subject, want[i]);
    }
    assert_false(event_queue_pop(q, &ev));
}

static void pops_by_time_then_phase_then_key_then_push_order(void **state)
{
    (void)state;
    struct event_queue *q = event_queue_new(-5);
    push(q, 20, PHASE_FAULT, 0, 6);
    push(q, 10, PHASE_DECIDE, 9, 4);
    push(q, 10, PHASE_DECIDE, 9, 5);
    push(q, 10, PHASE_DECIDE, 8, 3);
    push(q, 10, PHASE_ARRIVE, 0, 2);
    push(q, 10, PHASE_END, UINT64_C(0xffffffffffff), 1);
    push(q, -1, PHASE_SAMPLE, 0, 0);
    const uint32_t want[] = {0, 1, 2, 3, 4, 5, 6};
    expect_subjects(q, want, LEN(want));
    assert_int_equal(event_queue_now_ns(q), 20);
    event_queue_free(q);
}

static void gives_back_what_was_pushed(void **state)
{
    (void)state;
    struct event_queue *q = event_queue_new(0);
    push(q, 3, PHASE_LEAVE, 12345, 77);
    struct event ev;
    assert_true(event_queue_peek(q, &ev));
    assert_int_equal(event_queue_now_ns(q), 0);
    assert_true(event_queue_pop(q, &ev));
    assert_int_equal(ev.time_ns, 3);
    assert_int_equal(ev.phase, PHASE_LEAVE);
    assert_int_equal(ev.key, 12345);
    assert_int_equal(ev.kind, 7);
    assert_int_equal(ev.subject, 77);
    event_queue_free(q);
}

static void cancelling_twice_is_harmless(void **state)
{
    (void)state;
    struct event_queue *q = event_queue_new(0);
    uint32_t handle = push(q, 1, PHASE_END, 0, 0);
    assert_true(event_queue_cancel(q, &handle));
    assert_int_equal(handle, EVENT_NONE);
    assert_false(event_queue_cancel(q, &handle));
    assert_int_equal(event_queue_len(q), 0);
    event_queue_free(q);
}

static void a_moved_event_counts_as_pushed_now(void **state)
{
    (void)state;
    struct event_queue *q = event_queue_new(0);
    const uint32_t moved = push(q, 1, PHASE_END, 0, 0);
    push(q, 5, PHASE_END, 0, 1);
    push(q, 9, PHASE_END, 0, 3);
    event_queue_move(q, moved, 5);
    const uint32_t want[] = {1, 0, 3};
    expect_subjects(q, want, LEN(want));
    event_queue_free(q);
}

static void phases_have_names(void **state)
{
    (void)state;
    assert_string_equal(event_phase_name(PHASE_NODE_AGENT), "node agent");
    assert_string_equal(event_phase_name(PHASE_SAMPLE), "sample");
    assert_string_equal(event_phase_name(101), "phase");
}

/* The model: a plain array searched from end to end cannot be wrong. */
enum { N = 300, STEPS = 60000 };

struct model {
    struct event ev;
    uint64_t seq;
    uint32_t handle;
};

static bool earlier(const struct model *a, const struct model *b)
{
    if (a->ev.time_ns != b->ev.time_ns)
        return a->ev.time_ns < b->ev.time_ns;
    if (a->ev.phase != b->ev.phase)
        return a->ev.phase < b->ev.phase;
    if (a->ev.key != b->ev.key)
        return a->ev.key < b->ev.key;
    return a->seq < b->seq;
}

static struct model *earliest(struct model *all)
{
    struct model *best = NULL;
    for (size_t i = 0; i < N; i++)
        if (all[i].handle != EVENT_NONE && (best == NULL || earlier(&all[i], best)))
            best = &all[i];
    return best;
}

static void pop_and_compare(struct event_queue *q, struct model *all)
{
    struct model *best = earliest(all);
    struct event got;
    assert_int_equal(event_queue_pop(q, &got), best != NULL);
    if (best == NULL)
        return;
    assert_int_equal(got.subject, best->ev.subject);
    assert_int_equal(got.time_ns, best->ev.time_ns);
    best->handle = EVENT_NONE;
}

static void agrees_with_linear_search(void **state)
{
    (void)state;
    struct model all[N];
    for (uint32_t i = 0; i < N; i++)
        all[i] = (struct model){.ev = {.phase = (uint16_t)(100 * (1 + i % 3)), .subject = i},
                                .handle = EVENT_NONE};
    gsl_rng *rng = rng_open(1, 0, "test", 0);
    struct event_queue *q = event_queue_new(0);
    uint64_t seq = 0;
    for (int step = 0; step < STEPS; step++) {
        struct model *m = &all[gsl_rng_uniform_int(rng, N)];
        const int64_t at = event_queue_now_ns(q) + (int64_t)gsl_rng_uniform_int(rng, 8);
        bool scheduled;
        switch (gsl_rng_uniform_int(rng, 5)) {
        case 0:
            scheduled = m->handle != EVENT_NONE;
            assert_int_equal(event_queue_cancel(q, &m->handle), scheduled);
            m->handle = EVENT_NONE;
            break;
        case 1:
            pop_and_compare(q, all);
            break;
        case 2:
            if (m->handle == EVENT_NONE)
                break;
            event_queue_move(q, m->handle, at);
            m->ev.time_ns = at;
            m->seq = seq++;
            break;
        default:
            if (m->handle != EVENT_NONE)
                break;
            m->ev.time_ns = at;
            m->ev.key = gsl_rng_uniform_int(rng, 3);
            m->seq = seq++;
            m->handle = event_queue_push(q, &m->ev);
        }
    }
    while (event_queue_len(q) > 0)
        pop_and_compare(q, all);
    event_queue_free(q);
    gsl_rng_free(rng);
}

/* --- hints --- */

enum { HINTED = 500 };

static void note_level(void *context, uint16_t kind, uint32_t subject, unsigned level)
{
    unsigned *levels = context; /* by subject; 0: none yet */
    assert_int_equal(kind, 7);
    assert_in_range(level, 1, 3);
    levels[subject] = level;
}

/* Of 500 events all but the 84 first are far away; whoever leaves was told of on level 1. */
static void tells_of_events_before_they_leave(void **state)
{
    (void)state;
    unsigned levels[HINTED] = {0};
    struct event_queue *q = event_queue_new(0);
    event_queue_tell_near(q, note_level, levels);
    for (uint32_t i = 0; i < HINTED; i++)
        push(q, i, PHASE_END, 0, i);
    for (uint32_t i = 0; i < HINTED; i++)
        assert_int_equal(levels[i], i <= 4 ? 1 : i <= 20 ? 2 : i <= 84 ? 3 : 0);
    struct event ev;
    for (uint32_t i = 0; i < HINTED; i++) {
        assert_true(event_queue_pop(q, &ev));
        assert_int_equal(ev.subject, i);
        assert_int_equal(levels[i], 1);
    }
    event_queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pops_by_time_then_phase_then_key_then_push_order),
        cmocka_unit_test(gives_back_what_was_pushed),
        cmocka_unit_test(cancelling_twice_is_harmless),
        cmocka_unit_test(a_moved_event_counts_as_pushed_now),
        cmocka_unit_test(phases_have_names),
        cmocka_unit_test(agrees_with_linear_search),
        cmocka_unit_test(tells_of_events_before_they_leave),
    };
    return cmocka_run_group_tests_name("event_queue", tests, NULL, NULL);
}
