#include "models/slurm_text/tres.h"
#include "sim/arena.h"
#include "tests/unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef bool read_fn(struct arena *a, const char *text, struct tres_list *out, const char **why);

static const struct row {
    const char *name;
    read_fn *read;
    const char *text;
    const char *want; /* "name[:type]=count ..."; a '!' behind a GRES without files */
    const char *why;
} rows[] = {
    {"a_sum_of_resources", tres_read, "cpu=4,mem=8G,node=1,billing=2",
     "cpu=4 mem=8192 node=1 billing=2", NULL},
    {"gres_by_equals", tres_read, "gres/gpu=2,gres/gpu:h100=1", "gpu=2 gpu:h100=1", NULL},
    {"gres_by_colon", tres_read, "gres/gpu:h100:2", "gpu:h100=2", NULL},
    {"gres_of_a_mig_profile", tres_read, "gres/gpu:1g.10gb=7", "gpu:1g.10gb=7", NULL},
    {"memory_in_megabytes", tres_read, "mem=512000M", "mem=512000", NULL},
    {"memory_without_unit", tres_read, "mem=512", "mem=512", NULL},
    {"memory_in_terabytes", tres_read, "mem=1T", "mem=1048576", NULL},
    {"memory_in_kilobytes_rounds_up", tres_read, "mem=1025K", "mem=2", NULL},
    {"no_count", tres_read, "cpu", NULL, "not of the form name=count"},
    {"no_name", tres_read, "=4", NULL, "a name is missing"},
    {"bad_count", tres_read, "cpu=four", NULL, "not a number"},
    {"negative_count", tres_read, "cpu=-1", NULL, "negative"},
    {"bad_memory", tres_read, "mem=8X", NULL, "unknown suffix; K, M, G, T or P"},
    {"huge_memory", tres_read, "mem=99999999999999P", NULL, "too large"},
    {"huge_count", tres_read, "cpu=99999999999999999999", NULL, "too large"},
    {"nothing", tres_read, "", NULL, "not of the form name=count"},
    {"a_gres", tres_read_gres, "gpu", "gpu=1", NULL},
    {"a_gres_with_count", tres_read_gres, "gpu:8", "gpu=8", NULL},
    {"a_gres_with_type", tres_read_gres, "gpu:h100", "gpu:h100=1", NULL},
    {"a_gres_with_both", tres_read_gres, "gpu:h100:8", "gpu:h100=8", NULL},
    {"two_gres", tres_read_gres, "gpu:h100:4,shard:16", "gpu:h100=4 shard=16", NULL},
    {"sockets_are_left_out", tres_read_gres, "gpu:h100:8(S:0-1,3),shard:2", "gpu:h100=8 shard=2",
     NULL},
    {"in_front_gres", tres_read_gres, "gres:gpu:2,gres/gpu:1", "gpu=2 gpu=1", NULL},
    {"a_thousand_and_more", tres_read_gres, "mps:2K", "mps=2048", NULL},
    {"without_files", tres_read_gres, "bandwidth:lustre:no_consume:4G", NULL,
     "not of the form name, name:count or name:type:count"},
    {"no_consume", tres_read_gres, "nic:no_consume:4", "nic!=4", NULL},
    {"no_gres", tres_read_gres, "", NULL, "a name is missing"},
    {"too_many_colons", tres_read_gres, "gpu:a:b:2", NULL,
     "not of the form name, name:count or name:type:count"},
    {"a_colon_at_the_end", tres_read_gres, "gpu:", NULL,
     "not of the form name, name:count or name:type:count"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct arena *a = arena_new();
    struct tres_list list;
    const char *why = NULL;
    char got[256] = "";

    assert_int_equal(row->read(a, row->text, &list, &why), row->want != NULL);
    if (row->want == NULL) {
        assert_string_equal(why, row->why);
        arena_free(a);
        return;
    }
    for (size_t i = 0; i < list.len; i++) {
        const struct tres *t = &list.items[i];
        sprintf(got + strlen(got), "%s%s%s%s%s=%" PRId64, i == 0 ? "" : " ", t->name,
                t->type == NULL ? "" : ":", t->type == NULL ? "" : t->type,
                t->is_without_files ? "!" : "", t->count);
    }
    assert_string_equal(got, row->want);
    arena_free(a);
}

static void more_than_sixty_four_are_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    struct tres_list list;
    const char *why;
    char text[400] = "gpu";
    for (int i = 1; i < TRES_MOST; i++)
        strcat(text, ",gpu");
    assert_true(tres_read_gres(a, text, &list, &why));
    assert_int_equal(list.len, TRES_MOST);
    strcat(text, ",gpu");
    assert_false(tres_read_gres(a, text, &list, &why));
    assert_string_equal(why, "more than 64 of them");
    arena_free(a);
}

int main(void)
{
    struct CMUnitTest tests[LEN(rows) + 1];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = check_row,
            .initial_state = (void *)&rows[i],
        };
    tests[LEN(rows)] = (struct CMUnitTest)cmocka_unit_test(more_than_sixty_four_are_refused);
    return cmocka_run_group_tests_name("tres", tests, NULL, NULL);
}
