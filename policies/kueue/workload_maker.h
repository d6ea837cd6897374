/*
 * workload_maker.h - Kueue's Workloads for sources of jobs (models/kubernetes/workload_maker.h).
 *
 * Every job of a kind that Kueue knows becomes one, whether or not it names a queue: what other
 * policies are to compare with runs, too. A pod of a Deployment is a job of its own if the
 * Deployment names a queue. Priority classes that are not among the objects count as 0: whoever
 * admits looks them up.
 */
#ifndef POLICIES_KUEUE_WORKLOAD_MAKER_H
#define POLICIES_KUEUE_WORKLOAD_MAKER_H

#include "models/kubernetes/workload_maker.h"

extern const struct workload_maker kueue_workload_maker;

#endif /* POLICIES_KUEUE_WORKLOAD_MAKER_H */
