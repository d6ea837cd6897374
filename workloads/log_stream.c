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
}

void log_stream_fini(struct log_stream *s)
{
    reorder_free(s->order);
    s->order = NULL;
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

enum pull log_stream_next(struct log_stream *s, void *record, int64_t *arrive_ns)
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
