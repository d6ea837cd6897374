/* Entries of gpus: and machines:. */
#include "models/catalogue_entry.h"
#include "models/cluster.h"
#include "sim/arena.h"

#include <math.h>

struct raw_gpu {
    struct entry_head head;
    struct gpu_model model;
    const char *mig;
};

struct raw_machine {
    struct entry_head head;
    struct machine machine;
    const char *gpu;
};

static const struct config_key gpu_keys[] = {
    ENTRY_HEAD_KEYS(raw_gpu),
    {"product", CONFIG_TEXT, offsetof(struct raw_gpu, model.product), "",
     .help = "label nvidia.com/gpu.product of a whole GPU"},
    {"title", CONFIG_TEXT, offsetof(struct raw_gpu, model.title), "",
     .help = "as nvidia-smi and DCGM print it; absent: `product`, or the name"},
    {"memory", CONFIG_SIZE, offsetof(struct raw_gpu, model.memory_bytes), "",
     .help = "nominal memory"},
    {"sms", CONFIG_INT, offsetof(struct raw_gpu, model.sms), "", 1, INFINITY,
     .help = "streaming multiprocessors"},
    {"mig", CONFIG_TEXT, offsetof(struct raw_gpu, mig), "",
     .help = "the MIG table; absent: cannot be partitioned"},
    {"idle_watts", CONFIG_REAL, offsetof(struct raw_gpu, model.idle_w), "", 0, INFINITY,
     .help = "draw with nothing on it"},
    {"busy_watts", CONFIG_REAL, offsetof(struct raw_gpu, model.busy_w), "", 0, INFINITY,
     .help = "draw at full use"},
    {"unified_memory", CONFIG_BOOL, offsetof(struct raw_gpu, model.unified_memory), "false",
     .help = "its memory is the machine's"},
    {"device_ids", CONFIG_TEXTS, offsetof(struct raw_gpu, model.ids), "",
     .help = "PCI ids as in mig-parted's device-filter"},
    {"unverified", CONFIG_TEXTS, offsetof(struct raw_gpu, model.unverified), "",
     .help = "keys that are known by hearsay only"},
    {0},
};

const struct config_table entry_gpu_table = {
    .name = "gpus",
    .help = "GPU models.",
    .bytes = sizeof(struct raw_gpu),
    .keys = gpu_keys,
};

static bool expect_map(struct config_reader *r, const struct yaml_node *n, const char *key,
                       const char *example)
{
    if (n->kind == YAML_MAP)
        return true;
    diag_error(r->diag, yaml_pos(n), "%s: %s; expected a mapping such as %s", key,
               yaml_kind_name(n), example);
    return false;
}

static bool read_prices(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct machine_prices *prices = field;
    if (!expect_map(r, n, "prices", "{eastus: 98.32 USD/h}"))
        return false;
    bool ok = true;
    prices->list = arena_alloc(r->arena, (n->len + 1) * sizeof prices->list[0]);
    for (size_t i = 0; i < n->len; i++) {
        struct machine_price *p = &prices->list[prices->len++];
        const struct config_key key = {.key = n->pairs[i].key->text, .kind = CONFIG_MONEY_PER_HOUR};
        p->region = key.key;
        ok = config_read_value(r, n->pairs[i].value, &key, &p->micro_usd_per_h) && ok;
    }
    return ok;
}

static bool read_labels(struct config_reader *r, const struct yaml_node *n, void *field)
{
    struct machine_labels *labels = field;
    if (!expect_map(r, n, "labels", "{tier: train}"))
        return false;
    bool ok = true;
    labels->list = arena_alloc(r->arena, (n->len + 1) * sizeof labels->list[0]);
    for (size_t i = 0; i < n->len; i++) {
        struct machine_label *l = &labels->list[labels->len++];
        const struct config_key key = {.key = n->pairs[i].key->text, .kind = CONFIG_TEXT};
        l->key = key.key;
        l->value = "";
        ok = config_read_value(r, n->pairs[i].value, &key, &l->value) && ok;
    }
    return ok;
}

static const struct config_key machine_keys[] = {
    ENTRY_HEAD_KEYS(raw_machine),
    {"provider", CONFIG_TEXT, offsetof(struct raw_machine, machine.provider), "",
     .help = "who rents it out"},
    {"vcpus", CONFIG_INT, offsetof(struct raw_machine, machine.vcpus), NULL, 1, INFINITY,
     .help = "virtual processors"},
    {"memory", CONFIG_SIZE, offsetof(struct raw_machine, machine.memory_bytes), NULL,
     .help = "main memory"},
    {"gpus", CONFIG_INT, offsetof(struct raw_machine, machine.gpus), "0", 0, 1e9,
     .help = "how many GPUs"},
    {"gpu", CONFIG_TEXT, offsetof(struct raw_machine, gpu), "", .help = "of gpus: their model"},
    {"numbered", CONFIG_BOOL, offsetof(struct raw_machine, machine.numbered), "true",
     .help = "false: the GPUs have no identity and may be any number, like a log's processors"},
    {"nvlink", CONFIG_BOOL, offsetof(struct raw_machine, machine.nvlink), "false",
     .help = "the GPUs are joined by NVLink"},
    {"network", CONFIG_TEXT, offsetof(struct raw_machine, machine.network), "",
     .help = "its links, for people"},
    {"local_disk", CONFIG_SIZE, offsetof(struct raw_machine, machine.local_disk_bytes), "",
     .help = "local disks together"},
    {"prices", CONFIG_CUSTOM, offsetof(struct raw_machine, machine.prices), "", .read = read_prices,
     .hint = "a mapping from region to price: {eastus: 98.32 USD/h}",
     .help = "on demand, for the whole machine; the first region is meant where none is said"},
    {"priced", CONFIG_TEXT, offsetof(struct raw_machine, machine.priced), "",
     .help = "the date of the prices"},
    {"price_note", CONFIG_TEXT, offsetof(struct raw_machine, machine.price_note), "",
     .help = "what to know about the prices"},
    {"labels", CONFIG_CUSTOM, offsetof(struct raw_machine, machine.labels), "", .read = read_labels,
     .hint = "a mapping: {tier: train}", .help = "labels of its nodes"},
    {"unverified", CONFIG_TEXTS, offsetof(struct raw_machine, machine.unverified), "",
     .help = "keys that are known by hearsay only"},
    {0},
};

const struct config_table entry_machine_table = {
    .name = "machines",
    .help = "Machines that nodes are made of.",
    .bytes = sizeof(struct raw_machine),
    .keys = machine_keys,
};

static void finish_gpu(struct entry_reading *r, const void *raw_entry, void *entry)
{
    const struct raw_gpu *raw = raw_entry;
    struct gpu_model *g = entry;
    *g = raw->model;
    g->name = raw->head.name;
    g->source = raw->head.source;
    const struct mig_table *t =
        raw->mig == NULL ? NULL : entry_named(r, ENTRY_MIG, "mig", raw->mig);
    unsigned flawed;
    if (t != NULL && mig_table_flaw(t, &flawed) == NULL)
        g->mig = t;
}

static void check_gpus(struct entry_reading *r, const struct raw_machine *raw)
{
    struct diag *d = r->config->diag;
    const struct machine *m = &raw->machine;
    if (!r->sound)
        return;
    if (m->gpus > 0 && raw->gpu == NULL)
        diag_error(
            d, entry_pos(r->node, "gpus"),
            "gpus: '%lld': of which model? add `gpu: NAME`; `clustersim list gpus` shows them",
            (long long)m->gpus);
    if (m->gpus == 0 && raw->gpu != NULL)
        diag_error(d, entry_pos(r->node, "gpu"), "gpu: '%s': how many? add `gpus: NUMBER`",
                   raw->gpu);
    if (m->numbered && m->gpus > NODE_MOST_GPUS)
        diag_error(d, entry_pos(r->node, "gpus"),
                   "gpus: '%lld': at most %d in one machine; say `numbered: false` if they need no "
                   "identity, as the processors of a log",
                   (long long)m->gpus, NODE_MOST_GPUS);
}

static void finish_machine(struct entry_reading *r, const void *raw_entry, void *entry)
{
    const struct raw_machine *raw = raw_entry;
    struct machine *m = entry;
    *m = raw->machine;
    m->name = raw->head.name;
    m->source = raw->head.source;
    check_gpus(r, raw);
    if (raw->gpu != NULL)
        m->gpu = entry_named(r, ENTRY_GPU, "gpu", raw->gpu);
    if (m->gpu == NULL || (m->numbered && m->gpus > NODE_MOST_GPUS))
        m->gpus = 0;
}

const struct entry_kind entry_gpu = {
    .key = "gpus",
    .noun = "GPU model",
    .list = "gpus",
    .table = &entry_gpu_table,
    .bytes = sizeof(struct gpu_model),
    .finish = finish_gpu,
};

const struct entry_kind entry_machine = {
    .key = "machines",
    .noun = "machine",
    .list = "machines",
    .table = &entry_machine_table,
    .bytes = sizeof(struct machine),
    .finish = finish_machine,
};
