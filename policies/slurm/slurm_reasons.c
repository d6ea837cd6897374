/* Why jobs wait, told to the simulation: each job is touched when its own reason changes. */
#include "policies/slurm/slurm_policy.h"

enum { LEAST_LIST = 64 };

static void tell_reason(struct policy_slurm *p, struct acts *a, uint32_t slot,
                        enum slurm_reason reason)
{
    struct slurm_record *r = &p->records[slot];
    r->is_unseen = false;
    act_wait(a, r->job, reason);
}

/* The controller changed a job's reason. */
void slurm_reasons_wait(void *context, const struct slurm_job *job)
{
    struct policy_slurm *p = context;
    struct slurm_record *r = &p->records[job->id];
    tell_reason(p, p->acts, job->id, job->reason);
    if (job->reason != REASON_RESOURCES && job->reason != REASON_NODE_NOT_AVAIL)
        return;
    r->failed_in = p->main_passes;
    if (!r->is_failing)
        slot_list_add(&p->failing, job->id);
    r->is_failing = true;
}

static bool is_waiting(const struct policy_slurm *p, uint32_t slot)
{
    return pool_has(&p->ctld.jobs, slot) && slurm_ctld_job(&p->ctld, slot)->state == SLURM_PENDING;
}

/* The slot may be another job's by now. */
static bool is_unseen(const struct policy_slurm *p, uint32_t partition, uint32_t slot)
{
    return is_waiting(p, slot) && p->records[slot].is_unseen &&
           slurm_ctld_job(&p->ctld, slot)->partition == partition;
}

/* A partition is blocked: whoever came since it was last looked at waits behind others. */
void slurm_reasons_block(void *context, uint32_t partition)
{
    struct policy_slurm *p = context;
    struct slot_list *l = &p->unseen[partition];
    for (size_t i = 0; i < l->len; i++) {
        const uint32_t slot = l->slots[i];
        if (is_unseen(p, partition, slot)) {
            slurm_ctld_job(&p->ctld, slot)->reason = REASON_PRIORITY;
            tell_reason(p, p->acts, slot, REASON_PRIORITY);
        }
    }
    l->len = 0;
}

void slurm_reasons_add_unseen(struct policy_slurm *p, uint32_t slot)
{
    const uint32_t partition = slurm_ctld_job(&p->ctld, slot)->partition;
    struct slot_list *l = &p->unseen[partition];
    p->records[slot].is_unseen = true;
    if (l->len > 2 * p->ctld.queues[partition].len + LEAST_LIST) {
        size_t left = 0; /* those that have started stand in it still */
        for (size_t i = 0; i < l->len; i++)
            if (is_unseen(p, partition, l->slots[i]))
                l->slots[left++] = l->slots[i];
        l->len = left;
    }
    slot_list_add(l, slot);
}

/* Whether the job in the slot goes on failing. One that failed before and was behind others this
 * time waits for those; one that was not looked at keeps its reason. */
static bool settle(struct policy_slurm *p, uint32_t slot)
{
    struct slurm_record *r = &p->records[slot];
    struct slurm_job *job = slurm_ctld_job(&p->ctld, slot);
    if (r->failed_in == p->main_passes || job->reason != REASON_RESOURCES ||
        !p->ctld.failed[job->partition])
        return true;
    job->reason = REASON_PRIORITY;
    tell_reason(p, p->acts, slot, REASON_PRIORITY);
    return false;
}

/* A slot may stand in the list twice, for a job that is gone and for the one that has it now. */
void slurm_reasons_settle(struct policy_slurm *p)
{
    struct slot_list *l = &p->failing;
    size_t left = 0;
    for (size_t i = 0; i < l->len; i++) {
        const uint32_t slot = l->slots[i];
        struct slurm_record *r = &p->records[slot];
        if (!is_waiting(p, slot)) {
            r->is_failing = false;
        } else if (r->is_failing && r->settled_in != p->main_passes) {
            r->settled_in = p->main_passes;
            r->is_failing = settle(p, slot);
            if (r->is_failing)
                l->slots[left++] = slot;
        }
    }
    l->len = left;
}
