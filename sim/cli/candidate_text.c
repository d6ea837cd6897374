#include "sim/cli/candidate_text.h"

#include "sim/arena.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void candidate_print(const struct candidate *c, const struct size_plan *plan, FILE *out)
{
    fprintf(out, "%" PRId64 " %d %d %zu\n", c->price_micro_per_h, c->holds, c->is_open,
            c->replications);
    for (size_t i = 0; i < plan->targets_len; i++) {
        const struct target_value *v = &c->targets[i];
        fprintf(out, "%d %zu %a %a %a %a %s\n", (int)v->decision, v->interval.count,
                v->interval.mean, v->interval.lower, v->interval.upper, v->margin,
                v->group == NULL ? "" : v->group);
    }
}

static bool parse_target(const char **at, struct target_value *v, struct arena *a)
{
    int decision, used = 0;
    if (sscanf(*at, "%d %zu %la %la %la %la%n", &decision, &v->interval.count, &v->interval.mean,
               &v->interval.lower, &v->interval.upper, &v->margin, &used) != 6 ||
        (*at)[used] != ' ')
        return false;
    const char *group = *at + used + 1;
    const size_t len = strcspn(group, "\n");
    v->decision = (enum decision)decision;
    v->group = arena_text(a, group, len);
    *at = group + len + (group[len] == '\n');
    return true;
}

struct candidate *candidate_parse(const char *text, const struct size_plan *plan, uint64_t point,
                                  struct arena *a)
{
    struct candidate *c = arena_alloc(a, sizeof *c);
    int holds, is_open, used = 0;
    *c = (struct candidate){.point = point};
    c->targets = arena_alloc(a, plan->targets_len * sizeof c->targets[0]);
    if (sscanf(text, "%" SCNd64 " %d %d %zu%n", &c->price_micro_per_h, &holds, &is_open,
               &c->replications, &used) != 4)
        return NULL;
    c->holds = holds != 0;
    c->is_open = is_open != 0;
    const char *at = text + used + (text[used] == '\n');
    for (size_t i = 0; i < plan->targets_len; i++)
        if (!parse_target(&at, &c->targets[i], a))
            return NULL;
    return c;
}
