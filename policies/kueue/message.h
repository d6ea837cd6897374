/*
 * message.h - why a workload waits, in Kueue's own words.
 *
 * Memory   Texts lie in the arena.
 * Source   Kueue v0.20-dev, Assignment.Message, resources.ResourceFormatter; specs/kueue.md 1.17.
 */
#ifndef POLICIES_KUEUE_MESSAGE_H
#define POLICIES_KUEUE_MESSAGE_H

#include "policies/kueue/kueue.h"

/* "insufficient unused quota for cpu in flavor spot, 2 more needed". */
const char *obstacle_text(struct arena *arena, const struct names *names, const struct obstacle *o);

/* All there is to say about a set: sorted, with commas. */
const char *obstacles_text(struct arena *arena, const struct names *names,
                           const struct obstacles *o);

/* "couldn't assign flavors to pod set main: ..."; "" if every set fits. */
const char *assignment_text(struct arena *arena, const struct names *names,
                            const struct kueue_workload *w, const struct assignment *a);

/* The message of the condition QuotaReserved=False. */
const char *decision_text(struct arena *arena, const struct names *names, const struct decision *d);

/* An amount as Kueue prints it: 500m, 12, 1Gi; "<unlimited>". */
const char *amount_text(struct arena *arena, const struct names *names, uint32_t resource,
                        int64_t value);

#endif /* POLICIES_KUEUE_MESSAGE_H */
