#include "sim/cli/warm_up.h"

#include "results/mser.h"
#include "results/wait_series.h"
#include "sim/check.h"
#include "sim/duration.h"
#include "sim/text_stream.h"
#include "sim/thread_pool.h"

#include <stdlib.h>

struct pilots {
    struct prepared *p;
    const struct policy_entry *policies;
    size_t len, times;
    struct wait_series *series; /* replication after replication */
    bool *failed;
};

static void run_pilot(void *context, size_t number)
{
    const struct pilots *all = context;
    const struct observer_use observer = {&wait_series_observer, &all->series[number]};
    const struct setup_options o = {
        .policy = &all->policies[number % all->len],
        .seed = all->p->seed,
        .replication = number / all->len,
        .observers = &observer,
        .observers_len = 1,
        .no_fragments = true,
        .strict = all->p->options->strict,
        .bootstrap_ns = all->p->bootstrap_ns,
    };
    struct text_stream said; /* the runs that count will say it again */
    struct diag d;
    struct setup s;
    diag_init(&d, text_stream_open(&said));
    all->failed[number] = !setup_open(&s, &all->p->scenario, all->p->catalogue, &o, &d);
    if (!all->failed[number])
        simulation_run(s.sim, INT64_MAX);
    all->failed[number] |= !setup_close(&s);
    diag_fini(&d);
    text_stream_close(&said);
    free(said.text);
}

/* --- one policy --- */

struct found {
    struct mser mser;
    size_t jobs;        /* of the shortest pilot */
    int64_t warm_up_ns; /* when the first job that stays came, on average, in whole minutes */
};

static struct found find(const struct pilots *all, size_t policy)
{
    struct found f = {.jobs = SIZE_MAX};
    for (size_t k = 0; k < all->times; k++) {
        const size_t len = all->series[k * all->len + policy].len;
        f.jobs = len < f.jobs ? len : f.jobs;
    }
    double *means = calloc(f.jobs + 1, sizeof means[0]);
    SIM_REQUIRE(means != NULL);
    for (size_t k = 0; k < all->times; k++)
        for (size_t i = 0; i < f.jobs; i++)
            means[i] += all->series[k * all->len + policy].jobs[i].wait_s / (double)all->times;
    f.mser = mser5(means, f.jobs);
    free(means);
    const int64_t minute_ns = INT64_C(60000000000);
    for (size_t k = 0; k < all->times && f.mser.cut > 0; k++)
        f.warm_up_ns +=
            all->series[k * all->len + policy].jobs[f.mser.cut].submit_ns / (int64_t)all->times;
    f.warm_up_ns = (f.warm_up_ns + minute_ns - 1) / minute_ns * minute_ns;
    return f;
}

/* --- all --- */

static void say(const struct pilots *all, size_t policy, const struct found *f, FILE *out)
{
    char text[DURATION_TEXT];
    if (out == NULL)
        return;
    duration_print(text, f->warm_up_ns);
    if (f->mser.is_steady)
        fprintf(out, "warm-up: %s: %zu of %zu jobs, %s (MSER-5 over %zu pilot run%s)\n",
                all->policies[policy].name, f->mser.cut, f->jobs, text, all->times,
                all->times == 1 ? "" : "s");
    else
        fprintf(out,
                "warning: warm-up: under %s waits do not become steady within %zu jobs: a longer "
                "run, or less load\n",
                all->policies[policy].name, f->jobs);
}

static bool take_longest(const struct pilots *all, FILE *out)
{
    char text[DURATION_TEXT];
    struct run_section *run = &all->p->scenario.run;
    for (size_t i = 0; i < all->len * all->times; i++)
        if (all->failed[i])
            return false;
    run->warm_up_ns = 0;
    for (size_t i = 0; i < all->len; i++) {
        const struct found f = find(all, i);
        say(all, i, &f, out);
        if (f.warm_up_ns > run->warm_up_ns)
            run->warm_up_ns = f.warm_up_ns;
    }
    duration_print(text, run->warm_up_ns);
    if (out != NULL)
        fprintf(out, "warm-up: the first %s are left out of all values\n", text);
    return true;
}

bool warm_up_find(struct prepared *p, const struct policy_entry *policies, size_t len, FILE *out,
                  struct diag *d)
{
    if (!p->scenario.run.finds_warm_up)
        return true;
    const int64_t asked = p->options->threads;
    const size_t most = p->until_width != NULL ? WARM_UP_PILOTS : p->replications;
    struct pilots all = {.p = p,
                         .policies = policies,
                         .len = len,
                         .times = most < WARM_UP_PILOTS ? most : WARM_UP_PILOTS};
    all.series = calloc(len * all.times, sizeof all.series[0]);
    all.failed = calloc(len * all.times, sizeof all.failed[0]);
    SIM_REQUIRE(all.series != NULL && all.failed != NULL);
    thread_pool_run(asked > 0 ? (size_t)asked : thread_pool_cores(), len * all.times, run_pilot,
                    &all);
    const bool ok = take_longest(&all, out);
    if (!ok)
        diag_error(d, (struct src_pos){.file = p->scenario.path},
                   "warm_up: a pilot run could not be done; give a duration to see why");
    for (size_t i = 0; i < len * all.times; i++)
        wait_series_fini(&all.series[i]);
    free(all.series);
    free(all.failed);
    return ok;
}
