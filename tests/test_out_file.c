#include "sim/out_file.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A folder of its own for each test, with room for paths in it. */
struct place {
    struct messages m;
    char dir[64];
    char path[128], part[128], other[128];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->dir, "/tmp/test_out_file.XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->path, sizeof p->path, "%s/x.csv", p->dir);
    snprintf(p->part, sizeof p->part, "%s/x.csv.part", p->dir);
    snprintf(p->other, sizeof p->other, "%s/other", p->dir);
    messages_open(&p->m);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    unlink(p->path);
    unlink(p->part);
    unlink(p->other);
    const int left = rmdir(p->dir); /* fails if anything else was left behind */
    messages_close(&p->m);
    free(p);
    return left;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static void put_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_holds(const char *path, const char *text)
{
    char got[4096];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    got[fread(got, 1, sizeof got - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(got, text);
}

static void assert_refused(struct place *p, const char *path, const char *why)
{
    char want[512];
    snprintf(want, sizeof want, "%s: error: cannot be written: %s\n", path, why);
    assert_null(out_file_open(path, &p->m.diag));
    assert_string_equal(messages_text(&p->m), want);
}

static void a_file_appears_whole_when_closed(void **state)
{
    struct place *p = *state;
    put_text(p->path, "old");
    struct out_file *f = out_file_open(p->path, &p->m.diag);
    out_file_write(f, "new", 3);
    out_file_flush(f);
    assert_holds(p->path, "old");
    assert_holds(p->part, "new");
    assert_true(out_file_close(f, &p->m.diag));
    assert_holds(p->path, "new");
    assert_false(exists(p->part));
    assert_string_equal(messages_text(&p->m), "");
}

static void an_abandoned_file_leaves_nothing(void **state)
{
    struct place *p = *state;
    struct out_file *f = out_file_open(p->path, &p->m.diag);
    out_file_write(f, "new", 3);
    out_file_abandon(f);
    assert_false(exists(p->path));
    out_file_abandon(NULL);
}

static void an_empty_file_is_a_file(void **state)
{
    struct place *p = *state;
    assert_true(out_file_close(out_file_open(p->path, &p->m.diag), &p->m.diag));
    assert_holds(p->path, "");
}

static void what_a_killed_run_left_is_taken_over(void **state)
{
    struct place *p = *state;
    put_text(p->part, "the killed run wrote this much, which is longer");
    struct out_file *f = out_file_open(p->path, &p->m.diag);
    out_file_write(f, "new", 3);
    assert_true(out_file_close(f, &p->m.diag));
    assert_holds(p->path, "new");
    assert_false(exists(p->part));
}

static void two_runs_do_not_write_one_file(void **state)
{
    struct place *p = *state;
    struct out_file *f = out_file_open(p->path, &p->m.diag);
    out_file_write(f, "first", 5);
    out_file_flush(f);
    assert_refused(p, p->path, "another run is writing it");
    assert_holds(p->part, "first");
    assert_true(out_file_close(f, &p->m.diag));
    assert_holds(p->path, "first");
    f = out_file_open(p->path, &p->m.diag);
    assert_non_null(f);
    out_file_abandon(f);
    assert_holds(p->path, "first");
}

/* Sizes around that of the buffer, in pieces around it. */
static void any_length_arrives_in_order(void **state)
{
    struct place *p = *state;
    enum { PIECES = 9 };
    const size_t pieces[PIECES] = {1,
                                   OUT_FILE_BUFFER_BYTES - 2,
                                   1,
                                   1,
                                   OUT_FILE_BUFFER_BYTES,
                                   2,
                                   OUT_FILE_BUFFER_BYTES - 1,
                                   3 * OUT_FILE_BUFFER_BYTES + 5,
                                   7};
    static unsigned char all[8 * OUT_FILE_BUFFER_BYTES], got[sizeof all];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)(i * 2654435761u >> 13);
    struct out_file *f = out_file_open(p->path, &p->m.diag);
    size_t len = 0;
    for (int i = 0; i < PIECES; i++) {
        out_file_write(f, all + len, pieces[i]);
        len += pieces[i];
        char *to = out_file_room(f, 10);
        memcpy(to, all + len, 4);
        out_file_filled(f, to + 4);
        len += 4;
    }
    assert_true(out_file_close(f, &p->m.diag));
    FILE *in = fopen(p->path, "rb");
    assert_int_equal(fread(got, 1, sizeof got, in), len);
    fclose(in);
    assert_memory_equal(got, all, len);
}

static void a_full_disk_is_reported_once(void **state)
{
    struct place *p = *state;
    struct out_file *f = out_file_open("/dev/full", &p->m.diag);
    for (int i = 0; i < 100000; i++)
        out_file_write(f, "0123456789", 10);
    assert_true(out_file_failed(f));
    assert_string_equal(messages_text(&p->m), "");
    assert_false(out_file_close(f, &p->m.diag));
    assert_string_equal(messages_text(&p->m),
                        "/dev/full: error: cannot be written: No space left on device\n");
    assert_true(exists("/dev/full"));
}

static void a_full_disk_is_found_by_the_last_write(void **state)
{
    struct place *p = *state;
    struct out_file *f = out_file_open("/dev/full", &p->m.diag);
    out_file_write(f, "x", 1);
    assert_false(out_file_failed(f));
    assert_false(out_file_close(f, &p->m.diag));
    assert_int_equal(diag_errors(&p->m.diag), 1);
}

/* A limit on the size of files stands for a disk that fills up in the middle of a write. */
static void a_file_that_did_not_fit_is_absent(void **state)
{
    struct place *p = *state;
    struct rlimit before;
    put_text(p->path, "old");
    getrlimit(RLIMIT_FSIZE, &before);
    setrlimit(RLIMIT_FSIZE, &(struct rlimit){300000, before.rlim_max});
    void (*const handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct out_file *f = out_file_open(p->path, &p->m.diag);
    for (int i = 0; i < 100000; i++)
        out_file_write(f, "0123456789", 10);
    const bool whole = out_file_close(f, &p->m.diag);
    signal(SIGXFSZ, handler);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_false(whole);
    assert_holds(p->path, "old");
    assert_false(exists(p->part));
    assert_non_null(
        strstr(messages_text(&p->m), "x.csv: error: cannot be written: File too large"));
}

static void places_that_cannot_be_written_say_why(void **state)
{
    struct place *p = *state;
    char path[192];
    snprintf(path, sizeof path, "%s/no/x.csv", p->dir);
    assert_refused(p, path, "No such file or directory");
    messages_close(&p->m);
    messages_open(&p->m);
    assert_refused(p, p->dir, "Is a directory");
    messages_close(&p->m);
    messages_open(&p->m);
    assert_refused(p, "", "No such file or directory");
    messages_close(&p->m);
    messages_open(&p->m);
    assert_refused(p, "/dev/fd/999", "Bad file descriptor");
    messages_close(&p->m);
    messages_open(&p->m);
    put_text(p->other, "");
    snprintf(path, sizeof path, "%s/x.csv", p->other);
    assert_refused(p, path, "Not a directory");
}

static void a_file_renamed_away_is_missed(void **state)
{
    struct place *p = *state;
    struct out_file *f = out_file_open(p->path, &p->m.diag);
    unlink(p->part);
    assert_false(out_file_close(f, &p->m.diag));
    assert_non_null(strstr(messages_text(&p->m), "No such file or directory"));
}

static void a_protected_file_stays(void **state)
{
    struct place *p = *state;
    put_text(p->path, "old");
    chmod(p->path, 0444);
    if (access(p->path, W_OK) == 0)
        skip(); /* root may write anything */
    assert_refused(p, p->path, "Permission denied");
    assert_holds(p->path, "old");
}

static void a_link_stays_a_link(void **state)
{
    struct place *p = *state;
    put_text(p->other, "old");
    assert_int_equal(symlink("other", p->path), 0);
    struct out_file *f = out_file_open(p->path, &p->m.diag);
    out_file_write(f, "new", 3);
    assert_true(out_file_close(f, &p->m.diag));
    struct stat st;
    assert_int_equal(lstat(p->path, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_holds(p->other, "new");
}

static void a_part_that_is_a_link_is_not_followed(void **state)
{
    struct place *p = *state;
    put_text(p->other, "precious");
    assert_int_equal(symlink("other", p->part), 0);
    assert_refused(p, p->path, "Too many levels of symbolic links");
    assert_holds(p->other, "precious");
}

static void devices_are_written_to_directly(void **state)
{
    struct place *p = *state;
    struct out_file *f = out_file_open("/dev/null", &p->m.diag);
    out_file_write(f, "x", 1);
    assert_true(out_file_close(f, &p->m.diag));
    assert_false(exists("/dev/null.part"));
}

static void standard_output_goes_on_where_it_stood(void **state)
{
    struct place *p = *state;
    fflush(stdout);
    const int kept = dup(STDOUT_FILENO);
    const int fd = open(p->other, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    dup2(fd, STDOUT_FILENO);
    bool whole = write(STDOUT_FILENO, "0", 1) == 1;
    static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1"};
    for (size_t i = 0; i < LEN(names); i++) {
        struct out_file *f = out_file_open(names[i], &p->m.diag);
        out_file_write(f, &"123"[i], 1);
        whole = out_file_close(f, &p->m.diag) && whole;
    }
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(fd);
    assert_true(whole);
    assert_holds(p->other, "0123");
}

static void a_pipe_can_be_flushed_to_its_reader(void **state)
{
    struct place *p = *state;
    int fd[2];
    char path[32], got[8] = "";
    assert_int_equal(pipe(fd), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd[1]);
    struct out_file *f = out_file_open(path, &p->m.diag);
    out_file_write(f, "now", 3);
    out_file_flush(f);
    assert_int_equal(read(fd[0], got, sizeof got), 3);
    assert_string_equal(got, "now");
    void (*const handler)(int) = signal(SIGPIPE, SIG_IGN);
    close(fd[0]);
    out_file_write(f, "lost", 4);
    assert_false(out_file_close(f, &p->m.diag));
    signal(SIGPIPE, handler);
    close(fd[1]);
    assert_non_null(strstr(messages_text(&p->m), "cannot be written: Broken pipe"));
}

static void a_pipe_that_does_not_block_is_waited_for(void **state)
{
    struct place *p = *state;
    enum { LENGTH = 3 * OUT_FILE_BUFFER_BYTES };
    int fd[2];
    char path[32];
    assert_int_equal(pipe(fd), 0);
    const pid_t child = fork();
    if (child == 0) { /* reads less at a time */
        char got[4096];
        size_t len = 0, wrong = 0;
        close(fd[1]);
        for (ssize_t n; (n = read(fd[0], got, sizeof got)) > 0; len += (size_t)n)
            for (size_t i = 0; i < (size_t)n; i++)
                wrong += got[i] != (char)((len + i) % 251);
        _exit(len == LENGTH && wrong == 0 ? 0 : 1);
    }
    close(fd[0]);
    fcntl(fd[1], F_SETFL, O_NONBLOCK);
    snprintf(path, sizeof path, "/dev/fd/%d", fd[1]);
    struct out_file *f = out_file_open(path, &p->m.diag);
    static char all[LENGTH];
    for (size_t i = 0; i < LENGTH; i++)
        all[i] = (char)(i % 251);
    out_file_write(f, all, LENGTH);
    assert_true(out_file_close(f, &p->m.diag));
    close(fd[1]);
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_file_appears_whole_when_closed),
        IN_A_FOLDER(an_abandoned_file_leaves_nothing),
        IN_A_FOLDER(an_empty_file_is_a_file),
        IN_A_FOLDER(what_a_killed_run_left_is_taken_over),
        IN_A_FOLDER(two_runs_do_not_write_one_file),
        IN_A_FOLDER(any_length_arrives_in_order),
        IN_A_FOLDER(a_full_disk_is_reported_once),
        IN_A_FOLDER(a_full_disk_is_found_by_the_last_write),
        IN_A_FOLDER(a_file_that_did_not_fit_is_absent),
        IN_A_FOLDER(places_that_cannot_be_written_say_why),
        IN_A_FOLDER(a_file_renamed_away_is_missed),
        IN_A_FOLDER(a_protected_file_stays),
        IN_A_FOLDER(a_link_stays_a_link),
        IN_A_FOLDER(a_part_that_is_a_link_is_not_followed),
        IN_A_FOLDER(devices_are_written_to_directly),
        IN_A_FOLDER(standard_output_goes_on_where_it_stood),
        IN_A_FOLDER(a_pipe_can_be_flushed_to_its_reader),
        IN_A_FOLDER(a_pipe_that_does_not_block_is_waited_for),
    };
    return cmocka_run_group_tests_name("out_file", tests, NULL, NULL);
}
