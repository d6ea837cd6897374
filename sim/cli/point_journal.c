#include "sim/cli/point_journal.h"

#include "sim/check.h"
#include "sim/file_text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <zlib.h>

enum { HEAD_TEXT = 80, ANYONE_MAY_READ_AND_WRITE = 0666 };

struct point_journal {
    char *path;
    int fd;
    uint64_t points, len;
    uint64_t *block_at; /* by point: where its block begins; 0: it has none */
    uint64_t end;
    pthread_mutex_t lock;
};

static int print_title(char out[HEAD_TEXT], uint64_t hash)
{
    return snprintf(out, HEAD_TEXT, "clustersim points 1 %016" PRIx64 "\n", hash);
}

static uint32_t crc_of(const char *text, size_t len)
{
    return (uint32_t)crc32_z(0, (const unsigned char *)text, len);
}

static struct src_pos whole(const struct point_journal *j)
{
    return (struct src_pos){.file = j->path};
}

/* The line of a block, of which `left` bytes are there; false if it is none, or cut off. */
static bool read_head(const char *at, uint64_t left, uint64_t *point, uint64_t *len, uint32_t *crc,
                      uint64_t *head)
{
    char line[HEAD_TEXT + 1];
    const char *end = memchr(at, '\n', left < HEAD_TEXT ? left : HEAD_TEXT);
    if (end == NULL)
        return false;
    *head = (uint64_t)(end + 1 - at);
    memcpy(line, at, *head);
    line[*head] = '\0';
    return sscanf(line, "%" SCNu64 " %" SCNu64 " %" SCNx32, point, len, crc) == 3;
}

/* Notes the whole blocks; what follows the last of them is dropped. */
static void scan(struct point_journal *j, const char *text, uint64_t len)
{
    uint64_t point, bytes, head;
    uint32_t crc;
    while (j->end < len && read_head(text + j->end, len - j->end, &point, &bytes, &crc, &head) &&
           point < j->points && bytes <= len - j->end - head &&
           crc == crc_of(text + j->end + head, bytes)) {
        j->len += j->block_at[point] == 0;
        j->block_at[point] = j->end;
        j->end += head + bytes;
    }
}

/* Of a file that begins as it should; an empty one begins here. */
static bool adopt(struct point_journal *j, uint64_t hash, bool may_write, struct diag *d)
{
    char title[HEAD_TEXT];
    const uint64_t title_len = (uint64_t)print_title(title, hash);
    char *text;
    size_t len;
    if (!file_text_read(j->path, &text, &len)) {
        diag_world(d, whole(j), "cannot be read: %s", strerror(errno));
        return false;
    }
    const bool is_cut = len < title_len && strncmp(text, title, len) == 0;
    const bool is_ours = len >= title_len && strncmp(text, title, title_len) == 0;
    j->end = title_len;
    if (is_ours)
        scan(j, text, len);
    free(text);
    if (!is_ours && !(is_cut && may_write)) {
        diag_error(d, whole(j),
                   "it belongs to another search or sweep (other values, scenario, seed or "
                   "version); remove "
                   "it, or choose another folder with --out");
        return false;
    }
    if (may_write && (ftruncate(j->fd, is_cut ? 0 : (off_t)j->end) != 0 ||
                      (is_cut && write(j->fd, title, title_len) != (ssize_t)title_len))) {
        diag_world(d, whole(j), "cannot be written: %s", strerror(errno));
        return false;
    }
    return true;
}

static struct point_journal *open_it(const char *path, int flags, uint64_t hash, uint64_t points,
                                     struct diag *d)
{
    const bool may_write = flags != O_RDONLY;
    struct point_journal *j = calloc(1, sizeof *j);
    SIM_REQUIRE(j != NULL);
    j->path = strdup(path);
    j->points = points;
    j->block_at = calloc(points + 1, sizeof j->block_at[0]);
    SIM_REQUIRE(j->path != NULL && j->block_at != NULL);
    pthread_mutex_init(&j->lock, NULL);
    j->fd = open(path, flags | O_CLOEXEC, ANYONE_MAY_READ_AND_WRITE);
    bool ok = j->fd >= 0;
    if (!ok)
        diag_world(d, whole(j), "cannot be opened: %s", strerror(errno));
    if (ok && may_write && flock(j->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        diag_world(d, whole(j), "another process is at it");
        ok = false;
    }
    if (ok && adopt(j, hash, may_write, d))
        return j;
    point_journal_close(j);
    return NULL;
}

struct point_journal *point_journal_open(const char *path, uint64_t hash, uint64_t points,
                                         struct diag *d)
{
    return open_it(path, O_RDWR | O_CREAT | O_APPEND, hash, points, d);
}

struct point_journal *point_journal_read(const char *path, uint64_t hash, uint64_t points,
                                         struct diag *d)
{
    return open_it(path, O_RDONLY, hash, points, d);
}

void point_journal_close(struct point_journal *j)
{
    if (j == NULL)
        return;
    if (j->fd >= 0)
        close(j->fd);
    pthread_mutex_destroy(&j->lock);
    free(j->block_at);
    free(j->path);
    free(j);
}

bool point_journal_has(const struct point_journal *j, uint64_t point)
{
    return j->block_at[point] != 0;
}

uint64_t point_journal_len(const struct point_journal *j)
{
    return j->len;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR)
            return false;
        bytes += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

bool point_journal_append(struct point_journal *j, uint64_t point, const char *text, size_t len)
{
    char *block = malloc(HEAD_TEXT + len);
    SIM_REQUIRE(block != NULL);
    const int head = snprintf(block, HEAD_TEXT, "%" PRIu64 " %zu %08" PRIx32 "\n", point, len,
                              crc_of(text, len));
    memcpy(block + head, text, len);
    pthread_mutex_lock(&j->lock);
    const bool ok = write_all(j->fd, block, (size_t)head + len);
    if (ok) {
        j->len += j->block_at[point] == 0;
        j->block_at[point] = j->end;
        j->end += (uint64_t)head + len;
    }
    pthread_mutex_unlock(&j->lock);
    free(block);
    return ok;
}

char *point_journal_text(const struct point_journal *j, uint64_t point)
{
    char head_text[HEAD_TEXT];
    uint64_t number, len, head;
    uint32_t crc;
    const off_t at = (off_t)j->block_at[point];
    const ssize_t got = pread(j->fd, head_text, HEAD_TEXT, at);
    if (got <= 0 || !read_head(head_text, (uint64_t)got, &number, &len, &crc, &head))
        return NULL;
    char *text = malloc(len + 1);
    SIM_REQUIRE(text != NULL);
    text[len] = '\0';
    for (uint64_t have = 0; have < len;) {
        const ssize_t n = pread(j->fd, text + have, len - have, at + (off_t)(head + have));
        if (n <= 0) {
            free(text);
            return NULL;
        }
        have += (uint64_t)n;
    }
    return text;
}
