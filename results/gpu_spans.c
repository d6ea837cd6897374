#include "results/gpu_spans.h"

#include "models/device.h"
#include "models/gpu_model.h"
#include "results/job_dimension.h"
#include "sim/arena.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 128, FIRST_CAPACITY = 256, WHY_MOST = 128 };

struct charted_gpu {
    const char *node;
    unsigned index;
    unsigned slices; /* of the whole; 0: no instance of it was held */
};

struct gpu_spans {
    const struct simulation *sim; /* NULL: not being filled */
    struct arena *arena;
    struct intern *names, *tenants, *queues;
    struct gpu_span *spans;
    uint32_t *queue_of; /* by span, until it is known what tells them apart */
    size_t len, cap;
    struct charted_gpu gpus[SPANS_GPUS];
    size_t gpus_len;
    int by;
    char why[WHY_MOST]; /* "": nothing is against it */
};

struct gpu_spans *gpu_spans_new(void)
{
    struct gpu_spans *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL);
    s->arena = arena_new();
    s->names = intern_new();
    s->tenants = intern_new();
    s->queues = intern_new();
    return s;
}

void gpu_spans_free(struct gpu_spans *s)
{
    if (s == NULL)
        return;
    intern_free(s->names);
    intern_free(s->tenants);
    intern_free(s->queues);
    arena_free(s->arena);
    free(s->spans);
    free(s->queue_of);
    free(s);
}

/* --- filling --- */

static void add_gpus(struct gpu_spans *s, const struct node *n)
{
    for (uint32_t i = 0; n->classes_len > 0 && i < n->gpus; i++)
        s->gpus[n->first_gpu + i] =
            (struct charted_gpu){arena_text(s->arena, n->name, strlen(n->name)), i, 0};
}

void gpu_spans_begin(struct gpu_spans *s, const struct simulation *sim)
{
    const struct cluster *c = simulation_cluster(sim);
    s->sim = sim;
    s->gpus_len = c->gpus_len <= SPANS_GPUS ? c->gpus_len : 0;
    if (c->gpus_len > SPANS_GPUS)
        snprintf(s->why, sizeof s->why, "the cluster has %u GPUs; a chart shows at most %d",
                 c->gpus_len, SPANS_GPUS);
    else if (c->gpus_len == 0)
        snprintf(s->why, sizeof s->why, "no machine of the cluster numbers its GPUs");
    for (uint32_t n = 0; s->gpus_len > 0 && n < c->nodes_len; n++)
        add_gpus(s, &c->nodes[n]);
}

static void give_up(struct gpu_spans *s)
{
    snprintf(s->why, sizeof s->why, "there were more than %d stays on GPUs", SPANS_MOST);
    s->len = 0;
}

static void add_span(struct gpu_spans *s, const struct gpu_span *span, uint32_t queue)
{
    if (s->len == SPANS_MOST) {
        give_up(s);
        return;
    }
    if (s->len == s->cap) {
        s->cap = s->cap == 0 ? FIRST_CAPACITY : 2 * s->cap;
        s->spans = realloc(s->spans, s->cap * sizeof s->spans[0]);
        s->queue_of = realloc(s->queue_of, s->cap * sizeof s->queue_of[0]);
        SIM_REQUIRE(s->spans != NULL && s->queue_of != NULL);
    }
    s->queue_of[s->len] = queue;
    s->spans[s->len++] = *span;
}

static uint32_t word_in(struct intern *t, const struct simulation *sim, uint32_t word)
{
    return intern_add(t, word == INTERN_NONE ? GROUP_NONE
                                             : intern_text(simulation_names(sim)->words, word));
}

static unsigned slices_of(const struct gpu_spans *s, const struct node *n)
{
    const struct mig_table *table = simulation_cluster(s->sim)->kinds[n->gpu_kind]->mig;
    return table == NULL ? MIG_MOST_SLICES : table->memory_slices;
}

/* Several uses of one GPU that are no instances are one stay. */
static void add_gpus_of(struct gpu_spans *s, const struct node *n, const struct task *task,
                        struct gpu_span *span, uint32_t queue)
{
    uint64_t gpus = task->gpu_mask;
    for (uint32_t i = 0; i < task->uses_len && s->why[0] == '\0'; i++) {
        const struct device_unit *u = device_unit_of(n, task->uses[i]);
        if (u->profile == NULL) {
            gpus |= UINT64_C(1) << u->gpu;
            continue;
        }
        span->gpu = n->first_gpu + u->gpu;
        span->slice = (uint8_t)u->slice_start;
        span->slices = (uint8_t)u->slices;
        s->gpus[span->gpu].slices = slices_of(s, n);
        add_span(s, span, queue);
    }
    span->slice = span->slices = 0;
    for (; gpus != 0 && s->why[0] == '\0'; gpus &= gpus - 1) {
        span->gpu = n->first_gpu + (uint32_t)__builtin_ctzll(gpus);
        add_span(s, span, queue);
    }
}

void gpu_spans_task(struct gpu_spans *s, const struct job *job, const struct task *task)
{
    if (s->why[0] != '\0' || task->node == NODE_NONE || task->bound_ns == TIME_NEVER)
        return;
    const struct cluster *c = simulation_cluster(s->sim);
    const struct node *n = &c->nodes[task->node];
    char name[NAME_MOST];
    simulation_job_name(s->sim, job, name, sizeof name);
    struct gpu_span span = {
        .from_ns = task->bound_ns,
        .to_ns = task->end_ns == TIME_NEVER ? simulation_now_ns(s->sim) : task->end_ns,
        .job = job->number,
        .name = intern_add(s->names, name),
        .group = word_in(s->tenants, s->sim, job->tenant_word),
        .is_preempted = task->cause == END_PREEMPTED,
    };
    const uint32_t queue = word_in(s->queues, s->sim, job->queue_word);
    if (n->classes_len == 0 || span.to_ns == span.from_ns)
        return;
    add_gpus_of(s, n, task, &span, queue);
}

/* --- the end --- */

static void choose_groups(struct gpu_spans *s)
{
    s->by = intern_len(s->tenants) > 1  ? SPANS_BY_TENANT
            : intern_len(s->queues) > 1 ? SPANS_BY_QUEUE
                                        : SPANS_BY_JOB;
    for (size_t i = 0; i < s->len; i++)
        if (s->by == SPANS_BY_QUEUE)
            s->spans[i].group = s->queue_of[i];
        else if (s->by == SPANS_BY_JOB)
            s->spans[i].group = (uint32_t)s->spans[i].job;
}

static int by_gpu_and_time(const void *a, const void *b)
{
    const struct gpu_span *x = a;
    const struct gpu_span *y = b;
    if (x->gpu != y->gpu)
        return x->gpu < y->gpu ? -1 : 1;
    if (x->from_ns != y->from_ns)
        return x->from_ns < y->from_ns ? -1 : 1;
    if (x->job != y->job)
        return x->job < y->job ? -1 : 1;
    return (x->slice > y->slice) - (x->slice < y->slice);
}

/* What lanes share: a whole GPU, or an instance at a slice of it. */
static size_t place_of(const struct gpu_span *span)
{
    return span->slices == 0 ? 0 : (size_t)1 + span->slice;
}

enum { PLACES = 1 + MIG_MOST_SLICES, LANES_MOST = 64 };

/* Of a GPU, the lowest lane that is free at its beginning; spans come one behind the other. */
static void choose_lanes_of(struct gpu_span *spans, size_t len)
{
    int64_t free_ns[PLACES][LANES_MOST];
    uint16_t lanes[PLACES] = {0};
    for (size_t p = 0; p < PLACES; p++)
        for (size_t l = 0; l < LANES_MOST; l++)
            free_ns[p][l] = INT64_MIN;
    for (size_t i = 0; i < len; i++) {
        const size_t place = place_of(&spans[i]);
        uint16_t lane = 0;
        while (lane < LANES_MOST - 1 && free_ns[place][lane] > spans[i].from_ns)
            lane++;
        free_ns[place][lane] = spans[i].to_ns;
        spans[i].lane = lane;
        if (lane >= lanes[place])
            lanes[place] = (uint16_t)(lane + 1);
    }
    for (size_t i = 0; i < len; i++)
        spans[i].lanes = lanes[place_of(&spans[i])];
}

static void choose_lanes(struct gpu_spans *s)
{
    for (size_t i = 0, next; i < s->len; i = next) {
        for (next = i + 1; next < s->len && s->spans[next].gpu == s->spans[i].gpu;)
            next++;
        choose_lanes_of(&s->spans[i], next - i);
    }
}

void gpu_spans_end(struct gpu_spans *s)
{
    s->sim = NULL;
    choose_groups(s);
    if (s->len > 0)
        qsort(s->spans, s->len, sizeof s->spans[0], by_gpu_and_time);
    choose_lanes(s);
}

/* --- reading --- */

const char *gpu_spans_why_not(const struct gpu_spans *s)
{
    if (s->why[0] == '\0' && s->len == 0)
        return "no job held a GPU";
    return s->why[0] == '\0' ? NULL : s->why;
}

size_t gpu_spans_len(const struct gpu_spans *s)
{
    return s->len;
}

const struct gpu_span *gpu_spans_at(const struct gpu_spans *s, size_t i)
{
    SIM_REQUIRE(i < s->len);
    return &s->spans[i];
}

size_t gpu_spans_gpus(const struct gpu_spans *s)
{
    return s->gpus_len;
}

const char *gpu_spans_node(const struct gpu_spans *s, size_t gpu)
{
    SIM_REQUIRE(gpu < s->gpus_len);
    return s->gpus[gpu].node;
}

unsigned gpu_spans_index(const struct gpu_spans *s, size_t gpu)
{
    SIM_REQUIRE(gpu < s->gpus_len);
    return s->gpus[gpu].index;
}

unsigned gpu_spans_slices(const struct gpu_spans *s, size_t gpu)
{
    SIM_REQUIRE(gpu < s->gpus_len);
    return s->gpus[gpu].slices;
}

const char *gpu_spans_name(const struct gpu_spans *s, uint32_t name)
{
    return intern_text(s->names, name);
}

int gpu_spans_by(const struct gpu_spans *s)
{
    return s->by;
}

size_t gpu_spans_groups(const struct gpu_spans *s)
{
    return s->by == SPANS_BY_TENANT  ? intern_len(s->tenants)
           : s->by == SPANS_BY_QUEUE ? intern_len(s->queues)
                                     : 0;
}

const char *gpu_spans_group(const struct gpu_spans *s, uint32_t group)
{
    return intern_text(s->by == SPANS_BY_TENANT ? s->tenants : s->queues, group);
}
