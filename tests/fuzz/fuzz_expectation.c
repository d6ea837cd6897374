/* Any text is an expectation or gets one error; what is accepted can be measured. */
#include "results/expectation.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/text_stream.h"
#include "tests/fuzz/fuzz_target.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct text_stream out;
    struct diag d;
    diag_init(&d, text_stream_open(&out));
    struct arena *a = arena_new();
    const char *text = arena_text(a, (const char *)data, len);
    struct expectation e;
    const bool ok = expectation_parse(&e, text, "expect", a, &d);
    SIM_REQUIRE(d.errors == !ok);
    if (ok) {
        const struct metric *m = metric_get(e.id);
        SIM_REQUIRE(isfinite(e.value) && (m->stats >> e.s & 1) && (m->by >> e.by & 1));
        SIM_REQUIRE(e.s != STAT_P || e.p <= QUANTILE_ONE);
        SIM_REQUIRE(e.name == NULL || e.by != BY_NOTHING);
    }
    text_stream_close(&out);
    free(out.text);
    diag_fini(&d);
    arena_free(a);
    return 0;
}
