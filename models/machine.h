/*
 * machine.h - what a node is made of, and what it costs. Data only, from the catalogue.
 *
 * Units    Bytes; prices in micro-dollars per hour for the whole machine.
 * Errors   What no source says is absent: 0 or NULL, as noted at each field.
 */
#ifndef MODELS_MACHINE_H
#define MODELS_MACHINE_H

#include "models/gpu_model.h"

struct machine_price {
    const char *region;
    int64_t micro_usd_per_h;
};

struct machine_label {
    const char *key;
    const char *value;
};

struct machine_prices {
    struct machine_price *list; /* as written: the first is meant where no region is said */
    size_t len;
};

struct machine_labels {
    struct machine_label *list;
    size_t len;
};

struct machine {
    const char *name;
    const char *provider;        /* NULL: none */
    const struct gpu_model *gpu; /* NULL: no GPUs */
    int64_t gpus;
    bool numbered; /* GPUs have numbers, at most NODE_MOST_GPUS; if not they are
                      interchangeable and may be any number, like the processors of a log */
    bool nvlink;
    int64_t vcpus;
    int64_t memory_bytes;
    int64_t local_disk_bytes; /* 0: unknown */
    const char *network;      /* for people; NULL: unknown */
    struct machine_prices prices;
    const char *priced;     /* date of the prices, 2026-06-18 or 2026-03; NULL: unknown */
    const char *price_note; /* NULL: none */
    struct machine_labels labels;
    struct config_texts unverified; /* keys that we know only by hearsay */
    const char *source;
};

/* The price in a region, NULL if it is not known. region NULL: the machine's first. */
const struct machine_price *machine_price_in(const struct machine *m, const char *region);

#endif /* MODELS_MACHINE_H */
