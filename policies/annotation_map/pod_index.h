/*
 * pod_index.h - which line of the map a pod follows, by its name.
 *
 * Source   The seed's scheduler.py: of the parts between "-", from the right, the first that
 *          isdigit(); a name without "-" if it isdigit() itself. What int() then refuses ("pod-²")
 *          has no index. evgl/gpu-scheduler: int() of the last part, if there is a "-".
 */
#ifndef POLICIES_ANNOTATION_MAP_POD_INDEX_H
#define POLICIES_ANNOTATION_MAP_POD_INDEX_H

#include <stdbool.h>
#include <stddef.h>

/* Write the index as str() would; out has room for strlen(name) + 1 bytes. False: it has none. */
bool pod_index_by_digits(const char *name, char *out);
bool pod_index_by_last_part(const char *name, char *out);

#endif /* POLICIES_ANNOTATION_MAP_POD_INDEX_H */
