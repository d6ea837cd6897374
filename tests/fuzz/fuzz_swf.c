/* Any text is some kind of line; a job that was understood is understood again when it is written
 * as the format wants it. The text is tried as a header, too. */
#include "sim/arena.h"
#include "sim/check.h"
#include "tests/fuzz/fuzz_target.h"
#include "workloads/swf.h"
#include "workloads/swf_header.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)

static void check_flaws(const struct swf_record *r, size_t len)
{
    SIM_REQUIRE(r->flaws_len <= sizeof r->flaws / sizeof r->flaws[0]);
    for (unsigned i = 0; i < r->flaws_len; i++) {
        SIM_REQUIRE(r->flaws[i].kind < SWF_FLAW_KINDS && r->flaws[i].field < SWF_FIELDS);
        SIM_REQUIRE((size_t)r->flaws[i].at + r->flaws[i].len <= len);
    }
}

static int print_value(char *out, size_t cap, enum swf_field field, int64_t x)
{
    if (x == SWF_UNKNOWN || !swf_is_time(field))
        return snprintf(out, cap, "%" PRId64 " ", x);
    const uint64_t ns = x < 0 ? (uint64_t)-x : (uint64_t)x;
    return snprintf(out, cap, "%s%" PRIu64 ".%09" PRIu64 " ", x < 0 ? "-" : "", ns / SECOND_NS,
                    ns % SECOND_NS);
}

static void check_again(const struct swf_record *r)
{
    char line[1024];
    size_t len = 0;
    for (int f = 0; f < SWF_FIELDS; f++)
        len += (size_t)print_value(line + len, sizeof line - len, (enum swf_field)f, r->value[f]);
    struct swf_record again;
    SIM_REQUIRE(swf_parse(line, len, &again) == SWF_JOB);
    SIM_REQUIRE(memcmp(again.value, r->value, sizeof r->value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    SIM_REQUIRE(text != NULL);
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    struct swf_record r;
    const enum swf_line line = swf_parse(text, size, &r);
    if (line == SWF_JOB || line == SWF_UNREADABLE)
        check_flaws(&r, size);
    if (line == SWF_JOB)
        check_again(&r);
    for (int f = 0; f < SWF_FIELDS; f++) {
        uint32_t at, len;
        if (swf_find_field(text, size, (enum swf_field)f, &at, &len))
            SIM_REQUIRE((size_t)at + len <= size);
    }
    struct arena *arena = arena_new();
    struct swf_header h;
    swf_header_init(&h, arena);
    swf_header_read(&h, text, size);
    arena_free(arena);
    free(text);
    return 0;
}
