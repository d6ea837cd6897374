/* Any bytes are a map, if only an empty one: its indexes rise and are found, and all its numbers
 * are written as int() would write them. They are a pod's name as well. */
#include "policies/annotation_map/gpu_map.h"
#include "policies/annotation_map/pod_index.h"
#include "sim/arena.h"
#include "sim/check.h"
#include "tests/fuzz/fuzz_target.h"

#include <stdlib.h>
#include <string.h>

static void check_number(struct arena *a, const char *text)
{
    char *again = arena_alloc(a, strlen(text) + 1);
    SIM_REQUIRE(python_int((struct span){text, strlen(text)}, again) == strlen(text));
    SIM_REQUIRE(strcmp(again, text) == 0);
}

static void check_map(struct arena *a, const char *text, bool is_strict)
{
    const struct gpu_map m = gpu_map_parse(a, text, is_strict);
    for (uint32_t i = 0; i < m.len; i++) {
        const struct gpu_map_entry *e = &m.entries[i];
        SIM_REQUIRE(i == 0 || strcmp(m.entries[i - 1].index, e->index) < 0);
        SIM_REQUIRE(gpu_map_find(&m, e->index) == e);
        if (!is_strict)
            check_number(a, e->index);
        for (uint32_t d = 0; d < e->devices_len; d++)
            check_number(a, e->devices[d]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct arena *a = arena_new();
    const char *text = arena_text(a, (const char *)data, len);
    check_map(a, text, false);
    check_map(a, text, true);
    char *index = arena_alloc(a, strlen(text) + 2);
    if (pod_index_by_digits(text, index))
        check_number(a, index);
    if (pod_index_by_last_part(text, index))
        check_number(a, index);
    arena_free(a);
    return 0;
}
