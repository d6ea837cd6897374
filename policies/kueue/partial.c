#include "policies/kueue/partial.h"

static uint32_t spare_pods(const struct shape_set *s)
{
    return s->min_count == 0 || s->min_count > s->count ? 0 : s->count - s->min_count;
}

static void reduce(const struct shape *shape, uint32_t *counts, uint64_t step, uint64_t steps)
{
    for (uint32_t s = 0; s < shape->sets_len; s++)
        counts[s] = shape->sets[s].count - (uint32_t)(spare_pods(&shape->sets[s]) * step / steps);
}

bool partial_search(const struct shape *shape, uint32_t *counts, partial_fits_fn *fits,
                    void *context)
{
    uint64_t steps = 0;
    for (uint32_t s = 0; s < shape->sets_len; s++)
        steps += spare_pods(&shape->sets[s]);
    if (steps == 0)
        return false;
    uint64_t low = 0, high = steps + 1, last_good = 0;
    bool found = false;
    while (low < high) {
        const uint64_t mid = (low + high) / 2;
        reduce(shape, counts, mid, steps);
        if (fits(context, counts)) {
            last_good = mid;
            found = true;
            high = mid;
        } else {
            low = mid + 1;
        }
    }
    return found && low == last_good;
}
