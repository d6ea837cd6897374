/* code holds, slices, compute_slices, len and media follow from it: add and remove keep them so. */
#include "models/mig.h"

#include "sim/check.h"

#include <stdio.h>
#include <string.h>

static unsigned digit_shift(unsigned start)
{
    return 4 * (MIG_MOST_SLICES - 1 - start);
}

static const struct mig_profile *profile_at(const struct mig_table *t, unsigned profile)
{
    SIM_REQUIRE(profile < t->len);
    return &t->profiles[profile];
}

static unsigned start_bits_of(unsigned memory_slices, const struct mig_profile *p)
{
    unsigned fitting = 0;
    for (unsigned s = 0; s + p->memory_slices <= memory_slices; s++)
        fitting |= 1u << s;
    return fitting;
}

static bool order_lists_every_start(const struct mig_profile *p)
{
    unsigned seen = 0;
    if (p->order_len > MIG_MOST_SLICES)
        return false;
    for (unsigned i = 0; i < p->order_len; i++) {
        if (p->order[i] >= MIG_MOST_SLICES || (seen >> p->order[i] & 1u) != 0)
            return false;
        seen |= 1u << p->order[i];
    }
    return seen == p->starts;
}

static const char *profile_flaw(const struct mig_table *t, const struct mig_profile *p)
{
    if (p->name == NULL || p->name[0] == '\0')
        return "a profile needs a name";
    if (p->memory_slices < 1 || p->memory_slices > t->memory_slices)
        return "memory slices: at least 1, at most what the GPU has";
    if (p->compute_slices < 1 || p->compute_slices > t->compute_slices)
        return "compute slices: at least 1, at most what the GPU has";
    if (p->starts == 0)
        return "a profile needs at least one start";
    if ((p->starts & ~start_bits_of(t->memory_slices, p)) != 0)
        return "an instance at its last start would leave the GPU";
    if (p->most < 1)
        return "a profile that may have no instance is none";
    if (!order_lists_every_start(p))
        return "the driver's order must list every start once";
    return NULL;
}

const char *mig_table_flaw(const struct mig_table *t, unsigned *profile)
{
    *profile = t->len;
    if (t->len < 1 || t->len > MIG_MOST_PROFILES)
        return "a table has 1 to 15 profiles";
    if (t->memory_slices < 1 || t->memory_slices > MIG_MOST_SLICES)
        return "a GPU has 1 to 8 memory slices";
    if (t->compute_slices < 1 || t->compute_slices > MIG_MOST_SLICES)
        return "a GPU has 1 to 8 compute slices";
    for (*profile = 0; *profile < t->len; ++*profile) {
        const struct mig_profile *p = &t->profiles[*profile];
        const char *flaw = profile_flaw(t, p);
        if (flaw != NULL)
            return flaw;
        if (mig_profile_find(t, p->name) != (int)*profile)
            return "two profiles have the same name";
    }
    return NULL;
}

int mig_profile_find(const struct mig_table *t, const char *name)
{
    for (unsigned i = 0; i < t->len; i++)
        if (strcmp(t->profiles[i].name, name) == 0)
            return (int)i;
    return MIG_NONE;
}

unsigned mig_slices(const struct mig_profile *p, unsigned start)
{
    return ((1u << p->memory_slices) - 1) << start;
}

bool mig_may_add(const struct mig_table *t, const struct mig_layout *l, unsigned profile,
                 unsigned start)
{
    const struct mig_profile *p = profile_at(t, profile);
    return start < MIG_MOST_SLICES && (p->starts >> start & 1u) != 0 &&
           (l->slices & mig_slices(p, start)) == 0 &&
           l->compute_slices + p->compute_slices <= t->compute_slices && !(p->media && l->media) &&
           mig_count(l, profile) < p->most;
}

unsigned mig_free_starts(const struct mig_table *t, const struct mig_layout *l, unsigned profile)
{
    unsigned starts = 0;
    for (unsigned s = 0; s < t->memory_slices; s++)
        if (mig_may_add(t, l, profile, s))
            starts |= 1u << s;
    return starts;
}

void mig_add(const struct mig_table *t, struct mig_layout *l, unsigned profile, unsigned start)
{
    SIM_REQUIRE(mig_may_add(t, l, profile, start));
    const struct mig_profile *p = &t->profiles[profile];
    l->code |= (profile + 1) << digit_shift(start);
    l->slices = (uint8_t)(l->slices | mig_slices(p, start));
    l->compute_slices = (uint8_t)(l->compute_slices + p->compute_slices);
    l->len++;
    l->media = l->media || p->media;
}

void mig_remove(const struct mig_table *t, struct mig_layout *l, unsigned start)
{
    const int profile = mig_at(l, start);
    SIM_REQUIRE(profile != MIG_NONE);
    const struct mig_profile *p = profile_at(t, (unsigned)profile);
    l->code &= ~(UINT32_C(15) << digit_shift(start));
    l->slices = (uint8_t)(l->slices & ~mig_slices(p, start));
    l->compute_slices = (uint8_t)(l->compute_slices - p->compute_slices);
    l->len--;
    l->media = l->media && !p->media;
}

int mig_at(const struct mig_layout *l, unsigned start)
{
    if (start >= MIG_MOST_SLICES)
        return MIG_NONE;
    return (int)(l->code >> digit_shift(start) & 15u) - 1;
}

unsigned mig_count(const struct mig_layout *l, unsigned profile)
{
    unsigned count = 0;
    for (uint32_t code = l->code; code != 0; code >>= 4)
        count += (code & 15u) == profile + 1;
    return count;
}

uint64_t mig_multiset(const struct mig_layout *l)
{
    uint64_t counts = 0;
    for (uint32_t code = l->code; code != 0; code >>= 4)
        if ((code & 15u) != 0)
            counts += UINT64_C(1) << 4 * ((code & 15u) - 1);
    return counts;
}

bool mig_contains(const struct mig_layout *outer, const struct mig_layout *inner)
{
    const uint32_t differs = outer->code ^ inner->code;
    for (unsigned s = 0; s < MIG_MOST_SLICES; s++)
        if (mig_at(inner, s) != MIG_NONE && (differs >> digit_shift(s) & 15u) != 0)
            return false;
    return true;
}

int mig_instance_id(const struct mig_table *t, unsigned profile, unsigned start)
{
    const struct mig_profile *p = profile_at(t, profile);
    SIM_REQUIRE(start < MIG_MOST_SLICES && (p->starts >> start & 1u) != 0);
    return p->instance_id[start];
}

const char *mig_layout_text(const struct mig_table *t, const struct mig_layout *l, char *text)
{
    size_t len = 0;
    text[0] = '\0';
    for (unsigned s = 0; s < MIG_MOST_SLICES; s++) {
        const int profile = mig_at(l, s);
        if (profile == MIG_NONE || len >= MIG_TEXT_BYTES)
            continue;
        len += (size_t)snprintf(text + len, MIG_TEXT_BYTES - len, "%s%s@%u", len > 0 ? " " : "",
                                profile_at(t, (unsigned)profile)->name, s);
    }
    return text;
}
