#include "sim/cli/describe.h"

#include "models/gpu_model.h"
#include "policies/kueue/workload_maker.h"
#include "sim/arena.h"
#include "sim/duration.h"
#include "sim/path.h"
#include "sim/quantity.h"

#include <inttypes.h>
#include <string.h>

#define HOUR_NS   3.6e12
#define SECOND_NS INT64_C(1000000000)

enum { LOAD_LEAST_JOBS = 100 }; /* of fewer, the ends weigh too much to speak of a load */

/* --- the cluster --- */

static uint32_t count_gpus(const struct cluster *c, uint32_t kind)
{
    uint32_t gpus = 0;
    for (uint32_t p = 0; p < c->pools_len; p++)
        if (kind == KIND_NONE || c->pools[p].gpu_kind == kind)
            gpus += c->pools[p].gpus;
    return gpus;
}

static void describe_cluster(const struct cluster *c, FILE *out)
{
    if (c->nodes_len == 0) {
        fprintf(out, "cluster: no nodes; quota alone decides\n");
        return;
    }
    int64_t price = 0;
    for (uint32_t n = 0; n < c->nodes_len; n++)
        price += c->nodes[n].price_micro_per_h;
    fprintf(out, "cluster: %" PRIu32 " node%s", c->nodes_len, c->nodes_len == 1 ? "" : "s");
    for (uint32_t k = 0; k < c->kinds_len; k++)
        fprintf(out, ", %" PRIu32 " x %s", count_gpus(c, k), c->kinds[k]->name);
    char text[QUANTITY_TEXT];
    if (price > 0)
        fprintf(out, ", %s", quantity_print_money_per_hour(text, price));
    fputc('\n', out);
}

/* --- the workload --- */

struct load {
    uint64_t jobs, endless;
    int64_t first_ns, last_ns;
    double gpu_ns, cpu_ns;
    bool is_cut;
};

static void add_job(struct load *l, const struct job_spec *spec, const struct request_table *t)
{
    if (l->jobs++ == 0)
        l->first_ns = spec->submit_ns;
    l->last_ns = spec->submit_ns;
    if (spec->work_ns == WORK_ENDLESS) {
        l->endless++;
        return;
    }
    for (uint32_t g = 0; g < spec->groups_len; g++) {
        const struct request *r = request_get(t, spec->groups[g].request);
        const double tasks = (double)spec->groups[g].count * (double)spec->work_ns;
        l->gpu_ns += r->gpus * tasks;
        l->cpu_ns += (double)request_amount(r, RESOURCE_CPU) / 1000 * tasks;
    }
}

static bool pull_all(struct setup *s, const struct prepared *p, size_t i, struct load *l,
                     struct diag *d)
{
    const struct job_source_ops *ops = s->sources[i].ops;
    const struct yaml_node *options = s->sources[i].options;
    void *state = arena_alloc(s->arena, ops->state_bytes + 1);
    const struct source_env env = {
        .names = &s->names,
        .requests = s->requests,
        .cluster = s->cluster,
        .options = options,
        .base_dir = path_dir(s->arena, options->file),
        .seed = p->seed,
        .start_ns = p->scenario.start_ns,
        .horizon_ns = p->scenario.run.until_ns,
        .strict = p->options->strict,
        .maker = &kueue_workload_maker,
        .arena = s->arena,
    };
    if (!ops->open(state, &env, d))
        return false;
    struct job_spec spec;
    enum pull pull = PULL_JOB;
    while (l->jobs < DESCRIBE_MOST && (pull = ops->next(state, &spec, d)) == PULL_JOB)
        add_job(l, &spec, s->requests);
    l->is_cut = pull == PULL_JOB || pull == PULL_LATER;
    ops->close(state);
    return pull != PULL_FAILED;
}

static void print_load(const struct load *l, const struct cluster *c, const char *name, FILE *out)
{
    const int64_t span = l->last_ns - l->first_ns;
    char text[DURATION_TEXT];
    fprintf(out, "%s: %s%" PRIu64 " job%s", name, l->is_cut ? "at least " : "", l->jobs,
            l->jobs == 1 ? "" : "s");
    if (l->endless > 0)
        fprintf(out, ", %" PRIu64 " of them without end", l->endless);
    if (span > 0) {
        const double per_hour = (double)(l->jobs - 1) / ((double)span / HOUR_NS);
        fprintf(out, " in %s, %.*f an hour", duration_print(text, span / SECOND_NS * SECOND_NS),
                per_hour < 1 ? 2 : 1, per_hour);
    }
    const double use_ns = l->gpu_ns > 0 ? l->gpu_ns : l->cpu_ns;
    fprintf(out, ", %.0f %s hours", use_ns / HOUR_NS, l->gpu_ns > 0 ? "GPU" : "CPU");
    const uint32_t gpus = count_gpus(c, KIND_NONE);
    if (l->jobs >= LOAD_LEAST_JOBS && span > 0 && l->gpu_ns > 0 && gpus > 0)
        fprintf(out, ": offered load %.2f of %" PRIu32 " GPUs", l->gpu_ns / ((double)span * gpus),
                gpus);
    fputc('\n', out);
}

bool describe_scenario(const struct prepared *p, FILE *out, struct diag *d)
{
    struct setup s;
    bool ok = setup_prepare(&s, &p->scenario, p->catalogue, d);
    if (ok)
        describe_cluster(s.cluster, out);
    for (size_t i = 0; ok && i < s.sources_len; i++) {
        struct load l = {0};
        ok = pull_all(&s, p, i, &l, d);
        if (ok)
            print_load(&l, s.cluster, setup_source_name(&s, i), out);
    }
    setup_close(&s);
    for (size_t i = 0; ok && i < p->scenario.policies_len; i++) {
        const struct policy_entry *e = &p->scenario.policies[i];
        fprintf(out, "%s%s", i == 0 ? "policies: " : ", ", e->name);
        for (size_t k = 0; e->len > 1 && k < e->len; k++)
            fprintf(out, "%s%s%s", k == 0 ? " (" : " over ", e->stack[k]->name,
                    k + 1 == e->len ? ")" : "");
    }
    fputs(ok ? "\n" : "", out);
    return ok;
}
