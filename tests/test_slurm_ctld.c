/*
 * The controller by itself, on small sites made of text: what the log of a real slurmctld showed
 * (tests/test_slurm_runs.c), one rule at a time.
 */
#include "policies/slurm/node_set.h"
#include "policies/slurm/slurm_backfill.h"
#include "policies/slurm/slurm_main_loop.h"
#include "tests/slurm_text_site.h"
#include "tests/unit.h"

#include <stdlib.h>

#define EPOCH INT64_C(1800000000)

#define TWO_NODES                                                                                 \
    "GresTypes=gpu,shard\nSelectTypeParameters=CR_Core\nSchedulerParameters=bf_resolution=1\n"    \
    "NodeName=n[1-2] CPUs=64 Sockets=2 CoresPerSocket=32 RealMemory=512000 Gres=gpu:h100:8,shard" \
    ":32\n"
#define GRES_CONF "Name=gpu Type=h100 File=/dev/nvidia[0-7]\nName=shard Count=32\n"

struct lab {
    struct text_site t;
    struct slurm_ctld ctld;
    int64_t planned_s; /* the last plan, from EPOCH on; -1: none since the last pass began */
    uint64_t planned_nodes;
};

static void on_plan(void *context, const struct slurm_job *job, int64_t start_s,
                    const uint64_t *nodes)
{
    (void)job;
    struct lab *l = context;
    l->planned_s = start_s - EPOCH;
    l->planned_nodes = nodes == NULL ? 0 : nodes[0];
}

static struct lab *open_lab(const char *conf)
{
    struct lab *l = calloc(1, sizeof *l);
    assert_non_null(l);
    text_site_open(&l->t, conf, GRES_CONF);
    messages_assert(&l->t.messages, "");
    assert_true(l->t.is_good);
    slurm_ctld_init(&l->ctld, &l->t.site, &(struct slurm_hooks){.context = l, .planned = on_plan});
    return l;
}

static void close_lab(struct lab *l)
{
    slurm_ctld_fini(&l->ctld);
    text_site_close(&l->t);
    free(l);
}

/* What a test says of a job; one task on one node, a minute, by itself. */
struct asked {
    int64_t at_s;
    uint32_t priority, partition, nodes, tasks, cpus, gpus, shards;
    int64_t minutes, mem_mb, mem_per_gpu_mb;
};

static struct slurm_job *submit(struct lab *l, struct asked q)
{
    struct slurm_submission s = {
        .partition = q.partition,
        .priority = q.priority != 0 ? q.priority : UINT32_MAX - l->ctld.next_number,
        .submit_s = EPOCH + q.at_s,
        .begin_s = EPOCH + q.at_s,
        .limit_min = q.minutes == 0 ? 1 : q.minutes,
        .request = {.min_nodes = q.nodes,
                    .max_nodes = q.nodes,
                    .tasks = q.tasks == 0 ? 1 : q.tasks,
                    .cpus_per_task = q.cpus,
                    .mem_per_node_mb = q.mem_mb,
                    .mem_per_gpu_mb = q.mem_per_gpu_mb},
    };
    if (q.gpus > 0)
        s.request.wants[s.request.wants_len++] =
            (struct gres_want){.kind = GRES_GPU, .types = SLURM_ANY_TYPE, .count = q.gpus};
    if (q.shards > 0)
        s.request.wants[s.request.wants_len++] =
            (struct gres_want){.kind = GRES_SHARD, .types = SLURM_ANY_TYPE, .count = q.shards};
    return slurm_ctld_submit(&l->ctld, &s);
}

static uint32_t main_pass(struct lab *l, int64_t now_s)
{
    return slurm_main_pass(&l->ctld, EPOCH + now_s, 0);
}

static uint32_t backfill(struct lab *l, int64_t now_s)
{
    l->planned_s = -1;
    return slurm_backfill_pass(&l->ctld, EPOCH + now_s);
}

static void expect_start(const struct slurm_job *job, int64_t start_s, uint32_t node)
{
    assert_int_equal(job->state, SLURM_RUNNING);
    assert_int_equal(job->start_s - EPOCH, start_s);
    assert_int_equal(job->allocs[0].node, node);
}

/* --- who waits for whom --- */

static void a_job_behind_another_waits_for_priority_at_once(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=low Nodes=n1\nPartitionName=other Nodes=n2\n"
                                       "PartitionName=high Nodes=n1 PriorityTier=2\n");
    assert_int_equal(submit(l, (struct asked){.partition = 0, .gpus = 8})->reason, REASON_NONE);
    assert_int_equal(submit(l, (struct asked){.partition = 0, .gpus = 8})->reason, REASON_PRIORITY);
    assert_int_equal(submit(l, (struct asked){.partition = 1, .gpus = 8})->reason, REASON_NONE);
    assert_int_equal(submit(l, (struct asked){.partition = 2, .gpus = 8})->reason, REASON_NONE);
    close_lab(l);
    l = open_lab(TWO_NODES "PartitionName=low Nodes=n1\nPartitionName=high Nodes=ALL "
                           "PriorityTier=2\n");
    submit(l, (struct asked){.partition = 1, .gpus = 8});
    assert_int_equal(submit(l, (struct asked){.partition = 0, .gpus = 8})->reason, REASON_PRIORITY);
    close_lab(l);
}

static void jobs_of_equal_priority_do_not_wait_for_one_another_at_once(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=p Nodes=ALL\n");
    submit(l, (struct asked){.priority = 7});
    assert_int_equal(submit(l, (struct asked){.priority = 7})->reason, REASON_NONE);
    assert_int_equal(submit(l, (struct asked){.priority = 6})->reason, REASON_PRIORITY);
    close_lab(l);
}

/* n1 is blocked by its own partition's job; n3 could never run a job with 8 GPUs. */
static void what_only_blocked_nodes_can_run_waits_for_them_and_blocks_nobody(void **state)
{
    (void)state;
    for (int completes = 0; completes < 2; completes++) {
        struct lab *l = open_lab(TWO_NODES "NodeName=n3 CPUs=8\nPartitionName=a Nodes=n1\n"
                                           "PartitionName=b Nodes=n[1,3]\n");
        submit(l, (struct asked){.partition = 0, .cpus = 64});
        struct slurm_job *tiny = submit(l, (struct asked){.partition = 1, .cpus = 8});
        main_pass(l, 0);
        expect_start(tiny, 0, 2);
        submit(l, (struct asked){.partition = 0, .gpus = 8});
        struct slurm_job *large = submit(l, (struct asked){.partition = 1, .gpus = 8});
        if (completes)
            slurm_ctld_complete(&l->ctld, tiny->id, EPOCH + 1);
        main_pass(l, 1);
        assert_int_equal(large->reason, completes ? REASON_RESOURCES : REASON_NODE_NOT_AVAIL);
        assert_int_equal(l->ctld.failed[1], completes);
        close_lab(l);
    }
}

static void a_job_too_young_to_reserve_is_in_nobodys_way(void **state)
{
    (void)state;
    struct lab *l = open_lab("SchedulerParameters=bf_min_age_reserve=20\nNodeName=n1 CPUs=8\n"
                             "PartitionName=p Nodes=ALL\n");
    submit(l, (struct asked){.at_s = 0});
    assert_int_equal(submit(l, (struct asked){.at_s = 19})->reason, REASON_NONE);
    assert_int_equal(submit(l, (struct asked){.at_s = 20})->reason, REASON_PRIORITY);
    close_lab(l);
}

static void the_first_that_fails_closes_its_nodes_to_other_partitions(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=a Nodes=ALL\nPartitionName=b Nodes=n2\n");
    struct slurm_job *first = submit(l, (struct asked){.gpus = 8});
    assert_int_equal(main_pass(l, 0), 1);
    expect_start(first, 0, 0);
    struct slurm_job *wide = submit(l, (struct asked){.gpus = 8, .nodes = 2, .tasks = 2});
    struct slurm_job *other = submit(l, (struct asked){.partition = 1, .gpus = 1});
    assert_int_equal(main_pass(l, 1), 0);
    assert_int_equal(wide->reason, REASON_RESOURCES);
    assert_int_equal(other->reason, REASON_RESOURCES); /* n2 was taken away */
    assert_int_equal(backfill(l, 1), 0);               /* n2 is reserved from 60 on */
    assert_int_equal(l->planned_s, 120);
    assert_int_equal(l->planned_nodes, 2);
    close_lab(l);
}

static void a_limit_that_ends_where_a_plan_begins_is_too_long(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=p Nodes=ALL\n");
    submit(l, (struct asked){.gpus = 8, .minutes = 2});
    main_pass(l, 0);
    submit(l, (struct asked){.gpus = 8, .nodes = 2, .tasks = 2});
    struct slurm_job *small = submit(l, (struct asked){.gpus = 1});
    backfill(l, 60);
    assert_int_equal(small->state, SLURM_PENDING); /* 60 + 60 is 120, where the plan begins */
    backfill(l, 59);
    expect_start(small, 59, 1);
    close_lab(l);
}

/* --- ends --- */

static void a_node_that_is_completing_is_planned_for_a_second_later(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=p Nodes=n1\n");
    struct slurm_job *first = submit(l, (struct asked){.gpus = 8, .minutes = 5});
    main_pass(l, 0);
    struct slurm_job *next = submit(l, (struct asked){.at_s = 1, .gpus = 8});
    slurm_ctld_complete(&l->ctld, first->id, EPOCH + 10);
    assert_int_equal(main_pass(l, 10), 0);
    assert_int_equal(next->reason, REASON_RESOURCES);
    assert_int_equal(backfill(l, 10), 0);
    assert_int_equal(l->planned_s, 11);
    slurm_ctld_end(&l->ctld, first->id);
    assert_int_equal(backfill(l, 11), 1);
    expect_start(next, 11, 0);
    close_lab(l);
}

static void a_node_rid_of_all_jobs_is_preferred_to_one_that_is_completing(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=p Nodes=ALL\n");
    struct slurm_job *first = submit(l, (struct asked){.gpus = 8, .minutes = 5});
    main_pass(l, 0);
    slurm_ctld_complete(&l->ctld, first->id, EPOCH + 10);
    struct slurm_job *next = submit(l, (struct asked){.at_s = 10, .gpus = 1});
    struct slurm_job *whole = submit(l, (struct asked){.at_s = 10, .gpus = 8});
    assert_int_equal(backfill(l, 10), 1);
    expect_start(next, 10, 1);
    assert_int_equal(whole->state, SLURM_PENDING);
    assert_int_equal(l->planned_s, 11);
    assert_int_equal(l->planned_nodes, 1);
    close_lab(l);
}

static void a_job_past_its_limit_is_taken_for_ended_by_plans(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=p Nodes=n1\n");
    submit(l, (struct asked){.gpus = 8});
    main_pass(l, 0);
    struct slurm_job *next = submit(l, (struct asked){.at_s = 1, .gpus = 8});
    backfill(l, 30);
    assert_int_equal(l->planned_s, 60);
    assert_int_equal(next->reason, REASON_NONE);
    assert_int_equal(backfill(l, 75), 0);
    assert_int_equal(l->planned_s, 75);
    assert_int_equal(next->reason, REASON_RESOURCES);
    close_lab(l);
}

/* --- what a job gets --- */

static void tasks_hold_no_cpus_beyond_their_own(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=p Nodes=ALL\n");
    const struct slurm_job *job =
        submit(l, (struct asked){.nodes = 2, .tasks = 4, .cpus = 2, .gpus = 1});
    main_pass(l, 0);
    assert_int_equal(job->allocs_len, 2);
    assert_int_equal(job->allocs[0].cpus, 6);
    assert_int_equal(job->allocs[0].tasks, 3);
    assert_int_equal(job->allocs[1].cpus, 2);
    assert_int_equal(job->allocs[1].tasks, 1);
    close_lab(l);
}

static void more_shards_than_a_device_has_are_waited_for(void **state)
{
    (void)state;
    struct lab *l = open_lab(TWO_NODES "PartitionName=p Nodes=ALL\n");
    const struct slurm_job *one = submit(l, (struct asked){.shards = 5});
    const struct slurm_job *all = submit(l, (struct asked){.shards = 33});
    main_pass(l, 0);
    assert_int_equal(one->state, SLURM_PENDING);
    assert_int_equal(one->reason, REASON_RESOURCES); /* for ever, before all others */
    assert_int_equal(all->state, SLURM_PENDING);
    close_lab(l);
    l = open_lab(TWO_NODES "PartitionName=p Nodes=ALL\n");
    all = submit(l, (struct asked){.shards = 33});
    main_pass(l, 0);
    assert_int_equal(all->reason, REASON_BAD_CONSTRAINTS);
    close_lab(l);
}

static void memory_for_each_gpu_must_be_free_though_less_is_taken(void **state)
{
    (void)state;
    struct lab *l = open_lab("GresTypes=gpu,shard\nSelectTypeParameters=CR_Core_Memory\n"
                             "NodeName=n[1-2] CPUs=64 RealMemory=100000 Gres=gpu:h100:8\n"
                             "PartitionName=p Nodes=ALL\n");
    const struct asked small = {.gpus = 2, .mem_mb = 20000, .mem_per_gpu_mb = 30000};
    struct slurm_job *jobs[7];
    for (size_t i = 0; i < LEN(jobs); i++)
        jobs[i] = submit(l, small);
    assert_int_equal(main_pass(l, 0), 6);
    expect_start(jobs[2], 0, 0); /* 60000 are left, and must be */
    expect_start(jobs[3], 0, 1); /* 40000 would have been left on the first node */
    assert_int_equal(jobs[2]->allocs[0].memory_mb, 20000);
    assert_int_equal(jobs[6]->reason, REASON_RESOURCES);
    close_lab(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_behind_another_waits_for_priority_at_once),
        cmocka_unit_test(jobs_of_equal_priority_do_not_wait_for_one_another_at_once),
        cmocka_unit_test(what_only_blocked_nodes_can_run_waits_for_them_and_blocks_nobody),
        cmocka_unit_test(a_job_too_young_to_reserve_is_in_nobodys_way),
        cmocka_unit_test(the_first_that_fails_closes_its_nodes_to_other_partitions),
        cmocka_unit_test(a_limit_that_ends_where_a_plan_begins_is_too_long),
        cmocka_unit_test(a_node_that_is_completing_is_planned_for_a_second_later),
        cmocka_unit_test(a_node_rid_of_all_jobs_is_preferred_to_one_that_is_completing),
        cmocka_unit_test(a_job_past_its_limit_is_taken_for_ended_by_plans),
        cmocka_unit_test(tasks_hold_no_cpus_beyond_their_own),
        cmocka_unit_test(more_shards_than_a_device_has_are_waited_for),
        cmocka_unit_test(memory_for_each_gpu_must_be_free_though_less_is_taken),
    };
    return cmocka_run_group_tests_name("slurm_ctld", tests, NULL, NULL);
}
