/*
 * log_losses.h - what a file format has no word for, counted while a log is written in it.
 */
#ifndef WORKLOADS_LOG_LOSSES_H
#define WORKLOADS_LOG_LOSSES_H

#include <stdbool.h>
#include <stdint.h>

enum log_loss {
    LOSS_ENDLESS,
    LOSS_NOTHING,
    LOSS_GROUPS,
    LOSS_SHARE,
    LOSS_FRACTION,
    LOSS_RESOURCE,
    LOSS_PATIENCE,
    LOSS_PRIORITY,
    LOSS_KIND,
    LOSS_EXTRA,
    LOSS_NAME,
    LOG_LOSSES,
};

struct log_losses {
    uint64_t count[LOG_LOSSES];
};

struct log_loss_info {
    const char *what;
    bool is_skip; /* the job was left out */
};

extern const struct log_loss_info log_loss_infos[LOG_LOSSES];

#endif /* WORKLOADS_LOG_LOSSES_H */
