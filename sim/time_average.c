#include "sim/time_average.h"

void time_average_init(struct time_average *t, int64_t now_ns, int64_t level)
{
    *t = (struct time_average){
        .from_ns = now_ns,
        .window_from_ns = now_ns,
        .since_ns = now_ns,
        .level = level,
        .max = INT64_MIN,
    };
}

void time_average_cut(struct time_average *t, int64_t at_ns)
{
    SIM_REQUIRE_AT(at_ns, at_ns >= t->since_ns);
    time_average_init(t, at_ns, t->level);
}

/* As it would be if the level were set once more at to_ns. */
static struct time_average settled(const struct time_average *t, int64_t to_ns)
{
    struct time_average now = *t;
    time_average_set(&now, to_ns, t->level);
    return now;
}

/* No area over no time is 0/0: NaN. */
static double mean(int128 area, int64_t from_ns, int64_t to_ns)
{
    return (double)area / (double)((int128)to_ns - from_ns);
}

int128 time_average_area(const struct time_average *t, int64_t to_ns)
{
    return settled(t, to_ns).area;
}

double time_average_mean(const struct time_average *t, int64_t to_ns)
{
    return mean(time_average_area(t, to_ns), t->from_ns, to_ns);
}

int64_t time_average_max(const struct time_average *t, int64_t to_ns)
{
    const int64_t max = settled(t, to_ns).max;
    return max == INT64_MIN ? t->level : max;
}

double time_average_window(struct time_average *t, int64_t to_ns)
{
    time_average_set(t, to_ns, t->level);
    const double average = mean(t->area - t->window_area, t->window_from_ns, to_ns);
    t->window_area = t->area;
    t->window_from_ns = to_ns;
    return average;
}
