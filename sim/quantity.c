#include "sim/quantity.h"

#include "sim/decimal.h"
#include "sim/duration.h"
#include "sim/scan.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t base; /* how many base units one of these is */
};

static const struct unit sizes[] = {
    {"B", 1},
    {"kB", 1000},
    {"KiB", INT64_C(1) << 10},
    {"MB", 1000000},
    {"MiB", INT64_C(1) << 20},
    {"GB", 1000000000},
    {"GiB", INT64_C(1) << 30},
    {"TB", INT64_C(1000000000000)},
    {"TiB", INT64_C(1) << 40},
    {"PB", INT64_C(1000000000000000)},
    {"PiB", INT64_C(1) << 50},
};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* A plain number without a sign, off the front of *text. */
static bool take_number(const char **text, struct decimal *d, const char **why)
{
    if (**text == '-')
        return scan_refuse(why, "negative");
    if (!decimal_take(text, d) || !decimal_is_plain(*d))
        return scan_refuse(why, "not a number");
    return true;
}

/* Whether it needs no unit, being zero. */
static bool is_zero(struct decimal d)
{
    return strspn(d.text, "0.") >= d.len;
}

bool quantity_int(const char *text, int64_t *value, const char **why)
{
    const char *at = text + (*text == '-');
    const size_t len = scan_digits(at);
    if (len == 0 || at[len] != '\0')
        return scan_refuse(why, "not a whole number");
    if (len > 1 && at[0] == '0')
        return scan_refuse(why,
                           "a whole number must not begin with 0"); /* YAML 1.1 reads it octal */
    const struct decimal_product p = decimal_times((struct decimal){at, len}, 1, 0);
    if (p.is_too_large)
        return scan_refuse(why, "too large");
    *value = *text == '-' ? -p.floor : p.floor;
    return true;
}

/* A number in C's own notation, but for hexadecimal, inf and nan; where it ends, or NULL. */
static const char *end_of_real(const char *text)
{
    struct decimal d;
    text += *text == '-';
    if (!decimal_take(&text, &d) || !decimal_is_plain(d))
        return NULL;
    if (*text != 'e' && *text != 'E')
        return text;
    text++;
    text += *text == '-' || *text == '+';
    const size_t len = scan_digits(text);
    return len == 0 ? NULL : text + len;
}

bool quantity_real(const char *text, double *value, const char **why)
{
    const char *end = end_of_real(text);
    if (end == NULL || *end != '\0')
        return scan_refuse(why, "not a number");
    const double x = strtod(text, NULL);
    if (!isfinite(x))
        return scan_refuse(why, "too large");
    *value = x;
    return true;
}

/* The decimal point is moved in the text, because a division would round a second time. */
static double hundredth(struct decimal d)
{
    char text[64];
    snprintf(text, sizeof text, "%.*se-2", (int)d.len, d.text);
    return strtod(text, NULL);
}

bool quantity_ratio(const char *text, double *ratio, const char **why)
{
    struct decimal d;
    if (!take_number(&text, &d, why))
        return false;
    if (d.len > 50)
        return scan_refuse(why, "too many digits");
    const bool is_percent = strcmp(text, "%") == 0;
    if (*text != '\0' && !is_percent)
        return scan_refuse(why, "neither a plain number nor a percentage");
    *ratio = is_percent ? hundredth(d) : strtod(d.text, NULL);
    return true;
}

static const struct unit *find_size(const char *name)
{
    for (size_t i = 0; i < SIZES; i++)
        if (strcmp(sizes[i].name, name) == 0)
            return &sizes[i];
    return NULL;
}

static bool ends_in(const char *text, const char *end)
{
    const size_t len = strlen(text);
    return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

bool quantity_size(const char *text, int64_t *bytes, const char **why)
{
    struct decimal d;
    if (!take_number(&text, &d, why))
        return false;
    if (*text == '\0' && !is_zero(d))
        return scan_refuse(why, "no unit");
    const struct unit *u = *text == '\0' ? &sizes[0] : find_size(text);
    if (u == NULL && (ends_in(text, "b") || ends_in(text, "bit")))
        return scan_refuse(why, "in bits; B is a byte");
    if (u == NULL)
        return scan_refuse(why, "unknown unit");
    const struct decimal_product p = decimal_times(d, (uint64_t)u->base, 0);
    if (p.is_too_large)
        return scan_refuse(why, "too large");
    if (!p.is_exact)
        return scan_refuse(why, "not a whole number of bytes");
    *bytes = p.floor;
    return true;
}

bool quantity_rate(const char *text, double *per_s, const char **why)
{
    struct decimal d;
    if (!take_number(&text, &d, why))
        return false;
    double unit_s = 1;
    if (*text == '/') {
        unit_s = (double)duration_unit_ns(text + 1, strlen(text + 1)) / 1e9;
        if (unit_s == 0)
            return scan_refuse(why, "unknown unit of time");
    } else if (*text != '\0' || !is_zero(d)) {
        return scan_refuse(why, *text == '\0' ? "no unit" : "unknown unit");
    }
    const double x = strtod(d.text, NULL) / unit_s;
    if (!isfinite(x))
        return scan_refuse(why, "too large");
    *per_s = x;
    return true;
}

bool quantity_money_per_hour(const char *text, int64_t *micro_usd, const char **why)
{
    struct decimal d;
    if (!take_number(&text, &d, why))
        return false;
    const bool is_bare = *text == '\0';
    text += *text == ' ';
    if (*text == '\0' && !(is_bare && is_zero(d)))
        return scan_refuse(why, "no unit");
    if (!is_bare && strcmp(text, "USD/h") != 0 && strcmp(text, "$/h") != 0)
        return scan_refuse(why, "unknown unit");
    const struct decimal_product p = decimal_times(d, 1, 6);
    if (p.is_too_large)
        return scan_refuse(why, "too large");
    if (!p.is_exact)
        return scan_refuse(why, "finer than a micro-dollar");
    *micro_usd = p.floor;
    return true;
}

const char *quantity_print_size(char buf[QUANTITY_TEXT], int64_t bytes)
{
    size_t best = 0;
    for (size_t i = 0; i < SIZES && bytes != 0; i++)
        if (bytes % sizes[i].base == 0)
            best = i;
    snprintf(buf, QUANTITY_TEXT, "%" PRId64 "%s", bytes / sizes[best].base, sizes[best].name);
    return buf;
}

const char *quantity_print_money_per_hour(char buf[QUANTITY_TEXT], int64_t micro_usd)
{
    const int64_t dollars = micro_usd / 1000000;
    const int64_t rest = micro_usd % 1000000;
    int len = snprintf(buf, QUANTITY_TEXT, "%s%" PRId64 ".%06" PRId64, micro_usd < 0 ? "-" : "",
                       dollars < 0 ? -dollars : dollars, rest < 0 ? -rest : rest);
    while (buf[len - 1] == '0')
        len--;
    len -= buf[len - 1] == '.';
    snprintf(buf + len, QUANTITY_TEXT - (size_t)len, " USD/h");
    return buf;
}
