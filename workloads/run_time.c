#include "workloads/run_time.h"

#include "sim/arena.h"
#include "sim/duration.h"
#include "sim/rng.h"
#include "workloads/sleep_part.h"

#include <string.h>

/* --- rules --- */

static bool is_distribution(const struct yaml_node *map)
{
    for (const struct config_key *k = distribution_table.keys; k->key != NULL; k++)
        if (yaml_get(map, k->key) != NULL)
            return true;
    return false;
}

bool run_time_is_rule(const struct yaml_node *n)
{
    return n == NULL || n->kind != YAML_MAP || yaml_get(n, "from") != NULL ||
           yaml_get(n, "annotation") != NULL || yaml_get(n, "history") != NULL ||
           is_distribution(n);
}

/* The only key of a map, and its text; NULL after a complaint. */
static const char *only_text(struct config_reader *r, const struct yaml_node *n, const char *key)
{
    const struct yaml_node *value = yaml_get(n, key);
    if (n->len == 1 && value->kind == YAML_SCALAR && value->len > 0)
        return value->text;
    diag_error(r->diag, yaml_pos(n), "duration: expected {%s: %s} alone", key,
               strcmp(key, "from") == 0 ? "sleep" : "KEY");
    return NULL;
}

static bool read_from(struct config_reader *r, const struct yaml_node *n)
{
    const char *from = only_text(r, n, "from");
    if (from != NULL && strcmp(from, "sleep") != 0)
        diag_error(r->diag, yaml_pos(yaml_get(n, "from")), "from: '%s'; expected sleep", from);
    return from != NULL && strcmp(from, "sleep") == 0;
}

static bool read_history(struct config_reader *r, const struct yaml_node *n,
                         struct run_time_rule *out)
{
    out->from = RUN_TIME_HISTORY;
    if (!run_history_read(r, n, &out->history))
        return false;
    if (out->history.otherwise == NULL)
        return true;
    struct run_time_rule *otherwise = arena_alloc(r->arena, sizeof *otherwise);
    out->otherwise = otherwise;
    return run_time_rule_read(r, out->history.otherwise, otherwise);
}

bool run_time_rule_read(struct config_reader *r, const struct yaml_node *n,
                        struct run_time_rule *out)
{
    *out = (struct run_time_rule){.from = RUN_TIME_SLEEP};
    if (n == NULL || yaml_is_null(n))
        return true;
    if (n->kind == YAML_SCALAR && strcmp(n->text, "never") == 0) {
        out->from = RUN_TIME_NEVER;
        return true;
    }
    if (n->kind == YAML_MAP && yaml_get(n, "from") != NULL)
        return read_from(r, n);
    if (n->kind == YAML_MAP && yaml_get(n, "annotation") != NULL) {
        out->from = RUN_TIME_ANNOTATION;
        out->annotation = only_text(r, n, "annotation");
        return out->annotation != NULL;
    }
    if (n->kind == YAML_MAP && yaml_get(n, "history") != NULL)
        return read_history(r, n, out);
    out->from = RUN_TIME_GIVEN;
    return distribution_read_duration(r, n, &out->given);
}

/* --- from commands --- */

/* What an image runs of itself: those that do nothing but that. */
static const char *program_of_image(const char *image)
{
    static const char *const names[] = {"sleep", "pause", NULL};
    const char *base = image == NULL ? "" : image;
    if (strrchr(base, '/') != NULL)
        base = strrchr(base, '/') + 1;
    const size_t len = strcspn(base, ":@");
    for (size_t i = 0; names[i] != NULL; i++)
        if (strlen(names[i]) == len && strncmp(names[i], base, len) == 0)
            return names[i];
    return NULL;
}

/* command and args; without a command, args are taken for one, unless the image is known. */
static struct sleep_time container_time(struct field_reader *r, const struct container *c)
{
    const struct text_list command = field_texts(r, c->node, "command");
    const struct text_list args = field_texts(r, c->node, "args");
    const char *program =
        command.len == 0 ? program_of_image(field_text(r, c->node, "image")) : NULL;
    const char **words = arena_alloc(r->arena, (command.len + args.len + 1) * sizeof words[0]);
    size_t len = 0;
    if (program != NULL)
        words[len++] = program;
    for (size_t i = 0; i < command.len; i++)
        words[len++] = command.texts[i];
    for (size_t i = 0; i < args.len; i++)
        words[len++] = args.texts[i];
    return sleep_time_of(r->arena, words, len);
}

/* Init containers one after the other, then all others side by side; sidecars do not count, nor
 * does what says nothing. */
static struct sleep_part template_time(struct field_reader *r, const struct pod_template *t)
{
    struct sleep_part init = {0}, main = {0};
    for (uint32_t i = 0; i < t->containers_len; i++) {
        const struct container *c = &t->containers[i];
        if (c->is_sidecar)
            continue;
        const struct sleep_time time = container_time(r, c);
        const struct sleep_part part = {.found = time.found, .ns = time.ns};
        if (c->is_init)
            sleep_part_add(&init, part);
        else
            sleep_part_join(&main, part);
    }
    if (!sleep_part_sleeps(&main))
        return main;
    sleep_part_add(&init, main);
    return init;
}

static struct src_pos command_pos(const struct workload *w)
{
    const struct pod_template *t = &w->sets[0].template;
    for (uint32_t i = 0; i < t->containers_len; i++) {
        const struct yaml_node *n = t->containers[i].node;
        const struct yaml_node *at = field_get(n, "command");
        if (at == NULL)
            at = field_get(n, "args");
        if (!t->containers[i].is_init && at != NULL)
            return yaml_pos(at);
    }
    return object_pos(w->object);
}

#define HOW_TO_GIVE                                                                               \
    "give one beside the files: `duration: {%s: 10m}`, for all of them `duration: 10m`, or as a " \
    "distribution"

static bool from_sleep(struct field_reader *r, const struct workload *w, struct run_time *out)
{
    struct sleep_part longest = {0};
    for (uint32_t s = 0; s < w->sets_len; s++)
        sleep_part_join(&longest, template_time(r, &w->sets[s].template));
    switch (longest.found) {
    case SLEEP_KNOWN:
        out->ns = longest.ns;
        return true;
    case SLEEP_FOREVER:
        out->ns = WORK_ENDLESS;
        return true;
    case SLEEP_UNCLEAR:
        diag_error(r->diag, command_pos(w),
                   "%s %s: how long its command sleeps depends on more than its text; " HOW_TO_GIVE,
                   w->object->kind, w->object->name, w->object->name);
        return false;
    default:
        diag_error(r->diag, object_pos(w->object),
                   "%s %s: its command does not sleep, so its run time is unknown; " HOW_TO_GIVE,
                   w->object->kind, w->object->name, w->object->name);
        return false;
    }
}

/* --- from annotations --- */

static const struct yaml_node *find_annotation(const struct workload *w, const char *key)
{
    const struct yaml_node *n = field_get(w->object->annotations, key);
    for (uint32_t s = 0; n == NULL && s < w->sets_len; s++)
        n = field_get(w->sets[s].template.annotations, key);
    return n;
}

static bool from_annotation(struct field_reader *r, const struct workload *w, const char *key,
                            struct run_time *out)
{
    const struct yaml_node *n = find_annotation(w, key);
    const char *why = NULL;
    if (n == NULL) {
        diag_error(r->diag, object_pos(w->object),
                   "%s %s has no annotation '%s'; give it one such as '%s: 10m'", w->object->kind,
                   w->object->name, key, key);
        return false;
    }
    if (duration_parse(n->text, &out->ns, &why))
        return true;
    diag_error(r->diag, yaml_pos(n), "%s: '%s': %s; expected " DURATION_HINT, key, n->text, why);
    return false;
}

/* --- from the past --- */

static bool from_history(struct field_reader *r, const struct workload *w,
                         const struct run_time_rule *rule, struct run_time *out)
{
    const struct run_history *h = &rule->history;
    const char *key = run_history_key(h, w);
    out->past = run_history_find(h, key);
    out->ns = past_runs_mean_ns(&out->past);
    if (out->past.len > 0)
        return true;
    if (rule->otherwise != NULL)
        return run_time_of(r, w, rule->otherwise, out);
    if (run_time_is_service(w)) {
        out->ns = WORK_ENDLESS;
        return true;
    }
    diag_error(r->diag, object_pos(w->object),
               "%s %s: no row of %s has the key '%s'; add one, or say `otherwise: 1h`",
               w->object->kind, w->object->name, h->path, key);
    return false;
}

/* --- all --- */

/* Kinds without a controller of ours whose pods serve until somebody deletes them. */
static bool is_served(const struct workload *w)
{
    static const char *const kinds[] = {"LeaderWorkerSet", "RayCluster", "RayService"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(w->object->kind, kinds[i]) == 0)
            return true;
    return strcmp(w->object->kind, "Pod") == 0 && w->sets_len > 0 &&
           w->sets[0].template.restart == RESTART_ALWAYS;
}

bool run_time_is_service(const struct workload *w)
{
    if (!w->shape->has_controller)
        return is_served(w);
    return w->sets_len > 0 && w->shape->controller != CONTROLLER_JOB &&
           w->sets[0].template.restart == RESTART_ALWAYS;
}

/* A constant is exact only as a sample: its mean is a double. */
static void take_given(const struct distribution *d, struct run_time *out)
{
    struct rng_branch branch;
    const double mean = distribution_mean(d);
    out->ns = DISTRIBUTION_INT_MOST;
    if (distribution_variance(d) == 0)
        out->ns = distribution_int(d, rng_branch(&branch, 0));
    else
        out->draw = d;
    if (out->draw != NULL && mean < (double)DISTRIBUTION_INT_MOST)
        out->ns = (int64_t)(mean + 0.5);
}

bool run_time_of(struct field_reader *r, const struct workload *w, const struct run_time_rule *rule,
                 struct run_time *out)
{
    const bool is_service = run_time_is_service(w);
    *out = (struct run_time){.ns = WORK_ENDLESS};
    switch (rule->from) {
    case RUN_TIME_SLEEP:
        return is_service || from_sleep(r, w, out);
    case RUN_TIME_ANNOTATION:
        return (is_service && find_annotation(w, rule->annotation) == NULL) ||
               from_annotation(r, w, rule->annotation, out);
    case RUN_TIME_HISTORY:
        return from_history(r, w, rule, out);
    case RUN_TIME_GIVEN:
        take_given(&rule->given, out);
        return true;
    default:
        return true;
    }
}

int64_t run_time_draw(const struct run_time *t, int64_t more_than_ns, gsl_rng *rng)
{
    enum { TRIES = 1000 };
    if (t->past.len > 0)
        return past_runs_draw(&t->past, more_than_ns, rng);
    for (int i = 0; i < TRIES; i++) {
        const int64_t ns = distribution_int(t->draw, rng);
        if (ns > more_than_ns)
            return ns;
    }
    return more_than_ns;
}
