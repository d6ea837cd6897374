#include "sim/cli/size_search.h"

#include "results/cheapest.h"
#include "sim/arena.h"
#include "sim/cli/candidate.h"
#include "sim/cli/candidate_text.h"
#include "sim/cli/commands.h"
#include "sim/cli/point_journal.h"
#include "sim/cli/size_report.h"
#include "sim/text_stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define VALUE_WEIGHT 1e-3 /* of a step of an axis, in micro-dollars an hour: below any price */

struct search {
    struct candidate_job job;
    struct candidate **by_point; /* NULL: not run */
    int64_t *prices;             /* by point; -1: not asked yet */
    struct point_journal *journal;
    struct candidate **run; /* in the order of running */
    size_t run_len;
    int64_t end_ns; /* of the clock; INT64_MAX: none */
    bool shows_progress;
    bool failed;
    bool was_stopped; /* by the clock: --resume can go on */
    struct diag *diag;
};

static int64_t clock_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* --- candidates --- */

static void show(const struct search *s, const struct candidate *c)
{
    if (!s->shows_progress)
        return;
    const struct axes *axes = &s->job.plan->axes;
    fprintf(stderr, "\r\033[K%zu candidates; ", s->run_len);
    axis_print_settings(axes_point(axes, c->point, s->job.arena), axes->len, stderr);
    fprintf(stderr, ": %s", c->holds ? "holds" : "fails");
}

static void keep(struct search *s, struct candidate *c)
{
    s->by_point[c->point] = c;
    s->run[s->run_len++] = c;
    show(s, c);
}

/* As it was found by the search that is gone on with; NULL: it was not. */
static struct candidate *recall(struct search *s, uint64_t point)
{
    if (!point_journal_has(s->journal, point))
        return NULL;
    char *text = point_journal_text(s->journal, point);
    struct candidate *c =
        text == NULL ? NULL : candidate_parse(text, s->job.plan, point, s->job.arena);
    free(text);
    return c;
}

static struct candidate *judge(struct search *s, uint64_t point)
{
    struct candidate *c = recall(s, point);
    if (c != NULL)
        return c;
    c = candidate_judge(&s->job, point, s->diag);
    if (c == NULL)
        return NULL;
    struct text_stream t;
    candidate_print(c, s->job.plan, text_stream_open(&t));
    text_stream_close(&t);
    if (!point_journal_append(s->journal, point, t.text, t.len)) {
        diag_world(s->diag, (struct src_pos){.file = s->job.base->out_dir},
                   "the journal of the search cannot be written: %s", strerror(errno));
        c = NULL;
    }
    free(t.text);
    return c;
}

static bool holds(void *context, uint64_t point, bool *go_on)
{
    struct search *s = context;
    if (s->by_point[point] == NULL) {
        if (clock_ns() > s->end_ns) {
            *go_on = false;
            return false;
        }
        struct candidate *c = judge(s, point);
        if (c == NULL) {
            s->failed = true;
            *go_on = false;
            return false;
        }
        keep(s, c);
    }
    return s->by_point[point]->holds;
}

static double cost(void *context, uint64_t point)
{
    struct search *s = context;
    if (s->prices[point] < 0)
        s->prices[point] = candidate_price(&s->job, point, s->diag);
    double steps = 0;
    uint64_t rest = point;
    for (size_t i = s->job.plan->axes.len; i-- > 0;) {
        steps += (double)(rest % s->job.plan->lens[i]);
        rest /= s->job.plan->lens[i];
    }
    return (double)s->prices[point] + VALUE_WEIGHT * steps;
}

/* The first axis that changes the price; the first one of all if none does. */
static size_t main_axis(struct search *s)
{
    const struct size_plan *plan = s->job.plan;
    uint64_t stride = plan->points;
    for (size_t i = 0; i < plan->axes.len; i++) {
        stride /= plan->lens[i];
        const int64_t least = candidate_price(&s->job, 0, s->diag);
        if (candidate_price(&s->job, (plan->lens[i] - 1) * stride, s->diag) != least)
            return i;
    }
    return 0;
}

/* --- the whole --- */

static int by_price(const void *a, const void *b)
{
    const struct candidate *const *x = a, *const *y = b;
    if ((*x)->price_micro_per_h != (*y)->price_micro_per_h)
        return (*x)->price_micro_per_h < (*y)->price_micro_per_h ? -1 : 1;
    return (*x)->point < (*y)->point ? -1 : (*x)->point > (*y)->point;
}

static bool tell(struct search *s, const struct cheapest_result *found)
{
    const char *path = arena_printf(s->job.arena, "%s/size.csv", s->job.base->out_dir);
    qsort(s->run, s->run_len, sizeof s->run[0], by_price);
    const struct size_report r = {
        .job = &s->job,
        .candidates = s->run,
        .len = s->run_len,
        .result = found,
        .answer = found->point == CHEAPEST_NONE ? NULL : s->by_point[found->point],
        .below = found->below == CHEAPEST_NONE ? NULL : s->by_point[found->below],
    };
    if (!size_report_write_csv(&r, path, s->diag))
        return false;
    if (s->run_len > 0 && prepared_wants_plots(s->job.base) &&
        !size_report_draw(&r, s->job.base->out_dir, s->diag))
        return false;
    if (!s->job.base->options->quiet) {
        size_report_print(&r, s->diag, stdout);
        printf("results are in %s\n", path);
    }
    return true;
}

static int search_points(struct search *s)
{
    const struct size_plan *plan = s->job.plan;
    const struct cheapest c = {
        .lens = plan->lens,
        .axes = plan->axes.len,
        .main = main_axis(s),
        .cost = cost,
        .holds = holds,
        .context = s,
    };
    if (diag_errors(s->diag) > 0)
        return EXIT_INPUT;
    const struct cheapest_result found = cheapest_find(&c);
    if (s->shows_progress)
        fputs("\r\033[K", stderr);
    s->was_stopped = found.was_stopped;
    if (s->failed)
        return s->diag->is_world ? EXIT_WORLD : EXIT_INPUT;
    if (!tell(s, &found))
        return EXIT_WORLD;
    return found.point == CHEAPEST_NONE ? EXIT_EXPECTATION : EXIT_DONE;
}

int size_search(const struct prepared *p, const struct size_plan *plan, bool resume, struct diag *d)
{
    const struct run_options *o = p->options;
    const char *path = arena_printf(p->scenario.arena, "%s/size.journal", p->out_dir);
    struct search s = {
        .job = {.base = p, .plan = plan, .arena = arena_new()},
        .by_point = calloc(plan->points, sizeof s.by_point[0]),
        .prices = malloc(plan->points * sizeof s.prices[0]),
        .run = calloc(plan->points, sizeof s.run[0]),
        .end_ns = plan->budget.wall_ns > 0 ? clock_ns() + plan->budget.wall_ns : INT64_MAX,
        .shows_progress = !o->quiet && isatty(STDERR_FILENO),
        .diag = d,
    };
    SIM_REQUIRE(s.by_point != NULL && s.prices != NULL && s.run != NULL);
    memset(s.prices, 0xff, plan->points * sizeof s.prices[0]); /* all -1 */
    if (!resume)
        unlink(path);
    s.journal =
        point_journal_open(path, size_plan_hash(plan, p->seed, &p->scenario), plan->points, d);
    int code = d->is_world ? EXIT_WORLD : EXIT_INPUT;
    if (s.journal != NULL)
        code = search_points(&s);
    point_journal_close(s.journal);
    if (code <= EXIT_EXPECTATION && !s.was_stopped)
        unlink(path);
    free(s.run);
    free(s.prices);
    free(s.by_point);
    arena_free(s.job.arena);
    return code;
}
