#include "sim/cli/replicate.h"

#include "results/comparison.h"
#include "results/replications.h"
#include "sim/arena.h"
#include "sim/cli/replicator.h"
#include "sim/cli/simulate.h"
#include "sim/cli/warm_up.h"

/* One of each, one after the other: each shows how far it is. */
static int run_once(const struct prepared *p, const struct policy_entry *policies,
                    const char *const *dirs, size_t len, struct run_record *records, struct diag *d)
{
    int code = EXIT_DONE;
    for (size_t i = 0; i < len; i++)
        records[i] = (struct run_record){0};
    for (size_t i = 0; i < len && code < EXIT_INPUT; i++) {
        const struct simulate_task task = {
            .policy = &policies[i], .dir = dirs[i], .shows_progress = !p->options->quiet};
        code = worse_code(code, simulate_one(p, &task, &records[i], d));
    }
    return code;
}

static void extend_until_known(struct replicator *r, const struct until_width *w,
                               const struct run_record *records, size_t len)
{
    size_t have = precision_first(&w->goal);
    bool ok = replicator_extend(r, have);
    for (size_t next; ok && (next = until_width_next(w, records, len)) > have; have = next)
        ok = replicator_extend(r, next);
}

int replicate(struct prepared *p, const struct policy_entry *policies, const char *const *dirs,
              size_t len, struct run_record *records, struct diag *d)
{
    if (!warm_up_find(p, policies, len, p->options->quiet ? NULL : d->out, d))
        return d->is_world ? EXIT_WORLD : EXIT_INPUT;
    if (!prepared_replicates(p))
        return run_once(p, policies, dirs, len, records, d);
    struct replicator *r = replicator_open(p, policies, dirs, len, records);
    if (p->until_width != NULL)
        extend_until_known(r, p->until_width, records, len);
    else
        replicator_extend(r, p->replications);
    return replicator_close(r, d);
}

bool replicate_write_tables(const struct prepared *p, const struct run_record *records, size_t len,
                            struct diag *d)
{
    struct arena *a = p->scenario.arena;
    const char *values = arena_printf(a, "%s/replications.csv", p->out_dir);
    return comparison_write_csv(records, len, arena_printf(a, "%s/compare.csv", p->out_dir), d) &&
           (records[0].replications == NULL || replications_write_csv(records, len, values, d));
}

void replicate_say_where(const struct prepared *p, const struct run_record *records, size_t len,
                         FILE *out)
{
    if (p->until_width != NULL)
        until_width_say(p->until_width, records, len, out);
    fprintf(out, "results are in %s%s\n", p->out_dir,
            prepared_replicates(p) ? "; the files of a policy are of its first replication" : "");
}
