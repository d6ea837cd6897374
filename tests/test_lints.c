/* Every rule of `check`: files that break it, and files that nearly do. */
#include "models/lint.h"
#include "tests/scenario_run.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

#define NODE(name, taints, capacity, ready)                                                   \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {gpu-type: h100}}\n" \
    "spec: {taints: [" taints "]}\n"                                                          \
    "status: {capacity: {" capacity "}, conditions: [{type: Ready, status: '" ready "'}]}\n"
#define EIGHT   "cpu: 96, memory: 1900Gi, nvidia.com/gpu: 8"
#define PRESENT "{key: nvidia.com/gpu, value: present, effect: NoSchedule}"
#define TAINTED NODE("n0", PRESENT, EIGHT, "True")
#define OPEN    NODE("n0", "", EIGHT, "True")

/* The taint is on line 5, the container on line 6 of a pod alone. */
#define POD(more, image, limits)                                                                  \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  nodeSelector: {gpu-type: "     \
    "h100}\n" more "  containers: [{name: c, image: '" image "', resources: {requests: {cpu: 1, " \
    "memory: 1Gi}, limits: {" limits "}}}]\n"
#define TOLERATION(what) "  tolerations: [{" what "}]\n"

#define FLAVOR                                                                                \
    "---\napiVersion: kueue.x-k8s.io/v1beta2\nkind: ResourceFlavor\nmetadata: {name: h100}\n" \
    "spec: {nodeLabels: {gpu-type: h100}}\n"
#define QUEUE(name, resource, quota)                                                            \
    "---\napiVersion: kueue.x-k8s.io/v1beta2\nkind: ClusterQueue\nmetadata: {name: " name "}\n" \
    "spec: {cohortName: all, namespaceSelector: {}, resourceGroups: [{coveredResources: "       \
    "[" resource "], flavors: [{name: h100, resources: [{name: " resource ", " quota "}]}]}]}\n"
#define LOCAL(name, queue)                                                                   \
    "---\napiVersion: kueue.x-k8s.io/v1beta2\nkind: LocalQueue\nmetadata: {name: " name ", " \
    "namespace: a}\nspec: {clusterQueue: " queue "}\n"

#define PLUGIN(sharing)                                                                        \
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  any: |\n    version: v1\n" \
    "    sharing:\n      timeSlicing:\n" sharing
#define FOUR "        resources: [{name: nvidia.com/gpu, replicas: 4}]\n"

#define MAPPED(name, map)                                                      \
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " name "\n  annotations:\n" \
    "    gpu-scheduling-map: |\n" map                                          \
    "spec: {schedulerName: gpu-scheduler, containers: [{name: c, "             \
    "image: busybox}]}\n"

#define VLLM(count, arguments)                                                                     \
    "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: v}\nspec:\n  replicas: " count   \
    "\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: " \
    "{containers: [{name: c, image: 'nvcr.io/nvidia/vllm:25.09-py3', command: [vllm, serve, "      \
    "m" arguments                                                                                  \
    "], resources: {requests: {cpu: 1, memory: 1Gi}, limits: {nvidia.com/gpu: 1}}}]}\n"

/* want NULL: the rule finds nothing. */
static const struct row {
    const char *name;
    enum lint_rule rule;
    const char *text;
    const char *want;
} rows[] = {
    {"a_mix_that_fits_no_gpu", LINT_MIG_MIX,
     "version: v1\nmig-configs:\n  m:\n  - devices: all\n    mig-enabled: true\n    mig-devices: "
     "{4g.40gb: 1, 3g.40gb: 1, 1g.10gb: 1}\n",
     "f.yaml:6:18: error: H100-80GB: these instances do not fit on one GPU: "},
    {"a_mix_that_fits", LINT_MIG_MIX,
     "version: v1\nmig-configs:\n  m:\n  - devices: all\n    mig-enabled: true\n    mig-devices: "
     "{3g.40gb: 1, 2g.20gb: 1, 1g.10gb: 2}\n",
     NULL},
    {"a_mix_in_a_config_map", LINT_MIG_MIX,
     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  config.yaml: |\n    version: "
     "v1\n    mig-configs:\n      m:\n      - devices: all\n        mig-enabled: true\n        "
     "mig-devices: {4g.40gb: 2}\n",
     "f.yaml:11:22: error: "},
    {"quotas_above_the_cpus", LINT_QUOTA_ABOVE_HARDWARE,
     OPEN FLAVOR QUEUE("a", "cpu", "nominalQuota: 48") QUEUE("b", "cpu", "nominalQuota: 48")
         QUEUE("c", "cpu", "nominalQuota: 96"),
     "f.yaml:26:152: warning: nominalQuota: '96': flavor h100: quotas of cpu are 48 + 48 + 96 = "
     "192, and its 1 node has 96: jobs would be admitted and then stay Pending; lower them to 96 "
     "in "
     "all, such as 24 + 24 + 48 [quota-above-hardware]"},
    {"quotas_that_use_all_cpus", LINT_QUOTA_ABOVE_HARDWARE,
     OPEN FLAVOR QUEUE("a", "cpu", "nominalQuota: 48") QUEUE("b", "cpu", "nominalQuota: 48"), NULL},
    {"quotas_on_nodes_that_are_not_known", LINT_QUOTA_ABOVE_HARDWARE,
     FLAVOR QUEUE("a", "cpu", "nominalQuota: 4800"), NULL},
    {"a_quota_of_what_no_node_offers", LINT_QUOTA_ABOVE_HARDWARE,
     OPEN FLAVOR QUEUE("a", "nvidia.com/mig-1g.10gb", "nominalQuota: 2"),
     "no node with its labels offers nvidia.com/mig-1g.10gb"},
    {"a_limit_that_nobody_can_reach", LINT_BORROWING_UNREACHABLE,
     FLAVOR QUEUE("a", "nvidia.com/gpu", "nominalQuota: 2, borrowingLimit: 20")
         QUEUE("b", "nvidia.com/gpu", "nominalQuota: 8, lendingLimit: 6"),
     "note: borrowingLimit: '20': the others of cohort all lend at most 6 of nvidia.com/gpu: the "
     "limit is never reached; write 6, or none [borrowing-unreachable]"},
    {"a_limit_that_is_just_reached", LINT_BORROWING_UNREACHABLE,
     FLAVOR QUEUE("a", "nvidia.com/gpu", "nominalQuota: 2, borrowingLimit: 6")
         QUEUE("b", "nvidia.com/gpu", "nominalQuota: 8, lendingLimit: 6"),
     NULL},
    {"a_queue_that_no_local_queue_leads_to", LINT_NO_LOCAL_QUEUE,
     FLAVOR QUEUE("a", "cpu", "nominalQuota: 2") QUEUE("b", "cpu", "nominalQuota: 2")
         LOCAL("l", "a"),
     "note: ClusterQueue 'b': no LocalQueue leads here"},
    {"queues_whose_local_queues_stand_elsewhere", LINT_NO_LOCAL_QUEUE,
     FLAVOR QUEUE("a", "cpu", "nominalQuota: 2"), NULL},
    {"a_toleration_of_another_value", LINT_TOLERATION_MISMATCH,
     TAINTED POD(TOLERATION("key: nvidia.com/gpu, operator: Equal, value: 'true', effect: "
                            "NoSchedule"),
                 "busybox", "nvidia.com/gpu: 1"),
     "f.yaml:13:63: warning: tolerations: value 'true': the nodes' taint is "
     "nvidia.com/gpu=present:NoSchedule: it is not tolerated; write {key: nvidia.com/gpu, "
     "operator: "
     "Exists, effect: NoSchedule} [toleration-mismatch]"},
    {"a_toleration_of_another_effect", LINT_TOLERATION_MISMATCH,
     TAINTED POD(TOLERATION("key: nvidia.com/gpu, operator: Exists, effect: NoExecute"), "busybox",
                 "nvidia.com/gpu: 1"),
     "warning: tolerations: effect 'NoExecute': the nodes' taint is"},
    {"a_toleration_of_nearly_the_key", LINT_TOLERATION_MISMATCH,
     TAINTED POD(TOLERATION("key: nvidia.com/gpus, operator: Exists"), "busybox",
                 "nvidia.com/gpu: 1"),
     "warning: tolerations: key 'nvidia.com/gpus': the nodes' taint is"},
    {"a_toleration_that_exists", LINT_TOLERATION_MISMATCH,
     TAINTED POD(TOLERATION("key: nvidia.com/gpu, operator: Exists, effect: NoSchedule"), "busybox",
                 "nvidia.com/gpu: 1"),
     NULL},
    {"a_toleration_of_something_else", LINT_TOLERATION_MISMATCH,
     TAINTED POD(TOLERATION("key: kubernetes.azure.com/scalesetpriority, operator: Exists"),
                 "busybox", ""),
     NULL},
    {"a_key_that_the_plugin_ignores", LINT_SHARING_UNKNOWN_KEY,
     PLUGIN("        replicas: 4\n" FOUR),
     "f.yaml:9:9: warning: sharing.timeSlicing.replicas: the device plugin ignores this key"},
    {"keys_that_it_knows", LINT_SHARING_UNKNOWN_KEY,
     PLUGIN("        renameByDefault: false\n" FOUR), NULL},
    {"a_bare_file_of_the_plugin", LINT_SHARING_UNKNOWN_KEY,
     "version: v1\nsharing:\n  timeSlicing:\n    replicas: 4\n    resources: [{name: "
     "nvidia.com/gpu, "
     "replicas: 4}]\n",
     "f.yaml:4:5: warning: "},
    {"one_replica", LINT_SHARING_REPLICAS,
     PLUGIN("        resources: [{name: nvidia.com/gpu, replicas: 1}]\n"),
     "f.yaml:9:54: error: replicas: '1': the device plugin refuses fewer than 2"},
    {"two_replicas", LINT_SHARING_REPLICAS,
     PLUGIN("        resources: [{name: nvidia.com/gpu, replicas: 2}]\n"), NULL},
    {"two_replicas_for_one_pod", LINT_SHARED_GPU_REQUEST,
     PLUGIN(FOUR) POD("", "busybox", "nvidia.com/gpu: 2"),
     "warning: nvidia.com/gpu: '2': each GPU is offered 4 times: 2 replicas may lie on one GPU"},
    {"two_replicas_that_are_refused", LINT_SHARED_GPU_REQUEST,
     PLUGIN("        failRequestsGreaterThanOne: true\n" FOUR)
         POD("", "busybox", "nvidia.com/gpu: 2"),
     "the pod fails with UnexpectedAdmissionError (maximum request size for shared resources is "
     "1)"},
    {"one_replica_for_one_pod", LINT_SHARED_GPU_REQUEST,
     PLUGIN(FOUR) POD("", "busybox", "nvidia.com/gpu: 1"), NULL},
    {"two_gpus_that_are_not_shared", LINT_SHARED_GPU_REQUEST,
     TAINTED POD("", "busybox", "nvidia.com/gpu: 2"), NULL},
    {"a_line_without_a_colon", LINT_MAP_LINE, MAPPED("p-0", "      0=n0:0\n      1=n1;0\n"),
     "f.yaml:8:7: warning: gpu-scheduling-map: '1=n1;0': no ':' behind the node"},
    {"a_line_without_an_index", LINT_MAP_LINE, MAPPED("p-0", "      0=n0:0\n      x=n1:0\n"),
     "f.yaml:8:7: warning: gpu-scheduling-map: 'x': the index is no number: reading ends here"},
    {"a_device_by_its_uuid", LINT_MAP_LINE, MAPPED("p-0", "      0=n0:0,MIG-3f\n"),
     "f.yaml:7:14: warning: gpu-scheduling-map: 'MIG-3f': no number: the device is dropped"},
    {"no_devices", LINT_MAP_LINE, MAPPED("p-0", "      0=n0:\n"), "names no devices"},
    {"a_comment_and_a_blank_line", LINT_MAP_LINE,
     MAPPED("p-0", "      # nodes\n\n      0 = n0 : 0, 1\n"), NULL},
    {"an_index_twice", LINT_MAP_INDEX_TWICE,
     MAPPED("p-0", "      0=n0:0\n      1=n0:1\n      0=n1:0\n"),
     "f.yaml:9:7: warning: gpu-scheduling-map: '0': line 1 of the map has this index, too"},
    {"other_indexes", LINT_MAP_INDEX_TWICE, MAPPED("p-0", "      0=n0:0\n      10=n0:1\n"), NULL},
    {"a_node_that_is_not_there", LINT_MAP_NODE, MAPPED("p-0", "      0=n1:0\n") OPEN,
     "f.yaml:7:9: warning: gpu-scheduling-map: 'n1': no such node: the pod of index 0 stays "
     "Pending; write the name of one, such as n0"},
    {"a_node_that_is_not_ready", LINT_MAP_NODE,
     MAPPED("p-0", "      0=n0:0\n") NODE("n0", "", EIGHT, "False"), "'n0': the node is not Ready"},
    {"a_node_that_is_there", LINT_MAP_NODE, MAPPED("p-0", "      0=n0:0\n") OPEN, NULL},
    {"a_node_nobody_knows_about", LINT_MAP_NODE, MAPPED("p-0", "      0=n0:0\n"), NULL},
    {"the_ninth_device_of_eight", LINT_MAP_DEVICE, MAPPED("p-0", "      0=n0:8\n") OPEN,
     "f.yaml:7:12: warning: gpu-scheduling-map: '8': n0 has no such device, it has 8 GPUs; they "
     "count from 0 to 7"},
    {"the_eighth_device", LINT_MAP_DEVICE, MAPPED("p-0", "      0=n0:7\n") OPEN, NULL},
    {"a_device_below_nought", LINT_MAP_DEVICE, MAPPED("p-0", "      0=n0:-1\n"), "'-1': n0 has no"},
    {"a_device_of_two", LINT_MAP_DEVICE_SHARED, MAPPED("p-0", "      0=n0:0,3\n      1=n0:3\n"),
     "f.yaml:8:12: warning: gpu-scheduling-map: '3': device 3 of n0 is also that of index 0"},
    {"the_same_device_of_two_nodes", LINT_MAP_DEVICE_SHARED,
     MAPPED("p-0", "      0=n0:3\n      1=n1:3\n"), NULL},
    {"a_name_without_a_number", LINT_MAP_NO_INDEX, MAPPED("test-gpu-pod", "      0=n0:0\n"),
     "f.yaml:4:9: warning: name: 'test-gpu-pod': no part between '-' is a number: the pod has no "
     "index and stays Pending for ever; call it test-gpu-pod-0"},
    {"a_number_that_the_map_has_not", LINT_MAP_NO_INDEX, MAPPED("p-4", "      0=n0:0\n"),
     "the map has no index 4"},
    {"a_name_with_a_number", LINT_MAP_NO_INDEX, MAPPED("test-gpu-pod-0", "      0=n0:0\n"), NULL},
    {"a_year_in_a_name", LINT_MAP_INDEX_MISREAD, MAPPED("job-2024-x", "      0=n0:0\n"),
     "f.yaml:4:9: warning: name: 'job-2024-x': the scheduler takes 2024 for the index"},
    {"an_index_before_a_suffix", LINT_MAP_INDEX_MISREAD, MAPPED("web-0-abcde", "      0=n0:0\n"),
     NULL},
    {"a_row_longer_than_its_map", LINT_MAP_NO_INDEX,
     "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: w}\nspec:\n  replicas: 3\n  "
     "selector: "
     "{matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}, annotations: "
     "{gpu-scheduling-map: '0=n0:0'}}\n    spec: {containers: [{name: c, image: busybox}]}\n",
     "f.yaml:3:18: warning: name: 'w': of its 3 pods 2 stay Pending, from w-1 on"},
    {"a_tag_twice", LINT_IMAGE, POD("", "jupyter/datascience-notebook:2024-01-08:latest", ""),
     "warning: image: 'jupyter/datascience-notebook:2024-01-08:latest': two tags: the pod fails "
     "with InvalidImageName; write jupyter/datascience-notebook:2024-01-08, say [image-reference]"},
    {"a_tag_and_a_port", LINT_IMAGE, POD("", "localhost:5000/jupyter/notebook:2024-01-08", ""),
     NULL},
    {"helm_values_with_two_tags", LINT_IMAGE,
     "singleuser:\n  image:\n    name: jupyter/datascience-notebook:2024-01-08\n    tag: latest\n",
     "f.yaml:3:11: warning: name: 'jupyter/datascience-notebook:2024-01-08': with tag: latest the "
     "image is jupyter/datascience-notebook:2024-01-08:latest: two tags"},
    {"helm_values_with_one_tag", LINT_IMAGE,
     "singleuser:\n  image:\n    name: jupyter/datascience-notebook\n    tag: '2024-01-08'\n",
     NULL},
    {"a_metric_that_does_not_exist", LINT_DCGM_METRIC,
     "groups:\n- rules:\n  - expr: DCGM_FI_DEV_MEM_USED / DCGM_FI_DEV_FB_FREE\n",
     "f.yaml:3:11: warning: 'DCGM_FI_DEV_MEM_USED': DCGM has no such field, and no exporter such a "
     "metric: the query finds nothing; write DCGM_FI_DEV_FB_USED [dcgm-metric]"},
    {"a_dashboard_in_json", LINT_DCGM_METRIC,
     "{\"panels\": [{\"targets\": [{\"expr\": \"avg(DCGM_FI_DEV_GPU_UTILIZATION)\"}]}]}\n",
     "write DCGM_FI_DEV_GPU_UTIL ["},
    {"metrics_that_exist", LINT_DCGM_METRIC,
     "expr: avg by (pod) (DCGM_FI_PROF_GR_ENGINE_ACTIVE) + MY_DCGM_FI_X + DCGM_FI_DEV_FB_USED\n"
     "match: '{__name__=~\"DCGM_FI_DEV_.*|DCGM_FI_PROF_(SM|DRAM)_ACTIVE\"}'\n",
     NULL},
    {"two_servers_on_one_gpu", LINT_VLLM_MEMORY, PLUGIN(FOUR) VLLM("2", ""),
     "warning: --gpu-memory-utilization: '0.9' (the default): 2 vLLM servers may share a GPU that "
     "is "
     "offered 4 times, and take 1.8 of its memory together"},
    {"two_servers_of_0_4", LINT_VLLM_MEMORY,
     PLUGIN(FOUR) VLLM("2", ", --gpu-memory-utilization, '0.4'"), NULL},
    {"three_servers_of_0_4", LINT_VLLM_MEMORY,
     PLUGIN(FOUR) VLLM("3", ", --gpu-memory-utilization=0.4"),
     "warning: --gpu-memory-utilization: '0.4': 3 vLLM servers may share a GPU that is offered 4 "
     "times, and take 1.2 of its memory together: the last one fails at its start; write "
     "--gpu-memory-utilization 0.33"},
    {"two_servers_that_do_not_share", LINT_VLLM_MEMORY, VLLM("2", ""), NULL},
    {"two_servers_on_eight_shared_gpus", LINT_VLLM_MEMORY, PLUGIN(FOUR) VLLM("2", "") OPEN, NULL},
    {"a_job_without_cpus", LINT_NO_REQUESTS,
     "apiVersion: batch/v1\nkind: Job\nmetadata: {name: j, labels: {kueue.x-k8s.io/queue-name: "
     "q}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: b, "
     "resources: {limits: {nvidia.com/gpu: 1, memory: 1Gi}}}]}}}\n",
     "f.yaml:4:92: note: resources: container c asks for GPUs and for no cpu: Kueue counts 0 of "
     "it"},
    {"a_job_with_both", LINT_NO_REQUESTS, POD("", "busybox", "nvidia.com/gpu: 1"), NULL},
    {"a_job_without_gpus", LINT_NO_REQUESTS,
     "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: b}]}\n",
     NULL},
    {"a_namespace_that_fills_it_in", LINT_NO_REQUESTS,
     "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: b, "
     "resources: {limits: {nvidia.com/gpu: 1}}}]}\n---\napiVersion: v1\nkind: "
     "LimitRange\nmetadata: "
     "{name: l}\nspec: {limits: [{type: Container, defaultRequest: {cpu: 1, memory: 1Gi}}]}\n",
     NULL},
    {"a_pod_that_tolerates_nothing", LINT_GPU_TAINTED,
     TAINTED POD("", "busybox", "nvidia.com/gpu: 1"),
     "warning: nvidia.com/gpu: '1': Pod p stays Pending: the 1 node that could serve it has the "
     "taint nvidia.com/gpu=present:NoSchedule; give the pod tolerations: [{key: nvidia.com/gpu, "
     "operator: Exists}] [gpu-tainted]"},
    {"an_open_node_beside_it", LINT_GPU_TAINTED,
     TAINTED NODE("n1", "", EIGHT, "True") POD("", "busybox", "nvidia.com/gpu: 1"), NULL},
    {"a_pod_that_tolerates", LINT_GPU_TAINTED,
     TAINTED POD(TOLERATION("operator: Exists"), "busybox", "nvidia.com/gpu: 1"), NULL},
    {"a_pod_that_goes_anywhere", LINT_GPU_ANYWHERE,
     "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: b, "
     "resources: {limits: {nvidia.com/gpu: 1}}}]}\n",
     "note: nvidia.com/gpu: '1': Pod p tolerates no taint and selects no nodes"},
    {"a_pod_that_selects", LINT_GPU_ANYWHERE, POD("", "busybox", "nvidia.com/gpu: 1"), NULL},
};

static void a_rule_finds_what_it_should(void **state)
{
    const struct row *row = *state;
    char name[64];
    assert_true(snprintf(name, sizeof name, "[%s]", lint_get(row->rule)->name) < (int)sizeof name);
    struct scenario_run r;
    scenario_check_files(&r, (const char *const[]){"f.yaml", row->text, NULL}, "");
    const bool is_error = lint_get(row->rule)->level == LINT_ERROR && row->want != NULL;
    if (row->want != NULL && (strstr(r.said, row->want) == NULL || strstr(r.said, name) == NULL))
        fail_msg("not said: %s\nbut:\n%s", row->want, r.said);
    if (row->want == NULL && strstr(r.said, name) != NULL)
        fail_msg("a false alarm:\n%s", r.said);
    if (r.rc != (is_error ? 2 : 0))
        fail_msg("exit code %d:\n%s", r.rc, r.said);
    scenario_run_close(&r);
}

#define SCENARIO(machine, count)                                                                   \
    "clustersim: 1\nname: s\ncluster: {pools: [{name: n, machine: " machine ", count: " count      \
    ", labels: {gpu-type: h100}, taints: ['nvidia.com/gpu=present:NoSchedule']}]}\n"               \
    "workload: [{generate: {name: g, arrivals: {process: poisson, rate: 9/h}, gpus: 1, duration: " \
    "1h, until: 1d}}]\npolicies: [fifo]\n"

/* Files beside a scenario are judged on its nodes. */
static void a_scenario_gives_the_hardware(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_check_files(
        &r,
        (const char *const[]){"s.yaml", SCENARIO("Standard_ND96isr_H100_v5", "1"), "q.yaml",
                              FLAVOR QUEUE("a", "nvidia.com/gpu", "nominalQuota: 9")
                                  POD("", "busybox", "nvidia.com/gpu: 1"),
                              NULL},
        "--strict");
    assert_int_equal(r.rc, 2);
    assert_non_null(strstr(r.said, "quotas of nvidia.com/gpu are 9, and its 1 node has 8"));
    assert_non_null(strstr(r.said, "[gpu-tainted]"));
    assert_non_null(strstr(r.said, "2 warnings"));
    scenario_run_close(&r);
}

/* Warnings are told, and the scenario is sound. */
static void only_strict_refuses_warnings(void **state)
{
    (void)state;
    struct scenario_run r;
    const char *const files[] = {"f.yaml", MAPPED("p", "      0=n0:0\n"), NULL};
    scenario_check_files(&r, files, "");
    assert_int_equal(r.rc, 0);
    scenario_run_close(&r);
    scenario_check_files(&r, files, "--strict");
    assert_int_equal(r.rc, 2);
    scenario_run_close(&r);
}

static bool has_row(enum lint_rule rule, bool is_found)
{
    for (size_t i = 0; i < LEN(rows); i++)
        if (rows[i].rule == rule && (rows[i].want != NULL) == is_found)
            return true;
    return false;
}

/* Those of Slurm have tests of their own. */
static void every_rule_has_a_file_and_a_near_miss(void **state)
{
    (void)state;
    for (enum lint_rule r = 0; r < LINT_RULES; r++) {
        if (strncmp(lint_get(r)->name, "slurm-", 6) == 0)
            continue;
        if (!has_row(r, true) || !has_row(r, false))
            fail_msg("%s has no rows", lint_get(r)->name);
    }
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 3];
    size_t len = 0;
    for (size_t i = 0; i < LEN(rows); i++)
        tests[len++] = (struct CMUnitTest){.name = rows[i].name,
                                           .test_func = a_rule_finds_what_it_should,
                                           .initial_state = (void *)&rows[i]};
    const struct CMUnitTest more[] = {
        cmocka_unit_test(a_scenario_gives_the_hardware),
        cmocka_unit_test(only_strict_refuses_warnings),
        cmocka_unit_test(every_rule_has_a_file_and_a_near_miss),
    };
    memcpy(tests + len, more, sizeof more);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
