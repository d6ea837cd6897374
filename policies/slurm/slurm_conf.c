#include "policies/slurm/slurm_conf.h"

#include "models/slurm_text/hostlist.h"
#include "sim/arena.h"

#include <string.h>
#include <strings.h>

void slurm_conf_defaults(struct slurm_conf *c)
{
    *c = (struct slurm_conf){
        .params =
            {
                .has_backfill = true,
                .kill_wait_s = 30,
                .requeue_delay_s = 121,
                .priority = {.is_multifactor = true, .max_age_s = 7 * 86400, .calc_period_s = 300},
                .sched_interval_s = 60,
                .batch_sched_delay_s = 3,
                .default_queue_depth = 100,
                .bf_interval_s = 30,
                .bf_resolution_s = 60,
                .bf_window_s = 1440 * 60,
                .bf_max_job_test = 500,
                .bf_node_space_size = 0, /* bf_max_job_test */
            },
    };
}

/* --- lists that grow --- */

struct list {
    void *items;
    size_t len, cap, bytes;
};

static void *list_add(struct arena *a, struct list *l)
{
    if (l->len == l->cap) {
        l->cap = l->cap == 0 ? 16 : 2 * l->cap;
        void *items = arena_alloc(a, l->cap * l->bytes);
        if (l->len > 0)
            memcpy(items, l->items, l->len * l->bytes);
        l->items = items;
    }
    return (unsigned char *)l->items + l->len++ * l->bytes;
}

struct reading {
    struct slurm_key_reader *r;
    struct slurm_conf *out;
    struct slurm_keys_seen seen;
    struct list nodes, partitions, node_sets;
    struct conf_node node_defaults;
    struct conf_partition partition_defaults;
};

/* The pairs of a line behind its first, by a table. */
static void read_rest(struct reading *x, const struct slurm_line *line,
                      const struct slurm_key_table *t, void *target)
{
    struct slurm_keys_seen seen = {.given = {false}};
    for (size_t i = 1; i < line->len; i++)
        slurm_keys_read(x->r, t, &line->pairs[i], &seen, target);
}

static bool is_default(const struct slurm_pair *p)
{
    return strcasecmp(p->value, "DEFAULT") == 0;
}

static bool expand(struct reading *x, const struct slurm_pair *p, struct hostlist *out)
{
    const char *why = "not a name; is the one before missing?";
    if (p->value[0] != '\0' && strchr(p->value, '=') == NULL &&
        hostlist_expand(x->r->arena, p->value, out, &why))
        return true;
    diag_error(x->r->diag, p->value_at, "%s: '%s': %s", p->key, p->value, why);
    return false;
}

/* --- lines --- */

static void read_nodes(struct reading *x, const struct slurm_line *line)
{
    const struct slurm_pair *first = &line->pairs[0];
    if (is_default(first)) {
        read_rest(x, line, &slurm_node_keys, &x->node_defaults);
        return;
    }
    struct conf_node node = x->node_defaults;
    struct hostlist names;
    read_rest(x, line, &slurm_node_keys, &node);
    if (!expand(x, first, &names))
        return;
    node.at = first->value_at;
    for (size_t i = 0; i < names.len; i++) {
        node.name = names.names[i];
        *(struct conf_node *)list_add(x->r->arena, &x->nodes) = node;
    }
}

static void read_partition(struct reading *x, const struct slurm_line *line)
{
    const struct slurm_pair *first = &line->pairs[0];
    if (is_default(first)) {
        read_rest(x, line, &slurm_partition_keys, &x->partition_defaults);
        return;
    }
    struct conf_partition partition = x->partition_defaults;
    struct hostlist names;
    read_rest(x, line, &slurm_partition_keys, &partition);
    if (!expand(x, first, &names))
        return;
    partition.at = first->value_at;
    for (size_t i = 0; i < names.len; i++) {
        partition.name = names.names[i];
        *(struct conf_partition *)list_add(x->r->arena, &x->partitions) = partition;
    }
}

static void read_node_set(struct reading *x, const struct slurm_line *line)
{
    struct conf_node_set set = {.name = line->pairs[0].value, .at = line->pairs[0].value_at};
    read_rest(x, line, &slurm_node_set_keys, &set);
    *(struct conf_node_set *)list_add(x->r->arena, &x->node_sets) = set;
}

/* What follows an unknown key was most likely meant for a line of another kind. */
static void read_keys(struct reading *x, const struct slurm_line *line)
{
    const size_t len = slurm_keys_knows(&slurm_conf_keys, line->pairs[0].key) ? line->len : 1;
    for (size_t i = 0; i < len; i++)
        slurm_keys_read(x->r, &slurm_conf_keys, &line->pairs[i], &x->seen, x->out);
}

static void read_line(struct reading *x, const struct slurm_line *line)
{
    const char *key = line->pairs[0].key;
    if (strcasecmp(key, "NodeName") == 0)
        read_nodes(x, line);
    else if (strcasecmp(key, "PartitionName") == 0)
        read_partition(x, line);
    else if (strcasecmp(key, "NodeSet") == 0)
        read_node_set(x, line);
    else if (strcasecmp(key, "DownNodes") == 0)
        diag_warning(x->r->diag, line->pairs[0].at,
                     "DownNodes: not modelled: the nodes are up; a timeline can take them down");
    else
        read_keys(x, line);
}

void slurm_conf_read(struct slurm_key_reader *r, const struct slurm_lines *lines,
                     struct slurm_conf *out)
{
    struct reading x = {
        .r = r,
        .out = out,
        .nodes = {.bytes = sizeof(struct conf_node)},
        .partitions = {.bytes = sizeof(struct conf_partition)},
        .node_sets = {.bytes = sizeof(struct conf_node_set)},
        .partition_defaults = {.tier = 1,
                               .job_factor = 1,
                               .max_nodes = SLURM_NO_LIMIT,
                               .max_time_min = SLURM_NO_LIMIT,
                               .default_time_min = SLURM_NOT_SET,
                               .over_time_min = SLURM_NOT_SET},
        .node_defaults = {.weight = 1},
    };
    slurm_conf_defaults(out);
    out->file = lines->files_len > 0 ? lines->files[0] : NULL;
    for (size_t i = 0; i < lines->len; i++)
        read_line(&x, &lines->lines[i]);
    out->nodes = x.nodes.items;
    out->nodes_len = x.nodes.len;
    out->partitions = x.partitions.items;
    out->partitions_len = x.partitions.len;
    out->node_sets = x.node_sets.items;
    out->node_sets_len = x.node_sets.len;
    if (out->params.bf_node_space_size == 0)
        out->params.bf_node_space_size = out->params.bf_max_job_test;
}
