/*
 * size_waits.h - why jobs wait, where only their sizes matter: O(1) per job and change.
 *
 * Jobs of one size are in one bucket. Those larger than what is free wait for resources; the
 * others would fit and are kept back, so as not to delay a job that has a reservation. When the
 * number of free units changes, the buckets of the sizes in between change their reason.
 */
#ifndef POLICIES_BASELINE_SIZE_WAITS_H
#define POLICIES_BASELINE_SIZE_WAITS_H

#include "models/policy.h"

struct size_bucket {
    uint32_t size;
    uint32_t bucket;
    uint32_t waiting; /* jobs in it */
};

struct size_waits {
    uint32_t too_large, kept_back; /* the policy's numbers of the two reasons */
    uint32_t next_bucket;          /* of the policy's own, from here on */
    struct size_bucket *sizes;     /* ascending */
    uint32_t len, cap;
    int64_t free;
};

void size_waits_fini(struct size_waits *w);

/* The job waits, or waits no longer. */
void size_waits_add(struct size_waits *w, struct acts *a, uint32_t job, uint32_t size);
void size_waits_drop(struct size_waits *w, uint32_t size);

/* So many units are free now. */
void size_waits_set_free(struct size_waits *w, struct acts *a, int64_t units);

#endif /* POLICIES_BASELINE_SIZE_WAITS_H */
