/*
 * chaos_policy.h - a policy that does at random whatever a policy may do: binds or lets wait, stops
 * with and without notice, requeues, suspends, refuses, cordons, and changes reasons. After so many
 * deeds it only binds what fits, so that every run ends.
 *
 * For tests of laws that hold whatever happens. The seed of the run decides everything.
 */
#ifndef TESTS_CHAOS_POLICY_H
#define TESTS_CHAOS_POLICY_H

#include "models/policy.h"

extern const struct policy_ops policy_chaos;

#endif /* TESTS_CHAOS_POLICY_H */
