/* Looks for the plainest reason first: a profile too often, then slices, then places. */
#include "models/mig_misfit.h"

#include "models/mig_place.h"
#include "sim/arena.h"

/* A GPU being filled with the instances of most slices first. */
struct filling {
    const struct mig_table *table;
    struct arena *arena;
    const char *kind; /* of slices: "memory" or "compute" */
    const char *who;  /* "one 4g.40gb and one 3g.40gb" */
    unsigned all;
    unsigned used;
    unsigned instances;
};

static const char *number(struct arena *a, uint32_t n)
{
    static const char *const words[] = {"no",   "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight"};
    return n < sizeof words / sizeof words[0] ? words[n] : arena_printf(a, "%lu", (unsigned long)n);
}

/* The complaint if not all `count` instances find slices, or NULL. */
static const char *fill_with(struct filling *f, const struct mig_profile *p, unsigned slices,
                             uint32_t count)
{
    const unsigned room = (f->all - f->used) / slices;
    const uint32_t fitting = room < count ? room : count;
    if (fitting > 0)
        f->who = arena_printf(f->arena, "%s%s%s %s", f->who, f->instances > 0 ? " and " : "",
                              number(f->arena, fitting), p->name);
    f->used += fitting * slices;
    f->instances += fitting;
    if (fitting == count)
        return NULL;
    const char *how_many = f->used == f->all ? arena_printf(f->arena, "all %u", f->all)
                                             : arena_printf(f->arena, "%u of %u", f->used, f->all);
    return arena_printf(f->arena, "%s use%s %s %s slices, no room is left for %s%s %s", f->who,
                        f->instances == 1 ? "s" : "", how_many, f->kind,
                        number(f->arena, count - fitting), fitting > 0 ? " more" : "", p->name);
}

typedef unsigned slices_fn(const struct mig_profile *p);

static unsigned memory_of(const struct mig_profile *p)
{
    return p->memory_slices;
}

static unsigned compute_of(const struct mig_profile *p)
{
    return p->compute_slices;
}

static const char *fill(struct filling *f, slices_fn *slices_of, const uint32_t *counts)
{
    const char *why = NULL;
    f->who = "";
    for (unsigned size = f->all; size > 0; size--)
        for (unsigned p = 0; p < f->table->len && why == NULL; p++)
            if (counts[p] > 0 && slices_of(&f->table->profiles[p]) == size)
                why = fill_with(f, &f->table->profiles[p], size, counts[p]);
    return why;
}

static const char *slices_short(const struct mig_table *t, struct arena *a, const uint32_t *counts)
{
    struct filling memory = {.table = t, .arena = a, .kind = "memory", .all = t->memory_slices};
    const char *why = fill(&memory, memory_of, counts);
    if (why != NULL)
        return why;
    struct filling compute = {.table = t, .arena = a, .kind = "compute", .all = t->compute_slices};
    return fill(&compute, compute_of, counts);
}

static const char *too_many(const struct mig_table *t, struct arena *a, const uint32_t *counts)
{
    unsigned media = 0;
    for (unsigned p = 0; p < t->len; p++) {
        const struct mig_profile *here = &t->profiles[p];
        if (counts[p] > here->most)
            return arena_printf(a, "%s %s, but a GPU holds at most %s", number(a, counts[p]),
                                here->name, number(a, here->most));
        media += here->media ? counts[p] : 0;
    }
    if (media > 1)
        return arena_printf(a, "%s instances with the media engines (+me), which a GPU has once",
                            number(a, media));
    return NULL;
}

const char *mig_misfit(const struct mig_space *s, struct arena *a, const uint32_t *counts)
{
    const struct mig_table *t = mig_space_table(s);
    const char *why = too_many(t, a, counts);
    if (why == NULL)
        why = slices_short(t, a, counts);
    struct mig_layout l = {0};
    if (why == NULL && !mig_fit(s, &l, counts))
        why = "there are slices enough, but no places that do not overlap";
    return why;
}
