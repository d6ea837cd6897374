#include "sim/duration.h"

#include "sim/decimal.h"
#include "sim/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NS_PER_S INT64_C(1000000000)

static const struct unit {
    const char *name;
    int64_t ns;
    bool is_go; /* Go knows it too */
} units[] = {
    {"ns", 1, true},
    {"us", 1000, true},
    {"\xc2\xb5s", 1000, true}, /* micro sign */
    {"\xce\xbcs", 1000, true}, /* Greek mu */
    {"ms", 1000000, true},
    {"s", NS_PER_S, true},
    {"m", 60 * NS_PER_S, true},
    {"min", 60 * NS_PER_S, false},
    {"h", 3600 * NS_PER_S, true},
    {"d", 86400 * NS_PER_S, false},
    {"w", 7 * 86400 * NS_PER_S, false},
};

static const struct unit *find_unit(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strlen(units[i].name) == len && memcmp(units[i].name, name, len) == 0)
            return &units[i];
    return NULL;
}

int64_t duration_unit_ns(const char *name, size_t len)
{
    const struct unit *u = find_unit(name, len);
    return u == NULL ? 0 : u->ns;
}

static bool add_product(int64_t *sum, struct decimal d, int64_t unit_ns, const char **why)
{
    const struct decimal_product p = decimal_times(d, (uint64_t)unit_ns, 0);
    if (p.is_too_large)
        return scan_refuse(why, "too large");
    if (!p.is_exact)
        return scan_refuse(why, "finer than a nanosecond");
    if (p.floor > INT64_MAX - *sum)
        return scan_refuse(why, "too large");
    *sum += p.floor;
    return true;
}

/* A number and its unit off the front of *text. */
static bool take_term(const char **text, struct decimal *d, const struct unit **unit,
                      const char **why)
{
    if (!decimal_take(text, d))
        return scan_refuse(why, **text == '-' ? "negative" : "not a number");
    const size_t len = strcspn(*text, ".0123456789");
    if (len == 0)
        return scan_refuse(why, "no unit");
    *unit = find_unit(*text, len);
    if (*unit == NULL)
        return scan_refuse(why, "unknown unit");
    *text += len;
    return true;
}

static bool is_bare_zero(const char *text)
{
    struct decimal d;
    return decimal_take(&text, &d) && *text == '\0' && decimal_is_plain(d) &&
           strspn(d.text, "0.") == d.len;
}

static bool take_digits(const char **text, struct decimal *d)
{
    *d = (struct decimal){*text, scan_digits(*text)};
    *text += d->len;
    return d->len > 0;
}

static const struct field {
    int64_t ns;
    int64_t most; /* in our own grammar; Slurm has no limits */
    char after;
} fields[] = {
    {86400 * NS_PER_S, INT64_MAX, '-'},
    {3600 * NS_PER_S, 23, ':'},
    {60 * NS_PER_S, 59, ':'},
    {NS_PER_S, 59, '\0'},
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

/* D-HH:MM:SS */
static bool parse_clock(const char *text, int64_t *ns, const char **why)
{
    int64_t sum = 0;
    for (size_t i = 0; i < FIELDS; i++) {
        struct decimal d;
        if (!take_digits(&text, &d) || *text != fields[i].after)
            return scan_refuse(why, "not a time of the form D-HH:MM:SS");
        text += *text != '\0';
        if (decimal_times(d, 1, 0).floor > fields[i].most)
            return scan_refuse(why, "over 23 hours, 59 minutes or 59 seconds in D-HH:MM:SS");
        if (!add_product(&sum, d, fields[i].ns, why))
            return false;
    }
    *ns = sum;
    return true;
}

bool duration_parse(const char *text, int64_t *ns, const char **why)
{
    if (strchr(text, ':') != NULL)
        return parse_clock(text, ns, why);
    if (is_bare_zero(text)) {
        *ns = 0;
        return true;
    }
    int64_t sum = 0;
    int64_t last_ns = INT64_MAX;
    do {
        struct decimal d;
        const struct unit *unit;
        if (!take_term(&text, &d, &unit, why))
            return false;
        if (!decimal_is_plain(d))
            return scan_refuse(why, "not a number");
        if (unit->ns >= last_ns)
            return scan_refuse(why, "units out of order; the larger comes first");
        if (!add_product(&sum, d, unit->ns, why))
            return false;
        last_ns = unit->ns;
    } while (*text != '\0');
    *ns = sum;
    return true;
}

bool duration_parse_go(const char *text, int64_t *ns, const char **why)
{
    const bool is_negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    int64_t sum = 0;
    if (strcmp(text, "0") != 0) {
        do {
            struct decimal d;
            const struct unit *unit;
            if (!take_term(&text, &d, &unit, why))
                return false;
            if (!unit->is_go)
                return scan_refuse(why, "unknown unit");
            if (!add_product(&sum, d, unit->ns, why))
                return false;
        } while (*text != '\0');
    }
    *ns = is_negative ? -sum : sum;
    return true;
}

static bool is_unlimited(const char *text)
{
    return strcasecmp(text, "UNLIMITED") == 0 || strcasecmp(text, "INFINITE") == 0 ||
           strcmp(text, "-1") == 0;
}

/* Numbers with a '-' after the first, if any, and colons; the '-' may also end it. */
static bool take_numbers(const char *text, struct decimal d[FIELDS], size_t *len, bool *has_days)
{
    *has_days = false;
    *len = 0;
    do {
        if (*len == FIELDS || !take_digits(&text, &d[(*len)++]))
            return false;
        if (*len == 1 && scan_char(&text, '-')) {
            *has_days = true;
            if (*text != '\0' && !take_digits(&text, &d[(*len)++]))
                return false;
        }
    } while (scan_char(&text, ':'));
    return *text == '\0' && (*has_days || *len < FIELDS);
}

bool duration_parse_slurm(const char *text, int64_t *ns, const char **why)
{
    if (is_unlimited(text)) {
        *ns = DURATION_UNLIMITED;
        return true;
    }
    struct decimal d[FIELDS];
    size_t len;
    bool has_days;
    if (!take_numbers(text, d, &len, &has_days))
        return scan_refuse(why, "not a time such as 30, 30:00, 1:30:00, 1-12 or 1-12:30:00");
    size_t first = 2; /* of the fields: minutes */
    if (has_days)
        first = 0;
    else if (len == 3)
        first = 1;
    int64_t sum = 0;
    for (size_t i = 0; i < len; i++)
        if (!add_product(&sum, d[i], fields[first + i].ns, why))
            return false;
    *ns = sum;
    return true;
}

/* The count in the largest unit that a reader would take, with the rest behind the point. */
static int print_below_two_minutes(char *out, size_t bytes, int64_t ns)
{
    static const struct {
        const char *name;
        int64_t ns;
        int places;
    } steps[] = {{"s", NS_PER_S, 9}, {"ms", 1000000, 6}, {"us", 1000, 3}, {"ns", 1, 0}};
    size_t i = 0;
    while (ns < steps[i].ns && i < 3)
        i++;
    int len = snprintf(out, bytes, "%" PRId64, ns / steps[i].ns);
    if (ns % steps[i].ns > 0) {
        len += snprintf(out + len, bytes - (size_t)len, ".%0*" PRId64, steps[i].places,
                        ns % steps[i].ns);
        while (out[len - 1] == '0')
            len--;
    }
    return len + snprintf(out + len, bytes - (size_t)len, "%s", steps[i].name);
}

const char *duration_print(char buf[DURATION_TEXT], int64_t ns)
{
    static const struct unit steps[] = {
        {"d", 86400 * NS_PER_S, false}, {"h", 3600 * NS_PER_S, false}, {"m", 60 * NS_PER_S, false}};
    int len = 0;
    if (ns == 0)
        return strcpy(buf, "0s");
    if (ns < 0)
        buf[len++] = '-';
    if (ns == INT64_MIN)
        return strcpy(buf, "-106751d23h47m16.854775808s");
    int64_t left = ns < 0 ? -ns : ns;
    const bool is_long = left >= 120 * NS_PER_S;
    for (size_t i = 0; is_long && i < sizeof steps / sizeof steps[0]; i++) {
        if (left >= steps[i].ns)
            len += snprintf(buf + len, DURATION_TEXT - (size_t)len, "%" PRId64 "%s",
                            left / steps[i].ns, steps[i].name);
        left %= steps[i].ns;
    }
    if (left > 0)
        print_below_two_minutes(buf + len, DURATION_TEXT - (size_t)len, left);
    return buf;
}
