#include "policies/kueue/decay.h"

#include "policies/kueue/go_math.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND_NS INT64_C(1000000000)

static double seconds(int64_t ns)
{
    return (double)(ns / SECOND_NS) + (double)(ns % SECOND_NS) / 1e9;
}

double decay_alpha(int64_t elapsed_ns, int64_t half_life_ns)
{
    if (half_life_ns == 0)
        return 0;
    return 1.0 - go_half_to(seconds(elapsed_ns) / seconds(half_life_ns));
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
