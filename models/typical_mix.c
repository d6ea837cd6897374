/*
 * Nodes that admit the same typical tasks are of one class. A class has its GPU tasks grouped by
 * what they want of GPUs; a group has its CPU demands ascending, with the counts added up, so that
 * the tasks of a group that find enough CPUs are one look-up.
 *
 * F(n) x weight = L x weight - sum over groups g of runnable_g(cpu) x usable_g, where usable_g is
 * what is left on GPUs that have g's part, if they are enough of them, else 0.
 */
#include "models/typical_mix.h"

#include "sim/check.h"
#include "sim/int128.h"

#include <stdlib.h>
#include <string.h>

struct step {
    int64_t cpu_milli; /* with so many CPUs ... */
    int64_t count;     /* ... so many tasks can run */
};

struct group {
    uint32_t gpus, milli;
    uint32_t steps_len;
    struct step steps[TYPICAL_MOST];
};

struct node_class {
    uint64_t admits; /* bit i: task i */
    uint32_t groups_len;
    struct group *groups;
};

struct typical_mix {
    struct typical_task tasks[TYPICAL_MOST];
    size_t len;
    int64_t weight;
    struct node_class *classes;
    uint32_t classes_len;
    uint16_t *class_of; /* by node */
};

/* --- choosing the typical ones --- */

static int by_frequency(const void *a, const void *b)
{
    const struct typical_task *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->want.cpu_milli != y->want.cpu_milli)
        return x->want.cpu_milli > y->want.cpu_milli ? -1 : 1;
    if (x->want.milli != y->want.milli)
        return x->want.milli > y->want.milli ? -1 : 1;
    if (x->want.gpus != y->want.gpus)
        return x->want.gpus > y->want.gpus ? -1 : 1;
    return (x->where > y->where) - (x->where < y->where);
}

static int by_want(const void *a, const void *b)
{
    struct typical_task x = *(const struct typical_task *)a, y = *(const struct typical_task *)b;
    x.count = y.count = 0;
    return by_frequency(&x, &y);
}

/* Equal tasks are added up, those that never came left out. */
static size_t merge(struct typical_task *sorted, size_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        if (sorted[i].count == 0)
            continue;
        if (kept > 0 && by_want(&sorted[kept - 1], &sorted[i]) == 0)
            sorted[kept - 1].count += sorted[i].count;
        else
            sorted[kept++] = sorted[i];
    }
    return kept;
}

static void choose(struct typical_mix *m, const struct typical_spec *spec)
{
    struct typical_task *sorted = calloc(spec->len + 1, sizeof sorted[0]);
    SIM_REQUIRE(sorted != NULL);
    int64_t all = 0;
    for (size_t i = 0; i < spec->len; i++) {
        sorted[i] = spec->tasks[i];
        all += spec->tasks[i].count;
    }
    qsort(sorted, spec->len, sizeof sorted[0], by_want);
    const size_t len = merge(sorted, spec->len);
    qsort(sorted, len, sizeof sorted[0], by_frequency);
    for (size_t i = 0; i < len && m->len < TYPICAL_MOST; i++) {
        if ((int128)m->weight * 1000000 >= (int128)all * spec->coverage_ppm)
            break;
        m->weight += sorted[i].count;
        m->tasks[m->len++] = sorted[i];
    }
    free(sorted);
}

/* --- classes of nodes --- */

static void add_step(struct group *g, const struct typical_task *t)
{
    uint32_t i = g->steps_len;
    while (i > 0 && g->steps[i - 1].cpu_milli > t->want.cpu_milli)
        i--;
    memmove(&g->steps[i + 1], &g->steps[i], (g->steps_len - i) * sizeof g->steps[0]);
    g->steps[i] = (struct step){t->want.cpu_milli, t->count};
    g->steps_len++;
}

static struct group *group_for(struct node_class *k, const struct gpu_demand *want)
{
    for (uint32_t i = 0; i < k->groups_len; i++)
        if (k->groups[i].gpus == want->gpus && k->groups[i].milli == want->milli)
            return &k->groups[i];
    struct group *g = &k->groups[k->groups_len++];
    g->gpus = want->gpus;
    g->milli = want->milli;
    return g;
}

static void fill_class(const struct typical_mix *m, struct node_class *k)
{
    k->groups = calloc(m->len + 1, sizeof k->groups[0]);
    SIM_REQUIRE(k->groups != NULL);
    for (size_t i = 0; i < m->len; i++)
        if (m->tasks[i].want.gpus > 0 && k->admits >> i & 1)
            add_step(group_for(k, &m->tasks[i].want), &m->tasks[i]);
    for (uint32_t i = 0; i < k->groups_len; i++)
        for (uint32_t s = 1; s < k->groups[i].steps_len; s++)
            k->groups[i].steps[s].count += k->groups[i].steps[s - 1].count;
}

static uint16_t class_with(struct typical_mix *m, uint64_t admits)
{
    for (uint32_t i = 0; i < m->classes_len; i++)
        if (m->classes[i].admits == admits)
            return (uint16_t)i;
    SIM_REQUIRE(m->classes_len < UINT16_MAX);
    m->classes = realloc(m->classes, (m->classes_len + 1) * sizeof m->classes[0]);
    SIM_REQUIRE(m->classes != NULL);
    m->classes[m->classes_len] = (struct node_class){.admits = admits};
    fill_class(m, &m->classes[m->classes_len]);
    return (uint16_t)m->classes_len++;
}

static uint64_t admitted(const struct typical_mix *m, const struct typical_spec *spec,
                         const struct node *n)
{
    uint64_t mask = 0;
    for (size_t i = 0; i < m->len; i++)
        if (spec->admits == NULL || spec->admits(spec->context, m->tasks[i].where, n))
            mask |= UINT64_C(1) << i;
    return mask;
}

struct typical_mix *typical_mix_new(const struct typical_spec *spec)
{
    const struct cluster *c = spec->cluster;
    struct typical_mix *m = calloc(1, sizeof *m);
    SIM_REQUIRE(m != NULL);
    choose(m, spec);
    m->class_of = calloc(c->nodes_len + 1, sizeof m->class_of[0]);
    SIM_REQUIRE(m->class_of != NULL);
    for (uint32_t n = 0; n < c->nodes_len; n++)
        m->class_of[n] = class_with(m, admitted(m, spec, &c->nodes[n]));
    return m;
}

void typical_mix_free(struct typical_mix *m)
{
    if (m == NULL)
        return;
    for (uint32_t i = 0; i < m->classes_len; i++)
        free(m->classes[i].groups);
    free(m->classes);
    free(m->class_of);
    free(m);
}

int64_t typical_mix_weight(const struct typical_mix *m)
{
    return m->weight;
}

size_t typical_mix_len(const struct typical_mix *m)
{
    return m->len;
}

/* --- questions --- */

static int64_t runnable(const struct group *g, int64_t cpu_milli)
{
    uint32_t from = 0, to = g->steps_len;
    while (from < to) {
        const uint32_t middle = (from + to) / 2;
        if (g->steps[middle].cpu_milli <= cpu_milli)
            from = middle + 1;
        else
            to = middle;
    }
    return from == 0 ? 0 : g->steps[from - 1].count;
}

struct usable {
    int64_t milli; /* on GPUs that have the group's part */
    uint32_t gpus; /* so many of them */
};

static struct usable usable_by(const struct group *g, const struct gpu_left *left)
{
    struct usable u = {0};
    for (uint32_t i = 0; i < left->gpus; i++) {
        const uint32_t has_part = left->milli[i] >= g->milli;
        u.gpus += has_part;
        u.milli += has_part ? left->milli[i] : 0;
    }
    return u;
}

int64_t typical_mix_fragments(const struct typical_mix *m, uint32_t node,
                              const struct gpu_left *left)
{
    const struct node_class *k = &m->classes[m->class_of[node]];
    int64_t sum = left->total_milli * m->weight;
    for (uint32_t i = 0; i < k->groups_len; i++) {
        const struct group *g = &k->groups[i];
        const struct usable u = usable_by(g, left);
        if (u.gpus >= g->gpus)
            sum -= runnable(g, left->cpu_milli) * u.milli;
    }
    return sum;
}

/* What changes in a group if one GPU has `now` in place of `was` left. */
static struct usable replaced(const struct group *g, struct usable u, uint32_t was, uint32_t now)
{
    if (was >= g->milli) {
        u.gpus--;
        u.milli -= was;
    }
    if (now >= g->milli) {
        u.gpus++;
        u.milli += now;
    }
    return u;
}

/* From what each GPU would leave as fragments, what `tasks` of the group could use after all. */
static void subtract_usable(const struct group *g, const struct gpu_left *left, uint32_t milli,
                            int64_t tasks, int64_t out[NODE_MOST_GPUS])
{
    const struct usable now = usable_by(g, left);
    for (uint32_t gpu = 0; gpu < left->gpus; gpu++) {
        const uint32_t was = left->milli[gpu];
        if (was < milli)
            continue;
        const struct usable then = replaced(g, now, was, was - milli);
        if (then.gpus >= g->gpus)
            out[gpu] -= tasks * then.milli;
    }
}

void typical_mix_after_share(const struct typical_mix *m, uint32_t node,
                             const struct gpu_left *left, const struct gpu_demand *share,
                             int64_t out[NODE_MOST_GPUS])
{
    const struct node_class *k = &m->classes[m->class_of[node]];
    for (uint32_t gpu = 0; gpu < left->gpus; gpu++)
        if (left->milli[gpu] >= share->milli)
            out[gpu] = (left->total_milli - share->milli) * m->weight;
    for (uint32_t i = 0; i < k->groups_len; i++) {
        const struct group *g = &k->groups[i];
        const int64_t tasks = runnable(g, left->cpu_milli - share->cpu_milli);
        if (tasks > 0)
            subtract_usable(g, left, share->milli, tasks, out);
    }
}
