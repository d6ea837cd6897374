#include "models/mig_set.h"

#include "models/lint.h"
#include "models/mig_misfit.h"
#include "models/mig_resource.h"
#include "sim/arena.h"
#include "sim/suggest.h"
#include "sim/yaml.h"

#include <string.h>

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
    *out = (struct mig_set){.enabled = true};
    if (strncmp(name, "all-", 4) != 0)
        return false;
    const char *what = name + 4;
    if (strcmp(what, "disabled") == 0) {
        out->enabled = false;
        return true;
    }
    if (strcmp(what, "enabled") == 0)
        return true;
    if (strcmp(what, "balanced") == 0)
        return balanced(t, out);
    const int p = mig_dotted_find(t, what);
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
        names[len++] = mig_dotted(a, "all-", t->profiles[p].name);
    return names;
}

int mig_set_uniform(const struct mig_table *t, const struct mig_set *set)
{
    int only = MIG_NONE;
    for (unsigned p = 0; p < t->len; p++) {
        if (set->counts[p] == 0)
            continue;
        if (only != MIG_NONE)
            return MIG_NONE;
        only = (int)p;
    }
    return only;
}

void mig_set_no_profile(const struct mig_table *t, const char *profile, struct src_pos at,
                        struct diag *d)
{
    struct suggest s;
    suggest_init(&s, profile);
    for (unsigned p = 0; p < t->len; p++)
        suggest_offer(&s, t->profiles[p].name);
    diag_error(d, at, "'%s': %s has no such MIG profile%s; `clustersim list profiles` shows them",
               profile, t->name, suggest_hint(&s));
}

/* Takes instances away, of the largest profiles first, while the rest does not fit. */
static void reduce(const struct mig_space *space, struct arena *a, uint32_t *counts, uint32_t least)
{
    const struct mig_table *t = mig_space_table(space);
    for (unsigned size = t->memory_slices; size > 0; size--)
        for (unsigned p = 0; p < t->len; p++)
            while (t->profiles[p].memory_slices == size && counts[p] > least &&
                   mig_misfit(space, a, counts) != NULL)
                counts[p]--;
}

/* "{3g.40gb: 1, 1g.10gb: 4}": fewer of the largest, and as many more of the last as then fit. */
static const char *nearest_fit(const struct mig_space *space, struct arena *a,
                               const uint32_t *counts)
{
    const struct mig_table *t = mig_space_table(space);
    uint32_t fit[MIG_MOST_PROFILES];
    unsigned last = 0;
    const char *text = "";
    for (unsigned p = 0; p < t->len; p++) {
        fit[p] = counts[p] < t->profiles[p].most ? counts[p] : t->profiles[p].most;
        if (fit[p] > 0 &&
            (fit[last] == 0 || t->profiles[p].memory_slices < t->profiles[last].memory_slices))
            last = p;
    }
    reduce(space, a, fit, 1);
    reduce(space, a, fit, 0);
    do
        fit[last]++;
    while (mig_misfit(space, a, fit) == NULL);
    fit[last]--;
    for (unsigned p = t->len; p-- > 0;)
        if (fit[p] > 0)
            text = arena_printf(a, "%s%s%s: %lu", text, text[0] == '\0' ? "" : ", ",
                                t->profiles[p].name, (unsigned long)fit[p]);
    return arena_printf(a, "{%s}", text);
}

bool mig_set_fits(const struct mig_space *space, const struct mig_set *set, struct src_pos at,
                  struct diag *d)
{
    struct arena *a = arena_new();
    const char *why = mig_misfit(space, a, set->counts);
    if (why != NULL)
        lint_report(d, LINT_MIG_MIX, at,
                    "%s: these instances do not fit on one GPU: %s; %s would fit",
                    mig_space_table(space)->name, why, nearest_fit(space, a, set->counts));
    arena_free(a);
    return why == NULL;
}

bool mig_set_read(const struct config_texts *profiles, const struct mig_space *space,
                  struct diag *d, struct mig_set *out)
{
    const struct mig_table *t = mig_space_table(space);
    bool ok = true;
    *out = (struct mig_set){.enabled = true};
    for (size_t i = 0; i < profiles->len; i++) {
        const int p = mig_profile_find(t, profiles->texts[i]);
        if (p != MIG_NONE)
            out->counts[p]++;
        else
            mig_set_no_profile(t, profiles->texts[i], yaml_pos(profiles->nodes[i]), d);
        ok = ok && p != MIG_NONE;
    }
    return ok && (profiles->len == 0 || mig_set_fits(space, out, yaml_pos(profiles->nodes[0]), d));
}
