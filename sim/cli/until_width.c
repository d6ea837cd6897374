#include "sim/cli/until_width.h"

#include "results/replications.h"

#include <math.h>
#include <string.h>

bool until_width_read(struct until_width *w, const char *text, size_t most, struct arena *a,
                      struct diag *d)
{
    *w = (struct until_width){.goal.most = most > 0 ? most : PRECISION_MOST};
    if (!expectation_parse_width(&w->value, &w->goal.is_relative, text, (struct src_pos){0},
                                 "--until-width", a, d))
        return false;
    w->goal.half_width = w->value.value;
    if (w->goal.half_width > 0)
        return true;
    diag_error(d, (struct src_pos){0}, "--until-width: '%s': no interval is as narrow as that",
               text);
    return false;
}

/* The interval of the group of which it is known least, compared with what is wanted. */
static struct interval widest(const struct until_width *w, const struct replications *r)
{
    const struct replication_question q = expectation_question(&w->value);
    struct interval found = {(double)NAN, (double)NAN, (double)NAN, 0};
    double widest = -1;
    for (size_t g = 0; g < replications_groups(r, &q); g++) {
        const char *name = replications_group_name(r, &q, g);
        if (w->value.name != NULL && strcmp(w->value.name, name) != 0)
            continue;
        double error;
        const struct interval i = replications_mean(r, &q, name, &error);
        double width = interval_is_known(&i) ? interval_half_width(&i) : 0;
        if (width > 0 && w->goal.is_relative)
            width /= fabs(i.mean);
        if (width > widest) {
            widest = width;
            found = i;
        }
    }
    return found;
}

size_t until_width_next(const struct until_width *w, const struct run_record *records, size_t len)
{
    const size_t have = replications_len(records[0].replications);
    size_t next = have;
    for (size_t i = 0; i < len; i++) {
        const struct interval known = widest(w, records[i].replications);
        const size_t wanted = precision_next(&w->goal, &known, have);
        next = wanted > next ? wanted : next;
    }
    return next;
}

static void say_of_policy(const struct until_width *w, const struct run_record *record, FILE *out)
{
    char mean[METRIC_TEXT], half[METRIC_TEXT];
    const struct interval i = widest(w, record->replications);
    const enum metric_unit unit = metric_unit_of(w->value.id, w->value.s);
    fprintf(out, "%s: ", record->facts.policy);
    if (isnan(i.mean))
        fputs("nothing was measured", out);
    else if (!interval_is_known(&i))
        fprintf(out, "%s in every replication", metric_print(mean, unit, i.mean));
    else
        fprintf(out, "%s \302\261 %s, %.2g %% of it%s", metric_print(mean, unit, i.mean),
                metric_print(half, unit, interval_half_width(&i)),
                100 * interval_half_width(&i) / fabs(i.mean),
                precision_is_reached(&w->goal, &i) ? "" : ": wider than wanted");
    fputc('\n', out);
}

void until_width_say(const struct until_width *w, const struct run_record *records, size_t len,
                     FILE *out)
{
    const size_t have = replications_len(records[0].replications);
    fprintf(out, "--until-width %s: %zu replications%s\n", w->value.text, have,
            have >= w->goal.most ? ", the most allowed" : "");
    for (size_t i = 0; i < len; i++)
        say_of_policy(w, &records[i], out);
}
