#include "results/placement.h"

#include "results/word_texts.h"
#include "sim/check.h"
#include "sim/numeral.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256, GPUS_MOST = 6 * NODE_MOST_GPUS };

void placement_init(struct placement *p, const struct cluster *cluster)
{
    *p = (struct placement){.cluster = cluster};
    p->names = calloc((size_t)cluster->nodes_len + 1, sizeof p->names[0]);
    SIM_REQUIRE(p->names != NULL);
    for (uint32_t n = 0; n < cluster->nodes_len; n++) {
        const size_t len = strlen(cluster->nodes[n].name);
        p->names[n].len = len;
        memcpy(p->names[n].text, cluster->nodes[n].name, len < ROW_BLOCK ? len : ROW_BLOCK);
        p->is_special |= word_text_is_special(cluster->nodes[n].name);
    }
}

void placement_fini(struct placement *p)
{
    free(p->names);
    free(p->text);
    *p = (struct placement){0};
}

static inline char *room(struct placement *p, size_t bytes)
{
    bytes += ROW_BLOCK;
    if (p->cap - p->len < bytes) {
        while (p->cap - p->len < bytes)
            p->cap = p->cap == 0 ? FIRST_CAPACITY : 2 * p->cap;
        p->text = realloc(p->text, p->cap);
        SIM_REQUIRE(p->text != NULL);
    }
    return p->text + p->len;
}

static char *put_small(char *to, unsigned value)
{
    if (value >= 10)
        *to++ = (char)('0' + value / 10);
    *to++ = (char)('0' + value % 10);
    return to;
}

/* 0-3+5 of 101111. */
static char *put_mask(char *to, uint64_t mask)
{
    for (bool first = true; mask != 0; first = false) {
        const unsigned from = (unsigned)__builtin_ctzll(mask);
        const uint64_t rest = ~(mask >> from); /* its first one ends the run */
        const unsigned len = rest == 0 ? 64 - from : (unsigned)__builtin_ctzll(rest);
        if (!first)
            *to++ = '+';
        to = put_small(to, from);
        if (len > 1) {
            *to++ = '-';
            to = put_small(to, from + len - 1);
        }
        mask = from + len >= 64 ? 0 : mask >> (from + len) << (from + len);
    }
    return to;
}

static const struct device_unit *unit_of(const struct cluster *c, const struct task *t, uint32_t i)
{
    return &c->nodes[t->node].classes[t->uses[i].class_index].units[t->uses[i].unit];
}

/* Instances count as what they are; replicas as their GPU. */
static uint64_t whole_mask(const struct cluster *c, const struct task *t)
{
    uint64_t mask = t->gpu_mask;
    for (uint32_t i = 0; i < t->uses_len; i++)
        if (unit_of(c, t, i)->profile == NULL)
            mask |= UINT64_C(1) << unit_of(c, t, i)->gpu;
    return mask;
}

uint64_t placement_gpu_mask(const struct cluster *c, const struct task *t)
{
    uint64_t mask = t->gpu_mask;
    for (uint32_t i = 0; i < t->uses_len; i++)
        mask |= UINT64_C(1) << unit_of(c, t, i)->gpu;
    return mask;
}

static void add_instance(struct placement *p, const struct device_unit *u)
{
    const size_t len = strlen(u->profile);
    char *to = put_small(room(p, len + 8), u->gpu);
    *to++ = '/';
    memcpy(to, u->profile, len);
    to += len;
    *to++ = '@';
    p->len = (size_t)(put_small(to, u->slice_start) - p->text);
}

static void add_instances(struct placement *p, const struct task *t, char separator)
{
    for (uint32_t i = 0; i < t->uses_len; i++) {
        const struct device_unit *u = unit_of(p->cluster, t, i);
        if (u->profile == NULL)
            continue;
        if (separator != '\0')
            *room(p, 1) = separator, p->len++;
        add_instance(p, u);
        separator = '+';
    }
}

void placement_add(struct placement *p, const struct task *t, uint32_t loose_gpus)
{
    if (t->node == NODE_NONE)
        return;
    const struct row_name *name = &p->names[t->node];
    char *to = room(p, name->len + GPUS_MOST);
    if (p->len > 0)
        *to++ = ';';
    memcpy(to, name->text, ROW_BLOCK);
    if (name->len > ROW_BLOCK)
        memcpy(to, p->cluster->nodes[t->node].name, name->len);
    to += name->len;
    const uint64_t mask = t->uses_len == 0 ? t->gpu_mask : whole_mask(p->cluster, t);
    if (mask != 0) {
        *to++ = ':';
        to = put_mask(to, mask);
    } else if (loose_gpus > 0) {
        *to++ = '*';
        to = numeral_int(to, loose_gpus);
    }
    p->len = (size_t)(to - p->text);
    if (t->uses_len > 0)
        add_instances(p, t, mask == 0 ? ':' : '+');
}

static const char *whole_text(struct placement *p)
{
    *room(p, 1) = '\0';
    return p->text;
}

const char *placement_gpus(struct placement *p, const struct task *t)
{
    placement_clear(p);
    if (t->node != NODE_NONE)
        p->len = (size_t)(put_mask(room(p, GPUS_MOST), whole_mask(p->cluster, t)) - p->text);
    return whole_text(p);
}

const char *placement_instances(struct placement *p, const struct task *t)
{
    placement_clear(p);
    if (t->node != NODE_NONE)
        add_instances(p, t, '\0');
    return whole_text(p);
}
