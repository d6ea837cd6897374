#include "sim/arena.h"
#include "tests/unit.h"
#include "workloads/swf_header.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct arena *arena;
    struct swf_header h;
};

static int set_up(void **state)
{
    static struct fixture f;
    f.arena = arena_new();
    swf_header_init(&f.h, f.arena);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    return 0;
}

static void read_lines(struct swf_header *h, const char *const *lines, size_t len)
{
    for (size_t i = 0; i < len; i++)
        swf_header_read(h, lines[i], strlen(lines[i]));
}

#define READ(h, ...)                                  \
    read_lines(h, (const char *const[]){__VA_ARGS__}, \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void numbers_and_texts_are_read(void **state)
{
    struct swf_header *h = &((struct fixture *)*state)->h;
    READ(h, "; Version: 2.2", "; Computer: IBM SP2", ";Installation: KTH ", "; Acknowledge: L. M.",
         "; UnixStartTime: 843480031", "; TimeZoneString: Europe/Stockholm", "; MaxNodes: 100",
         ";   MaxProcs:\t200", "; MaxJobs: 28490 ");
    assert_string_equal(h->version, "2.2");
    assert_string_equal(h->computer, "IBM SP2");
    assert_string_equal(h->installation, "KTH");
    assert_string_equal(h->acknowledge, "L. M.");
    assert_string_equal(h->time_zone, "Europe/Stockholm");
    assert_true(h->has_start);
    assert_int_equal(h->unix_start_s, 843480031);
    assert_int_equal(h->max_nodes, 100);
    assert_int_equal(h->max_procs, 200);
    assert_int_equal(h->max_jobs, 28490);
}

static void what_is_not_said_is_unknown(void **state)
{
    struct swf_header *h = &((struct fixture *)*state)->h;
    assert_false(h->has_start);
    assert_int_equal(h->max_procs, 0);
    assert_null(h->version);
    assert_int_equal(h->queues.len, 0);
}

static void a_start_of_zero_is_a_start(void **state)
{
    struct swf_header *h = &((struct fixture *)*state)->h;
    READ(h, "; UnixStartTime: 0");
    assert_true(h->has_start);
    assert_int_equal(h->unix_start_s, 0);
}

static void what_is_no_number_is_left_out(void **state)
{
    struct swf_header *h = &((struct fixture *)*state)->h;
    READ(h, "; UnixStartTime: yesterday", "; MaxProcs: many", "; MaxNodes: -1",
         "; MaxJobs:", "; Queue: batch", "; Queue: 7", "; Queue:");
    assert_false(h->has_start);
    assert_int_equal(h->max_procs, 0);
    assert_int_equal(h->max_nodes, 0);
    assert_int_equal(h->queues.len, 0);
}

static void a_number_may_be_followed_by_words(void **state)
{
    struct swf_header *h = &((struct fixture *)*state)->h;
    READ(h, "; MaxProcs: 2004 (cores)", "; MaxNodes: 151, of which");
    assert_int_equal(h->max_procs, 2004);
    assert_int_equal(h->max_nodes, 0); /* "151," is no number */
}

static void queues_and_partitions_have_names(void **state)
{
    struct swf_header *h = &((struct fixture *)*state)->h;
    READ(h, "; Queue:  1  batch  ", ";  Queue: 2 - Besteffort jobs queue - low priority - none",
         "; Queue: 0 interactive", "; Partition:  1 grid.ici.ro", "; Partition: 19  `;",
         "; Partition: 13  -1", "; Partition: 7  test,batch", "; Queue: 3 [fque:1]");
    static const struct swf_numbered queues[] = {
        {1, "batch"}, {2, "Besteffort jobs queue"}, {0, "interactive"}, {3, "[fque:1]"}};
    static const struct swf_numbered partitions[] = {
        {1, "grid.ici.ro"}, {19, "`;"}, {13, "-1"}, {7, "test,batch"}};
    assert_int_equal(h->queues.len, LEN(queues));
    assert_int_equal(h->partitions.len, LEN(partitions));
    for (size_t i = 0; i < LEN(queues); i++) {
        assert_int_equal(h->queues.items[i].number, queues[i].number);
        assert_string_equal(h->queues.items[i].name, queues[i].name);
        assert_int_equal(h->partitions.items[i].number, partitions[i].number);
        assert_string_equal(h->partitions.items[i].name, partitions[i].name);
    }
}

static void many_names_are_kept(void **state)
{
    struct swf_header *h = &((struct fixture *)*state)->h;
    for (int i = 0; i < 1000; i++) {
        char line[64];
        const int len = snprintf(line, sizeof line, "; Partition: %d p%d", i, i);
        swf_header_read(h, line, (size_t)len);
    }
    assert_int_equal(h->partitions.len, 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(h->partitions.items[i].number, i);
    assert_string_equal(h->partitions.items[999].name, "p999");
}

static void other_comments_say_nothing(void **state)
{
    struct swf_header *h = &((struct fixture *)*state)->h;
    READ(h, ";", "; ", ";;;", "; --- SWF file ---", "; Note: MaxProcs: 5", ";\tsee: http://x/y",
         "; maxprocs: 5", "; MaxProcsX: 5", "; XMaxProcs: 5", ";:", "; : 5", "; MaxQueues: 1",
         "; Queues: Queue nb 1 is the default queue");
    assert_int_equal(h->max_procs, 0);
    assert_int_equal(h->queues.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(numbers_and_texts_are_read),
        TEST(what_is_not_said_is_unknown),
        TEST(a_start_of_zero_is_a_start),
        TEST(what_is_no_number_is_left_out),
        TEST(a_number_may_be_followed_by_words),
        TEST(queues_and_partitions_have_names),
        TEST(many_names_are_kept),
        TEST(other_comments_say_nothing),
    };
    return cmocka_run_group_tests_name("swf_header", tests, NULL, NULL);
}
