/*
 * path.h - names of files, relative to the file that names them.
 *
 * Memory   Results lie in the arena that is given.
 */
#ifndef SIM_PATH_H
#define SIM_PATH_H

struct arena;

/* The folder of a file: "a/b" of "a/b/c.yaml", "." of "c.yaml". */
const char *path_dir(struct arena *a, const char *file);

/* path as seen from dir; an absolute path stays as it is. */
const char *path_join(struct arena *a, const char *dir, const char *path);

#endif /* SIM_PATH_H */
