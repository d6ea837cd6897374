#include "sim/rng.h"
#include "tests/unit.h"
#include "workloads/swf.h"

#include <gsl/gsl_rng.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* --- rows: a line, and what it means --- */

/* "job" and its values that are not -1, as field=value, times with their unit; names in quotes;
 * then flaws as kind@column+length. */
static const struct row {
    const char *name;
    const char *line;
    const char *means;
} rows[] = {
    {"a_clean_line", "1 0 964980 97225 56 -1 -1 56 210000 -1 1 1 1 -1 -1 -1 -1 -1",
     "job 1=1 2=0ns 3=964980000000000ns 4=97225000000000ns 5=56 8=56 9=210000000000000ns 11=1 12=1 "
     "13=1"},
    {"leading_and_trailing_blanks", "   7 1 -1 2 3 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1  ",
     "job 1=7 2=1000000000ns 4=2000000000ns 5=3"},
    {"tabs", "7\t1\t-1\t2\t3\t-1\t-1\t-1\t-1\t-1\t-1\t-1\t-1\t-1\t-1\t-1\t-1\t-1\t",
     "job 1=7 2=1000000000ns 4=2000000000ns 5=3"},
    {"every_field", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
     "job 1=1 2=2000000000ns 3=3000000000ns 4=4000000000ns 5=5 6=6000000000ns 7=7 8=8 "
     "9=9000000000ns 10=10 11=11 12=12 13=13 14=14 15=15 16=16 17=17 18=18000000000ns"},
    {"negative_times", "1 -20 -1 -3 5 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1",
     "job 1=1 2=-20000000000ns 4=-3000000000ns 5=5"},
    {"absolute_times_fit", "1 1672529301 71 3632 8 3600 -1 -1 -1 -1 -1 0 -1 -1 -1 -1 -1 -1",
     "job 1=1 2=1672529301000000000ns 3=71000000000ns 4=3632000000000ns 5=8 6=3600000000000ns "
     "12=0"},
    {"large_user_numbers_fit", "1 0 0 1 1 -1 -1 1 1 -1 0 92605928607567 -1 -1 -1 -1 -1 -1",
     "job 1=1 2=0ns 3=0ns 4=1000000000ns 5=1 8=1 9=1000000000ns 11=0 12=92605928607567"},
    {"nineteen_digits_fit", "1 0 0 1 1 -1 -1 1 1 -1 0 9223372036854775807 -1 -1 -1 -1 -1 -1",
     "job 1=1 2=0ns 3=0ns 4=1000000000ns 5=1 8=1 9=1000000000ns 11=0 12=9223372036854775807"},
    {"leading_zeros_are_digits", "0000000000000000000001 00 -1 1 1 -1 -1 1 1 -1 0 1 1 1 1 1 1 -1",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=1000000000ns 11=0 12=1 13=1 14=1 15=1 16=1 17=1"},

    {"fractions_of_seconds_are_exact", "1 .5 -1 223.29 1 0.000000001 -1 1 5. -1 1 1 1 1 1 1 1 -1",
     "job 1=1 2=500000000ns 4=223290000000ns 5=1 6=1ns 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 "
     "16=1 17=1"},
    {"finer_than_a_nanosecond_is_cut", "1 0 -1 1.0000000019 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=0ns 4=1000000001ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 "
     "too-fine@8+12"},
    {"exponents_are_read", "1 1.5e+02 -1 1E3 1e1 -1 -1 1 25e-1 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=150000000000ns 4=1000000000000ns 5=10 8=1 9=2500000000ns 11=1 12=1 13=1 14=1 15=1 "
     "16=1"},
    {"plus_signs_are_read", "+1 +2 -1 +3 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=2000000000ns 4=3000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1"},
    {"unknown_with_a_fraction_is_unknown", "1 0 -1.0 -1.00 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=0ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1"},
    {"whole_numbers_lose_their_fraction", "1 0 -1 1 12.7 -1 -1 4.0 5 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=0ns 4=1000000000ns 5=12 8=4 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 "
     "fraction@10+4 fraction@21+3"},
    {"a_small_exponent_is_a_fraction", "1 0 -1 1 1e-3 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=0ns 4=1000000000ns 5=0 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 "
     "fraction@10+4"},

    {"seconds_beyond_int64", "1 0 -1 9223372037 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=0ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 too-large@8+10"},
    {"the_last_second_of_int64", "1 0 -1 9223372036 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=0ns 4=9223372036000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1"},
    {"numbers_beyond_int64", "1 0 -1 1 1 -1 -1 1 5 -1 1 9223372036854775808 1 1 1 1 1e99 -1",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 13=1 14=1 15=1 16=1 "
     "too-large@27+19 too-large@55+4"},
    {"absurd_exponents",
     "1 0 -1 1e99999999999999999999 1 -1 -1 1 1e-99999999999 -1 1 1 1 1 1 1 1 "
     "-1",
     "job 1=1 2=0ns 5=1 8=1 9=0ns 11=1 12=1 13=1 14=1 15=1 16=1 17=1 too-large@8+22 "
     "too-fine@41+14"},

    {"words_for_numbers", "1 0 N/A 1 nan -1 -1 0x10 5 -1 - 1 1 1 1 1 1-1 -1",
     "job 1=1 2=0ns 4=1000000000ns 9=5000000000ns 12=1 13=1 14=1 15=1 16=1 "
     "not-a-number@5+3 not-a-number@11+3 not-a-number@21+4 not-a-number@31+1 not-a-number@43+3"},
    {"commas_in_numbers", "1 0 1,000 1 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 "
     "not-a-number@5+5"},
    {"points_alone", "1 0 . 1 1 -1 -1 1 5 -1 1 1 1 1 1 1 -. -1",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 "
     "not-a-number@5+1 not-a-number@36+2"},
    {"exponents_without_digits", "1 0 1e 1 1 -1 -1 1 5 -1 1 1 1 1 1 1 1e+ -1",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 "
     "not-a-number@5+2 not-a-number@37+3"},
    {"names_are_kept", "1 0 -1 1 1 -1 -1 1 5 -1 1 ann staff a.out batch thin -1 -1",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12='ann' 13='staff' 14='a.out' "
     "15='batch' 16='thin' name@27+3 name@31+5 name@37+5 name@43+5 name@49+4"},
    {"names_beside_numbers", "1 0 -1 1 1 -1 -1 1 5 -1 1 ann 7 -1 batch 2 -1 -1",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12='ann' 13=7 15='batch' 16=2 "
     "name@27+3 name@36+5"},

    {"seventeen_fields", "1 0 -1 1 1 -1 -1 1 5 -1 1 1 1 1 1 1 9",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 17=9 "
     "one-missing@1+37"},
    {"nineteen_fields", "1 0 -1 1 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1 77",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 "
     "more-fields@43+2"},
    {"fields_of_other_programs", "1 0 -1 1 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1 {7,8} q_2w 1:ppn=2",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1 "
     "more-fields@43+5"},
    {"sixteen_fields_are_too_few", "1 0 -1 1 1 -1 -1 1 5 -1 1 1 1 1 1 1",
     "unreadable too-few@1+35"},
    {"one_field_is_too_few", "1", "unreadable too-few@1+1"},
    {"prose_is_unreadable", "this is no log", "unreadable too-few@1+14"},
    {"a_comment_behind_the_fields", "1 0 -1 1 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1 ; moved; twice",
     "job 1=1 2=0ns 4=1000000000ns 5=1 8=1 9=5000000000ns 11=1 12=1 13=1 14=1 15=1 16=1"},
    {"semicolons_between_fields",
     "1001;0;-1;15;12;-1;-1;-1;420;-1;-1;user5;account2;-1;normal;n ;;-1;",
     "job 1=1001 2=0ns 4=15000000000ns 5=12 9=420000000000ns 12='user5' 13='account2' 15='normal' "
     "16='n' semicolons@1+67 name@36+5 name@42+8 name@54+6 name@61+1"},
    {"semicolons_with_blanks", " 1; 0 ;-1;15;12;-1;-1;-1;420;-1;-1;1;1;-1;1;1;-1;-1",
     "job 1=1 2=0ns 4=15000000000ns 5=12 9=420000000000ns 12=1 13=1 15=1 16=1 semicolons@1+51"},

    {"comments", "; MaxProcs: 100", "comment"},
    {"comments_behind_blanks", " \t; Note: x", "comment"},
    {"comments_of_other_formats", "# made by", "comment"},
    {"a_comment_of_nothing", ";", "comment"},
    {"an_empty_line", "", "blank"},
    {"a_line_of_blanks", " \t ", "blank"},
};

static const char *const flaw_names[SWF_FLAW_KINDS] = {
    [SWF_FRACTION] = "fraction",
    [SWF_TOO_FINE] = "too-fine",
    [SWF_TOO_LARGE] = "too-large",
    [SWF_NOT_A_NUMBER] = "not-a-number",
    [SWF_NAME] = "name",
    [SWF_SEMICOLONS] = "semicolons",
    [SWF_ONE_MISSING] = "one-missing",
    [SWF_MORE_FIELDS] = "more-fields",
    [SWF_TOO_FEW] = "too-few",
};

static void print_values(FILE *out, const struct swf_record *r)
{
    for (int f = 0; f < SWF_FIELDS; f++)
        if (r->has_names && f >= SWF_USER && f <= SWF_PARTITION && r->name[f].text != NULL)
            fprintf(out, " %d='%.*s'", f + 1, (int)r->name[f].len, r->name[f].text);
        else if (r->value[f] != SWF_UNKNOWN)
            fprintf(out, " %d=%" PRId64 "%s", f + 1, r->value[f],
                    swf_is_time((enum swf_field)f) ? "ns" : "");
}

static void print_line(FILE *out, const char *line)
{
    struct swf_record r;
    switch (swf_parse(line, strlen(line), &r)) {
    case SWF_COMMENT:
        fputs("comment", out);
        return;
    case SWF_BLANK:
        fputs("blank", out);
        return;
    case SWF_UNREADABLE:
        fputs("unreadable", out);
        break;
    case SWF_JOB:
        fputs("job", out);
        print_values(out, &r);
    }
    for (unsigned i = 0; i < r.flaws_len; i++)
        fprintf(out, " %s@%" PRIu32 "+%" PRIu32, flaw_names[r.flaws[i].kind], r.flaws[i].at + 1,
                r.flaws[i].len);
}

static void check_row(void **state)
{
    const struct row *row = *state;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    print_line(out, row->line);
    fclose(out);
    assert_string_equal(text, row->means);
    free(text);
}

/* --- others --- */

static void nul_bytes_are_no_end(void **state)
{
    (void)state;
    static const char line[] = "1 0 -1 1 1 -1 -1 1 5 -1 1 1 1 1 1 1 -1 -1\0 2";
    struct swf_record r;
    assert_int_equal(swf_parse(line, sizeof line - 1, &r), SWF_JOB);
    assert_int_equal(r.value[SWF_THINK], SWF_UNKNOWN);
    assert_int_equal(r.flaws_len, 2);
    assert_int_equal(r.flaws[0].kind, SWF_NOT_A_NUMBER);
    assert_int_equal(r.flaws[1].kind, SWF_MORE_FIELDS);
}

static void fields_are_found_where_they_stand(void **state)
{
    (void)state;
    static const char line[] = "  1\t22 333  4 5";
    uint32_t at = 0;
    uint32_t len = 0;
    static const uint32_t want[][2] = {{2, 1}, {4, 2}, {7, 3}, {12, 1}, {14, 1}};
    for (size_t i = 0; i < LEN(want); i++) {
        assert_true(swf_find_field(line, sizeof line - 1, (enum swf_field)i, &at, &len));
        assert_int_equal(at, want[i][0]);
        assert_int_equal(len, want[i][1]);
    }
    assert_false(swf_find_field(line, sizeof line - 1, SWF_CPU, &at, &len));
}

/* A clean line and the same with something harmless that only the thorough reader takes. */
static void both_readers_agree(void **state)
{
    (void)state;
    const uint64_t seed = 18;
    print_message("seed %ju\n", (uintmax_t)seed);
    gsl_rng *rng = rng_open(seed, 0, "swf", 0);
    static const int64_t most[] = {2, 1000, 2000000000, INT64_C(9300000000), INT64_MAX};
    for (int i = 0; i < 20000; i++) {
        char line[512];
        size_t len = 0;
        for (int f = 0; f < SWF_FIELDS; f++) {
            const uint64_t range = (uint64_t)most[gsl_rng_uniform_int(rng, LEN(most))];
            const int64_t x = (int64_t)(gsl_rng_get(rng) % range) * (i % 3 == 0 ? -1 : 1);
            len += (size_t)snprintf(line + len, sizeof line - len, " %" PRId64, x);
        }
        struct swf_record a, b;
        assert_int_equal(swf_parse(line, len, &a), SWF_JOB);
        snprintf(line + len, sizeof line - len, " ;");
        assert_int_equal(swf_parse(line, len + 2, &b), SWF_JOB);
        assert_memory_equal(a.value, b.value, sizeof a.value);
        assert_int_equal(a.flaws_len, b.flaws_len);
    }
    gsl_rng_free(rng);
}

static void fields_have_names(void **state)
{
    (void)state;
    for (int f = 0; f < SWF_FIELDS; f++)
        assert_non_null(swf_field_name((enum swf_field)f));
    assert_string_equal(swf_field_name(SWF_RUN), "run time");
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(nul_bytes_are_no_end),
        cmocka_unit_test(fields_are_found_where_they_stand),
        cmocka_unit_test(both_readers_agree),
        cmocka_unit_test(fields_have_names),
    };
    struct CMUnitTest tests[LEN(rows) + LEN(others)];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    memcpy(tests + LEN(rows), others, sizeof others);
    return cmocka_run_group_tests_name("swf", tests, NULL, NULL);
}
