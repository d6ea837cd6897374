#include "sim/cli/report/html.h"

#include "sim/out_file.h"
#include "sim/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void html_raw(struct out_file *out, const char *markup)
{
    out_file_write(out, markup, strlen(markup));
}

static const char *entity(uint32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Characters that HTML has no place for, escaped or not. */
static bool is_no_text(uint32_t c)
{
    return (c < ' ' && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) ||
           (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

void html_text_len(struct out_file *out, const char *text, size_t len)
{
    while (len > 0) {
        uint32_t c = 0;
        const size_t bytes = utf8_read(text, len, &c);
        const size_t step = bytes == 0 ? 1 : bytes;
        const char *as = entity(c);
        if (bytes == 0 || is_no_text(c))
            html_raw(out, "\xef\xbf\xbd");
        else if (as != NULL)
            html_raw(out, as);
        else
            out_file_write(out, text, bytes);
        text += step;
        len -= step;
    }
}

void html_text(struct out_file *out, const char *text)
{
    html_text_len(out, text, strlen(text));
}

void html_attribute(struct out_file *out, const char *name, const char *value)
{
    html_raw(out, " ");
    html_raw(out, name);
    html_raw(out, "=\"");
    html_text(out, value);
    html_raw(out, "\"");
}

void html_element(struct out_file *out, const char *tag, const char *text)
{
    html_raw(out, "<");
    html_raw(out, tag);
    html_raw(out, ">");
    html_text(out, text);
    html_raw(out, "</");
    html_raw(out, tag);
    html_raw(out, ">");
}

void html_count(struct out_file *out, uint64_t n)
{
    char digits[24], text[40];
    const size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n);
    size_t at = 0;
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            text[at++] = ',';
        text[at++] = digits[i];
    }
    out_file_write(out, text, at);
}

void html_base64(struct out_file *out, const void *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    for (size_t i = 0; i < len; i += 3) {
        const size_t left = len - i < 3 ? len - i : 3;
        const unsigned all = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                             (left > 2 ? in[i + 2] : 0);
        char four[4] = {digits[all >> 18], digits[all >> 12 & 63], '=', '='};
        if (left > 1)
            four[2] = digits[all >> 6 & 63];
        if (left > 2)
            four[3] = digits[all & 63];
        out_file_write(out, four, sizeof four);
    }
}
