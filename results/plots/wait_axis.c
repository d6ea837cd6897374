#include "results/plots/wait_axis.h"

#include <math.h>
#include <stddef.h>

#define SHORT_AXIS     1000.0 /* from its beginning to its end */
#define LEAST_S        1.0    /* of the logarithmic axis */
#define LINEAR_BELOW_S 60.0   /* the axis begins at 0 if no wait is longer */

static const struct mark {
    const char *name;
    double s;
    bool is_fine; /* shown on short axes only */
} marks[] = {
    {"1 s", 1, false},
    {"10 s", 10, false},
    {"30 s", 30, true},
    {"1 min", 60, false},
    {"2 min", 120, true},
    {"5 min", 300, true},
    {"10 min", 600, false},
    {"30 min", 1800, true},
    {"1 h", 3600, false},
    {"2 h", 7200, true},
    {"6 h", 21600, false},
    {"12 h", 43200, true},
    {"1 day", 86400, false},
    {"3 days", 259200, true},
    {"1 week", 604800, false},
    {"30 days", 2592e3, false},
    {"100 days", 8640e3, true},
    {"1 year", 31536e3, false},
    {"10 years", 315360e3, false},
};

enum { MARKS = sizeof marks / sizeof marks[0] };

struct wait_axis wait_axis_of(double hardly_anybody_s, double longest_s)
{
    struct wait_axis axis = {.from_s = LEAST_S, .to_s = fmax(longest_s, LEAST_S)};
    axis.is_linear = axis.to_s <= LINEAR_BELOW_S;
    for (size_t i = 0; i < MARKS && marks[i].s <= hardly_anybody_s && marks[i].s < axis.to_s; i++)
        if (!marks[i].is_fine)
            axis.from_s = marks[i].s;
    if (axis.is_linear)
        axis = (struct wait_axis){0, longest_s > 0 ? longest_s : 1, true};
    return axis;
}

static void print_waits(const struct wait_axis *axis, FILE *out)
{
    fprintf(out, "set xrange [%g:%.6g]\n", axis->from_s, axis->to_s);
    if (axis->is_linear) {
        fputs("set xlabel 'wait in seconds'\n", out);
        return;
    }
    const bool is_short = axis->to_s / axis->from_s <= SHORT_AXIS;
    fputs("set logscale x\nset xlabel 'wait'\nset xtics (", out);
    for (size_t i = 0; i < MARKS; i++)
        if (marks[i].s == axis->from_s)
            fprintf(out, "'up to %s' %.9g", marks[i].name, marks[i].s);
        else if (marks[i].s > axis->from_s && (is_short || !marks[i].is_fine))
            fprintf(out, ", '%s' %.9g", marks[i].name, marks[i].s);
    fputs(")\n", out);
}

void wait_axis_print(const struct wait_axis *axis, FILE *out)
{
    print_waits(axis, out);
    fputs("set yrange [0:100]\nset ytics 0,10,100 format '%g%%'\nset grid xtics\n"
          "set ylabel 'jobs that waited at most so long'\n",
          out);
}
