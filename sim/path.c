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
