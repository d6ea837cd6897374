/*
 * out_file.h - a file that is whole or absent.
 *
 * Bytes go to PATH.part beside the target; closing renames it, so a reader meets the old file or
 * the whole new one. The .part of a run that was killed is taken over by the next run; that of a
 * run still alive is locked, and refused. A symbolic link stays, its target is replaced. "-" is
 * standard output, /dev/fd/N descriptor N; these, devices and pipes are written to directly.
 *
 * Memory   Owns a buffer of 256 KiB until closed or abandoned.
 * Errors   The first failed write (disk full) is remembered and everything after it is dropped, so
 *          writers need not look; out_file_close then reports it, once, as "PATH: error: ...", and
 *          removes the .part. Nothing is synced to the disk: a crash of the machine may lose a
 *          file, a crash of this process may not. A pipe that nobody reads any more is such a
 *          failure where SIGPIPE is ignored.
 * Cost     A copy into the buffer, a system call per 256 KiB.
 * Threads  One file belongs to one thread.
 */
#ifndef SIM_OUT_FILE_H
#define SIM_OUT_FILE_H

#include "sim/check.h"
#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>

enum { OUT_FILE_BUFFER_BYTES = 256 * 1024 };

/* Private to out_file.c; visible so that writing is inline. */
struct out_file {
    char *at;  /* where the next byte goes */
    char *end; /* of the buffer */
    char *buffer;
    char *path;   /* as given, for messages */
    char *target; /* NULL: written to directly */
    char *part;
    int fd;
    int error; /* errno of the first failure; 0: none */
};

/* NULL, after an error in d, if the file cannot be written. */
struct out_file *out_file_open(const char *path, struct diag *d);

/* Puts the file in its place and frees f. False, after an error in d, if it is not whole. */
bool out_file_close(struct out_file *f, struct diag *d);

/* Frees f and leaves what was at the path as it was. NULL is allowed. */
void out_file_abandon(struct out_file *f);

/* Hands the buffer to the system, for somebody who reads a pipe meanwhile. */
void out_file_flush(struct out_file *f);

void out_file_write(struct out_file *f, const void *bytes, size_t len);

/* Room for `bytes` <= OUT_FILE_BUFFER_BYTES, to be filled at once; then tell where it ended. */
static inline char *out_file_room(struct out_file *f, size_t bytes)
{
    SIM_INVARIANT(bytes <= OUT_FILE_BUFFER_BYTES);
    if ((size_t)(f->end - f->at) < bytes)
        out_file_flush(f);
    return f->at;
}

static inline void out_file_filled(struct out_file *f, char *end)
{
    f->at = end;
}

/* To stop a long run early when its results are lost anyway. */
static inline bool out_file_failed(const struct out_file *f)
{
    return f->error != 0;
}

#endif /* SIM_OUT_FILE_H */
