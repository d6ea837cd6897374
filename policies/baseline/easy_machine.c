#include "policies/baseline/easy.h"

/* --- the queue --- */

void easy_join_queue(struct easy *e, struct easy_job *j)
{
    backlog_push(&e->backlog, j->id, j->size, j->prediction.run_ns);
    if (e->order == EASY_SJBF)
        order_tree_insert(&e->by_length, &(struct order_entry){.key = j->prediction.run_ns,
                                                               .tie = j->rank,
                                                               .size = j->size,
                                                               .item = j->id});
}

void easy_leave_queue(struct easy *e, struct easy_job *j)
{
    backlog_remove(&e->backlog, j->id);
    if (e->order == EASY_SJBF)
        order_tree_remove(&e->by_length, j->prediction.run_ns, j->rank);
    if (j->is_told && e->machine.is_flat)
        size_waits_drop(&e->waits, j->size);
    j->is_told = false;
    j->kept_at = 0;
}

/* --- units --- */

struct sizing {
    struct easy *e;
    const struct acts *a;
    struct order_tree ends;
};

static bool size_running(void *context, const struct order_entry *entry)
{
    struct sizing *s = context;
    struct easy_job *j = easy_job(s->e, entry->item);
    if (j->state == EASY_RUNNING)
        j->size = flat_machine_size(&s->e->machine, s->a, j->work);
    struct order_entry sized = *entry;
    sized.size = j->size;
    s->e->running += j->size;
    order_tree_insert(&s->ends, &sized);
    return true;
}

/* Units have another meaning: everything is measured anew. */
static void measure_again(struct easy *e, const struct acts *a)
{
    struct sizing s = {.e = e, .a = a};
    e->running = 0;
    order_tree_walk(&e->ends, size_running, &s);
    order_tree_fini(&e->ends);
    e->ends = s.ends;
    struct backlog old = e->backlog;
    e->backlog = (struct backlog){0};
    order_tree_fini(&e->by_length);
    const struct backlog_probe all = {FLAT_MOST_UNITS, INT64_MAX, FLAT_MOST_UNITS};
    uint32_t cursor = 0, id;
    while ((id = backlog_find(&old, &cursor, &all)) != BACKLOG_NONE) {
        struct easy_job *j = easy_job(e, id);
        j->size = flat_machine_size(&e->machine, a, j->work);
        j->is_told = false;
        j->kept_at = 0;
        easy_join_queue(e, j);
        id_list_add(&e->untold, id);
    }
    backlog_fini(&old);
    size_waits_fini(&e->waits);
    e->kept.len = 0;
    e->is_planned = false;
}

void easy_look_at_nodes(struct easy *e, struct acts *a)
{
    e->is_planned = false;
    if (flat_machine_look_at_nodes(&e->machine))
        measure_again(e, a);
}

bool easy_measure(struct easy *e, struct acts *a, struct easy_job *j)
{
    if (!flat_machine_admits(&e->machine, a, j->work)) {
        if (e->protocol == EASY_PUBLISHED) {
            act_refuse(a, j->job, "protocol published: it asks for something else than the others");
            return false;
        }
        if (flat_machine_give_up(&e->machine))
            measure_again(e, a);
    }
    j->size = flat_machine_size(&e->machine, a, j->work);
    return true;
}

/* --- why they wait --- */

static void tell_new(struct easy *e, struct acts *a)
{
    for (size_t i = 0; i < e->untold.len; i++) {
        const uint32_t id = e->untold.ids[i];
        if (!pool_has(&e->jobs, id))
            continue;
        struct easy_job *j = easy_job(e, id);
        if (j->state != EASY_WAITING || j->is_told)
            continue;
        j->is_told = true;
        if (e->machine.is_flat)
            size_waits_add(&e->waits, a, j->job, j->size);
        else
            act_wait(a, j->job, work_has_node(&e->fit, a, j->work) ? EASY_NO_ROOM : EASY_NO_NODE);
    }
    e->untold.len = 0;
}

/* Those that the last pass has found kept back, and those it has not any more. */
static void tell_kept(struct easy *e, struct acts *a)
{
    size_t left = 0;
    for (size_t i = 0; i < e->kept.len; i++) {
        const uint32_t id = e->kept.ids[i];
        if (!pool_has(&e->jobs, id) || easy_job(e, id)->kept_at == 0)
            continue;
        struct easy_job *j = easy_job(e, id);
        const bool is_kept = j->kept_at == e->passes;
        act_wait(a, j->job, is_kept ? EASY_RESERVED : EASY_NO_ROOM);
        if (is_kept)
            e->kept.ids[left++] = id;
        else
            j->kept_at = 0;
    }
    e->kept.len = left;
}

void easy_tell_waits(struct easy *e, struct acts *a)
{
    for (uint32_t b = EASY_RESERVED; b < EASY_REASONS && !e->has_buckets; b++)
        act_bucket(a, b, b, NULL);
    e->has_buckets = true;
    if (e->machine.is_flat)
        size_waits_set_free(&e->waits, a, e->machine.capacity - e->running);
    tell_new(e, a);
    if (!e->machine.is_flat)
        tell_kept(e, a);
}
