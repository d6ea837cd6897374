#include "results/job_group.h"

#include "results/own_text.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

struct job_group *job_group_new(const char *name, int64_t key, unsigned keeps, size_t reasons_len)
{
    struct job_group *g = calloc(1, sizeof *g);
    SIM_REQUIRE(g != NULL);
    g->name = own_text(name);
    g->key = key;
    g->reasons_len = reasons_len;
    g->waits = calloc(reasons_len + 1, sizeof g->waits[0]);
    SIM_REQUIRE(g->waits != NULL);
    for (unsigned m = 0; m < JOB_METRICS; m++)
        if (keeps >> m & 1)
            tally_keep_percentiles(&g->tallies[m]);
    return g;
}

void job_group_free(struct job_group *g)
{
    if (g == NULL)
        return;
    for (unsigned m = 0; m < JOB_METRICS; m++)
        tally_fini(&g->tallies[m]);
    free(g->waits);
    free(g->name);
    free(g);
}

void job_group_begin_sketch(struct job_group *g)
{
    for (unsigned m = 0; m < JOB_METRICS; m++)
        if (g->tallies[m].quantile != NULL)
            quantile_begin_sketch(g->tallies[m].quantile);
}

uint64_t job_group_jobs(const struct job_group *g)
{
    uint64_t jobs = 0;
    for (unsigned c = 0; c < END_CAUSES; c++)
        jobs += g->causes[c];
    return jobs;
}

void job_batch_look(struct job_batch *b)
{
    for (unsigned m = 0; m < JOB_METRICS; m++)
        b->holds[m] = tally_look(b->values[m], b->len);
    b->has_waits = b->holds[METRIC_WAIT] != TALLY_ZEROS;
}

static void add_counts(struct job_group *g, const struct job_batch *b, const uint8_t *rows,
                       size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const size_t row = rows == NULL ? i : rows[i];
        g->causes[b->causes[row]]++;
        g->unstarted += !b->started[row];
    }
}

/* The values of some rows, one behind the other. */
static const int64_t *column(const int64_t *values, const uint8_t *rows, size_t len,
                             int64_t scratch[BATCH_JOBS])
{
    if (rows == NULL)
        return values;
    for (size_t i = 0; i < len; i++)
        scratch[i] = values[rows[i]];
    return scratch;
}

void job_group_add_rows(struct job_group *g, const struct job_batch *b, const uint8_t *rows,
                        size_t len)
{
    int64_t scratch[BATCH_JOBS];
    add_counts(g, b, rows, len);
    for (unsigned m = 0; m < JOB_METRICS; m++) {
        const bool is_zero = b->holds[m] == TALLY_ZEROS;
        tally_add(&g->tallies[m], is_zero ? NULL : column(b->values[m], rows, len, scratch), len,
                  b->holds[m]);
    }
    for (size_t r = 0; b->has_waits && r < b->reasons_len; r++) {
        const int64_t *waits = column(b->waits + r * BATCH_JOBS, rows, len, scratch);
        int128 sum = 0;
        for (size_t i = 0; i < len; i++)
            sum += waits[i];
        g->waits[r] += sum;
    }
}

void job_group_add(struct job_group *g, const struct job_batch *b)
{
    job_group_add_rows(g, b, NULL, b->len);
}

void job_group_merge(struct job_group *into, const struct job_group *from)
{
    SIM_REQUIRE(into->reasons_len == from->reasons_len);
    for (unsigned c = 0; c < END_CAUSES; c++)
        into->causes[c] += from->causes[c];
    into->unstarted += from->unstarted;
    for (unsigned m = 0; m < JOB_METRICS; m++)
        tally_merge(&into->tallies[m], &from->tallies[m]);
    for (size_t r = 0; r < into->reasons_len; r++)
        into->waits[r] += from->waits[r];
}
