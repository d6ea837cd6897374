/*
 * settings.h - what Kueue's own Configuration decides.
 *
 * Source   Kueue v0.20-dev, apis/config/v1beta2; specs/kueue.md 1.18.
 */
#ifndef POLICIES_KUEUE_SETTINGS_H
#define POLICIES_KUEUE_SETTINGS_H

#include "policies/kueue/gates.h"
#include "policies/kueue/preemption.h"

/* Weight of a resource in the usage of local queues; 1 for those not listed. */
struct resource_weight {
    uint32_t resource;
    double weight;
};

struct afs_settings {
    bool is_on;
    int64_t half_life_ns; /* 0: only the present counts */
    int64_t sampling_ns;
    const struct resource_weight *weights;
    uint32_t weights_len;
};

struct pods_ready_settings {
    bool is_on;
    int64_t timeout_ns;
    int64_t recovery_timeout_ns; /* INT64_MAX: none */
    bool blocks_admission;
    bool orders_by_creation; /* requeuingStrategy.timestamp: Creation */
    bool has_limit;
    uint32_t backoff_limit;
    int64_t backoff_base_s, backoff_max_s;
};

struct kueue_settings {
    struct gates gates;
    bool has_fair_sharing;
    enum fair_strategy strategies[STRATEGIES_MOST];
    uint32_t strategies_len;
    struct afs_settings afs;
    struct pods_ready_settings pods_ready;
    bool is_exact; /* times have nanoseconds; otherwise whole seconds, as an API server keeps */
    bool ignores_undeclared; /* resources.quotaCheckStrategy: IgnoreUndeclared */
};

/* What a version does unless it is told otherwise, with waitForPodsReady as it defaults. */
void kueue_settings_init(struct kueue_settings *s, int minor);

#endif /* POLICIES_KUEUE_SETTINGS_H */
