/*
 * pending_parts.h - the inside of pending.h, for its own files.
 */
#ifndef POLICIES_KUEUE_PENDING_PARTS_H
#define POLICIES_KUEUE_PENDING_PARTS_H

#include "policies/kueue/pending.h"

/* --- pending_heap.c: with admission fair sharing --- */

void flat_push(struct pending *p, struct kueue_workload *w);
void flat_remove(struct pending *p, struct kueue_workload *w);
void flat_fix(struct pending *p, uint32_t at);
struct kueue_workload *flat_pop(struct pending *p); /* of one that is not empty */
uint32_t flat_block(struct pending *p, uint32_t scheduling_class);

/* --- pending_classes.c: without --- */

/* Into the heap; who is parked with its class is parked alone then. */
void classes_push(struct pending *p, struct kueue_workload *w);

/* Its class is parked, and it is now, too; false: its class is not. */
bool classes_park(struct pending *p, struct kueue_workload *w);

/* Out of the class, parked or not. */
void classes_remove(struct pending *p, struct kueue_workload *w);

bool classes_is_parked(const struct pending *p, const struct kueue_workload *w);

/* The first of the heap, which stays there; NULL: it is empty. */
struct kueue_workload *classes_first(const struct pending *p);

/* All of the class are parked, those in the heap and those to come. How many moved. */
uint32_t classes_block(struct pending *p, uint32_t scheduling_class);

/* Those of parked classes return to the heap. How many moved. */
uint32_t classes_flush(struct pending *p, matches_fn *matches, const void *context);

void classes_fini(struct pending *p);

/* Appends those in the heap, or parked with their classes. */
size_t classes_list(const struct pending *p, bool parked, struct kueue_workload **out);

/* --- pending.c --- */

/* Parked by itself. */
void pending_set_aside(struct pending *p, struct kueue_workload *w);

/* The order without usage and preemptor: it does not change while somebody waits. */
bool pending_is_older(const struct kueue_workload *a, const struct kueue_workload *b);

#endif /* POLICIES_KUEUE_PENDING_PARTS_H */
