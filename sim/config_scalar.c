#include "sim/config_scalar.h"

#include "sim/calendar.h"
#include "sim/duration.h"
#include "sim/quantity.h"

#include <inttypes.h>

static const struct config_scalar scalars[] = {
    [CONFIG_INT] = {.hint = QUANTITY_INT_HINT,
                    .parse_int = quantity_int,
                    .is_number = true,
                    .is_signed = true},
    [CONFIG_REAL] = {.hint = QUANTITY_REAL_HINT,
                     .parse_real = quantity_real,
                     .is_number = true,
                     .is_signed = true},
    [CONFIG_RATIO] = {.hint = QUANTITY_RATIO_HINT, .parse_real = quantity_ratio},
    [CONFIG_RATE] = {.hint = QUANTITY_RATE_HINT, .parse_real = quantity_rate, .unit = "/s"},
    [CONFIG_DURATION] = {.hint = DURATION_HINT,
                         .parse_int = duration_parse,
                         .print = duration_print},
    [CONFIG_DATE] = {.hint = CALENDAR_HINT,
                     .parse_int = calendar_parse,
                     .print = calendar_print,
                     .is_signed = true},
    [CONFIG_SIZE] = {.hint = QUANTITY_SIZE_HINT,
                     .parse_int = quantity_size,
                     .print = quantity_print_size},
    [CONFIG_MONEY_PER_HOUR] = {.hint = QUANTITY_MONEY_HINT,
                               .parse_int = quantity_money_per_hour,
                               .print = quantity_print_money_per_hour},
};

_Static_assert((int)DURATION_TEXT <= CONFIG_SCALAR_TEXT, "a limit must fit");
_Static_assert((int)CALENDAR_TEXT <= CONFIG_SCALAR_TEXT, "a limit must fit");
_Static_assert((int)QUANTITY_TEXT <= CONFIG_SCALAR_TEXT, "a limit must fit");

const struct config_scalar *config_scalar_find(enum config_kind kind)
{
    if ((size_t)kind >= sizeof scalars / sizeof scalars[0] || scalars[kind].hint == NULL)
        return NULL;
    return &scalars[kind];
}

bool config_has_range(const struct config_key *key)
{
    return key->min != 0 || key->max != 0;
}

static void print_limit(FILE *out, const struct config_scalar *s, double limit)
{
    char buf[CONFIG_SCALAR_TEXT];
    if (s->parse_real != NULL)
        fprintf(out, "%.12g%s", limit, s->unit != NULL && limit != 0 ? s->unit : "");
    else if (s->print != NULL)
        fputs(limit == 0 && !s->is_signed ? "0" : s->print(buf, (int64_t)limit), out);
    else
        fprintf(out, "%" PRId64, (int64_t)limit);
}

/* A limit that no value of the kind can pass is none worth telling. */
void config_print_range(FILE *out, const struct config_key *key)
{
    const struct config_scalar *s = config_scalar_find(key->kind);
    if (s == NULL || !config_has_range(key))
        return;
    const bool has_min = key->min > -0x1p63 && (s->is_signed || key->min > 0);
    const bool has_max = key->max < 0x1p63;
    if (has_min && has_max) {
        print_limit(out, s, key->min);
        fputs(" to ", out);
        print_limit(out, s, key->max);
    } else if (has_min || has_max) {
        fputs(has_min ? "at least " : "at most ", out);
        print_limit(out, s, has_min ? key->min : key->max);
    }
}
