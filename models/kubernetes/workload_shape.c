/* The table of workload.h: a kind more is a row more. */
#include "models/kubernetes/workload.h"

#include <string.h>

#define REPLICA_SPEC(field, key)                                                  \
    {                                                                             \
        .list = "spec." field, .entry = key, .name = key, .template = "template", \
        .counts = {{.path = "replicas", .fallback = 1}},                          \
    }

static const struct workload_shape shapes[] = {
    {
        .group = "batch",
        .kind = "Job",
        .has_controller = true,
        .controller = CONTROLLER_JOB,
        .sets = {{.name = "main",
                  .template = "spec.template",
                  .counts = {{"spec.parallelism", "spec.completions", 1}}}},
    },
    {
        .group = "",
        .kind = "Pod",
        .has_controller = true,
        .controller = CONTROLLER_POD,
        .sets = {{.name = "main"}},
    },
    {
        .group = "apps",
        .kind = "Deployment",
        .has_controller = true,
        .controller = CONTROLLER_DEPLOYMENT,
        .sets = {{.name = "main",
                  .template = "spec.template",
                  .counts = {{.path = "spec.replicas", .fallback = 1}}}},
    },
    {
        .group = "apps",
        .kind = "StatefulSet",
        .has_controller = true,
        .controller = CONTROLLER_STATEFULSET,
        .sets = {{.name = "main",
                  .template = "spec.template",
                  .counts = {{.path = "spec.replicas", .fallback = 1}}}},
    },
    {
        .group = "jobset.x-k8s.io",
        .kind = "JobSet",
        .sets = {{.list = "spec.replicatedJobs",
                  .name_field = "name",
                  .template = "template.spec.template",
                  .counts = {{.path = "replicas", .fallback = 1},
                             {"template.spec.parallelism", "template.spec.completions", 1}}}},
    },
    {
        .group = "kubeflow.org",
        .kind = "PyTorchJob",
        .sets = {REPLICA_SPEC("pytorchReplicaSpecs", "Master"),
                 REPLICA_SPEC("pytorchReplicaSpecs", "Worker")},
    },
    {
        .group = "kubeflow.org",
        .kind = "TFJob",
        .sets = {REPLICA_SPEC("tfReplicaSpecs", "Chief"), REPLICA_SPEC("tfReplicaSpecs", "Master"),
                 REPLICA_SPEC("tfReplicaSpecs", "PS"), REPLICA_SPEC("tfReplicaSpecs", "Worker"),
                 REPLICA_SPEC("tfReplicaSpecs", "Evaluator")},
    },
    {
        .group = "kubeflow.org",
        .kind = "XGBoostJob",
        .sets = {REPLICA_SPEC("xgbReplicaSpecs", "Master"),
                 REPLICA_SPEC("xgbReplicaSpecs", "Worker")},
    },
    {
        .group = "kubeflow.org",
        .kind = "PaddleJob",
        .sets = {REPLICA_SPEC("paddleReplicaSpecs", "Master"),
                 REPLICA_SPEC("paddleReplicaSpecs", "Worker")},
    },
    {
        .group = "kubeflow.org",
        .kind = "JAXJob",
        .sets = {REPLICA_SPEC("jaxReplicaSpecs", "Worker")},
    },
    {
        .group = "kubeflow.org",
        .kind = "MPIJob",
        .sets = {REPLICA_SPEC("mpiReplicaSpecs", "Launcher"),
                 REPLICA_SPEC("mpiReplicaSpecs", "Worker")},
    },
    {
        .group = "kueue.x-k8s.io",
        .kind = "Workload",
        .sets = {{.list = "spec.podSets",
                  .name_field = "name",
                  .template = "template",
                  .counts = {{.path = "count", .fallback = 1}},
                  .min_count = "minCount",
                  .topology = "topologyRequest"}},
    },
};

/* Kinds that make pods, for which there is no row. */
static const char *const unknown[][2] = {
    {"", "ReplicationController"},
    {"apps", "DaemonSet"},
    {"apps", "ReplicaSet"},
    {"batch", "CronJob"},
    {"batch.volcano.sh", "Job"},
    {"kaito.sh", "InferenceSet"},
    {"kaito.sh", "Workspace"},
    {"leaderworkerset.x-k8s.io", "LeaderWorkerSet"},
    {"ray.io", "RayCluster"},
    {"ray.io", "RayJob"},
    {"ray.io", "RayService"},
    {"serving.knative.dev", "Service"},
    {"serving.kserve.io", "InferenceService"},
    {"sparkoperator.k8s.io", "SparkApplication"},
    {"trainer.kubeflow.org", "TrainJob"},
    {"workload.codeflare.dev", "AppWrapper"},
};

static bool is_of(const struct object *o, const char *group, const char *kind)
{
    return strcmp(o->group, group) == 0 && strcmp(o->kind, kind) == 0;
}

bool workload_is_kueue(const struct object *o)
{
    return is_of(o, "kueue.x-k8s.io", "Workload");
}

const struct workload_shape *workload_shape_find(const struct object *o)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (is_of(o, shapes[i].group, shapes[i].kind))
            return &shapes[i];
    return NULL;
}

bool workload_is_unknown(const struct object *o)
{
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        if (is_of(o, unknown[i][0], unknown[i][1]))
            return true;
    return false;
}
