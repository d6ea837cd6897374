#define _XOPEN_SOURCE 700 /* realpath */

#include "sim/out_file.h"

#include "sim/check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ANYONE_MAY_READ_AND_WRITE = 0666, LOCK_TRIES = 100 };

static char *joined(const char *a, const char *b)
{
    const size_t len = strlen(a);
    char *text = malloc(len + strlen(b) + 1);
    SIM_REQUIRE(text != NULL);
    memcpy(text, a, len);
    strcpy(text + len, b);
    return text;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Between opening and locking, the run that held the lock may have renamed the file we opened: it
 * is then somebody's whole result, and not ours to empty. */
static bool lock_part(int fd, const char *part, bool *moved)
{
    struct stat opened, there;
    *moved = false;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return false; /* other errors: a file system without locks */
    if (fstat(fd, &opened) != 0)
        return false;
    *moved = stat(part, &there) != 0 || !same_file(&opened, &there);
    return !*moved && ftruncate(fd, 0) == 0;
}

static int open_part(const char *part)
{
    bool moved = true;
    for (int i = 0; moved && i < LOCK_TRIES; i++) {
        const int fd =
            open(part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, ANYONE_MAY_READ_AND_WRITE);
        if (fd < 0 || lock_part(fd, part, &moved))
            return fd;
        const int error = errno;
        close(fd);
        errno = moved ? EWOULDBLOCK : error;
    }
    return -1;
}

/* The descriptor that a path names, or -1. Opened by that name instead, a regular file behind it
 * would be overwritten from its beginning. */
static int named_descriptor(const char *path)
{
    static const char prefix[] = "/dev/fd/";
    if (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0)
        return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0)
        return STDERR_FILENO;
    return strncmp(path, prefix, sizeof prefix - 1) == 0 ? atoi(path + sizeof prefix - 1) : -1;
}

static int open_target(struct out_file *f, const char *path)
{
    struct stat st;
    if (named_descriptor(path) >= 0)
        return dup(named_descriptor(path));
    if (path[0] == '\0' || (stat(path, &st) == 0 && !S_ISREG(st.st_mode)))
        return open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    f->target = realpath(path, NULL);
    if (f->target == NULL && errno != ENOENT)
        return -1;
    if (f->target == NULL)
        f->target = joined(path, "");
    else if (access(f->target, W_OK) != 0)
        return -1; /* renaming would not ask */
    f->part = joined(f->target, ".part");
    return open_part(f->part);
}

static void release(struct out_file *f)
{
    free(f->buffer);
    free(f->path);
    free(f->target);
    free(f->part);
    free(f);
}

static void complain(struct diag *d, const char *path, int error)
{
    const struct src_pos at = {.file = path};
    if (error == EWOULDBLOCK)
        diag_world(d, at, "cannot be written: another run is writing it");
    else
        diag_world(d, at, "cannot be written: %s", strerror(error));
}

struct out_file *out_file_open(const char *path, struct diag *d)
{
    struct out_file *f = calloc(1, sizeof *f);
    SIM_REQUIRE(f != NULL);
    f->fd = open_target(f, path);
    if (f->fd < 0) {
        complain(d, path, errno);
        release(f);
        return NULL;
    }
    f->path = joined(path, "");
    f->buffer = malloc(OUT_FILE_BUFFER_BYTES);
    SIM_REQUIRE(f->buffer != NULL);
    f->at = f->buffer;
    f->end = f->buffer + OUT_FILE_BUFFER_BYTES;
    return f;
}

/* Waits for a pipe that was set not to block; true if writing is worth another try. */
static bool may_try_again(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    if (errno == EAGAIN)
        return poll(&p, 1, -1) >= 0 || errno == EINTR;
    return errno == EINTR;
}

static void write_through(struct out_file *f, const char *bytes, size_t len)
{
    while (len > 0 && f->error == 0) {
        const ssize_t n = write(f->fd, bytes, len);
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (n == 0 || !may_try_again(f->fd)) {
            f->error = n == 0 ? EIO : errno;
        }
    }
}

void out_file_flush(struct out_file *f)
{
    write_through(f, f->buffer, (size_t)(f->at - f->buffer));
    f->at = f->buffer;
}

void out_file_write(struct out_file *f, const void *bytes, size_t len)
{
    if (len >= OUT_FILE_BUFFER_BYTES) {
        out_file_flush(f);
        write_through(f, bytes, len);
        return;
    }
    char *to = out_file_room(f, len);
    memcpy(to, bytes, len);
    out_file_filled(f, to + len);
}

/* A network file system reports a full disk when a descriptor is closed. Closing a twin asks it
 * while we still hold the lock, before the file gets its name. */
static void settle(struct out_file *f)
{
    const int twin = dup(f->fd);
    if (twin < 0 || close(twin) != 0)
        f->error = errno;
}

bool out_file_close(struct out_file *f, struct diag *d)
{
    out_file_flush(f);
    if (f->error == 0)
        settle(f);
    if (f->error == 0 && f->target != NULL && rename(f->part, f->target) != 0)
        f->error = errno;
    const bool whole = f->error == 0;
    if (!whole)
        complain(d, f->path, f->error);
    if (whole) {
        free(f->part);
        f->part = NULL;
    }
    out_file_abandon(f);
    return whole;
}

void out_file_abandon(struct out_file *f)
{
    if (f == NULL)
        return;
    if (f->part != NULL)
        unlink(f->part);
    close(f->fd);
    release(f);
}
