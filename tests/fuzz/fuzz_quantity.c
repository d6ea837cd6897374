/* Any text is tried by every grammar; what is accepted survives printing and reading again. */
#include "sim/calendar.h"
#include "sim/check.h"
#include "sim/duration.h"
#include "sim/quantity.h"
#include "tests/fuzz/fuzz_target.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef bool parse_fn(const char *text, int64_t *value, const char **why);
typedef bool parse_real_fn(const char *text, double *value, const char **why);
typedef const char *print_fn(char *buf, int64_t value);

static void check_int(const char *text, parse_fn *parse, print_fn *print)
{
    const char *why = NULL;
    int64_t value = -77;
    int64_t back = -78;
    char buf[64];
    if (!parse(text, &value, &why)) {
        SIM_REQUIRE(why != NULL && value == -77);
        return;
    }
    if (print == NULL)
        return;
    SIM_REQUIRE(parse(print(buf, value), &back, &why) && back == value);
}

static void check_real(const char *text, parse_real_fn *parse)
{
    const char *why = NULL;
    double value = -77;
    if (parse(text, &value, &why))
        SIM_REQUIRE(isfinite(value));
    else
        SIM_REQUIRE(why != NULL && value == -77);
}

static void check_kubernetes(const char *text)
{
    const char *why = NULL;
    struct quantity_kubernetes q;
    if (!quantity_kubernetes(text, &q, &why)) {
        SIM_REQUIRE(why != NULL);
        return;
    }
    SIM_REQUIRE(!q.units_are_capped || q.milli_is_capped);
    if (q.milli_is_capped)
        return;
    const int64_t milli = q.milli < 0 ? -q.milli : q.milli;
    SIM_REQUIRE(q.units == (q.milli < 0 ? -1 : 1) * (milli / 1000 + (milli % 1000 > 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    SIM_REQUIRE(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    check_int(text, duration_parse, duration_print);
    check_int(text, duration_parse_slurm, NULL);
    check_int(text, duration_parse_go, NULL);
    check_int(text, calendar_parse, calendar_print);
    check_int(text, quantity_int, NULL);
    check_int(text, quantity_size, quantity_print_size);
    check_int(text, quantity_money_per_hour, quantity_print_money_per_hour);
    check_real(text, quantity_real);
    check_real(text, quantity_ratio);
    check_real(text, quantity_rate);
    check_kubernetes(text);
    free(text);
    return 0;
}
