/* Days of a log drawn anew: what lies within one stays, and nothing else is there. */
#include "sim/rng.h"
#include "tests/unit.h"
#include "workloads/log_blocks.h"

#include <stdlib.h>

enum { SEED = 20260302, JOBS = 5000, DAYS = 40 };

#define HOUR_NS INT64_C(3600000000000)
#define DAY_NS  (24 * HOUR_NS)

struct record {
    int64_t submit_ns;
    int64_t number;
};

static void day_of_each_record(const struct record *log, size_t len, int64_t zero_ns, int64_t *days)
{
    const int64_t first = (log[0].submit_ns + zero_ns) / DAY_NS;
    for (size_t i = 0; i < len; i++)
        days[i] = (log[i].submit_ns + zero_ns) / DAY_NS - first;
}

/* In order, some days without any. */
static void make_log(struct record *log, uint64_t replication)
{
    gsl_rng *rng = rng_open(SEED, replication, "log", 0);
    int64_t at = 7 * HOUR_NS;
    for (size_t i = 0; i < JOBS; i++) {
        at += (int64_t)(gsl_rng_uniform(rng) * 2 * (double)(DAYS * DAY_NS / JOBS));
        if (i == JOBS / 2)
            at += 3 * DAY_NS;
        log[i] = (struct record){at, (int64_t)i};
    }
    gsl_rng_free(rng);
}

static struct log_blocks *new_blocks(const struct record *log, size_t len, int64_t zero_ns)
{
    struct log_blocks *b = log_blocks_new(sizeof *log, DAY_NS, zero_ns);
    for (size_t i = 0; i < len; i++)
        log_blocks_push(b, &log[i]);
    return b;
}

/* Against the log: each output day is, record for record, one of the log's. */
static void every_day_is_one_of_the_log(void **state)
{
    (void)state;
    static struct record log[JOBS];
    static int64_t days[JOBS];
    const int64_t zero_ns = 5 * HOUR_NS;
    size_t drawn[2 * DAYS] = {0}, given = 0, expected = 0;
    make_log(log, 0);
    day_of_each_record(log, JOBS, zero_ns, days);
    struct log_blocks *b = new_blocks(log, JOBS, zero_ns);
    assert_int_equal(log_blocks_len(b), days[JOBS - 1] + 1);
    log_blocks_draw(b, SEED, 1);
    const int64_t midnight_ns = (log[0].submit_ns + zero_ns) / DAY_NS * DAY_NS - zero_ns;
    int64_t out_day = -1, last_ns = INT64_MIN, next = -1;
    for (struct record r; log_blocks_next(b, &r); given++) {
        const int64_t day = (r.submit_ns - midnight_ns) / DAY_NS;
        const struct record *own = &log[r.number];
        assert_true(r.submit_ns >= last_ns);
        assert_int_equal((r.submit_ns - own->submit_ns) % DAY_NS, 0);
        if (day != out_day) { /* the last one was complete, and this one begins with its first */
            assert_true(next < 0 || next == JOBS || days[next] != days[next - 1]);
            assert_true(r.number == 0 || days[r.number - 1] != days[r.number]);
            drawn[days[r.number]]++;
        } else {
            assert_int_equal(r.number, next);
        }
        out_day = day;
        last_ns = r.submit_ns;
        next = r.number + 1;
    }
    for (size_t i = 0; i < JOBS; i++)
        expected += drawn[days[i]];
    assert_int_equal(given, expected);
    assert_true(out_day < (int64_t)log_blocks_len(b));
    log_blocks_free(b);
}

static uint64_t total(uint64_t replication)
{
    static struct record log[JOBS];
    uint64_t sum = 0;
    make_log(log, 0);
    struct log_blocks *b = new_blocks(log, JOBS, 0);
    log_blocks_draw(b, SEED, replication);
    for (struct record r; log_blocks_next(b, &r);)
        sum = sum * 31 + (uint64_t)r.number;
    log_blocks_free(b);
    return sum;
}

static void replications_differ_and_come_again(void **state)
{
    (void)state;
    assert_true(total(1) == total(1));
    assert_true(total(1) != total(2));
}

/* Days are drawn alike: of 400 samples of 3 days each is drawn 400 times, give or take 70. */
static void days_are_drawn_equally_often(void **state)
{
    (void)state;
    static const struct record log[] = {{HOUR_NS, 0}, {DAY_NS, 1}, {3 * DAY_NS - 1, 2}};
    size_t drawn[3] = {0};
    struct log_blocks *b = new_blocks(log, LEN(log), 0);
    for (uint64_t k = 0; k < 400; k++) {
        log_blocks_draw(b, SEED, k);
        for (struct record r; log_blocks_next(b, &r);)
            drawn[r.number]++;
    }
    for (size_t i = 0; i < LEN(drawn); i++)
        assert_in_range(drawn[i], 330, 470);
    log_blocks_free(b);
}

static void no_records_no_blocks(void **state)
{
    (void)state;
    struct record r;
    struct log_blocks *b = new_blocks(NULL, 0, 0);
    log_blocks_draw(b, SEED, 1);
    assert_false(log_blocks_next(b, &r));
    assert_int_equal(log_blocks_len(b), 0);
    log_blocks_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_is_one_of_the_log),
        cmocka_unit_test(replications_differ_and_come_again),
        cmocka_unit_test(days_are_drawn_equally_often),
        cmocka_unit_test(no_records_no_blocks),
    };
    return cmocka_run_group_tests_name("log_blocks", tests, NULL, NULL);
}
