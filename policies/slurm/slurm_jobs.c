/* How the simulation's jobs become Slurm's, and how what Slurm gives them is bound. */
#include "policies/slurm/slurm_policy.h"
#include "sim/check.h"
#include "sim/intern.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_NS (60 * SECOND_NS)
enum { MIB = 1 << 20, DIRECT_MIDDLE = INT32_MAX };

/* What priority/basic counts down from. */
#define BASIC_FIRST UINT32_C(4294901760)

/* --- what a task asks for --- */

static int64_t round_up(int64_t value, int64_t unit)
{
    return value / unit + (value % unit > 0);
}

static bool add_want(struct slurm_request *r, enum gres_kind kind, uint64_t types, int64_t count)
{
    if (r->wants_len == SLURM_MOST_WANTS)
        return false;
    r->wants[r->wants_len++] = (struct gres_want){
        .kind = kind,
        .scope = r->tasks == 1 ? WANT_PER_NODE : WANT_PER_TASK,
        .types = types,
        .count = count,
    };
    return true;
}

static bool shares_by(const struct slurm_layout *l, enum gres_kind kind)
{
    return l->is_shared && l->sharing == kind;
}

/* Shares of one GPU in the site's units: the smallest number of shards, or of mps, that is enough
 * everywhere. */
static int64_t shares_of(const struct slurm_site *s, enum gres_kind kind, uint32_t milli)
{
    int64_t shares = 0;
    for (uint32_t i = 0; i < s->layouts_len; i++)
        for (uint32_t d = 0; d < s->layouts[i]->devices_len; d++) {
            const int64_t each = shares_by(s->layouts[i], kind) ? s->layouts[i]->shares[d] : 0;
            const int64_t need = round_up(milli * each, 1000);
            shares = each > 0 && need > shares ? need : shares;
        }
    return shares;
}

/* By the site's own counts if the job says them, else by thousandths: of shards if there are any.
 */
static const char *ask_for_share(const struct policy_slurm *p, const struct device_load *load,
                                 struct slurm_request *out)
{
    const bool says_mps = load->mps > 0, says_shards = load->shards > 0;
    const int64_t shards = shares_of(&p->site, GRES_SHARD, load->gpu_milli);
    const int64_t mps = shares_of(&p->site, GRES_MPS, load->gpu_milli);
    const bool is_mps = says_mps || (!says_shards && shards == 0);
    if (is_mps ? mps == 0 : shards == 0)
        return says_mps ? "Invalid generic resource (gres) specification: no node has gres/mps"
               : says_shards
                   ? "Invalid generic resource (gres) specification: no node has gres/shard"
                   : "Invalid generic resource (gres) specification: a share of a GPU "
                     "needs gres/shard or gres/mps";
    if (out->tasks != 1 || out->wants_len > 0)
        return "not modelled: a job of several tasks with shares of GPUs";
    if (is_mps)
        add_want(out, GRES_MPS, SLURM_ANY_TYPE, says_mps ? load->mps : mps);
    else
        add_want(out, GRES_SHARD, SLURM_ANY_TYPE, says_shards ? load->shards : shards);
    return NULL;
}

static const char *ask_for_devices(const struct policy_slurm *p, const struct request *r,
                                   struct slurm_request *out)
{
    for (uint32_t i = 0; i < r->amounts_len; i++) {
        const uint32_t resource = r->amounts[i].resource;
        if (resource == RESOURCE_CPU || resource == RESOURCE_MEMORY)
            continue;
        const uint64_t types = slurm_machine_types(&p->machine, &p->site, resource);
        if (types == 0)
            return "Invalid generic resource (gres) specification: no node has such a resource";
        if (out->wants_len > 0)
            return "not modelled: a job with GPUs of two kinds";
        add_want(out, GRES_GPU, types, r->amounts[i].value);
    }
    return r->load.gpu_milli == 0 ? NULL : ask_for_share(p, &r->load, out);
}

static int64_t gpus_of(const struct slurm_request *r)
{
    for (uint32_t i = 0; i < r->wants_len; i++)
        if (r->wants[i].kind == GRES_GPU)
            return r->wants[i].count;
    return 0;
}

/* Tasks that say nothing of CPUs or memory get the partition's defaults. */
static void ask_for_cpus(const struct policy_slurm *p, const struct slurm_partition *part,
                         const struct request *r, struct slurm_request *out)
{
    const int64_t cpu_milli = request_amount(r, RESOURCE_CPU);
    const int64_t memory = request_amount(r, RESOURCE_MEMORY);
    const int64_t gpus = gpus_of(out);
    out->cpus_per_task = (uint32_t)round_up(cpu_milli, 1000);
    if (cpu_milli == 0)
        out->cpus_per_task =
            part->cpus_per_gpu > 0 && gpus > 0 ? (uint32_t)(part->cpus_per_gpu * gpus) : 1;
    out->mem_per_task_mb = round_up(memory, MIB);
    if (!p->site.params.memory_counts)
        return;
    out->mem_per_gpu_mb = part->mem_per_gpu_mb;
    if (memory > 0)
        return;
    if (part->mem_per_cpu_mb > 0)
        out->mem_per_task_mb = part->mem_per_cpu_mb * out->cpus_per_task;
    else if (part->mem_per_gpu_mb > 0 && gpus > 0)
        out->mem_per_task_mb = part->mem_per_gpu_mb * gpus;
    else if (part->mem_per_node_mb > 0)
        out->mem_per_node_mb = part->mem_per_node_mb;
    else
        out->takes_all_memory = true;
}

/* --- where and for how long --- */

static uint32_t partition_of(const struct policy_slurm *p, const struct job *job)
{
    const char *queue = intern_text(p->env.names->words, job->queue_word);
    const uint32_t named =
        queue[0] == '\0' ? UINT32_MAX : slurm_site_find_partition(&p->site, queue);
    if (named != UINT32_MAX)
        return named;
    if (queue[0] != '\0' && p->unknown_partition == UNKNOWN_REFUSE)
        return UINT32_MAX;
    return p->site.default_partition;
}

static int64_t limit_min(const struct job *job)
{
    if (job->limit_ns == LIMIT_NONE)
        return SLURM_NOT_SET;
    const int64_t minutes = round_up(job->limit_ns, MINUTE_NS);
    return minutes > 0 ? minutes : 1;
}

/* priority/basic: the first job has most. By the job's own priority, it counts from the middle. By
 * factors, the controller finds it. */
static uint32_t priority_of(const struct policy_slurm *p, const struct job *job)
{
    if (p->priority_from == PRIORITY_JOB)
        return (uint32_t)((int64_t)DIRECT_MIDDLE + 1 + job->priority);
    const uint32_t number = p->ctld.next_number;
    return number < BASIC_FIRST ? BASIC_FIRST - number : 1;
}

/* What a partition that is not up, or too small a limit of it, does to a job. */
static enum joining held_by_partition(const struct policy_slurm *p, struct joining_job *j)
{
    const struct slurm_submission *s = &j->submission;
    const struct slurm_partition *part = &p->site.partitions[s->partition];
    if (part->state == PARTITION_DRAIN || part->state == PARTITION_INACTIVE) {
        j->why = "Required partition not available (inactive or drain)";
        return JOINS_NOT;
    }
    if (s->limit_min != SLURM_NOT_SET && s->limit_min > part->max_time_min) {
        j->held = REASON_PARTITION_TIME_LIMIT;
        j->why = "Requested time limit is invalid (missing or exceeds some limit)";
    } else if (part->min_nodes > s->request.tasks || part->max_nodes == 0) {
        j->held = REASON_PARTITION_NODE_LIMIT;
        j->why = "Node count specification invalid";
    } else if (part->state == PARTITION_DOWN) {
        j->held = REASON_PARTITION_DOWN;
        return JOINS_HELD;
    } else {
        return JOINS;
    }
    return p->site.params.refuses_beyond_limits ? JOINS_NOT : JOINS_HELD;
}

/* All tasks of a gang must ask for the same: components of their own are not modelled. */
static bool is_homogeneous(const struct job *job)
{
    for (uint32_t g = 1; g < job->groups_len; g++)
        if (job->groups[g].request != job->groups[0].request)
            return false;
    return true;
}

static uint32_t tasks_of(const struct job *job)
{
    uint32_t tasks = 0;
    for (uint32_t g = 0; g < job->groups_len; g++)
        tasks += job->groups[g].count;
    return tasks;
}

static const char *make_request(const struct policy_slurm *p, const struct acts *a,
                                const struct job *job, const struct task *pod,
                                struct joining_job *out)
{
    const struct slurm_partition *part = &p->site.partitions[out->submission.partition];
    struct slurm_request *r = &out->submission.request;
    const uint32_t group = pod == NULL ? 0 : pod->group;
    if (pod == NULL && !is_homogeneous(job))
        return "not modelled: a heterogeneous job";
    r->tasks = pod == NULL ? tasks_of(job) : 1;
    r->min_nodes = part->min_nodes > 0 ? part->min_nodes : 1;
    r->most_nodes = part->max_nodes == UINT32_MAX ? 0 : part->max_nodes;
    r->is_exclusive = part->is_exclusive;
    r->is_lln = part->is_lln;
    const struct request *request = request_get(acts_requests(a), job->groups[group].request);
    const char *why = ask_for_devices(p, request, r);
    if (why == NULL)
        ask_for_cpus(p, part, request, r);
    return why;
}

enum joining slurm_jobs_make(const struct policy_slurm *p, const struct acts *a,
                             const struct job *job, const struct task *pod, struct joining_job *out)
{
    const int64_t now_s = acts_now_ns(a) / SECOND_NS;
    memset(out, 0, sizeof *out);
    struct slurm_submission *s = &out->submission;
    s->partition = partition_of(p, job);
    if (s->partition == UINT32_MAX) {
        out->why = "invalid partition specified: there is none of its queue's name";
        if (p->site.default_partition == UINT32_MAX && p->unknown_partition == UNKNOWN_DEFAULT)
            out->why = "no partition specified, and slurm.conf has no default one";
        return JOINS_NOT;
    }
    out->why = make_request(p, a, job, pod, out);
    if (out->why != NULL)
        return JOINS_NOT;
    s->user = job->user_word == INTERN_NONE ? 0 : job->user_word + 1;
    s->is_by_factors = p->priority_from != PRIORITY_JOB && p->site.params.priority.is_multifactor;
    s->priority = priority_of(p, job);
    s->submit_s = s->begin_s = now_s;
    s->limit_min = limit_min(job);
    return held_by_partition(p, out);
}

/* --- binding --- */

/* The machine's GPUs that the devices are; 0: it picks some itself. */
static uint64_t gpu_mask(const struct policy_slurm *p, const struct slurm_alloc *a, bool is_share)
{
    const uint8_t *gpu_of = p->machine.gpu_of[a->node];
    uint64_t devices = is_share ? UINT64_C(1) << a->shares[SHARE_DEVICE] : a->devices, mask = 0;
    for (; devices != 0 && gpu_of != NULL; devices &= devices - 1) {
        const uint8_t gpu = gpu_of[__builtin_ctzll(devices)];
        if (gpu == UINT8_MAX)
            return 0;
        mask |= UINT64_C(1) << gpu;
    }
    return mask;
}

/* Whole nodes hold more devices than the job asked for: of those it gets the lowest. */
static uint64_t lowest(uint64_t mask, int64_t count)
{
    uint64_t out = 0;
    for (; count > 0 && mask != 0; count--, mask &= mask - 1)
        out |= mask & (~mask + 1);
    return out;
}

/* What a number of shares is of the GPU that they are of; Slurm divides without a remainder. */
static void size_share(const struct policy_slurm *p, const struct slurm_alloc *a, struct slot *slot)
{
    const struct slurm_layout *l = p->site.nodes[a->node].layout;
    const uint32_t all = l->shares[a->shares[SHARE_DEVICE]], mine = a->shares[SHARE_COUNT];
    const uint32_t milli = 1000 * mine / all, percent = 100 * mine / all;
    if (slot->gpu_mask == 0)
        return;
    slot->share_milli = (uint16_t)(milli > 0 ? milli : 1);
    if (l->sharing == GRES_MPS)
        slot->share_percent = (uint8_t)(percent > 0 ? percent : 1);
}

struct binding {
    struct slot *slots;
    size_t len;
    uint32_t group; /* where tasks come from next */
    uint32_t left;  /* of that group */
};

static void add_slot(struct binding *b, const struct slot *slot)
{
    b->slots[b->len++] = *slot;
}

/* A node's tasks, out of one group after the other. */
static void bind_node(struct binding *b, const struct policy_slurm *p, const struct job *job,
                      const struct slurm_alloc *alloc, const struct request *r)
{
    const bool is_share = r->load.gpu_milli != 0;
    const int64_t each = is_share ? 1 : r->gpus;
    uint64_t mask = gpu_mask(p, alloc, is_share);
    for (uint32_t left = alloc->tasks; left > 0;) {
        while (b->left == 0)
            b->left = job->groups[++b->group].count;
        const uint32_t count = left < b->left ? left : b->left;
        const uint64_t mine = is_share ? mask : lowest(mask, each * count);
        struct slot slot = {.group = b->group,
                            .node = p->site.nodes[alloc->node].machine,
                            .count = count,
                            .task = TASK_NONE,
                            .gpu_mask = mine};
        if (is_share)
            size_share(p, alloc, &slot);
        add_slot(b, &slot);
        mask &= ~mine;
        b->left -= count;
        left -= count;
    }
}

bool slurm_jobs_bind(struct policy_slurm *p, struct acts *a, const struct slurm_job *s,
                     const struct slurm_record *r)
{
    const struct job *job = acts_job(a, r->job);
    const struct task *pod = r->task == TASK_NONE ? NULL : acts_task(a, r->task);
    const uint32_t group = pod == NULL ? 0 : pod->group;
    const struct request *request = request_get(acts_requests(a), job->groups[group].request);
    struct slot one[2];
    struct binding b = {.slots = one, .group = group, .left = job->groups[group].count};
    const size_t most = s->allocs_len + job->groups_len;
    if (most > 2) {
        b.slots = calloc(most, sizeof b.slots[0]);
        SIM_REQUIRE(b.slots != NULL);
    }
    for (uint32_t i = 0; i < s->allocs_len; i++)
        bind_node(&b, p, job, &s->allocs[i], request);
    if (pod != NULL)
        b.slots[0].task = pod->id;
    const bool ok =
        act_bind(a, &(struct bind){.job = r->job, .slots = b.slots, .slots_len = b.len});
    if (b.slots != one)
        free(b.slots);
    return ok;
}
