/* The kinds of jobs Kueue makes Workloads of: a kind more is a row more. */
#include "policies/kueue/job_workloads.h"

#include <string.h>

#define KUBEFLOW(name)                                                                        \
    {                                                                                         \
        .group = "kubeflow.org", .kind = name, .version = "v1",                               \
        .index_label = "training.kubeflow.org/replica-index", .may_be_prebuilt = true,        \
        .class_path = "spec.runPolicy.schedulingPolicy.priorityClass", .make = job_sets_read, \
    }

static const struct kueue_kind kinds[] = {
    {.group = "batch",
     .kind = "Job",
     .version = "v1",
     .index_label = "batch.kubernetes.io/job-completion-index",
     .may_be_elastic = true,
     .may_be_prebuilt = true,
     .make = job_sets_read,
     .check = job_check_batch},
    {.group = "",
     .kind = "Pod",
     .version = "v1",
     .index_label = "kueue.x-k8s.io/pod-group-pod-index",
     .may_be_prebuilt = true,
     .make = job_pod_sets,
     .check = job_check_pod},
    {.group = "apps",
     .kind = "StatefulSet",
     .version = "v1",
     .index_label = "apps.kubernetes.io/pod-index",
     .keeps_no_metadata = true,
     .ignores_namespaces = true,
     .make = job_sets_read},
    {.group = "jobset.x-k8s.io",
     .kind = "JobSet",
     .version = "v1alpha2",
     .index_label = "batch.kubernetes.io/job-completion-index",
     .has_sub_groups = true,
     .may_be_prebuilt = true,
     .make = job_sets_read},
    {.group = "leaderworkerset.x-k8s.io",
     .kind = "LeaderWorkerSet",
     .version = "v1",
     .index_label = "leaderworkerset.sigs.k8s.io/worker-index",
     .ignores_namespaces = true,
     .make = job_sets_of_lws},
    KUBEFLOW("PyTorchJob"),
    KUBEFLOW("TFJob"),
    KUBEFLOW("XGBoostJob"),
    KUBEFLOW("PaddleJob"),
    KUBEFLOW("JAXJob"),
    {.group = "kubeflow.org",
     .kind = "MPIJob",
     .version = "v2beta1",
     .index_label = "training.kubeflow.org/replica-index",
     .may_be_prebuilt = true,
     .class_path = "spec.runPolicy.schedulingPolicy.priorityClass",
     .make = job_sets_read},
    {.group = "ray.io",
     .kind = "RayCluster",
     .version = "v1",
     .may_be_elastic = true,
     .may_be_prebuilt = true,
     .checks_first = true,
     .make = job_sets_of_ray_cluster,
     .check = job_check_ray_cluster},
    {.group = "ray.io",
     .kind = "RayJob",
     .version = "v1",
     .may_be_elastic = true,
     .may_be_prebuilt = true,
     .checks_first = true,
     .make = job_sets_of_ray_job,
     .check = job_check_ray_job},
    {.group = "ray.io",
     .kind = "RayService",
     .version = "v1",
     .may_be_elastic = true,
     .may_be_prebuilt = true,
     .checks_first = true,
     .make = job_sets_of_ray_service,
     .check = job_check_ray_service},
    {.group = "sparkoperator.k8s.io",
     .kind = "SparkApplication",
     .version = "v1beta2",
     .gate = GATE_SPARK_APPLICATION_INTEGRATION,
     .has_gate = true,
     .checks_first = true,
     .make = job_sets_of_spark,
     .check = job_check_spark},
    {.group = "trainer.kubeflow.org",
     .kind = "TrainJob",
     .version = "v1alpha1",
     .index_label = "batch.kubernetes.io/job-completion-index",
     .has_sub_groups = true,
     .may_be_prebuilt = true,
     .make = job_sets_of_train_job},
    {.group = "workload.codeflare.dev",
     .kind = "AppWrapper",
     .version = "v1beta2",
     .may_be_prebuilt = true,
     .make = job_sets_of_wrapper},
};

const struct kueue_kind *job_kind_find(const struct object *o)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].kind, o->kind) == 0 && strcmp(kinds[i].group, o->group) == 0)
            return &kinds[i];
    return NULL;
}
