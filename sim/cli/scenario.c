#include "sim/cli/scenario.h"

#include "policies/registry.h"
#include "results/registry.h"
#include "sim/arena.h"
#include "sim/calendar.h"
#include "sim/check.h"
#include "sim/duration.h"
#include "sim/path.h"
#include "sim/suggest.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_LAYERS = 16 };

/* --- the table --- */

#define RUN(member) offsetof(struct run_section, member)

static const struct config_key run_keys[] = {
    {.key = "until",
     .kind = CONFIG_NODE,
     .offset = RUN(until),
     .fallback = "",
     .hint = "drained, a duration or a date",
     .help = "when to stop: `drained` (no job is left and none will come), a duration after the "
             "start, or a date; drained if absent"},
    {.key = "limit",
     .kind = CONFIG_DURATION,
     .offset = RUN(limit_ns),
     .fallback = "3650d",
     .min = 1,
     .max = 3.2e18,
     .help = "a drained run stops after this time at the latest"},
    {.key = "warm_up",
     .kind = CONFIG_DURATION,
     .offset = RUN(warm_up_ns),
     .fallback = "0",
     .help = "time after the start that averages leave out"},
    {.key = "startup",
     .kind = CONFIG_DURATION,
     .offset = RUN(startup_ns),
     .fallback = "0",
     .help = "from the moment a task gets its node to its first useful step: image, container"},
    {0},
};

static const struct config_table run_table = {"run", "When the simulation begins and ends.",
                                              sizeof(struct run_section), run_keys};

#define FIELD(member) offsetof(struct scenario, member)

static const struct config_key scenario_keys[] = {
    {.key = "clustersim",
     .kind = CONFIG_INT,
     .offset = FIELD(version),
     .min = 1,
     .max = 1,
     .help = "version of this format: 1"},
    {.key = "name",
     .kind = CONFIG_TEXT,
     .offset = FIELD(name),
     .help = "of the scenario: letters, digits, - _ and .; results go to out/NAME"},
    {.key = "extends",
     .kind = CONFIG_NODE,
     .offset = FIELD(extends),
     .fallback = "",
     .hint = "a path",
     .help = "another scenario: the keys of this file replace or extend it"},
    {.key = "seed",
     .kind = CONFIG_INT,
     .offset = FIELD(seed),
     .fallback = "1",
     .min = 0,
     .max = 9.0e18,
     .help = "of all random numbers; every policy meets the same arrivals, sizes and failures"},
    {.key = "start",
     .kind = CONFIG_DATE,
     .offset = FIELD(start_ns),
     .fallback = "1970-01-01",
     .help = "simulated time 0"},
    {.key = "cluster",
     .kind = CONFIG_NODE,
     .offset = FIELD(cluster),
     .fallback = "",
     .hint = "see cluster",
     .help = "the nodes; without it quota alone decides"},
    {.key = "workload",
     .kind = CONFIG_NODE,
     .offset = FIELD(workload),
     .hint = "a list of sources, see workload",
     .help = "the jobs: sources that are merged by submit time"},
    {.key = "policies",
     .kind = CONFIG_NODE,
     .offset = FIELD(policies_node),
     .hint = "a list, see policies",
     .help = "the schedulers to compare; `clustersim run` takes the first"},
    {.key = "run",
     .kind = CONFIG_SECTION,
     .offset = FIELD(run),
     .fallback = "{}",
     .table = &run_table,
     .help = "how long"},
    {.key = "sample",
     .kind = CONFIG_DURATION,
     .offset = FIELD(sample_ns),
     .fallback = "5m",
     .min = 1e6,
     .max = 3.2e18,
     .help = "step of utilisation.csv and queues.csv"},
    {.key = "timeline",
     .kind = CONFIG_NODE,
     .offset = FIELD(timeline),
     .fallback = "",
     .hint = "a list, see timeline",
     .help = "what an administrator does during the run"},
    {.key = "outputs",
     .kind = CONFIG_TEXTS,
     .offset = FIELD(outputs),
     .fallback = "[]",
     .help = "which results to write, of `clustersim list outputs`; none named: all"},
    {.key = "expect",
     .kind = CONFIG_NODE,
     .offset = FIELD(expect),
     .fallback = "",
     .hint = "a list of expectations",
     .help =
         "what must hold, for example `p95(wait) by tenant <= 4h`; one that fails makes the exit "
         "code 1"},
    {.key = "size",
     .kind = CONFIG_NODE,
     .offset = FIELD(size),
     .fallback = "",
     .hint = "see size",
     .help = "what `clustersim size` may vary, and what it must keep"},
    {0},
};

const struct config_table scenario_table = {
    "scenario", "The file that says what to simulate. Relative paths start at the file itself.",
    sizeof(struct scenario), scenario_keys};

/* --- files and layers --- */

static struct yaml_file *open_file(struct scenario *s, const char *path, struct diag *d)
{
    struct yaml_file *f = yaml_read(path, d);
    if (f == NULL)
        return NULL;
    s->files = realloc(s->files, (s->files_len + 1) * sizeof s->files[0]);
    SIM_REQUIRE(s->files != NULL);
    s->files[s->files_len++] = f;
    return f;
}

/* The file's only document laid over those it extends; NULL after a complaint. */
static const struct yaml_node *read_layers(struct scenario *s, const char *path, struct diag *d)
{
    const struct src_pos whole = {.file = path};
    if (s->layers_len == MOST_LAYERS) {
        diag_error(d, whole, "extends goes on for %d files; does one name itself?", MOST_LAYERS);
        return NULL;
    }
    struct yaml_file *f = open_file(s, path, d);
    if (f == NULL)
        return NULL;
    if (yaml_docs(f) != 1 || yaml_doc(f, 0)->kind != YAML_MAP) {
        diag_error(d, whole, "a scenario is one mapping; see `clustersim run --help`");
        return NULL;
    }
    const struct yaml_node *own = yaml_doc(f, 0);
    s->layers[s->layers_len++] = own;
    const struct yaml_node *extends = yaml_get(own, "extends");
    if (extends == NULL)
        return own;
    if (extends->kind != YAML_SCALAR) {
        diag_error(d, yaml_pos(extends), "extends: %s; expected the path of a scenario",
                   yaml_kind_name(extends));
        return NULL;
    }
    const char *base_path = path_beside(s->arena, path, extends->text);
    const struct yaml_node *base = read_layers(s, base_path, d);
    return base == NULL ? NULL : yaml_overlay(f, base, own);
}

/* --- run: until --- */

static void read_until(struct scenario *s, struct diag *d)
{
    struct run_section *run = &s->run;
    const struct yaml_node *n = run->until;
    const char *why;
    int64_t ns;
    run->drain = n == NULL || (n->kind == YAML_SCALAR && strcmp(n->text, "drained") == 0);
    if (run->drain) {
        run->until_ns =
            run->limit_ns < INT64_MAX - s->start_ns ? s->start_ns + run->limit_ns : INT64_MAX;
        return;
    }
    if (n->kind == YAML_SCALAR && duration_parse(n->text, &ns, &why))
        run->until_ns = s->start_ns + ns;
    else if (n->kind == YAML_SCALAR && calendar_parse(n->text, &ns, &why))
        run->until_ns = ns;
    else
        diag_error(d, yaml_pos(n),
                   "until: '%s': expected drained, " DURATION_HINT ", or " CALENDAR_HINT,
                   n->kind == YAML_SCALAR ? n->text : yaml_kind_name(n));
    if (run->until_ns != 0 && run->until_ns <= s->start_ns)
        diag_error(d, yaml_pos(n), "until: '%s': that is not after the start", n->text);
}

/* --- names --- */

/* Results lie in folders of these names. */
static void check_name(const char *what, const char *name, struct src_pos at, struct diag *d)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (name[0] == '\0' || name[0] == '.' || name[strspn(name, allowed)] != '\0')
        diag_error(d, at, "%s: '%s': it becomes a folder; letters, digits, -, _ and . are allowed",
                   what, name);
}

/* --- policies --- */

static const struct policy_ops *find_policy(const struct yaml_node *n, struct diag *d)
{
    const struct policy_ops *ops = n->kind == YAML_SCALAR ? policy_find(n->text) : NULL;
    if (ops != NULL)
        return ops;
    if (n->kind != YAML_SCALAR) {
        diag_error(d, yaml_pos(n), "%s where the name of a policy is expected", yaml_kind_name(n));
        return NULL;
    }
    struct suggest s;
    suggest_init(&s, n->text);
    for (size_t i = 0; policy_all()[i] != NULL; i++)
        suggest_offer(&s, policy_all()[i]->name);
    diag_error(d, yaml_pos(n), "'%s': there is no such policy%s (see `clustersim list policies`)",
               n->text, suggest_hint(&s));
    return NULL;
}

static void push_policy(struct policy_entry *e, const struct policy_ops *ops,
                        const struct yaml_node *options, struct src_pos at, struct diag *d)
{
    if (ops == NULL)
        return;
    if (e->len == STACK_MOST) {
        diag_error(d, at, "stack: more than %d policies", STACK_MOST);
        return;
    }
    e->absent[e->len] =
        (struct yaml_node){.kind = YAML_MAP, .file = at.file, .line = at.line, .col = at.col};
    e->stack[e->len] = ops;
    e->options[e->len] = options != NULL ? options : &e->absent[e->len];
    e->len++;
}

static bool is_in_stack(const struct policy_entry *e, const char *name)
{
    for (size_t i = 0; i < e->len; i++)
        if (strcmp(e->stack[i]->name, name) == 0)
            return true;
    return false;
}

/* Keys beside name and stack are names of policies with their options. Without a stack the policy
 * is the one that is named so. */
static void read_entry_keys(struct policy_entry *e, const struct yaml_node *n, struct diag *d)
{
    const bool has_stack = yaml_get(n, "stack") != NULL;
    for (size_t i = 0; i < n->len; i++) {
        const struct yaml_node *key = n->pairs[i].key;
        if (strcmp(key->text, "name") == 0 || strcmp(key->text, "stack") == 0)
            continue;
        if (!has_stack)
            push_policy(e, find_policy(key, d), n->pairs[i].value, yaml_pos(key), d);
        else if (find_policy(key, d) != NULL && !is_in_stack(e, key->text))
            diag_error(d, yaml_pos(key), "%s: options of a policy that is not in the stack",
                       key->text);
    }
}

static void read_stack(struct policy_entry *e, const struct yaml_node *n, struct diag *d)
{
    const struct yaml_node *stack = yaml_get(n, "stack");
    if (stack == NULL)
        return;
    if (stack->kind != YAML_LIST || stack->len == 0) {
        diag_error(d, yaml_pos(stack), "stack: expected a list such as [kueue, kube-scheduler]");
        return;
    }
    for (size_t i = 0; i < stack->len; i++) {
        const struct policy_ops *ops = find_policy(stack->items[i], d);
        const struct yaml_node *options = ops == NULL ? NULL : yaml_get(n, ops->name);
        push_policy(e, ops, options, yaml_pos(stack->items[i]), d);
    }
}

static void check_roles(const struct policy_entry *e, struct diag *d)
{
    const struct src_pos at = yaml_pos(e->node);
    unsigned roles = 0;
    for (size_t i = 0; i < e->len; i++) {
        if ((roles & e->stack[i]->roles) != 0) {
            diag_error(d, at, "%s: %s does what another policy of the stack does already", e->name,
                       e->stack[i]->name);
            return;
        }
        if (roles == ROLE_PLACE)
            diag_error(d, at, "%s: the policy that admits stands first: [%s, %s]", e->name,
                       e->stack[i]->name, e->stack[i - 1]->name);
        roles |= e->stack[i]->roles;
    }
}

static void read_entry(struct policy_entry *e, const struct yaml_node *n, struct diag *d)
{
    *e = (struct policy_entry){.node = n};
    if (n->kind == YAML_SCALAR) { /* - fifo */
        e->name = n->text;
        push_policy(e, find_policy(n, d), NULL, yaml_pos(n), d);
        return;
    }
    if (n->kind != YAML_MAP) {
        diag_error(d, yaml_pos(n),
                   "policies: %s; expected the name of a policy, or a mapping such as "
                   "{name: mine, easy: {}}",
                   yaml_kind_name(n));
        return;
    }
    const struct yaml_node *name = yaml_get(n, "name");
    const unsigned errors = diag_errors(d);
    read_stack(e, n, d);
    read_entry_keys(e, n, d);
    e->name = name != NULL && name->kind == YAML_SCALAR ? name->text
              : e->len > 0                              ? e->stack[0]->name
                                                        : "";
    if (e->len == 0 && diag_errors(d) == errors)
        diag_error(d, yaml_pos(n), "policies: this entry names no policy");
    check_roles(e, d);
}

/* {use: NAME}: the entry of that name in this file or one that it extends. */
static const struct yaml_node *resolve_use(const struct scenario *s, const struct yaml_node *n,
                                           struct diag *d)
{
    const struct yaml_node *use = n->kind == YAML_MAP ? yaml_get(n, "use") : NULL;
    if (use == NULL)
        return n;
    for (size_t l = 0; l < s->layers_len; l++) {
        const struct yaml_node *list = yaml_get(s->layers[l], "policies");
        for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++) {
            const struct yaml_node *name = yaml_get(list->items[i], "name");
            if (name != NULL && name->kind == YAML_SCALAR && use->kind == YAML_SCALAR &&
                strcmp(name->text, use->text) == 0)
                return list->items[i];
        }
    }
    diag_error(d, yaml_pos(use),
               "use: '%s': no policy of that name here or in what this file extends",
               use->kind == YAML_SCALAR ? use->text : yaml_kind_name(use));
    return NULL;
}

static void read_policies(struct scenario *s, struct diag *d)
{
    const struct yaml_node *list = s->policies_node;
    if (list == NULL)
        return;
    if (list->kind != YAML_LIST || list->len == 0) {
        diag_error(d, yaml_pos(list), "policies: expected a list such as [fifo, easy]");
        return;
    }
    s->policies = arena_alloc(s->arena, list->len * sizeof s->policies[0]);
    for (size_t i = 0; i < list->len; i++) {
        const struct yaml_node *n = resolve_use(s, list->items[i], d);
        if (n == NULL)
            continue;
        const unsigned errors = diag_errors(d);
        read_entry(&s->policies[s->policies_len], n, d);
        s->policies[s->policies_len].is_sound = diag_errors(d) == errors;
        check_name("policies", s->policies[s->policies_len].name, yaml_pos(n), d);
        for (size_t j = 0; j < s->policies_len; j++)
            if (strcmp(s->policies[j].name, s->policies[s->policies_len].name) == 0)
                diag_error(d, yaml_pos(n), "policies: two are called '%s'; give one another name",
                           s->policies[j].name);
        s->policies_len++;
    }
}

/* --- the whole --- */

static void check_outputs(const struct scenario *s, struct diag *d)
{
    for (size_t i = 0; i < s->outputs.len; i++) {
        if (s->outputs.texts[i] == NULL || observer_find(s->outputs.texts[i]) != NULL)
            continue;
        struct suggest suggest;
        suggest_init(&suggest, s->outputs.texts[i]);
        for (size_t k = 0; observer_all()[k] != NULL; k++)
            suggest_offer(&suggest, observer_all()[k]->name);
        diag_error(d, yaml_pos(s->outputs.nodes[i]),
                   "outputs: '%s': there is no such output%s (see `clustersim list outputs`)",
                   s->outputs.texts[i], suggest_hint(&suggest));
    }
}

bool scenario_open(struct scenario *s, const char *path, struct diag *d)
{
    *s = (struct scenario){.arena = arena_new(), .path = path};
    const unsigned before = d->errors;
    const struct yaml_node *root = read_layers(s, path, d);
    if (root == NULL)
        return false;
    struct config_reader r = {.diag = d, .arena = s->arena};
    config_read(&r, root, yaml_pos(root), &scenario_table, s);
    read_until(s, d);
    read_policies(s, d);
    if (s->name != NULL)
        check_name("name", s->name, yaml_pos(yaml_get(s->layers[0], "name")), d);
    check_outputs(s, d);
    return d->errors == before;
}

void scenario_close(struct scenario *s)
{
    for (size_t i = 0; i < s->files_len; i++)
        yaml_close(s->files[i]);
    free(s->files);
    arena_free(s->arena);
}

bool scenario_wants(const struct scenario *s, const char *output)
{
    if (s->outputs.len == 0)
        return true;
    for (size_t i = 0; i < s->outputs.len; i++)
        if (strcmp(s->outputs.texts[i], output) == 0)
            return true;
    return false;
}

const struct policy_entry *scenario_policy(const struct scenario *s, const char *name,
                                           struct diag *d)
{
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < s->policies_len; i++) {
        if (strcmp(s->policies[i].name, name) == 0)
            return &s->policies[i];
        suggest_offer(&suggest, s->policies[i].name);
    }
    diag_error(d, (struct src_pos){.file = s->path}, "it has no policy '%s'%s", name,
               suggest_hint(&suggest));
    return NULL;
}
