#include "sim/file_text.h"

#include "sim/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BYTES = 1 << 16 };

static bool read_all(FILE *in, char **text, size_t *len)
{
    size_t cap = FIRST_BYTES;
    char *all = NULL;
    size_t n = 0;
    do {
        cap *= 2;
        all = realloc(all, cap);
        SIM_REQUIRE(all != NULL);
        n += fread(all + n, 1, cap - 1 - n, in);
    } while (n == cap - 1);
    if (ferror(in)) {
        free(all);
        return false;
    }
    all[n] = '\0';
    *text = all;
    *len = n;
    return true;
}

bool file_text_read(const char *path, char **text, size_t *len)
{
    if (strcmp(path, "-") == 0)
        return read_all(stdin, text, len);
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return false;
    const bool ok = read_all(in, text, len);
    const int why = errno; /* fclose may overwrite it */
    fclose(in);
    errno = why;
    return ok;
}
