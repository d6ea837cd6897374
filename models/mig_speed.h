/*
 * mig_speed.h - how fast a job runs on a MIG instance.
 *
 * Equation  speed = min(1, f / w): f is the instance's share of the GPU, w the job's width, which
 *           is the share of the GPU that its kernels can fill (DCGM's SM_ACTIVE when it runs
 *           alone). f = SMs of the profile / SMs of the 7g profile for jobs bound by compute,
 *           memory slices / all memory slices for jobs bound by memory. Not what the GPU has but
 *           what its largest profile has: an A100's 7g has 98 of 108 SMs.
 *           Smooth variant: g(f) / g(1) with g(f) = (f^-p + w^-p)^(-1/p), which bends where the
 *           other breaks and becomes it as p grows.
 * Source    Our fit to GROMACS on an A100 80 GB (NJIT Wulver), w = 0.40, within 5 %, and to YOLOS
 *           on an A100 (nebuly), w = 0.557. An estimate from two small benchmarks: each constant
 *           is a parameter.
 * Ignored   PCIe and power are shared by the instances (up to 5 %); caches.
 * Test      The published points; closed forms at f = w and f = 1; monotone in f and w.
 * Units     Speeds in 2^-32 of the whole GPU, widths in 2^-16.
 * Cost      Exact integers for the default; the smooth variant uses only operations that IEEE 754
 *           rounds exactly (no pow), so every compiler and machine gives the same speed.
 */
#ifndef MODELS_MIG_SPEED_H
#define MODELS_MIG_SPEED_H

#include "models/mig.h"

#define MIG_SPEED_WHOLE (UINT64_C(1) << 32)
#define MIG_WIDTH_WHOLE (UINT32_C(1) << 16)

enum { MIG_SHARPEST = 32 }; /* greatest exponent of the smooth variant */

enum mig_bound { MIG_BOUND_COMPUTE, MIG_BOUND_MEMORY };

extern const char *const mig_bound_names[]; /* "compute", "memory"; ended by NULL */

struct mig_share {
    uint32_t part;
    uint32_t whole;
    bool assumed; /* SM counts are not known: compute slices stand in for them */
};

/* What an instance has of its GPU. */
struct mig_share mig_share(const struct mig_table *t, unsigned profile, enum mig_bound bound);

/* width_q16 in [1, MIG_WIDTH_WHOLE]. */
uint64_t mig_speed_q32(struct mig_share f, uint32_t width_q16);

/* exponent in [1, MIG_SHARPEST]. */
uint64_t mig_speed_smooth_q32(struct mig_share f, uint32_t width_q16, unsigned exponent);

#endif /* MODELS_MIG_SPEED_H */
