#include "models/mig_resource.h"

#include "sim/arena.h"

#include <string.h>

#define INSTANCE_PREFIX "nvidia.com/mig-"

const char *const mig_strategy_names[] = {
    [MIG_STRATEGY_NONE] = "none",
    [MIG_STRATEGY_SINGLE] = "single",
    [MIG_STRATEGY_MIXED] = "mixed",
    NULL,
};

static const char *dotted(struct arena *a, const char *prefix, const char *name)
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

static int find_dotted(const struct mig_table *t, const char *text)
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
    return strategy == MIG_STRATEGY_MIXED ? dotted(a, INSTANCE_PREFIX, p->name) : NULL;
}

int mig_resource_find(const struct mig_table *t, const char *resource)
{
    const char *name = after(resource, INSTANCE_PREFIX);
    return name == NULL ? MIG_NONE : find_dotted(t, name);
}

const char *mig_product_label(struct arena *a, const char *product, enum mig_strategy strategy,
                              const struct mig_profile *p)
{
    if (p == NULL || strategy != MIG_STRATEGY_SINGLE)
        return arena_text(a, product, strlen(product));
    return dotted(a, arena_printf(a, "%s-MIG-", product), p->name);
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

/* Two 1g, one 2g and, on GPUs of seven slices, one 3g. */
static bool balanced(const struct mig_table *t, struct mig_set *out)
{
    static const uint8_t of_seven[] = {2, 1, 1};
    static const uint8_t of_four[] = {2, 1, 0};
    if (t->compute_slices != 7 && t->compute_slices != 4)
        return false;
    const uint8_t *wanted = t->compute_slices == 7 ? of_seven : of_four;
    for (unsigned size = 1; size <= 3; size++) {
        const int p = mig_plain_profile(t, size);
        if (wanted[size - 1] == 0)
            continue;
        if (p == MIG_NONE)
            return false;
        out->counts[p] = wanted[size - 1];
    }
    return true;
}

bool mig_set_named(const struct mig_table *t, const char *name, struct mig_set *out)
{
    const char *what = after(name, "all-");
    *out = (struct mig_set){.enabled = true};
    if (what == NULL)
        return false;
    if (strcmp(what, "disabled") == 0) {
        out->enabled = false;
        return true;
    }
    if (strcmp(what, "enabled") == 0)
        return true;
    if (strcmp(what, "balanced") == 0)
        return balanced(t, out);
    const int p = find_dotted(t, what);
    if (p != MIG_NONE)
        out->counts[p] = t->profiles[p].most;
    return p != MIG_NONE;
}

const char *const *mig_set_names(const struct mig_table *t, struct arena *a)
{
    const char **names = arena_alloc(a, (t->len + 4u) * sizeof names[0]);
    size_t len = 0;
    struct mig_set unused = {0};
    names[len++] = "all-disabled";
    names[len++] = "all-enabled";
    if (balanced(t, &unused))
        names[len++] = "all-balanced";
    for (unsigned p = 0; p < t->len; p++)
        names[len++] = dotted(a, "all-", t->profiles[p].name);
    return names;
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
