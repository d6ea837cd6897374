/*
 * audit.h - recomputes from scratch what a simulation keeps up to date, and compares.
 *
 * Checked  Nothing is oversubscribed that may not be; free amounts, free devices and their
 * residents are what the tasks leave over; every job is in exactly one state, with its counters
 * right, and waits in a bucket if and only if it waits; meters count what is there. Cost O(nodes x
 * resources + live jobs and tasks): in debug builds while that is small, and with
 *          --audit always, at every instant.
 */
#ifndef MODELS_AUDIT_H
#define MODELS_AUDIT_H

#include <stdbool.h>
#include <stddef.h>

struct simulation;

/* True if all invariants hold; otherwise says in text (cap bytes) which one does not, and where. */
bool audit_passes(const struct simulation *sim, char *text, size_t cap);

/* Work that audit_passes would do now, in cells looked at. */
size_t audit_cost(const struct simulation *sim);

#endif /* MODELS_AUDIT_H */
