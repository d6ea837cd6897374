/* The grammar of apimachinery's resource.Quantity. */
#include "sim/decimal.h"
#include "sim/quantity.h"
#include "sim/scan.h"

#include <string.h>

struct suffix {
    const char *name;
    unsigned shift; /* powers of 2 */
    int power;      /* of 10 */
};

static const struct suffix suffixes[] = {
    {"n", 0, -9},  {"u", 0, -6},  {"m", 0, -3},  {"", 0, 0},    {"k", 0, 3},   {"M", 0, 6},
    {"G", 0, 9},   {"T", 0, 12},  {"P", 0, 15},  {"E", 0, 18},  {"Ki", 10, 0}, {"Mi", 20, 0},
    {"Gi", 30, 0}, {"Ti", 40, 0}, {"Pi", 50, 0}, {"Ei", 60, 0},
};

enum { FARTHEST = 1000000 }; /* an exponent beyond it changes nothing any more */

/* e3, E-3; 12E alone is exa. */
static bool parse_exponent(const char *text, struct suffix *s)
{
    if (*text != 'e' && *text != 'E')
        return false;
    text++;
    const bool is_negative = *text == '-';
    text += *text == '-' || *text == '+';
    const size_t len = scan_digits(text);
    if (len == 0 || text[len] != '\0')
        return false;
    const int64_t power = decimal_times((struct decimal){text, len}, 1, 0).floor;
    *s = (struct suffix){.power = power > FARTHEST ? FARTHEST : (int)power};
    if (is_negative)
        s->power = -s->power;
    return true;
}

static bool parse_suffix(const char *text, struct suffix *s)
{
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (strcmp(suffixes[i].name, text) == 0) {
            *s = suffixes[i];
            return true;
        }
    return parse_exponent(text, s);
}

/* Rounded away from zero. */
static int64_t scale(struct decimal d, struct suffix s, bool is_negative, bool *is_capped)
{
    const struct decimal_product p = decimal_times(d, UINT64_C(1) << s.shift, s.power);
    const bool rounds_up = !p.is_too_large && !p.is_exact;
    *is_capped = p.is_too_large || (rounds_up && p.floor == INT64_MAX);
    const int64_t size = *is_capped ? INT64_MAX : p.floor + rounds_up;
    return is_negative ? -size : size;
}

bool quantity_kubernetes(const char *text, struct quantity_kubernetes *q, const char **why)
{
    const bool is_negative = *text == '-';
    struct decimal d;
    struct suffix s;
    text += *text == '-' || *text == '+';
    if (!decimal_take(&text, &d))
        return scan_refuse(why, "not a number");
    if (!parse_suffix(text, &s))
        return scan_refuse(why, "unknown suffix");
    q->units = scale(d, s, is_negative, &q->units_are_capped);
    s.power += 3;
    q->milli = scale(d, s, is_negative, &q->milli_is_capped);
    s.power += 6;
    bool nano_is_capped;
    q->nano = scale(d, s, is_negative, &nano_is_capped);
    if (nano_is_capped)
        q->nano = q->milli_is_capped ? (int128)q->units * 1000000000 : (int128)q->milli * 1000000;
    return true;
}
