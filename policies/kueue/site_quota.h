/*
 * site_quota.h - quota said in the scenario, in place of that of the objects: a what-if in a word.
 *
 *   {team-b: {nvidia.com/gpu: 16}}                      where one flavor has the resource
 *   {team-b: {h100: {nvidia.com/gpu: 16}}}              of one flavor
 *   {team-b: {nvidia.com/gpu: {nominalQuota: 16, borrowingLimit: 8}}}
 *
 * Errors   A ClusterQueue or Cohort, flavor or resource that the objects do not have, and a
 * resource of several flavors, each at its place with the nearest name.
 */
#ifndef POLICIES_KUEUE_SITE_QUOTA_H
#define POLICIES_KUEUE_SITE_QUOTA_H

#include "models/kubernetes/object_set.h"

/* NULL changes nothing. */
void site_quota_set(struct object_set *s, const struct yaml_node *quota, struct diag *d);

#endif /* POLICIES_KUEUE_SITE_QUOTA_H */
