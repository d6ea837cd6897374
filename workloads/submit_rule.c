#include "workloads/submit_rule.h"

#include "sim/calendar.h"
#include "sim/duration.h"
#include "sim/scan.h"

#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define DAY_NS    (86400 * SECOND_NS)

enum { AT_ANY = -1 };

/* What stands in the file. */
struct written {
    int64_t every_ns;
    int64_t at_ns; /* of the day; AT_ANY: when the simulation starts */
    int64_t count;
    int64_t until_ns;
};

/* --- values --- */

static bool two_digits(const char **text, int64_t most, int64_t *value)
{
    if (scan_digits(*text) != 2)
        return false;
    *value = ((*text)[0] - '0') * 10 + ((*text)[1] - '0');
    *text += 2;
    return *value <= most;
}

/* 02:00, 23:59:30 */
static bool read_time_of_day(struct config_reader *r, const struct yaml_node *n, void *field)
{
    const char *text = n->kind == YAML_SCALAR ? n->text : "";
    int64_t hours, minutes, seconds = 0;
    const bool ok = two_digits(&text, 23, &hours) && scan_char(&text, ':') &&
                    two_digits(&text, 59, &minutes) &&
                    (!scan_char(&text, ':') || two_digits(&text, 59, &seconds)) && *text == '\0';
    if (ok)
        *(int64_t *)field = ((hours * 60 + minutes) * 60 + seconds) * SECOND_NS;
    else if (n->kind == YAML_SCALAR)
        diag_error(r->diag, yaml_pos(n), "at: '%s': no time of day; expected one such as 02:00",
                   n->text);
    else
        diag_error(r->diag, yaml_pos(n), "at: %s; expected a time of day such as 02:00",
                   yaml_kind_name(n));
    return ok;
}

/* A duration after the start, or a date. */
static bool read_instant(struct config_reader *r, const struct yaml_node *n, const char *key,
                         int64_t *at_ns)
{
    const struct submit_env *env = r->context;
    const char *why = NULL;
    int64_t ns;
    if (n->kind != YAML_SCALAR) {
        diag_error(r->diag, yaml_pos(n), "%s: %s; expected " DURATION_HINT ", or a date", key,
                   yaml_kind_name(n));
        return false;
    }
    if (calendar_parse(n->text, at_ns, &why))
        return true;
    if (!duration_parse(n->text, &ns, &why)) {
        diag_error(r->diag, yaml_pos(n), "%s: '%s': %s; expected " DURATION_HINT ", or a date", key,
                   n->text, why);
        return false;
    }
    if (ns > INT64_MAX - env->start_ns) {
        diag_error(r->diag, yaml_pos(n), "%s: '%s': too far away", key, n->text);
        return false;
    }
    *at_ns = env->start_ns + ns;
    return true;
}

static bool read_until(struct config_reader *r, const struct yaml_node *n, void *field)
{
    return read_instant(r, n, "until", field);
}

static const struct config_key submit_keys[] = {
    {.key = "every",
     .kind = CONFIG_DURATION,
     .offset = offsetof(struct written, every_ns),
     .min = 1,
     .max = 9e18,
     .help = "From one submission to the next."},
    {.key = "at",
     .kind = CONFIG_CUSTOM,
     .offset = offsetof(struct written, at_ns),
     .fallback = "",
     .read = read_time_of_day,
     .hint = "a time of day such as 02:00, in UTC",
     .help = "When the first one of a day is; without it, the first one is at the start."},
    {.key = "count",
     .kind = CONFIG_INT,
     .offset = offsetof(struct written, count),
     .fallback = "",
     .min = 1,
     .max = 1e15,
     .help = "Submissions at most."},
    {.key = "until",
     .kind = CONFIG_CUSTOM,
     .offset = offsetof(struct written, until_ns),
     .fallback = "",
     .read = read_until,
     .hint = "a duration after the start, or a date",
     .help = "No submissions from then on."},
    {0},
};

const struct config_table submit_table = {
    .name = "submit",
    .help = "A job that is submitted again and again; its name is followed by a number.",
    .bytes = sizeof(struct written),
    .keys = submit_keys,
};

/* --- rules --- */

bool submit_is_rule(const struct yaml_node *n)
{
    return n == NULL || n->kind != YAML_MAP || yaml_get(n, "every") != NULL ||
           yaml_get(n, "from") != NULL;
}

/* The first time from the start on that lies on the grid of the day of the start. */
static int64_t first_of(const struct written *w, int64_t start_ns)
{
    if (w->at_ns == AT_ANY)
        return start_ns;
    const int64_t into_day = (start_ns % DAY_NS + DAY_NS) % DAY_NS;
    const int64_t late = into_day - w->at_ns;
    if (late <= 0)
        return start_ns - late;
    const int64_t rest = late % w->every_ns;
    return rest == 0 ? start_ns : start_ns + (w->every_ns - rest);
}

static bool read_repeated(struct config_reader *r, const struct yaml_node *n,
                          const struct submit_env *env, struct submit_rule *out)
{
    struct written w = {.at_ns = AT_ANY, .until_ns = INT64_MAX};
    if (!config_read(r, n, yaml_pos(n), &submit_table, &w))
        return false;
    if (w.count == 0 && w.until_ns == INT64_MAX && env->horizon_ns == INT64_MAX) {
        diag_error(r->diag, yaml_pos(n),
                   "submit: never ends, and neither does the run; give count or until");
        return false;
    }
    *out = (struct submit_rule){
        .first_ns = first_of(&w, env->start_ns),
        .every_ns = w.every_ns,
        .count = w.count == 0 ? INT64_MAX : w.count,
        .until_ns = w.until_ns < env->horizon_ns ? w.until_ns : env->horizon_ns,
    };
    return true;
}

static bool read_from(struct config_reader *r, const struct yaml_node *n, struct submit_rule *out)
{
    const struct yaml_node *from = yaml_get(n, "from");
    *out = (struct submit_rule){.from_created = true, .count = 1, .until_ns = INT64_MAX};
    if (n->len == 1 && from->kind == YAML_SCALAR && strcmp(from->text, "creationTimestamp") == 0)
        return true;
    diag_error(r->diag, yaml_pos(from), "submit: expected {from: creationTimestamp} alone");
    return false;
}

bool submit_rule_read(struct config_reader *r, const struct yaml_node *n,
                      const struct submit_env *env, struct submit_rule *out)
{
    struct submit_env context = *env;
    r->context = &context;
    *out = (struct submit_rule){.first_ns = env->start_ns, .count = 1, .until_ns = INT64_MAX};
    const bool ok = n == NULL || yaml_is_null(n)  ? true
                    : n->kind != YAML_MAP         ? read_instant(r, n, "submit", &out->first_ns)
                    : yaml_get(n, "from") != NULL ? read_from(r, n, out)
                                                  : read_repeated(r, n, env, out);
    r->context = NULL;
    return ok;
}

bool submit_rule_at(const struct submit_rule *rule, uint64_t n, const struct object *o,
                    int64_t *at_ns)
{
    if (n >= (uint64_t)rule->count)
        return false;
    const int64_t first_ns =
        rule->from_created && o->created_ns != OBJECT_NEVER ? o->created_ns : rule->first_ns;
    if (n > 0 && (uint64_t)(INT64_MAX - first_ns) / n < (uint64_t)rule->every_ns)
        return false;
    *at_ns = first_ns + (int64_t)n * rule->every_ns;
    return *at_ns < rule->until_ns;
}
