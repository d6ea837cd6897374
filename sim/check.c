#include "sim/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void sim_check_failed(const char *file, int line, const char *func, const char *cond,
                      int64_t now_ns)
{
    if (now_ns == INT64_MIN)
        fprintf(stderr, "%s:%d: %s: bug: '%s' does not hold\n", file, line, func, cond);
    else
        fprintf(stderr, "%s:%d: %s: bug: '%s' does not hold at simulated %" PRId64 " ns\n", file,
                line, func, cond, now_ns);
    abort();
}
