/* What gres.conf means for one node. */
#include "policies/slurm/slurm_gres_conf.h"

#include "models/lint.h"
#include "models/slurm_text/tres.h"
#include "sim/arena.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- names --- */

static uint32_t add_type(struct slurm_key_reader *r, struct gres_names *names, const char *type,
                         struct src_pos at)
{
    if (type == NULL)
        return UINT32_MAX;
    for (uint32_t i = 0; i < names->types_len; i++)
        if (strcasecmp(names->types[i], type) == 0)
            return i;
    if (names->types_len == SLURM_MOST_TYPES) {
        diag_error(r->diag, at, "Type: '%s': not modelled: more than %d types of GRES", type,
                   SLURM_MOST_TYPES);
        return UINT32_MAX;
    }
    names->types[names->types_len] = type;
    return names->types_len++;
}

static uint32_t find_name(const struct gres_names *names, const char *name)
{
    for (uint32_t i = 0; i < names->names_len; i++)
        if (strcasecmp(names->names[i], name) == 0)
            return i;
    return UINT32_MAX;
}

static enum gres_kind kind_of(const char *name)
{
    if (strcasecmp(name, "gpu") == 0)
        return GRES_GPU;
    if (strcasecmp(name, "shard") == 0)
        return GRES_SHARD;
    return strcasecmp(name, "mps") == 0 ? GRES_MPS : GRES_OTHER;
}

/* --- one node --- */

struct applying {
    struct slurm_key_reader *r;
    const struct gres_conf *conf;
    struct gres_names *names;
    const struct gres_node *node;
    const char *files[SLURM_MOST_DEVICES]; /* of the node's devices */
};

/* An error about the node. The other nodes of its line are passed over: they have it, too. */
PRINTF_LIKE(3, 4)
static void refuse(struct applying *x, struct src_pos at, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    diag_error(x->r->diag, at, "%s", text);
    x->names->refused = x->node->gres;
}

static void refuse_by(struct applying *x, enum lint_rule rule, const char *text)
{
    lint_report(x->r->diag, rule, x->node->gres->value_at, "%s", text);
    x->names->refused = x->node->gres;
}

static bool concerns(const struct gres_record *record, const char *node)
{
    const struct hostlist *n = &record->nodes;
    return n->len == 0 ||
           bsearch(&node, n->names, n->len, sizeof n->names[0], gres_conf_by_name) != NULL;
}

/* The sockets of the record's cores, a bit for each; 0: no Cores=. */
static uint32_t sockets_of(struct applying *x, const struct gres_record *record)
{
    const struct slurm_layout *l = x->node->layout;
    const struct slurm_pair *p = record->cores;
    const struct number_range *ranges;
    const char *why;
    size_t len;
    uint32_t sockets = 0;
    if (p == NULL)
        return 0;
    if (!hostlist_ranges(x->r->arena, p->value, &ranges, &len, &why)) {
        refuse(x, p->value_at, "%s: '%s': %s", p->key, p->value, why);
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        if (ranges[i].last >= slurm_layout_cores(l)) {
            refuse(x, p->value_at,
                   "%s: '%s': Invalid GRES data for %s: node %s has only %" PRIu32 " cores", p->key,
                   p->value, record->name, x->node->name, slurm_layout_cores(l));
            return 0;
        }
        for (uint32_t s = ranges[i].first / l->cores_per_socket;
             s <= ranges[i].last / l->cores_per_socket; s++)
            sockets |= 1u << s;
    }
    return sockets;
}

static void add_device(struct applying *x, const char *file, uint32_t type, uint32_t sockets)
{
    struct slurm_layout *l = x->node->layout;
    const uint32_t d = l->devices_len++;
    const uint64_t bit = UINT64_C(1) << d;
    x->files[d] = file;
    l->type_of[d] = type == UINT32_MAX ? UINT8_MAX : (uint8_t)type;
    l->all_devices |= bit;
    if (sockets == 0)
        l->loose_devices |= bit;
    for (uint32_t s = 0; s < l->sockets; s++)
        if (sockets >> s & 1)
            l->socket_devices[s] |= bit;
    l->has_affinity |= sockets != 0;
}

static bool add_counted(struct applying *x, const struct slurm_counted *c, struct src_pos at)
{
    struct slurm_layout *l = x->node->layout;
    if (l->counted_len == SLURM_MOST_COUNTED) {
        refuse(x, at, "Gres: not modelled: more than %d kinds of counted GRES on %s",
               SLURM_MOST_COUNTED, x->node->name);
        return false;
    }
    l->counted[l->counted_len++] = *c;
    return true;
}

/* What slurm.conf names and no device stands for yet. */
struct wanted {
    const struct tres *tres;
    int64_t left;
};

/* GPUs of slurm.conf where nothing says which devices they are. */
static void detect_gpus(struct applying *x, struct wanted *w)
{
    const struct tres *t = w->tres;
    const struct src_pos at = x->node->gres->value_at;
    const uint32_t type = add_type(x->r, x->names, t->type, at);
    const bool are_devices =
        x->node->layout->devices_len + w->left <= SLURM_MOST_DEVICES && !t->is_without_files;
    for (int64_t i = 0; i < w->left && are_devices; i++)
        add_device(x, NULL, type, 0);
    if (!are_devices)
        add_counted(x, &(struct slurm_counted){GRES_GPU, 0, type, w->left}, at);
    w->left = 0;
}

static bool have_same_type(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcasecmp(a, b) == 0;
}

/* Which entry of slurm.conf a device of this type counts for: its own type, or else none that is
 * given, or if it has no type any. */
static struct wanted *find_wanted(struct wanted *w, size_t len, const char *type)
{
    struct wanted *other = NULL;
    for (size_t i = 0; i < len; i++) {
        if (w[i].left <= 0)
            continue;
        if (have_same_type(w[i].tres->type, type))
            return &w[i];
        if (other == NULL && (type == NULL || w[i].tres->type == NULL))
            other = &w[i];
    }
    return other;
}

/* The record's devices, as far as slurm.conf wants them. */
static void add_files(struct applying *x, const struct gres_record *record, struct wanted *w,
                      size_t len)
{
    const uint32_t sockets = sockets_of(x, record);
    for (size_t f = 0; f < record->files.len; f++) {
        struct wanted *entry = find_wanted(w, len, record->type);
        if (entry == NULL)
            return;
        if (x->node->layout->devices_len == SLURM_MOST_DEVICES) {
            refuse(x, record->at, "File: not modelled: more than %d devices on node %s",
                   SLURM_MOST_DEVICES, x->node->name);
            return;
        }
        const char *type = record->type != NULL ? record->type : entry->tres->type;
        add_device(x, record->files.names[f], add_type(x->r, x->names, type, record->at), sockets);
        entry->left--;
    }
}

static void drain(struct applying *x, const struct tres *t, int64_t found)
{
    refuse_by(x, LINT_SLURM_GRES_COUNT,
              arena_printf(x->r->arena,
                           "Gres: '%s': Slurm drains node %s: 'gres/%s count reported lower than "
                           "configured (%" PRId64 " < %" PRId64 ")'; gres.conf must name as many",
                           x->node->gres->value, x->node->name, t->name, found, t->count));
}

static void settle(struct applying *x, struct wanted *w)
{
    if (w->left <= 0)
        return;
    if (x->conf->detects || w->tres->is_without_files || x->names->config_overrides)
        detect_gpus(x, w);
    else
        drain(x, w->tres, w->tres->count - w->left);
}

/* Devices have the order of gres.conf. */
static void apply_gpus(struct applying *x, const struct tres_list *list)
{
    struct wanted wanted[TRES_MOST];
    size_t len = 0;
    for (size_t i = 0; i < list->len; i++)
        if (kind_of(list->items[i].name) == GRES_GPU)
            wanted[len++] = (struct wanted){&list->items[i], list->items[i].count};
    for (size_t i = 0; i < x->conf->len && len > 0; i++) {
        const struct gres_record *record = &x->conf->records[i];
        if (kind_of(record->name) == GRES_GPU && concerns(record, x->node->name))
            add_files(x, record, wanted, len);
    }
    for (size_t i = 0; i < len; i++)
        settle(x, &wanted[i]);
}

/* --- shares --- */

static bool share_by_file(struct applying *x, const struct gres_record *record)
{
    struct slurm_layout *l = x->node->layout;
    const int64_t each = record->count < 0 ? 1 : record->count / (int64_t)record->files.len;
    for (size_t f = 0; f < record->files.len; f++)
        for (uint32_t d = 0; d < l->devices_len; d++)
            if (x->files[d] != NULL && strcmp(x->files[d], record->files.names[f]) == 0)
                l->shares[d] = (uint16_t)(l->shares[d] + (each > UINT16_MAX ? UINT16_MAX : each));
    return record->files.len > 0;
}

/* Evenly over the devices, the rest on the first ones. */
static void share_evenly(struct slurm_layout *l, int64_t count)
{
    for (uint32_t d = 0; d < l->devices_len; d++) {
        const int64_t each = count / l->devices_len + (d < count % l->devices_len);
        l->shares[d] = (uint16_t)(each > UINT16_MAX ? UINT16_MAX : each);
    }
}

static int64_t records_count(struct applying *x, const struct tres *t, bool *by_file)
{
    int64_t sum = 0;
    *by_file = false;
    for (size_t i = 0; i < x->conf->len; i++) {
        const struct gres_record *record = &x->conf->records[i];
        if (strcasecmp(record->name, t->name) != 0 || !concerns(record, x->node->name))
            continue;
        sum += record->count < 0 ? (int64_t)record->files.len : record->count;
        *by_file |= record->files.len > 0;
    }
    return sum;
}

static void apply_shares(struct applying *x, const struct tres *t, enum gres_kind kind)
{
    struct slurm_layout *l = x->node->layout;
    const struct src_pos at = x->node->gres->value_at;
    bool by_file;
    const int64_t found = records_count(x, t, &by_file);
    if (l->devices_len == 0) {
        refuse(x, at, "Gres: '%s': node %s has no gres/gpu that %s could share",
               x->node->gres->value, x->node->name, t->name);
        return;
    }
    if (l->is_shared) {
        refuse(x, at, "Gres: '%s': not modelled: shard and mps on one node", x->node->gres->value);
        return;
    }
    if (found < t->count && !x->conf->detects && !x->names->config_overrides) {
        drain(x, t, found);
        return;
    }
    l->is_shared = true;
    l->sharing = kind;
    if (!by_file)
        share_evenly(l, t->count);
    for (size_t i = 0; i < x->conf->len && by_file; i++)
        if (kind_of(x->conf->records[i].name) == kind &&
            concerns(&x->conf->records[i], x->node->name))
            share_by_file(x, &x->conf->records[i]);
}

static void apply_other(struct applying *x, const struct tres *t, uint32_t name)
{
    const struct src_pos at = x->node->gres->value_at;
    bool by_file;
    const int64_t found = records_count(x, t, &by_file);
    if (found < t->count && !x->conf->detects && !x->names->config_overrides) {
        drain(x, t, found);
        return;
    }
    add_counted(
        x,
        &(struct slurm_counted){GRES_OTHER, name, add_type(x->r, x->names, t->type, at), t->count},
        at);
}

static bool is_named(struct applying *x, const struct tres *t)
{
    if (find_name(x->names, t->name) != UINT32_MAX)
        return true;
    refuse_by(x, LINT_SLURM_GRES_TYPES,
              arena_printf(x->r->arena,
                           "Gres: '%s': GresTypes does not name '%s': Slurm refuses jobs that ask "
                           "for it with 'Invalid generic resource (gres) specification'; "
                           "GresTypes=%s",
                           x->node->gres->value, t->name, t->name));
    return false;
}

static void apply_list(struct applying *x, const struct tres_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        if (!is_named(x, &list->items[i]))
            return;
    apply_gpus(x, list);
    for (size_t i = 0; i < list->len; i++) {
        const struct tres *t = &list->items[i];
        const enum gres_kind kind = kind_of(t->name);
        if (t->count == 0 || kind == GRES_GPU)
            continue;
        if (kind == GRES_OTHER)
            apply_other(x, t, find_name(x->names, t->name));
        else
            apply_shares(x, t, kind);
    }
}

void gres_conf_apply(struct slurm_key_reader *r, const struct gres_conf *c,
                     struct gres_names *names, const struct gres_node *node)
{
    struct applying x = {.r = r, .conf = c, .names = names, .node = node};
    struct tres_list list;
    const char *why;
    if (node->gres == NULL || node->gres->value[0] == '\0' || names->refused == node->gres)
        return;
    if (!tres_read_gres(r->arena, node->gres->value, &list, &why))
        refuse(&x, node->gres->value_at, "Gres: '%s': %s", node->gres->value, why);
    else
        apply_list(&x, &list);
}
