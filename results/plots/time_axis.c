#include "results/plots/time_axis.h"

#include "sim/calendar.h"

#include <stddef.h>

enum { MOST_MARKS = 12, STEPS = 10 };

/* Used up to `most` of the next one's length; steps are what people count such units in. */
static const struct axis_unit {
    const char *name;
    double ns, most;
    double steps[STEPS];
} units[] = {
    {"seconds", 1e9, 180, {1, 2, 5, 10, 15, 20, 30}},
    {"minutes", 60e9, 240, {1, 2, 5, 10, 15, 20, 30}},
    {"hours", 3600e9, 72, {1, 2, 3, 6, 12}},
    {"days", 86400e9, 1100, {1, 2, 5, 7, 14, 30, 50, 100}},
    {"years", 365.25 * 86400e9, 1e9, {1, 2, 5, 10, 20, 50, 100}},
};

enum { UNITS = sizeof units / sizeof units[0] };

static double step_of(const struct axis_unit *u, double length)
{
    double step = u->steps[0];
    for (size_t i = 0; i < STEPS && u->steps[i] > 0; i++) {
        step = u->steps[i];
        if (length / step <= MOST_MARKS)
            break;
    }
    while (length / step > MOST_MARKS)
        step *= 10;
    while (length > 0 && length / step < 2)
        step /= 10;
    return step;
}

struct time_axis time_axis_of(int64_t length_ns)
{
    size_t i = 0;
    const double ns = length_ns > 0 ? (double)length_ns : 1;
    while (i + 1 < UNITS && ns / units[i].ns > units[i].most)
        i++;
    const double length = ns / units[i].ns;
    return (struct time_axis){units[i].name, units[i].ns, length, step_of(&units[i], length)};
}

void time_axis_print(const struct time_axis *a, int64_t start_ns, FILE *out)
{
    char date[CALENDAR_TEXT];
    fprintf(out, "set xrange [0:%.9g]\nset xtics %.9g\n", a->length, a->step);
    if (start_ns == 0)
        fprintf(out, "x_label = '%s'\n", a->unit);
    else
        fprintf(out, "x_label = '%s after %s'\n", a->unit, calendar_print(date, start_ns));
}
