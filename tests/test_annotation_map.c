/* What the seed's own functions made of names and maps: tests/data/annotation_map (MIT). */
#include "policies/annotation_map/gpu_map.h"
#include "policies/annotation_map/pod_index.h"
#include "sim/arena.h"
#include "sim/yaml.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

static const char vectors[] = "tests/data/annotation_map/golden_vectors.json";

struct fixture {
    struct diag d;
    struct yaml_file *file;
    struct arena *arena;
};

static void fixture_open(struct fixture *f)
{
    diag_init(&f->d, stderr);
    f->file = yaml_read(vectors, &f->d);
    f->arena = arena_new();
    assert_non_null(f->file);
    assert_int_equal(diag_errors(&f->d), 0);
}

static void fixture_close(struct fixture *f)
{
    yaml_close(f->file);
    arena_free(f->arena);
    diag_fini(&f->d);
}

static void names_have_the_recorded_indexes(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    const struct yaml_node *names = yaml_get(yaml_doc(f.file, 0), "names");
    assert_int_equal(names->len, 22);
    for (size_t i = 0; i < names->len; i++) {
        const struct yaml_pair *p = &names->pairs[i];
        char index[256] = "";
        const bool has_index = pod_index_by_digits(p->key->text, index);
        assert_int_equal(has_index, !yaml_is_null(p->value));
        if (has_index)
            assert_string_equal(index, p->value->text);
    }
    print_message("%zu of %zu names\n", names->len, names->len);
    fixture_close(&f);
}

static void compare_entry(const struct gpu_map_entry *got, const struct yaml_node *want)
{
    assert_non_null(got);
    assert_string_equal(got->node, want->items[0]->text);
    const struct yaml_node *devices = want->items[1];
    assert_int_equal(got->devices_len, devices->len);
    for (size_t i = 0; i < devices->len; i++)
        assert_string_equal(got->devices[i], devices->items[i]->text);
}

static void maps_mean_what_was_recorded(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    const struct yaml_node *maps = yaml_get(yaml_doc(f.file, 0), "maps");
    assert_int_equal(maps->len, 27);
    for (size_t i = 0; i < maps->len; i++) {
        const struct yaml_node *out = yaml_get(maps->items[i], "out");
        const struct gpu_map m =
            gpu_map_parse(f.arena, yaml_get(maps->items[i], "in")->text, false);
        assert_int_equal(m.len, out->len);
        for (size_t k = 0; k < out->len; k++)
            compare_entry(gpu_map_find(&m, out->pairs[k].key->text), out->pairs[k].value);
    }
    print_message("%zu of %zu maps\n", maps->len, maps->len);
    fixture_close(&f);
}

/* Python 3.11's own answers; NULL: ValueError. */
static void numbers_are_those_of_python(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"+0", "0"},
        {"007", "7"},
        {"-007", "-7"},
        {"1_000", "1000"},
        {"_1", NULL},
        {"1_", NULL},
        {"1__0", NULL},
        {"-_1", NULL},
        {"0_0", "0"},
        {"+ 1", NULL},
        {"--1", NULL},
        {"+-1", NULL},
        {"", NULL},
        {"+", NULL},
        {"1 2", NULL},
        {"\t5\n", "5"},
        {"\xc2\xa0 5", "5"},
        {"5\xe3\x80\x80", "5"},
        {"1.0", NULL},
        {"1e3", NULL},
        {"0x10", NULL},
        {"\xef\xbc\x91\xd9\xa3", "13"},
        {"\xc2\xb2", NULL},
        {"\xe2\x88\x92"
         "5",
         NULL},
        {"\xff", NULL},
        {"1\xc3", NULL},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
    };
    for (size_t i = 0; i < LEN(rows); i++) {
        char out[64];
        const size_t len = python_int((struct span){rows[i][0], strlen(rows[i][0])}, out);
        assert_int_equal(len, rows[i][1] == NULL ? 0 : strlen(rows[i][1]));
        assert_string_equal(out, rows[i][1] == NULL ? "" : rows[i][1]);
    }
}

static void more_than_4300_digits_are_no_number(void **state)
{
    (void)state;
    static char digits[4302], out[4302];
    memset(digits, '1', sizeof digits - 1);
    assert_int_equal(python_int((struct span){digits, 4300}, out), 4300);
    assert_int_equal(python_int((struct span){digits, 4301}, out), 0);
}

static void the_last_part_alone_counts_for_evgl(void **state)
{
    (void)state;
    char out[64];
    assert_true(pod_index_by_last_part("my-app-3", out));
    assert_string_equal(out, "3");
    assert_false(pod_index_by_last_part("web-0-abcde", out));
    assert_false(pod_index_by_last_part("5", out));
    assert_false(pod_index_by_last_part("gpu-", out));
}

static void a_strict_map_is_spoilt_by_one_line(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct gpu_map m = gpu_map_parse(arena, "\n 0 = n0 : 1, 2\n\nx=n1:0\n", true);
    assert_int_equal(m.len, 2);
    assert_string_equal(gpu_map_find(&m, "0")->node, "n0");
    assert_int_equal(gpu_map_find(&m, "0")->devices_len, 2);
    assert_non_null(gpu_map_find(&m, "x")); /* an index is any text */
    assert_int_equal(gpu_map_parse(arena, "0=n0:0\n1=n1:0=1", true).len, 0);
    assert_int_equal(gpu_map_parse(arena, "0=n0:0\nnote", true).len, 0);
    assert_int_equal(gpu_map_parse(arena, "0=n0:0\n1=n1:0:1", true).len, 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_the_recorded_indexes),
        cmocka_unit_test(maps_mean_what_was_recorded),
        cmocka_unit_test(numbers_are_those_of_python),
        cmocka_unit_test(more_than_4300_digits_are_no_number),
        cmocka_unit_test(the_last_part_alone_counts_for_evgl),
        cmocka_unit_test(a_strict_map_is_spoilt_by_one_line),
    };
    return cmocka_run_group_tests_name("annotation_map", tests, NULL, NULL);
}
