#include "models/mig_speed.h"

#include "sim/check.h"

const char *const mig_bound_names[] = {
    [MIG_BOUND_COMPUTE] = "compute",
    [MIG_BOUND_MEMORY] = "memory",
    NULL,
};

static const struct mig_profile *largest(const struct mig_table *t)
{
    const struct mig_profile *best = &t->profiles[0];
    for (unsigned i = 1; i < t->len; i++)
        if (t->profiles[i].compute_slices > best->compute_slices)
            best = &t->profiles[i];
    return best;
}

struct mig_share mig_share(const struct mig_table *t, unsigned profile, enum mig_bound bound)
{
    SIM_REQUIRE(profile < t->len);
    const struct mig_profile *p = &t->profiles[profile];
    if (bound == MIG_BOUND_MEMORY)
        return (struct mig_share){p->memory_slices, t->memory_slices, false};
    const struct mig_profile *whole = largest(t);
    if (p->sms > 0 && whole->sms > 0)
        return (struct mig_share){(uint32_t)p->sms, (uint32_t)whole->sms, false};
    return (struct mig_share){p->compute_slices, whole->compute_slices, true};
}

static void require_sane(struct mig_share f, uint32_t width_q16)
{
    SIM_REQUIRE(f.part > 0 && f.part <= f.whole && f.whole < MIG_WIDTH_WHOLE);
    SIM_REQUIRE(width_q16 > 0 && width_q16 <= MIG_WIDTH_WHOLE);
}

uint64_t mig_speed_q32(struct mig_share f, uint32_t width_q16)
{
    require_sane(f, width_q16);
    const uint64_t share = (uint64_t)f.part << 48; /* below 2^64, as part is below 2^16 */
    const uint64_t full = (uint64_t)f.whole * width_q16;
    const uint64_t speed = share / full;
    return speed < MIG_SPEED_WHOLE ? speed : MIG_SPEED_WHOLE;
}

static double power(double x, unsigned exponent)
{
    double product = 1;
    for (unsigned i = 0; i < exponent; i++)
        product *= x;
    return product;
}

/* The greatest y in 2^-32 with y^exponent <= x, for x in [0, 1]. */
static uint64_t root_q32(double x, unsigned exponent)
{
    uint64_t low = 0;
    uint64_t high = MIG_SPEED_WHOLE;
    while (low < high) {
        const uint64_t middle = low + (high - low + 1) / 2;
        if (power((double)middle / (double)MIG_SPEED_WHOLE, exponent) <= x)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/* g(f) / g(1) = ((1 + w^p) / (1 + (w / f)^p))^(1/p), after multiplying both sums by w^p. */
uint64_t mig_speed_smooth_q32(struct mig_share f, uint32_t width_q16, unsigned exponent)
{
    require_sane(f, width_q16);
    SIM_REQUIRE(exponent >= 1 && exponent <= MIG_SHARPEST);
    const double width = (double)width_q16 / (double)MIG_WIDTH_WHOLE;
    const double narrowed = width * (double)f.whole / (double)f.part;
    return root_q32((1 + power(width, exponent)) / (1 + power(narrowed, exponent)), exponent);
}
