/*
 * kube_case.h - a recorded case of kube-scheduler, replayed on a cluster of ours.
 *
 * A case is a .yaml file (objects, steps, configuration) and a .jsonl file (what kube-scheduler
 * did), as conformance/kube_scheduler/README.md has them. The cluster follows the record: pods are
 * bound where it says, so each attempt is met by the very state that the scheduler saw.
 *
 * Covered  nodes (capacity, taints, cordons), pods with requests; not affinity, spread, volumes.
 */
#ifndef TESTS_KUBE_CASE_H
#define TESTS_KUBE_CASE_H

#include "models/names.h"
#include "policies/placement/placement.h"
#include "sim/yaml.h"

enum { KUBE_CASE_PODS = 512 };

/* kube-scheduler's plugins, and the sum. */
enum kube_score { KUBE_FIT, KUBE_BALANCE, KUBE_TOTAL, KUBE_SCORES };

struct kube_pod {
    const char *name; /* namespace/name */
    uint32_t request;
    uint32_t node; /* where it is bound; NODE_NONE */
};

struct kube_case {
    struct arena *arena;
    struct diag diag;
    struct names names;
    struct request_table *requests;
    struct cluster *cluster;
    struct yaml_file *file;
    struct kube_pod pods[KUBE_CASE_PODS];
    size_t pods_len;
    struct placement *placements[KUBE_SCORES];
};

/* One scheduling attempt of the record. */
typedef void kube_attempt_fn(void *context, struct kube_case *k, const struct yaml_node *record,
                             const struct kube_pod *pod);

/* Replays PATH.yaml and PATH.jsonl; calls fn for each attempt, before the pod is bound. */
void kube_case_replay(const char *path, kube_attempt_fn *fn, void *context);

/* The number behind a key of the record; the index of a text in a list, SIZE_MAX if it is not in.
 */
int64_t kube_number(const struct yaml_node *n);
size_t kube_index(const struct yaml_node *list, const char *text);

#endif /* TESTS_KUBE_CASE_H */
