#include "models/meter.h"

#include "sim/check.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

void meter_init(struct meter *m, uint32_t pools_len, int64_t now_ns)
{
    const struct level start = {.since_ns = now_ns};
    *m = (struct meter){
        .pools_len = pools_len, .waiting = start, .running = start, .in_system = start};
    m->pools = calloc(pools_len + 1, sizeof m->pools[0]);
    SIM_REQUIRE(m->pools != NULL);
    for (uint32_t p = 0; p < pools_len; p++)
        m->pools[p] = (struct pool_meter){start, start, start, start};
}

void meter_fini(struct meter *m)
{
    free(m->pools);
    free(m->queues);
    free(m->queue_of_word);
    *m = (struct meter){0};
}

static void make_room_for_word(struct meter *m, size_t word)
{
    const size_t old = m->words_cap;
    while (m->words_cap <= word)
        m->words_cap = m->words_cap == 0 ? FIRST_CAPACITY : 2 * m->words_cap;
    m->queue_of_word = realloc(m->queue_of_word, m->words_cap * sizeof m->queue_of_word[0]);
    SIM_REQUIRE(m->queue_of_word != NULL);
    memset(m->queue_of_word + old, 0, (m->words_cap - old) * sizeof m->queue_of_word[0]);
}

static uint32_t add_queue(struct meter *m, uint32_t queue_word, int64_t now_ns)
{
    if (m->queues_len == m->queues_cap) {
        m->queues_cap = m->queues_cap == 0 ? FIRST_CAPACITY : 2 * m->queues_cap;
        m->queues = realloc(m->queues, m->queues_cap * sizeof m->queues[0]);
        SIM_REQUIRE(m->queues != NULL);
    }
    const struct level start = {.since_ns = now_ns};
    m->queues[m->queues_len] = (struct queue_meter){.queue_word = queue_word,
                                                    .waiting = start,
                                                    .running = start,
                                                    .waiting_gpus = start,
                                                    .running_gpus = start};
    return m->queues_len++;
}

struct queue_meter *meter_queue(struct meter *m, uint32_t queue_word, int64_t now_ns)
{
    /* Jobs without a queue share one: the word's number plus one wraps to 0. */
    const size_t word = (size_t)(uint32_t)(queue_word + 1);
    if (word >= m->words_cap)
        make_room_for_word(m, word);
    if (m->queue_of_word[word] == 0)
        m->queue_of_word[word] = add_queue(m, queue_word, now_ns) + 1;
    return &m->queues[m->queue_of_word[word] - 1];
}
