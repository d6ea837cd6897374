/*
 * annotation_map.c - every pod goes where the annotation gpu-scheduling-map of its job says.
 *
 * A map has a line INDEX=NODE:DEVICE,DEVICE for each pod, and a pod finds its line by the number in
 * its name. Nobody looks at what is free: two pods that name one GPU share its time.
 *
 * Modes
 *   original    the seed's scheduler.py: the index is the last part of the name that is a number
 *   dynamic     the smallest index of the map that no pod of the namespace has; the pod keeps it
 *               until it is gone, though its node may not be ready
 *   strict      as original, but a job waits until nobody has its devices and there is room for the
 *               rest it asks for; of those that could start, who came first
 *   last-part   as evgl/gpu-scheduler: the index is what int() makes of the name's last part, and
 *               nodes are called by their label gpu-node-name
 *   pod-index   as rielas/sdg: the index is the label that StatefulSets give their pods, and one
 *               bad line spoils a map
 *
 * Gangs    Kubernetes knows none: the tasks of a gang are bound one by one, under the names of pods
 *          (JOB-0, JOB-1), and wait for each other on their devices. In mode strict they are bound
 *          together.
 * Retries  A pod that cannot be bound is tried again when the watch begins anew: every 60 s from
 *          the start (last-part: 3600 s). In mode strict, as soon as its devices are free.
 * Devices  The model gives a pod the devices that the map intends for it. The seed's scheduler
 *          injects nothing into the pods: CUDA_VISIBLE_DEVICES is set by the pods themselves, or
 *          not at all; hence a warning. Devices that the node has not are passed over.
 * Left out Five seconds of sleep after an exception; the back-off of evgl/gpu-scheduler (at most
 *          five tries, with jitter).
 * Source   gpu_models.md 0.4.
 */
#include "policies/annotation_map/annotation_map.h"

#include "sim/check.h"
#include "sim/config.h"

#include <stdlib.h>
#include <string.h>

static const char *const map_reasons[] = {
    [MAP_NONE] = "no_map",
    [MAP_OTHER_SCHEDULER] = "other_scheduler",
    [MAP_EMPTY] = "empty_map",
    [MAP_NO_INDEX] = "no_index",
    [MAP_NOT_IN_MAP] = "not_in_map",
    [MAP_NO_NODE] = "no_such_node",
    [MAP_NODE_NOT_READY] = "node_not_ready",
    [MAP_NO_FREE_INDEX] = "no_free_index",
    [MAP_DEVICES_BUSY] = "devices_busy",
    [MAP_NO_DEVICE] = "no_such_device",
    [MAP_TOO_LARGE] = "too_large",
    [MAP_REASONS] = NULL,
};

/* --- options --- */

static const char *const mode_names[] = {
    [MAP_ORIGINAL] = "original",   [MAP_DYNAMIC] = "dynamic",     [MAP_STRICT] = "strict",
    [MAP_LAST_PART] = "last-part", [MAP_POD_INDEX] = "pod-index", NULL,
};

static const char *const generate_names[] = {
    [GENERATE_NONE] = "none", [GENERATE_FIRST_FIT] = "first-fit", NULL};

#define FIELD(member) offsetof(struct annotation_map, member)

static const struct config_key keys[] = {
    {.key = "mode",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(mode),
     .fallback = "original",
     .choices = mode_names,
     .help = "how a pod finds its line of the map: by the number in its name (original, strict, "
             "last-part), by its StatefulSet's index (pod-index), or the first free one (dynamic); "
             "strict also waits for free devices"},
    {.key = "generate",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(generate),
     .fallback = "none",
     .choices = generate_names,
     .help = "a map for jobs that bring none: first-fit names the first GPUs among those that the "
             "fewest maps name; with none, such jobs wait for ever"},
    {.key = "scheduler_name",
     .kind = CONFIG_TEXT,
     .offset = FIELD(scheduler_name),
     .fallback = "gpu-scheduler",
     .help = "pods with a map whose schedulerName is another one wait for ever"},
    {.key = "retry",
     .kind = CONFIG_DURATION,
     .offset = FIELD(retry_ns),
     .fallback = "",
     .min = 1e9,
     .max = 1e18,
     .help = "pods that could not be bound are tried again at multiples of this, from the start "
             "on; default 60s, in mode last-part 3600s"},
    {.key = "in_order",
     .kind = CONFIG_BOOL,
     .offset = FIELD(in_order),
     .fallback = "false",
     .help = "strict: nobody passes who has waited longer for one of its devices, free or not; "
             "otherwise those with many devices may wait for long"},
    {0},
};

static const struct config_table options = {
    .name = "annotation-map",
    .help = "Pods go where the annotation gpu-scheduling-map says, whatever is free there.",
    .bytes = sizeof(struct annotation_map),
    .keys = keys,
};

/* --- life --- */

static void warn_of_injection(const struct annotation_map *m, const struct policy_env *env,
                              struct diag *d)
{
    if (m->mode == MAP_ORIGINAL || m->mode == MAP_POD_INDEX)
        diag_warning(d, env->options == NULL ? (struct src_pos){0} : yaml_pos(env->options),
                     "annotation-map: pods get the devices that their map intends; the original "
                     "scheduler injects nothing into them, and what they see depends on them");
}

static bool map_open(void *state, const struct policy_env *env, struct diag *d)
{
    struct annotation_map *m = state;
    struct config_reader reader = {.diag = d, .arena = env->arena};
    if (!config_read(&reader, env->options, (struct src_pos){0}, &options, m))
        return false;
    if (m->retry_ns == 0)
        m->retry_ns = INT64_C(1000000000) * (m->mode == MAP_LAST_PART ? 3600 : 60);
    m->first_parked = m->last_parked = UINT32_MAX;
    m->wakes_at_ns = INT64_MIN;
    map_book_init(m, env);
    map_resolve_init(m);
    device_queues_init(&m->queues, m->cluster->gpus_len + m->cluster->nodes_len);
    bitset_init(&m->changed, m->cluster->nodes_len);
    node_overlay_init(&m->taken, m->cluster);
    m->row = calloc(m->cluster->resources_len + 1, sizeof m->row[0]);
    SIM_REQUIRE(m->row != NULL);
    warn_of_injection(m, env, d);
    return true;
}

static void map_close(void *state)
{
    struct annotation_map *m = state;
    for (size_t i = 0; i < m->works_cap; i++) {
        map_places_fini(&m->works[i].places);
        id_list_fini(&m->works[i].claim.wants);
    }
    map_book_fini(m);
    map_resolve_fini(m);
    map_places_fini(&m->ready);
    device_queues_fini(&m->queues);
    bitset_fini(&m->changed);
    node_overlay_fini(&m->taken);
    id_list_fini(&m->due);
    id_list_fini(&m->again);
    free(m->works);
    free(m->candidates);
    free(m->row);
}

/* --- who comes and goes --- */

static struct map_work *add_work(struct annotation_map *m, uint32_t number)
{
    const size_t old = m->works_cap;
    if (number >= old) {
        while (m->works_cap <= number)
            m->works_cap = m->works_cap == 0 ? 64 : 2 * m->works_cap;
        m->works = realloc(m->works, m->works_cap * sizeof m->works[0]);
        SIM_REQUIRE(m->works != NULL);
        memset(m->works + old, 0, (m->works_cap - old) * sizeof m->works[0]);
    }
    return &m->works[number];
}

static void work_comes(struct annotation_map *m, const struct acts *a, uint32_t number)
{
    struct map_work *w = add_work(m, number);
    SIM_REQUIRE(!w->is_live);
    *w = (struct map_work){.is_live = true, .is_due = true, .job = work_job(a, number)->id};
    id_list_add(&m->due, number);
}

static void work_goes(struct annotation_map *m, uint32_t number)
{
    if (number >= m->works_cap || !map_work(m, number)->is_live)
        return;
    map_unpark(m, number);
    map_leave_queues(m, number);
    struct map_work *w = map_work(m, number);
    for (size_t i = 0; i < w->places.len; i++) {
        m->may_help |= w->places.items[i].rank != MAP_NO_RANK;
        map_return_index(m, w->job, &w->places.items[i]);
    }
    map_places_fini(&w->places);
    w->is_live = w->is_due = false;
}

static void name_buckets(struct annotation_map *m, struct acts *a)
{
    for (uint32_t b = 1; b < MAP_REASONS && !m->has_buckets; b++)
        act_bucket(a, b, b, NULL);
    m->has_buckets = true;
}

static void hear_of_node(struct annotation_map *m, const struct note *n)
{
    if (n->node == NODE_NONE)
        return;
    bitset_set(&m->changed, n->node);
    m->may_help |= n->kind == NOTE_NODE_CHANGED && map_node_is_ready(m, n->node);
}

static void map_notify(void *state, const struct note *n, struct acts *a)
{
    struct annotation_map *m = state;
    name_buckets(m, a);
    if (n->kind == NOTE_TIMER)
        m->is_tick = true;
    if (n->kind == NOTE_NODE_CHANGED || n->kind == NOTE_RELEASED)
        hear_of_node(m, n);
    if (n->kind == NOTE_ARRIVED)
        map_open_job(m, acts_job(a, n->job));
    uint32_t number = 0;
    const unsigned news = work_news(a, n, &number);
    if (news & WORK_GONE)
        work_goes(m, number);
    if (news & WORK_CAME)
        work_comes(m, a, number);
    if (n->kind == NOTE_ENDED)
        map_close_job(m, acts_job(a, n->job));
}

/* --- when to try --- */

/* Binding one may bring others (of an ordered StatefulSet the next), or end a job. */
static void attempt_all(struct annotation_map *m, struct acts *a, struct id_list *list)
{
    for (size_t i = 0; i < list->len; i++) {
        struct map_work *w = map_work(m, list->ids[i]);
        if (!w->is_due)
            continue; /* gone, or tried under the number of another */
        w->is_due = false;
        map_attempt(m, a, list->ids[i]);
    }
    list->len = 0;
}

static void take_parked(struct annotation_map *m)
{
    for (uint32_t n = m->first_parked; n != UINT32_MAX; n = map_work(m, n)->next) {
        map_work(m, n)->is_due = true;
        id_list_add(&m->again, n);
    }
}

/* The watch begins anew every retry_ns; only when that may help is it worth an event. */
static void wake_for_parked(struct annotation_map *m, struct acts *a)
{
    const int64_t now_ns = acts_now_ns(a);
    if (!m->may_help || m->first_parked == UINT32_MAX || m->wakes_at_ns > now_ns)
        return;
    const int64_t ticks = (now_ns - m->start_ns) / m->retry_ns;
    m->wakes_at_ns = m->start_ns + (ticks + 1) * m->retry_ns;
    act_wake(a, m->wakes_at_ns, PHASE_TIMER, 0);
}

static enum verdict map_decide(void *state, struct acts *a)
{
    struct annotation_map *m = state;
    if (m->mode == MAP_STRICT)
        map_attempt_changed(m, a);
    if (m->is_tick) {
        m->is_tick = m->may_help = false;
        take_parked(m);
    }
    attempt_all(m, a, &m->again);
    attempt_all(m, a, &m->due);
    wake_for_parked(m, a);
    return SETTLED;
}

/* --- what `clustersim explain` asks --- */

static void add_places(const struct annotation_map *m, uint32_t number, uint64_t *masks)
{
    if (number >= m->works_cap)
        return;
    const struct map_places *places = &map_work(m, number)->places;
    for (size_t i = 0; i < places->len; i++) {
        const struct map_place *p = &places->items[i];
        if (p->node < m->cluster->nodes_len && !p->is_bound)
            masks[p->node] |= p->gpus != 0 ? p->gpus : UINT64_MAX;
    }
}

/* The devices that its map names. */
static void map_may_have(void *state, const struct acts *a, uint32_t waiting, uint64_t *masks)
{
    const struct annotation_map *m = state;
    const struct job *job = acts_job(a, waiting);
    memset(masks, 0, m->cluster->nodes_len * sizeof masks[0]);
    if (job->is_gang)
        add_places(m, 2 * job->id, masks);
    for (uint32_t id = job->is_gang ? TASK_NONE : job->first_task; id != TASK_NONE;) {
        const struct task *t = acts_task(a, id);
        if (t->state == TASK_PENDING)
            add_places(m, 2 * id + 1, masks);
        id = t->next;
    }
}

extern const struct policy_ops policy_annotation_map;
const struct policy_ops policy_annotation_map = {
    .api = POLICY_API,
    .name = "annotation-map",
    .summary = "pods go to the nodes and devices that their annotation says, free or not",
    .roles = ROLE_ADMIT | ROLE_PLACE,
    .wants = WORK_COMES | WORK_GOES | NOTE_BIT(NOTE_NODE_CHANGED) | NOTE_BIT(NOTE_TIMER),
    .state_bytes = sizeof(struct annotation_map),
    .options = &options,
    .reasons = map_reasons,
    .open = map_open,
    .notify = map_notify,
    .decide = map_decide,
    .may_have = map_may_have,
    .close = map_close,
};
