#include "sim/rng.h"
#include "tests/messages.h"
#include "tests/unit.h"
#include "workloads/reorder.h"

#include <gsl/gsl_rng.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct record {
    int64_t key;
    uint64_t line;
    char rest[48];
};

/* --- a log in memory --- */

struct log {
    int64_t (*key)(const struct log *log, uint64_t line);
    const int64_t *keys;
    uint64_t len;
    uint64_t fails_at; /* UINT64_MAX: never */
    uint64_t at;
    int rewinds;
};

static int64_t key_of_list(const struct log *log, uint64_t line)
{
    return log->keys[line];
}

static enum reorder_pull pull(void *context, void *record)
{
    struct log *log = context;
    if (log->at == log->fails_at)
        return REORDER_FAILED;
    if (log->at == log->len)
        return REORDER_END;
    const struct record r = {log->key(log, log->at), log->at, "the rest of it"};
    memcpy(record, &r, sizeof r);
    log->at++;
    return REORDER_RECORD;
}

static bool rewind_log(void *context)
{
    struct log *log = context;
    log->at = 0;
    log->rewinds++;
    return true;
}

static struct log log_of(const int64_t *keys, size_t len)
{
    return (struct log){.key = key_of_list, .keys = keys, .len = len, .fails_at = UINT64_MAX};
}

static struct reorder *open_log(struct log *log, enum reorder_method method, uint64_t window,
                                struct diag *d)
{
    const struct reorder_spec spec = {
        .method = method,
        .record_bytes = sizeof(struct record),
        .window_len = window,
        .window_span = UINT64_MAX,
        .temp_folder = "/tmp",
        .input = {.context = log, .pull = pull, .rewind = rewind_log},
    };
    return reorder_new(&spec, d);
}

/* --- small logs --- */

/* What leaves, as lines of the log; checks that nothing was said and nothing failed. */
static struct reorder_counts assert_lines(struct log *log, enum reorder_method method,
                                          uint64_t window, const uint64_t *lines, size_t len)
{
    struct messages m;
    messages_open(&m);
    struct reorder *r = open_log(log, method, window, &m.diag);
    struct record got;
    for (size_t i = 0; i < len; i++) {
        assert_true(reorder_next(r, &got));
        assert_int_equal(got.line, lines[i]);
        assert_string_equal(got.rest, "the rest of it");
    }
    assert_false(reorder_next(r, &got));
    assert_false(reorder_next(r, &got));
    assert_false(reorder_failed(r));
    assert_string_equal(messages_text(&m), "");
    const struct reorder_counts c = reorder_counts(r);
    reorder_free(r);
    messages_close(&m);
    return c;
}

static void a_log_that_fits_the_window_is_read_once(void **state)
{
    (void)state;
    static const int64_t keys[] = {5, 4, 3, 2, 1};
    static const uint64_t lines[] = {4, 3, 2, 1, 0};
    struct log log = log_of(keys, LEN(keys));
    const struct reorder_counts c = assert_lines(&log, REORDER_AUTO, 6, lines, LEN(lines));
    assert_int_equal(log.rewinds, 0);
    assert_int_equal(c.spilled_bytes, 0);
    assert_false(c.was_read_twice);
}

static void an_empty_log_is_empty(void **state)
{
    (void)state;
    for (int method = REORDER_AUTO; method <= REORDER_SORT; method++) {
        struct log log = log_of(NULL, 0);
        assert_lines(&log, (enum reorder_method)method, 5, NULL, 0);
    }
}

static void little_disorder_needs_no_file(void **state)
{
    (void)state;
    static const int64_t keys[] = {1, 3, 2, 5, 4, 7, 6, 9, 8};
    static const uint64_t lines[] = {0, 2, 1, 4, 3, 6, 5, 8, 7};
    struct log log = log_of(keys, LEN(keys));
    const struct reorder_counts c = assert_lines(&log, REORDER_AUTO, 2, lines, LEN(lines));
    assert_true(c.was_read_twice);
    assert_int_equal(log.rewinds, 1);
    assert_int_equal(c.spilled_bytes, 0);
}

static void more_disorder_than_the_window_is_sorted_in_a_file(void **state)
{
    (void)state;
    static const int64_t keys[] = {1, 3, 4, 2, 5, 6, 7, 0, 8};
    static const uint64_t lines[] = {7, 0, 3, 1, 2, 4, 5, 6, 8};
    struct log log = log_of(keys, LEN(keys));
    const struct reorder_counts c = assert_lines(&log, REORDER_AUTO, 2, lines, LEN(lines));
    assert_true(c.was_read_twice);
    assert_int_equal(c.spilled_bytes, LEN(keys) * sizeof(struct record));
    assert_int_equal(c.too_late, 0);
}

static void equal_keys_keep_their_order_in_the_file(void **state)
{
    (void)state;
    static const int64_t keys[] = {2, 1, 2, 1, 2, 1, 1, 2};
    static const uint64_t lines[] = {1, 3, 5, 6, 0, 2, 4, 7};
    struct log log = log_of(keys, LEN(keys));
    assert_lines(&log, REORDER_SORT, 2, lines, LEN(lines));
    assert_int_equal(log.rewinds, 0);
}

static void sorting_a_short_log_needs_no_file(void **state)
{
    (void)state;
    static const int64_t keys[] = {3, 2, 1};
    static const uint64_t lines[] = {2, 1, 0};
    struct log log = log_of(keys, LEN(keys));
    const struct reorder_counts c = assert_lines(&log, REORDER_SORT, 4, lines, LEN(lines));
    assert_int_equal(c.spilled_bytes, 0);
}

static void the_window_alone_raises_what_comes_too_late(void **state)
{
    (void)state;
    static const int64_t keys[] = {10, 20, 30, 5, 40, 29};
    static const int64_t want[] = {10, 20, 30, 30, 40, 40};
    struct log log = log_of(keys, LEN(keys));
    struct messages m;
    messages_open(&m);
    struct reorder *r = open_log(&log, REORDER_WINDOW, 1, &m.diag);
    struct record got;
    size_t i = 0;
    for (; reorder_next(r, &got); i++)
        assert_int_equal(got.key, want[i]);
    assert_int_equal(i, LEN(keys));
    assert_int_equal(reorder_counts(r).too_late, 2);
    assert_int_equal(log.rewinds, 0);
    reorder_free(r);
    messages_close(&m);
}

static void keys_never_fall_even_if_the_window_is_too_small(void **state)
{
    (void)state;
    static const int64_t keys[] = {9, 1, 8, 2, 7, 3, 6, 4, 5};
    for (uint64_t window = 1; window <= 9; window++) {
        struct log log = log_of(keys, LEN(keys));
        struct messages m;
        messages_open(&m);
        struct reorder *r = open_log(&log, REORDER_WINDOW, window, &m.diag);
        struct record got;
        int64_t last = INT64_MIN;
        size_t len = 0;
        for (; reorder_next(r, &got); len++) {
            assert_true(got.key >= last);
            last = got.key;
        }
        assert_int_equal(len, LEN(keys));
        reorder_free(r);
        messages_close(&m);
    }
}

/* Lets records leave once they are older than the span, long before the window is full. */
static void the_span_limits_how_many_are_held_back(void **state)
{
    (void)state;
    static const int64_t keys[] = {0, 1, 2, 3, 4, 50, 49};
    struct log log = log_of(keys, LEN(keys));
    struct messages m;
    messages_open(&m);
    struct reorder_spec spec = {
        .method = REORDER_WINDOW,
        .record_bytes = sizeof(struct record),
        .window_len = 100,
        .window_span = 2,
        .temp_folder = "/tmp",
        .input = {.context = &log, .pull = pull},
    };
    struct reorder *r = reorder_new(&spec, &m.diag);
    struct record got;
    assert_true(reorder_next(r, &got));
    assert_int_equal(got.key, 0);
    assert_int_equal(log.at, 4); /* 3 - 0 is beyond 2 */
    for (int i = 0; i < 6; i++)
        assert_true(reorder_next(r, &got));
    assert_int_equal(got.line, 5); /* the last but one of the log, and the last to leave */
    assert_int_equal(reorder_counts(r).too_late, 0);
    reorder_free(r);
    messages_close(&m);
}

static void an_input_that_fails_ends_the_records(void **state)
{
    (void)state;
    static const int64_t keys[] = {1, 2, 3, 4, 5, 6, 7, 8};
    for (int method = REORDER_AUTO; method <= REORDER_SORT; method++)
        for (uint64_t at = 0; at < 8; at++) {
            struct log log = log_of(keys, LEN(keys));
            log.fails_at = at;
            struct messages m;
            messages_open(&m);
            struct reorder *r = open_log(&log, (enum reorder_method)method, 3, &m.diag);
            struct record got;
            uint64_t left = 0;
            while (reorder_next(r, &got))
                left++;
            assert_true(reorder_failed(r));
            assert_true(left <= at);
            reorder_free(r);
            messages_close(&m);
        }
}

/* --- random logs --- */

static int by_key_and_line(const void *a, const void *b)
{
    const struct record *x = a;
    const struct record *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static void agrees_with_sorting_in_memory(void **state)
{
    (void)state;
    const uint64_t seed = 31;
    print_message("seed %ju\n", (uintmax_t)seed);
    gsl_rng *rng = rng_open(seed, 0, "reorder", 0);
    enum { MOST = 3000 };
    static int64_t keys[MOST];
    static struct record sorted[MOST];
    static uint64_t lines[MOST];
    uint64_t sorts = 0;
    for (int round = 0; round < 60; round++) {
        const size_t len = gsl_rng_uniform_int(rng, MOST);
        const uint64_t noise = 1 + gsl_rng_uniform_int(rng, round % 2 == 0 ? 60 : 6000);
        for (size_t i = 0; i < len; i++) {
            keys[i] = (int64_t)(i + gsl_rng_uniform_int(rng, noise));
            sorted[i] = (struct record){.key = keys[i], .line = i};
        }
        qsort(sorted, len, sizeof sorted[0], by_key_and_line);
        for (size_t i = 0; i < len; i++)
            lines[i] = sorted[i].line;
        struct log log = log_of(keys, len);
        const uint64_t window = 1 + gsl_rng_uniform_int(rng, 200);
        const enum reorder_method method = round % 3 == 0 ? REORDER_SORT : REORDER_AUTO;
        sorts += assert_lines(&log, method, window, lines, len).spilled_bytes > 0;
    }
    assert_true(sorts > 20 && sorts < 60);
    gsl_rng_free(rng);
}

/* --- large logs --- */

static int64_t reversed_key(const struct log *log, uint64_t line)
{
    return (int64_t)(log->len - line);
}

/* Exit status 0: three million records in reverse came out in order. */
static int sort_three_million(void)
{
    struct log log = {.key = reversed_key, .len = 3000000, .fails_at = UINT64_MAX};
    struct diag d;
    diag_init(&d, stderr);
    struct reorder *r = open_log(&log, REORDER_AUTO, 400000, &d);
    struct record got;
    uint64_t len = 0;
    while (reorder_next(r, &got) && got.line == log.len - 1 - len)
        len++;
    const bool ok = len == log.len && !reorder_failed(r) && diag_errors(&d) == 0;
    reorder_free(r);
    diag_fini(&d);
    return ok ? 0 : 1;
}

#if defined(__SANITIZE_ADDRESS__)
enum { IS_SANITIZED = 1 };
#else
enum { IS_SANITIZED = 0 };
#endif

static void assert_succeeds_in_a_child(int (*run)(void))
{
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(run());
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void three_million_reversed_records_need_less_than_64_mb(void **state)
{
    (void)state;
    assert_succeeds_in_a_child(sort_three_million);
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &usage), 0);
    print_message("peak memory %ld KiB\n", usage.ru_maxrss);
    if (!IS_SANITIZED)
        assert_true(usage.ru_maxrss < 64 * 1024);
}

/* --- the file --- */

static void a_missing_folder_is_an_error(void **state)
{
    (void)state;
    static const int64_t keys[] = {3, 2, 1};
    struct log log = log_of(keys, LEN(keys));
    struct messages m;
    messages_open(&m);
    const struct reorder_spec spec = {
        .method = REORDER_SORT,
        .record_bytes = sizeof(struct record),
        .window_len = 1,
        .window_span = UINT64_MAX,
        .temp_folder = "/no/such/folder",
        .input = {.context = &log, .pull = pull, .rewind = rewind_log},
    };
    struct reorder *r = reorder_new(&spec, &m.diag);
    struct record got;
    assert_false(reorder_next(r, &got));
    assert_true(reorder_failed(r));
    assert_string_equal(messages_text(&m),
                        "/no/such/folder: error: a temporary file for sorting a log cannot be made "
                        "(0 MiB so far): No such file or directory; choose another folder\n");
    reorder_free(r);
    messages_close(&m);
}

/* Exit status 0: the file could not grow, and that was said once. */
static int sort_on_a_full_disk(void)
{
    signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {5 << 20, 5 << 20};
    char *text = NULL;
    size_t len = 0;
    struct diag d;
    struct log log = {.key = reversed_key, .len = 200000, .fails_at = UINT64_MAX};
    diag_init(&d, open_memstream(&text, &len));
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 2;
    struct reorder *r = open_log(&log, REORDER_SORT, 1000, &d);
    struct record got;
    const bool stopped = !reorder_next(r, &got) && reorder_failed(r) && !reorder_next(r, &got);
    reorder_free(r);
    fclose(d.out);
    const bool said = strcmp(text, "/tmp: error: a temporary file for sorting a log cannot be "
                                   "written (5 MiB so far): File too large; choose another "
                                   "folder\n") == 0;
    diag_fini(&d);
    free(text);
    return stopped && said ? 0 : 1;
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    assert_succeeds_in_a_child(sort_on_a_full_disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_that_fits_the_window_is_read_once),
        cmocka_unit_test(an_empty_log_is_empty),
        cmocka_unit_test(little_disorder_needs_no_file),
        cmocka_unit_test(more_disorder_than_the_window_is_sorted_in_a_file),
        cmocka_unit_test(equal_keys_keep_their_order_in_the_file),
        cmocka_unit_test(sorting_a_short_log_needs_no_file),
        cmocka_unit_test(the_window_alone_raises_what_comes_too_late),
        cmocka_unit_test(keys_never_fall_even_if_the_window_is_too_small),
        cmocka_unit_test(the_span_limits_how_many_are_held_back),
        cmocka_unit_test(an_input_that_fails_ends_the_records),
        cmocka_unit_test(agrees_with_sorting_in_memory),
        cmocka_unit_test(three_million_reversed_records_need_less_than_64_mb),
        cmocka_unit_test(a_missing_folder_is_an_error),
        cmocka_unit_test(a_full_disk_is_an_error),
    };
    return cmocka_run_group_tests_name("reorder", tests, NULL, NULL);
}
