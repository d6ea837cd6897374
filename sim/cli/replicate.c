#include "sim/cli/replicate.h"

#include "results/metrics.h"
#include "results/replications.h"
#include "sim/cli/simulate.h"
#include "sim/text_stream.h"
#include "sim/thread_pool.h"

#include <pthread.h>
#include <unistd.h>

/* What a run leaves besides its record. */
struct outcome {
    int code;
    unsigned errors, warnings;
    bool is_world;
    char *text; /* "": it had nothing to say */
};

struct replicate {
    const struct prepared *p;
    const struct policy_entry *policies;
    const char *const *dirs;
    size_t len, times;
    struct run_record *records;         /* of replication 0 */
    struct replications **replications; /* one per policy */
    struct outcome *outcomes;           /* replication after replication */
    bool shows_progress;
    pthread_mutex_t done_lock;
    size_t done;
};

/* --- one run, on any thread --- */

static void count_done(struct replicate *r)
{
    if (!r->shows_progress)
        return;
    pthread_mutex_lock(&r->done_lock);
    r->done++;
    fprintf(stderr, "\r\033[K%zu of %zu runs done", r->done, r->len * r->times);
    pthread_mutex_unlock(&r->done_lock);
}

static void run_task(void *context, size_t number)
{
    struct replicate *r = context;
    const size_t policy = number % r->len;
    const size_t replication = number / r->len;
    struct outcome *o = &r->outcomes[number];
    struct run_record own = {0};
    struct run_record *record = replication == 0 ? &r->records[policy] : &own;
    const struct simulate_task task = {
        .policy = &r->policies[policy],
        .dir = replication == 0 ? r->dirs[policy] : NULL,
        .replication = replication,
    };
    struct text_stream said;
    struct diag d;
    diag_init(&d, text_stream_open(&said));
    o->code = simulate_one(r->p, &task, record, &d);
    if (o->code < EXIT_INPUT)
        replications_fill(r->replications[policy], replication, record);
    run_record_fini(&own);
    o->errors = d.errors;
    o->warnings = d.warnings;
    o->is_world = d.is_world;
    diag_fini(&d);
    text_stream_close(&said);
    o->text = said.text;
    count_done(r);
}

/* --- all of them --- */

static struct replications *new_replications(const struct prepared *p, size_t times)
{
    struct metrics *blank = metrics_new();
    expectations_want(&p->expect, blank);
    struct replications *r = replications_new(times, blank);
    expectations_ask(&p->expect, r);
    metrics_free(blank);
    return r;
}

/* What the first replication says, and the first other one that says something: the rest would say
 * it again. */
static void say_of_policy(const struct replicate *r, size_t policy, FILE *out)
{
    size_t others = 0;
    for (size_t k = 0; k < r->times; k++) {
        const char *text = r->outcomes[k * r->len + policy].text;
        if (text[0] == '\0')
            continue;
        if (k > 0 && others++ > 0)
            continue;
        if (k > 0)
            fprintf(out, "in replication %zu: ", k);
        fputs(text, out);
    }
    if (others > 1)
        fprintf(out, "note: %s: so or similarly in %zu more of %zu replications\n",
                r->policies[policy].name, others - 1, r->times);
}

static int sum_up(const struct replicate *r, struct diag *d)
{
    int code = EXIT_DONE;
    for (size_t policy = 0; policy < r->len; policy++)
        say_of_policy(r, policy, d->out);
    for (size_t i = 0; i < r->len * r->times; i++) {
        const struct outcome *o = &r->outcomes[i];
        code = worse_code(code, o->code);
        d->errors += o->errors;
        d->warnings += o->warnings;
        d->is_world |= o->is_world;
        free(o->text);
    }
    return code;
}

static int run_many(struct replicate *r, struct diag *d)
{
    const int64_t asked = r->p->options->threads;
    const size_t threads = asked > 0 ? (size_t)asked : thread_pool_cores();
    r->replications = calloc(r->len, sizeof r->replications[0]);
    r->outcomes = calloc(r->len * r->times, sizeof r->outcomes[0]);
    SIM_REQUIRE(r->replications != NULL && r->outcomes != NULL);
    r->shows_progress = !r->p->options->quiet && isatty(STDERR_FILENO);
    for (size_t i = 0; i < r->len; i++)
        r->replications[i] = new_replications(r->p, r->times);
    pthread_mutex_init(&r->done_lock, NULL);
    thread_pool_run(threads, r->len * r->times, run_task, r);
    pthread_mutex_destroy(&r->done_lock);
    if (r->shows_progress)
        fputs("\r\033[K", stderr);
    for (size_t i = 0; i < r->len; i++)
        r->records[i].replications = r->replications[i];
    const int code = sum_up(r, d);
    free(r->replications);
    free(r->outcomes);
    return code;
}

/* One of each, one after the other: each shows how far it is. */
static int run_once(const struct replicate *r, struct diag *d)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < r->len && code < EXIT_INPUT; i++) {
        const struct simulate_task task = {
            .policy = &r->policies[i], .dir = r->dirs[i], .shows_progress = !r->p->options->quiet};
        code = worse_code(code, simulate_one(r->p, &task, &r->records[i], d));
    }
    return code;
}

int replicate(const struct prepared *p, const struct policy_entry *policies,
              const char *const *dirs, size_t len, struct run_record *records, struct diag *d)
{
    struct replicate r = {.p = p,
                          .policies = policies,
                          .dirs = dirs,
                          .len = len,
                          .times = (size_t)p->options->replications,
                          .records = records};
    for (size_t i = 0; i < len; i++)
        records[i] = (struct run_record){0};
    return r.times == 1 ? run_once(&r, d) : run_many(&r, d);
}

void replicate_say_where(const struct prepared *p, FILE *out)
{
    fprintf(out, "results are in %s%s\n", p->out_dir,
            p->options->replications > 1 ? "; the files of a policy are of its first replication"
                                         : "");
}
