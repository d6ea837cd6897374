/* Any bytes are read as Kueue's Configuration: as every version, it is taken over or refused with a
 * message. */
#include "models/names.h"
#include "policies/kueue/configuration.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "sim/intern.h"
#include "sim/text_stream.h"
#include "tests/fuzz/fuzz_target.h"

#include <stdlib.h>

static void apply(struct field_reader *r, const struct yaml_file *f, int minor)
{
    struct kueue_settings settings;
    struct configuration c;
    const unsigned errors = diag_errors(r->diag);
    kueue_settings_init(&settings, minor);
    const bool ok = configuration_apply(r, f, minor, &settings, &c);
    SIM_REQUIRE(ok == (diag_errors(r->diag) == errors));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_stream messages;
    struct diag d;
    diag_init(&d, text_stream_open(&messages));
    struct field_reader r = {
        .diag = &d, .arena = arena_new(), .words = intern_new(), .resources = resource_names_new()};
    struct yaml_file *f = yaml_parse("fuzz", (const char *)data, size, &d);
    for (int minor = KUEUE_OLDEST; minor <= KUEUE_NEWEST; minor++)
        apply(&r, f, minor);
    yaml_close(f);
    intern_free(r.words);
    intern_free(r.resources);
    arena_free(r.arena);
    diag_fini(&d);
    text_stream_close(&messages);
    free(messages.text);
    return 0;
}
