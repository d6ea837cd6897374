/* raw[at..len) is what was read of the file and not yet handed out or inflated. */
#include "sim/byte_input.h"

#include "sim/check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { RAW_BYTES = 128 * 1024, GZIP_ONLY = 15 + 16 /* inflateInit2's largest window, gzip */ };

enum state { PLAIN, INSIDE /* of a gzip member */, BETWEEN /* members */, AT_END };

struct byte_input {
    const char *name;
    struct diag *diag;
    int fd;
    enum state state;
    bool is_compressed;
    bool has_failed;
    uint64_t raw_offset; /* of raw[0] in the file */
    size_t at, len;
    z_stream zlib;
    unsigned char raw[RAW_BYTES];
};

static struct src_pos whole(const struct byte_input *in)
{
    return (struct src_pos){.file = in->name};
}

static void stop(struct byte_input *in)
{
    in->has_failed = true;
    in->state = AT_END;
}

/* Makes at least `want` bytes lie in raw, if the file has as many; false: reading failed. */
static bool have(struct byte_input *in, size_t want)
{
    if (in->len - in->at >= want)
        return true;
    memmove(in->raw, in->raw + in->at, in->len - in->at);
    in->raw_offset += in->at;
    in->len -= in->at;
    in->at = 0;
    while (in->len < want) {
        const ssize_t got = read(in->fd, in->raw + in->len, RAW_BYTES - in->len);
        if (got == 0)
            return true;
        if (got > 0) {
            in->len += (size_t)got;
        } else if (errno != EINTR) {
            diag_world(in->diag, whole(in), "cannot be read: %s", strerror(errno));
            stop(in);
            return false;
        }
    }
    return true;
}

/* --- what kind of file it is --- */

static bool begins_with(const struct byte_input *in, const char *magic, size_t len)
{
    return in->len - in->at >= len && memcmp(in->raw + in->at, magic, len) == 0;
}

static bool is_gzip(const struct byte_input *in)
{
    return begins_with(in, "\x1f\x8b", 2);
}

static const struct magic {
    const char *bytes;
    size_t len;
    const char *tool;
} unread[] = {
    {"BZh", 3, "bzip2"},
    {"\xfd"
     "7zXZ",
     5, "xz"},
    {"\x28\xb5\x2f\xfd", 4, "zstd"},
    {"\x04\x22\x4d\x18", 4, "lz4"},
    {"\x1f\x9d", 2, "compress"},
    {"PK\x03\x04", 4, "zip"},
};

static void refuse_others(struct byte_input *in)
{
    for (size_t i = 0; i < sizeof unread / sizeof unread[0]; i++)
        if (begins_with(in, unread[i].bytes, unread[i].len)) {
            diag_error(
                in->diag, whole(in),
                "is compressed by %s; only plain files and gzip are read, so unpack it first",
                unread[i].tool);
            stop(in);
            return;
        }
}

static void recognise(struct byte_input *in)
{
    if (!have(in, 5))
        return;
    in->is_compressed = is_gzip(in);
    if (!in->is_compressed) {
        refuse_others(in);
        return;
    }
    SIM_REQUIRE(inflateInit2(&in->zlib, GZIP_ONLY) == Z_OK);
    in->state = INSIDE;
}

struct byte_input *byte_input_open(const char *path, struct diag *d)
{
    const bool is_stdin = strcmp(path, "-") == 0;
    const int fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        diag_world(d, (struct src_pos){.file = path}, "cannot be opened: %s", strerror(errno));
        return NULL;
    }
    struct byte_input *in = calloc(1, sizeof *in);
    SIM_REQUIRE(in != NULL);
    in->name = is_stdin ? "<stdin>" : path;
    in->diag = d;
    in->fd = fd;
    recognise(in);
    if (!in->has_failed)
        return in;
    byte_input_close(in);
    return NULL;
}

void byte_input_close(struct byte_input *in)
{
    if (in == NULL)
        return;
    if (in->is_compressed)
        inflateEnd(&in->zlib);
    close(in->fd);
    free(in);
}

/* --- reading --- */

static size_t read_plain(struct byte_input *in, void *out, size_t cap)
{
    if (!have(in, 1))
        return 0;
    const size_t left = in->len - in->at;
    const size_t len = left < cap ? left : cap;
    memcpy(out, in->raw + in->at, len);
    in->at += len;
    return len;
}

static void report_damage(struct byte_input *in, int result)
{
    const uint64_t offset = in->raw_offset + in->at;
    const char *why = in->zlib.msg != NULL    ? in->zlib.msg
                      : result == Z_NEED_DICT ? "it needs a dictionary"
                                              : "no progress";
    diag_error(in->diag, whole(in), "the gzip data are damaged at byte %" PRIu64 " (%s)", offset,
               why);
    stop(in);
}

/* Once; how much came out of it. */
static size_t inflate_some(struct byte_input *in, void *out, size_t cap)
{
    if (!have(in, 1))
        return 0;
    if (in->at == in->len) {
        diag_error(in->diag, whole(in),
                   "the gzip data end too early, after byte %" PRIu64 "; the file was cut off",
                   in->raw_offset + in->len);
        stop(in);
        return 0;
    }
    in->zlib.next_in = in->raw + in->at;
    in->zlib.avail_in = (uInt)(in->len - in->at);
    in->zlib.next_out = out;
    in->zlib.avail_out = cap < UINT32_MAX ? (uInt)cap : UINT32_MAX;
    const uInt room = in->zlib.avail_out;
    const int result = inflate(&in->zlib, Z_NO_FLUSH);
    in->at = in->len - in->zlib.avail_in;
    if (result == Z_STREAM_END)
        in->state = BETWEEN;
    else if (result != Z_OK)
        report_damage(in, result);
    return room - in->zlib.avail_out;
}

/* Tapes and some tools pad with zeros. */
static bool only_zeros_follow(struct byte_input *in)
{
    while (have(in, 1) && in->at < in->len)
        if (in->raw[in->at++] != 0)
            return false;
    return true;
}

static void begin_next_member(struct byte_input *in)
{
    if (!have(in, 2))
        return;
    if (is_gzip(in)) {
        inflateReset(&in->zlib);
        in->state = INSIDE;
        return;
    }
    const uint64_t offset = in->raw_offset + in->at;
    if (!only_zeros_follow(in))
        diag_warning(in->diag, whole(in),
                     "what follows the gzip data, from byte %" PRIu64 " on, is not read", offset);
    in->state = AT_END;
}

size_t byte_input_read(struct byte_input *in, void *out, size_t cap)
{
    size_t len = 0;
    if (in->state == PLAIN)
        return read_plain(in, out, cap);
    while (len == 0 && in->state != AT_END) {
        if (in->state == BETWEEN)
            begin_next_member(in);
        else
            len = inflate_some(in, out, cap);
    }
    return len;
}

bool byte_input_failed(const struct byte_input *in)
{
    return in->has_failed;
}

const char *byte_input_name(const struct byte_input *in)
{
    return in->name;
}
