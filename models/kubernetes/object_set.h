/*
 * object_set.h - Kubernetes objects from files and folders, found by what they are.
 *
 * Order    As read: files of a folder by name, documents and items of a List as they stand.
 * Memory   The set owns the YAML files and all objects, at stable addresses until object_set_free;
 *          the diag must outlive it.
 * Errors   In the diag: what yaml.h refuses, documents that are no objects (in a folder a warning:
 *          Helm values lie about there), and an object that is given twice, with both places: the
 * first is kept. Cost     O(length) to read; object_set_find and object_set_of_kind O(1).
 */
#ifndef MODELS_KUBERNETES_OBJECT_SET_H
#define MODELS_KUBERNETES_OBJECT_SET_H

#include "models/kubernetes/object.h"

struct object_set;

struct object_set *object_set_new(void);
void object_set_free(struct object_set *s); /* NULL is allowed */

/* A file, "-" for standard input, or a folder: all its *.yaml, *.yml and *.json, but not those of
 * folders in it, nor hidden ones. */
void object_set_read(struct object_set *s, const char *path, struct diag *d);

/* The same from memory. */
void object_set_parse(struct object_set *s, const char *name, const char *text, size_t len,
                      struct diag *d);

/* Changes objects that are there already by what the documents of a file say of them: "what if this
 * queue had 8 GPUs more". A document names its object by kind and metadata.name (and namespace),
 * and says only what is different (tree_merge). One that changes nothing there is, is an error. */
void object_set_overlay(struct object_set *s, const char *path, struct diag *d);
void object_set_overlay_tree(struct object_set *s, const struct yaml_node *document,
                             struct diag *d);
void object_set_overlay_text(struct object_set *s, const char *name, const char *text, size_t len,
                             struct diag *d);

size_t object_set_len(const struct object_set *s);
const struct object *object_set_at(const struct object_set *s, size_t i);

/* NULL if there is none; namespace "" for kinds without one. */
const struct object *object_set_find(const struct object_set *s, const char *group,
                                     const char *kind, const char *namespace, const char *name);

/* The first object of a kind, or the next one after one of it, in the order of reading; NULL: there
 * are no more. */
const struct object *object_set_of_kind(const struct object_set *s, const char *kind,
                                        const struct object *after);

/* Lives as long as the set: for what is made of its objects. */
struct arena *object_set_arena(struct object_set *s);

#endif /* MODELS_KUBERNETES_OBJECT_SET_H */
