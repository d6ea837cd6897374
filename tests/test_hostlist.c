#include "models/slurm_text/hostlist.h"
#include "sim/arena.h"
#include "sim/rng.h"
#include "tests/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct row {
    const char *name;
    const char *text;
    const char *names;   /* blanks between; NULL if it is refused */
    const char *shorter; /* what compression makes of the names; NULL: text */
    const char *why;
} rows[] = {
    {"a_name", "n1", "n1", NULL, NULL},
    {"a_name_without_number", "login", "login", NULL, NULL},
    {"a_range", "n[1-3]", "n1 n2 n3", NULL, NULL},
    {"a_single_number", "n[7]", "n7", "n7", NULL},
    {"ranges_and_numbers", "n[1-2,5,7-8]", "n1 n2 n5 n7 n8", NULL, NULL},
    {"padding_is_kept", "n[07-10]", "n07 n08 n09 n10", NULL, NULL},
    {"padding_per_range", "n[1-3,07-10]", "n1 n2 n3 n07 n08 n09 n10", NULL, NULL},
    {"width_may_grow_without_padding", "n[9-11]", "n9 n10 n11", NULL, NULL},
    {"two_brackets", "r[1-2]n[1-2]", "r1n1 r1n2 r2n1 r2n2", "r1n[1-2],r2n[1-2]", NULL},
    {"text_behind_a_bracket", "n[1-2]-ib", "n1-ib n2-ib", "n1-ib,n2-ib", NULL},
    {"several_names", "a,b2,c[1-2]", "a b2 c1 c2", NULL, NULL},
    {"doubles_are_kept", "n1,n1", "n1 n1", "n[1,1]", NULL},
    {"order_is_kept", "n[3,1]", "n3 n1", NULL, NULL},
    {"other_names_end_a_bracket", "n[1-2],m1,n3", "n1 n2 m1 n3", NULL, NULL},
    {"devices", "/dev/nvidia[0-1]", "/dev/nvidia0 /dev/nvidia1", NULL, NULL},
    {"numbers_alone", "[1-2]", "1 2", NULL, NULL},
    {"different_widths_do_not_join", "n9,n010", "n9 n010", "n[9,010]", NULL},
    {"nothing", "", NULL, NULL, "a name is empty"},
    {"an_empty_name", "a,,b", NULL, NULL, "a name is empty"},
    {"a_comma_at_the_end", "a,", NULL, NULL, "a name is empty"},
    {"an_empty_bracket", "n[]", NULL, NULL, "a number is missing"},
    {"an_open_bracket", "n[1-2", NULL, NULL,
     "a bracket holds something else than numbers, '-' and ','"},
    {"a_range_without_end", "n[1-]", NULL, NULL, "a number is missing"},
    {"a_range_that_runs_down", "n[3-1]", NULL, NULL, "a range runs down"},
    {"letters_in_a_bracket", "n[a-b]", NULL, NULL, "a number is missing"},
    {"a_closing_bracket", "n1]", NULL, NULL, "a bracket is closed that was not opened"},
    {"a_bracket_within", "n[1[2]]", NULL, NULL,
     "a bracket holds something else than numbers, '-' and ','"},
    {"too_many_names", "n[1-262145]", NULL, NULL, "more than 262144 names"},
    {"too_many_in_several_brackets", "a[0-999]b[0-999]c[0-999]", NULL, NULL,
     "more than 262144 names"},
    {"too_many_in_several_names", "a[1-262144],b", NULL, NULL, "more than 262144 names"},
    {"a_huge_number", "n[1-99999999999]", NULL, NULL, "a number has more than 9 digits"},
    {"five_brackets", "a[1]b[1]c[1]d[1]e[1]", NULL, NULL, "more than 4 brackets in a name"},
};

static void join(const struct hostlist *list, char *out)
{
    out[0] = '\0';
    for (size_t i = 0; i < list->len; i++)
        sprintf(out + strlen(out), "%s%s", i == 0 ? "" : " ", list->names[i]);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct arena *a = arena_new();
    struct hostlist list;
    const char *why = NULL;
    char names[256];

    assert_int_equal(hostlist_expand(a, row->text, &list, &why), row->names != NULL);
    if (row->names == NULL) {
        assert_string_equal(why, row->why);
    } else {
        join(&list, names);
        assert_string_equal(names, row->names);
        assert_string_equal(hostlist_compress(a, list.names, list.len),
                            row->shorter == NULL ? row->text : row->shorter);
    }
    arena_free(a);
}

/* Names of a few texts and widths, in any order, come back from what they are compressed to. */
static void compression_is_undone_by_expansion(void **state)
{
    (void)state;
    static const char *const texts[] = {"n", "node", "r1n", "x9-"};
    gsl_rng *rng = rng_open(17, 0, "hostlist", 0);
    struct arena *a = arena_new();
    for (int round = 0; round < 300; round++) {
        const char *names[40];
        const size_t len = 1 + gsl_rng_uniform_int(rng, 40);
        unsigned number = 0;
        for (size_t i = 0; i < len; i++) {
            number = gsl_rng_uniform_int(rng, 3) == 0 ? (unsigned)gsl_rng_uniform_int(rng, 120)
                                                      : number + 1;
            names[i] = arena_printf(a, "%s%0*u", texts[gsl_rng_uniform_int(rng, 8) % 4],
                                    1 + (int)gsl_rng_uniform_int(rng, 3), number);
        }
        struct hostlist back;
        const char *why;
        assert_true(hostlist_expand(a, hostlist_compress(a, names, len), &back, &why));
        assert_int_equal(back.len, len);
        for (size_t i = 0; i < len; i++)
            assert_string_equal(back.names[i], names[i]);
    }
    arena_free(a);
    gsl_rng_free(rng);
}

static void ranges_of_cores_are_read(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    const struct number_range *ranges;
    const char *why;
    size_t len;

    assert_true(hostlist_ranges(a, "0-15,32", &ranges, &len, &why));
    assert_int_equal(len, 2);
    assert_int_equal(ranges[0].first, 0);
    assert_int_equal(ranges[0].last, 15);
    assert_int_equal(ranges[1].first, 32);
    assert_int_equal(ranges[1].last, 32);
    assert_false(hostlist_ranges(a, "0-15;32", &ranges, &len, &why));
    assert_string_equal(why, "something else than numbers, '-' and ','");
    assert_false(hostlist_ranges(a, "", &ranges, &len, &why));
    arena_free(a);
}

static void nothing_compresses_to_nothing(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    assert_string_equal(hostlist_compress(a, NULL, 0), "");
    arena_free(a);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 3];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(compression_is_undone_by_expansion);
    tests[LEN(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(ranges_of_cores_are_read);
    tests[LEN(rows) + 2] = (struct CMUnitTest)cmocka_unit_test(nothing_compresses_to_nothing);
    return cmocka_run_group_tests_name("hostlist", tests, NULL, NULL);
}
