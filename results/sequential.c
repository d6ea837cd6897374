#include "results/sequential.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

double sequential_margin(const struct interval *i, double confidence, size_t looks)
{
    const double degrees = (double)i->count - 1;
    const double error =
        interval_half_width(i) / gsl_cdf_tdist_Pinv(0.5 + INTERVAL_LEVEL / 2, degrees);
    return error * gsl_cdf_tdist_Qinv((1 - confidence) / (double)looks, degrees);
}

enum decision sequential_decision(const struct interval *i, enum comparison op, double limit,
                                  double confidence, size_t looks)
{
    if (i->count == 0)
        return DECISION_FAILS;
    if (!interval_is_known(i)) {
        if (i->count < 2)
            return DECISION_OPEN;
        return comparison_holds(op, i->mean, limit) ? DECISION_HOLDS : DECISION_FAILS;
    }
    if (op == EQUAL || op == NOT_EQUAL)
        return DECISION_OPEN;
    const double margin = sequential_margin(i, confidence, looks);
    const bool is_most = op == LESS || op == LESS_EQUAL;
    const double over = is_most ? i->mean - limit : limit - i->mean;
    return over + margin <= 0 ? DECISION_HOLDS : over - margin > 0 ? DECISION_FAILS : DECISION_OPEN;
}
