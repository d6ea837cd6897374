#include "results/plots/value_axis.h"

#include "results/plots/time_axis.h"

#include <math.h>

enum { MOST_MARKS = 8 };

#define NS_PER_S 1e9

/* 1, 2 or 5 and zeros. */
static double round_step(double length)
{
    static const double digits[] = {1, 2, 5, 10};
    const double least = length / MOST_MARKS;
    const double power = pow(10, floor(log10(least)));
    size_t i = 0;
    while (digits[i] * power < least && digits[i] < 10)
        i++;
    return digits[i] * power;
}

struct value_axis value_axis_of(enum metric_unit unit, double most)
{
    const double length = most > 0 ? most : 1;
    if (unit == UNIT_SECONDS) {
        const struct time_axis time = time_axis_of((int64_t)(length * NS_PER_S));
        return (struct value_axis){time.unit, NS_PER_S / time.unit_ns, time.length, time.step};
    }
    const double scale = unit == UNIT_SHARE ? 100 : 1;
    return (struct value_axis){unit == UNIT_SHARE ? "percent" : metric_unit_name(unit), scale,
                               length * scale, round_step(length * scale)};
}
