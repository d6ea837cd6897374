#include "policies/kueue/gates.h"

#include "sim/check.h"

#include <string.h>

enum { SPECS_MOST = 3, NEEDS_MOST = 2 };

/* From this minor version on. */
struct gate_spec {
    int since; /* 0 ends the list */
    bool on;
    enum gate_stage stage;
    bool is_locked;
};

static const struct gate_row {
    const char *name;
    struct gate_spec specs[SPECS_MOST + 1];
} rows[GATES] = {
    [GATE_ADMISSION_FAIR_SHARING] = {"AdmissionFairSharing",
                                     {{12, false, STAGE_ALPHA, false},
                                      {15, true, STAGE_BETA, false}}},
    [GATE_ADMISSION_GATED_BY] = {"AdmissionGatedBy",
                                 {{17, false, STAGE_ALPHA, false}, {19, true, STAGE_BETA, false}}},
    [GATE_ASSIGN_QUEUE_LABELS_FOR_PODS] = {"AssignQueueLabelsForPods",
                                           {{17, true, STAGE_BETA, false}}},
    [GATE_CLEANUP_PROVISIONING_REQUESTS_ON_EVICTION] = {"CleanupProvisioningRequestsOnEviction",
                                                        {{19, true, STAGE_BETA, false}}},
    [GATE_CONCURRENT_ADMISSION] = {"ConcurrentAdmission", {{18, false, STAGE_ALPHA, false}}},
    [GATE_CUSTOM_METRIC_LABELS] = {"CustomMetricLabels", {{17, false, STAGE_ALPHA, false}}},
    [GATE_DEFER_RAY_SERVICE_FINALIZATION_FOR_REDIS_CLEANUP] =
        {"DeferRayServiceFinalizationForRedisCleanup", {{19, true, STAGE_BETA, false}}},
    [GATE_DISABLE_WAIT_FOR_PODS_READY] = {"DisableWaitForPodsReady",
                                          {{19, false, STAGE_ALPHA, false}}},
    [GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES] = {"ElasticJobsViaWorkloadSlices",
                                               {{13, false, STAGE_ALPHA, false},
                                                {18, true, STAGE_BETA, false}}},
    [GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES_WITH_TAS] = {"ElasticJobsViaWorkloadSlicesWithTAS",
                                                        {{17, false, STAGE_ALPHA, false}}},
    [GATE_FAILURE_RECOVERY_POLICY] = {"FailureRecoveryPolicy", {{15, false, STAGE_ALPHA, false}}},
    [GATE_FAIR_SHARING_PREEMPT_WITHIN_NOMINAL] = {"FairSharingPreemptWithinNominal",
                                                  {{17, true, STAGE_BETA, false}}},
    [GATE_FAIR_SHARING_PRIORITIZE_NON_BORROWING] = {"FairSharingPrioritizeNonBorrowing",
                                                    {{17, true, STAGE_BETA, false}}},
    [GATE_FAST_QUOTA_RELEASE_IN_POD_INTEGRATION] = {"FastQuotaReleaseInPodIntegration",
                                                    {{17, false, STAGE_ALPHA, false}}},
    [GATE_FINISH_ORPHANED_WORKLOADS] = {"FinishOrphanedWorkloads", {{18, true, STAGE_BETA, false}}},
    [GATE_FLAVOR_FUNGIBILITY] = {"FlavorFungibility", {{5, true, STAGE_BETA, false}}},
    [GATE_FLAVOR_FUNGIBILITY_PRESERVE_SCAN_PROGRESS] = {"FlavorFungibilityPreserveScanProgress",
                                                        {{20, true, STAGE_BETA, false}}},
    [GATE_KUEUE_DRA_INTEGRATION] = {"KueueDRAIntegration", {{18, true, STAGE_BETA, false}}},
    [GATE_KUEUE_DRA_INTEGRATION_CONSUMABLE_CAPACITY] = {"KueueDRAIntegrationConsumableCapacity",
                                                        {{19, false, STAGE_ALPHA, false}}},
    [GATE_KUEUE_DRA_INTEGRATION_EXTENDED_RESOURCE] = {"KueueDRAIntegrationExtendedResource",
                                                      {{18, false, STAGE_ALPHA, false},
                                                       {19, true, STAGE_BETA, false}}},
    [GATE_KUEUE_DRA_INTEGRATION_PARTITIONABLE_DEVICES] = {"KueueDRAIntegrationPartitionableDevices",
                                                          {{18, false, STAGE_ALPHA, false},
                                                           {19, true, STAGE_BETA, false}}},
    [GATE_KUEUE_DRA_REJECT_WORKLOADS_WHEN_DRA_DISABLED] = {"KueueDRARejectWorkloadsWhenDRADisabled",
                                                           {{18, true, STAGE_BETA, false}}},
    [GATE_LWS_IMMUTABLE_GROUP_SIZE] = {"LWSImmutableGroupSize", {{20, true, STAGE_BETA, false}}},
    [GATE_LOCAL_QUEUE_METRICS] = {"LocalQueueMetrics",
                                  {{10, false, STAGE_ALPHA, false}, {17, true, STAGE_BETA, false}}},
    [GATE_MANAGED_JOBS_NAMESPACE_SELECTOR_ALWAYS_RESPECTED] =
        {"ManagedJobsNamespaceSelectorAlwaysRespected",
         {{13, false, STAGE_ALPHA, false},
          {15, true, STAGE_BETA, false},
          {19, true, STAGE_GA, true}}},
    [GATE_METRIC_FOR_WORKLOAD_CREATION_LATENCY] = {"MetricForWorkloadCreationLatency",
                                                   {{18, true, STAGE_BETA, false}}},
    [GATE_METRICS_FOR_COHORTS] = {"MetricsForCohorts", {{18, true, STAGE_BETA, false}}},
    [GATE_MULTI_KUEUE] = {"MultiKueue",
                          {{6, false, STAGE_ALPHA, false}, {9, true, STAGE_BETA, false}}},
    [GATE_MULTI_KUEUE_ADAPTERS_FOR_CUSTOM_JOBS] = {"MultiKueueAdaptersForCustomJobs",
                                                   {{14, false, STAGE_ALPHA, false},
                                                    {15, true, STAGE_BETA, false}}},
    [GATE_MULTI_KUEUE_CLUSTER_PROFILE] = {"MultiKueueClusterProfile",
                                          {{15, false, STAGE_ALPHA, false}}},
    [GATE_MULTI_KUEUE_INCREMENTAL_DISPATCHER_CONFIG] = {"MultiKueueIncrementalDispatcherConfig",
                                                        {{19, true, STAGE_BETA, false}}},
    [GATE_MULTI_KUEUE_INCREMENTAL_DISPATCHER_RESPECT_CONFIG_ORDER] =
        {"MultiKueueIncrementalDispatcherRespectConfigOrder", {{19, true, STAGE_BETA, false}}},
    [GATE_MULTI_KUEUE_KUBE_CONFIG_PATH_VALIDATION] = {"MultiKueueKubeConfigPathValidation",
                                                      {{19, false, STAGE_ALPHA, false},
                                                       {20, true, STAGE_BETA, false}}},
    [GATE_MULTI_KUEUE_MANAGER_QUOTA_AUTOMATION] = {"MultiKueueManagerQuotaAutomation",
                                                   {{18, false, STAGE_ALPHA, false}}},
    [GATE_MULTI_KUEUE_ORCHESTRATED_PREEMPTION] = {"MultiKueueOrchestratedPreemption",
                                                  {{17, false, STAGE_ALPHA, false}}},
    [GATE_MULTI_KUEUE_REMOTE_SPEC_SYNC] = {"MultiKueueRemoteSpecSync",
                                           {{20, true, STAGE_BETA, false}}},
    [GATE_PARTIAL_ADMISSION] = {"PartialAdmission",
                                {{4, false, STAGE_ALPHA, false}, {5, true, STAGE_BETA, false}}},
    [GATE_POD_INTEGRATION_VALIDATE_GROUP_OWNER] = {"PodIntegrationValidateGroupOwner",
                                                   {{18, true, STAGE_BETA, false}}},
    [GATE_PRIORITIZE_PREEMPTOR_WORKLOADS] = {"PrioritizePreemptorWorkloads",
                                             {{20, false, STAGE_ALPHA, false}}},
    [GATE_PRIORITY_BOOST] = {"PriorityBoost", {{17, false, STAGE_ALPHA, false}}},
    [GATE_PRIORITY_SORTING_WITHIN_COHORT] = {"PrioritySortingWithinCohort",
                                             {{6, true, STAGE_BETA, false}}},
    [GATE_QUOTA_CHECK_STRATEGY] = {"QuotaCheckStrategy",
                                   {{18, false, STAGE_ALPHA, false},
                                    {19, true, STAGE_BETA, false}}},
    [GATE_RECLAIMABLE_PODS] = {"ReclaimablePods", {{15, true, STAGE_BETA, false}}},
    [GATE_RECOMPUTE_ASSIGNMENT_UPON_PREEMPTION_TARGETS_OVERLAP] =
        {"RecomputeAssignmentUponPreemptionTargetsOverlap", {{20, true, STAGE_BETA, false}}},
    [GATE_REJECT_UPDATES_TO_CQ_WITH_INVALID_ON_FLAVORS] = {"RejectUpdatesToCQWithInvalidOnFlavors",
                                                           {{18, false, STAGE_ALPHA, false}}},
    [GATE_REMOVE_FINALIZERS_WITH_STRICT_PATCH] = {"RemoveFinalizersWithStrictPatch",
                                                  {{17, true, STAGE_BETA, false}}},
    [GATE_SCHEDULER_LIBRARY_INTEGRATION] = {"SchedulerLibraryIntegration",
                                            {{19, false, STAGE_ALPHA, false}}},
    [GATE_SCHEDULING_EQUIVALENCE_HASHING] = {"SchedulingEquivalenceHashing",
                                             {{17, false, STAGE_BETA, false},
                                              {18, true, STAGE_BETA, false}}},
    [GATE_SHORT_WORKLOAD_NAMES] = {"ShortWorkloadNames", {{17, false, STAGE_ALPHA, false}}},
    [GATE_SKIP_ANCESTOR_CHECK_FOR_DELETED_WORKLOADS] = {"SkipAncestorCheckForDeletedWorkloads",
                                                        {{20, true, STAGE_BETA, false}}},
    [GATE_SKIP_REASSIGNMENT_FOR_POD_OWNED_WORKLOADS] = {"SkipReassignmentForPodOwnedWorkloads",
                                                        {{19, true, STAGE_BETA, false}}},
    [GATE_SPARK_APPLICATION_INTEGRATION] = {"SparkApplicationIntegration",
                                            {{17, false, STAGE_ALPHA, false}}},
    [GATE_TAS_ASSIGNMENTS_ENCODING_BY_HOSTNAME_PREFIX] = {"TASAssignmentsEncodingByHostnamePrefix",
                                                          {{19, true, STAGE_BETA, false}}},
    [GATE_TAS_BALANCED_PLACEMENT] = {"TASBalancedPlacement", {{15, false, STAGE_ALPHA, false}}},
    [GATE_TAS_CACHE_NODE_MATCH_RESULTS] = {"TASCacheNodeMatchResults",
                                           {{19, true, STAGE_BETA, false}}},
    [GATE_TAS_CACHE_TOPOLOGY_TREE] = {"TASCacheTopologyTree", {{20, true, STAGE_BETA, false}}},
    [GATE_TAS_CACHING_REMAINING_RESOURCES] = {"TASCachingRemainingResources",
                                              {{19, true, STAGE_BETA, false}}},
    [GATE_TAS_FAILED_NODE_REPLACEMENT] = {"TASFailedNodeReplacement",
                                          {{12, false, STAGE_ALPHA, false},
                                           {14, true, STAGE_BETA, false}}},
    [GATE_TAS_FAILED_NODE_REPLACEMENT_FAIL_FAST] = {"TASFailedNodeReplacementFailFast",
                                                    {{13, false, STAGE_ALPHA, false},
                                                     {14, true, STAGE_BETA, false}}},
    [GATE_TAS_HANDLE_OVERLAPPING_FLAVORS] = {"TASHandleOverlappingFlavors",
                                             {{18, true, STAGE_BETA, false}}},
    [GATE_TAS_MULTI_LAYER_TOPOLOGY] = {"TASMultiLayerTopology",
                                       {{17, false, STAGE_ALPHA, false},
                                        {19, true, STAGE_BETA, false}}},
    [GATE_TAS_PROFILE_MIXED] = {"TASProfileMixed",
                                {{10, false, STAGE_ALPHA, false}, {15, true, STAGE_BETA, false}}},
    [GATE_TAS_RECOMPUTE_ASSIGNMENT_WITHIN_SCHEDULING_CYCLE] =
        {"TASRecomputeAssignmentWithinSchedulingCycle", {{19, true, STAGE_BETA, false}}},
    [GATE_TAS_REPLACE_NODE_DUE_TO_NOT_READY_OVER_FIXED_TIME] =
        {"TASReplaceNodeDueToNotReadyOverFixedTime",
         {{17, true, STAGE_BETA, false}, {19, false, STAGE_DEPRECATED, false}}},
    [GATE_TAS_REPLACE_NODE_ON_NODE_TAINTS] = {"TASReplaceNodeOnNodeTaints",
                                              {{17, true, STAGE_BETA, false}}},
    [GATE_TAS_REPLACE_NODE_ON_POD_TERMINATION] = {"TASReplaceNodeOnPodTermination",
                                                  {{13, false, STAGE_ALPHA, false},
                                                   {14, true, STAGE_BETA, false}}},
    [GATE_TAS_RESPECT_NODE_AFFINITY_PREFERRED] = {"TASRespectNodeAffinityPreferred",
                                                  {{18, false, STAGE_ALPHA, false}}},
    [GATE_TAS_VALIDATE_WORKLOAD_SLICE_SIZE] = {"TASValidateWorkloadSliceSize",
                                               {{20, true, STAGE_BETA, false}}},
    [GATE_TLS_OPTIONS] = {"TLSOptions",
                          {{16, true, STAGE_BETA, false}, {20, true, STAGE_GA, true}}},
    [GATE_TOPOLOGY_AWARE_SCHEDULING] = {"TopologyAwareScheduling",
                                        {{9, false, STAGE_ALPHA, false},
                                         {14, true, STAGE_BETA, false}}},
    [GATE_UNADMITTED_WORKLOADS_EXPLICIT_STATUS] = {"UnadmittedWorkloadsExplicitStatus",
                                                   {{19, false, STAGE_BETA, false}}},
    [GATE_UNADMITTED_WORKLOADS_OBSERVABILITY] = {"UnadmittedWorkloadsObservability",
                                                 {{19, true, STAGE_BETA, false}}},
    [GATE_VALIDATE_RAY_AND_SPARK_JOB_UPDATES] = {"ValidateRayAndSparkJobUpdates",
                                                 {{18, true, STAGE_BETA, false}}},
    [GATE_VECTORIZED_RESOURCE_REQUESTS] = {"VectorizedResourceRequests",
                                           {{19, true, STAGE_BETA, false}}},
    [GATE_VISIBILITY_ON_DEMAND] = {"VisibilityOnDemand",
                                   {{6, false, STAGE_ALPHA, false}, {9, true, STAGE_BETA, false}}},
    [GATE_WORKLOAD_IDENTIFIER_ANNOTATIONS] = {"WorkloadIdentifierAnnotations",
                                              {{18, true, STAGE_BETA, false}}},
    [GATE_WORKLOAD_PRIORITY_CLASS_DEFAULTING] = {"WorkloadPriorityClassDefaulting",
                                                 {{18, false, STAGE_ALPHA, false},
                                                  {20, true, STAGE_BETA, false}}},
    [GATE_WORKLOAD_REQUEST_USE_MERGE_PATCH] = {"WorkloadRequestUseMergePatch",
                                               {{14, false, STAGE_ALPHA, false}}},
    [GATE_WORKLOAD_VALIDATE_RESOURCES_ARE_NON_NEGATIVE] =
        {"WorkloadValidateResourcesAreNonNegative", {{20, true, STAGE_BETA, false}}},
    [GATE_WORKLOAD_VALIDATION_FOR_POD_SET_METADATA] = {"WorkloadValidationForPodSetMetadata",
                                                       {{20, true, STAGE_BETA, false}}},
};

/* A gate and those it cannot do without. */
static const struct gate_needs {
    enum gate gate;
    enum gate needs[NEEDS_MOST];
    size_t len;
} dependencies[] = {
    {GATE_TAS_FAILED_NODE_REPLACEMENT, {GATE_TOPOLOGY_AWARE_SCHEDULING}, 1},
    {GATE_TAS_FAILED_NODE_REPLACEMENT_FAIL_FAST,
     {GATE_TOPOLOGY_AWARE_SCHEDULING, GATE_TAS_FAILED_NODE_REPLACEMENT},
     2},
    {GATE_TAS_REPLACE_NODE_ON_POD_TERMINATION,
     {GATE_TOPOLOGY_AWARE_SCHEDULING, GATE_TAS_FAILED_NODE_REPLACEMENT},
     2},
    {GATE_TAS_REPLACE_NODE_DUE_TO_NOT_READY_OVER_FIXED_TIME,
     {GATE_TOPOLOGY_AWARE_SCHEDULING, GATE_TAS_FAILED_NODE_REPLACEMENT},
     2},
    {GATE_TAS_BALANCED_PLACEMENT, {GATE_TOPOLOGY_AWARE_SCHEDULING}, 1},
    {GATE_TAS_REPLACE_NODE_ON_NODE_TAINTS, {GATE_TOPOLOGY_AWARE_SCHEDULING}, 1},
    {GATE_TAS_MULTI_LAYER_TOPOLOGY, {GATE_TOPOLOGY_AWARE_SCHEDULING}, 1},
    {GATE_TAS_RESPECT_NODE_AFFINITY_PREFERRED, {GATE_TOPOLOGY_AWARE_SCHEDULING}, 1},
    {GATE_UNADMITTED_WORKLOADS_EXPLICIT_STATUS, {GATE_UNADMITTED_WORKLOADS_OBSERVABILITY}, 1},
    {GATE_TAS_HANDLE_OVERLAPPING_FLAVORS, {GATE_TOPOLOGY_AWARE_SCHEDULING}, 1},
    {GATE_TAS_PROFILE_MIXED, {GATE_TOPOLOGY_AWARE_SCHEDULING}, 1},
    {GATE_TAS_RECOMPUTE_ASSIGNMENT_WITHIN_SCHEDULING_CYCLE, {GATE_TOPOLOGY_AWARE_SCHEDULING}, 1},
    {GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES_WITH_TAS,
     {GATE_ELASTIC_JOBS_VIA_WORKLOAD_SLICES, GATE_TOPOLOGY_AWARE_SCHEDULING},
     2},
    {GATE_KUEUE_DRA_INTEGRATION_EXTENDED_RESOURCE, {GATE_KUEUE_DRA_INTEGRATION}, 1},
    {GATE_KUEUE_DRA_INTEGRATION_PARTITIONABLE_DEVICES, {GATE_KUEUE_DRA_INTEGRATION}, 1},
    {GATE_KUEUE_DRA_INTEGRATION_CONSUMABLE_CAPACITY, {GATE_KUEUE_DRA_INTEGRATION}, 1},
    {GATE_FLAVOR_FUNGIBILITY_PRESERVE_SCAN_PROGRESS, {GATE_FLAVOR_FUNGIBILITY}, 1},
};

const char *gate_name(enum gate gate)
{
    return rows[gate].name;
}

enum gate gate_find(const char *name)
{
    for (int g = 0; g < GATES; g++)
        if (strcmp(rows[g].name, name) == 0)
            return (enum gate)g;
    return GATES;
}

/* What holds in a version: the newest entry that is not newer; off where the gate did not exist. */
static struct gate_spec spec_of(enum gate gate, int minor)
{
    struct gate_spec found = {0};
    for (const struct gate_spec *s = rows[gate].specs; s->since != 0; s++)
        if (s->since <= minor)
            found = *s;
    return found;
}

bool gate_default(enum gate gate, int minor)
{
    return spec_of(gate, minor).on;
}

enum gate_stage gate_stage(enum gate gate, int minor)
{
    return spec_of(gate, minor).stage;
}

bool gate_is_locked(enum gate gate, int minor)
{
    return spec_of(gate, minor).is_locked;
}

enum gate gate_needs(enum gate gate, size_t i)
{
    for (size_t d = 0; d < sizeof dependencies / sizeof dependencies[0]; d++)
        if (dependencies[d].gate == gate)
            return i < dependencies[d].len ? dependencies[d].needs[i] : GATES;
    return GATES;
}

void gates_init(struct gates *g, int minor)
{
    SIM_REQUIRE(minor >= KUEUE_OLDEST && minor <= KUEUE_NEWEST);
    /* v0.16 decides as v0.17 in all that is known of it (specs/kueue.md, appendix A). */
    for (int i = 0; i < GATES; i++)
        g->on[i] = gate_default((enum gate)i, minor == KUEUE_OLDEST ? minor + 1 : minor);
}
