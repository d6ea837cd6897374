#include "policies/kueue/message.h"

#include "sim/arena.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- amounts --- */

/* 10^power in thousands, as Kubernetes writes decimal quantities; power is in {-3, 0, 3 ... 18}. */
static const char *decimal_suffix(int power)
{
    static const char *const names[] = {"m", "", "k", "M", "G", "T", "P", "E"};
    return names[power / 3 + 1];
}

static const char *decimal_text(struct arena *arena, int64_t value, int power)
{
    while (value != 0 && value % 1000 == 0 && power < 18) {
        value /= 1000;
        power += 3;
    }
    return arena_printf(arena, "%" PRId64 "%s", value, value == 0 ? "" : decimal_suffix(power));
}

static const char *binary_text(struct arena *arena, int64_t value)
{
    static const char *const names[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    size_t n = 0;
    if (value > -1024 && value < 1024)
        return decimal_text(arena, value, 0);
    for (; value % 1024 == 0 && n + 1 < sizeof names / sizeof names[0]; n++)
        value /= 1024;
    return arena_printf(arena, "%" PRId64 "%s", value, names[n]);
}

const char *amount_text(struct arena *arena, const struct names *names, uint32_t resource,
                        int64_t value)
{
    const char *name = intern_text(names->resources, resource);
    if (value == QTY_UNLIMITED)
        return "<unlimited>";
    if (resource == RESOURCE_CPU)
        return decimal_text(arena, value, -3);
    if (resource == RESOURCE_MEMORY || strcmp(name, "ephemeral-storage") == 0 ||
        strncmp(name, "hugepages-", 10) == 0)
        return binary_text(arena, value);
    return decimal_text(arena, value, 0);
}

/* --- obstacles --- */

/* Only quota is unlimited; a request that large is a number like others. */
static const char *request_text(struct arena *arena, const struct names *names, uint32_t resource,
                                int64_t value)
{
    if (value != QTY_UNLIMITED)
        return amount_text(arena, names, resource, value);
    return decimal_text(arena, value, resource == RESOURCE_CPU ? -3 : 0);
}

static const char *exceeds_text(struct arena *arena, const struct names *names,
                                const struct obstacle *o)
{
    return arena_printf(arena,
                        "insufficient quota for %s in flavor %s, previously considered podsets "
                        "requests (%s) + current podset request (%s) > maximum capacity (%s)",
                        intern_text(names->resources, o->resource),
                        intern_text(names->words, o->flavor),
                        amount_text(arena, names, o->resource, o->assumed),
                        request_text(arena, names, o->resource, o->request),
                        amount_text(arena, names, o->resource, o->maximum));
}

const char *obstacle_text(struct arena *arena, const struct names *names, const struct obstacle *o)
{
    const char *resource = intern_text(names->resources, o->resource);
    const char *flavor = intern_text(names->words, o->flavor);
    switch (o->kind) {
    case OBSTACLE_UNCOVERED:
        return arena_printf(arena, "resource %s unavailable in ClusterQueue", resource);
    case OBSTACLE_NOT_PINNED:
        return arena_printf(arena,
                            "skipping flavor %s as it is not found in the nomination mapping for "
                            "resource %s",
                            flavor, resource);
    case OBSTACLE_EXCEEDS:
        return exceeds_text(arena, names, o);
    case OBSTACLE_SHORT:
        return arena_printf(arena, "insufficient unused quota for %s in flavor %s, %s more needed",
                            resource, flavor, amount_text(arena, names, o->resource, o->request));
    case OBSTACLE_OTHER_SLICE:
        return arena_printf(
            arena, "could not assign %s flavor since the original workload is assigned: %s", flavor,
            o->other == FLAVOR_NONE ? "" : intern_text(names->words, o->other));
    case OBSTACLE_NOT_ALLOWED:
        return arena_printf(
            arena, "skipping flavor %s due to WorkloadAllowedResourceFlavorAnnotation annotation",
            flavor);
    case OBSTACLE_UNPROVIDED:
        return arena_printf(arena, "flavor %s does not provide resource %s", flavor, resource);
    default:
        return o->text;
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *obstacles_text(struct arena *arena, const struct names *names,
                           const struct obstacles *o)
{
    const char **texts = arena_alloc(arena, (o->len + 1) * sizeof texts[0]);
    size_t bytes = 1;
    for (uint32_t i = 0; i < o->len; i++) {
        texts[i] = obstacle_text(arena, names, &o->items[i]);
        bytes += strlen(texts[i]) + 2;
    }
    qsort(texts, o->len, sizeof texts[0], by_text);
    char *out = arena_alloc(arena, bytes);
    size_t at = 0;
    for (uint32_t i = 0; i < o->len; i++) {
        const size_t len = strlen(texts[i]);
        if (i > 0) {
            memcpy(out + at, ", ", 2);
            at += 2;
        }
        memcpy(out + at, texts[i], len);
        at += len;
    }
    return out;
}

/* --- assignments and decisions --- */

const char *assignment_text(struct arena *arena, const struct names *names,
                            const struct kueue_workload *w, const struct assignment *a)
{
    const char *text = "";
    for (uint32_t i = 0; i < a->sets_len; i++) {
        const struct set_assignment *s = &a->sets[i];
        const char *set = w->shape->sets[s->set].name;
        if (s->error != NULL)
            return arena_printf(arena, "failed to assign flavors to pod set %s: %s", set, s->error);
        if (s->obstacles.len == 0)
            continue;
        text = arena_printf(arena, "%s%scouldn't assign flavors to pod set %s: %s", text,
                            text[0] == '\0' ? "" : "; ", set,
                            obstacles_text(arena, names, &s->obstacles));
    }
    return text;
}

const char *decision_text(struct arena *arena, const struct names *names, const struct decision *d)
{
    if (d->text != NULL)
        return d->text;
    if (d->assignment == NULL)
        return "";
    const char *text = assignment_text(arena, names, d->w, d->assignment);
    if (d->victims == 0)
        return text;
    return arena_printf(arena, "%s. Pending the preemption of %" PRIu32 " workload(s)", text,
                        d->victims);
}
