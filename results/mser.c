#include "results/mser.h"

#include <math.h>

enum { LEAST_BATCHES = 10 };

static double batch_mean(const double *values, size_t batch)
{
    double sum = 0;
    for (size_t i = 0; i < MSER_BATCH; i++)
        sum += values[batch * MSER_BATCH + i];
    return sum / MSER_BATCH;
}

/* From the end to the front, so that each cut costs one step (Welford's). The rule looks at cuts of
 * at most half; that a later one would be better still says that there is no steady part yet. */
struct mser mser5(const double *values, size_t len)
{
    const size_t batches = len / MSER_BATCH;
    struct mser found = {0, false};
    if (batches < LEAST_BATCHES)
        return found;
    double mean = 0, squares = 0;
    double best_early = INFINITY, best_late = INFINITY;
    for (size_t n = 1; n <= batches; n++) {
        const size_t cut = batches - n;
        const double x = batch_mean(values, cut);
        const double step = x - mean;
        mean += step / (double)n;
        squares += step * (x - mean);
        const double error = squares / ((double)n * (double)n);
        if (n < LEAST_BATCHES / 2)
            continue;
        if (cut > batches / 2) {
            best_late = fmin(best_late, error);
        } else if (error <= best_early) {
            best_early = error;
            found.cut = cut * MSER_BATCH;
        }
    }
    found.is_steady = best_early <= best_late;
    return found;
}
