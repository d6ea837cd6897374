#include "results/run_record.h"

#include "results/gpu_heat.h"
#include "results/gpu_spans.h"
#include "results/metrics.h"
#include "results/replications.h"
#include "results/timeline.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/file_text.h"
#include "sim/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 8 };

static const char *copied(struct run_record *r, const char *text)
{
    return text == NULL ? NULL : arena_text(r->arena, text, strlen(text));
}

void run_record_init(struct run_record *r, const struct run_facts *facts, unsigned wants)
{
    *r = (struct run_record){.wants = wants, .arena = arena_new(), .metrics = metrics_new()};
    r->facts = (struct run_facts){.scenario = copied(r, facts->scenario),
                                  .policy = copied(r, facts->policy),
                                  .version = copied(r, facts->version)};
    r->end = SIMULATION_UNTIL;
    if (wants & RECORD_PLOTS) {
        r->timeline = timeline_new();
        r->spans = gpu_spans_new();
        r->heat = gpu_heat_new();
    }
}

void run_record_fini(struct run_record *r)
{
    metrics_free(r->metrics);
    timeline_free(r->timeline);
    gpu_spans_free(r->spans);
    gpu_heat_free(r->heat);
    replications_free(r->replications);
    free(r->inputs);
    free(r->repairs);
    arena_free(r->arena);
    *r = (struct run_record){0};
}

bool run_record_add_input(struct run_record *r, const char *path, struct diag *d)
{
    char *text;
    size_t len;
    if (!file_text_read(path, &text, &len)) {
        diag_world(d, (struct src_pos){.file = path}, "cannot be read: %s", strerror(errno));
        return false;
    }
    if (r->inputs_len == r->inputs_cap) {
        r->inputs_cap = r->inputs_cap == 0 ? FIRST_CAPACITY : 2 * r->inputs_cap;
        r->inputs = realloc(r->inputs, r->inputs_cap * sizeof r->inputs[0]);
        SIM_REQUIRE(r->inputs != NULL);
    }
    r->inputs[r->inputs_len++] =
        (struct run_input){copied(r, path), hash_bytes(text, len),
                           len <= RUN_INPUT_MOST ? arena_text(r->arena, text, len) : NULL};
    free(text);
    return true;
}

static void add_repair(struct run_record *r, const char *source, const struct repair *repair)
{
    if (r->repairs_len == r->repairs_cap) {
        r->repairs_cap = r->repairs_cap == 0 ? FIRST_CAPACITY : 2 * r->repairs_cap;
        r->repairs = realloc(r->repairs, r->repairs_cap * sizeof r->repairs[0]);
        SIM_REQUIRE(r->repairs != NULL);
    }
    struct run_repair *copy = &r->repairs[r->repairs_len++];
    *copy = (struct run_repair){copied(r, source), *repair};
    copy->repair.what = copied(r, repair->what);
}

void run_record_end(struct run_record *r, const struct simulation *sim)
{
    const struct simulation_spec *spec = simulation_spec_of(sim);
    r->seed = spec->seed;
    r->replication = spec->replication;
    r->start_ns = spec->start_ns;
    r->warm_up_ns = spec->warm_up_ns;
    r->end_ns = simulation_now_ns(sim);
    r->end = simulation_ended(sim);
    r->counts = simulation_counts(sim);
    if (r->facts.policy == NULL)
        r->facts.policy = spec->policies[0].ops->name;
    const char *source;
    const struct repair *repair;
    r->repairs_len = 0;
    for (size_t i = 0; simulation_repair_at(sim, i, &source, &repair); i++)
        if (repair->count > 0)
            add_repair(r, source, repair);
}

const char *simulation_end_name(enum simulation_end end)
{
    static const char *const names[] = {
        [SIMULATION_DRAINED] = "drained", [SIMULATION_UNTIL] = "until",
        [SIMULATION_STUCK] = "stuck",     [SIMULATION_STALLED] = "stalled",
        [SIMULATION_FAILED] = "failed",   [SIMULATION_BROKEN] = "broken",
    };
    SIM_REQUIRE((unsigned)end < sizeof names / sizeof names[0]);
    return names[end];
}
