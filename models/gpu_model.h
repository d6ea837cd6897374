/*
 * gpu_model.h - what one model of GPU is. Data only, from the catalogue.
 *
 * What no source says is absent: 0 or NULL, as noted at each field.
 */
#ifndef MODELS_GPU_MODEL_H
#define MODELS_GPU_MODEL_H

#include "models/mig.h"
#include "sim/config_key.h"

struct gpu_model {
    const char *name;
    const char *product;         /* label nvidia.com/gpu.product of a whole GPU; NULL: unknown */
    const char *title;           /* as nvidia-smi and DCGM print it; NULL: unknown */
    const struct mig_table *mig; /* NULL: cannot be partitioned */
    int64_t memory_bytes;        /* nominal; 0: unknown */
    int64_t sms;                 /* 0: unknown */
    double idle_w;               /* draw with nothing on it; 0: unknown */
    double busy_w;               /* draw at full use; 0: unknown */
    bool unified_memory;         /* its memory is the machine's: both count once */
    struct config_texts ids;     /* PCI ids as in mig-parted's device-filter */
    struct config_texts unverified;
    const char *source; /* NULL: see the head of the file */
};

/* The title, or the next best name. */
static inline const char *gpu_model_title(const struct gpu_model *m)
{
    return m->title != NULL ? m->title : m->product != NULL ? m->product : m->name;
}

#endif /* MODELS_GPU_MODEL_H */
