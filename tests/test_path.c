#include "sim/arena.h"
#include "sim/path.h"
#include "tests/unit.h"

static void a_relative_path_begins_beside_its_file(void **state)
{
    (void)state;
    static const struct {
        const char *file, *path, *want;
    } rows[] = {
        {"dir/a.yaml", "b.txt", "dir/b.txt"},
        {"/x/y/a.yaml", "../b.txt", "/x/y/../b.txt"},
        {"a.yaml", "b.txt", "b.txt"},
        {"/a.yaml", "b.txt", "/b.txt"},
        {"dir/a.yaml", "/b.txt", "/b.txt"},
        {"dir/a.yaml", "-", "-"},
        {NULL, "b.txt", "b.txt"},
    };
    struct arena *a = arena_new();
    for (size_t i = 0; i < LEN(rows); i++)
        assert_string_equal(path_beside(a, rows[i].file, rows[i].path), rows[i].want);
    arena_free(a);
}

static void a_file_lies_in_its_folder(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_string_equal(path_dir(a, "a/b/c.yaml"), "a/b");
    assert_string_equal(path_dir(a, "c.yaml"), ".");
    assert_string_equal(path_dir(a, "/c.yaml"), "/");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_relative_path_begins_beside_its_file),
        cmocka_unit_test(a_file_lies_in_its_folder),
    };
    return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
