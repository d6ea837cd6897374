#include "results/regression.h"

#include <math.h>

static struct interval difference_of(const struct regression_test *t, const double *before,
                                     size_t before_len, const double *now, size_t now_len)
{
    if (t->is_paired)
        return interval_of_differences_at(t->level, now, before, now_len);
    return interval_of_means_apart(t->level, now, now_len, before, before_len);
}

static bool is_real(const struct interval *d)
{
    if (interval_is_known(d))
        return d->lower > 0 || d->upper < 0;
    return d->count > 1 && (d->mean > 0 || d->mean < 0);
}

static enum regression_verdict verdict_of(const struct regression_test *t,
                                          const struct regression *r)
{
    const double most = t->is_relative ? fabs(r->before) * t->tolerance : t->tolerance;
    const double gap = r->difference.mean;
    if (!is_real(&r->difference))
        return interval_is_known(&r->difference) ? REGRESSION_OPEN : REGRESSION_SAME;
    if ((t->better == BETTER_LESS && gap < 0) || (t->better == BETTER_MORE && gap > 0))
        return REGRESSION_BETTER;
    return fabs(gap) > most ? REGRESSION_WORSE : REGRESSION_SMALL;
}

struct regression regression_judge(const struct regression_test *t, const double *before,
                                   size_t before_len, const double *now, size_t now_len)
{
    if (t->is_paired)
        before_len = now_len = before_len < now_len ? before_len : now_len;
    const struct interval was = interval_of(before, before_len), is = interval_of(now, now_len);
    struct regression r = {.before = was.mean, .now = is.mean};
    r.difference = difference_of(t, before, before_len, now, now_len);
    if (was.count == 0)
        r.verdict = is.count == 0 ? REGRESSION_SAME : REGRESSION_NEW;
    else
        r.verdict = is.count == 0 ? REGRESSION_GONE : verdict_of(t, &r);
    return r;
}

bool regression_is_bad(enum regression_verdict v)
{
    return v == REGRESSION_WORSE || v == REGRESSION_GONE;
}

const char *regression_verdict_name(enum regression_verdict v)
{
    static const char *const names[] = {
        [REGRESSION_NEW] = "new",       [REGRESSION_SAME] = "same",
        [REGRESSION_OPEN] = "open",     [REGRESSION_SMALL] = "worse within the tolerance",
        [REGRESSION_BETTER] = "better", [REGRESSION_WORSE] = "worse",
        [REGRESSION_GONE] = "gone",
    };
    return names[v];
}
