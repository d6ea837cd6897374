#include "tests/slurm_text_site.h"
#include "tests/unit.h"

#define NODE  "CPUs=64 Sockets=2 CoresPerSocket=32"
#define TYPES "GresTypes=gpu,shard,mps,nic\n"
#define PARTS "PartitionName=p Nodes=ALL\n"

/* What a node's layout says, in words. */
static void print_layout(const struct slurm_site *s, const struct slurm_layout *l, char *out)
{
    for (uint32_t d = 0; d < l->devices_len; d++)
        out += sprintf(out, "%s%s", d == 0 ? "" : " ",
                       l->type_of[d] == UINT8_MAX ? "-" : s->types[l->type_of[d]]);
    for (uint32_t k = 0; k < l->sockets && l->has_affinity; k++)
        out += sprintf(out, " S%u:%#llx", (unsigned)k, (unsigned long long)l->socket_devices[k]);
    if (l->has_affinity && l->loose_devices != 0)
        out += sprintf(out, " loose:%#llx", (unsigned long long)l->loose_devices);
    if (l->is_shared)
        out += sprintf(out, " %s", l->sharing == GRES_SHARD ? "shards" : "mps");
    for (uint32_t d = 0; d < l->devices_len && l->is_shared; d++)
        out += sprintf(out, "%c%u", d == 0 ? ':' : ',', l->shares[d]);
    for (uint32_t c = 0; c < l->counted_len; c++)
        out += sprintf(out, " %s=%lld", l->counted[c].kind == GRES_GPU ? "gpu" : "other",
                       (long long)l->counted[c].count);
}

static const struct row {
    const char *name;
    const char *gres;      /* of the node in slurm.conf */
    const char *gres_conf; /* NULL: there is none */
    const char *want;
    const char *message; /* NULL: none; otherwise the first one's end */
} rows[] = {
    {"no_gres", "", "", "", NULL},
    {"devices_of_a_range", "gpu:h100:3", "Name=gpu Type=h100 File=/dev/nvidia[0-2]\n",
     "h100 h100 h100", NULL},
    {"without_gres_conf_the_counts_are_devices", "gpu:h100:2", NULL, "h100 h100", NULL},
    {"autodetect_finds_what_is_said", "gpu:h100:2", "AutoDetect=nvml\n", "h100 h100", NULL},
    {"a_file_without_type_takes_the_one_asked_for", "gpu:h100:2",
     "Name=gpu File=/dev/nvidia[0-1]\n", "h100 h100", NULL},
    {"types_may_be_left_to_gres_conf", "gpu:2", "Name=gpu Type=h100 File=/dev/nvidia[0-1]\n",
     "h100 h100", NULL},
    {"no_type_at_all", "gpu:2", "Name=gpu File=/dev/nvidia[0-1]\n", "- -", NULL},
    {"the_order_is_that_of_gres_conf", "gpu:1g.10gb:2,gpu:h100:1",
     "Name=gpu Type=h100 File=/dev/nvidia0\nName=gpu Type=1g.10gb File=/dev/nvidia[1-2]\n",
     "h100 1g.10gb 1g.10gb", NULL},
    {"more_devices_than_slurm_conf_wants", "gpu:h100:1",
     "Name=gpu Type=h100 File=/dev/nvidia[0-3]\n", "h100", NULL},
    {"mig_by_multiple_files", "gpu:1g.10gb:2",
     "Name=gpu Type=1g.10gb MultipleFiles=/dev/nvidia0,/dev/nvidia-caps/nvidia-cap21\n"
     "Name=gpu Type=1g.10gb MultipleFiles=/dev/nvidia0,/dev/nvidia-caps/nvidia-cap30\n",
     "1g.10gb 1g.10gb", NULL},
    {"cores_make_sockets", "gpu:h100:4",
     "Name=gpu Type=h100 File=/dev/nvidia[0-1] Cores=0-31\n"
     "Name=gpu Type=h100 File=/dev/nvidia[2-3] Cores=32-63\n",
     "h100 h100 h100 h100 S0:0x3 S1:0xc", NULL},
    {"cores_on_both_sockets", "gpu:h100:2",
     "Name=gpu Type=h100 File=/dev/nvidia0 CPUs=16-47\nName=gpu Type=h100 File=/dev/nvidia1\n",
     "h100 h100 S0:0x1 S1:0x1 loose:0x2", NULL},
    {"lines_of_other_nodes_do_not_count", "gpu:h100:1",
     "NodeName=m[1-9] Name=gpu Type=h100 File=/dev/nvidia7\n"
     "NodeName=m1,n[1-3] Name=gpu Type=h100 File=/dev/nvidia0\n",
     "h100", NULL},
    {"shards_are_spread_evenly", "gpu:h100:4,shard:10",
     "Name=gpu Type=h100 File=/dev/nvidia[0-3]\nName=shard Count=10\n",
     "h100 h100 h100 h100 shards:3,3,2,2", NULL},
    {"shards_by_file", "gpu:h100:2,shard:6",
     "Name=gpu Type=h100 File=/dev/nvidia[0-1]\nName=shard Count=2 File=/dev/nvidia1\n"
     "Name=shard Count=4 File=/dev/nvidia0\n",
     "h100 h100 shards:4,2", NULL},
    {"mps", "gpu:2,mps:200", "Name=gpu File=/dev/nvidia[0-1]\nName=mps Count=200\n",
     "- - mps:100,100", NULL},
    {"counted_gres", "nic:no_consume:4", "Name=nic Count=4\n", " other=4", NULL},
    {"more_than_64_gpus_are_counted", "gpu:100", NULL, " gpu=100", NULL},
    {"case_does_not_matter", "GPU:H100:1", "name=Gpu type=h100 file=/dev/nvidia0\n", "h100", NULL},
    {"no_grestypes", "fpga:1", "", NULL,
     "Gres: 'fpga:1': GresTypes does not name 'fpga': Slurm refuses jobs that ask for it with "
     "'Invalid generic resource (gres) specification'; GresTypes=fpga"},
    {"fewer_than_slurm_conf_says", "gpu:h100:4", "Name=gpu Type=h100 File=/dev/nvidia[0-2]\n", NULL,
     "Gres: 'gpu:h100:4': Slurm drains node n1: 'gres/gpu count reported lower than configured (3 "
     "< 4)'; gres.conf must name as many"},
    {"another_type_than_slurm_conf_says", "gpu:h100:1", "Name=gpu Type=a100 File=/dev/nvidia0\n",
     NULL, "(0 < 1)'; gres.conf must name as many"},
    {"a_gpu_without_file", "gpu:1", "Name=gpu Count=1\n", NULL,
     "(0 < 1)'; gres.conf must name as many"},
    {"shards_without_gpus", "shard:4", "Name=shard Count=4\n", NULL,
     "node n1 has no gres/gpu that shard could share"},
    {"shard_and_mps", "gpu:1,shard:4,mps:4",
     "Name=gpu File=/dev/nvidia0\nName=shard Count=4\nName=mps Count=4\n", NULL,
     "not modelled: shard and mps on one node"},
    {"cores_that_are_not_there", "gpu:1", "Name=gpu File=/dev/nvidia0 Cores=32-64\n", NULL,
     "Cores: '32-64': Invalid GRES data for gpu: node n1 has only 64 cores"},
    {"bad_cores", "gpu:1", "Name=gpu File=/dev/nvidia0 Cores=a\n", NULL,
     "Cores: 'a': a number is missing"},
    {"a_bad_gres", "gpu:1:2:3", "", NULL, "not of the form name, name:count or name:type:count"},
    {"a_bad_count", "nic:1", "Name=nic Count=x\n", NULL, "Count: 'x': not a number"},
    {"a_line_without_name", "", "Type=h100 File=/dev/nvidia0\n", NULL,
     "'Type': the line has no Name="},
    {"an_unknown_key", "", "Name=gpu Fil=/dev/nvidia0\n", NULL,
     "'Fil': not a key of gres.conf; did you mean 'File'?"},
    {"an_unknown_detector", "", "AutoDetect=magic\n", NULL,
     "AutoDetect: 'magic': not one of nvml, nvidia, rsmi, oneapi, nrt, full and off"},
    {"links_are_not_modelled", "gpu:1", "Name=gpu File=/dev/nvidia0 Links=-1\n", "-",
     "Links=-1: not modelled: devices are not chosen by their links"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct text_site t;
    char conf[512], got[512] = "";
    snprintf(conf, sizeof conf, TYPES "NodeName=n[1-3] " NODE " %s%s\n" PARTS,
             row->gres[0] == '\0' ? "" : "Gres=", row->gres);
    text_site_open(&t, conf, row->gres_conf);
    const char *messages = messages_text(&t.messages);
    if (row->message == NULL)
        assert_string_equal(messages, "");
    else if (strstr(messages, row->message) == NULL)
        assert_string_equal(messages, row->message);
    assert_int_equal(t.is_good, row->want != NULL);
    if (row->want != NULL) {
        print_layout(&t.site, t.site.nodes[0].layout, got);
        assert_string_equal(got, row->want);
    } else {
        assert_int_equal(diag_errors(t.reader.diag), 1); /* once for all nodes of a line */
    }
    text_site_close(&t);
}

static void without_grestypes_a_gpu_cannot_be_used(void **state)
{
    (void)state;
    struct text_site t;
    text_site_open(&t, "NodeName=n1 CPUs=4 Gres=gpu:1\n" PARTS, "Name=gpu File=/dev/nvidia0\n");
    assert_string_equal(messages_text(&t.messages),
                        "slurm.conf:1:25: error: Gres: 'gpu:1': GresTypes does not name 'gpu': "
                        "Slurm refuses jobs that ask for it with 'Invalid generic resource (gres) "
                        "specification'; GresTypes=gpu [slurm-gres-types]\n"
                        "    1 | NodeName=n1 CPUs=4 Gres=gpu:1\n"
                        "      |                         ^\n");
    text_site_close(&t);
}

static void config_overrides_makes_up_for_devices_that_are_missing(void **state)
{
    (void)state;
    struct text_site t;
    char got[64] = "";
    text_site_open(&t,
                   "SlurmdParameters=l3cache_as_socket,config_overrides\n" TYPES
                   "NodeName=n1 CPUs=4 Gres=gpu:h100:3\n" PARTS,
                   "Name=gpu Type=h100 File=/dev/nvidia0\n");
    assert_true(t.is_good);
    print_layout(&t.site, t.site.nodes[0].layout, got);
    assert_string_equal(got, "h100 h100 h100");
    text_site_close(&t);
}

static void equal_nodes_share_a_layout(void **state)
{
    (void)state;
    struct text_site t;
    text_site_open(&t,
                   TYPES "NodeName=a[1-2] " NODE " Gres=gpu:2\nNodeName=b " NODE
                         "\nNodeName=c " NODE " Gres=gpu:2 Weight=3\n" PARTS,
                   NULL);
    assert_true(t.is_good);
    assert_int_equal(t.site.layouts_len, 2);
    assert_ptr_equal(t.site.nodes[0].layout, t.site.nodes[1].layout);
    assert_ptr_equal(t.site.nodes[0].layout, t.site.nodes[3].layout);
    assert_int_equal(t.site.nodes[2].layout->id, 1);
    text_site_close(&t);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 3];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(without_grestypes_a_gpu_cannot_be_used);
    tests[LEN(rows) + 1] =
        (struct CMUnitTest)cmocka_unit_test(config_overrides_makes_up_for_devices_that_are_missing);
    tests[LEN(rows) + 2] = (struct CMUnitTest)cmocka_unit_test(equal_nodes_share_a_layout);
    return cmocka_run_group_tests_name("slurm_gres_conf", tests, NULL, NULL);
}
