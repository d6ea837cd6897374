/* The keys of priority/multifactor that are more than a number. */
#include "models/slurm_text/tres.h"
#include "policies/slurm/slurm_conf.h"
#include "policies/slurm/slurm_key_rows.h"
#include "sim/duration.h"

#include <string.h>
#include <strings.h>

#define SECOND_NS INT64_C(1000000000)

static struct slurm_priority_params *params_of(void *target)
{
    return &((struct slurm_conf *)target)->params.priority;
}

void slurm_read_priority_type(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    if (slurm_keys_is_one_of(p->value, "priority/multifactor"))
        params_of(target)->is_multifactor = true;
    else if (slurm_keys_is_one_of(p->value, "priority/basic"))
        params_of(target)->is_multifactor = false;
    else
        diag_error(r->diag, p->value_at,
                   "PriorityType: '%s': Slurm has no such plugin; priority/basic or "
                   "priority/multifactor",
                   p->value);
}

void slurm_read_max_age(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    const char *why;
    int64_t ns;
    if (!duration_parse_slurm(p->value, &ns, &why))
        diag_error(r->diag, p->value_at, "PriorityMaxAge: '%s': %s", p->value, why);
    else if (ns == DURATION_UNLIMITED || ns < SECOND_NS)
        diag_error(r->diag, p->value_at, "PriorityMaxAge: '%s': out of range; a second or more",
                   p->value);
    else
        params_of(target)->max_age_s = ns / SECOND_NS;
}

/* Slurm itself never calculates more often than once a minute. */
void slurm_read_calc_period(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    const char *why;
    int64_t ns;
    if (!duration_parse_slurm(p->value, &ns, &why))
        diag_error(r->diag, p->value_at, "PriorityCalcPeriod: '%s': %s", p->value, why);
    else if (ns == DURATION_UNLIMITED || ns < 60 * SECOND_NS)
        diag_error(r->diag, p->value_at, "PriorityCalcPeriod: '%s': out of range; a minute or more",
                   p->value);
    else
        params_of(target)->calc_period_s = ns / SECOND_NS;
}

/* --- PriorityFlags --- */

#define FLAG(name, field) \
    KEY_ROW(name, KEY_FLAG, offsetof(struct slurm_priority_params, field), 0, 0)

/* They are about fair share, running jobs and factors that are 0 here. */
static const char *const flags_ignored[] = {"CALCULATE_RUNNING", "DEPTH_OBLIVIOUS", "FAIR_TREE",
                                            "MAX_TRES",          "MAX_TRES_GRES",   "NO_FAIR_TREE",
                                            "NO_NORMAL_ASSOC",   "NO_NORMAL_QOS",   NULL};

static const struct slurm_key flags[] = {
    FLAG("ACCRUE_ALWAYS", accrues_always),
    FLAG("SMALL_RELATIVE_TO_TIME", is_relative_to_time),
    FLAG("NO_NORMAL_PART", keeps_raw_partition),
    FLAG("NO_NORMAL_TRES", keeps_raw_tres),
    FLAG("NO_NORMAL_ALL", keeps_raw_all),
    KEY_LOST("INCR_ONLY", "", "priorities may fall"),
    KEY_END,
};

static const struct slurm_key_table flags_table = {"PriorityFlags", flags, flags_ignored, NULL};

void slurm_read_priority_flags(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    struct slurm_priority_params *params = params_of(target);
    slurm_keys_read_list(r, &flags_table, p, params);
    params->keeps_raw_partition |= params->keeps_raw_all;
    params->keeps_raw_tres |= params->keeps_raw_all;
}

/* --- PriorityWeightTRES --- */

static int64_t *weight_of(struct slurm_priority_params *params, const struct tres *t)
{
    if (t->is_gres)
        return strcmp(t->name, "gpu") == 0 && t->type == NULL ? &params->weight_gpu : NULL;
    if (strcasecmp(t->name, "gres/gpu") == 0)
        return &params->weight_gpu;
    if (strcasecmp(t->name, "cpu") == 0)
        return &params->weight_cpu;
    if (strcasecmp(t->name, "mem") == 0)
        return &params->weight_memory;
    return strcasecmp(t->name, "node") == 0 ? &params->weight_node : NULL;
}

void slurm_read_tres_weights(struct slurm_key_reader *r, const struct slurm_pair *p, void *target)
{
    struct tres_list list;
    const char *why;
    if (!tres_read(r->arena, p->value, &list, &why)) {
        diag_error(r->diag, p->value_at, "PriorityWeightTRES: '%s': %s", p->value, why);
        return;
    }
    for (size_t i = 0; i < list.len; i++) {
        const struct tres *t = &list.items[i];
        int64_t *weight = weight_of(params_of(target), t);
        if (weight != NULL)
            *weight = t->count;
        else
            diag_warning(r->diag, p->value_at,
                         "PriorityWeightTRES: not modelled: '%s%s%s' counts for nothing", t->name,
                         t->type == NULL ? "" : ":", t->type == NULL ? "" : t->type);
    }
}
