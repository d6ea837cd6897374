#include "sim/rng.h"
#include "sim/suggest.h"
#include "tests/unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const keys[] = {"bandwidth", "gpus",       "cpu",   "memory",
                                   "warm_up",   "nodeLabels", "limit", "link_latency",
                                   "ab",        "limits",     NULL};

static const struct row {
    const char *name;
    const char *wrong;
    const char *hint;
} rows[] = {
    {"a_letter_left_out", "bandwith", "; did you mean 'bandwidth'?"},
    {"a_letter_too_many", "memmory", "; did you mean 'memory'?"},
    {"another_letter", "memary", "; did you mean 'memory'?"},
    {"two_letters_swapped", "mmeory", "; did you mean 'memory'?"},
    {"two_swapped_in_a_short_word", "lmiit", "; did you mean 'limit'?"},
    {"one_in_three", "gpu", "; did you mean 'gpus'?"},
    {"case_is_nearly_nothing", "NODELABELS", "; did you mean 'nodeLabels'?"},
    {"dashes_are_nearly_underscores", "warm-up", "; did you mean 'warm_up'?"},
    {"case_decides_in_two_letters", "AB", "; did you mean 'ab'?"},
    {"two_letters_are_too_few_for_an_edit", "ac", ""},
    {"nothing_near", "colour", ""},
    {"nothing_at_all", "", ""},
    {"a_part_of_a_name", "latency", "; did you mean 'link_latency'?"},
    {"a_name_with_more_around_it", "my_limit_here", "; did you mean 'limit'?"},
    {"the_first_of_equally_near_ones", "limitz", "; did you mean 'limit'?"},
    {"the_nearest_wins", "limitts", "; did you mean 'limits'?"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct suggest s;
    suggest_init(&s, row->wrong);
    suggest_offer_all(&s, keys);
    assert_string_equal(suggest_hint(&s), row->hint);
}

static void long_names_are_left_alone(void **state)
{
    (void)state;
    char name[SUGGEST_LONGEST + 2];
    memset(name, 'x', sizeof name);
    name[SUGGEST_LONGEST + 1] = '\0';
    struct suggest s;
    suggest_init(&s, name);
    suggest_offer(&s, name);
    assert_string_equal(suggest_hint(&s), "");

    name[SUGGEST_LONGEST] = '\0';
    suggest_init(&s, name);
    suggest_offer(&s, name);
    assert_ptr_equal(s.best, name);
    assert_int_equal(strlen(suggest_hint(&s)), strlen("; did you mean ''?") + SUGGEST_LONGEST);
}

/* The textbook's recursion, in edits. */
static unsigned slow_distance(const char *a, size_t i, const char *b, size_t j)
{
    if (i == 0 || j == 0)
        return (unsigned)(i + j);
    unsigned best = slow_distance(a, i - 1, b, j - 1) + (a[i - 1] != b[j - 1]);
    const unsigned left_out = slow_distance(a, i - 1, b, j) + 1;
    const unsigned put_in = slow_distance(a, i, b, j - 1) + 1;
    best = left_out < best ? left_out : best;
    best = put_in < best ? put_in : best;
    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        const unsigned swapped = slow_distance(a, i - 2, b, j - 2) + 1;
        best = swapped < best ? swapped : best;
    }
    return best;
}

static void random_word(gsl_rng *r, char *word, size_t most, unsigned letters)
{
    const size_t len = 1 + gsl_rng_uniform_int(r, most);
    for (size_t i = 0; i < len; i++)
        word[i] = (char)('a' + gsl_rng_uniform_int(r, letters));
    word[len] = '\0';
}

static bool contains(const char *a, const char *b)
{
    return (strlen(b) >= 3 && strstr(a, b) != NULL) || (strlen(a) >= 3 && strstr(b, a) != NULL);
}

static void agrees_with_the_textbook(void **state)
{
    (void)state;
    gsl_rng *r = rng_open(20260302, 0, "test", 0);
    unsigned near = 0;
    for (int i = 0; i < 6000; i++) {
        char a[8];
        char b[8];
        const unsigned letters = 2 + (unsigned)gsl_rng_uniform_int(r, 3);
        random_word(r, a, 7, letters);
        random_word(r, b, 7, letters);
        const size_t longer = strlen(a) > strlen(b) ? strlen(a) : strlen(b);
        const unsigned edits = slow_distance(a, strlen(a), b, strlen(b));
        struct suggest s;
        suggest_init(&s, a);
        suggest_offer(&s, b);
        near += 3 * edits <= longer;
        assert_int_equal(s.best != NULL, 3 * edits <= longer || contains(a, b));
        if (3 * edits <= longer)
            assert_int_equal(s.best_cost, 10 * edits);
    }
    assert_true(near > 300);
    gsl_rng_free(r);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 2] = {cmocka_unit_test(long_names_are_left_alone),
                                              cmocka_unit_test(agrees_with_the_textbook)};
    for (size_t i = 0; i < LEN(rows); i++)
        tests[2 + i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
