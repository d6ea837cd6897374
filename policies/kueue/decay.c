#include "policies/kueue/decay.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)

/* --- 0.5 to some power --- */

/* e^x for -0.5 <= x <= 0.5: x is halved four times, a Taylor series of e^x - 1, and squared as
 * often ((1 + r)^2 - 1 = r(r + 2)). The steps, and which of them are fused, are those of Go's
 * exp_amd64.s, after Shibata, "Efficient evaluation methods of elementary functions suitable for
 * SIMD computation" (ISC'10). */
static double exp_small(double x)
{
    static const double series[] = {2.4801587301587301587e-5,
                                    1.9841269841269841270e-4,
                                    1.3888888888888888889e-3,
                                    8.3333333333333333333e-3,
                                    4.1666666666666666667e-2,
                                    1.6666666666666666667e-1,
                                    0.5,
                                    1.0};
    const double log2_e = 1.4426950408889634073599246810018920;
    const double ln2_high = 0.69314718055966295651160180568695068359375;
    const double ln2_low = 0.28235290563031577122588448175013436025525412068e-12;
    const double power = rint(x * log2_e);
    double r = fma(-ln2_low, power, fma(-ln2_high, power, x)) * 0.0625;
    double sum = series[0];
    for (unsigned i = 1; i < sizeof series / sizeof series[0]; i++)
        sum = fma(sum, r, series[i]);
    r *= sum;
    for (int i = 0; i < 3; i++)
        r *= r + 2.0;
    return ldexp(fma(r, r + 2.0, 1.0), (int)power);
}

static double half_to(double y)
{
    const double ln2 = 0.69314718055994530942;
    double whole;
    double part = modf(y, &whole);
    if (y == 0.5)
        return sqrt(0.5);
    if (whole > 1100) /* smaller than any double */
        return 0;
    if (part > 0.5) {
        part -= 1;
        whole += 1;
    }
    return ldexp(part == 0 ? 1 : exp_small(-ln2 * part), -(int)whole);
}

static double seconds(int64_t ns)
{
    return (double)(ns / SECOND_NS) + (double)(ns % SECOND_NS) / 1e9;
}

double decay_alpha(int64_t elapsed_ns, int64_t half_life_ns)
{
    if (half_life_ns == 0)
        return 0;
    return 1.0 - half_to(seconds(elapsed_ns) / seconds(half_life_ns));
}

/* --- decimals --- */

/* digits x 10^exponent; the fewest digits that are read back as the same number. */
struct decimal {
    uint64_t digits;
    int exponent;
};

static struct decimal rounded(double x, int digits)
{
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, x);
    struct decimal d = {0};
    const char *at = text;
    bool is_fraction = false;
    for (; *at != 'e'; at++) {
        if (*at < '0' || *at > '9') {
            is_fraction = true;
            continue;
        }
        d.digits = 10 * d.digits + (uint64_t)(*at - '0');
        d.exponent -= is_fraction;
    }
    d.exponent += (int)strtol(at + 1, NULL, 10);
    return d;
}

static bool means(struct decimal d, double x)
{
    char text[40];
    snprintf(text, sizeof text, "%" PRIu64 "e%d", d.digits, d.exponent);
    return strtod(text, NULL) == x;
}

/* Fifteen digits always survive the way to a double and back, seventeen always suffice. Above a
 * power of two lies more that means it than below, so the next higher decimal may do where the
 * nearest one does not. */
static struct decimal shortest(double x)
{
    for (int digits = 15; digits < 17; digits++) {
        struct decimal d = rounded(x, digits);
        if (means(d, x))
            return d;
        d.digits++;
        if (means(d, x))
            return d;
    }
    return rounded(x, 17);
}

/* Three limbs of 64 bits hold what two factors of 128 and 64 bits give. */
struct product {
    uint64_t limb[3];
};

static struct product multiply(uint128 a, uint64_t b)
{
    const uint128 low = (uint128)(uint64_t)a * b;
    const uint128 high = (a >> 64) * b + (low >> 64);
    return (struct product){{(uint64_t)low, (uint64_t)high, (uint64_t)(high >> 64)}};
}

static struct product divide(struct product p, uint64_t by)
{
    uint128 rest = 0;
    for (int i = 2; i >= 0; i--) {
        rest = rest << 64 | p.limb[i];
        p.limb[i] = (uint64_t)(rest / by);
        rest %= by;
    }
    return p;
}

uint128 decay_times(uint128 amount, double factor)
{
    struct decimal d = shortest(factor);
    if (d.digits == 0)
        return 0;
    for (; d.exponent > 0; d.exponent--)
        d.digits *= 10;
    struct product p = multiply(amount, d.digits);
    for (; d.exponent <= -18; d.exponent += 18)
        p = divide(p, UINT64_C(1000000000000000000));
    for (; d.exponent < 0; d.exponent++)
        p = divide(p, 10);
    return (uint128)p.limb[1] << 64 | p.limb[0];
}
