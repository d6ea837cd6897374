#include "models/catalogue.h"
#include "models/cluster_spec.h"
#include "models/names.h"
#include "sim/arena.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <string.h>

struct built {
    struct messages messages;
    struct catalogue *catalogue;
    struct names names;
    struct arena *arena;
    struct yaml_file *file;
    struct cluster *cluster;
};

static void build(struct built *b, const char *text)
{
    *b = (struct built){.arena = arena_new()};
    messages_open(&b->messages);
    b->catalogue = catalogue_open(&b->messages.diag);
    b->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    b->file = yaml_parse("c.yaml", text, strlen(text), &b->messages.diag);
    struct config_reader r = {.diag = &b->messages.diag, .arena = b->arena};
    struct cluster_spec spec = {0};
    if (cluster_spec_read(&r, yaml_doc(b->file, 0), b->catalogue, &spec))
        b->cluster =
            cluster_spec_build(&spec, b->catalogue, &b->names, b->arena, &b->messages.diag);
}

static void drop(struct built *b)
{
    cluster_free(b->cluster);
    yaml_close(b->file);
    catalogue_close(b->catalogue);
    intern_free(b->names.resources);
    intern_free(b->names.words);
    arena_free(b->arena);
    messages_close(&b->messages);
}

static int64_t capacity(const struct built *b, const char *node, const char *resource)
{
    const uint32_t n = cluster_find_node(b->cluster, node);
    assert_true(n != NODE_NONE);
    return cluster_capacity_of(b->cluster, n, intern_find(b->names.resources, resource));
}

static const char *label(const struct built *b, uint32_t node, const char *key)
{
    const struct node *n = &b->cluster->nodes[node];
    for (uint32_t i = 0; i < n->labels_len; i++)
        if (strcmp(intern_text(b->names.words, n->labels[i].key), key) == 0)
            return intern_text(b->names.words, n->labels[i].value);
    return NULL;
}

static void a_pool_is_so_many_machines(void **state)
{
    (void)state;
    struct built b;
    build(&b, "pools:\n"
              "- name: train\n"
              "  machine: Standard_ND96isr_H100_v5\n"
              "  count: 3\n"
              "  labels: {tier: train}\n"
              "  taints: ['nvidia.com/gpu=present:NoSchedule', 'spot:NoExecute']\n"
              "  region: westeurope\n"
              "- {name: system, machine: Standard_D4s_v5, price: 0.2 USD/h, boot: 10m}\n");
    assert_string_equal(messages_text(&b.messages), "");
    assert_int_equal(b.cluster->nodes_len, 4);
    assert_int_equal(capacity(&b, "train-2", "nvidia.com/gpu"), 8);
    assert_int_equal(capacity(&b, "train-0", "cpu"), 96000);
    assert_int_equal(capacity(&b, "train-0", "memory"), INT64_C(1900) << 30);
    assert_int_equal(capacity(&b, "system-0", "nvidia.com/gpu"), 0);
    assert_string_equal(label(&b, 1, "kubernetes.io/hostname"), "train-1");
    assert_string_equal(label(&b, 1, "tier"), "train");
    assert_string_equal(label(&b, 1, "nvidia.com/gpu.product"), "NVIDIA-H100-80GB-HBM3");
    const struct node *n = &b.cluster->nodes[0];
    assert_int_equal(n->price_micro_per_h, 127816000);
    assert_int_equal(n->taints_len, 2);
    assert_int_equal(n->taints[1].effect, TAINT_NO_EXECUTE);
    assert_int_equal(n->taints[1].value, INTERN_NONE);
    assert_int_equal(b.cluster->nodes[3].price_micro_per_h, 200000);
    assert_int_equal(b.cluster->nodes[3].state, NODE_BOOTING);
    drop(&b);
}

static void mixed_instances_have_names_of_their_own(void **state)
{
    (void)state;
    struct built b;
    build(&b,
          "pools:\n"
          "- name: n\n"
          "  machine: Standard_ND96isr_H100_v5\n"
          "  mig: {layout: {default: [3g.40gb, 2g.20gb, 1g.10gb, 1g.10gb], 0: all-disabled}}\n");
    assert_string_equal(messages_text(&b.messages), "");
    assert_int_equal(capacity(&b, "n-0", "nvidia.com/gpu"), 1);
    assert_int_equal(capacity(&b, "n-0", "nvidia.com/mig-3g.40gb"), 7);
    assert_int_equal(capacity(&b, "n-0", "nvidia.com/mig-2g.20gb"), 7);
    assert_int_equal(capacity(&b, "n-0", "nvidia.com/mig-1g.10gb"), 14);
    drop(&b);
}

static void all_3g_gives_the_quota_sample_its_16_slices(void **state)
{
    (void)state;
    struct built b;
    build(&b,
          "pools:\n- {name: n, machine: Standard_ND96isr_H100_v5, mig: {layout: all-3g.40gb}}\n");
    assert_int_equal(capacity(&b, "n-0", "nvidia.com/mig-3g.40gb"), 16);
    assert_int_equal(capacity(&b, "n-0", "nvidia.com/gpu"), 0);
    drop(&b);
}

static void azure_names_its_own_profiles(void **state)
{
    (void)state;
    static const struct {
        const char *name, *resource;
        int instances;
    } aks[] = {
        {"MIG1g", "nvidia.com/mig-1g.10gb", 56}, {"MIG2g", "nvidia.com/mig-2g.20gb", 24},
        {"MIG3g", "nvidia.com/mig-3g.40gb", 16}, {"MIG4g", "nvidia.com/mig-4g.40gb", 8},
        {"MIG7g", "nvidia.com/mig-7g.80gb", 8},
    };
    for (size_t i = 0; i < LEN(aks); i++) {
        struct built b;
        char text[256];
        snprintf(text, sizeof text,
                 "pools:\n- {name: n, machine: Standard_ND96isr_H100_v5, mig: {layout: %s}}\n",
                 aks[i].name);
        build(&b, text);
        assert_string_equal(messages_text(&b.messages), "");
        assert_int_equal(capacity(&b, "n-0", aks[i].resource), aks[i].instances);
        drop(&b);
    }
}

static void single_instances_are_called_gpus(void **state)
{
    (void)state;
    struct built b;
    build(&b, "pools:\n- {name: n, machine: Standard_ND96isr_H100_v5, mig: {strategy: single, "
              "layout: all-1g.10gb}}\n");
    assert_string_equal(messages_text(&b.messages), "");
    assert_int_equal(capacity(&b, "n-0", "nvidia.com/gpu"), 56);
    assert_string_equal(label(&b, 0, "nvidia.com/gpu.product"),
                        "NVIDIA-H100-80GB-HBM3-MIG-1g.10gb");
    drop(&b);
}

static void replicas_multiply_what_there_is(void **state)
{
    (void)state;
    struct built b;
    build(&b,
          "pools:\n"
          "- {name: a, machine: Standard_NC40ads_H100_v5, sharing: {time-slicing: {replicas: 4}}}\n"
          "- name: b\n"
          "  machine: Standard_NC40ads_H100_v5\n"
          "  mig: {layout: [1g.12gb, 1g.12gb]}\n"
          "  sharing: {time-slicing: {replicas: 3, renameByDefault: true}}\n");
    assert_string_equal(messages_text(&b.messages), "");
    assert_int_equal(capacity(&b, "a-0", "nvidia.com/gpu"), 4);
    assert_string_equal(label(&b, 0, "nvidia.com/gpu.replicas"), "4");
    assert_int_equal(capacity(&b, "b-0", "nvidia.com/mig-1g.12gb.shared"), 6);
    assert_int_equal(b.cluster->domains_len, 3);
    int milli = 0;
    for (uint32_t u = 0; u < 4; u++)
        milli += b.cluster->nodes[0].classes[0].units[u].milli;
    assert_int_equal(milli, 1000);
    drop(&b);
}

/* Each row is one mistake and its message. */
static const struct row {
    const char *name;
    const char *text;
    const char *want;
} rows[] = {
    {"an_infeasible_layout_says_why",
     "pools:\n- {name: n, machine: Standard_ND96isr_H100_v5, mig: {layout: [3g.40gb, 3g.40gb, "
     "1g.10gb]}}\n",
     "c.yaml:2:63: error: H100-80GB: these instances do not fit on one GPU: two 3g.40gb use all 8 "
     "memory slices, no room is left for one 1g.10gb; {3g.40gb: 1, 1g.10gb: 4} would fit "
     "[mig-mix]\n"},
    {"an_unknown_machine_has_a_neighbour",
     "pools:\n- {name: n, machine: Standard_ND96isr_H100_v4}\n",
     "c.yaml:2:22: error: machine: 'Standard_ND96isr_H100_v4': no such machine; did you mean "
     "'Standard_ND96isr_H100_v5'?; `clustersim list machines` shows them\n"},
    {"names_are_as_many_as_nodes",
     "pools:\n- {name: n, machine: Standard_D4s_v5, count: 2, names: [a]}\n",
     "c.yaml:2:57: error: names: 1 names for 2 nodes (count)\n"},
    {"a_taint_has_an_effect", "pools:\n- {name: n, machine: Standard_D4s_v5, taints: [gpu]}\n",
     "c.yaml:2:48: error: taints: 'gpu': expected KEY=VALUE:EFFECT, with NoSchedule, "
     "PreferNoSchedule or NoExecute\n"},
    {"two_nodes_of_one_name",
     "pools:\n- {name: n, machine: Standard_D4s_v5}\n- {name: m, machine: Standard_D4s_v5, names: "
     "[n-0]}\n",
     "c.yaml:3:3: error: pools: two nodes are called 'n-0'\n"},
    {"a_gpu_without_mig_cannot_be_cut",
     "pools:\n- {name: n, machine: Standard_NC6s_v3, mig: {layout: all-1g.10gb}}\n",
     "c.yaml:2:54: error: mig: V100-16GB cannot be partitioned\n"},
    {"single_needs_one_profile",
     "pools:\n- {name: n, machine: Standard_ND96isr_H100_v5, mig: {strategy: single, layout: "
     "[3g.40gb, 1g.10gb]}}\n",
     "c.yaml:2:80: error: mig: strategy single needs all GPUs cut into instances of one profile; "
     "use mixed\n"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct built b;
    build(&b, row->text);
    assert_null(b.cluster);
    messages_assert(&b.messages, row->want);
    drop(&b);
}

int main(void)
{
    const struct CMUnitTest good[] = {
        cmocka_unit_test(a_pool_is_so_many_machines),
        cmocka_unit_test(mixed_instances_have_names_of_their_own),
        cmocka_unit_test(all_3g_gives_the_quota_sample_its_16_slices),
        cmocka_unit_test(azure_names_its_own_profiles),
        cmocka_unit_test(single_instances_are_called_gpus),
        cmocka_unit_test(replicas_multiply_what_there_is),
    };
    struct CMUnitTest bad[LEN(rows)];
    for (size_t i = 0; i < LEN(rows); i++)
        bad[i] = (struct CMUnitTest){.name = rows[i].name,
                                     .test_func = check_row,
                                     .initial_state = (void *)(uintptr_t)&rows[i]};
    const int failed = cmocka_run_group_tests_name("cluster_spec", good, NULL, NULL);
    return failed + cmocka_run_group_tests_name("cluster_spec_mistakes", bad, NULL, NULL);
}
