#include "models/mig_resource.h"

#include "sim/arena.h"

#include <string.h>

#define INSTANCE_PREFIX "nvidia.com/mig-"

const char *const mig_manager_names[] = {
    [MIG_MANAGER_STATIC] = "static",
    [MIG_MANAGER_NVIDIA] = "mig-manager",
    [MIG_MANAGER_DYNAMIC] = "dynamic",
    NULL,
};

const char *const mig_strategy_names[] = {
    [MIG_STRATEGY_NONE] = "none",
    [MIG_STRATEGY_SINGLE] = "single",
    [MIG_STRATEGY_MIXED] = "mixed",
    NULL,
};

const char *mig_dotted(struct arena *a, const char *prefix, const char *name)
{
    char *text = arena_printf(a, "%s%s", prefix, name);
    for (char *c = text + strlen(prefix); *c != '\0'; c++)
        if (*c == '+')
            *c = '.';
    return text;
}

static bool is_dotted(const char *text, const char *name)
{
    for (; *name != '\0'; text++, name++)
        if (*text != (*name == '+' ? '.' : *name))
            return false;
    return *text == '\0';
}

int mig_dotted_find(const struct mig_table *t, const char *text)
{
    for (unsigned p = 0; p < t->len; p++)
        if (is_dotted(text, t->profiles[p].name))
            return (int)p;
    return MIG_NONE;
}

/* What follows the prefix, or NULL. */
static const char *after(const char *text, const char *prefix)
{
    const size_t len = strlen(prefix);
    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

const char *mig_resource_name(struct arena *a, enum mig_strategy strategy,
                              const struct mig_profile *p)
{
    if (p == NULL || strategy == MIG_STRATEGY_SINGLE)
        return MIG_WHOLE_GPU_RESOURCE;
    return strategy == MIG_STRATEGY_MIXED ? mig_dotted(a, INSTANCE_PREFIX, p->name) : NULL;
}

int mig_resource_find(const struct mig_table *t, const char *resource)
{
    const char *name = after(resource, INSTANCE_PREFIX);
    return name == NULL ? MIG_NONE : mig_dotted_find(t, name);
}

const char *mig_product_label(struct arena *a, const char *product, enum mig_strategy strategy,
                              const struct mig_profile *p)
{
    if (p == NULL || strategy != MIG_STRATEGY_SINGLE)
        return arena_text(a, product, strlen(product));
    return mig_dotted(a, arena_printf(a, "%s-MIG-", product), p->name);
}

int mig_plain_profile(const struct mig_table *t, unsigned compute_slices)
{
    int best = MIG_NONE;
    for (unsigned p = 0; p < t->len; p++) {
        const struct mig_profile *here = &t->profiles[p];
        if (here->compute_slices == compute_slices && !here->media &&
            (best == MIG_NONE || here->most > t->profiles[best].most))
            best = (int)p;
    }
    return best;
}

int mig_aks_profile(const struct mig_table *t, const char *name)
{
    const char *size = after(name, "MIG");
    if (size == NULL || size[0] < '1' || size[0] > '8' || strcmp(size + 1, "g") != 0)
        return MIG_NONE;
    return mig_plain_profile(t, (unsigned)(size[0] - '0'));
}

struct mig_quota mig_sample_quota(int64_t gpus, int64_t instances_per_gpu)
{
    const int64_t total = gpus * instances_per_gpu;
    return (struct mig_quota){
        .total = total,
        .team = total / 4,
        .borrowing = total / 2,
        .shared = total / 2,
    };
}
