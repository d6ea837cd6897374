/* The options of the policy, and the files they name. */
#include "policies/slurm/slurm_policy.h"
#include "policies/slurm/slurm_site_build.h"
#include "sim/arena.h"
#include "sim/config.h"
#include "sim/path.h"

#include <unistd.h>

static const char *const passes_names[] = {"real", "zero-latency", NULL};
static const char *const priority_names[] = {"auto", "slurm", "job", NULL};
static const char *const unknown_names[] = {"default", "refuse", NULL};
static const char *const sigterm_names[] = {"ends", "ignored", NULL};

static const struct config_key keys[] = {
    {.key = "conf",
     .kind = CONFIG_NODE,
     .offset = offsetof(struct policy_slurm, conf),
     .fallback = "",
     .hint = "the path of a slurm.conf",
     .help =
         "the site's slurm.conf; without one all nodes are in one partition `all`, with Slurm's "
         "defaults"},
    {.key = "gres",
     .kind = CONFIG_NODE,
     .offset = offsetof(struct policy_slurm, gres),
     .fallback = "",
     .hint = "the path of a gres.conf",
     .help = "the site's gres.conf; if none is named, the one beside slurm.conf, if there is one"},
    {.key = "passes",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct policy_slurm, passes),
     .fallback = "real",
     .choices = passes_names,
     .help = "when Slurm looks at its queue: when slurmctld does, or at every instant at which "
             "something happens, the main loop and then backfill"},
    {.key = "tick",
     .kind = CONFIG_DURATION,
     .offset = offsetof(struct policy_slurm, tick_ns),
     .fallback = "0",
     .min = 0,
     .max = 1e18,
     .help = "with zero-latency: also at every multiple of this since the epoch while jobs wait "
             "and others run; 0: not"},
    {.key = "priority-from",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct policy_slurm, priority_from),
     .fallback = "auto",
     .choices = priority_names,
     .help = "who goes first: as PriorityType of slurm.conf says, or the higher priority "
             "of the job, as if an administrator had set it; auto: by slurm.conf if there is one"},
    {.key = "unknown-partition",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct policy_slurm, unknown_partition),
     .fallback = "default",
     .choices = unknown_names,
     .help = "a job whose queue is no partition goes to the default one, or is refused as sbatch "
             "refuses it"},
    {.key = "sigterm",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct policy_slurm, sigterm),
     .fallback = "ends",
     .choices = sigterm_names,
     .help = "what SIGTERM does to a job at its time limit; if it is ignored, SIGKILL comes "
             "KillWait later"},
    {.key = "list-ignored",
     .kind = CONFIG_BOOL,
     .offset = offsetof(struct policy_slurm, lists_ignored),
     .fallback = "false",
     .help = "name the keys of slurm.conf and gres.conf that cannot matter to a schedule"},
    {0},
};

const struct config_table slurm_policy_options = {
    .name = "slurm",
    .help = "Slurm: partitions, the main loop and conservative backfill, with GRES.",
    .bytes = sizeof(struct policy_slurm),
    .keys = keys,
};

/* --- files --- */

struct opening {
    struct policy_slurm *p;
    struct slurm_key_reader r;
    struct slurm_lines lines, gres_lines;
    bool has_gres;
};

static bool is_path(struct opening *o, const struct yaml_node *n, const char *key)
{
    if (n == NULL || (n->kind == YAML_SCALAR && n->len > 0))
        return true;
    diag_error(o->r.diag, yaml_pos(n), "%s: not the path of a file", key);
    return false;
}

static const char *path_of(struct opening *o, const struct yaml_node *n)
{
    return path_beside(o->p->env.arena, n->file, n->text);
}

/* Slurm itself looks for gres.conf beside slurm.conf. */
static bool read_gres(struct opening *o, const char *conf_path)
{
    const struct yaml_node *n = o->p->gres;
    const struct src_pos at = n == NULL ? (struct src_pos){.file = NULL} : yaml_pos(n);
    const char *path =
        n == NULL ? path_beside(o->p->env.arena, conf_path, "gres.conf") : path_of(o, n);
    if (n == NULL && access(path, R_OK) != 0)
        return true;
    o->has_gres = slurm_lines_read(o->p->env.arena, path, at, o->r.diag, &o->gres_lines);
    return o->has_gres;
}

static void list_ignored(struct opening *o)
{
    for (size_t i = 0; i < o->r.ignored_len && o->p->lists_ignored; i++)
        diag_warning(o->r.diag, o->r.ignored[i].at, "%s: ignored: it cannot matter to a schedule",
                     o->r.ignored[i].key);
}

/* Real Slurm does so, too, and its users wonder why one job runs on a node of eight GPUs. */
static void warn_of_whole_nodes(struct opening *o, const char *path)
{
    const struct slurm_site *s = &o->p->site;
    bool has_default = !s->params.memory_counts;
    for (uint32_t i = 0; i < s->partitions_len; i++)
        has_default |= s->partitions[i].mem_per_cpu_mb > 0 ||
                       s->partitions[i].mem_per_node_mb > 0 || s->partitions[i].mem_per_gpu_mb > 0;
    if (!has_default)
        diag_warning(
            o->r.diag, (struct src_pos){.file = path},
            "memory is allocated (SelectTypeParameters) and has no default: a job that asks "
            "for none gets all memory of its nodes, so that nobody else fits there; set "
            "DefMemPerCPU, DefMemPerGPU or DefMemPerNode");
}

static bool read_site(struct opening *o)
{
    struct policy_slurm *p = o->p;
    const unsigned errors = diag_errors(o->r.diag);
    struct slurm_conf conf;
    struct gres_conf gres;
    const char *path = path_of(o, p->conf);
    if (!slurm_lines_read(p->env.arena, path, yaml_pos(p->conf), o->r.diag, &o->lines) ||
        !read_gres(o, path))
        return false;
    slurm_conf_read(&o->r, &o->lines, &conf);
    gres_conf_read(&o->r, o->has_gres ? &o->gres_lines : NULL, &gres);
    list_ignored(o);
    if (!slurm_site_build(&o->r, &conf, &gres, &p->site) ||
        !slurm_machine_bind(&o->r, path, p->env.cluster, p->env.names, &p->site, &p->machine))
        return false;
    warn_of_whole_nodes(o, path);
    return diag_errors(o->r.diag) == errors;
}

static bool make_site(struct opening *o)
{
    struct policy_slurm *p = o->p;
    if (!is_path(o, p->conf, "conf") || !is_path(o, p->gres, "gres"))
        return false;
    if (p->conf != NULL)
        return read_site(o);
    if (p->gres != NULL) {
        diag_error(o->r.diag, yaml_pos(p->gres), "gres: it needs conf, a slurm.conf");
        return false;
    }
    slurm_machine_derive(&o->r, p->env.cluster, p->env.names, &p->site, &p->machine);
    return true;
}

/* --- opening --- */

bool slurm_policy_open(void *state, const struct policy_env *env, struct diag *d)
{
    struct policy_slurm *p = state;
    struct config_reader reader = {.diag = d, .arena = env->arena};
    struct opening o = {.p = p, .r = {.diag = d, .arena = env->arena}};
    p->env = *env;
    if (!config_read(&reader, env->options, (struct src_pos){0}, &slurm_policy_options, p))
        return false;
    if (env->cluster->nodes_len == 0) {
        diag_error(d, env->options == NULL ? (struct src_pos){0} : yaml_pos(env->options),
                   "slurm: it places jobs on nodes; the cluster has none");
        return false;
    }
    for (uint32_t n = 0; n < env->cluster->nodes_len; n++) {
        if (env->cluster->nodes[n].layouts_len == 0)
            continue;
        diag_error(
            d, env->options == NULL ? (struct src_pos){0} : yaml_pos(env->options),
            "slurm: node %s may be cut in another way (mig: {manager: mig-manager}), but GRES "
            "types are fixed while slurmd runs; use manager: static",
            env->cluster->nodes[n].name);
        return false;
    }
    const bool ok = make_site(&o);
    slurm_lines_forget(&o.lines, d);
    slurm_lines_forget(&o.gres_lines, d);
    if (!ok)
        return false;
    if (p->priority_from == PRIORITY_AUTO)
        p->priority_from = p->conf == NULL ? PRIORITY_JOB : PRIORITY_SLURM;
    slurm_policy_start(p);
    return true;
}
