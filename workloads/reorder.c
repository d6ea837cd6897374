#include "workloads/reorder.h"

#include "sim/check.h"
#include "workloads/order_buffer.h"
#include "workloads/spill.h"

#include <stdlib.h>
#include <string.h>

enum { MERGE_BYTES = 4 << 20 };

struct reorder {
    struct reorder_spec spec;
    struct diag *diag;
    struct order_buffer *window; /* NULL while a spill is read */
    struct spill *spill;
    unsigned char *pulled;
    bool has_begun, input_ended, has_failed;
    bool has_last;
    int64_t last_key; /* of the last record that left */
    struct reorder_counts counts;
};

struct reorder *reorder_new(const struct reorder_spec *spec, struct diag *d)
{
    SIM_REQUIRE(spec->window_len > 0);
    struct reorder *r = calloc(1, sizeof *r);
    SIM_REQUIRE(r != NULL);
    r->spec = *spec;
    r->diag = d;
    r->window = order_buffer_new(spec->record_bytes);
    r->pulled = malloc(spec->record_bytes);
    SIM_REQUIRE(r->pulled != NULL);
    return r;
}

void reorder_free(struct reorder *r)
{
    if (r == NULL)
        return;
    order_buffer_free(r->window);
    spill_close(r->spill);
    free(r->pulled);
    free(r);
}

/* --- the window --- */

/* False at the end and after a failure. */
static bool pull(struct reorder *r)
{
    if (r->input_ended)
        return false;
    const enum reorder_pull got = r->spec.input.pull(r->spec.input.context, r->pulled);
    r->input_ended = got != REORDER_RECORD;
    r->has_failed |= got == REORDER_FAILED;
    return got == REORDER_RECORD;
}

static bool is_full(const struct reorder *r)
{
    return order_buffer_len(r->window) >= r->spec.window_len ||
           order_buffer_span(r->window) > r->spec.window_span;
}

static void hold_back(struct reorder *r)
{
    if (r->has_last && order_buffer_key(r->pulled) < r->last_key) {
        memcpy(r->pulled, &r->last_key, sizeof r->last_key);
        r->counts.too_late++;
    }
    order_buffer_push(r->window, r->pulled);
}

static void fill_window(struct reorder *r)
{
    while (!is_full(r) && pull(r))
        hold_back(r);
}

static bool next_of_window(struct reorder *r, void *record)
{
    fill_window(r);
    if (r->has_failed || !order_buffer_pop(r->window, record))
        return false;
    r->last_key = order_buffer_key(record);
    r->has_last = true;
    return true;
}

/* --- the sort --- */

static bool write_run(struct reorder *r)
{
    spill_begin_run(r->spill);
    while (order_buffer_pop(r->window, r->pulled))
        if (!spill_write(r->spill, r->pulled))
            return false;
    return true;
}

static bool open_spill(struct reorder *r)
{
    if (r->spill == NULL)
        r->spill = spill_open(r->spec.temp_folder, r->spec.record_bytes, MERGE_BYTES, r->diag);
    return r->spill != NULL;
}

/* One run per window; a log that fits into one stays there. */
static bool sort_all(struct reorder *r)
{
    while (!r->input_ended) {
        while (order_buffer_len(r->window) < r->spec.window_len && pull(r))
            order_buffer_push(r->window, r->pulled);
        if (r->has_failed)
            return false;
        if (r->input_ended && r->spill == NULL)
            return true;
        if (!open_spill(r) || !write_run(r))
            return false;
    }
    order_buffer_free(r->window);
    r->window = NULL;
    return spill_rewind(r->spill);
}

/* --- which of the two --- */

/* Lets the rest of the log through the window, to see whether it is wide enough. */
static bool window_suffices(struct reorder *r)
{
    unsigned char *unused = malloc(r->spec.record_bytes);
    SIM_REQUIRE(unused != NULL);
    while (r->counts.too_late == 0 && !r->input_ended && next_of_window(r, unused))
        continue;
    free(unused);
    return r->counts.too_late == 0;
}

static bool start_again(struct reorder *r)
{
    order_buffer_clear(r->window);
    r->input_ended = r->has_last = false;
    r->counts = (struct reorder_counts){.was_read_twice = true};
    return r->spec.input.rewind(r->spec.input.context);
}

static bool begin(struct reorder *r)
{
    enum reorder_method method = r->spec.method;
    r->has_begun = true;
    if (method == REORDER_AUTO) {
        fill_window(r);
        if (r->input_ended)
            return !r->has_failed;
        method = window_suffices(r) ? REORDER_WINDOW : REORDER_SORT;
        if (r->has_failed || !start_again(r))
            return false;
    }
    return method == REORDER_WINDOW || sort_all(r);
}

bool reorder_next(struct reorder *r, void *record)
{
    if (!r->has_begun && !begin(r))
        r->has_failed = true;
    if (r->has_failed)
        return false;
    if (r->window != NULL)
        return next_of_window(r, record);
    const bool got = spill_read(r->spill, record);
    r->has_failed |= spill_failed(r->spill);
    return got;
}

bool reorder_failed(const struct reorder *r)
{
    return r->has_failed;
}

struct reorder_counts reorder_counts(const struct reorder *r)
{
    struct reorder_counts c = r->counts;
    c.spilled_bytes = r->spill == NULL ? 0 : spill_bytes(r->spill);
    return c;
}
