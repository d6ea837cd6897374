/*
 * lint_map.h - what the annotation map's scheduler would not make of a map, or of a pod's name.
 *
 * Order    Pods in the order of the world; a map that many pods carry is judged once.
 * Errors   By lint_report, at the line of the map where it stands in a literal block, else where
 *          the annotation begins.
 * Source   specs gpu_models.md 0.4, 6.1 (9, 10).
 */
#ifndef POLICIES_ANNOTATION_MAP_LINT_MAP_H
#define POLICIES_ANNOTATION_MAP_LINT_MAP_H

struct lint_world;

void lint_maps(struct lint_world *w);

#endif /* POLICIES_ANNOTATION_MAP_LINT_MAP_H */
