#include "workloads/sleep_part.h"

#include "sim/decimal.h"

#include <string.h>

#define SECOND_NS INT64_C(1000000000)

struct sleep_part sleep_part_known(int64_t ns)
{
    return (struct sleep_part){.found = ns < SLEEP_LONGEST_NS ? SLEEP_KNOWN : SLEEP_FOREVER,
                               .ns = ns};
}

struct sleep_part sleep_part_unclear(void)
{
    return (struct sleep_part){.found = SLEEP_UNCLEAR};
}

void sleep_part_add(struct sleep_part *sum, struct sleep_part next)
{
    sum->leaves |= next.leaves;
    sum->ends |= next.ends;
    if (sum->found <= SLEEP_KNOWN && next.found == SLEEP_KNOWN) {
        const struct sleep_part both = sleep_part_known(sum->ns + next.ns);
        sum->found = both.found;
        sum->ns = both.ns;
    } else if (next.found > sum->found) {
        sum->found = next.found;
    }
}

void sleep_part_join(struct sleep_part *longest, struct sleep_part other)
{
    longest->leaves |= other.leaves;
    if (other.found > longest->found ||
        (other.found == SLEEP_KNOWN && longest->found == SLEEP_KNOWN && other.ns > longest->ns)) {
        longest->found = other.found;
        longest->ns = other.ns;
    }
}

/* --- sleep itself --- */

static bool is_forever(const char *text)
{
    return strcmp(text, "infinity") == 0 || strcmp(text, "inf") == 0;
}

/* 600, 1.5, 10m; false if it is no time. */
static bool parse_time(const char *text, int64_t *ns)
{
    static const struct {
        const char *suffix;
        int64_t seconds;
    } units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    struct decimal d;
    if (!decimal_take(&text, &d))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(units[i].suffix, text) != 0)
            continue;
        const uint64_t unit = (uint64_t)(units[i].seconds * SECOND_NS);
        *ns = decimal_times(d, unit, 0).floor;
        return true;
    }
    return false;
}

struct sleep_part sleep_part_of_sleep(const char *const *words, size_t len)
{
    struct sleep_part sum = {.found = len == 0 ? SLEEP_UNCLEAR : SLEEP_NONE};
    for (size_t i = 0; i < len; i++) {
        int64_t ns;
        if (is_forever(words[i]))
            sleep_part_add(&sum, sleep_part_known(SLEEP_LONGEST_NS));
        else if (parse_time(words[i], &ns))
            sleep_part_add(&sum, sleep_part_known(ns < SLEEP_LONGEST_NS ? ns : SLEEP_LONGEST_NS));
        else
            sleep_part_add(&sum, sleep_part_unclear());
    }
    return sum;
}

struct sleep_part sleep_part_times(struct sleep_part body, int64_t count)
{
    if (count == INT64_MAX)
        return body.leaves || body.ends ? sleep_part_unclear() : sleep_part_known(SLEEP_LONGEST_NS);
    if (!sleep_part_sleeps(&body))
        return (struct sleep_part){0};
    if (count < 0 || body.leaves || body.ends || body.found == SLEEP_UNCLEAR)
        return sleep_part_unclear();
    if (count == 0)
        return (struct sleep_part){0};
    if (body.found == SLEEP_FOREVER || body.ns > SLEEP_LONGEST_NS / count)
        return sleep_part_known(SLEEP_LONGEST_NS);
    return sleep_part_known(body.ns * count);
}
