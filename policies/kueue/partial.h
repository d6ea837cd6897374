/*
 * partial.h - how few pods less would do: the search of partial admission.
 *
 * Source   Kueue v0.20-dev, pkg/scheduler/flavorassigner/podset_reducer.go; specs/kueue.md 1.13.
 */
#ifndef POLICIES_KUEUE_PARTIAL_H
#define POLICIES_KUEUE_PARTIAL_H

#include "policies/kueue/kueue_workload.h"

/* Whether so many pods by set would fit. */
typedef bool partial_fits_fn(void *context, const uint32_t *counts);

/* Binary search from the full counts down to the least; counts is room for the probes and holds
 * the last one afterwards. False: nothing fits, or no set may be reduced. */
bool partial_search(const struct shape *shape, uint32_t *counts, partial_fits_fn *fits,
                    void *context);

#endif /* POLICIES_KUEUE_PARTIAL_H */
