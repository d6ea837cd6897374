#include "sim/decimal.h"

#include "sim/int128.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool decimal_take(const char **text, struct decimal *d)
{
    const char *end = *text;
    size_t digits = 0;
    bool has_point = false;
    for (; is_digit(*end) || (*end == '.' && !has_point); end++) {
        has_point |= *end == '.';
        digits += *end != '.';
    }
    if (digits == 0)
        return false;
    *d = (struct decimal){*text, (size_t)(end - *text)};
    *text = end;
    return true;
}

bool decimal_is_plain(struct decimal d)
{
    return is_digit(d.text[0]) && is_digit(d.text[d.len - 1]);
}

/* The digits alone, and where the point stands among them: behind `whole` ones, or that many
 * zeros in front if it is negative. */
struct digits {
    struct decimal d;
    size_t point; /* of the text; len if there is none */
    size_t len;
    int64_t whole;
};

static struct digits split(struct decimal d, int power)
{
    const char *point = memchr(d.text, '.', d.len);
    struct digits s = {.d = d, .point = d.len, .len = d.len};
    if (point != NULL) {
        s.point = (size_t)(point - d.text);
        s.len--;
    }
    s.whole = (int64_t)s.point + power;
    return s;
}

static unsigned digit(const struct digits *s, size_t i)
{
    return (unsigned)(s->d.text[i < s->point ? i : i + 1] - '0');
}

/* The number before the point; false once it is beyond int64. Zeros behind the digits can be many,
 * but either they soon make it too large, or all is zero. */
static bool whole_part(const struct digits *s, uint128 *sum)
{
    *sum = 0;
    for (int64_t i = 0; i < s->whole; i++) {
        if (i >= (int64_t)s->len && *sum == 0)
            break;
        *sum = *sum * 10 + (i < (int64_t)s->len ? digit(s, (size_t)i) : 0);
        if (*sum > INT64_MAX)
            return false;
    }
    return true;
}

/* What lies behind the point, times unit, by Horner's rule from the last digit on. Rounding each
 * step down rounds the whole down: the next digit adds an integer. */
static uint128 fraction_part(const struct digits *s, uint64_t unit, bool *is_exact)
{
    uint128 x = 0;
    const size_t first = s->whole > 0 ? (size_t)s->whole : 0;
    for (size_t i = s->len; i > first; i--) {
        x += (uint128)digit(s, i - 1) * unit;
        *is_exact &= x % 10 == 0;
        x /= 10;
    }
    for (int64_t zeros = -s->whole; zeros > 0 && x > 0; zeros--) {
        *is_exact &= x % 10 == 0;
        x /= 10;
    }
    return x;
}

struct decimal_product decimal_times(struct decimal d, uint64_t unit, int power)
{
    const struct digits s = split(d, power);
    struct decimal_product p = {.floor = INT64_MAX, .is_exact = true};
    uint128 whole;
    if (!whole_part(&s, &whole)) {
        p.is_too_large = unit > 0;
        return p;
    }
    const uint128 product = whole * unit + fraction_part(&s, unit, &p.is_exact);
    p.is_too_large = product > INT64_MAX;
    if (!p.is_too_large)
        p.floor = (int64_t)product;
    return p;
}
