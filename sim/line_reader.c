/* window[at..len) is text not handed out yet; nothing in window[at..seen) ends a line. */
#include "sim/line_reader.h"

#include "sim/byte_input.h"
#include "sim/check.h"

#include <stdlib.h>
#include <string.h>

enum { WINDOW_BYTES = 256 * 1024 };

struct line_reader {
    struct byte_input *in;
    struct diag *diag;
    uint64_t lines;
    bool is_at_end; /* of the input */
    bool has_failed;
    char *window; /* cap + 1 bytes: the last line's NUL */
    size_t cap, at, seen, len;
};

/* Reads on until the window holds something new; false: there is nothing. */
static bool fill(struct line_reader *r)
{
    if (r->at > 0 && r->len > r->at)
        memmove(r->window, r->window + r->at, r->len - r->at);
    r->len -= r->at;
    r->seen = r->len;
    r->at = 0;
    if (r->len == r->cap) {
        r->cap *= 2;
        r->window = realloc(r->window, r->cap + 1);
        SIM_REQUIRE(r->window != NULL);
    }
    const size_t got = byte_input_read(r->in, r->window + r->len, r->cap - r->len);
    r->len += got;
    r->is_at_end = got == 0;
    r->has_failed |= byte_input_failed(r->in);
    return got > 0;
}

static void skip_byte_order_mark(struct line_reader *r)
{
    while (r->len < 3 && fill(r))
        continue;
    if (r->len >= 3 && memcmp(r->window, "\xef\xbb\xbf", 3) == 0)
        r->at = 3;
    r->seen = r->at;
}

struct line_reader *line_reader_open(const char *path, struct diag *d)
{
    struct byte_input *in = byte_input_open(path, d);
    if (in == NULL)
        return NULL;
    struct line_reader *r = calloc(1, sizeof *r);
    SIM_REQUIRE(r != NULL);
    r->in = in;
    r->diag = d;
    r->cap = WINDOW_BYTES;
    r->window = malloc(r->cap + 1);
    SIM_REQUIRE(r->window != NULL);
    skip_byte_order_mark(r);
    return r;
}

void line_reader_close(struct line_reader *r)
{
    if (r == NULL)
        return;
    byte_input_close(r->in);
    free(r->window);
    free(r);
}

static void hand_out(struct line_reader *r, size_t end, size_t next, struct line *line)
{
    char *text = r->window + r->at;
    size_t len = end - r->at;
    if (len > 0 && text[len - 1] == '\r')
        len--;
    text[len] = '\0';
    *line = (struct line){.text = text, .len = len, .number = ++r->lines};
    r->at = r->seen = next;
}

static bool refuse_length(struct line_reader *r)
{
    const struct line line = {.number = r->lines + 1};
    diag_error(r->diag, line_reader_at(r, &line, 0),
               "this line is longer than %d MiB; is it a text file?", LINE_LONGEST >> 20);
    r->has_failed = r->is_at_end = true;
    r->at = r->seen = r->len;
    return false;
}

bool line_reader_next(struct line_reader *r, struct line *line)
{
    for (;;) {
        const char *end = memchr(r->window + r->seen, '\n', r->len - r->seen);
        const size_t i = end == NULL ? r->len : (size_t)(end - r->window);
        if (i - r->at > LINE_LONGEST)
            return refuse_length(r);
        if (end != NULL) {
            hand_out(r, i, i + 1, line);
            return true;
        }
        if (!r->is_at_end && fill(r))
            continue;
        if (r->len == r->at || r->has_failed)
            return false;
        hand_out(r, r->len, r->len, line);
        return true;
    }
}

bool line_reader_failed(const struct line_reader *r)
{
    return r->has_failed;
}

struct src_pos line_reader_at(const struct line_reader *r, const struct line *line, size_t col)
{
    return (struct src_pos){
        .file = byte_input_name(r->in),
        .line = line->number < UINT32_MAX ? (unsigned)line->number : UINT32_MAX,
        .col = (unsigned)col,
    };
}
