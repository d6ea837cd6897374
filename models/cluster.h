/*
 * cluster.h - nodes, their devices, and what is free on them now.
 *
 * Order    Nodes are numbered in the order they were added: pool by pool, names in the order of the
 *          scenario. Searches that need a tie-break use that number or the name, never an address.
 * Memory   A cluster owns its nodes until cluster_free. Policies read it; only the simulation
 * changes it. Cost     cluster_fits, cluster_take, cluster_give: O(amounts). Whoever keeps
 * something computed per node reads the change log and looks again at what changed, not at all
 * nodes. Units    As resource.h; shares of a GPU in thousandths (milli); prices in micro-dollars
 * per hour.
 */
#ifndef MODELS_CLUSTER_H
#define MODELS_CLUSTER_H

#include "models/device_class.h"
#include "models/request.h"

struct arena;
struct distribution;
struct gpu_model;
struct mig_dynamic;
struct intern;
struct mig_space;
struct repartition_rule;
struct sharing_domain;

#define NODE_NONE   UINT32_MAX
#define KIND_NONE   UINT32_MAX
#define DOMAIN_NONE UINT32_MAX
enum { NODE_MOST_GPUS = 64, CLUSTER_MOST_RESOURCES = 256 };

enum node_state { NODE_BOOTING, NODE_READY, NODE_CORDONED, NODE_DRAINING, NODE_DOWN, NODE_STATES };

const char *node_state_name(enum node_state state); /* "ready" */

struct node_label {
    uint32_t key, value; /* names.words */
};

enum taint_effect { TAINT_NO_SCHEDULE, TAINT_PREFER_NO_SCHEDULE, TAINT_NO_EXECUTE };

struct taint {
    uint32_t key, value; /* names.words; value INTERN_NONE: empty */
    enum taint_effect effect;
};

/* How the residents of a sharing domain share it. */
struct sharing_ops;

struct domain_spec {
    uint16_t gpu;
    const struct sharing_ops *ops;
    const void *params;
    uint64_t memory_bytes; /* as in struct sharing_domain */
    uint64_t part_bytes;
};

struct node {
    const char *name;
    uint32_t id;
    uint32_t pool;
    enum node_state state;
    uint32_t gpus;
    uint32_t gpu_kind;    /* KIND_NONE: no GPUs */
    uint32_t classes_len; /* 0 on machines whose devices have no identity */
    struct device_class *classes;
    const struct mig_dynamic *dynamic; /* NULL: its instances are made before the run */
    struct node_layout *layouts;       /* classes are those of the layout it has now */
    uint32_t layouts_len;              /* 0: it has one for good */
    uint32_t layout, wanted_layout;
    uint32_t changes;        /* of its layout, so far */
    bool is_changing;        /* its layout is being changed */
    bool is_kept_from_tasks; /* by the MIG manager, for the sake of a change */
    bool is_withheld;        /* its device plugin is away, and offers nothing */
    uint32_t first_gpu;      /* of all GPUs of the cluster */
    uint32_t first_domain;   /* of all sharing domains */
    uint32_t labels_len, taints_len;
    const struct node_label *labels; /* sorted by key */
    const struct taint *taints;
    int64_t weight; /* Slurm's: lower is used first */
    int64_t price_micro_per_h;
    int64_t boot_ns;               /* of one that is booting: ready so long after the start */
    uint32_t tasks;                /* on it now */
    int64_t allocated_milli;       /* of its GPUs, held by somebody now; a shared GPU counts once */
    uint64_t last_change;          /* position of its newest entry in the change log */
    const struct amount *unsealed; /* capacity until cluster_seal; ends with UINT32_MAX */
};

struct node_pool {
    const char *name;
    const char *machine;
    uint32_t first_node, nodes_len;
    uint32_t gpu_kind;
    uint32_t gpus;                     /* of all its nodes */
    const struct distribution *change; /* how long a change of layout takes; NULL: none can be */
    int64_t allocated_milli;           /* of them, held by somebody now */
    const struct repartition_rule *repartition; /* NULL: only the timeline changes layouts */
};

/* One physical GPU. */
struct gpu {
    const struct device_load *owner_load; /* of the owner, should somebody join it */
    uint32_t owner;                       /* the task that took it whole first; TASK_NONE: nobody */
    uint32_t residents;       /* tasks that took it whole: more than one only unchecked */
    uint32_t domain;          /* where they share it; DOMAIN_NONE: nobody ever shared it */
    uint16_t share_milli;     /* held by shares; gpu_share.h */
    struct mig_layout layout; /* instances made by mig_dynamic.h, those being destroyed included */
};

struct cluster {
    uint32_t nodes_len, pools_len, kinds_len, gpus_len, domains_len;
    uint32_t resources_len; /* columns; a request for another resource fits nowhere */
    struct node *nodes;
    struct node_pool *pools;
    const struct gpu_model **kinds; /* of the catalogue; node.gpu_kind indexes them */
    struct gpu *gpus;               /* of numbered machines */
    struct sharing_domain *domains; /* declared ones first, then those of GPUs shared unchecked */
    int64_t *capacity;              /* [node * resources_len + resource] */
    int64_t *free;
    /* The change log, a ring: the node changed at position p is changes[p & changes_mask]. */
    uint32_t *changes;
    uint64_t changes_mask;
    uint64_t changes_end; /* one past the newest */
    struct arena *arena;
    struct mig_space **spaces; /* that its pools with dynamic instances use */
    uint32_t spaces_len, spaces_cap;
    struct intern *node_names;
    uint32_t *named; /* a node, by the number of its name */
    uint32_t named_len, named_cap;
    uint32_t nodes_cap, pools_cap, kinds_cap, gpus_cap, domains_cap;
};

/* --- building, before time begins --- */

struct class_spec {
    uint32_t resource;
    enum device_kind kind;
    enum device_order order;
    bool refuses_several;
    uint8_t profile;
    uint32_t amount;                 /* DEVICE_DYNAMIC: instances an empty node could have */
    const struct device_unit *units; /* borrowed for as long as the cluster */
    uint32_t units_len;
};

struct layout_spec {
    const char *name;
    const struct class_spec *classes;
    uint32_t classes_len;
};

struct node_spec {
    const char *name;
    enum node_state state;
    uint32_t gpus;
    bool is_numbered;             /* GPUs have identity; at most NODE_MOST_GPUS then */
    const struct amount *amounts; /* capacity beside what the classes count */
    uint32_t amounts_len;
    const struct class_spec *classes;
    uint32_t classes_len;
    const struct layout_spec
        *layouts; /* in place of classes, the first is the one it begins with */
    uint32_t layouts_len;
    const struct mig_dynamic *dynamic; /* borrowed; NULL: none */
    const struct domain_spec *domains;
    uint32_t domains_len;
    const struct node_label *labels; /* sorted by key */
    uint32_t labels_len;
    const struct taint *taints;
    uint32_t taints_len;
    int64_t weight;
    int64_t price_micro_per_h;
    int64_t boot_ns;
};

struct cluster *cluster_new(void);
void cluster_free(struct cluster *c); /* NULL is allowed */
uint32_t cluster_add_kind(struct cluster *c, const struct gpu_model *kind);
uint32_t cluster_add_pool(struct cluster *c, const char *name, const char *machine,
                          uint32_t gpu_kind);

/* Adds a node to the newest pool. */
uint32_t cluster_add_node(struct cluster *c, const struct node_spec *spec);

/* A sharing domain that no node declares: of a GPU that is being shared unchecked. */
uint32_t cluster_add_domain(struct cluster *c, const struct domain_spec *spec);

/* The cluster frees it. */
void cluster_keep_space(struct cluster *c, struct mig_space *space);

/* Fixes the columns: resources_len of them. After this nothing may be added. */
void cluster_seal(struct cluster *c, uint32_t resources_len);

/* --- views --- */

static inline int64_t cluster_free_of(const struct cluster *c, uint32_t node, uint32_t resource)
{
    return resource < c->resources_len ? c->free[(size_t)node * c->resources_len + resource] : 0;
}

static inline int64_t cluster_capacity_of(const struct cluster *c, uint32_t node, uint32_t resource)
{
    return resource < c->resources_len ? c->capacity[(size_t)node * c->resources_len + resource]
                                       : 0;
}

/* Reading the change log: whoever has read it up to *cursor gets the nodes that changed since, each
 * once; NODE_NONE at the end. After more changes than nodes it is less work to look at all nodes,
 * and the log may have begun anew: ask cluster_is_behind first, and set the cursor to changes_end.
 */
static inline bool cluster_is_behind(const struct cluster *c, uint64_t cursor)
{
    return c->changes_end - cursor > c->nodes_len;
}

static inline uint32_t cluster_next_change(const struct cluster *c, uint64_t *cursor)
{
    while (*cursor < c->changes_end) {
        const uint64_t at = (*cursor)++;
        const uint32_t node = c->changes[at & c->changes_mask];
        if (c->nodes[node].last_change == at) /* otherwise it comes again further on */
            return node;
    }
    return NODE_NONE;
}

/* How many tasks of the request the node can take now: by amounts, by shares of GPUs, and by state
 * (only a ready node takes any); labels and taints are not looked at. */
int64_t cluster_fits(const struct cluster *c, uint32_t node, const struct request *r);

/* The same if nothing ran on it, in the best of its layouts. */
int64_t cluster_could_fit(const struct cluster *c, uint32_t node, const struct request *r);

/* What the node has in another of its layouts: a number for each column. */
void cluster_row_in_layout(const struct cluster *c, uint32_t node, uint32_t layout, int64_t *row);

/* By amounts alone, of a row with one for each column that somebody else keeps. */
int64_t cluster_fits_row(const struct cluster *c, const int64_t *row, const struct request *r);

/* Price of holding count tasks of r, milli thousandths of GPUs, on the node for held_ns: the node's
 * price by the share of its GPUs; on nodes without GPUs, of its CPUs. In 1e-9 dollars. */
int64_t cluster_cost_nano_usd(const struct cluster *c, const struct node *n,
                              const struct request *r, int64_t milli, int64_t count,
                              int64_t held_ns);

/* The node's class of whole GPUs; NULL: it has none. */
struct device_class *cluster_whole_gpus(const struct node *n);

/* Some node makes MIG instances as tasks ask for them: what is free there is no sum of amounts, and
 * cannot be planned ahead. */
bool cluster_has_dynamic(const struct cluster *c);

/* Thousandths of GPUs on the node that nobody holds. */
int64_t cluster_idle_milli(const struct cluster *c, uint32_t node);

uint32_t cluster_find_node(const struct cluster *c, const char *name); /* NODE_NONE */

/* --- changes; the simulation's --- */

void cluster_take(struct cluster *c, uint32_t node, const struct request *r, int64_t count);
void cluster_give(struct cluster *c, uint32_t node, const struct request *r, int64_t count);
void cluster_set_state(struct cluster *c, uint32_t node, enum node_state state);

/* The node, on which nothing may run, offers what another of its layouts has. */
void cluster_set_layout(struct cluster *c, uint32_t node, uint32_t layout);

/* Takes the devices of the node out of its columns, which may become negative, or puts them back:
 * its device plugin went away, or came. Who holds a device keeps it. */
void cluster_withhold(struct cluster *c, uint32_t node, bool yes);

/* Notes in the log that something about the node changed. */
void cluster_touch(struct cluster *c, uint32_t node);

#endif /* MODELS_CLUSTER_H */
