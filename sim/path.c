#include "sim/path.h"

#include "sim/arena.h"

#include <string.h>

const char *path_dir(struct arena *a, const char *file)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return ".";
    return slash == file ? "/" : arena_text(a, file, (size_t)(slash - file));
}

const char *path_join(struct arena *a, const char *dir, const char *path)
{
    if (path[0] == '/' || strcmp(dir, ".") == 0)
        return arena_text(a, path, strlen(path));
    const char *gap = dir[strlen(dir) - 1] == '/' ? "" : "/";
    return arena_printf(a, "%s%s%s", dir, gap, path);
}
