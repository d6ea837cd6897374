#include "policies/slurm/node_set.h"
#include "tests/slurm_text_site.h"
#include "tests/unit.h"

#define NODES "NodeName=n[1-4] CPUs=8\n"
#define PARTS "PartitionName=p Nodes=ALL\n"

/* Each conf gives exactly these messages, without the caret lines. */
static const struct row {
    const char *name;
    const char *conf;
    const char *want;
} rows[] = {
    {"a_small_site_is_good", NODES PARTS, ""},
    {"an_unknown_key", "SchedulerTyp=sched/backfill\n" NODES PARTS,
     "slurm.conf:1:1: error: 'SchedulerTyp': not a key of slurm.conf; did you mean "
     "'SchedulerType'?\n"},
    {"an_unknown_key_near_an_ignored_one", "SlurmdTimout=1\n" NODES PARTS,
     "slurm.conf:1:1: error: 'SlurmdTimout': not a key of slurm.conf; did you mean "
     "'SlurmdTimeout'?\n"},
    {"an_unknown_node_key", "NodeName=n1 CPU=8\n" PARTS,
     "slurm.conf:1:13: error: 'CPU': not a key of NodeName; did you mean 'CPUs'?\n"},
    {"an_unknown_partition_key", NODES "PartitionName=p Nodes=ALL Maxtime=1 MaxTimes=2\n",
     "slurm.conf:2:37: error: 'MaxTimes': not a key of PartitionName; did you mean 'MaxTime'?\n"},
    {"an_unknown_scheduler_parameter", "SchedulerParameters=bf_intervall=3\n" NODES PARTS,
     "slurm.conf:1:21: error: 'bf_intervall': not a key of SchedulerParameters; did you mean "
     "'bf_interval'?\n"},
    {"the_place_within_a_list", "SchedulerParameters=defer,bf_window=x\n" NODES PARTS,
     "slurm.conf:1:37: error: bf_window: 'x': not a whole number\n"},
    {"out_of_range", "SchedulerParameters=bf_resolution=0\n" NODES PARTS,
     "slurm.conf:1:35: error: bf_resolution: '0': out of range; from 1 to 3600\n"},
    {"a_window_out_of_range", "SchedulerParameters=bf_window=99999\n" NODES PARTS,
     "slurm.conf:1:31: error: bf_window: '99999': out of range; from 1 to 43200 minutes\n"},
    {"a_flag_with_a_value", "SchedulerParameters=bf_busy_nodes=no\n" NODES PARTS,
     "slurm.conf:1:35: error: bf_busy_nodes: 'no': it takes no value\n"},
    {"the_last_of_two_counts", "KillWait=5\nKillWait=6\n" NODES PARTS,
     "slurm.conf:2:1: warning: KillWait: given twice; the last one counts\n"},
    {"cons_res_is_gone", "SelectType=select/cons_res\n" NODES PARTS,
     "slurm.conf:1:12: error: SelectType: 'select/cons_res': slurmctld does not start: the plugin "
     "was removed in 23.11; select/cons_tres\n"},
    {"linear_is_not_modelled", "SelectType=select/linear\n" NODES PARTS,
     "slurm.conf:1:12: error: SelectType: 'select/linear': not modelled; select/cons_tres\n"},
    {"an_unknown_plugin", "SchedulerType=sched/fifo\n" NODES PARTS,
     "slurm.conf:1:15: error: SchedulerType: 'sched/fifo': Slurm has no such plugin; "
     "sched/backfill or sched/builtin\n"},
    {"preemption_is_not_modelled", "PreemptType=preempt/qos\nPreemptMode=OFF\n" NODES PARTS,
     "slurm.conf:1:1: warning: PreemptType=preempt/qos: not modelled: nobody is preempted\n"},
    {"values_that_ask_for_nothing_are_silent",
     "PreemptType=preempt/none\nPriorityWeightAge=0\nAccountingStorageEnforce=none\n" NODES PARTS,
     ""},
    {"limits_are_not_modelled", "AccountingStorageEnforce=limits\n" NODES PARTS,
     "slurm.conf:1:1: warning: AccountingStorageEnforce=limits: not modelled: limits of "
     "associations and QOS\n"},
    {"allowed_accounts_are_not_modelled",
     NODES "PartitionName=p Nodes=ALL AllowAccounts=a,b AllowGroups=ALL\n",
     "slurm.conf:2:27: warning: AllowAccounts=a,b: not modelled: all accounts are allowed\n"},
    {"a_partition_without_nodes", NODES "PartitionName=p MaxTime=1\n",
     "slurm.conf:2:15: error: PartitionName: 'p': it names no nodes; Nodes=ALL\n"},
    {"a_partition_of_unknown_nodes", NODES "PartitionName=p Nodes=n[4-5]\n",
     "slurm.conf:2:23: error: Nodes: 'n5': slurmctld does not start: 'Invalid node names in "
     "partition p': there is no such node\n"},
    {"a_bad_hostlist", "NodeName=n[1-\n" PARTS,
     "slurm.conf:1:10: error: NodeName: 'n[1-': a number is missing\n"
     "slurm.conf: error: slurm.conf names no nodes: slurmctld does not start\n"},
    {"no_partition", NODES,
     "slurm.conf: error: slurm.conf has no PartitionName: no job could be submitted\n"},
    {"a_node_named_twice", NODES "NodeName=n2 CPUs=8\n" PARTS,
     "slurm.conf:2:10: error: NodeName: 'n2': the node is named twice\n"},
    {"a_partition_named_twice", NODES PARTS PARTS,
     "slurm.conf:3:15: error: PartitionName: 'p': the partition is named twice\n"},
    {"a_partition_key_that_is_misspelt", NODES PARTS "PartitionNam=q Nodes=ALL\n",
     "slurm.conf:3:1: error: 'PartitionNam': not a key of slurm.conf; did you mean "
     "'PartitionName'?\n"},
    {"a_node_without_a_name", NODES "NodeName= CPUs=8\n" PARTS,
     "slurm.conf:2:11: error: NodeName: 'CPUs=8': not a name; is the one before missing?\n"},
    {"more_than_unlimited", "OverTimeLimit=-1\n" NODES PARTS,
     "slurm.conf:1:15: error: OverTimeLimit: '-1': out of range; from 0 to 1000000000, or "
     "UNLIMITED\n"},
    {"more_memory_set_aside_than_there_is", "NodeName=n1 RealMemory=10 MemSpecLimit=11\n" PARTS,
     "slurm.conf:1:10: error: MemSpecLimit: '11': more than RealMemory, 10\n"},
    {"one_line_for_many_nodes_alike", "NodeName=n[1-200] CPUs=7 Sockets=2 CoresPerSocket=4\n" PARTS,
     "slurm.conf:1:10: error: CPUs: '7': match no Sockets, Sockets*CoresPerSocket or "
     "Sockets*CoresPerSocket*ThreadsPerCore; 8\n"},
    {"no_age_at_all", "PriorityMaxAge=0\n" NODES PARTS,
     "slurm.conf:1:16: error: PriorityMaxAge: '0': out of range; a second or more\n"},
    {"a_bad_age", "PriorityMaxAge=7days\n" NODES PARTS,
     "slurm.conf:1:16: error: PriorityMaxAge: '7days': not a time such as 30, 30:00, 1:30:00, 1-12 "
     "or "
     "1-12:30:00\n"},
    {"too_short_a_period", "PriorityCalcPeriod=0:30\n" NODES PARTS,
     "slurm.conf:1:20: error: PriorityCalcPeriod: '0:30': out of range; a minute or more\n"},
    {"an_unknown_priority_flag", "PriorityFlags=ACCRUE_ALWAYS,FAIR_THREE\n" NODES PARTS,
     "slurm.conf:1:29: error: 'FAIR_THREE': not a key of PriorityFlags; did you mean "
     "'FAIR_TREE'?\n"},
    {"a_weight_that_is_no_number", "PriorityWeightTRES=cpu=many\n" NODES PARTS,
     "slurm.conf:1:20: error: PriorityWeightTRES: 'cpu=many': not a number\n"},
    {"a_weight_of_what_is_not_modelled", "PriorityWeightTRES=cpu=1,license/x=2\n" NODES PARTS,
     "slurm.conf:1:20: warning: PriorityWeightTRES: not modelled: 'license/x' counts for "
     "nothing\n"},
    {"a_negative_weight", "PriorityWeightAge=-1\n" NODES PARTS,
     "slurm.conf:1:19: error: PriorityWeightAge: '-1': out of range; from 0 to 4294967295\n"},
    {"fair_share_is_not_modelled", "PriorityWeightFairshare=10\n" NODES PARTS,
     "slurm.conf:1:1: warning: PriorityWeightFairshare=10: not modelled: the factor is 0\n"},
    {"cpus_that_do_not_add_up", "NodeName=n1 CPUs=7 Sockets=2 CoresPerSocket=4\n" PARTS,
     "slurm.conf:1:10: error: CPUs: '7': match no Sockets, Sockets*CoresPerSocket or "
     "Sockets*CoresPerSocket*ThreadsPerCore; 8\n"},
    {"an_unknown_node_state", "NodeName=n1 CPUs=7 State=ASLEEP\n" PARTS,
     "slurm.conf:1:10: error: State: 'ASLEEP': not a state that slurm.conf may name\n"},
    {"an_unknown_partition_state", NODES "PartitionName=p Nodes=ALL State=OPEN\n",
     "slurm.conf:2:33: error: State: 'OPEN': not one of UP, DOWN, DRAIN and INACTIVE\n"},
    {"shared_cores_are_not_modelled", NODES "PartitionName=p Nodes=ALL OverSubscribe=FORCE:4\n",
     "slurm.conf:2:41: warning: OverSubscribe=FORCE:4: not modelled: jobs do not share cores\n"},
    {"a_bad_time", NODES "PartitionName=p Nodes=ALL MaxTime=1h\n",
     "slurm.conf:2:35: error: MaxTime: '1h': not a time such as 30, 30:00, 1:30:00, 1-12 or "
     "1-12:30:00\n"},
    {"a_bad_yes", NODES "PartitionName=p Nodes=ALL LLN=maybe\n",
     "slurm.conf:2:31: error: LLN: 'maybe': neither YES nor NO\n"},
    {"down_nodes", "DownNodes=n1\n" NODES PARTS,
     "slurm.conf:1:1: warning: DownNodes: not modelled: the nodes are up; a timeline can take them "
     "down\n"},
    {"all_mistakes_in_one_run", "Foo=1\nKillWait=x\nNodeName=n1 Bar=2\n" PARTS,
     "slurm.conf:1:1: error: 'Foo': not a key of slurm.conf\n"
     "slurm.conf:2:10: error: KillWait: 'x': not a whole number\n"
     "slurm.conf:3:13: error: 'Bar': not a key of NodeName\n"},
};

/* Messages without the lines that show the source. */
static void drop_carets(const char *messages, char *out)
{
    for (const char *line = messages; *line != '\0';) {
        const size_t len = strcspn(line, "\n") + 1;
        if (line[0] != ' ') {
            memcpy(out, line, len);
            out += len;
        }
        line += len;
    }
    *out = '\0';
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct text_site t;
    char got[2048];
    text_site_open(&t, row->conf, NULL);
    drop_carets(messages_text(&t.messages), got);
    assert_string_equal(got, row->want);
    assert_int_equal(t.is_good, strstr(row->want, "error") == NULL);
    text_site_close(&t);
}

static void defaults_are_slurms_own(void **state)
{
    (void)state;
    struct text_site t;
    text_site_open(&t, NODES PARTS, NULL);
    const struct slurm_params *p = &t.site.params;
    assert_true(p->has_backfill);
    assert_int_equal(p->kill_wait_s, 30);
    assert_int_equal(p->requeue_delay_s, 121);
    assert_int_equal(p->sched_interval_s, 60);
    assert_int_equal(p->batch_sched_delay_s, 3);
    assert_int_equal(p->default_queue_depth, 100);
    assert_int_equal(p->bf_interval_s, 30);
    assert_int_equal(p->bf_resolution_s, 60);
    assert_int_equal(p->bf_window_s, 86400);
    assert_int_equal(p->bf_max_job_test, 500);
    assert_int_equal(p->bf_node_space_size, 500);
    const struct slurm_partition *part = &t.site.partitions[0];
    assert_int_equal(part->tier, 1);
    assert_true(part->max_time_min == SLURM_NO_LIMIT);
    assert_true(part->default_time_min == SLURM_NOT_SET);
    assert_int_equal(part->max_nodes, UINT32_MAX);
    assert_int_equal(t.site.default_partition, UINT32_MAX);
    text_site_close(&t);
}

static void parameters_reach_their_fields(void **state)
{
    (void)state;
    struct text_site t;
    text_site_open(&t,
                   "schedulertype=sched/builtin\nSelectTypeParameters=CR_Core_Memory,CR_LLN\n"
                   "SchedulerParameters=bf_window=2,bf_max_job_test=7,bf_busy_nodes,\\\n"
                   "bf_min_prio_reserve=4294967294,pack_serial_at_end,sched_interval=-1\n"
                   "AuthInfo=cred_expire=15\nOverTimeLimit=UNLIMITED\n" NODES PARTS,
                   NULL);
    const struct slurm_params *p = &t.site.params;
    assert_string_equal(messages_text(&t.messages), "");
    assert_false(p->has_backfill);
    assert_true(p->memory_counts);
    assert_true(p->is_lln);
    assert_true(t.site.partitions[0].is_lln);
    assert_int_equal(p->bf_window_s, 120);
    assert_int_equal(p->bf_max_job_test, 7);
    assert_int_equal(p->bf_node_space_size, 7);
    assert_true(p->bf_busy_nodes);
    assert_true(p->packs_serial_at_end);
    assert_int_equal(p->bf_min_prio_reserve, 4294967294);
    assert_int_equal(p->sched_interval_s, -1);
    assert_int_equal(p->requeue_delay_s, 16);
    assert_true(p->over_time_min == SLURM_NO_LIMIT);
    text_site_close(&t);
}

static void default_lines_count_for_the_lines_behind_them(void **state)
{
    (void)state;
    struct text_site t;
    text_site_open(&t,
                   "NodeName=a CPUs=2\nNodeName=DEFAULT CPUs=4 Weight=7\nNodeName=b\n"
                   "NodeName=c CPUs=6\nNodeName=DEFAULT Weight=8\nNodeName=d\n"
                   "PartitionName=DEFAULT MaxTime=2:00:00 Nodes=ALL\nPartitionName=p\n"
                   "PartitionName=q Nodes=b,d Default=YES PriorityTier=5 MaxTime=30:30\n",
                   NULL);
    assert_true(t.is_good);
    static const uint32_t cores[] = {2, 4, 6, 4}, weights[] = {1, 7, 7, 8};
    for (uint32_t n = 0; n < 4; n++) {
        assert_int_equal(slurm_layout_cores(t.site.nodes[n].layout), cores[n]);
        assert_int_equal(t.site.nodes[n].weight, weights[n]);
    }
    assert_int_equal(t.site.weights_len, 3);
    assert_int_equal(t.site.weights[1].weight, 7);
    assert_int_equal(t.site.weights[1].nodes[0], 6);
    assert_int_equal(t.site.partitions[0].max_time_min, 120);
    assert_int_equal(t.site.partitions[0].nodes[0], 15);
    assert_int_equal(t.site.partitions[1].max_time_min, 31); /* rounded up */
    assert_int_equal(t.site.partitions[1].nodes[0], 10);
    assert_int_equal(t.site.partitions[1].tier, 5);
    assert_int_equal(t.site.default_partition, 1);
    text_site_close(&t);
}

static void node_sets_name_nodes_and_features(void **state)
{
    (void)state;
    struct text_site t;
    text_site_open(&t,
                   "NodeName=n[1-2] CPUs=2 Feature=h100,big\nNodeName=n3 CPUs=2 Features=small\n"
                   "NodeName=n4 CPUs=2 Features=BIG\n"
                   "NodeSet=bigs Feature=big\nNodeSet=two Nodes=n[2-3]\n"
                   "PartitionName=p Nodes=bigs\nPartitionName=q Nodes=two,n1\n",
                   NULL);
    assert_string_equal(messages_text(&t.messages), "");
    assert_int_equal(t.site.partitions[0].nodes[0], 11);
    assert_int_equal(t.site.partitions[1].nodes[0], 7);
    text_site_close(&t);
}

static const struct shape {
    const char *name;
    const char *node;
    uint32_t sockets, cores_per_socket, threads;
} shapes[] = {
    {"all_four", "CPUs=64 Sockets=2 CoresPerSocket=16 ThreadsPerCore=2", 2, 16, 2},
    {"no_cpus", "Sockets=2 CoresPerSocket=16 ThreadsPerCore=2", 2, 16, 2},
    {"cpus_alone", "CPUs=64", 1, 64, 1},
    {"cpus_and_threads", "CPUs=64 ThreadsPerCore=2", 1, 32, 2},
    {"cpus_count_cores", "CPUs=32 Sockets=2 CoresPerSocket=16 ThreadsPerCore=2", 2, 16, 1},
    {"cpus_and_cores", "CPUs=64 CoresPerSocket=16", 4, 16, 1},
    {"boards", "Boards=2 SocketsPerBoard=2 CoresPerSocket=8", 4, 8, 1},
    {"nothing", "RealMemory=10", 1, 1, 1},
};

static void check_shape(void **state)
{
    const struct shape *shape = *state;
    struct text_site t;
    char conf[256];
    snprintf(conf, sizeof conf, "NodeName=n1 %s\n" PARTS, shape->node);
    text_site_open(&t, conf, NULL);
    assert_string_equal(messages_text(&t.messages), "");
    const struct slurm_layout *l = t.site.nodes[0].layout;
    assert_int_equal(l->sockets, shape->sockets);
    assert_int_equal(l->cores_per_socket, shape->cores_per_socket);
    assert_int_equal(l->threads, shape->threads);
    text_site_close(&t);
}

static void ignored_keys_are_remembered_once(void **state)
{
    (void)state;
    struct text_site t;
    text_site_open(&t, "ClusterName=x\nslurmuser=y\nSlurmUser=z\nKillWait=1\n" NODES PARTS, NULL);
    assert_string_equal(messages_text(&t.messages), "");
    assert_int_equal(t.reader.ignored_len, 2);
    assert_string_equal(t.reader.ignored[0].key, "ClusterName");
    assert_string_equal(t.reader.ignored[1].key, "SlurmUser");
    assert_int_equal(t.reader.ignored[1].at.line, 2);
    text_site_close(&t);
}

static void nodes_that_are_down_take_no_jobs(void **state)
{
    (void)state;
    struct text_site t;
    text_site_open(&t, "NodeName=a CPUs=1 State=UNKNOWN\nNodeName=b CPUs=1 State=DRAIN\n" PARTS,
                   NULL);
    assert_true(t.site.nodes[0].is_up);
    assert_false(t.site.nodes[1].is_up);
    text_site_close(&t);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(defaults_are_slurms_own),
        cmocka_unit_test(parameters_reach_their_fields),
        cmocka_unit_test(default_lines_count_for_the_lines_behind_them),
        cmocka_unit_test(node_sets_name_nodes_and_features),
        cmocka_unit_test(ignored_keys_are_remembered_once),
        cmocka_unit_test(nodes_that_are_down_take_no_jobs),
    };
    struct CMUnitTest tests[LEN(rows) + LEN(shapes) + LEN(others)];
    size_t len = 0;
    for (size_t i = 0; i < LEN(rows); i++)
        tests[len++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    for (size_t i = 0; i < LEN(shapes); i++)
        tests[len++] = (struct CMUnitTest){
            .name = shapes[i].name, .test_func = check_shape, .initial_state = (void *)&shapes[i]};
    for (size_t i = 0; i < LEN(others); i++)
        tests[len++] = others[i];
    return cmocka_run_group_tests_name("slurm_conf", tests, NULL, NULL);
}
