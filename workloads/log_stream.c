#include "workloads/log_stream.h"

#include "sim/check.h"
#include "workloads/order_buffer.h"

#include <stdlib.h>

void log_stream_init(struct log_stream *s, const struct log_stream_spec *spec,
                     const struct source_env *env, struct diag *d)
{
    *s = (struct log_stream){.spec = *spec, .diag = d};
    const struct reorder_spec order = log_order_spec(spec->order, spec->record_bytes, spec->input);
    s->order = reorder_new(&order, d);
    log_replay_init(&s->replay, spec->replay, spec->start, env);
    s->bootstrap_ns = env->replication > 0 ? env->bootstrap_ns : 0;
    s->seed = env->seed;
    s->replication = env->replication;
}

void log_stream_fini(struct log_stream *s)
{
    reorder_free(s->order);
    s->order = NULL;
    log_blocks_free(s->blocks);
    s->blocks = NULL;
}

bool log_stream_is_clean(struct log_stream *s)
{
    const struct reorder_input *in = &s->spec.input;
    const unsigned errors = diag_errors(s->diag);
    void *unused = malloc(s->spec.record_bytes);
    SIM_REQUIRE(unused != NULL);
    s->spec.repairs->strict = s->diag;
    while (in->pull(in->context, unused) == REORDER_RECORD)
        continue;
    s->spec.repairs->strict = NULL;
    free(unused);
    return diag_errors(s->diag) == errors && in->rewind(in->context);
}

static void count_too_late(struct log_stream *s)
{
    const uint64_t all = reorder_counts(s->order).too_late;
    repair_log_count(s->spec.repairs, s->spec.too_late, all - s->too_late);
    s->too_late = all;
}

static enum pull finish(const struct log_stream *s)
{
    if (s->replay.given == 0)
        diag_warning(s->diag, (struct src_pos){.file = s->spec.file}, "%s",
                     s->replay.has_first
                         ? "no job of this log falls into the simulation; try `start: now`"
                         : s->spec.no_jobs);
    return PULL_END;
}

static enum pull next_of_log(struct log_stream *s, void *record, int64_t *arrive_ns)
{
    while (reorder_next(s->order, record)) {
        count_too_late(s);
        if (!s->replay.has_first)
            s->replay.zero_ns = *s->spec.zero_ns;
        switch (log_replay_place(&s->replay, order_buffer_key(record), arrive_ns)) {
        case LOG_GIVE:
            return PULL_JOB;
        case LOG_TOO_EARLY:
            repair_log_count(s->spec.repairs, s->spec.too_early, 1);
            break;
        case LOG_OVER:
            return finish(s);
        }
    }
    return reorder_failed(s->order) ? PULL_FAILED : finish(s);
}

/* What the replay gives, by the log's own clock: blocks are drawn from the part that is replayed.
 */
static bool make_blocks(struct log_stream *s, void *record)
{
    int64_t arrive_ns;
    enum pull how;
    while ((how = next_of_log(s, record, &arrive_ns)) == PULL_JOB) {
        if (s->blocks == NULL)
            s->blocks = log_blocks_new(s->spec.record_bytes, s->bootstrap_ns, *s->spec.zero_ns);
        log_blocks_push(s->blocks, record);
    }
    if (s->blocks != NULL)
        log_blocks_draw(s->blocks, s->seed, s->replication);
    s->bootstrap_ns = 0;
    s->replay.options.jobs = 0; /* the first so many are in the blocks already */
    return how != PULL_FAILED;
}

/* A day that is drawn for the first one may have jobs earlier than the log's first job: they are
 * left out, as the log leaves out what was before it. */
static enum pull next_of_blocks(struct log_stream *s, void *record, int64_t *arrive_ns)
{
    while (log_blocks_next(s->blocks, record))
        switch (log_replay_place(&s->replay, order_buffer_key(record), arrive_ns)) {
        case LOG_GIVE:
            s->given++;
            return PULL_JOB;
        case LOG_TOO_EARLY:
            break;
        case LOG_OVER:
            return PULL_END;
        }
    return PULL_END;
}

enum pull log_stream_next(struct log_stream *s, void *record, int64_t *arrive_ns)
{
    if (s->bootstrap_ns > 0 && !make_blocks(s, record))
        return PULL_FAILED;
    return s->blocks != NULL ? next_of_blocks(s, record, arrive_ns)
                             : next_of_log(s, record, arrive_ns);
}
