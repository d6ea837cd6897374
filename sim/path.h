/*
 * path.h - where a file lies that another file names.
 *
 * Memory   Results lie in the caller's arena, or are the path itself.
 */
#ifndef SIM_PATH_H
#define SIM_PATH_H

struct arena;

/* A relative path begins in the folder of the file that it was written in; "-" and absolute paths
 * stay as they are. */
const char *path_beside(struct arena *a, const char *file, const char *path);

/* The folder of a file: "a/b" of "a/b/c.yaml", "." of "c.yaml". */
const char *path_dir(struct arena *a, const char *file);

#endif /* SIM_PATH_H */
