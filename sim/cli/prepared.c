#include "sim/cli/prepared.h"

#include "models/cluster_spec.h"
#include "sim/arena.h"
#include "sim/cli/commands.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool add_machines(struct prepared *p, struct diag *d)
{
    struct config_reader r = {.diag = d, .arena = p->scenario.arena};
    return cluster_spec_add_machines(&r, p->scenario.cluster, p->catalogue);
}

static bool read_until_width(struct prepared *p, struct diag *d)
{
    const struct run_options *o = p->options;
    if (o->until_width == NULL)
        return true;
    p->until_width = arena_alloc(p->scenario.arena, sizeof *p->until_width);
    if (!until_width_read(p->until_width, o->until_width, p->replications > 1 ? p->replications : 0,
                          p->scenario.arena, d))
        return false;
    expectations_push(&p->watched, &p->until_width->value, p->scenario.arena);
    return true;
}

static bool read_bootstrap(struct prepared *p, struct diag *d)
{
    static const int64_t day_ns = INT64_C(86400000000000);
    static const int64_t block_ns[] = {
        [BOOTSTRAP_NONE] = 0, [BOOTSTRAP_DAY] = day_ns, [BOOTSTRAP_WEEK] = 7 * day_ns};
    int bootstrap = p->scenario.run.bootstrap;
    const char *asked = p->options->bootstrap;
    for (int i = 0; asked != NULL && bootstrap_choices[i] != NULL; i++)
        if (strcmp(bootstrap_choices[i], asked) == 0) {
            bootstrap = i;
            asked = NULL;
        }
    p->bootstrap_ns = block_ns[bootstrap];
    if (asked != NULL)
        diag_error(d, (struct src_pos){0}, "--bootstrap: '%s': expected day, week or none", asked);
    else if (bootstrap != BOOTSTRAP_NONE && p->until_width != NULL)
        diag_error(d, (struct src_pos){0},
                   "--until-width: what a log says does not become narrower with more samples of "
                   "it; give --replications");
    else
        return true;
    return false;
}

/* Opens everything and closes it again: all mistakes, of all policies, and nothing written. What is
 * wrong elsewhere in the scenario is no reason not to: its keys have their defaults then. */
static bool judge(struct prepared *p, const struct policy_entry *policy, struct diag *d)
{
    struct setup s;
    const struct setup_options o = {.policy = policy,
                                    .seed = p->seed,
                                    .strict = p->options->strict,
                                    .bootstrap_ns = p->bootstrap_ns};
    const bool ok = setup_open(&s, &p->scenario, p->catalogue, &o, d);
    setup_close(&s);
    return ok;
}

static void judge_without_policy(struct prepared *p, struct diag *d)
{
    struct setup s;
    setup_prepare(&s, &p->scenario, p->catalogue, d);
    setup_close(&s);
}

bool prepared_open(struct prepared *p, const char *path, const struct run_options *o,
                   const char *only, struct diag *d)
{
    *p = (struct prepared){
        .options = o, .catalogue = catalogue_open(d), .replications = (size_t)o->replications};
    bool ok = settings_open(&p->settings, &o->set, o->settings, o->settings_len, d);
    ok &= scenario_open(&p->scenario, path, p->settings.items, p->settings.len, d);
    ok &= add_machines(p, d);
    ok &= expectations_read(&p->expect, p->scenario.expect, p->scenario.arena, d);
    ok &= read_until_width(p, d);
    ok &= read_bootstrap(p, d);
    p->seed = (uint64_t)(o->seed >= 0 ? o->seed : p->scenario.seed);
    p->policy = only == NULL ? NULL : scenario_policy(&p->scenario, only, d);
    if (only != NULL && p->policy == NULL)
        return false;
    p->out_dir =
        o->out != NULL ? o->out : arena_printf(p->scenario.arena, "out/%s", p->scenario.name);
    bool is_judged = false;
    for (size_t i = 0; i < p->scenario.policies_len; i++) {
        const struct policy_entry *e = &p->scenario.policies[i];
        if ((p->policy != NULL && p->policy != e) || !e->is_sound || o->is_judged)
            continue;
        is_judged = true;
        ok &= judge(p, e, d);
    }
    if (!is_judged && !o->is_judged)
        judge_without_policy(p, d);
    return ok;
}

void prepared_close(struct prepared *p)
{
    scenario_close(&p->scenario);
    settings_close(&p->settings);
    catalogue_close(p->catalogue);
}

int prepared_run(const char *path, const struct run_options *o, const char *only, prepared_use *use,
                 const void *options)
{
    struct diag d;
    diag_init(&d, stderr);
    struct prepared p;
    const bool is_open = prepared_open(&p, path, o, only, &d);
    const int code = is_open ? use(&p, options, &d) : d.is_world ? EXIT_WORLD : EXIT_INPUT;
    diag_sum_up(&d);
    prepared_close(&p);
    diag_fini(&d);
    return code;
}

bool make_dirs(const char *path, struct diag *d)
{
    char part[4096];
    const size_t len = strlen(path);
    if (len >= sizeof part) {
        diag_error(d, (struct src_pos){.file = path}, "the path is too long");
        return false;
    }
    for (size_t i = 1; i <= len; i++) {
        if (i < len && path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST) {
            diag_world(d, (struct src_pos){.file = part}, "cannot be created: %s", strerror(errno));
            return false;
        }
    }
    return true;
}
