#include "policies/annotation_map/python_text.h"

#include "sim/utf8.h"

#include <stdint.h>
#include <string.h>

enum { MOST_DIGITS = 4300 };

/* The zeros of all scripts; their other digits follow (Numeric_Type=Decimal). */
static const uint32_t zeros[] = {
    0x0030,  0x0660,  0x06f0,  0x07c0,  0x0966,  0x09e6,  0x0a66,  0x0ae6,  0x0b66,  0x0be6,
    0x0c66,  0x0ce6,  0x0d66,  0x0de6,  0x0e50,  0x0ed0,  0x0f20,  0x1040,  0x1090,  0x17e0,
    0x1810,  0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,
    0xa8d0,  0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066,
    0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0,
    0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
    0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
};

struct range {
    uint32_t first, last;
};

/* Superscripts, circled ones and others that are digits but make no number (Numeric_Type=Digit). */
static const struct range only_digits[] = {
    {0xb2, 0xb3},       {0xb9, 0xb9},       {0x1369, 0x1371},   {0x19da, 0x19da},
    {0x2070, 0x2070},   {0x2074, 0x2079},   {0x2080, 0x2089},   {0x2460, 0x2468},
    {0x2474, 0x247c},   {0x2488, 0x2490},   {0x24ea, 0x24ea},   {0x24f5, 0x24fd},
    {0x24ff, 0x24ff},   {0x2776, 0x277e},   {0x2780, 0x2788},   {0x278a, 0x2792},
    {0x10a40, 0x10a43}, {0x10e60, 0x10e68}, {0x11052, 0x1105a}, {0x1f100, 0x1f10a},
};

static const struct range blanks[] = {
    {0x9, 0xd},       {0x1c, 0x20},     {0x85, 0x85},     {0xa0, 0xa0},     {0x1680, 0x1680},
    {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000},
};

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static bool is_in(uint32_t c, const struct range *ranges, size_t len)
{
    for (size_t i = 0; i < len && ranges[i].first <= c; i++)
        if (c <= ranges[i].last)
            return true;
    return false;
}

/* 0 to 9; -1 if it is no decimal digit. */
static int decimal(uint32_t c)
{
    if (c < 0x80)
        return c >= '0' && c <= '9' ? (int)(c - '0') : -1;
    for (size_t i = 1; i < LEN(zeros) && zeros[i] <= c; i++)
        if (c < zeros[i] + 10)
            return (int)(c - zeros[i]);
    return -1;
}

/* The first character, which is taken off; 0 if there is none, or none in UTF-8. */
static uint32_t next(struct span *s)
{
    uint32_t c = 0;
    const size_t bytes = s->len == 0 ? 0 : utf8_read(s->text, s->len, &c);
    s->text += bytes;
    s->len -= bytes;
    return bytes == 0 ? 0 : c;
}

/* Where the last character begins. */
static size_t last_start(struct span s)
{
    size_t i = s.len - 1;
    while (i > 0 && s.len - i < 4 && ((unsigned char)s.text[i] & 0xc0) == 0x80)
        i--;
    return i;
}

struct span python_strip(struct span s)
{
    for (struct span rest = s; rest.len > 0; s = rest)
        if (!is_in(next(&rest), blanks, LEN(blanks)))
            break;
    while (s.len > 0) {
        const size_t at = last_start(s);
        struct span last = {s.text + at, s.len - at};
        if (!is_in(next(&last), blanks, LEN(blanks)) || last.len > 0)
            break;
        s.len = at;
    }
    return s;
}

bool python_isdigit(struct span s)
{
    if (s.len == 0)
        return false;
    while (s.len > 0) {
        const uint32_t c = next(&s);
        if (decimal(c) < 0 && !is_in(c, only_digits, LEN(only_digits)))
            return false;
    }
    return true;
}

/* Writes the digits without leading zeros; 0 if something is wrong with them. */
static size_t put_digits(struct span s, char *out)
{
    size_t len = 0, digits = 0;
    bool may_be_underscore = false;
    while (s.len > 0) {
        const uint32_t c = next(&s);
        if (c == '_' && may_be_underscore && s.len > 0) {
            may_be_underscore = false;
            continue;
        }
        const int digit = decimal(c);
        if (digit < 0 || ++digits > MOST_DIGITS)
            return 0;
        if (len == 1 && out[0] == '0')
            len = 0;
        out[len++] = (char)('0' + digit);
        may_be_underscore = true;
    }
    return len;
}

size_t python_int(struct span s, char *out)
{
    s = python_strip(s);
    const bool has_sign = s.len > 0 && (s.text[0] == '-' || s.text[0] == '+');
    const bool is_negative = has_sign && s.text[0] == '-';
    s.text += has_sign;
    s.len -= has_sign;
    size_t len = put_digits(s, out + is_negative);
    if (len == 1 && out[is_negative] == '0') {
        out[0] = '0'; /* there is no -0 */
    } else if (len > 0 && is_negative) {
        out[0] = '-';
        len++;
    }
    out[len] = '\0';
    return len;
}

bool python_split(struct span *s, char at, struct span *before)
{
    const char *found = s->len == 0 ? NULL : memchr(s->text, at, s->len);
    if (found == NULL)
        return false;
    *before = (struct span){s->text, (size_t)(found - s->text)};
    s->len -= before->len + 1;
    s->text = found + 1;
    return true;
}
