/*
 * job_claims.h - devices that pods claim, counted as resources.
 *
 * Which device classes count as which resource, deviceClassMappings of the Configuration says.
 * Selectors of devices (CEL) are not evaluated.
 *
 * Source   Kueue v0.20-dev, pkg/dra.
 */
#ifndef POLICIES_KUEUE_JOB_CLAIMS_H
#define POLICIES_KUEUE_JOB_CLAIMS_H

#include "models/kubernetes/object_set.h"
#include "models/kubernetes/resource_list.h"
#include "policies/kueue/gates.h"
#include "policies/kueue/refusal.h"

struct claim_counter {
    struct field_reader f;
    const struct object_set *objects;
    const struct gates *gates;
    const struct yaml_node *mappings; /* resources.deviceClassMappings; NULL: none */
    const char *namespace;
};

/* Adds what the i-th pod set of a Workload claims to what one of its pods asks for. What cannot be
 * counted is a refusal: then nothing of the Workload is. */
void job_claims_add(struct claim_counter *c, const struct yaml_node *pod_set, size_t i,
                    struct resource_list *l, struct refusals *r);

/* Extended resources that stand for a device class are counted under the mapping's name. */
void job_claims_rename(struct claim_counter *c, struct resource_list *l);

#endif /* POLICIES_KUEUE_JOB_CLAIMS_H */
