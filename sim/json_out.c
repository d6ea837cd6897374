#include "sim/json_out.h"

#include "sim/check.h"
#include "sim/numeral.h"
#include "sim/out_file.h"
#include "sim/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { INDENT = 2, ESCAPE_MOST = 8 };

static void put(struct json_out *j, const char *text)
{
    out_file_write(j->file, text, strlen(text));
}

static void new_line(struct json_out *j, unsigned depth)
{
    const size_t len = 1 + INDENT * (size_t)depth;
    char *to = out_file_room(j->file, len);
    memset(to, ' ', len);
    to[0] = '\n';
    out_file_filled(j->file, to + len);
}

static void put_escape(struct json_out *j, unsigned char ch)
{
    static const char names[] = {
        ['"'] = '"', ['\\'] = '\\', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
    };
    char escape[ESCAPE_MOST];
    if (names[ch] != '\0')
        snprintf(escape, sizeof escape, "\\%c", names[ch]);
    else
        snprintf(escape, sizeof escape, "\\u%04x", ch);
    put(j, escape);
}

/* How many bytes from text on stand for themselves. */
static size_t plain_len(const char *text, size_t len)
{
    size_t at = 0;
    while (at < len) {
        const unsigned char ch = (unsigned char)text[at];
        uint32_t c;
        const size_t bytes = ch < 0x80 ? 1 : utf8_read(text + at, len - at, &c);
        if (ch < 0x20 || ch == '"' || ch == '\\' || bytes == 0)
            break;
        at += bytes;
    }
    return at;
}

static void put_quoted(struct json_out *j, const char *text)
{
    size_t left = strlen(text);
    put(j, "\"");
    for (;;) {
        const size_t len = plain_len(text, left);
        out_file_write(j->file, text, len);
        if (len == left)
            break;
        const unsigned char ch = (unsigned char)text[len];
        if (ch < 0x80)
            put_escape(j, ch);
        else
            put(j, "\\ufffd");
        text += len + 1;
        left -= len + 1;
    }
    put(j, "\"");
}

/* What stands before a value: the comma of the one before, a new line, its key. */
static void begin_value(struct json_out *j, const char *key, bool on_a_line)
{
    struct json_level *in = &j->levels[j->depth];
    SIM_REQUIRE((key != NULL) == in->is_map && (j->depth > 0 || !in->has_values));
    const bool breaks = j->depth > 0 && (in->is_map || on_a_line);
    if (in->has_values)
        put(j, breaks ? "," : ", ");
    if (breaks)
        new_line(j, j->depth);
    in->has_values = true;
    in->has_lines = in->has_lines || breaks;
    if (key == NULL)
        return;
    put_quoted(j, key);
    put(j, ": ");
}

static void end_value(struct json_out *j)
{
    if (j->depth == 0)
        put(j, "\n");
}

static char *begin_number(struct json_out *j, const char *key)
{
    begin_value(j, key, false);
    return out_file_room(j->file, NUMERAL_MOST);
}

static void end_number(struct json_out *j, char *end)
{
    out_file_filled(j->file, end);
    end_value(j);
}

static void put_word(struct json_out *j, const char *key, const char *word)
{
    begin_value(j, key, false);
    put(j, word);
    end_value(j);
}

static void open_level(struct json_out *j, const char *key, bool is_map)
{
    begin_value(j, key, true);
    SIM_REQUIRE(j->depth < JSON_OUT_DEEPEST);
    j->levels[++j->depth] = (struct json_level){.is_map = is_map};
    put(j, is_map ? "{" : "[");
}

void json_out_begin(struct json_out *j, struct out_file *file)
{
    *j = (struct json_out){.file = file};
}

void json_out_map(struct json_out *j, const char *key)
{
    open_level(j, key, true);
}

void json_out_list(struct json_out *j, const char *key)
{
    open_level(j, key, false);
}

void json_out_end(struct json_out *j)
{
    SIM_REQUIRE(j->depth > 0);
    const struct json_level *ended = &j->levels[j->depth--];
    if (ended->has_lines)
        new_line(j, j->depth);
    put(j, ended->is_map ? "}" : "]");
    end_value(j);
}

void json_out_text(struct json_out *j, const char *key, const char *text)
{
    if (text == NULL) {
        json_out_null(j, key);
        return;
    }
    begin_value(j, key, false);
    put_quoted(j, text);
    end_value(j);
}

void json_out_int(struct json_out *j, const char *key, int64_t value)
{
    end_number(j, numeral_int(begin_number(j, key), value));
}

void json_out_seconds(struct json_out *j, const char *key, int64_t ns)
{
    end_number(j, numeral_seconds(begin_number(j, key), ns));
}

void json_out_dollars(struct json_out *j, const char *key, int64_t micro_dollars)
{
    end_number(j, numeral_dollars(begin_number(j, key), micro_dollars));
}

void json_out_real(struct json_out *j, const char *key, double x)
{
    if (isfinite(x))
        end_number(j, numeral_real(begin_number(j, key), x));
    else
        json_out_null(j, key);
}

void json_out_bool(struct json_out *j, const char *key, bool yes)
{
    put_word(j, key, yes ? "true" : "false");
}

void json_out_null(struct json_out *j, const char *key)
{
    put_word(j, key, "null");
}
