#include "sim/utf8.h"

#include "sim/check.h"

static const struct block {
    uint32_t first, last;
    unsigned width;
} blocks[] = {
    {0x0300, 0x036f, 0},   {0x0483, 0x0489, 0},   {0x0591, 0x05bd, 0},   {0x064b, 0x065f, 0},
    {0x1100, 0x115f, 2},   {0x1ab0, 0x1aff, 0},   {0x1dc0, 0x1dff, 0},   {0x200b, 0x200f, 0},
    {0x20d0, 0x20ff, 0},   {0x2e80, 0x303e, 2},   {0x3041, 0x33ff, 2},   {0x3400, 0x4dbf, 2},
    {0x4e00, 0x9fff, 2},   {0xa000, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
    {0xfe00, 0xfe0f, 0},   {0xfe20, 0xfe2f, 0},   {0xfe30, 0xfe6f, 2},   {0xfeff, 0xfeff, 0},
    {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2}, {0x1f680, 0x1f6ff, 2},
    {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
};

/* What the first byte says: the length, its own bits, and the least character so long. */
static const struct lead {
    unsigned char mask, bits;
    size_t len;
    uint32_t least;
} leads[] = {
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

static const struct lead *find_lead(unsigned char first)
{
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++)
        if ((first & leads[i].mask) == leads[i].bits)
            return &leads[i];
    return NULL;
}

size_t utf8_read(const char *s, size_t len, uint32_t *c)
{
    SIM_REQUIRE(len > 0);
    const unsigned char *b = (const unsigned char *)s;
    if (b[0] < 0x80) {
        *c = b[0];
        return 1;
    }
    const struct lead *lead = find_lead(b[0]);
    if (lead == NULL || len < lead->len)
        return 0;
    uint32_t value = (uint32_t)(b[0] & ~lead->mask);
    for (size_t i = 1; i < lead->len; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (b[i] & 0x3f);
    }
    if (value < lead->least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *c = value;
    return lead->len;
}

unsigned utf8_width(uint32_t c)
{
    for (size_t i = 0; i < sizeof blocks / sizeof blocks[0] && blocks[i].first <= c; i++)
        if (c <= blocks[i].last)
            return blocks[i].width;
    return 1;
}
