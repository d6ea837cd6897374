#include "results/tally.h"

#include "sim/check.h"

void tally_keep_percentiles(struct tally *t)
{
    if (t->quantile == NULL)
        t->quantile = quantile_new(QUANTILE_EXACT_MOST);
}

void tally_fini(struct tally *t)
{
    quantile_free(t->quantile);
    *t = (struct tally){0};
}

static void add_zeros(struct tally *t, size_t len)
{
    moments_add_zeros(&t->moments, len);
    if (t->quantile != NULL)
        quantile_add_times(t->quantile, 0, len);
}

static void add_present(struct tally *t, const int64_t *values, size_t len)
{
    moments_add_all(&t->moments, values, len);
    if (t->quantile != NULL)
        quantile_add_all(t->quantile, values, len);
}

static void add_some_absent(struct tally *t, const int64_t *values, size_t len)
{
    int64_t present[TALLY_COLUMN_MOST];
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        if (values[i] != TALLY_ABSENT)
            present[n++] = values[i];
    add_present(t, present, n);
}

enum tally_column tally_look(const int64_t *values, size_t len)
{
    int64_t any = 0;
    for (size_t i = 0; i < len; i++)
        any |= values[i];
    return any == 0 ? TALLY_ZEROS : any > 0 ? TALLY_VALUES : TALLY_SOME_ABSENT;
}

void tally_add(struct tally *t, const int64_t *values, size_t len, enum tally_column holds)
{
    SIM_INVARIANT(len <= TALLY_COLUMN_MOST);
    if (holds == TALLY_ZEROS)
        add_zeros(t, len);
    else if (holds == TALLY_VALUES)
        add_present(t, values, len);
    else
        add_some_absent(t, values, len);
}

void tally_merge(struct tally *into, const struct tally *from)
{
    moments_merge(&into->moments, &from->moments);
    if (into->quantile != NULL && from->quantile != NULL)
        quantile_merge(into->quantile, from->quantile);
}
