#include "policies/slurm/slurm_queue.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_CAP = 256 };

struct queue_block {
    uint32_t len;
    struct queue_entry entries[BLOCK_CAP];
};

void slurm_queue_fini(struct slurm_queue *q)
{
    for (size_t i = 0; i < q->blocks_len; i++)
        free(q->blocks[i]);
    free(q->blocks);
    *q = (struct slurm_queue){0};
}

static struct queue_block *insert_block(struct slurm_queue *q, size_t at)
{
    if (q->blocks_len == q->blocks_cap) {
        q->blocks_cap = q->blocks_cap == 0 ? 8 : 2 * q->blocks_cap;
        q->blocks = realloc(q->blocks, q->blocks_cap * sizeof q->blocks[0]);
        SIM_REQUIRE(q->blocks != NULL);
    }
    memmove(&q->blocks[at + 1], &q->blocks[at], (q->blocks_len - at) * sizeof q->blocks[0]);
    q->blocks_len++;
    q->blocks[at] = malloc(sizeof *q->blocks[at]);
    SIM_REQUIRE(q->blocks[at] != NULL);
    q->blocks[at]->len = 0;
    return q->blocks[at];
}

/* The last block whose first entry does not come after e; 0 if all do. */
static size_t find_block(const struct slurm_queue *q, const struct queue_entry *e)
{
    size_t low = 0, high = q->blocks_len;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (queue_entry_precedes(e, &q->blocks[middle]->entries[0]))
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* Where e stands in the block, or would. */
static uint32_t find_entry(const struct queue_block *b, const struct queue_entry *e)
{
    uint32_t low = 0, high = b->len;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (queue_entry_precedes(&b->entries[middle], e))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Queues grow at their end most of the time: a full last block is left as it is then. */
static void split(struct slurm_queue *q, size_t at, uint32_t entry)
{
    struct queue_block *new = insert_block(q, at + 1);
    struct queue_block *old = q->blocks[at];
    const uint32_t keep = entry == BLOCK_CAP ? BLOCK_CAP : BLOCK_CAP / 2;
    new->len = BLOCK_CAP - keep;
    memcpy(new->entries, old->entries + keep, new->len * sizeof new->entries[0]);
    old->len = keep;
}

void slurm_queue_push(struct slurm_queue *q, const struct queue_entry *e)
{
    if (q->blocks_len == 0)
        insert_block(q, 0);
    size_t at = find_block(q, e);
    uint32_t i = find_entry(q->blocks[at], e);
    if (q->blocks[at]->len == BLOCK_CAP) {
        split(q, at, i);
        if (i > q->blocks[at]->len || q->blocks[at]->len == BLOCK_CAP) {
            i -= q->blocks[at]->len;
            at++;
        }
    }
    struct queue_block *b = q->blocks[at];
    memmove(&b->entries[i + 1], &b->entries[i], (b->len - i) * sizeof b->entries[0]);
    b->entries[i] = *e;
    b->len++;
    q->len++;
}

void slurm_queue_remove(struct slurm_queue *q, const struct queue_entry *e)
{
    SIM_REQUIRE(q->blocks_len > 0);
    const size_t at = find_block(q, e);
    struct queue_block *b = q->blocks[at];
    const uint32_t i = find_entry(b, e);
    SIM_REQUIRE(i < b->len && b->entries[i].job == e->job && b->entries[i].number == e->number);
    b->len--;
    q->len--;
    memmove(&b->entries[i], &b->entries[i + 1], (b->len - i) * sizeof b->entries[0]);
    if (b->len > 0)
        return;
    free(b);
    q->blocks_len--;
    memmove(&q->blocks[at], &q->blocks[at + 1], (q->blocks_len - at) * sizeof q->blocks[0]);
}

static int by_rank(const void *a, const void *b)
{
    const struct queue_entry *x = a, *y = b;
    return queue_entry_precedes(x, y) ? -1 : queue_entry_precedes(y, x);
}

/* Through one array, and back into the blocks as they are. */
static void sort_all(struct slurm_queue *q)
{
    struct queue_entry *all = malloc(q->len * sizeof all[0]);
    SIM_REQUIRE(all != NULL);
    size_t len = 0;
    for (size_t i = 0; i < q->blocks_len; len += q->blocks[i++]->len)
        memcpy(all + len, q->blocks[i]->entries, q->blocks[i]->len * sizeof all[0]);
    qsort(all, len, sizeof all[0], by_rank);
    len = 0;
    for (size_t i = 0; i < q->blocks_len; len += q->blocks[i++]->len)
        memcpy(q->blocks[i]->entries, all + len, q->blocks[i]->len * sizeof all[0]);
    free(all);
}

bool slurm_queue_rerank(struct slurm_queue *q, uint64_t (*rank)(void *context, uint32_t job),
                        void *context)
{
    const struct queue_entry *last = NULL;
    bool is_sorted = true;
    for (size_t i = 0; i < q->blocks_len; i++)
        for (uint32_t k = 0; k < q->blocks[i]->len; k++) {
            struct queue_entry *e = &q->blocks[i]->entries[k];
            e->rank = rank(context, e->job);
            is_sorted = is_sorted && (last == NULL || queue_entry_precedes(last, e));
            last = e;
        }
    if (!is_sorted)
        sort_all(q);
    return !is_sorted;
}

const struct queue_entry *slurm_queue_at(const struct slurm_queue *q, struct queue_walk *w)
{
    if (w->block < q->blocks_len && w->at >= q->blocks[w->block]->len) {
        w->block++;
        w->at = 0;
    }
    return w->block < q->blocks_len ? &q->blocks[w->block]->entries[w->at] : NULL;
}
