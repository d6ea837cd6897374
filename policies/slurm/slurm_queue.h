/*
 * slurm_queue.h - pending jobs of one partition in the order in which Slurm looks at them.
 *
 * Order    By rank, then by number. Ranks are made of priority and submit time; slurm_queue_rank.
 * Memory   Owns its blocks of entries.
 * Cost     push, remove: O(log n) to find the place and a move within a block. A walk: O(1) a step.
 */
#ifndef POLICIES_SLURM_QUEUE_H
#define POLICIES_SLURM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_entry {
    uint64_t rank;
    uint32_t number;
    uint32_t job;
};

struct queue_block;

struct slurm_queue {
    struct queue_block **blocks; /* none of them empty */
    size_t blocks_len, blocks_cap;
    size_t len;
};

/* Higher priority first, then earlier submit times. */
static inline uint64_t slurm_queue_rank(uint32_t priority, int64_t submit_s)
{
    const int64_t late = submit_s < 0 ? 0 : submit_s;
    const uint64_t second = late > UINT32_MAX ? UINT32_MAX : (uint64_t)late;
    return (uint64_t)(UINT32_MAX - priority) << 32 | second;
}

static inline bool queue_entry_precedes(const struct queue_entry *a, const struct queue_entry *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->number < b->number;
}

void slurm_queue_fini(struct slurm_queue *q);
void slurm_queue_push(struct slurm_queue *q, const struct queue_entry *e);
void slurm_queue_remove(struct slurm_queue *q, const struct queue_entry *e); /* it must be there */

/* New ranks for all: rank(context, job). Whether the order changed. O(n) if it did not. */
bool slurm_queue_rerank(struct slurm_queue *q, uint64_t (*rank)(void *context, uint32_t job),
                        void *context);

/* A walk. It begins zeroed. Removing the entry it stands on makes it stand on the next one; any
 * other change ends it. */
struct queue_walk {
    size_t block;
    uint32_t at;
};

/* The entry it stands on, NULL at the end. Valid until the queue changes. */
const struct queue_entry *slurm_queue_at(const struct slurm_queue *q, struct queue_walk *w);

static inline void slurm_queue_step(struct queue_walk *w)
{
    w->at++;
}

#endif /* POLICIES_SLURM_QUEUE_H */
