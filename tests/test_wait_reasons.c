#include "models/wait_reasons.h"
#include "sim/rng.h"
#include "tests/unit.h"

static void a_bucket_changes_the_reason_of_all_its_jobs(void **state)
{
    (void)state;
    struct wait_reasons w;
    wait_reasons_init(&w, 3);
    const uint32_t b = wait_reasons_add_bucket(&w, 0);
    for (uint32_t job = 0; job < 2; job++)
        wait_reasons_open(&w, job);
    wait_reasons_move(&w, 0, b, 100);
    wait_reasons_set(&w, b, 2, 110);
    wait_reasons_move(&w, 1, b, 115);
    wait_reasons_set(&w, b, 1, 120);
    wait_reasons_move(&w, 0, BUCKET_NONE, 150);
    wait_reasons_move(&w, 1, BUCKET_NONE, 121);
    const int64_t *first = wait_reasons_of(&w, 0), *second = wait_reasons_of(&w, 1);
    assert_int_equal(first[0], 10);
    assert_int_equal(first[2], 10);
    assert_int_equal(first[1], 30);
    assert_int_equal(second[0], 0);
    assert_int_equal(second[2], 5);
    assert_int_equal(second[1], 1);
    wait_reasons_fini(&w);
}

/* The model: every job looks at its bucket's reason at every instant. */
static void agrees_with_looking_at_every_instant(void **state)
{
    (void)state;
    enum { JOBS = 20, BUCKETS = 5, REASONS = 4, INSTANTS = 3000, SEED = 11 };
    print_message("seed %d\n", SEED);
    int64_t want[JOBS][REASONS] = {{0}};
    uint32_t in[JOBS], reason[BUCKETS] = {0};
    struct wait_reasons w;
    wait_reasons_init(&w, REASONS);
    for (uint32_t b = 0; b < BUCKETS; b++)
        wait_reasons_add_bucket(&w, 0);
    for (uint32_t job = 0; job < JOBS; job++) {
        wait_reasons_open(&w, job);
        in[job] = BUCKET_NONE;
    }
    gsl_rng *rng = rng_open(SEED, 0, "waits", 0);
    for (int64_t now = 0; now < INSTANTS; now++) {
        for (uint32_t job = 0; job < JOBS; job++)
            if (in[job] != BUCKET_NONE)
                want[job][reason[in[job]]] += now > 0;
        const uint32_t job = (uint32_t)gsl_rng_uniform_int(rng, JOBS);
        const uint32_t b = (uint32_t)gsl_rng_uniform_int(rng, BUCKETS + 1);
        in[job] = b == BUCKETS ? BUCKET_NONE : b;
        wait_reasons_move(&w, job, in[job], now);
        const uint32_t c = (uint32_t)gsl_rng_uniform_int(rng, BUCKETS);
        reason[c] = (uint32_t)gsl_rng_uniform_int(rng, REASONS);
        wait_reasons_set(&w, c, reason[c], now);
    }
    for (uint32_t job = 0; job < JOBS; job++) {
        if (in[job] != BUCKET_NONE)
            want[job][reason[in[job]]]++;
        wait_reasons_move(&w, job, BUCKET_NONE, INSTANTS);
        for (uint32_t r = 0; r < REASONS; r++)
            assert_int_equal(wait_reasons_of(&w, job)[r], want[job][r]);
    }
    gsl_rng_free(rng);
    wait_reasons_fini(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_changes_the_reason_of_all_its_jobs),
        cmocka_unit_test(agrees_with_looking_at_every_instant),
    };
    return cmocka_run_group_tests_name("wait_reasons", tests, NULL, NULL);
}
