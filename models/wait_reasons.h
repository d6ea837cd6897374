/*
 * wait_reasons.h - how long each job waited for what, exactly, in O(1) per change.
 *
 * A job that waits is in one bucket; a bucket has one reason at a time, for all its jobs. Let
 * F_r(t) be the time bucket b has had reason r up to t; a job that joined at s and leaves at t
 * waited F_r(t) - F_r(s) for r. So joining subtracts F_r(s) from the job's account, leaving adds
 * F_r(t), and a change of the bucket's reason touches no job.
 *
 * Invariant  The sum over the reasons of a job that is in no bucket is the time it was in buckets.
 * Memory     One int64 per reason and job slot; one per reason and bucket that ever changed.
 * Cost       O(1) for buckets that never change their reason, else O(reasons).
 */
#ifndef MODELS_WAIT_REASONS_H
#define MODELS_WAIT_REASONS_H

#include <stddef.h>
#include <stdint.h>

#define BUCKET_NONE UINT32_MAX

struct wait_bucket;

struct wait_reasons {
    size_t reasons_len;
    struct wait_bucket *buckets;
    uint32_t buckets_len, buckets_cap;
    int64_t *accounts; /* [job slot * reasons_len + reason] */
    uint32_t *in;      /* bucket by job slot */
    size_t jobs_cap;
};

void wait_reasons_init(struct wait_reasons *w, size_t reasons_len);
void wait_reasons_fini(struct wait_reasons *w);

/* A new bucket with this reason. */
uint32_t wait_reasons_add_bucket(struct wait_reasons *w, uint32_t reason);
uint32_t wait_reasons_of_bucket(const struct wait_reasons *w, uint32_t bucket);
void wait_reasons_set(struct wait_reasons *w, uint32_t bucket, uint32_t reason, int64_t now_ns);

/* A job slot begins with an empty account, in no bucket. */
void wait_reasons_open(struct wait_reasons *w, uint32_t job);

/* Moves the job into a bucket, or out of all of them with BUCKET_NONE. */
void wait_reasons_move(struct wait_reasons *w, uint32_t job, uint32_t bucket, int64_t now_ns);
uint32_t wait_reasons_bucket(const struct wait_reasons *w, uint32_t job);

/* ns by reason; valid while the job is in no bucket. */
const int64_t *wait_reasons_of(const struct wait_reasons *w, uint32_t job);

#endif /* MODELS_WAIT_REASONS_H */
