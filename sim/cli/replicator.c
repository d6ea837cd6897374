#include "sim/cli/replicator.h"

#include "results/metrics.h"
#include "results/replications.h"
#include "sim/cli/commands.h"
#include "sim/cli/replicate.h"
#include "sim/cli/simulate.h"
#include "sim/text_stream.h"
#include "sim/thread_pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a run leaves besides its record. */
struct outcome {
    int code;
    unsigned errors, warnings;
    bool is_world;
    char *text; /* "": it had nothing to say */
};

struct replicator {
    const struct prepared *p;
    const struct policy_entry *policies;
    const char *const *dirs;
    size_t len, times;                  /* policies; replications of each */
    struct run_record *records;         /* of replication 0 */
    struct replications **replications; /* one per policy */
    struct outcome *outcomes;           /* replication after replication */
    bool shows_progress;
    pthread_mutex_t done_lock;
    size_t done, wanted;
    size_t first_task; /* of the runs that are under way */
};

/* --- one run, on any thread --- */

static void count_done(struct replicator *r)
{
    if (!r->shows_progress)
        return;
    pthread_mutex_lock(&r->done_lock);
    r->done++;
    fprintf(stderr, "\r\033[K%zu of %zu runs done", r->done, r->wanted);
    pthread_mutex_unlock(&r->done_lock);
}

static void run_task(void *context, size_t task_number)
{
    struct replicator *r = context;
    const size_t number = r->first_task + task_number;
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

static struct replications *new_replications(const struct prepared *p)
{
    struct metrics *blank = metrics_new();
    expectations_want(&p->expect, blank);
    expectations_want(&p->watched, blank);
    struct replications *r = replications_new(1, blank);
    expectations_ask(&p->expect, r);
    expectations_ask(&p->watched, r);
    metrics_free(blank);
    return r;
}

struct replicator *replicator_open(const struct prepared *p, const struct policy_entry *policies,
                                   const char *const *dirs, size_t len, struct run_record *records)
{
    struct replicator *r = calloc(1, sizeof *r);
    SIM_REQUIRE(r != NULL);
    *r = (struct replicator){
        .p = p,
        .policies = policies,
        .dirs = dirs,
        .len = len,
        .records = records,
        .replications = calloc(len, sizeof r->replications[0]),
        .shows_progress = !p->options->quiet && isatty(STDERR_FILENO),
    };
    SIM_REQUIRE(r->replications != NULL);
    for (size_t i = 0; i < len; i++) {
        records[i] = (struct run_record){0};
        r->replications[i] = new_replications(p);
        replications_set_samples(r->replications[i], p->bootstrap_ns > 0);
        if (dirs[i] != NULL && prepared_wants_plots(p))
            replications_keep_waits(r->replications[i]);
    }
    pthread_mutex_init(&r->done_lock, NULL);
    return r;
}

static bool all_done(const struct replicator *r)
{
    for (size_t i = r->first_task; i < r->len * r->times; i++)
        if (r->outcomes[i].code >= EXIT_INPUT)
            return false;
    return true;
}

bool replicator_extend(struct replicator *r, size_t times)
{
    const int64_t asked = r->p->options->threads;
    const size_t threads = asked > 0 ? (size_t)asked : thread_pool_cores();
    SIM_REQUIRE(times > r->times);
    r->first_task = r->len * r->times;
    r->wanted = r->len * times;
    r->outcomes = realloc(r->outcomes, r->wanted * sizeof r->outcomes[0]);
    SIM_REQUIRE(r->outcomes != NULL);
    memset(&r->outcomes[r->first_task], 0, (r->wanted - r->first_task) * sizeof r->outcomes[0]);
    for (size_t i = 0; i < r->len; i++)
        replications_grow(r->replications[i], times);
    r->times = times;
    thread_pool_run(threads, r->wanted - r->first_task, run_task, r);
    if (r->shows_progress)
        fputs("\r\033[K", stderr);
    for (size_t i = 0; i < r->len; i++)
        r->records[i].replications = r->replications[i];
    return all_done(r);
}

/* What the first replication says, and the first other one that says something: the rest would say
 * it again. */
static void say_of_policy(const struct replicator *r, size_t policy, FILE *out)
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

static int sum_up(const struct replicator *r, struct diag *d)
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

int replicator_close(struct replicator *r, struct diag *d)
{
    const int code = sum_up(r, d);
    for (size_t i = 0; r->times == 0 && i < r->len; i++)
        replications_free(r->replications[i]);
    pthread_mutex_destroy(&r->done_lock);
    free(r->replications);
    free(r->outcomes);
    free(r);
    return code;
}
