#include "workloads/log_blocks.h"

#include "sim/check.h"
#include "sim/rng.h"

#include <stdlib.h>
#include <string.h>

#define DAY_NS INT64_C(86400000000000)

struct log_blocks {
    size_t record_bytes;
    int64_t block_ns, zero_ns;
    int64_t first_ns; /* where block 0 begins, by the log's clock */
    char *records;
    size_t len, cap;
    size_t *begins; /* the first record of each block, and the end of the last */
    size_t blocks, blocks_cap;
    uint32_t *drawn;
    size_t at_block, at_record; /* in the output; in the block that is drawn there */
};

struct log_blocks *log_blocks_new(size_t record_bytes, int64_t block_ns, int64_t zero_ns)
{
    SIM_REQUIRE(record_bytes >= sizeof(int64_t) && block_ns > 0);
    struct log_blocks *b = calloc(1, sizeof *b);
    SIM_REQUIRE(b != NULL);
    b->record_bytes = record_bytes;
    b->block_ns = block_ns;
    b->zero_ns = zero_ns;
    return b;
}

void log_blocks_free(struct log_blocks *b)
{
    if (b == NULL)
        return;
    free(b->records);
    free(b->begins);
    free(b->drawn);
    free(b);
}

static int64_t key_of(const void *record)
{
    int64_t key;
    memcpy(&key, record, sizeof key);
    return key;
}

/* Of a day by the calendar, in the log's own clock. */
static int64_t midnight_before(const struct log_blocks *b, int64_t ns)
{
    const int64_t in_day = (ns % DAY_NS + b->zero_ns % DAY_NS + 2 * DAY_NS) % DAY_NS;
    return ns - in_day;
}

static void begin_block(struct log_blocks *b)
{
    if (b->blocks == b->blocks_cap) {
        b->blocks_cap = b->blocks_cap == 0 ? 64 : 2 * b->blocks_cap;
        b->begins = realloc(b->begins, (b->blocks_cap + 1) * sizeof b->begins[0]);
        SIM_REQUIRE(b->begins != NULL);
    }
    b->begins[b->blocks++] = b->len;
}

void log_blocks_push(struct log_blocks *b, const void *record)
{
    const int64_t key = key_of(record);
    if (b->len == 0)
        b->first_ns = midnight_before(b, key);
    while ((key - b->first_ns) / b->block_ns >= (int64_t)b->blocks)
        begin_block(b);
    if (b->len == b->cap) {
        b->cap = b->cap == 0 ? 1024 : 2 * b->cap;
        b->records = realloc(b->records, b->cap * b->record_bytes);
        SIM_REQUIRE(b->records != NULL);
    }
    memcpy(&b->records[b->len++ * b->record_bytes], record, b->record_bytes);
}

void log_blocks_draw(struct log_blocks *b, uint64_t seed, uint64_t replication)
{
    if (b->blocks == 0)
        return;
    b->begins[b->blocks] = b->len;
    free(b->drawn);
    b->drawn = calloc(b->blocks, sizeof b->drawn[0]);
    SIM_REQUIRE(b->drawn != NULL && b->blocks <= UINT32_MAX);
    gsl_rng *rng = rng_open(seed, replication, "blocks of logs", 0);
    for (size_t i = 0; i < b->blocks; i++)
        b->drawn[i] = (uint32_t)gsl_rng_uniform_int(rng, b->blocks);
    gsl_rng_free(rng);
    b->at_block = 0;
    b->at_record = 0;
}

bool log_blocks_next(struct log_blocks *b, void *record)
{
    for (; b->at_block < b->blocks; b->at_block++, b->at_record = 0) {
        const size_t from = b->drawn[b->at_block];
        const size_t i = b->begins[from] + b->at_record;
        if (i == b->begins[from + 1])
            continue;
        memcpy(record, &b->records[i * b->record_bytes], b->record_bytes);
        const int64_t key = key_of(record) + ((int64_t)b->at_block - (int64_t)from) * b->block_ns;
        memcpy(record, &key, sizeof key);
        b->at_record++;
        return true;
    }
    return false;
}

size_t log_blocks_len(const struct log_blocks *b)
{
    return b->blocks;
}
