#include "sim/path.h"

#include "sim/arena.h"

#include <string.h>

const char *path_beside(struct arena *a, const char *file, const char *path)
{
    const char *slash = file == NULL ? NULL : strrchr(file, '/');
    if (slash == NULL || path[0] == '/' || strcmp(path, "-") == 0)
        return path;
    return arena_printf(a, "%.*s%s", (int)(slash + 1 - file), file, path);
}

const char *path_dir(struct arena *a, const char *file)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return ".";
    return slash == file ? "/" : arena_text(a, file, (size_t)(slash - file));
}
