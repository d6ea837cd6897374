/*
 * objects.h - what an administrator writes down: flavors, quotas, queues and their rules.
 *
 * Plain data without state: the readers fill it, kueue.h builds its tables from it, and an edit
 * during a run replaces one of these. An empty text and a missing field are told apart only where
 * Kueue itself does.
 *
 * Memory   Texts and arrays lie in an arena of whoever fills them.
 * Source   Kueue v0.20-dev, apis/kueue/v1beta2; specs/kueue.md 1.18.
 */
#ifndef POLICIES_KUEUE_OBJECTS_H
#define POLICIES_KUEUE_OBJECTS_H

#include "models/kubernetes/labels.h"
#include "models/kubernetes/selector.h"
#include "models/kubernetes/toleration.h"
#include "policies/kueue/qty.h"

/* --- ResourceFlavor --- */

struct flavor_spec {
    const char *name;
    struct label_map labels;
    const struct taint *taints;
    uint32_t taints_len;
    struct toleration_list tolerations;
    const char *topology; /* NULL: none */
};

/* --- quota, of queues and cohorts --- */

struct quota_spec {
    uint32_t resource;
    int64_t nominal, borrowing_limit, lending_limit; /* limits: QTY_UNLIMITED if not given */
};

struct flavor_quotas {
    uint32_t flavor; /* words */
    const struct quota_spec *quotas;
    uint32_t quotas_len;
};

struct resource_group {
    const uint32_t *resources; /* covered */
    uint32_t resources_len;
    const struct flavor_quotas *flavors;
    uint32_t flavors_len;
};

struct cohort_spec {
    const char *name;
    const char *parent; /* "": a root */
    const struct resource_group *groups;
    uint32_t groups_len;
    double weight;
};

/* --- ClusterQueue --- */

/* POLICY_UNSET is the empty text: the API never has it, Go structs do, and Kueue's code takes it
 * for Never in most places but not in all (specs/kueue.md 1.7, traps in conformance/kueue). */
enum preemption_policy {
    POLICY_NEVER,
    POLICY_UNSET,
    POLICY_LOWER_PRIORITY,
    POLICY_LOWER_OR_NEWER_EQUAL_PRIORITY,
    POLICY_ANY,
};

struct preemption_spec {
    enum preemption_policy within; /* the ClusterQueue */
    enum preemption_policy reclaim;
    bool borrows; /* borrowWithinCohort, with a policy other than Never */
    bool has_threshold;
    int32_t threshold; /* maxPriorityThreshold */
};

enum preference { PREFER_BORROWING, PREFER_PREEMPTION }; /* ...OverPreemption, ...OverBorrowing */

struct fungibility_spec {
    bool borrow_tries_next; /* whenCanBorrow: TryNextFlavor */
    bool preempt_tries_next;
    enum preference preference;
};

enum stop_policy { STOP_NONE, STOP_HOLD, STOP_HOLD_AND_DRAIN };

/* A check, and for which flavors. */
struct check_use {
    const char *name;
    const uint32_t *flavors; /* words; none: for all */
    uint32_t flavors_len;
};

struct cluster_queue_spec {
    const char *name;
    const char *cohort;                /* "": none */
    bool is_strict;                    /* StrictFIFO */
    const struct selector *namespaces; /* NULL: matches none */
    const struct resource_group *groups;
    uint32_t groups_len;
    struct preemption_spec preemption;
    struct fungibility_spec fungibility;
    const struct check_use *checks;
    uint32_t checks_len;
    enum stop_policy stop;
    bool is_usage_based; /* admissionScope: UsageBasedAdmissionFairSharing */
    double weight;
};

struct local_queue_spec {
    const char *namespace, *name;
    const char *queue; /* ClusterQueue */
    enum stop_policy stop;
    double weight; /* of admission fair sharing */
};

/* --- AdmissionCheck --- */

/* Who looks after it: only these two change what the scheduler does. */
enum check_controller { CHECK_BY_OTHER, CHECK_BY_PROVISIONING, CHECK_BY_MULTIKUEUE };

struct check_spec {
    const char *name;
    enum check_controller controller;
    bool is_inactive; /* its status says so */
};

/* --- the rest --- */

struct topology_spec {
    const char *name;
    const char *const *levels; /* node labels, from the widest to the narrowest */
    uint32_t levels_len;
};

struct namespace_spec {
    const char *name;
    struct label_map labels;
};

#endif /* POLICIES_KUEUE_OBJECTS_H */
