#include "models/kubernetes/object.h"

#include "models/kubernetes/labels.h"
#include "models/kubernetes/pod_name.h"
#include "sim/arena.h"
#include "sim/calendar.h"

#include <string.h>

/* Kinds that live in no namespace; all others do. */
static const struct {
    const char *group, *kind;
} cluster_kinds[] = {
    {"", "ComponentStatus"},
    {"", "Namespace"},
    {"", "Node"},
    {"", "PersistentVolume"},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration"},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy"},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
    {"apiextensions.k8s.io", "CustomResourceDefinition"},
    {"apiregistration.k8s.io", "APIService"},
    {"certificates.k8s.io", "CertificateSigningRequest"},
    {"flowcontrol.apiserver.k8s.io", "FlowSchema"},
    {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"},
    {"karpenter.azure.com", "AKSNodeClass"},
    {"karpenter.sh", "NodeClaim"},
    {"karpenter.sh", "NodePool"},
    {"kueue.x-k8s.io", "AdmissionCheck"},
    {"kueue.x-k8s.io", "ClusterQueue"},
    {"kueue.x-k8s.io", "Cohort"},
    {"kueue.x-k8s.io", "MultiKueueCluster"},
    {"kueue.x-k8s.io", "MultiKueueConfig"},
    {"kueue.x-k8s.io", "ProvisioningRequestConfig"},
    {"kueue.x-k8s.io", "ResourceFlavor"},
    {"kueue.x-k8s.io", "Topology"},
    {"kueue.x-k8s.io", "WorkloadPriorityClass"},
    {"node.k8s.io", "RuntimeClass"},
    {"nvidia.com", "ClusterPolicy"},
    {"nvidia.com", "NVIDIADriver"},
    {"rbac.authorization.k8s.io", "ClusterRole"},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding"},
    {"resource.k8s.io", "DeviceClass"},
    {"resource.k8s.io", "DeviceTaintRule"},
    {"resource.k8s.io", "ResourceSlice"},
    {"scheduling.k8s.io", "PriorityClass"},
    {"storage.k8s.io", "CSIDriver"},
    {"storage.k8s.io", "CSINode"},
    {"storage.k8s.io", "StorageClass"},
    {"storage.k8s.io", "VolumeAttachment"},
    {"trainer.kubeflow.org", "ClusterTrainingRuntime"},
};

static bool has_namespace(const struct object *o)
{
    for (size_t i = 0; i < sizeof cluster_kinds / sizeof cluster_kinds[0]; i++)
        if (strcmp(cluster_kinds[i].kind, o->kind) == 0 &&
            strcmp(cluster_kinds[i].group, o->group) == 0)
            return false;
    return true;
}

bool object_is_one(const struct yaml_node *doc)
{
    return field_get(doc, "kind") != NULL || field_get(doc, "apiVersion") != NULL;
}

/* "batch/v1", or "v1" of the core. */
static void split_version(struct field_reader *r, const char *text, struct object *o)
{
    const char *slash = strchr(text, '/');
    o->group = slash == NULL ? "" : arena_text(r->arena, text, (size_t)(slash - text));
    o->version = slash == NULL ? text : slash + 1;
}

static void read_name(struct field_reader *r, const struct yaml_node *meta, struct object *o)
{
    const char *name = field_text(r, meta, "name");
    const char *prefix = name == NULL ? field_text(r, meta, "generateName") : NULL;
    o->name = name != NULL ? name : "";
    if (prefix == NULL)
        return;
    char suffix[POD_NAME_SUFFIX + 1];
    pod_name_suffix(suffix, o->number);
    o->name = arena_printf(r->arena, "%s%s", prefix, suffix);
    o->is_generated_name = true;
}

static void read_created(struct field_reader *r, const struct yaml_node *meta, struct object *o)
{
    const struct yaml_node *n = field_get(meta, "creationTimestamp");
    const char *why = NULL;
    o->created_ns = OBJECT_NEVER;
    if (n == NULL)
        return;
    if (n->kind != YAML_SCALAR)
        diag_error(r->diag, yaml_pos(n), "creationTimestamp: %s; expected " CALENDAR_HINT,
                   yaml_kind_name(n));
    else if (!calendar_parse(n->text, &o->created_ns, &why))
        diag_error(r->diag, yaml_pos(n), "creationTimestamp: '%s': %s; expected " CALENDAR_HINT,
                   n->text, why);
}

bool object_read(struct field_reader *r, const struct yaml_node *doc, uint32_t number,
                 struct object *out)
{
    const unsigned errors = diag_errors(r->diag);
    *out = (struct object){.doc = doc, .number = number};
    const char *api = field_required_text(r, doc, "apiVersion");
    out->kind = field_required_text(r, doc, "kind");
    if (api == NULL || out->kind == NULL)
        return false;
    split_version(r, api, out);
    const struct yaml_node *meta = field_map(r, doc, "metadata");
    read_name(r, meta, out);
    const char *namespace = field_text(r, meta, "namespace");
    out->namespace = !has_namespace(out) ? "" : namespace != NULL ? namespace : "default";
    out->uid = field_text(r, meta, "uid");
    read_created(r, meta, out);
    out->labels = field_text_map(r, meta, "labels");
    out->annotations = field_text_map(r, meta, "annotations");
    return diag_errors(r->diag) == errors;
}

const char *text_map_find(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = field_get(map, key);
    return n == NULL ? NULL : n->text;
}

const char *object_label(const struct object *o, const char *key)
{
    return text_map_find(o->labels, key);
}

const char *object_annotation(const struct object *o, const char *key)
{
    return text_map_find(o->annotations, key);
}

struct src_pos object_pos(const struct object *o)
{
    return yaml_pos(o->doc);
}

bool object_check_name(struct field_reader *r, const struct object *o)
{
    const struct yaml_node *meta = yaml_get(o->doc, "metadata");
    const struct yaml_node *at = field_get(meta, o->is_generated_name ? "generateName" : "name");
    if (o->name[0] == '\0') {
        diag_error(r->diag, object_pos(o), "%s has no metadata.name", o->kind);
        return false;
    }
    const char *problem = object_name_problem(o->name);
    if (problem != NULL)
        diag_error(r->diag, yaml_pos(at), "name: '%s': %s", o->name, problem);
    return problem == NULL;
}
