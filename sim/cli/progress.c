#include "sim/cli/progress.h"

#include "sim/calendar.h"
#include "sim/duration.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { STEPS_PER_S = 4 };

struct progress {
    const char *name;
    double began_s, shown_s;
    int64_t step_ns; /* of simulated time between looks at the clock */
};

static double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void show(const struct progress *p, const struct simulation *sim, double now_s)
{
    const struct simulation_spec *spec = simulation_spec_of(sim);
    const struct simulation_counts n = simulation_counts(sim);
    const double spent_s = now_s - p->began_s;
    const int64_t now_ns = simulation_now_ns(sim);
    char date[CALENDAR_TEXT];
    fprintf(stderr, "\r\033[K%s: %.16s, %" PRIu64 " jobs done, %.1f M events/s", p->name,
            calendar_print(date, now_ns), n.jobs_ended,
            spent_s > 0 ? (double)n.events / spent_s * 1e-6 : 0);
    if (spec->drain || now_ns <= spec->start_ns)
        return;
    const double part =
        (double)(now_ns - spec->start_ns) / (double)(spec->until_ns - spec->start_ns);
    fprintf(stderr, ", %.0f %%, %.0f s left", 100 * part, spent_s / part - spent_s);
}

/* Small steps at first; then such that the clock is looked at several times between two lines. */
static void adapt(struct progress *p, double spent_s)
{
    if (spent_s < 0.01)
        p->step_ns *= 2;
    else if (spent_s > 0.1 && p->step_ns > 1)
        p->step_ns /= 2;
}

static enum simulation_end run_and_show(struct simulation *sim, const char *name)
{
    struct progress p = {.name = name, .began_s = clock_s(), .step_ns = INT64_C(3600000000000)};
    p.shown_s = p.began_s;
    for (double before_s = p.began_s;;) {
        const int64_t now_ns = simulation_now_ns(sim);
        const int64_t pause = now_ns < INT64_MAX - p.step_ns ? now_ns + p.step_ns : INT64_MAX;
        const enum simulation_end end = simulation_run(sim, pause);
        const double now_s = clock_s();
        if (simulation_is_over(sim)) {
            fprintf(stderr, "\r\033[K");
            return end;
        }
        adapt(&p, now_s - before_s);
        before_s = now_s;
        if (now_s - p.shown_s < 1.0 / STEPS_PER_S)
            continue;
        show(&p, sim, now_s);
        fflush(stderr);
        p.shown_s = now_s;
    }
}

enum simulation_end progress_run(struct simulation *sim, const char *name, bool is_quiet)
{
    if (is_quiet || !isatty(STDERR_FILENO))
        return simulation_run(sim, INT64_MAX);
    return run_and_show(sim, name);
}
