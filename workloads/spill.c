/*
 * buffer is for writing first; for reading it is cut into one piece per run. heads holds the key of
 * every run's first unread record; ties go to the earlier run.
 */
#include "workloads/spill.h"

#include "sim/check.h"
#include "sim/key_heap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run {
    uint64_t from, end;   /* in the file, not read yet */
    unsigned char *piece; /* of the buffer */
    size_t at, len;       /* in the piece, not handed out yet */
};

struct spill {
    const char *folder;
    struct diag *diag;
    int fd;
    bool has_failed;
    size_t bytes; /* of a record */
    unsigned char *buffer;
    size_t cap, len; /* of the buffer; whole records */
    uint64_t written;
    struct run *runs;
    size_t runs_len, runs_cap;
    size_t piece_bytes;
    struct key_heap heads;
};

static bool fail(struct spill *s, const char *what)
{
    const int error = errno;
    diag_error(s->diag, (struct src_pos){.file = s->folder},
               "a temporary file for sorting a log cannot be %s (%llu MiB so far): %s; choose "
               "another folder",
               what, (unsigned long long)(s->written >> 20), strerror(error));
    s->has_failed = true;
    return false;
}

static int open_nameless(const char *folder)
{
    static const char name[] = "/clustersim-sort-XXXXXX";
    const size_t len = strlen(folder);
    char *path = malloc(len + sizeof name);
    SIM_REQUIRE(path != NULL);
    memcpy(path, folder, len);
    memcpy(path + len, name, sizeof name);
    const int fd = mkstemp(path);
    if (fd >= 0)
        unlink(path);
    const int error = errno;
    free(path);
    errno = error;
    return fd;
}

struct spill *spill_open(const char *folder, size_t record_bytes, size_t memory_bytes,
                         struct diag *d)
{
    struct spill *s = calloc(1, sizeof *s);
    SIM_REQUIRE(s != NULL && record_bytes >= sizeof(int64_t));
    s->folder = folder;
    s->diag = d;
    s->bytes = record_bytes;
    s->fd = open_nameless(folder);
    if (s->fd < 0) {
        fail(s, "made");
        free(s);
        return NULL;
    }
    s->cap =
        memory_bytes < record_bytes ? record_bytes : memory_bytes / record_bytes * record_bytes;
    s->buffer = malloc(s->cap);
    SIM_REQUIRE(s->buffer != NULL);
    key_heap_init(&s->heads);
    return s;
}

void spill_close(struct spill *s)
{
    if (s == NULL)
        return;
    close(s->fd);
    free(s->buffer);
    free(s->runs);
    key_heap_fini(&s->heads);
    free(s);
}

/* --- writing --- */

static bool flush(struct spill *s)
{
    size_t done = 0;
    while (done < s->len && !s->has_failed) {
        const ssize_t n = pwrite(s->fd, s->buffer + done, s->len - done, (off_t)s->written);
        if (n < 0 && errno != EINTR)
            return fail(s, "written");
        if (n > 0) {
            done += (size_t)n;
            s->written += (uint64_t)n;
        }
    }
    s->len = 0;
    return !s->has_failed;
}

static void end_run(struct spill *s)
{
    if (s->runs_len > 0)
        s->runs[s->runs_len - 1].end = s->written + s->len;
}

void spill_begin_run(struct spill *s)
{
    end_run(s);
    if (s->runs_len == s->runs_cap) {
        s->runs_cap = s->runs_cap == 0 ? 16 : 2 * s->runs_cap;
        s->runs = realloc(s->runs, s->runs_cap * sizeof s->runs[0]);
        SIM_REQUIRE(s->runs != NULL);
    }
    s->runs[s->runs_len++] = (struct run){.from = s->written + s->len};
}

bool spill_write(struct spill *s, const void *record)
{
    SIM_REQUIRE(s->runs_len > 0);
    if (s->len == s->cap && !flush(s))
        return false;
    memcpy(s->buffer + s->len, record, s->bytes);
    s->len += s->bytes;
    return !s->has_failed;
}

/* --- reading --- */

static bool refill(struct spill *s, struct run *run)
{
    const uint64_t left = run->end - run->from;
    const size_t want = left < s->piece_bytes ? (size_t)left : s->piece_bytes;
    run->at = run->len = 0;
    while (run->len < want) {
        const ssize_t n = pread(s->fd, run->piece + run->len, want - run->len, (off_t)run->from);
        if (n == 0)
            errno = EIO; /* somebody shortened it */
        if (n <= 0 && !(n < 0 && errno == EINTR))
            return fail(s, "read");
        if (n > 0) {
            run->len += (size_t)n;
            run->from += (uint64_t)n;
        }
    }
    return true;
}

/* Puts the run's first unread record on the heap, if it has one. */
static bool offer(struct spill *s, size_t i)
{
    struct run *run = &s->runs[i];
    int64_t key;
    if (run->at == run->len && !refill(s, run))
        return false;
    if (run->len == 0)
        return true;
    memcpy(&key, run->piece + run->at, sizeof key);
    key_heap_push(&s->heads, (struct key_entry){key, i, (uint32_t)i});
    return true;
}

/* As many whole records in each piece as the memory allows, and one at least. */
static void cut_buffer(struct spill *s)
{
    const size_t share = s->runs_len == 0 ? 0 : s->cap / s->runs_len / s->bytes;
    s->piece_bytes = (share == 0 ? 1 : share) * s->bytes;
    if (s->piece_bytes * s->runs_len > s->cap) {
        s->buffer = realloc(s->buffer, s->piece_bytes * s->runs_len);
        SIM_REQUIRE(s->buffer != NULL);
    }
    for (size_t i = 0; i < s->runs_len; i++)
        s->runs[i].piece = s->buffer + i * s->piece_bytes;
}

bool spill_rewind(struct spill *s)
{
    end_run(s);
    if (!flush(s))
        return false;
    cut_buffer(s);
    for (size_t i = 0; i < s->runs_len; i++)
        if (!offer(s, i))
            return false;
    return true;
}

bool spill_read(struct spill *s, void *record)
{
    if (s->has_failed || s->heads.len == 0)
        return false;
    const size_t i = key_heap_pop(&s->heads).item;
    struct run *run = &s->runs[i];
    memcpy(record, run->piece + run->at, s->bytes);
    run->at += s->bytes;
    return offer(s, i);
}

bool spill_failed(const struct spill *s)
{
    return s->has_failed;
}

uint64_t spill_bytes(const struct spill *s)
{
    return s->written + s->len;
}
