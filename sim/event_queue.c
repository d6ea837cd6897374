/*
 * A min-heap with four children per node and the whole sort key inside each item.
 * Invariant: place[heap[i].handle] == i for all i < len, but for i = 0 while there is a hole;
 * places of free handles form a list.
 *
 * Four children and 32-byte items make the children of a node two cache lines; the array is
 * offset so that they begin on one. 10,000 busy servers then cost 1.5 times what 100 cost, where
 * a binary heap of pointers pays more than twice as much (PORTS.md, last paragraph).
 *
 * Taking the earliest leaves a hole at the root. Mostly the next thing that happens is a push: the
 * new item then sinks from the root, and nothing has to be moved up from the end of the heap first.
 */
#include "sim/event_queue.h"

#include "sim/check.h"
#include "sim/int128.h"

#include <stdlib.h>

enum { ARITY = 4, LEAD = ARITY - 1, LINE_BYTES = 128, FIRST_CAPACITY = 61 };

/* The last places on the first levels below the root. */
enum { LEVEL_1 = 4, LEVEL_2 = 20, LEVEL_3 = 84 };

struct item {
    uint64_t time;     /* as an unsigned number in the same order */
    uint64_t rank;     /* phase, then key */
    uint64_t seq_kind; /* order of pushing in the upper 48 bits, kind in the lower 16 */
    uint32_t handle;
    uint32_t subject;
};

struct event_queue {
    struct item *heap; /* heap[0] is the earliest; block + LEAD */
    struct item *block;
    uint32_t *place; /* by handle */
    size_t len;      /* with the hole */
    size_t cap;
    bool has_hole;        /* heap[0] was taken and nobody filled its place */
    uint32_t free_handle; /* first of the list through place[], EVENT_NONE ends it */
    uint64_t next_seq;
    int64_t now_ns;
    event_near_fn *near; /* NULL: nobody wants to know */
    void *near_context;
};

static uint64_t unsigned_time(int64_t time_ns)
{
    return (uint64_t)time_ns ^ UINT64_C(1) << 63;
}

static int64_t signed_time(uint64_t time)
{
    return (int64_t)(time ^ UINT64_C(1) << 63);
}

static bool before(const struct item *a, const struct item *b)
{
    if (a->time != b->time)
        return a->time < b->time;
    const uint128 ka = (uint128)a->rank << 64 | a->seq_kind;
    const uint128 kb = (uint128)b->rank << 64 | b->seq_kind;
    return ka < kb;
}

static void announce(const struct event_queue *q, size_t i, const struct item *it)
{
    const unsigned level = i <= LEVEL_1 ? 1 : i <= LEVEL_2 ? 2 : 3;
    q->near(q->near_context, (uint16_t)(it->seq_kind & UINT16_MAX), it->subject, level);
}

static void put(struct event_queue *q, size_t i, const struct item *it)
{
    q->heap[i] = *it;
    q->place[it->handle] = (uint32_t)i;
    if (i <= LEVEL_3 && q->near != NULL)
        announce(q, i, it);
}

static void sift_up(struct event_queue *q, size_t i, const struct item *it)
{
    while (i > 0) {
        const size_t parent = (i - 1) / ARITY;
        if (!before(it, &q->heap[parent]))
            break;
        put(q, i, &q->heap[parent]);
        i = parent;
    }
    put(q, i, it);
}

static size_t earliest_child(const struct event_queue *q, size_t first)
{
    const size_t end = first + ARITY < q->len ? first + ARITY : q->len;
    size_t best = first;
    for (size_t c = first + 1; c < end; c++)
        if (before(&q->heap[c], &q->heap[best]))
            best = c;
    return best;
}

/* Puts it where i is or further down. */
static void sift_down(struct event_queue *q, size_t i, const struct item *it)
{
    for (size_t child = ARITY * i + 1; child < q->len; child = ARITY * i + 1) {
        const size_t best = earliest_child(q, child);
        if (!before(&q->heap[best], it))
            break;
        put(q, i, &q->heap[best]);
        i = best;
    }
    put(q, i, it);
}

/* Puts it somewhere in place of the item at i. What comes from the end of the heap belongs near the
 * leaves, so the gap first goes all the way down, and the item then up: fewer comparisons than
 * meeting half-way. */
static void replace(struct event_queue *q, size_t i, const struct item *it)
{
    for (size_t child = ARITY * i + 1; child < q->len; child = ARITY * i + 1) {
        const size_t best = earliest_child(q, child);
        put(q, i, &q->heap[best]);
        i = best;
    }
    sift_up(q, i, it);
}

static void close_hole(struct event_queue *q)
{
    if (!q->has_hole)
        return;
    q->has_hole = false;
    const struct item last = q->heap[--q->len];
    if (q->len > 0)
        replace(q, 0, &last);
}

static void take_handle_back(struct event_queue *q, uint32_t handle)
{
    q->place[handle] = q->free_handle;
    q->free_handle = handle;
}

static void remove_at(struct event_queue *q, size_t i)
{
    const struct item last = q->heap[--q->len];
    take_handle_back(q, q->heap[i].handle);
    if (i < q->len)
        replace(q, i, &last);
}

static void grow(struct event_queue *q)
{
    const size_t cap = q->cap == 0 ? FIRST_CAPACITY : ARITY * q->cap + 1;
    SIM_REQUIRE_AT(q->now_ns, cap < EVENT_NONE);
    struct item *block = aligned_alloc(LINE_BYTES, (cap + LEAD) * sizeof block[0]);
    uint32_t *place = realloc(q->place, cap * sizeof place[0]);
    SIM_REQUIRE(block != NULL && place != NULL);
    for (size_t i = 0; i < q->len; i++)
        block[LEAD + i] = q->heap[i];
    free(q->block);
    q->block = block;
    q->heap = block + LEAD;
    q->place = place;
    for (size_t h = cap; h-- > q->cap;)
        take_handle_back(q, (uint32_t)h);
    q->cap = cap;
}

static struct event as_event(const struct item *it)
{
    return (struct event){
        .time_ns = signed_time(it->time),
        .key = it->rank & ((UINT64_C(1) << EVENT_KEY_BITS) - 1),
        .phase = (uint16_t)(it->rank >> EVENT_KEY_BITS),
        .kind = (uint16_t)(it->seq_kind & UINT16_MAX),
        .subject = it->subject,
    };
}

struct event_queue *event_queue_new(int64_t start_ns)
{
    struct event_queue *q = calloc(1, sizeof *q);
    SIM_REQUIRE(q != NULL);
    q->now_ns = start_ns;
    q->free_handle = EVENT_NONE;
    grow(q);
    return q;
}

void event_queue_free(struct event_queue *q)
{
    if (q == NULL)
        return;
    free(q->block);
    free(q->place);
    free(q);
}

void event_queue_tell_near(struct event_queue *q, event_near_fn *near, void *context)
{
    q->near = near;
    q->near_context = context;
}

int64_t event_queue_now_ns(const struct event_queue *q)
{
    return q->now_ns;
}

size_t event_queue_len(const struct event_queue *q)
{
    return q->len - q->has_hole;
}

uint32_t event_queue_push(struct event_queue *q, const struct event *ev)
{
    SIM_REQUIRE_AT(q->now_ns, ev->time_ns >= q->now_ns);
    SIM_REQUIRE_AT(q->now_ns, ev->key >> EVENT_KEY_BITS == 0);
    if (q->len == q->cap && !q->has_hole)
        grow(q);
    const uint32_t handle = q->free_handle;
    q->free_handle = q->place[handle];
    const struct item it = {
        .time = unsigned_time(ev->time_ns),
        .rank = (uint64_t)ev->phase << EVENT_KEY_BITS | ev->key,
        .seq_kind = q->next_seq++ << 16 | ev->kind,
        .handle = handle,
        .subject = ev->subject,
    };
    if (q->has_hole)
        sift_down(q, 0, &it);
    else
        sift_up(q, q->len++, &it);
    q->has_hole = false;
    return handle;
}

static size_t place_of(const struct event_queue *q, uint32_t handle)
{
    SIM_REQUIRE_AT(q->now_ns, handle < q->cap);
    const size_t i = q->place[handle];
    SIM_REQUIRE_AT(q->now_ns, i < q->len && q->heap[i].handle == handle);
    return i;
}

bool event_queue_cancel(struct event_queue *q, uint32_t *handle)
{
    if (*handle == EVENT_NONE)
        return false;
    close_hole(q);
    remove_at(q, place_of(q, *handle));
    *handle = EVENT_NONE;
    return true;
}

void event_queue_move(struct event_queue *q, uint32_t handle, int64_t time_ns)
{
    SIM_REQUIRE_AT(q->now_ns, time_ns >= q->now_ns);
    close_hole(q);
    const size_t i = place_of(q, handle);
    struct item it = q->heap[i];
    it.time = unsigned_time(time_ns);
    it.seq_kind = q->next_seq++ << 16 | (it.seq_kind & UINT16_MAX);
    replace(q, i, &it);
}

static size_t earliest(const struct event_queue *q)
{
    return q->has_hole ? earliest_child(q, 1) : 0;
}

bool event_queue_peek(const struct event_queue *q, struct event *out)
{
    if (event_queue_len(q) == 0)
        return false;
    *out = as_event(&q->heap[earliest(q)]);
    return true;
}

bool event_queue_pop(struct event_queue *q, struct event *out)
{
    close_hole(q);
    if (q->len == 0)
        return false;
    *out = as_event(&q->heap[0]);
    SIM_INVARIANT(out->time_ns >= q->now_ns);
    q->now_ns = out->time_ns;
    take_handle_back(q, q->heap[0].handle);
    q->has_hole = true;
    return true;
}

void event_queue_advance(struct event_queue *q, int64_t time_ns)
{
    SIM_REQUIRE_AT(q->now_ns, time_ns >= q->now_ns);
    SIM_REQUIRE_AT(q->now_ns,
                   event_queue_len(q) == 0 || q->heap[earliest(q)].time >= unsigned_time(time_ns));
    q->now_ns = time_ns;
}

const char *event_phase_name(unsigned phase)
{
    switch (phase) {
    case PHASE_FAULT:
        return "fault";
    case PHASE_EDIT:
        return "edit";
    case PHASE_END:
        return "end";
    case PHASE_METER:
        return "meter";
    case PHASE_ARRIVE:
        return "arrive";
    case PHASE_TIMER:
        return "timer";
    case PHASE_DECIDE:
        return "decide";
    case PHASE_NODE_AGENT:
        return "node agent";
    case PHASE_LEAVE:
        return "leave";
    case PHASE_SAMPLE:
        return "sample";
    default:
        return "phase";
    }
}
