/*
 * shared_data.h - where recorded data lies that is not part of this repository.
 */
#ifndef TESTS_SHARED_DATA_H
#define TESTS_SHARED_DATA_H

#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The environment's CLUSTERSIM_SHARED, ../shared or ../../shared, from the root of the sources,
 * where tests run; NULL if there is none: say so, and skip. */
static inline const char *shared_data_dir(void)
{
    const char *const places[] = {getenv("CLUSTERSIM_SHARED"), "../shared", "../../shared"};
    struct stat info;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (places[i] != NULL && stat(places[i], &info) == 0 && S_ISDIR(info.st_mode))
            return places[i];
    return NULL;
}

#endif /* TESTS_SHARED_DATA_H */
