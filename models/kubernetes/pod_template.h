/*
 * pod_template.h - a pod as its template wants it: containers, what they ask for, where they may
 * run.
 *
 * Reading takes what is written; what Kubernetes makes of it (requests from limits, the sum over
 * containers) is computed when asked for, so that whoever fills in defaults first (LimitRange,
 * RuntimeClass) can do so in between.
 *
 * Memory   Lies in the reader's arena and in the YAML file.
 * Errors   Wrong types and unreadable quantities while reading; what the API server would refuse
 *          for other reasons in pod_template_check. Fields that are not listed here are left alone.
 * Source   Kubernetes 1.36: pkg/apis/core/v1/defaults.go and validation,
 * component-helpers/resource.
 */
#ifndef MODELS_KUBERNETES_POD_TEMPLATE_H
#define MODELS_KUBERNETES_POD_TEMPLATE_H

#include "models/kubernetes/node_terms.h"
#include "models/kubernetes/resource_list.h"
#include "models/kubernetes/restart_policy.h"

struct object_set;

struct container {
    const char *name;
    bool is_init;    /* runs to its end before the next one starts */
    bool is_sidecar; /* an init container that stays (restartPolicy Always) */
    struct resource_list requests, limits;
    const struct yaml_node *node; /* all of it: command, args */
};

struct pod_template {
    const struct yaml_node *node;        /* what has metadata and spec */
    const struct yaml_node *spec;        /* NULL: it is missing */
    const struct yaml_node *labels;      /* of texts; NULL: none */
    const struct yaml_node *annotations; /* of texts; NULL: none */
    struct container *containers;        /* init containers first, each kind in its order */
    uint32_t containers_len;
    bool has_resources; /* for the pod as a whole: spec.resources */
    struct resource_list requests, limits;
    bool has_overhead;
    struct resource_list overhead;
    struct node_terms terms;
    enum restart_policy restart;
    const char *scheduler;      /* "default-scheduler" if it says nothing */
    const char *priority_class; /* NULL: none */
    const char *runtime_class;  /* NULL: none */
    int64_t grace_s;            /* from the signal to the end, at most */
    int64_t deadline_s;         /* activeDeadlineSeconds; 0: none */
    bool is_gated;              /* schedulingGates */
};

/* n has metadata and spec: a pod template, or a Pod. False after an error. */
bool pod_template_read(struct field_reader *r, const struct yaml_node *n, struct pod_template *out);

/* Whether the API server would take it: extended resources in whole pieces, requests equal to their
 * limits, no request above its limit, nothing negative, known names. False after an error. */
bool pod_template_check(struct field_reader *r, const struct pod_template *t);

/* Takes the overhead of its RuntimeClass, unless it has one of its own or there is no such class.
 */
bool pod_template_take_overhead(struct field_reader *r, struct pod_template *t,
                                const struct object_set *objects);

/* What the pod asks of a node: containers and sidecars together, or an init container that asks for
 * more, resource by resource; or what the pod asks for as a whole; and the overhead. Missing
 * requests are taken from limits. */
struct resource_list pod_template_requests(const struct pod_template *t, struct arena *a);

/* The same as kube-scheduler counts it for scores: a container that says nothing of its CPU or its
 * memory counts as 100m and 200Mi. */
struct resource_list pod_template_scored(const struct pod_template *t, struct arena *a);

#endif /* MODELS_KUBERNETES_POD_TEMPLATE_H */
