#include "policies/kube_scheduler/pod_pool.h"

#include "sim/rng.h"
#include "tests/unit.h"

#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)

enum { UNITS = 120, REQUESTS = 7, JOBS = 20, STEPS = 20000 };

/* What the pool should hold, as a list. */
struct slow_unit {
    bool is_in;
    uint32_t id, job, request, need;
    int32_t priority;
    uint64_t came;
    uint32_t attempts;
    int64_t ready_ns;
};

struct slow {
    struct slow_unit units[UNITS];
    bool is_open[REQUESTS][2]; /* by request and need */
    uint64_t came;
};

static struct pod_bucket bucket_like(uint32_t request, uint32_t need)
{
    return (struct pod_bucket){.request = request, .need = need, .owner = UINT32_MAX};
}

static int slow_next(const struct slow *s, int64_t now_ns)
{
    int best = -1;
    for (int i = 0; i < UNITS; i++) {
        const struct slow_unit *u = &s->units[i];
        if (!u->is_in || !s->is_open[u->request][u->need - 1] || u->ready_ns > now_ns)
            continue;
        const struct slow_unit *b = best < 0 ? NULL : &s->units[best];
        if (b == NULL || u->priority > b->priority ||
            (u->priority == b->priority && u->came < b->came))
            best = i;
    }
    return best;
}

static void set_open(struct slow *s, uint32_t request, uint32_t need, bool is_open)
{
    s->is_open[request][need - 1] = is_open;
}

static bool has_any(const struct slow *s, uint32_t request, uint32_t need)
{
    for (int i = 0; i < UNITS; i++)
        if (s->units[i].is_in && s->units[i].request == request && s->units[i].need == need)
            return true;
    return false;
}

static void add(struct pod_pool *p, struct slow *s, struct slow_unit *u, gsl_rng *rng)
{
    *u = (struct slow_unit){.is_in = true,
                            .job = (uint32_t)gsl_rng_uniform_int(rng, JOBS),
                            .request = (uint32_t)gsl_rng_uniform_int(rng, REQUESTS),
                            .need = 1 + (uint32_t)gsl_rng_uniform_int(rng, 2),
                            .priority = (int32_t)gsl_rng_uniform_int(rng, 4) - 2,
                            .came = ++s->came,
                            .ready_ns = INT64_MIN};
    u->is_in = false;
    if (!has_any(s, u->request, u->need))
        set_open(s, u->request, u->need, true); /* a new bucket */
    u->is_in = true;
    const struct pod_unit unit = {
        .job = u->job, .task = UINT32_MAX, .count = 1, .priority = u->priority};
    const struct pod_bucket bucket = bucket_like(u->request, u->need);
    u->id = pod_pool_add(p, &unit, &bucket);
    assert_int_equal(pod_pool_unit(p, u->id)->came, u->came);
}

static void fail_bucket(struct pod_pool *p, struct slow *s, const struct slow_unit *of,
                        int64_t now_ns)
{
    const uint32_t bucket = pod_pool_unit(p, of->id)->bucket;
    pod_pool_close(p, bucket);
    pod_pool_back_off(p, bucket, now_ns);
    set_open(s, of->request, of->need, false);
    for (int i = 0; i < UNITS; i++) {
        struct slow_unit *u = &s->units[i];
        if (!u->is_in || u->request != of->request || u->need != of->need || u->ready_ns > now_ns)
            continue;
        static const int64_t seconds[] = {1, 2, 4, 8, 10};
        u->ready_ns = now_ns + seconds[u->attempts < 5 ? u->attempts : 4] * SECOND_NS;
        u->attempts++;
    }
}

static void expect_jobs(const struct pod_pool *p, const struct slow *s)
{
    for (uint32_t job = 0; job < JOBS; job++) {
        uint64_t last = 0;
        int count = 0;
        for (uint32_t id = pod_pool_of_job(p, job); id != UNIT_NONE;
             id = pod_pool_unit(p, id)->next) {
            assert_true(pod_pool_unit(p, id)->came > last);
            last = pod_pool_unit(p, id)->came;
            count++;
        }
        for (int i = 0; i < UNITS; i++)
            count -= s->units[i].is_in && s->units[i].job == job;
        assert_int_equal(count, 0);
    }
}

static void the_pool_agrees_with_a_list(void **state)
{
    (void)state;
    enum { SEED = 41 };
    print_message("seed %d\n", SEED);
    gsl_rng *rng = rng_open(SEED, 0, "pod_pool", 0);
    struct pod_pool p;
    struct slow s = {0};
    int64_t now_ns = 0;
    pod_pool_init(&p);
    for (int step = 0; step < STEPS; step++) {
        struct slow_unit *u = &s.units[gsl_rng_uniform_int(rng, UNITS)];
        const unsigned long action = gsl_rng_uniform_int(rng, 8);
        if (!u->is_in) {
            add(&p, &s, u, rng);
        } else if (action == 0) {
            fail_bucket(&p, &s, u, now_ns);
        } else if (action == 1) {
            pod_pool_open(&p, pod_pool_unit(&p, u->id)->bucket);
            set_open(&s, u->request, u->need, true);
        } else if (action < 5) {
            pod_pool_remove(&p, u->id);
            assert_false(pod_pool_has(&p, u->id, u->came));
            u->is_in = false;
        } else {
            now_ns += (int64_t)gsl_rng_uniform_int(rng, 1500) * 1000000;
            pod_pool_wake(&p, now_ns);
        }
        const int want = slow_next(&s, now_ns);
        assert_int_equal(pod_pool_next(&p), want < 0 ? UNIT_NONE : s.units[want].id);
        int64_t wakes_ns = INT64_MAX;
        for (int i = 0; i < UNITS; i++)
            if (s.units[i].is_in && s.units[i].ready_ns > now_ns && s.units[i].ready_ns < wakes_ns)
                wakes_ns = s.units[i].ready_ns;
        assert_true(pod_pool_wakes_at_ns(&p) == wakes_ns);
        if (step % 50 == 0)
            expect_jobs(&p, &s);
    }
    assert_in_range(p.buckets_len, 1, 2 * REQUESTS);
    pod_pool_fini(&p);
    gsl_rng_free(rng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_pool_agrees_with_a_list)};
    return cmocka_run_group_tests_name("pod_pool", tests, NULL, NULL);
}
