#include "results/replications.h"

#include "results/own_text.h"
#include "results/summary_values.h"
#include "results/wait_curve.h"
#include "sim/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct answer {
    char *group;
    double value, error;
};

/* Of one replication to one question: an answer per group that it has. */
struct answers {
    struct answer *of;
    size_t len;
};

struct asked {
    struct replication_question question;
    struct answers *answers; /* one per replication */
};

struct replications {
    size_t len;
    bool are_samples;
    struct asked *asked;
    size_t asked_len;
    enum simulation_end *ends;          /* one per replication */
    double (*waits)[WAIT_CURVE_POINTS]; /* one per replication; NULL: not kept */
};

/* --- asking --- */

static bool is_same(const struct replication_question *a, const struct replication_question *b)
{
    return a->id == b->id && a->by == b->by && a->s == b->s && (a->s != STAT_P || a->p == b->p);
}

static struct asked *find(const struct replications *r, const struct replication_question *q)
{
    for (size_t i = 0; i < r->asked_len; i++)
        if (is_same(&r->asked[i].question, q))
            return &r->asked[i];
    return NULL;
}

void replications_ask(struct replications *r, const struct replication_question *q)
{
    if (find(r, q) != NULL)
        return;
    r->asked = realloc(r->asked, (r->asked_len + 1) * sizeof r->asked[0]);
    SIM_REQUIRE(r->asked != NULL);
    struct asked *a = &r->asked[r->asked_len++];
    *a = (struct asked){*q, calloc(r->len, sizeof a->answers[0])};
    SIM_REQUIRE(a->answers != NULL);
}

size_t replications_questions(const struct replications *r)
{
    return r->asked_len;
}

const struct replication_question *replications_question(const struct replications *r, size_t i)
{
    SIM_REQUIRE(i < r->asked_len);
    return &r->asked[i].question;
}

static void ask_for_all_jobs(struct replications *r, const struct metrics *m)
{
    for (enum metric_id id = 0; id < METRICS; id++) {
        struct summary_stat stats[SUMMARY_STATS_MOST];
        const size_t len = summary_stats(m, id, BY_NOTHING, stats);
        for (size_t i = 0; i < len; i++)
            replications_ask(
                r, &(struct replication_question){id, BY_NOTHING, stats[i].s, stats[i].p});
    }
}

struct replications *replications_new(size_t len, const struct metrics *m)
{
    SIM_REQUIRE(len > 0);
    struct replications *r = calloc(1, sizeof *r);
    SIM_REQUIRE(r != NULL);
    r->len = len;
    r->ends = calloc(len, sizeof r->ends[0]);
    SIM_REQUIRE(r->ends != NULL);
    ask_for_all_jobs(r, m);
    return r;
}

static void free_answers(struct answers *a)
{
    for (size_t i = 0; i < a->len; i++)
        free(a->of[i].group);
    free(a->of);
}

void replications_free(struct replications *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->asked_len; i++) {
        for (size_t k = 0; k < r->len; k++)
            free_answers(&r->asked[i].answers[k]);
        free(r->asked[i].answers);
    }
    free(r->asked);
    free(r->ends);
    free(r->waits);
    free(r);
}

size_t replications_len(const struct replications *r)
{
    return r->len;
}

void replications_set_samples(struct replications *r, bool are_samples)
{
    r->are_samples = are_samples;
}

bool replications_are_samples(const struct replications *r)
{
    return r->are_samples;
}

static struct interval of_samples(const struct replications *r, struct interval i)
{
    return r->are_samples ? interval_of_one(&i) : i;
}

static void *grown(void *list, size_t old_len, size_t len, size_t bytes)
{
    char *at = realloc(list, len * bytes);
    SIM_REQUIRE(at != NULL);
    memset(at + old_len * bytes, 0, (len - old_len) * bytes);
    return at;
}

void replications_grow(struct replications *r, size_t len)
{
    SIM_REQUIRE(len >= r->len);
    for (size_t i = 0; i < r->asked_len; i++)
        r->asked[i].answers =
            grown(r->asked[i].answers, r->len, len, sizeof r->asked[i].answers[0]);
    r->ends = grown(r->ends, r->len, len, sizeof r->ends[0]);
    if (r->waits != NULL)
        r->waits = grown(r->waits, r->len, len, sizeof r->waits[0]);
    r->len = len;
}

void replications_keep_waits(struct replications *r)
{
    SIM_REQUIRE(r->waits == NULL);
    r->waits = calloc(r->len, sizeof r->waits[0]);
    SIM_REQUIRE(r->waits != NULL);
}

bool replications_have_waits(const struct replications *r)
{
    return r->waits != NULL;
}

/* --- filling --- */

void replications_fill(struct replications *r, size_t replication, const struct run_record *run)
{
    SIM_REQUIRE(replication < r->len);
    struct metrics *m = run->metrics;
    r->ends[replication] = run->end;
    if (r->waits != NULL)
        wait_curve_fill(m, r->waits[replication]);
    for (size_t i = 0; i < r->asked_len; i++) {
        const struct replication_question *q = &r->asked[i].question;
        struct answers *a = &r->asked[i].answers[replication];
        SIM_REQUIRE(a->of == NULL);
        a->len = metrics_groups(m, q->id, q->by);
        a->of = calloc(a->len + 1, sizeof a->of[0]);
        SIM_REQUIRE(a->of != NULL);
        for (size_t g = 0; g < a->len; g++) {
            const struct metric_place at = {q->by, g};
            const struct metric_value v = metrics_value(m, q->id, at, q->s, q->p);
            a->of[g] =
                (struct answer){own_text(metrics_group_name(m, q->id, at)), v.value, v.error};
        }
    }
}

/* --- reading --- */

size_t replications_ended(const struct replications *r, enum simulation_end end)
{
    size_t count = 0;
    for (size_t k = 0; k < r->len; k++)
        count += r->ends[k] == end;
    return count;
}

static const struct asked *get(const struct replications *r, const struct replication_question *q)
{
    const struct asked *a = find(r, q);
    SIM_REQUIRE(a != NULL);
    return a;
}

static const struct answer *answer_of(const struct answers *a, const char *group)
{
    for (size_t i = 0; i < a->len; i++)
        if (strcmp(a->of[i].group, group) == 0)
            return &a->of[i];
    return NULL;
}

static bool is_in_earlier(const struct asked *a, size_t replication, const char *group)
{
    for (size_t k = 0; k < replication; k++)
        if (answer_of(&a->answers[k], group) != NULL)
            return true;
    return false;
}

/* The name of group number `group`, or NULL after the last, with their number in *groups. */
static const char *walk_groups(const struct replications *r, const struct asked *a, size_t group,
                               size_t *groups)
{
    *groups = 0;
    for (size_t k = 0; k < r->len; k++)
        for (size_t i = 0; i < a->answers[k].len; i++) {
            const char *name = a->answers[k].of[i].group;
            if (!is_in_earlier(a, k, name) && (*groups)++ == group)
                return name;
        }
    return NULL;
}

size_t replications_groups(const struct replications *r, const struct replication_question *q)
{
    size_t groups;
    walk_groups(r, get(r, q), SIZE_MAX, &groups);
    return groups;
}

const char *replications_group_name(const struct replications *r,
                                    const struct replication_question *q, size_t group)
{
    size_t groups;
    const char *name = walk_groups(r, get(r, q), group, &groups);
    SIM_REQUIRE(name != NULL);
    return name;
}

void replications_values(const struct replications *r, const struct replication_question *q,
                         const char *group, double *out)
{
    const struct asked *a = get(r, q);
    const double missing = q->s == STAT_COUNT || q->s == STAT_SUM ? 0 : (double)NAN;
    for (size_t k = 0; k < r->len; k++) {
        const struct answer *x = answer_of(&a->answers[k], group);
        out[k] = x == NULL ? missing : x->value;
    }
}

static double *new_values(const struct replications *r, const struct replication_question *q,
                          const char *group)
{
    double *values = calloc(r->len, sizeof values[0]);
    SIM_REQUIRE(values != NULL);
    replications_values(r, q, group, values);
    return values;
}

static double mean_error(const struct replications *r, const struct asked *a, const char *group)
{
    double sum = 0;
    size_t count = 0;
    for (size_t k = 0; k < r->len; k++) {
        const struct answer *x = answer_of(&a->answers[k], group);
        if (x == NULL || isnan(x->value))
            continue;
        sum += x->error;
        count++;
    }
    return count == 0 ? 0 : sum / (double)count;
}

struct interval replications_mean(const struct replications *r,
                                  const struct replication_question *q, const char *group,
                                  double *error)
{
    double *values = new_values(r, q, group);
    const struct interval i = of_samples(r, interval_of(values, r->len));
    free(values);
    *error = mean_error(r, get(r, q), group);
    return i;
}

struct interval replications_waited(const struct replications *r, size_t point)
{
    SIM_REQUIRE(r->waits != NULL && point < WAIT_CURVE_POINTS);
    double *values = calloc(r->len, sizeof values[0]);
    SIM_REQUIRE(values != NULL);
    for (size_t k = 0; k < r->len; k++)
        values[k] = r->waits[k][point];
    const struct interval i = of_samples(r, interval_of(values, r->len));
    free(values);
    return i;
}

struct interval replications_difference(const struct replications *a, const struct replications *b,
                                        const struct replication_question *q)
{
    SIM_REQUIRE(a->len == b->len);
    double *x = new_values(a, q, "");
    double *y = new_values(b, q, "");
    const struct interval i = of_samples(a, interval_of_differences(x, y, a->len));
    free(x);
    free(y);
    return i;
}

static bool has_same_answers(const struct answers *a, const struct answers *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        const struct answer *x = &a->of[i];
        const struct answer *y = answer_of(b, x->group);
        if (y == NULL || isnan(x->value) != isnan(y->value) || x->value < y->value ||
            x->value > y->value)
            return false;
    }
    return true;
}

bool replications_are_identical(const struct replications *r)
{
    for (size_t i = 0; i < r->asked_len; i++)
        for (size_t k = 1; k < r->len; k++)
            if (!has_same_answers(&r->asked[i].answers[0], &r->asked[i].answers[k]))
                return false;
    return r->len > 1;
}
