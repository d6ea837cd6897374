#include "models/gpu_model.h"
#include "models/kubernetes/node_terms.h"
#include "models/names.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "tests/messages.h"
#include "tests/source_run.h"
#include "tests/temp_file.h"
#include "tests/unit.h"
#include "workloads/openb_nodes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct source_world world = {.nodes = 2, .gpus = 8, .cpus = 64};
static const struct source_world strict = {.nodes = 2, .gpus = 8, .cpus = 64, .strict = true};

#define HEAD                                                                                     \
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_" \
    "time,scheduled_time\n"
#define A "a,4000,1024,1,460,,LS,Running,50,80,60\n"
#define B "b,0,0,8,1000,,BE,Running,10,,\n"
#define C "c,2000,0,0,0,,,Running,20,25.0,\n"

/* --- rows: options beside the list, the list, and what comes of them --- */

static const struct row {
    const char *name;
    const struct source_world *world;
    const char *options;
    const char *list;
    const char *comes;
} rows[] = {
    {"pods_arrive_one_by_one_and_never_leave", &world, "", HEAD B A C,
     "openb-0 at 0s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, ever of ever, tenant LS\n"
     "openb-1 at 1s: 1 x 8 nvidia.com/gpu, ever of ever, tenant BE\n"
     "openb-2 at 2s: 1 x 2000 cpu, ever of ever\n"},
    {"recorded_pods_come_and_go_when_they_did", &world, "times: recorded", HEAD A B C,
     "openb-0 at 10s: 1 x 8 nvidia.com/gpu, ever of ever, tenant BE\n"
     "openb-1 at 20s: 1 x 2000 cpu, 5s of ever\n"
     "openb-2 at 50s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, 20s of ever, tenant LS\n"},
    {"columns_may_be_in_any_order_and_some_are_missing", &world, "every: 1h, name: x",
     "gpu_milli,num_gpu,memory_mib,cpu_milli,name,more\n1000,1,0,1,p,?\n",
     "x-0 at 0s: 1 x 1 cpu + 1 nvidia.com/gpu, ever of ever\n"},
    {"copies_follow_until_so_much_is_asked_for", &world, "demand: 15%", HEAD A,
     "openb-0 at 0s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, ever of ever, tenant LS\n"
     "openb-1 at 1s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, ever of ever, tenant LS\n"
     "openb-2 at 2s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, ever of ever, tenant LS\n"
     "openb-3 at 3s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, ever of ever, tenant LS\n"
     "openb-4 at 4s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, ever of ever, tenant LS\n"},
    {"no_copies_if_nobody_wants_a_gpu", &world, "demand: 130%", HEAD C,
     "openb-0 at 0s: 1 x 2000 cpu, ever of ever\n"},
    {"rows_that_make_no_sense_are_left_out", &world, "",
     HEAD "a,x,0,0,0\nb,1,0,65,1000\nc,1,0,1,0\nd,1,0,1,1001\ne,1,0,2,500\nf,1\n" C,
     "openb-0 at 0s: 1 x 2000 cpu, ever of ever\n"
     "-2 no number: pod left out (line 2)\n"
     "-1 more than 64 GPUs: pod left out (line 3)\n"
     "-2 gpu_milli not from 1 to 1000: pod left out (line 4)\n"
     "-1 parts of several GPUs: pod left out (line 6)\n"},
    {"strict_refuses_them", &strict, "", HEAD "a,-1,0,0,0\n",
     "FILE:2:3: error: cpu_milli: '-1': not a number; expected a whole number from 0 on\nfailed\n"},
    {"an_empty_list_has_no_columns", &world, "", "",
     "FILE: error: is empty; expected a row of columns\nfailed\n"},
    {"a_list_of_nothing_is_fine", &world, "shuffle: true, demand: 2", HEAD, ""},
    {"a_missing_column_is_named", &world, "", "name,cpu_milli,memory_mib,num_gpu\n",
     "FILE:1:1: error: column 'gpu_milli' is missing\nfailed\n"},
    {"recorded_times_are_an_order", &world, "times: recorded, shuffle: true", HEAD A,
     "scenario.yaml:1:64: error: shuffle: recorded times have an order of their own; expected "
     "times: one-by-one\nfailed\n"},
};

/* Without the lines of the file that follow messages. */
static void drop_carets(char *text)
{
    char *to = text;
    for (char *line = text, *end; *line != '\0'; line = end) {
        end = strchr(line, '\n') + 1;
        if (*line == ' ')
            continue;
        memmove(to, line, (size_t)(end - line));
        to += end - line;
    }
    *to = '\0';
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct temp_file f;
    char options[256];
    temp_file_text(&f, row->list);
    snprintf(options, sizeof options, "{openb: %s, %s}", f.path, row->options);
    char *text = source_run_all(row->world, options, f.path);
    drop_carets(text);
    assert_string_equal(text, row->comes);
    free(text);
    temp_file_remove(&f);
}

static void a_file_gives_the_order(void **state)
{
    (void)state;
    struct temp_file list, order;
    char options[256];
    temp_file_text(&list, HEAD A B C);
    temp_file_text(&order, "index,pod\n0,c\n1,a-tuned-0\n2,a\n");
    snprintf(options, sizeof options, "{openb: %s, order: %s}", list.path, order.path);
    char *text = source_run_all(&world, options, list.path);
    assert_string_equal(
        text, "openb-0 at 0s: 1 x 2000 cpu, ever of ever\n"
              "openb-1 at 1s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, ever of ever, "
              "tenant LS\n"
              "openb-2 at 2s: 1 x 4000 cpu + 1073741824 memory + 460/1000 GPU, ever of ever, "
              "tenant LS\n");
    free(text);
    temp_file_remove(&order);
    temp_file_text(&order, "pod\nzz\n");
    snprintf(options, sizeof options, "{openb: %s, order: %s}", list.path, order.path);
    text = source_run_all(&world, options, order.path);
    drop_carets(text);
    assert_string_equal(text, "FILE:2:1: error: pod: 'zz': not in the list of pods; expected its "
                              "name\nfailed\n");
    free(text);
    temp_file_remove(&order);
    temp_file_remove(&list);
}

static void a_shuffle_is_fixed_by_the_seed_and_keeps_all_pods(void **state)
{
    (void)state;
    struct temp_file f;
    char list[4096] = HEAD, options[256];
    for (int i = 0; i < 30; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "p%02d,%d,0,0,0\n", i, 1000 + i);
    temp_file_text(&f, list);
    snprintf(options, sizeof options, "{openb: %s, shuffle: true}", f.path);
    char *text = source_run_all(&world, options, f.path);
    char *again = source_run_all(&world, options, f.path);
    assert_string_equal(text, again);
    int moved = 0;
    for (int i = 0; i < 30; i++) {
        char want[64];
        snprintf(want, sizeof want, "1 x %d cpu", 1000 + i);
        assert_non_null(strstr(text, want));
        snprintf(want, sizeof want, "openb-%d at %ds: 1 x %d cpu", i, i, 1000 + i);
        moved += strstr(text, want) == NULL;
    }
    assert_true(moved > 15);
    free(again);
    free(text);
    temp_file_remove(&f);
}

/* --- nodes --- */

struct nodes_fixture {
    struct messages m;
    struct names names;
    struct arena *arena;
    struct yaml_file *file;
    struct cluster *cluster;
};

static void read_nodes(struct nodes_fixture *f, const char *nodes, const char *order)
{
    struct temp_file list, orders;
    char text[256];
    temp_file_text(&list, nodes);
    temp_file_text(&orders, order == NULL ? "" : order);
    *f = (struct nodes_fixture){.arena = arena_new()};
    messages_open(&f->m);
    f->names = (struct names){.resources = resource_names_new(), .words = intern_new()};
    snprintf(text, sizeof text, order == NULL ? "{nodes: %s}" : "{nodes: %s, order: %s}", list.path,
             orders.path);
    f->file = yaml_parse("./s.yaml", text, strlen(text), &f->m.diag);
    f->cluster = openb_cluster(yaml_doc(f->file, 0), &f->names, f->arena, &f->m.diag);
    temp_file_remove(&list);
    temp_file_remove(&orders);
}

static void close_nodes(struct nodes_fixture *f)
{
    cluster_free(f->cluster);
    intern_free(f->names.resources);
    intern_free(f->names.words);
    yaml_close(f->file);
    arena_free(f->arena);
    messages_close(&f->m);
}

#define NODES                             \
    "sn,cpu_milli,memory_mib,gpu,model\n" \
    "n0,64000,1024,2,P100\nn1,96000,2048,8,G2\nn2,32000,512,0,\nn3,8000,16,1,P100\n"

static void nodes_of_a_model_are_a_pool(void **state)
{
    (void)state;
    struct nodes_fixture f;
    read_nodes(&f, NODES, NULL);
    const struct cluster *c = f.cluster;
    assert_int_equal(c->pools_len, 3);
    assert_string_equal(c->pools[0].name, "cpu");
    assert_string_equal(c->pools[1].name, "G2");
    assert_string_equal(c->pools[2].name, "P100");
    assert_int_equal(c->pools[2].gpus, 3);
    const uint32_t n = cluster_find_node(c, "n3");
    assert_int_equal(cluster_capacity_of(c, n, RESOURCE_CPU), 8000);
    assert_int_equal(cluster_capacity_of(c, n, RESOURCE_MEMORY), 16 << 20);
    assert_int_equal(cluster_capacity_of(c, n, RESOURCE_GPU), 1);
    assert_string_equal(c->kinds[c->nodes[n].gpu_kind]->name, "P100");
    assert_int_equal(c->nodes[n].labels_len, 2);
    assert_int_equal(c->nodes[cluster_find_node(c, "n2")].gpu_kind, KIND_NONE);
    close_nodes(&f);
}

static void an_order_renames_nodes(void **state)
{
    (void)state;
    struct nodes_fixture f;
    read_nodes(&f, NODES, "0000-n2\n0001-n0\n0002-n3\n0003-n1\n");
    assert_int_not_equal(cluster_find_node(f.cluster, "0003-n1"), NODE_NONE);
    assert_int_equal(cluster_find_node(f.cluster, "n1"), NODE_NONE);
    close_nodes(&f);
}

static void mistakes_in_the_nodes_are_reported(void **state)
{
    (void)state;
    static const struct {
        const char *nodes, *order, *message;
    } bad[] = {
        {"sn,cpu_milli,memory_mib,gpu\n", NULL, "column 'model' is missing"},
        {NODES "n4,1,1,65,X\n", NULL, "gpu: '65': expected a whole number from 0 to 64"},
        {NODES "n4,1.5,1,1,X\n", NULL, "cpu_milli: '1.5': expected a whole number"},
        {NODES "n0,1,1,1,X\n", NULL, "'n0' is there twice"},
        {NODES, "0-n0\n1-n1\n2-n2\n", "3 lines for 4 nodes"},
        {NODES, "0-n0\n1-n1\n2-n2\n3-n9\n", "'3-n9': expected NUMBER-NAME"},
        {NODES, "0-n0\n1-n0\n2-n2\n3-n3\n", "'1-n0': expected NUMBER-NAME"},
    };
    for (size_t i = 0; i < LEN(bad); i++) {
        struct nodes_fixture f;
        read_nodes(&f, bad[i].nodes, bad[i].order);
        assert_null(f.cluster);
        if (strstr(messages_text(&f.m), bad[i].message) == NULL)
            fail_msg("%s\nnot: %s", messages_text(&f.m), bad[i].message);
        close_nodes(&f);
    }
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 5];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].name,
                                       .test_func = check_row,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    size_t n = LEN(rows);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_file_gives_the_order);
    tests[n++] =
        (struct CMUnitTest)cmocka_unit_test(a_shuffle_is_fixed_by_the_seed_and_keeps_all_pods);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(nodes_of_a_model_are_a_pool);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(an_order_renames_nodes);
    tests[n++] = (struct CMUnitTest)cmocka_unit_test(mistakes_in_the_nodes_are_reported);
    return cmocka_run_group_tests_name("openb_source", tests, NULL, NULL);
}
