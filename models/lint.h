/*
 * lint.h - mistakes that a program would take and a cluster would not: the rules of `check`.
 *
 * One row per rule: the name that stands in brackets behind its messages, how bad it is, an example
 * of what is wrong and one of what would be right. Whoever finds a mistake reports it by its rule,
 * wherever it looks: objects (models/kubernetes/), quotas (policies/kueue/), maps, slurm.conf.
 *
 *   quotas.yaml:33:29: warning: nominalQuota: '48': ...; lower them to 96 in all
 *   [quota-above-hardware]
 *
 * Order    Rules are listed as here.
 * Errors   Reported in the diag: errors refuse what they are about, warnings and notes refuse
 *          nothing (`check --strict` ends with 2 for a warning).
 * Source   specs gpu_models.md 6.1; each rule was met in a published example.
 */
#ifndef MODELS_LINT_H
#define MODELS_LINT_H

#include "sim/diag.h"

enum lint_rule {
    LINT_MIG_MIX,
    LINT_QUOTA_ABOVE_HARDWARE,
    LINT_BORROWING_UNREACHABLE,
    LINT_NO_LOCAL_QUEUE,
    LINT_TOLERATION_MISMATCH,
    LINT_SHARING_UNKNOWN_KEY,
    LINT_SHARING_REPLICAS,
    LINT_SHARED_GPU_REQUEST,
    LINT_SLURM_GRES_TYPES,
    LINT_SLURM_PARTITION,
    LINT_SLURM_GRES_COUNT,
    LINT_SLURM_HARDWARE,
    LINT_MAP_LINE,
    LINT_MAP_INDEX_TWICE,
    LINT_MAP_NODE,
    LINT_MAP_DEVICE,
    LINT_MAP_DEVICE_SHARED,
    LINT_MAP_NO_INDEX,
    LINT_MAP_INDEX_MISREAD,
    LINT_IMAGE,
    LINT_DCGM_METRIC,
    LINT_VLLM_MEMORY,
    LINT_NO_REQUESTS,
    LINT_GPU_TAINTED,
    LINT_GPU_ANYWHERE,
    LINT_RULES
};

enum lint_level { LINT_ERROR, LINT_WARNING, LINT_NOTE };

struct lint_info {
    const char *name; /* "quota-above-hardware" */
    enum lint_level level;
    const char *summary; /* what is wrong, and what comes of it */
    const char *wrong, *right;
};

const struct lint_info *lint_get(enum lint_rule rule);
const char *lint_level_name(enum lint_level level); /* "error" */

/* A message of the rule's level, with its name behind it. */
void lint_report(struct diag *d, enum lint_rule rule, struct src_pos at, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

#endif /* MODELS_LINT_H */
