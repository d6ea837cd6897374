#include "models/meter.h"

#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 16 };

void meter_init(struct meter *m, uint32_t pools_len, int64_t now_ns)
{
    *m = (struct meter){.pools_len = pools_len};
    time_average_init(&m->waiting, now_ns, 0);
    time_average_init(&m->running, now_ns, 0);
    time_average_init(&m->in_system, now_ns, 0);
    m->pools = calloc(pools_len + 1, sizeof m->pools[0]);
    SIM_REQUIRE(m->pools != NULL);
    for (uint32_t p = 0; p < pools_len; p++) {
        time_average_init(&m->pools[p].allocated, now_ns, 0);
        time_average_init(&m->pools[p].active, now_ns, 0);
        time_average_init(&m->pools[p].down, now_ns, 0);
        time_average_init(&m->pools[p].fragmented, now_ns, 0);
    }
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
    struct queue_meter *q = &m->queues[m->queues_len];
    *q = (struct queue_meter){.queue_word = queue_word};
    time_average_init(&q->waiting, now_ns, 0);
    time_average_init(&q->running, now_ns, 0);
    time_average_init(&q->waiting_gpus, now_ns, 0);
    time_average_init(&q->running_gpus, now_ns, 0);
    return m->queues_len++;
}

uint32_t meter_queue(struct meter *m, uint32_t queue_word, int64_t now_ns)
{
    /* Jobs without a queue share one: the word's number plus one wraps to 0. */
    const size_t word = (size_t)(uint32_t)(queue_word + 1);
    if (word >= m->words_cap)
        make_room_for_word(m, word);
    if (m->queue_of_word[word] == 0)
        m->queue_of_word[word] = add_queue(m, queue_word, now_ns) + 1;
    return m->queue_of_word[word] - 1;
}

void meter_cut(struct meter *m, int64_t now_ns)
{
    time_average_cut(&m->waiting, now_ns);
    time_average_cut(&m->running, now_ns);
    time_average_cut(&m->in_system, now_ns);
    for (uint32_t p = 0; p < m->pools_len; p++) {
        time_average_cut(&m->pools[p].allocated, now_ns);
        time_average_cut(&m->pools[p].active, now_ns);
        time_average_cut(&m->pools[p].down, now_ns);
        time_average_cut(&m->pools[p].fragmented, now_ns);
    }
    for (uint32_t q = 0; q < m->queues_len; q++) {
        time_average_cut(&m->queues[q].waiting, now_ns);
        time_average_cut(&m->queues[q].running, now_ns);
        time_average_cut(&m->queues[q].waiting_gpus, now_ns);
        time_average_cut(&m->queues[q].running_gpus, now_ns);
    }
}
