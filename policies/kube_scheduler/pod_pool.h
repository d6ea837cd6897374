/*
 * pod_pool.h - pods that wait for a node, in buckets of equal ones.
 *
 * Pods of equal request fit or do not fit together. So they wait in one bucket, and a bucket is
 * open (its pods may fit) or closed (they do not, until a node changes): however many pods wait, a
 * change is one test for each distinct request. Waiting pods of a job that are equal are one unit.
 *
 * Order    Of all pods in open buckets, the next is the one with the highest priority, then the one
 *          that came first.
 * Memory   Owns units and buckets; both are recycled.
 * Cost     add, remove, next, open, close: O(log n). With back-off, closing after a failed attempt
 *          costs O(log n) for each pod of the bucket, as it does in kube-scheduler.
 */
#ifndef POLICIES_KUBE_SCHEDULER_POD_POOL_H
#define POLICIES_KUBE_SCHEDULER_POD_POOL_H

#include "sim/event_queue.h"
#include "sim/pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UNIT_NONE   UINT32_MAX
#define BUCKET_GONE UINT32_MAX

/* Equal pods of one job, or a gang that is placed all at once. */
struct pod_unit {
    uint32_t job;
    uint32_t group; /* UINT32_MAX: a gang, all groups */
    uint32_t task;  /* UINT32_MAX: any waiting ones of the group */
    uint32_t count;
    int32_t priority;
    uint64_t came; /* order of coming */
    uint32_t bucket;
    uint32_t next, prev; /* units of the same job, oldest first */
    uint32_t handle;     /* in the bucket's queue, or in that of those that back off */
    uint32_t attempts;   /* that failed */
    bool backs_off;
};

struct pod_bucket {
    uint32_t request;
    uint32_t need;  /* pods that must fit at once: 1, or those of a gang */
    uint32_t owner; /* a gang of several groups has its own; UINT32_MAX: everybody's */
    uint32_t next;  /* bucket of the same request */
    uint32_t units; /* in it, those that back off included; 0: it is free */
    uint32_t handle, handle_unit; /* in the queue of open buckets, and for which head */
    bool is_open;
    struct event_queue *ready;
};

struct pod_pool {
    struct pool units; /* struct pod_unit */
    struct pod_bucket *buckets;
    uint32_t buckets_len, buckets_cap;
    uint32_t *free_buckets;
    uint32_t free_buckets_len;
    uint32_t *first_bucket; /* by request */
    size_t requests_cap;
    uint32_t *first_unit, *last_unit; /* by job */
    size_t jobs_cap;
    struct event_queue *open;    /* buckets, by their heads */
    struct event_queue *backoff; /* units, by the end of their back-off */
    uint64_t came;
};

void pod_pool_init(struct pod_pool *p);
void pod_pool_fini(struct pod_pool *p);

struct pod_unit *pod_pool_unit(const struct pod_pool *p, uint32_t unit);

/* Whether its number still is that of the unit that came as number `came`. */
bool pod_pool_has(const struct pod_pool *p, uint32_t unit, uint64_t came);

/* Adds a unit (job, group, task, count, priority are taken; came too, unless it is 0: it comes now)
 * to the bucket of its request; a new bucket is open. Returns its number. */
uint32_t pod_pool_add(struct pod_pool *p, const struct pod_unit *unit,
                      const struct pod_bucket *bucket);
void pod_pool_remove(struct pod_pool *p, uint32_t unit);

/* The oldest unit of the job; UNIT_NONE if it has none. */
uint32_t pod_pool_of_job(const struct pod_pool *p, uint32_t job);

/* The unit to try; UNIT_NONE: none in an open bucket is ready. */
uint32_t pod_pool_next(const struct pod_pool *p);

void pod_pool_open(struct pod_pool *p, uint32_t bucket);
void pod_pool_close(struct pod_pool *p, uint32_t bucket);

/* All ready pods of the bucket failed: 1 s doubling to 10 s must pass before they are tried again.
 */
void pod_pool_back_off(struct pod_pool *p, uint32_t bucket, int64_t now_ns);

/* Those whose time has come are ready again. */
void pod_pool_wake(struct pod_pool *p, int64_t now_ns);

/* When the next one is; INT64_MAX: nobody backs off. */
int64_t pod_pool_wakes_at_ns(const struct pod_pool *p);

#endif /* POLICIES_KUBE_SCHEDULER_POD_POOL_H */
