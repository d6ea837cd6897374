/*
 * log_order.h - how a scenario wants a log put in order: the options of reorder.h.
 */
#ifndef WORKLOADS_LOG_ORDER_H
#define WORKLOADS_LOG_ORDER_H

#include "sim/config_key.h"
#include "workloads/reorder.h"

struct log_order_options {
    int method; /* enum reorder_method */
    int64_t jobs;
    int64_t time_ns; /* 0: any */
    const char *temporary;
};

extern const struct config_table log_order_table;

/* A row for such options as `member` of a `type`. */
#define LOG_ORDER_KEY(type, member)                                                             \
    {                                                                                           \
        .key = "order", .kind = CONFIG_SECTION, .offset = offsetof(struct type, member),        \
        .fallback = "{}", .table = &log_order_table,                                            \
        .help = "How a log whose jobs do not stand in the order of their submission is put in " \
                "order."                                                                        \
    }

struct reorder_spec log_order_spec(const struct log_order_options *o, size_t record_bytes,
                                   struct reorder_input input);

#endif /* WORKLOADS_LOG_ORDER_H */
