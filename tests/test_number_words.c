#include "tests/unit.h"
#include "workloads/number_words.h"

static void numbers_are_printed_behind_their_prefix(void **state)
{
    (void)state;
    static const struct {
        int64_t number;
        const char *text;
    } rows[] = {
        {0, "u0"},
        {7, "u7"},
        {65535, "u65535"},
        {65536, "u65536"},
        {INT64_MAX, "u9223372036854775807"},
        {130, "u130"},
    };
    struct intern *words = intern_new();
    struct number_words w;
    number_words_init(&w, words, "u");
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < LEN(rows); i++)
            assert_string_equal(intern_text(words, number_words_get(&w, rows[i].number)),
                                rows[i].text);
    assert_int_equal(intern_len(words), LEN(rows));
    number_words_fini(&w);
    intern_free(words);
}

static void negative_numbers_are_unknown(void **state)
{
    (void)state;
    struct intern *words = intern_new();
    struct number_words w;
    number_words_init(&w, words, "u");
    assert_int_equal(number_words_get(&w, -1), INTERN_NONE);
    assert_int_equal(number_words_get(&w, INT64_MIN), INTERN_NONE);
    number_words_set(&w, -1, "nobody");
    assert_int_equal(number_words_get(&w, -1), INTERN_NONE);
    assert_int_equal(intern_len(words), 0);
    number_words_fini(&w);
    intern_free(words);
}

static void names_replace_numbers(void **state)
{
    (void)state;
    struct intern *words = intern_new();
    struct number_words w;
    number_words_init(&w, words, "q");
    number_words_set(&w, 3000, "batch");
    assert_string_equal(intern_text(words, number_words_get(&w, 3000)), "batch");
    assert_string_equal(intern_text(words, number_words_get(&w, 1)), "q1");
    number_words_set(&w, 1, "batch");
    assert_int_equal(number_words_get(&w, 1), number_words_get(&w, 3000));
    number_words_fini(&w);
    intern_free(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_printed_behind_their_prefix),
        cmocka_unit_test(negative_numbers_are_unknown),
        cmocka_unit_test(names_replace_numbers),
    };
    return cmocka_run_group_tests_name("number_words", tests, NULL, NULL);
}
