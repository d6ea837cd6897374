/*
 * near.h - doubles that may differ by so much, and counts that chance may have made.
 */
#ifndef TESTS_NEAR_H
#define TESTS_NEAR_H

#include "tests/unit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* Not NaN, and no further apart. */
#define assert_near(got, want, tolerance) \
    assert_near_at((got), (want), (tolerance), #got, __FILE__, __LINE__)

static inline void assert_near_at(double got, double want, double tolerance, const char *what,
                                  const char *file, int line)
{
    if (fabs(got - want) <= tolerance)
        return;
    print_error("%s is %.12g instead of %.12g, allowed are +-%g\n", what, got, want, tolerance);
    _fail(file, line);
}

/* Pearson's test: counts in proportion to the weights, but for what happens once in 10,000 times.
 * Where the weight is 0, the count is. */
static inline void assert_in_proportion(const uint64_t *counts, const double *weights, size_t len)
{
    double total = 0, sum = 0, chi2 = 0;
    size_t cells = 0;
    for (size_t i = 0; i < len; i++) {
        total += (double)counts[i];
        sum += weights[i];
        cells += weights[i] > 0;
        assert_true(weights[i] > 0 || counts[i] == 0);
    }
    for (size_t i = 0; i < len; i++) {
        const double want = total * weights[i] / sum;
        const double off = (double)counts[i] - want;
        chi2 += want > 0 ? off * off / want : 0;
    }
    assert_near(chi2, 0, gsl_cdf_chisq_Qinv(1e-4, (double)(cells - 1)));
}

#endif /* TESTS_NEAR_H */
