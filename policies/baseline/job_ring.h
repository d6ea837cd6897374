/*
 * job_ring.h - a queue of work, first in, first out, from which one may step out.
 *
 * Memory   Owns a ring of ids and a place per id.
 * Cost     push, pop: O(1). remove: O(1); the gap is passed over by the next pops.
 */
#ifndef POLICIES_BASELINE_JOB_RING_H
#define POLICIES_BASELINE_JOB_RING_H

#include <stddef.h>
#include <stdint.h>

struct job_ring {
    uint32_t *ids;       /* a ring; UINT32_MAX: a gap */
    uint64_t *places;    /* by id: position + 1 in the ring, 0: not in it */
    uint64_t begin, end; /* positions, never wrapped */
    uint64_t mask;       /* of the ring; its length is mask + 1 */
    size_t len;          /* in it */
    size_t places_cap;
};

void job_ring_fini(struct job_ring *r);
void job_ring_push(struct job_ring *r, uint32_t id);
uint32_t job_ring_first(struct job_ring *r); /* UINT32_MAX if it is empty */
void job_ring_pop(struct job_ring *r);
void job_ring_remove(struct job_ring *r, uint32_t id); /* nothing if it is not in it */

#endif /* POLICIES_BASELINE_JOB_RING_H */
