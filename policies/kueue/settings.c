#include "policies/kueue/settings.h"

void kueue_settings_init(struct kueue_settings *s, int minor)
{
    const int64_t minute_ns = INT64_C(60000000000);
    *s = (struct kueue_settings){
        .strategies = {STRATEGY_FINAL_SHARE, STRATEGY_INITIAL_SHARE},
        .strategies_len = STRATEGIES_MOST,
        .afs = {.sampling_ns = 5 * minute_ns},
        .pods_ready = {.is_on = minor >= 19,
                       .timeout_ns = 30 * minute_ns,
                       .recovery_timeout_ns = 30 * minute_ns,
                       .backoff_base_s = 60,
                       .backoff_max_s = 3600},
    };
    gates_init(&s->gates, minor);
}
