#include "workloads/job_origins.h"

#include "sim/arena.h"

#include <string.h>

#define QUEUE "kueue.x-k8s.io/queue-name"

/* What the maker makes of one object. */
struct made {
    const struct made_job *jobs;
    size_t len;
};

static void add(struct job_origins *o, const struct job_origin *origin)
{
    if (o->len == o->cap) {
        const size_t cap = 2 * o->cap + 64;
        struct job_origin *more = arena_alloc(o->reader->arena, cap * sizeof more[0]);
        if (o->len > 0)
            memcpy(more, o->list, o->len * sizeof more[0]);
        o->list = more;
        o->cap = cap;
    }
    o->list[o->len++] = *origin;
}

static size_t workloads_of(const struct made *m)
{
    size_t len = 0;
    for (size_t i = 0; i < m->len; i++)
        len += m->jobs[i].workload != NULL;
    return len;
}

static bool is_of_group(const struct made *m)
{
    bool is = false;
    for (size_t i = 0; i < m->len; i++)
        is |= m->jobs[i].is_of_group;
    return is;
}

/* Whether the object's own kind says all: it is one job with its pods. */
static bool is_one_job(const struct object *o, const struct made *m)
{
    const bool is_split = strcmp(o->kind, "Deployment") == 0 && workloads_of(m) > 0;
    return workload_shape_find(o) != NULL && !is_split && !is_of_group(m);
}

static void add_made(struct job_origins *o, const struct object *from, const struct made *m,
                     const struct object *head)
{
    const bool is_many = workloads_of(m) > 1;
    if (strcmp(from->kind, "CronJob") == 0)
        diag_warning(o->reader->diag, object_pos(from),
                     "CronJob %s: its schedule is not read; it is submitted once, or as `submit` "
                     "says",
                     from->name);
    for (size_t i = 0, n = 0; i < m->len; i++) {
        const struct made_job *j = &m->jobs[i];
        if (j->workload == NULL)
            continue;
        struct job_origin origin = {
            .object = j->owner, .workload = j->workload, .named = from, .head = head};
        if (j->is_of_group) {
            origin.named = j->workload; /* it has the name of the group */
            origin.name = j->workload->name;
        } else if (is_many) {
            origin.head = NULL;
            origin.name = arena_printf(o->reader->arena, "%s-%zu", from->name, n);
        }
        add(o, &origin);
        n++;
    }
}

static const char *problem_of(const struct made *m)
{
    for (size_t i = 0; i < m->len; i++)
        if (m->jobs[i].problem != NULL)
            return m->jobs[i].problem;
    return NULL;
}

static void leave_out(struct job_origins *o, const struct object *object, const struct made *m)
{
    const char *problem = problem_of(m);
    if (problem != NULL)
        diag_warning(o->reader->diag, object_pos(object),
                     "%s %s: Kueue makes no Workload of it: %s; left out", object->kind,
                     object->name, problem);
    else if (workload_is_unknown(object))
        diag_warning(o->reader->diag, object_pos(object),
                     "%s %s: objects of this kind are not simulated; left out", object->kind,
                     object->name);
}

static void warn_of_refusal(struct job_origins *o, const struct object *object,
                            const struct made *m)
{
    const char *problem = problem_of(m);
    if (problem != NULL && workloads_of(m) == 0 && object_label(object, QUEUE) != NULL)
        diag_warning(o->reader->diag, object_pos(object),
                     "%s %s: Kueue would not queue it: %s; it is simulated all the same",
                     object->kind, object->name, problem);
}

/* By its own kind; what Kueue makes of it says where its pods want to be. */
static void add_whole(struct job_origins *o, const struct object *object, const struct made *m,
                      const struct object *head)
{
    warn_of_refusal(o, object, m);
    add(o, &(struct job_origin){.object = object,
                                .made = workloads_of(m) == 1 ? m->jobs[0].workload : NULL,
                                .named = object,
                                .head = head});
}

static bool goes_on(struct job_origins *o, const struct object *object)
{
    const enum live_end end = o->is_live ? live_dump_end(object) : LIVE_GOES_ON;
    if (end == LIVE_GOES_ON)
        return true;
    struct repair *r = end == LIVE_FINISHED ? &o->finished : &o->deactivated;
    if (r->count++ == 0)
        r->first_line = object_pos(object).line;
    return false;
}

static void take_workload(struct job_origins *o, const struct object *workload)
{
    const char *group = object_annotation(workload, "kueue.x-k8s.io/is-group-workload");
    const struct object *maker = live_dump_maker(o->dump, workload);
    if (strcmp(maker->kind, "Pod") == 0 && group != NULL && strcmp(group, "true") == 0)
        maker = workload; /* of several pods */
    if (goes_on(o, workload))
        add(o, &(struct job_origin){.object = maker,
                                    .workload = workload,
                                    .named = maker,
                                    .head = o->is_live ? workload : NULL});
}

static void take(struct job_origins *o, const struct object *object, const struct made *m)
{
    const struct object *head = o->is_live ? object : NULL;
    const bool is_job = workload_shape_find(object) != NULL || workloads_of(m) > 0;
    if (live_dump_head(o->dump, object) != object)
        return;
    if (workload_is_kueue(object))
        take_workload(o, object);
    else if (is_job && !goes_on(o, object))
        return;
    else if (is_one_job(object, m))
        add_whole(o, object, m, head);
    else if (workloads_of(m) > 0)
        add_made(o, object, m, head);
    else
        leave_out(o, object, m);
}

static size_t run_of(const struct made_job *jobs, size_t len, uint32_t number)
{
    size_t n = 0;
    while (n < len && jobs[n].from->number == number)
        n++;
    return n;
}

void job_origins_find(struct job_origins *o)
{
    size_t made_len = 0;
    o->finished = (struct repair){.what = "is finished", .is_skip = true};
    o->deactivated = (struct repair){.what = "is deactivated", .is_skip = true};
    const struct made_job *made =
        o->maker == NULL ? NULL : o->maker->make(o->reader, o->objects, &made_len);
    for (size_t i = 0; i < object_set_len(o->objects); i++) {
        const struct object *object = object_set_at(o->objects, i);
        const size_t len = run_of(made, made_len, object->number);
        take(o, object, &(struct made){made, len});
        made = made == NULL ? NULL : made + len;
        made_len -= len;
    }
}
