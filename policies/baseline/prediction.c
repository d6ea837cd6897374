#include "policies/baseline/prediction.h"

#include "sim/check.h"

#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)

const char *const predictor_names[] = {"requested", "clairvoyant", "double", "tsafrir", NULL};
const char *const corrector_names[] = {"requested", "recursive-doubling", "tsafrir", NULL};

/* What the tsafrir corrector adds to the first prediction, one after another. */
static const int64_t steps_s[] = {60,    300,   900,   1800,   3600,  7200,
                                  18000, 36000, 72000, 180000, 360000};
enum { STEPS = sizeof steps_s / sizeof steps_s[0] };

static int64_t twice(int64_t ns)
{
    return ns > INT64_MAX / 2 ? INT64_MAX : 2 * ns;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void predictions_fini(struct predictions *p)
{
    free(p->users);
    p->users = NULL;
    p->users_cap = 0;
}

static struct user_history *history(struct predictions *p, uint32_t user)
{
    const size_t i = (size_t)user + 1 > UINT32_MAX ? 0 : (size_t)user + 1;
    if (i >= p->users_cap) {
        const size_t old = p->users_cap;
        while (p->users_cap <= i)
            p->users_cap = p->users_cap == 0 ? 64 : 2 * p->users_cap;
        p->users = realloc(p->users, p->users_cap * sizeof p->users[0]);
        SIM_REQUIRE(p->users != NULL);
        for (size_t u = old; u < p->users_cap; u++)
            p->users[u] = (struct user_history){-1, -1};
    }
    return &p->users[i];
}

static int64_t mean_of_last_two(struct predictions *p, uint32_t user, int64_t estimate_ns)
{
    const struct user_history *h = history(p, user);
    if (h->previous_ns < 0)
        return estimate_ns;
    const int64_t mean_ns = h->last_ns / 2 + h->previous_ns / 2 + (h->last_ns & h->previous_ns & 1);
    return lesser(estimate_ns, p->in_seconds ? mean_ns / SECOND_NS * SECOND_NS : mean_ns);
}

static int64_t predict(struct predictions *p, uint32_t user, int64_t estimate_ns, int64_t true_ns)
{
    switch (p->predictor) {
    case PREDICT_CLAIRVOYANT:
        return true_ns;
    case PREDICT_DOUBLE:
        return twice(estimate_ns);
    case PREDICT_TSAFRIR:
        return mean_of_last_two(p, user, estimate_ns);
    default:
        return estimate_ns;
    }
}

struct prediction predictions_make(struct predictions *p, uint32_t user, int64_t estimate_ns,
                                   int64_t true_ns)
{
    int64_t run_ns = predict(p, user, estimate_ns, true_ns);
    if (run_ns < 1)
        run_ns = 1;
    return (struct prediction){.estimate_ns = estimate_ns, .first_ns = run_ns, .run_ns = run_ns};
}

static int64_t correct(const struct predictions *p, struct prediction *x)
{
    switch (p->corrector) {
    case CORRECT_DOUBLING:
        return twice(x->run_ns);
    case CORRECT_TSAFRIR:
        if (x->corrections >= STEPS)
            return x->estimate_ns;
        return lesser(x->first_ns + steps_s[x->corrections] * SECOND_NS, x->estimate_ns);
    default:
        return x->estimate_ns;
    }
}

void predictions_correct(const struct predictions *p, struct prediction *x)
{
    const int64_t run_ns = correct(p, x);
    x->run_ns = run_ns > x->run_ns ? run_ns : twice(x->run_ns);
    x->corrections++;
}

void predictions_learn(struct predictions *p, uint32_t user, int64_t run_ns)
{
    if (p->predictor != PREDICT_TSAFRIR)
        return;
    struct user_history *h = history(p, user);
    h->previous_ns = h->last_ns;
    h->last_ns = run_ns;
}
