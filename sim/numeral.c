#include "sim/numeral.h"

#include "sim/check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t E6 = 1000000, E8 = 100000000, E9 = 1000000000;

enum {
    REAL_DIGITS_LEAST = 15, /* any decimal of so many digits survives the way through a double */
    REAL_DIGITS_MOST = 17,  /* any double survives the way through so many digits */
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "eight_digits: the first is the lowest");

static const uint64_t ASCII_ZEROS = 0x3030303030303030;

/* The digits of v < 10^8, one per byte, the first in the lowest byte: halves of four digits, then
 * of two, then of one are split at the same time by multiplying with reciprocals (P. Khuong, How to
 * print integers really fast, 2017). 10486 / 2^20 and 103 / 2^10 divide by 100 and by 10 exactly as
 * far as four and two digits go. */
static inline uint64_t eight_digits(uint32_t v)
{
    const uint64_t fours = v / 10000 | (uint64_t)(v % 10000) << 32;
    const uint64_t upper = fours * 10486 >> 20 & 0x0000007f0000007f;
    const uint64_t twos = upper | (fours - 100 * upper) << 16;
    const uint64_t tens = twos * 103 >> 10 & 0x000f000f000f000f;
    return tens | (twos - 10 * tens) << 8;
}

static inline char *put_eight(char *to, uint64_t v)
{
    const uint64_t text = eight_digits((uint32_t)v) | ASCII_ZEROS;
    memcpy(to, &text, sizeof text);
    return to + sizeof text;
}

/* v > 0; may touch eight bytes. */
static inline char *put_up_to_eight(char *to, uint64_t v)
{
    const uint64_t digits = eight_digits((uint32_t)v);
    const unsigned zeros = (unsigned)__builtin_ctzll(digits) / 8;
    const uint64_t text = (digits | ASCII_ZEROS) >> 8 * zeros;
    memcpy(to, &text, sizeof text);
    return to + sizeof text - zeros;
}

static inline char *put_up_to_two(char *to, unsigned v)
{
    const unsigned tens = v * 103 >> 10;
    *to = (char)('0' + tens);
    to += tens > 0;
    *to = (char)('0' + v - 10 * tens);
    return to + 1;
}

static inline char *put_below_e8(char *to, uint64_t v)
{
    /* zeros and small counts fill most columns */
    return v < 100 ? put_up_to_two(to, (unsigned)v) : put_up_to_eight(to, v);
}

static char *put_long(char *to, uint64_t v)
{
    const uint64_t rest = v / E8;
    to = rest < E8 ? put_below_e8(to, rest) : put_long(to, rest);
    return put_eight(to, v % E8);
}

static inline char *put_whole(char *to, uint64_t v)
{
    return v < E8 ? put_below_e8(to, v) : put_long(to, v);
}

/* Nine digits without the zeros at their end; billionths > 0. */
static inline char *put_fraction(char *to, uint64_t billionths)
{
    const uint64_t digits = eight_digits((uint32_t)(billionths % E8));
    const unsigned zeros = (unsigned)__builtin_clzll(digits | 1) / 8;
    const uint64_t text = digits | ASCII_ZEROS;
    to[0] = '.';
    to[1] = (char)('0' + billionths / E8);
    memcpy(to + 2, &text, sizeof text);
    return to + 2 + (digits == 0 ? 0 : sizeof text - zeros);
}

static uint64_t size_of(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static inline char *put_sign(char *to, int64_t value)
{
    *to = '-';
    return to + (value < 0);
}

char *numeral_int(char *to, int64_t value)
{
    return put_whole(put_sign(to, value), size_of(value));
}

char *numeral_seconds(char *to, int64_t ns)
{
    if (ns == 0) /* most reasons to wait cost a job no time at all */
        return put_up_to_two(to, 0);
    const uint64_t fraction = size_of(ns) % E9;
    char *end = put_whole(put_sign(to, ns), size_of(ns) / E9);
    return fraction == 0 ? end : put_fraction(end, fraction);
}

char *numeral_dollars(char *to, int64_t micro_dollars)
{
    const uint64_t fraction = size_of(micro_dollars) % E6;
    char *end = put_whole(put_sign(to, micro_dollars), size_of(micro_dollars) / E6);
    return fraction == 0 ? end : put_fraction(end, fraction * (E9 / E6));
}

char *numeral_fixed(char *to, int128 value, unsigned places)
{
    enum { ALL = NUMERAL_PLACES_MOST + 1 }; /* as many digits as 2^127 has */
    SIM_REQUIRE(places <= NUMERAL_PLACES_MOST);
    char digits[ALL];
    uint128 size = value < 0 ? -(uint128)value : (uint128)value;
    for (unsigned i = ALL; i-- > 0; size /= 10)
        digits[i] = (char)('0' + (int)(size % 10));
    const char *first = digits;
    const char *point = digits + ALL - places;
    while (first < point - 1 && *first == '0')
        first++;
    if (value < 0)
        *to++ = '-';
    memcpy(to, first, (size_t)(point - first));
    to += point - first;
    *to = '.';
    memcpy(to + 1, point, places);
    char *end = to + 1 + places;
    while (end[-1] == '0')
        end--;
    return end == to + 1 ? to : end;
}

char *numeral_real(char *to, double x)
{
    if (fabs(x) < 0x1p53 && x == trunc(x))
        return numeral_int(to, (int64_t)x);
    char text[NUMERAL_MOST];
    int len = 0;
    for (int digits = REAL_DIGITS_LEAST; digits <= REAL_DIGITS_MOST; digits++) {
        len = snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    memcpy(to, text, (size_t)len);
    return to + len;
}
