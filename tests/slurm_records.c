#include "tests/slurm_records.h"

#include "models/slurm_text/hostlist.h"
#include "models/slurm_text/tres.h"
#include "sim/arena.h"

#include <stdlib.h>
#include <string.h>

bool recorded_wants(struct arena *a, const struct slurm_site *site, const char *text,
                    enum want_scope scope, struct slurm_request *r)
{
    struct tres_list list;
    const char *why;
    if (text[0] == '\0' || strcmp(text, "-") == 0)
        return true;
    if (!tres_read_gres(a, text, &list, &why))
        return false;
    for (size_t i = 0; i < list.len; i++) {
        const struct tres *t = &list.items[i];
        const uint32_t type = t->type == NULL ? 0 : slurm_site_find_type(site, t->type);
        if (type == UINT32_MAX || r->wants_len == SLURM_MOST_WANTS)
            return false;
        r->wants[r->wants_len++] = (struct gres_want){
            .kind = strcmp(t->name, "shard") == 0 ? GRES_SHARD : GRES_GPU,
            .scope = scope,
            .types = t->type == NULL ? SLURM_ANY_TYPE : slurm_type_bit(type),
            .count = t->count,
        };
    }
    return true;
}

uint64_t recorded_nodes(struct arena *a, const struct slurm_site *site, const char *text)
{
    struct hostlist names;
    const char *why;
    uint64_t set = 0;
    if (text[0] == '\0' || strcmp(text, "-") == 0 || !hostlist_expand(a, text, &names, &why))
        return 0;
    for (size_t i = 0; i < names.len; i++)
        for (uint32_t n = 0; n < site->nodes_len && n < RECORDED_NODES; n++)
            if (strcmp(site->nodes[n].name, names.names[i]) == 0)
                set |= UINT64_C(1) << n;
    return set;
}

static bool add_devices(struct arena *a, const char *text, size_t len, uint64_t *devices)
{
    const struct number_range *ranges;
    const char *why;
    size_t ranges_len;
    if (len == 0)
        return true;
    if (!hostlist_ranges(a, arena_text(a, text, len), &ranges, &ranges_len, &why))
        return false;
    for (size_t i = 0; i < ranges_len; i++)
        for (uint32_t d = ranges[i].first; d <= ranges[i].last && d < 64; d++)
            *devices |= UINT64_C(1) << d;
    return true;
}

bool recorded_devices(struct arena *a, const char *text, struct recorded_part *out)
{
    static const char before[] = "(IDX:";
    for (const char *at = text; (at = strstr(at, before)) != NULL;) {
        at += strlen(before);
        if (!add_devices(a, at, strcspn(at, ")"), &out->devices))
            return false;
    }
    const char *shard = strstr(text, "shard:");
    const char *at = shard == NULL ? NULL : strchr(shard, '(');
    for (uint32_t d = 0; at != NULL; d++, at = strchr(at, ',')) {
        const long used = strtol(++at, NULL, 10);
        if (used > 0) {
            out->share_device = d;
            out->share_count = (uint32_t)used;
        }
    }
    return true;
}

void recorded_parts_of(const struct slurm_job *job, struct recorded_parts *out)
{
    out->len = 0;
    out->cpus = 0;
    for (uint32_t i = 0; i < job->allocs_len && i < RECORDED_NODES; i++) {
        const struct slurm_alloc *a = &job->allocs[i];
        out->cpus += a->cpus;
        out->parts[out->len++] = (struct recorded_part){
            .node = a->node,
            .devices = a->devices,
            .share_device = a->shares[SHARE_DEVICE],
            .share_count = a->shares[SHARE_COUNT],
        };
    }
}

bool recorded_parts_same_nodes(const struct recorded_parts *a, const struct recorded_parts *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++)
        if (a->parts[i].node != b->parts[i].node)
            return false;
    return true;
}

bool recorded_parts_same_devices(const struct recorded_parts *a, const struct recorded_parts *b)
{
    for (size_t i = 0; i < a->len; i++)
        if (a->parts[i].devices != b->parts[i].devices ||
            a->parts[i].share_device != b->parts[i].share_device ||
            a->parts[i].share_count != b->parts[i].share_count)
            return false;
    return true;
}
