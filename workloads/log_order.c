#include "workloads/log_order.h"

#include <stddef.h>

static const char *const methods[] = {"auto", "window", "sort", NULL};

static const struct config_key keys[] = {
    {.key = "method",
     .kind = CONFIG_CHOICE,
     .offset = offsetof(struct log_order_options, method),
     .fallback = "auto",
     .choices = methods,
     .help = "`window`: read once, and hold some jobs back; `sort`: sort all of them first, with "
             "a temporary file if they are many; `auto`: look through a long log first, and take "
             "the one that is needed."},
    {.key = "jobs",
     .kind = CONFIG_INT,
     .offset = offsetof(struct log_order_options, jobs),
     .fallback = "400000",
     .min = 1,
     .max = 100e6,
     .help = "How many jobs are held in memory at most (some 64 bytes each)."},
    {.key = "time",
     .kind = CONFIG_DURATION,
     .offset = offsetof(struct log_order_options, time_ns),
     .fallback = "0s",
     .help = "Jobs are held back until one is read that was submitted later by more than this; "
             "0s: for as long as there is room."},
    {.key = "temporary",
     .kind = CONFIG_TEXT,
     .offset = offsetof(struct log_order_options, temporary),
     .fallback = "/tmp",
     .help = "The folder for temporary files."},
    {0},
};

const struct config_table log_order_table = {
    .name = "order",
    .help = "A log that fits into the window altogether is always put in order. With `window`, a "
            "job that comes too late for it arrives later than it should, and is counted.",
    .bytes = sizeof(struct log_order_options),
    .keys = keys,
};

struct reorder_spec log_order_spec(const struct log_order_options *o, size_t record_bytes,
                                   struct reorder_input input)
{
    return (struct reorder_spec){
        .method = (enum reorder_method)o->method,
        .record_bytes = record_bytes,
        .window_len = (uint64_t)o->jobs,
        .window_span = o->time_ns == 0 ? UINT64_MAX : (uint64_t)o->time_ns,
        .temp_folder = o->temporary,
        .input = input,
    };
}
