#include "sim/cli/sweep_run.h"

#include "sim/arena.h"
#include "sim/cli/commands.h"
#include "sim/cli/replicate.h"
#include "sim/cli/simulate.h"
#include "sim/cli/sweep_table.h"
#include "sim/text_stream.h"
#include "sim/thread_pool.h"

#include <inttypes.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { MOST_BAD_POINTS = 3 };

struct sweep_runner {
    const struct sweep_part *part;
    uint64_t *todo; /* points */
    size_t todo_len;
    bool shows_progress;
    /* Below: of all threads. */
    pthread_mutex_t lock;
    size_t done;
    int code;
    char *said; /* by the first run that had something to say */
    uint64_t said_by;
    size_t sayers;
};

/* --- one point, on any thread --- */

static bool open_point(const struct sweep_runner *s, uint64_t point, bool is_judged,
                       struct arena *a, struct run_options *o, struct prepared *p, struct diag *d)
{
    *o = *s->part->base->options;
    o->settings = sweep_plan_point(s->part->plan, point, a);
    o->settings_len = s->part->plan->axes.len;
    o->is_judged = is_judged;
    o->quiet = true;
    return prepared_open(p, s->part->base->scenario.path, o, NULL, d);
}

static int run_policies(const struct sweep_runner *s, struct prepared *p, FILE *rows,
                        struct diag *d)
{
    int code = EXIT_DONE;
    p->expect = (struct expectations){s->part->plan->measures, s->part->plan->measures_len};
    for (size_t policy = 0; policy < p->scenario.policies_len; policy++)
        for (size_t k = 0; k < (size_t)s->part->plan->replications && code < EXIT_INPUT; k++) {
            const struct simulate_task task = {.policy = &p->scenario.policies[policy],
                                               .replication = k};
            struct run_record record = {0};
            code = worse_code(code, simulate_one(p, &task, &record, d));
            if (code < EXIT_INPUT)
                sweep_table_note(s->part->plan, policy, k, &record, rows);
            run_record_fini(&record);
        }
    return code;
}

/* The first in the order of points is shown: others tend to say the same. */
static void keep_said(struct sweep_runner *s, uint64_t point, char *text)
{
    if (text[0] != '\0')
        s->sayers++;
    if (text[0] == '\0' || (s->said != NULL && s->said_by < point)) {
        free(text);
        return;
    }
    free(s->said);
    s->said = text;
    s->said_by = point;
}

static void note_done(struct sweep_runner *s, uint64_t point, int code, char *said)
{
    pthread_mutex_lock(&s->lock);
    s->done++;
    s->code = worse_code(s->code, code);
    keep_said(s, point, said);
    if (s->shows_progress)
        fprintf(stderr, "\r\033[K%zu of %zu points done", s->done, s->todo_len);
    pthread_mutex_unlock(&s->lock);
}

static bool has_failed(struct sweep_runner *s)
{
    pthread_mutex_lock(&s->lock);
    const bool failed = s->code >= EXIT_INPUT;
    pthread_mutex_unlock(&s->lock);
    return failed;
}

static void run_point(void *context, size_t number)
{
    struct sweep_runner *s = context;
    const uint64_t point = s->todo[number];
    if (has_failed(s))
        return;
    struct text_stream said, rows;
    struct diag d;
    diag_init(&d, text_stream_open(&said));
    text_stream_open(&rows);
    struct arena *a = arena_new();
    struct run_options o;
    struct prepared p;
    int code = EXIT_WORLD;
    if (open_point(s, point, true, a, &o, &p, &d))
        code = run_policies(s, &p, rows.out, &d);
    prepared_close(&p);
    text_stream_close(&rows);
    /* A run that stalled is a row as well: `end` says so. */
    if (code < EXIT_INPUT) {
        const bool ok = point_journal_append(s->part->journal, point, rows.text, rows.len);
        if (!ok)
            diag_world(&d, (struct src_pos){.file = "sweep.journal"}, "cannot be written");
        code = ok ? EXIT_DONE : EXIT_WORLD;
    }
    diag_fini(&d);
    text_stream_close(&said);
    free(rows.text);
    arena_free(a);
    note_done(s, point, code, said.text);
}

/* --- all of them --- */

/* Every point as a user would have it checked, before the first is run. */
static bool judge_points(const struct sweep_runner *s, struct diag *d)
{
    size_t bad = 0;
    for (size_t i = 0; i < s->todo_len && bad < MOST_BAD_POINTS; i++) {
        struct arena *a = arena_new();
        struct run_options o;
        struct prepared p;
        if (!open_point(s, s->todo[i], false, a, &o, &p, d)) {
            fprintf(d->out, "so it is at point %" PRIu64 ": ", s->todo[i]);
            axis_print_settings(o.settings, o.settings_len, d->out);
            fputc('\n', d->out);
            bad++;
        }
        prepared_close(&p);
        arena_free(a);
    }
    return bad == 0;
}

static void run_todo(struct sweep_runner *s)
{
    const int64_t asked = s->part->base->options->threads;
    pthread_mutex_init(&s->lock, NULL);
    thread_pool_run(asked > 0 ? (size_t)asked : thread_pool_cores(), s->todo_len, run_point, s);
    pthread_mutex_destroy(&s->lock);
    if (s->shows_progress)
        fputs("\r\033[K", stderr);
}

static void say_what_was_said(const struct sweep_runner *s, FILE *out)
{
    if (s->said == NULL)
        return;
    fprintf(out, "at point %" PRIu64 ": %s", s->said_by, s->said);
    if (s->sayers > 1)
        fprintf(out, "note: so or similarly at %zu more points\n", s->sayers - 1);
}

int sweep_run(const struct sweep_part *part, struct diag *d)
{
    struct sweep_runner s = {.part = part};
    const struct run_options *o = part->base->options;
    s.shows_progress = !o->quiet && isatty(STDERR_FILENO);
    s.todo = calloc(part->plan->points / part->shards + 1, sizeof s.todo[0]);
    SIM_REQUIRE(s.todo != NULL);
    for (uint64_t point = part->shard; point < part->plan->points; point += part->shards)
        if (!point_journal_has(part->journal, point))
            s.todo[s.todo_len++] = point;
    if (judge_points(&s, d))
        run_todo(&s);
    else
        s.code = d->is_world ? EXIT_WORLD : EXIT_INPUT;
    say_what_was_said(&s, d->out);
    free(s.said);
    free(s.todo);
    return s.code;
}
