/* The mistakes of published examples, in their files as they are; and none in our own. */
#include "tests/scenario_run.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

/* Each `want` stands in what is said; ended by NULL. */
static void assert_says(const struct scenario_run *r, const char *const *want)
{
    for (size_t i = 0; want[i] != NULL; i++)
        if (strstr(r->said, want[i]) == NULL)
            fail_msg("not said: %s\nbut:\n%s", want[i], r->said);
}

static void our_examples_have_no_warnings(void **state)
{
    (void)state;
    static const char *const files[] = {"examples/walkthrough.yaml",
                                        "examples/walkthrough-mig.yaml",
                                        "examples/four-teams/compare.yaml",
                                        "examples/live-cluster/compare.yaml",
                                        "examples/fair-share/compare.yaml",
                                        "examples/cohort-tree/compare.yaml",
                                        "examples/notebooks/mig.yaml",
                                        "examples/notebooks/mps.yaml",
                                        "examples/notebooks/time-slicing.yaml",
                                        "examples/notebooks/whole.yaml",
                                        "examples/mig-day-and-night/static.yaml",
                                        "examples/mig-day-and-night/mig-manager.yaml",
                                        "examples/mig-day-and-night/dynamic.yaml",
                                        "examples/namespaces.yaml",
                                        "examples/aks-kueue/cluster-queues.yaml",
                                        "examples/aks-kueue/values-mig-single.yaml"};
    for (size_t i = 0; i < LEN(files); i++) {
        struct scenario_run r;
        scenario_check_paths(&r, files[i], "--strict");
        if (r.rc != 0 || strstr(r.said, "warning: ") != NULL)
            fail_msg("%s: exit code %d:\n%s", files[i], r.rc, r.said);
        scenario_run_close(&r);
    }
}

static void the_walkthrough_has_notes(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_check_paths(&r, "examples/walkthrough.yaml", "");
    assert_int_equal(r.rc, 0);
    assert_says(&r, (const char *const[]){
                        "examples/aks-kueue/cluster-queues.yaml:74:9: note: ClusterQueue "
                        "'shared-cq': no LocalQueue leads here",
                        "[no-local-queue]",
                        "examples/aks-kueue/team-a-job-low.yaml:27:13: note: resources: container "
                        "gpu-workload asks for GPUs and for no cpu and no memory: Kueue counts 0",
                        "[no-requests]", "4 notes", NULL});
    scenario_run_close(&r);
}

/* Sixteen 3g.40gb and eight 1g.10gb on eight GPUs, of which each is cut into two 3g.40gb. */
static void the_mig_quotas_are_above_the_hardware(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_check_paths(&r,
                         "examples/walkthrough-mig.yaml examples/aks-kueue/cluster-queues-mig.yaml "
                         "examples/aks-kueue/resource-flavors-mig.yaml",
                         "");
    assert_int_equal(r.rc, 0);
    assert_says(&r, (const char *const[]){
                        "examples/aks-kueue/cluster-queues-mig.yaml:43:29: warning: nominalQuota: "
                        "'2': flavor h100-mig-3g40gb: no node with its labels offers "
                        "nvidia.com/mig-1g.10gb",
                        "[quota-above-hardware]", NULL});
    scenario_run_close(&r);
}

static void the_mixed_layout_does_not_fit(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_check_paths(&r, "examples/aks-kueue/values-mig-mixed.yaml", "");
    assert_int_equal(r.rc, 2);
    assert_says(&r,
                (const char *const[]){
                    "examples/aks-kueue/values-mig-mixed.yaml:33:17: error: H100-80GB: these "
                    "instances do not fit on one GPU: two 3g.40gb use all 8 memory slices, no room "
                    "is left for one 1g.10gb; {3g.40gb: 1, 1g.10gb: 4} would fit [mig-mix]",
                    "   33 |                 \"3g.40gb\": 2\n      |                 ^\n", NULL});
    scenario_run_close(&r);
}

static void the_shared_manifests_have_theirs(void **state)
{
    (void)state;
    const char *dir = shared_data_dir();
    char paths[600];
    struct scenario_run r;
    if (dir == NULL) {
        print_message("manifests of the seeds: not present, skipped\n");
        return;
    }
    assert_true(snprintf(paths, sizeof paths,
                         "%s/manifests/time-slicing/*.yaml %s/manifests/annotation-map/*.yaml "
                         "%s/manifests/aks-kueue/team-a-job-low.yaml",
                         dir, dir, dir) < (int)sizeof paths);
    scenario_check_paths(&r, paths, "");
    assert_int_equal(r.rc, 0);
    assert_says(
        &r,
        (const char *const[]){
            "time-slicing-config.yaml:15:9: warning: sharing.timeSlicing.replicas: the device "
            "plugin ignores this key",
            "nvidia-smi-deployment.yaml:38:29: note: nvidia.com/gpu: '1': Deployment "
            "nvidia-smi-test tolerates no taint and selects no nodes",
            "vllm-deployment.yaml:66:11: note: resources: container vllm asks for GPUs and for no "
            "cpu: ",
            "team-a-job-low.yaml:30:31: warning: nvidia.com/gpu: '2': each GPU is offered 4 times",
            "manual-test-pod.yaml:12:44: warning: gpu-scheduling-map: '3': device 3 of "
            "aks-workerpool-25338008-vmss000004 is also that of index 3",
            "manual-test-pod.yaml:4:9: warning: name: 'manual-gpu-test': no part between '-' is a "
            "number",
            NULL});
    scenario_run_close(&r);
    scenario_check_paths(&r, paths, "--strict");
    assert_int_equal(r.rc, 2);
    scenario_run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_examples_have_no_warnings),
        cmocka_unit_test(the_walkthrough_has_notes),
        cmocka_unit_test(the_mig_quotas_are_above_the_hardware),
        cmocka_unit_test(the_mixed_layout_does_not_fit),
        cmocka_unit_test(the_shared_manifests_have_theirs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
