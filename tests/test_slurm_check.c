/* What `check` says of Slurm's files: by themselves, with a script, and on a cluster. */
#include "tests/scenario_run.h"
#include "tests/unit.h"

#include <string.h>

#define CONF                                                                                 \
    "ClusterName=c\nSlurmctldHost=h\nGresTypes=gpu\nNodeName=n[0-1] CPUs=8 RealMemory=1000 " \
    "Gres=gpu:2\nPartitionName=debug Nodes=ALL Default=YES DefMemPerCPU=100\n"
#define GRES "Name=gpu File=/dev/nvidia[0-1]\n"

struct row {
    const char *name;
    const char *files[7];
    int rc;
    const char *want;
};

static const struct row rows[] = {
    {"files_that_go_together",
     {"slurm.conf", CONF, "gres.conf", GRES, NULL},
     0,
     "slurm.conf: Slurm"},
    {"devices_that_gres_types_does_not_name",
     {"slurm.conf",
      "ClusterName=c\nSlurmctldHost=h\nNodeName=n0 CPUs=8\nPartitionName=debug Nodes=ALL\n",
      "gres.conf", GRES, NULL},
     2,
     "gres.conf:1:1: error: Name: 'gpu': GresTypes of slurm.conf does not name it: Slurm ignores "
     "the "
     "devices, and refuses jobs that ask for them; write GresTypes=gpu there, and Gres=gpu:2 on "
     "the "
     "node [slurm-gres-types]"},
    {"a_node_with_fewer_devices",
     {"slurm.conf", CONF, "gres.conf", "Name=gpu File=/dev/nvidia0\n", NULL},
     2,
     "count reported lower than configured (1 < 2)'; gres.conf must name as many "
     "[slurm-gres-count]"},
    {"a_partition_that_is_not_there",
     {"slurm.conf", CONF, "gres.conf", GRES, "job.sh",
      "#!/bin/bash\n#SBATCH --gres=gpu:1\n#SBATCH --partition=gpu\nnvidia-smi\n", NULL},
     2,
     "job.sh:3:21: error: --partition: 'gpu': slurm.conf has no such partition: sbatch refuses the "
     "job with 'invalid partition specified'; write debug [slurm-partition]"},
    {"a_partition_that_is_there",
     {"slurm.conf", CONF, "gres.conf", GRES, "job.sh",
      "#!/bin/bash\n#SBATCH -p debug\nsleep 1\n#SBATCH --partition=gpu\n", NULL},
     0,
     "job.sh: a script for sbatch"},
};

static void slurm_says(void **state)
{
    const struct row *row = *state;
    struct scenario_run r;
    scenario_check_files(&r, row->files, "");
    if (r.rc != row->rc || strstr(r.said, row->want) == NULL)
        fail_msg("exit code %d, not said: %s\nbut:\n%s", r.rc, row->want, r.said);
    if (row->rc == 0)
        assert_null(strstr(r.said, "[slurm-"));
    scenario_run_close(&r);
}

#define SCENARIO                                                                                   \
    "clustersim: 1\nname: s\ncluster: {pools: [{name: n, machine: Standard_ND96isr_H100_v5, "      \
    "count: 1}]}\nworkload: [{generate: {name: g, arrivals: {process: poisson, rate: 9/h}, gpus: " \
    "1, duration: 1h, until: 1d}}]\npolicies: [{slurm: {conf: slurm.conf}}]\n"

static void nodes_that_the_cluster_lacks_have_their_line(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_call_files(&r, "run",
                        (const char *const[]){"s.yaml", SCENARIO, "slurm.conf",
                                              "ClusterName=c\nSlurmctldHost=h\n"
                                              "NodeName=n-[0-2] CPUs=96 RealMemory=1000\n"
                                              "PartitionName=debug Nodes=ALL DefMemPerCPU=10\n",
                                              NULL},
                        "--quiet");
    assert_int_equal(r.rc, 2);
    assert_non_null(strstr(r.said, "slurm.conf:3:10: error: NodeName: the cluster has no node "));
    assert_non_null(strstr(r.said, "[slurm-hardware]"));
    scenario_run_close(&r);
}

/* The machine does not exist, and neither do two keys of others' options: all in one run. */
static void a_wrong_cluster_hides_no_other_mistake(void **state)
{
    (void)state;
    struct scenario_run r;
    scenario_call_files(
        &r, "run",
        (const char *const[]){
            "s.yaml",
            "clustersim: 1\nname: s\ncluster: {pools: [{name: n, machine: nothing, count: 1}]}\n"
            "workload: [{csv: jobs.csv, ouput: 3}]\npolicies: [{easy: {ordr: sjbf}}]\n",
            NULL},
        "--quiet");
    assert_int_equal(r.rc, 2);
    assert_non_null(strstr(r.said, "s.yaml:3:38: error: machine: 'nothing': no such machine"));
    assert_non_null(strstr(r.said, "s.yaml:4:28: error: "));
    assert_non_null(strstr(r.said, "s.yaml:5:20: error: "));
    assert_non_null(strstr(r.said, "3 errors"));
    scenario_run_close(&r);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 2];
    size_t len = 0;
    for (size_t i = 0; i < LEN(rows); i++)
        tests[len++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = slurm_says, .initial_state = (void *)&rows[i]};
    const struct CMUnitTest more[] = {
        cmocka_unit_test(nodes_that_the_cluster_lacks_have_their_line),
        cmocka_unit_test(a_wrong_cluster_hides_no_other_mistake),
    };
    memcpy(tests + len, more, sizeof more);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
