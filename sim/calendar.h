/*
 * calendar.h - instants as people write them, and as int64 nanoseconds since the Unix epoch.
 *
 * The proleptic Gregorian calendar without leap seconds, as POSIX counts; no time zone but the
 * offset that is written.
 *
 * Memory   Nothing is kept; reasons are static texts.
 * Errors   False, *why says why, and *ns stays as it was. int64 holds the years 1678 to 2261, and a
 *          little of the ones around them.
 * Cost     O(1).
 */
#ifndef SIM_CALENDAR_H
#define SIM_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_HINT "a date such as 2026-03-02 or 2026-03-02T08:00:00Z"

enum { CALENDAR_TEXT = 40 }; /* bytes that hold any printed instant */

struct calendar {
    int year;
    unsigned month; /* 1 to 12 */
    unsigned day;   /* 1 to 31 */
    unsigned hour;
    unsigned minute;
    unsigned second;
    unsigned ns;
};

/* Days from 1970-01-01 to a day that exists. */
int64_t calendar_days(int year, unsigned month, unsigned day);
unsigned calendar_days_of_month(int year, unsigned month);

struct calendar calendar_split(int64_t ns);

/* 2026-03-02 (its midnight in UTC), 2026-03-02T08:00Z, 2026-03-02T08:00:00.5Z, and +01:00 in place
 * of Z. A time of day without its zone is refused: nobody could say which instant it is. */
bool calendar_parse(const char *text, int64_t *ns, const char **why);

/* 2026-03-02T08:00:00Z, with as many digits behind the point as needed. Lies in buf. */
const char *calendar_print(char buf[CALENDAR_TEXT], int64_t ns);

#endif /* SIM_CALENDAR_H */
