#include "policies/kueue/frameworks.h"

#include "sim/arena.h"

#include <string.h>

/* In the order of their names. */
static const struct framework frameworks[] = {
    {"batch/job", "Job.v1.batch", true},
    {"deployment", "Deployment.v1.apps", false},
    {"jobset.x-k8s.io/jobset", "JobSet.v1alpha2.jobset.x-k8s.io", true},
    {"kubeflow.org/jaxjob", "JAXJob.v1.kubeflow.org", true},
    {"kubeflow.org/mpijob", "MPIJob.v2beta1.kubeflow.org", true},
    {"kubeflow.org/paddlejob", "PaddleJob.v1.kubeflow.org", true},
    {"kubeflow.org/pytorchjob", "PyTorchJob.v1.kubeflow.org", true},
    {"kubeflow.org/tfjob", "TFJob.v1.kubeflow.org", true},
    {"kubeflow.org/xgboostjob", "XGBoostJob.v1.kubeflow.org", true},
    {"leaderworkerset.x-k8s.io/leaderworkerset", "LeaderWorkerSet.v1.leaderworkerset.x-k8s.io",
     true},
    {"pod", "Pod.v1.", true},
    {"ray.io/raycluster", "RayCluster.v1.ray.io", true},
    {"ray.io/rayjob", "RayJob.v1.ray.io", true},
    {"ray.io/rayservice", "RayService.v1.ray.io", true},
    {"sparkoperator.k8s.io/sparkapplication", "SparkApplication.v1beta2.sparkoperator.k8s.io",
     false},
    {"statefulset", "StatefulSet.v1.apps", true},
    {"trainer.kubeflow.org/trainjob", "TrainJob.v1alpha1.trainer.kubeflow.org", true},
    {"workload.codeflare.dev/appwrapper", "AppWrapper.v1beta2.workload.codeflare.dev", true},
};

enum { FRAMEWORKS = sizeof frameworks / sizeof frameworks[0] };

const struct framework *framework_find(const char *name)
{
    for (int i = 0; i < FRAMEWORKS; i++)
        if (strcmp(frameworks[i].name, name) == 0)
            return &frameworks[i];
    return NULL;
}

const char *const *framework_names(struct arena *a)
{
    const char **names = arena_alloc(a, (FRAMEWORKS + 1) * sizeof names[0]);
    for (int i = 0; i < FRAMEWORKS; i++)
        names[i] = frameworks[i].name;
    return names;
}

bool framework_kind_is_whole(const char *text)
{
    const char *dot = strchr(text, '.');
    return dot != NULL && strchr(dot + 1, '.') != NULL;
}
