#include "sim/intern.h"
#include "tests/unit.h"

#include <stdio.h>

static void equal_texts_have_equal_numbers(void **state)
{
    (void)state;
    struct intern *t = intern_new();
    assert_int_equal(intern_add(t, "cpu"), 0);
    assert_int_equal(intern_add(t, "memory"), 1);
    assert_int_equal(intern_add(t, "cpu"), 0);
    assert_int_equal(intern_add_len(t, "memory!", 6), 1);
    assert_int_equal(intern_find(t, "gpu"), INTERN_NONE);
    assert_string_equal(intern_text(t, 1), "memory");
    assert_string_equal(intern_text(t, INTERN_NONE), "");
    assert_int_equal(intern_len(t), 2);
    intern_free(t);
}

static void numbers_and_addresses_survive_growth(void **state)
{
    (void)state;
    struct intern *t = intern_new();
    const char *first = intern_text(t, intern_add(t, "0"));
    char text[16];
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%u", i);
        assert_int_equal(intern_add(t, text), i);
    }
    for (uint32_t i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%u", i);
        assert_int_equal(intern_find(t, text), i);
        assert_string_equal(intern_text(t, i), text);
    }
    assert_ptr_equal(first, intern_text(t, 0));
    intern_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_texts_have_equal_numbers),
        cmocka_unit_test(numbers_and_addresses_survive_growth),
    };
    return cmocka_run_group_tests_name("intern", tests, NULL, NULL);
}
