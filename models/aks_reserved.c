#include "models/aks_reserved.h"

#include "sim/check.h"

#include <stddef.h>

#define MIB (INT64_C(1) << 20)

static const struct {
    int64_t vcpus;
    int64_t milli;
} points[] = {{1, 60}, {2, 100}, {4, 140}, {8, 180}, {16, 260}, {32, 420}, {64, 740}};

enum { POINTS = sizeof points / sizeof points[0] };

int64_t aks_reserved_cpu_milli(int64_t vcpus)
{
    SIM_REQUIRE(vcpus >= 1);
    size_t i = 1;
    while (i < POINTS - 1 && vcpus > points[i].vcpus)
        i++;
    const int64_t run = points[i].vcpus - points[i - 1].vcpus;
    const int64_t rise = points[i].milli - points[i - 1].milli;
    return points[i - 1].milli + (vcpus - points[i - 1].vcpus) * rise / run;
}

int64_t aks_reserved_memory_bytes(int64_t memory_bytes, int64_t max_pods)
{
    SIM_REQUIRE(memory_bytes >= 0 && max_pods >= 0);
    const int64_t quarter = memory_bytes / 4;
    const int64_t by_pods =
        max_pods < quarter / (20 * MIB) ? max_pods * 20 * MIB + 50 * MIB : quarter;
    const int64_t reserved = (by_pods < quarter ? by_pods : quarter) + 100 * MIB;
    return reserved < memory_bytes ? reserved : memory_bytes;
}
