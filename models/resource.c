#include "models/resource.h"

#include "sim/check.h"
#include "sim/intern.h"

#include <string.h>

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool resource_is_gpu(const char *name)
{
    return has_prefix(name, "nvidia.com/") || strcmp(name, "amd.com/gpu") == 0 ||
           has_prefix(name, "gpu.intel.com/");
}

struct intern *resource_names_new(void)
{
    static const char *const fixed[RESOURCES_FIXED] = {
        [RESOURCE_CPU] = "cpu",
        [RESOURCE_MEMORY] = "memory",
        [RESOURCE_GPU] = "nvidia.com/gpu",
    };
    struct intern *names = intern_new();
    for (uint32_t r = 0; r < RESOURCES_FIXED; r++)
        SIM_REQUIRE(intern_add(names, fixed[r]) == r);
    return names;
}
