#include "workloads/log_number.h"

#include <string.h>

enum { MOST_POWER = 10000 };

static bool take_exponent(const char **p, int *power)
{
    const bool is_negative = **p == '-';
    *p += **p == '-' || **p == '+';
    const char *first = *p;
    for (; **p >= '0' && **p <= '9'; ++*p)
        if (*power < MOST_POWER)
            *power = *power * 10 + (**p - '0');
    if (is_negative)
        *power = -*power;
    return *p != first;
}

bool log_number_parse(const char *text, size_t len, struct log_number *n)
{
    const char *p = text;
    *n = (struct log_number){.is_negative = *p == '-'};
    p += *p == '-' || *p == '+';
    if (!decimal_take(&p, &n->decimal))
        return false;
    n->has_point = memchr(n->decimal.text, '.', n->decimal.len) != NULL;
    if ((*p == 'e' || *p == 'E') && (++p, !take_exponent(&p, &n->power)))
        return false;
    return p == text + len;
}

struct decimal_product log_number_times(const struct log_number *n, uint64_t unit, int power)
{
    struct decimal_product x = decimal_times(n->decimal, unit, n->power + power);
    if (n->is_negative)
        x.floor = -x.floor;
    return x;
}
