/* Days are counted in eras of 400 years that begin in March, so that a leap day ends its year. */
#include "sim/calendar.h"

#include "sim/int128.h"
#include "sim/scan.h"

#include <stdio.h>
#include <string.h>

#define NS_PER_S   INT64_C(1000000000)
#define NS_PER_DAY (86400 * NS_PER_S)

enum { DAYS_PER_ERA = 146097, EPOCH_DAY = 719468 /* 1970-01-01, counted from 0000-03-01 */ };

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

unsigned calendar_days_of_month(int year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t calendar_days(int year, unsigned month, unsigned day)
{
    const int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    const int64_t era = floor_div(y, 400);
    const int64_t year_of_era = y - era * 400;
    const int64_t months = (month + 9) % 12; /* since March */
    const int64_t day_of_year = (153 * months + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * DAYS_PER_ERA + day_of_era - EPOCH_DAY;
}

static void split_days(int64_t days, struct calendar *c)
{
    const int64_t from_march = days + EPOCH_DAY;
    const int64_t era = floor_div(from_march, DAYS_PER_ERA);
    const int64_t day_of_era = from_march - era * DAYS_PER_ERA;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t months = (5 * day_of_year + 2) / 153; /* since March */
    c->day = (unsigned)(day_of_year - (153 * months + 2) / 5 + 1);
    c->month = (unsigned)(months < 10 ? months + 3 : months - 9);
    c->year = (int)(year_of_era + era * 400 + (c->month <= 2));
}

struct calendar calendar_split(int64_t ns)
{
    const int64_t days = floor_div(ns, NS_PER_DAY);
    const int64_t of_day = (int64_t)((int128)ns - (int128)days * NS_PER_DAY);
    const int64_t seconds = of_day / NS_PER_S;
    struct calendar c = {.hour = (unsigned)(seconds / 3600),
                         .minute = (unsigned)(seconds / 60 % 60),
                         .second = (unsigned)(seconds % 60),
                         .ns = (unsigned)(of_day % NS_PER_S)};
    split_days(days, &c);
    return c;
}

/* Exactly len digits, off the front of *text. */
static bool take_digits(const char **text, size_t len, unsigned *value)
{
    if (scan_digits(*text) < len)
        return false;
    *value = 0;
    for (; len > 0; len--)
        *value = *value * 10 + (unsigned)(*(*text)++ - '0');
    return true;
}

static bool take_date(const char **text, struct calendar *c, const char **why)
{
    unsigned year;
    const bool ok = take_digits(text, 4, &year) && scan_char(text, '-') &&
                    take_digits(text, 2, &c->month) && scan_char(text, '-') &&
                    take_digits(text, 2, &c->day) && scan_digits(*text) == 0;
    if (!ok)
        return scan_refuse(why, "not a date of the form YYYY-MM-DD");
    c->year = (int)year;
    if (c->month < 1 || c->month > 12)
        return scan_refuse(why, "no such month");
    if (c->day < 1 || c->day > calendar_days_of_month(c->year, c->month))
        return scan_refuse(why, "no such day");
    return true;
}

/* .5, up to the nanosecond; zeros beyond it change nothing. */
static bool take_fraction(const char **text, unsigned *ns, const char **why)
{
    const size_t len = scan_digits(*text);
    if (len == 0)
        return scan_refuse(why, "no digits behind the point");
    *ns = 0;
    for (size_t i = 0; i < 9; i++)
        *ns = *ns * 10 + (i < len ? (unsigned)((*text)[i] - '0') : 0);
    if (len > 9 && strspn(*text + 9, "0") < len - 9)
        return scan_refuse(why, "finer than a nanosecond");
    *text += len;
    return true;
}

static bool take_time(const char **text, struct calendar *c, const char **why)
{
    static const char form[] = "not a time of the form HH:MM or HH:MM:SS";
    if (!take_digits(text, 2, &c->hour) || !scan_char(text, ':') ||
        !take_digits(text, 2, &c->minute))
        return scan_refuse(why, form);
    if (scan_char(text, ':')) {
        if (!take_digits(text, 2, &c->second))
            return scan_refuse(why, form);
        if (scan_char(text, '.') && !take_fraction(text, &c->ns, why))
            return false;
    }
    if (c->hour > 23 || c->minute > 59 || c->second > 59)
        return scan_refuse(why, "no such time of day");
    return true;
}

/* 01:00 or 0530, in seconds. */
static bool take_offset(const char **text, int *offset_s)
{
    unsigned hours;
    unsigned minutes;
    if (!take_digits(text, 2, &hours))
        return false;
    scan_char(text, ':');
    if (!take_digits(text, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset_s = (int)(hours * 3600 + minutes * 60);
    return true;
}

/* Z, +01:00 or -0530, in seconds east. */
static bool take_zone(const char **text, int *offset_s, const char **why)
{
    if (scan_char(text, 'Z'))
        return true;
    const char sign = **text;
    if (sign == '\0')
        return scan_refuse(why, "no time zone; add Z, or an offset such as +01:00");
    if (sign != '-' && sign != '+')
        return scan_refuse(why, "something else than a time zone behind the time");
    ++*text;
    if (!take_offset(text, offset_s))
        return scan_refuse(why, "not an offset of the form +01:00");
    if (sign == '-')
        *offset_s = -*offset_s;
    return true;
}

bool calendar_parse(const char *text, int64_t *ns, const char **why)
{
    struct calendar c = {0};
    int offset_s = 0;
    if (!take_date(&text, &c, why))
        return false;
    if (*text != '\0' && !scan_char(&text, 'T'))
        return scan_refuse(why, "something else than T and a time behind the date");
    if (text[-1] == 'T' && (!take_time(&text, &c, why) || !take_zone(&text, &offset_s, why)))
        return false;
    if (*text != '\0')
        return scan_refuse(why, "something behind the time zone");
    const int64_t seconds = calendar_days(c.year, c.month, c.day) * 86400 + c.hour * 3600 +
                            c.minute * 60 + c.second - offset_s;
    const int128 sum = (int128)seconds * NS_PER_S + c.ns;
    if (sum < INT64_MIN || sum > INT64_MAX)
        return scan_refuse(why, "outside of the years 1678 to 2261");
    *ns = (int64_t)sum;
    return true;
}

const char *calendar_print(char buf[CALENDAR_TEXT], int64_t ns)
{
    const struct calendar c = calendar_split(ns);
    int len = snprintf(buf, CALENDAR_TEXT, "%04d-%02u-%02uT%02u:%02u:%02u", c.year, c.month, c.day,
                       c.hour, c.minute, c.second);
    if (c.ns > 0) {
        len += snprintf(buf + len, CALENDAR_TEXT - (size_t)len, ".%09u", c.ns);
        while (buf[len - 1] == '0')
            len--;
    }
    snprintf(buf + len, CALENDAR_TEXT - (size_t)len, "Z");
    return buf;
}
