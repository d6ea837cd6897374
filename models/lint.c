#include "models/lint.h"

#include "sim/check.h"

#include <stdarg.h>
#include <stdlib.h>

static const struct lint_info rules[LINT_RULES] = {
    [LINT_MIG_MIX] = {"mig-mix", LINT_ERROR,
                      "These MIG instances do not fit on one GPU together: mig-parted fails, and "
                      "the node offers none of them.",
                      "mig-devices: {\"3g.40gb\": 2, \"1g.10gb\": 1}",
                      "mig-devices: {\"3g.40gb\": 1, \"2g.20gb\": 1, \"1g.10gb\": 2}"},
    [LINT_QUOTA_ABOVE_HARDWARE] = {"quota-above-hardware", LINT_WARNING,
                                   "The nominal quotas of a flavor add up to more than its nodes "
                                   "have: Kueue admits jobs that "
                                   "then stay Pending, and hold quota that nobody can use.",
                                   "nominalQuota: 48, 48 and 96 of cpu on one node of 96",
                                   "nominalQuota: 24, 24 and 48"},
    [LINT_BORROWING_UNREACHABLE] = {"borrowing-unreachable", LINT_NOTE,
                                    "The other queues of the cohort can never lend as much as "
                                    "borrowingLimit allows: the limit "
                                    "limits nothing.",
                                    "borrowingLimit: 20, where the others have 6",
                                    "borrowingLimit: 6, or none"},
    [LINT_NO_LOCAL_QUEUE] =
        {"no-local-queue", LINT_NOTE,
         "No LocalQueue leads to this ClusterQueue: no job can ask for it, its quota can only be "
         "lent.",
         "a ClusterQueue shared-cq without a LocalQueue",
         "kind: LocalQueue, spec: {clusterQueue: shared-cq}; or leave it, as a pool that lends"},
    [LINT_TOLERATION_MISMATCH] =
        {"toleration-mismatch", LINT_WARNING,
         "The toleration names a taint's key, or nearly so, but tolerates none of the taints that "
         "the nodes have: the pod waits for ever.",
         "{key: nvidia.com/gpu, operator: Equal, value: \"true\"} for the taint "
         "nvidia.com/gpu=present:NoSchedule",
         "{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}"},
    [LINT_SHARING_UNKNOWN_KEY] =
        {"sharing-unknown-key", LINT_WARNING,
         "The device plugin does not know this key and ignores it in silence.",
         "timeSlicing: {replicas: 4, resources: [...]}",
         "timeSlicing: {resources: [{name: nvidia.com/gpu, replicas: 4}]}"},
    [LINT_SHARING_REPLICAS] = {"sharing-replicas", LINT_ERROR,
                               "The device plugin refuses fewer than 2 replicas, and offers no GPU "
                               "at all.",
                               "{name: nvidia.com/gpu, replicas: 1}",
                               "{name: nvidia.com/gpu, replicas: 4}; or leave the resource out"},
    [LINT_SHARED_GPU_REQUEST] =
        {"shared-gpu-request", LINT_WARNING,
         "Two replicas of a shared GPU are not twice a share: they may lie on one GPU, and give no "
         "more time or memory. With failRequestsGreaterThanOne the pod fails with "
         "UnexpectedAdmissionError.",
         "limits: {nvidia.com/gpu: 2} where nvidia.com/gpu has 4 replicas",
         "limits: {nvidia.com/gpu: 1}"},
    [LINT_SLURM_GRES_TYPES] =
        {"slurm-gres-types", LINT_ERROR,
         "gres.conf or Gres= names a resource that GresTypes does not: Slurm refuses jobs that ask "
         "for it.",
         "NodeName=n Gres=gpu:4 without GresTypes", "GresTypes=gpu"},
    [LINT_SLURM_PARTITION] =
        {"slurm-partition", LINT_ERROR,
         "The job asks for a partition that slurm.conf does not define: sbatch refuses it with "
         "'invalid partition specified'.",
         "#SBATCH --partition=gpu, with PartitionName=debug only", "#SBATCH --partition=debug"},
    [LINT_SLURM_GRES_COUNT] =
        {"slurm-gres-count", LINT_ERROR,
         "gres.conf has fewer devices than Gres= of the node says: Slurm drains the node.",
         "Gres=gpu:4 with File=/dev/nvidia[0-1]", "Gres=gpu:2, or File=/dev/nvidia[0-3]"},
    [LINT_SLURM_HARDWARE] =
        {"slurm-hardware", LINT_ERROR,
         "slurm.conf names a node that the cluster has not, or gives it more CPUs, memory or GPUs "
         "than its machine has: slurmd drains the node.",
         "NodeName=train-0 CPUs=128 on a machine of 96", "NodeName=train-0 CPUs=96"},
    [LINT_MAP_LINE] = {"map-line", LINT_WARNING,
                       "A line of gpu-scheduling-map that the scheduler cannot read: it passes "
                       "over the line, the "
                       "device, or all lines that follow.",
                       "0=node1;0,1", "0=node1:0,1"},
    [LINT_MAP_INDEX_TWICE] = {"map-index-twice", LINT_WARNING,
                              "An index has two lines in the map: the last one counts, the first "
                              "is lost.",
                              "1=node1:0 and 1=node2:0", "1=node1:0 and 2=node2:0"},
    [LINT_MAP_NODE] = {"map-node", LINT_WARNING,
                       "The map names a node that does not exist or is not ready: the pod of that "
                       "index stays Pending.",
                       "0=vmss000009:0, where there are vmss000000 to vmss000004",
                       "0=vmss000000:0"},
    [LINT_MAP_DEVICE] = {"map-device", LINT_WARNING,
                         "The map names a device that the node has not: its GPUs count from 0.",
                         "0=node1:8 on a node of 8 GPUs", "0=node1:7"},
    [LINT_MAP_DEVICE_SHARED] =
        {"map-device-shared", LINT_WARNING,
         "Two indexes name one device: nothing keeps their pods apart, they share its time and "
         "memory.",
         "3=node4:3 and 4=node4:3", "3=node4:3 and 4=node4:2"},
    [LINT_MAP_NO_INDEX] =
        {"map-no-index", LINT_WARNING,
         "The pod's name has no part that is a number, or one that the map has not: the scheduler "
         "leaves it Pending for ever.",
         "a Pod test-gpu-pod", "a Pod test-gpu-pod-0, or a StatefulSet"},
    [LINT_MAP_INDEX_MISREAD] =
        {"map-index-misread", LINT_WARNING,
         "The scheduler takes the last part of the pod's name that is a number for its index, "
         "wherever it stands: here it is another number that was not meant.",
         "a Pod job-2024-x, taken for index 2024", "a Pod job-2024-x-0"},
    [LINT_IMAGE] = {"image-reference", LINT_WARNING,
                    "No reference to an image: the pod fails with InvalidImageName.",
                    "image: jupyter/datascience-notebook:2024-01-08:latest",
                    "image: jupyter/datascience-notebook:2024-01-08"},
    [LINT_DCGM_METRIC] =
        {"dcgm-metric", LINT_WARNING,
         "DCGM has no field of this name: the query finds nothing, the panel stays "
         "empty.",
         "DCGM_FI_DEV_MEM_USED", "DCGM_FI_DEV_FB_USED"},
    [LINT_VLLM_MEMORY] =
        {"vllm-memory", LINT_WARNING,
         "vLLM takes --gpu-memory-utilization (0.9 if it is not given) of the whole GPU when it "
         "starts: the servers on a shared GPU ask for more than there is, and the last one fails.",
         "replicas: 2 without the option, on a GPU of 4 replicas", "--gpu-memory-utilization 0.4"},
    [LINT_NO_REQUESTS] =
        {"no-requests", LINT_NOTE,
         "A container that uses GPUs asks for no cpu or no memory: Kueue counts 0 "
         "of it, and kube-scheduler packs without it, unless a LimitRange fills it "
         "in.",
         "requests: {nvidia.com/gpu: 1}", "requests: {nvidia.com/gpu: 1, cpu: 8, memory: 64Gi}"},
    [LINT_GPU_TAINTED] = {"gpu-tainted", LINT_WARNING,
                          "All nodes that could serve the pod have a taint that it does not "
                          "tolerate: it stays Pending.",
                          "limits: {nvidia.com/gpu: 1} and no tolerations",
                          "tolerations: [{key: nvidia.com/gpu, operator: Exists}]"},
    [LINT_GPU_ANYWHERE] =
        {"gpu-anywhere", LINT_NOTE,
         "The pod asks for a GPU, tolerates no taint and selects no nodes: where GPU nodes are "
         "tainted, as managed clusters do, it waits for ever, and where there are several models "
         "it "
         "gets any.",
         "limits: {nvidia.com/gpu: 1} alone",
         "tolerations: [{key: nvidia.com/gpu, operator: Exists}] and nodeSelector: {gpu-type: "
         "h100}"},
};

const struct lint_info *lint_get(enum lint_rule rule)
{
    SIM_REQUIRE(rule < LINT_RULES && rules[rule].name != NULL);
    return &rules[rule];
}

const char *lint_level_name(enum lint_level level)
{
    static const char *const names[] = {"error", "warning", "note"};
    return names[level];
}

void lint_report(struct diag *d, enum lint_rule rule, struct src_pos at, const char *fmt, ...)
{
    const struct lint_info *info = lint_get(rule);
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    const int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    SIM_REQUIRE(len >= 0);
    char *text = malloc((size_t)len + 1);
    SIM_REQUIRE(text != NULL);
    vsnprintf(text, (size_t)len + 1, fmt, ap);
    va_end(ap);
    if (info->level == LINT_ERROR)
        diag_error(d, at, "%s [%s]", text, info->name);
    else if (info->level == LINT_WARNING)
        diag_warning(d, at, "%s [%s]", text, info->name);
    else
        diag_remark(d, at, "%s [%s]", text, info->name);
    free(text);
}
