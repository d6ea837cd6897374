/*
 * job_resources.h - what the pods of a Workload ask for, after all that changes it.
 *
 * When a Workload is made, overhead of the RuntimeClass, defaults of LimitRanges and limits without
 * requests go into its pod templates. When it is counted, resources are left out and transformed by
 * the Configuration.
 *
 * Source   Kueue v0.20-dev, pkg/workload/resources.go, pkg/util/limitrange,
 *          pkg/workload/workload.go.
 */
#ifndef POLICIES_KUEUE_JOB_RESOURCES_H
#define POLICIES_KUEUE_JOB_RESOURCES_H

#include "models/kubernetes/object_set.h"
#include "models/kubernetes/resource_list.h"

/* The template as the Workload has it. */
const struct yaml_node *job_template_adjust(struct arena *a, const struct object_set *objects,
                                            const char *namespace,
                                            const struct yaml_node *template);

/* Why no pod of these pod sets, adjusted, would be admitted; NULL: nothing stands against it. */
const char *job_pods_problem(struct arena *a, const struct object_set *objects,
                             const char *namespace, const struct yaml_node *pod_sets);

/* Leaves out and transforms, as `resources` of the Configuration says; n may be NULL. */
void job_requests_transform(struct field_reader *r, const struct yaml_node *n,
                            struct resource_list *l);

#endif /* POLICIES_KUEUE_JOB_RESOURCES_H */
