#include "policies/kueue/go_math.h"

#include <math.h>

#define LN2_HIGH 6.93147180369123816490e-01
#define LN2_LOW  1.90821492927058770002e-10

/* e^x for -0.5 <= x <= 0.5: x is halved four times, a Taylor series of e^x - 1, and squared as
 * often ((1 + r)^2 - 1 = r(r + 2)). Which of the steps are fused counts. */
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
    const double ln2_upper = 0.69314718055966295651160180568695068359375;
    const double ln2_lower = 0.28235290563031577122588448175013436025525412068e-12;
    const double power = rint(x * log2_e);
    double r = fma(-ln2_lower, power, fma(-ln2_upper, power, x)) * 0.0625;
    double sum = series[0];
    for (unsigned i = 1; i < sizeof series / sizeof series[0]; i++)
        sum = fma(sum, r, series[i]);
    r *= sum;
    for (int i = 0; i < 3; i++)
        r *= r + 2.0;
    return ldexp(fma(r, r + 2.0, 1.0), (int)power);
}

double go_half_to(double y)
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

/* x = 2^k (1 + f); log(1 + f) from the series of atanh(f / (2 + f)). */
static double log_natural(double x)
{
    int k;
    double f = frexp(x, &k);
    if (f < 7.07106781186547524401e-01) {
        f *= 2;
        k--;
    }
    f -= 1;
    const double s = f / (2 + f);
    const double s2 = s * s;
    const double s4 = s2 * s2;
    const double odd =
        s2 * (6.666666666666735130e-01 +
              s4 * (2.857142874366239149e-01 +
                    s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)));
    const double even = s4 * (3.999999999940941908e-01 +
                              s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01));
    const double half_square = 0.5 * f * f;
    return k * LN2_HIGH - ((half_square - (s * (half_square + (odd + even)) + k * LN2_LOW)) - f);
}

double go_log2(double x)
{
    int power;
    const double fraction = frexp(x, &power);
    if (fraction == 0.5)
        return power - 1;
    return log_natural(fraction) * (1 / 0.69314718055994530942) + power;
}
