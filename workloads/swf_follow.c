/*
 * A job is ready (in the heap), or waits in the list of the one it follows, or was taken. One that
 * was taken stays until it has ended, for those that may follow it, and is found by its number. A
 * number used twice belongs to the first job that has it as long as that one is here.
 */
#include "workloads/swf_follow.h"

#include "sim/key_heap.h"
#include "sim/pool.h"
#include "workloads/number_map.h"

#include <stdlib.h>

#define NOBODY UINT32_MAX

struct entry {
    struct swf_job job;
    int64_t arrive_ns;
    uint64_t put;                         /* how many were put in before it */
    uint32_t first_waiting, last_waiting; /* that follow it */
    uint32_t next_waiting;                /* that follows the same one */
    bool is_known;                        /* by its number */
    bool is_out;                          /* taken */
};

struct swf_follow {
    struct pool entries;
    struct key_heap ready;
    struct number_map known;
    size_t waiting;
    uint32_t taken; /* the last one; NOBODY: none, or it is over, or was put back */
    uint64_t put_ever;
};

struct swf_follow *swf_follow_new(void)
{
    struct swf_follow *f = calloc(1, sizeof *f);
    SIM_REQUIRE(f != NULL);
    pool_init(&f->entries, sizeof(struct entry));
    key_heap_init(&f->ready);
    number_map_init(&f->known);
    f->taken = NOBODY;
    return f;
}

void swf_follow_free(struct swf_follow *f)
{
    if (f == NULL)
        return;
    pool_fini(&f->entries);
    key_heap_fini(&f->ready);
    number_map_fini(&f->known);
    free(f);
}

static struct entry *entry_at(const struct swf_follow *f, uint32_t slot)
{
    return pool_at(&f->entries, slot);
}

size_t swf_follow_len(const struct swf_follow *f)
{
    return f->ready.len + f->waiting;
}

static void make_ready(struct swf_follow *f, uint32_t slot)
{
    const struct entry *e = entry_at(f, slot);
    key_heap_push(&f->ready, (struct key_entry){e->arrive_ns, e->put, slot});
}

static void wait_for(struct swf_follow *f, uint32_t first, uint32_t slot)
{
    struct entry *e = entry_at(f, first);
    if (e->first_waiting == NOBODY)
        e->first_waiting = slot;
    else
        entry_at(f, e->last_waiting)->next_waiting = slot;
    e->last_waiting = slot;
    f->waiting++;
}

bool swf_follow_put(struct swf_follow *f, const struct swf_job *job, int64_t arrive_ns)
{
    const bool follows = job->preceding != SWF_UNKNOWN;
    const uint32_t first = follows ? number_map_find(&f->known, job->preceding) : NUMBER_MAP_NONE;
    const uint32_t slot = pool_take(&f->entries);
    *entry_at(f, slot) = (struct entry){
        .job = *job,
        .arrive_ns = arrive_ns,
        .put = f->put_ever++,
        .first_waiting = NOBODY,
        .next_waiting = NOBODY,
        .is_known = job->number != SWF_UNKNOWN &&
                    number_map_find(&f->known, job->number) == NUMBER_MAP_NONE,
    };
    if (entry_at(f, slot)->is_known)
        number_map_add(&f->known, job->number, slot);
    if (first == NUMBER_MAP_NONE)
        make_ready(f, slot);
    else
        wait_for(f, first, slot);
    return !follows || first != NUMBER_MAP_NONE;
}

bool swf_follow_take(struct swf_follow *f, struct swf_job *job, int64_t *arrive_ns)
{
    if (f->taken != NOBODY && !entry_at(f, f->taken)->is_known)
        pool_give(&f->entries, f->taken); /* it has arrived, and nobody can ask for it */
    f->taken = NOBODY;
    if (f->ready.len == 0)
        return false;
    f->taken = key_heap_pop(&f->ready).item;
    struct entry *e = entry_at(f, f->taken);
    e->is_out = true;
    *job = e->job;
    *arrive_ns = e->arrive_ns;
    return true;
}

static int64_t later(int64_t ns, int64_t think_ns)
{
    if (think_ns <= 0)
        return ns;
    return ns <= INT64_MAX - think_ns ? ns + think_ns : INT64_MAX;
}

/* Those that followed it become ready. */
static void release(struct swf_follow *f, uint32_t over, int64_t end_ns)
{
    uint32_t slot = entry_at(f, over)->first_waiting;
    while (slot != NOBODY) {
        struct entry *e = entry_at(f, slot);
        e->arrive_ns = later(end_ns, e->job.think_ns);
        make_ready(f, slot);
        f->waiting--;
        slot = e->next_waiting;
    }
}

bool swf_follow_ended(struct swf_follow *f, int64_t number, int64_t end_ns)
{
    const uint32_t over = number_map_find(&f->known, number);
    if (over == NUMBER_MAP_NONE || !entry_at(f, over)->is_out || over == f->taken)
        return false; /* not the job that is meant, but another of that number */
    release(f, over, end_ns);
    number_map_remove(&f->known, number);
    pool_give(&f->entries, over);
    const struct key_entry *top = key_heap_top(&f->ready);
    if (f->taken == NOBODY || top == NULL || top->key >= entry_at(f, f->taken)->arrive_ns)
        return false;
    entry_at(f, f->taken)->is_out = false;
    make_ready(f, f->taken);
    f->taken = NOBODY;
    return true;
}
