/*
 * load_option.h - how a user says that tasks load the devices they share.
 *
 *   load: {duty: 30%, width: 50%, memory: 20GiB, processes: 2}
 */
#ifndef WORKLOADS_LOAD_OPTION_H
#define WORKLOADS_LOAD_OPTION_H

#include "models/request.h"
#include "sim/config_key.h"

struct load_option {
    double duty, width;
    int64_t memory_bytes, processes;
    bool is_memory_bound;
};

extern const struct config_table load_option_table;

struct device_load load_option_load(const struct load_option *l);

#endif /* WORKLOADS_LOAD_OPTION_H */
