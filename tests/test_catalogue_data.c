/* What ships, against the user guide and against the recorded facts. */
#include "models/mig_space.h"
#include "sim/yaml.h"
#include "tests/catalogue_fixture.h"
#include "tests/shared_data.h"
#include "tests/unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GIB (INT64_C(1) << 30)

static bool is_base(const struct mig_profile *p)
{
    return !p->media && !p->double_memory;
}

static unsigned without_media(const struct mig_table *t)
{
    unsigned profiles = 0;
    for (unsigned p = 0; p < t->len; p++)
        profiles |= t->profiles[p].media ? 0 : 1u << p;
    return profiles;
}

/* The figures of the user guide hold for the tables that ship, not only for those of the tests. */
static void shipped_tables_have_the_layouts_of_the_user_guide(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < catalogue_migs(f->c); i++) {
        const struct mig_table *t = catalogue_mig(f->c, i);
        unsigned base = 0;
        for (unsigned p = 0; p < t->len; p++)
            base |= is_base(&t->profiles[p]) ? 1u << p : 0;
        struct mig_space *s = mig_space_new(t, base);
        size_t len;
        size_t maximal;
        mig_space_layouts(s, &len);
        mig_space_maximal(s, &maximal);
        assert_int_equal(len - 1, t->compute_slices == 7 ? 297 : 25);
        assert_int_equal(maximal, t->compute_slices == 7 ? 19 : 5);
        mig_space_free(s);
        s = mig_space_new(t, without_media(t));
        mig_space_layouts(s, &len);
        mig_space_maximal(s, &maximal);
        assert_int_equal(len - 1, t->compute_slices == 7 ? 722 : 25);
        assert_int_equal(maximal, t->compute_slices == 7 ? 78 : 5);
        mig_space_free(s);
        s = mig_space_new(t, MIG_ALL_PROFILES);
        mig_space_layouts(s, &len);
        mig_space_maximal(s, &maximal);
        assert_int_equal(len - 1, t->compute_slices == 7 ? 2318 : 75);
        assert_int_equal(maximal, t->compute_slices == 7 ? 239 : 17);
        mig_space_free(s);
    }
}

static void instance_ids_count_through_the_halvings(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < catalogue_migs(f->c); i++) {
        const struct mig_table *t = catalogue_mig(f->c, i);
        for (unsigned p = 0; p < t->len; p++) {
            const int parts = t->memory_slices / t->profiles[p].memory_slices;
            for (unsigned s = 0; s < t->memory_slices; s++)
                if ((t->profiles[p].starts >> s & 1u) != 0)
                    assert_int_equal(mig_instance_id(t, p, s),
                                     parts - 1 + (int)s / t->profiles[p].memory_slices);
        }
    }
}

/* Numbers of a JSON file, which is YAML as well. */
static double number(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *n = yaml_get(map, key);
    return n == NULL || yaml_is_null(n) ? NAN : strtod(n->text, NULL);
}

/* What is null there must be unknown here, what is a number must be the same. */
static void assert_same(const struct yaml_node *map, const char *key, double have, double unknown,
                        double tolerance)
{
    const double want = number(map, key);
    if (isnan(want) ? have != unknown : !(fabs(have - want) <= tolerance))
        fail_msg("%s: %g, want %g", key, have, want);
}

/* NULL, and says so, where the data is not at hand. */
static struct yaml_file *open_shared(struct fixture *f, const char *name)
{
    char path[4096];
    if (shared_data_dir() == NULL) {
        print_message("shared data not present, skipped\n");
        return NULL;
    }
    snprintf(path, sizeof path, "%s/data/%s", shared_data_dir(), name);
    return yaml_read(path, &f->said.diag);
}

static void assert_same_name(const char *have, const char *want)
{
    for (; *want != '\0'; have++, want++)
        assert_int_equal(*have, *want == ' ' ? '-' : *want);
    assert_int_equal(*have, '\0');
}

static void check_machine(const struct machine *m, const struct yaml_node *want)
{
    assert_non_null(m);
    assert_same(want, "vcpu", (double)m->vcpus, 0, 0);
    assert_same(want, "mem_gib", (double)m->memory_bytes / GIB, 0, 0);
    assert_same(want, "gpus", (double)m->gpus, 0, 0);
    if (m->gpus > 0) {
        assert_same(want, "gpu_mem_gb", (double)m->gpu->memory_bytes / GIB, 0, 0);
        assert_same_name(m->gpu->name, yaml_get(want, "gpu")->text);
    }
    assert_int_equal(m->nvlink, yaml_get(want, "nvlink") != NULL);
    assert_string_equal(m->priced, yaml_get(want, "date")->text);
    const struct yaml_node *prices = yaml_get(want, "usd_h");
    for (size_t i = 0; i < prices->len; i++) {
        const bool blog = strstr(prices->pairs[i].key->text, "blog") != NULL;
        const struct machine_price *p =
            machine_price_in(m, blog ? "us" : prices->pairs[i].key->text);
        assert_non_null(p);
        assert_int_equal(p->micro_usd_per_h,
                         llround(strtod(prices->pairs[i].value->text, NULL) * 1e6));
        assert_int_equal(m->price_note != NULL, blog);
    }
}

static void machines_are_those_of_nodes_json(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file = open_shared(f, "nodes.json");
    if (file == NULL)
        return;
    const struct yaml_node *list = yaml_doc(file, 0);
    for (size_t i = 0; i < list->len; i++)
        check_machine(catalogue_find_machine(f->c, yaml_get(list->items[i], "name")->text),
                      list->items[i]);
    print_message("%zu of %zu machines\n", list->len, list->len);
    yaml_close(file);
}

/* "H100-96GB / GH200-96GB" and "H100-94GB (NVL / NC_H100_v5)" have a shorter name here. */
static const struct mig_table *table_of(struct fixture *f, const struct yaml_node *want)
{
    char name[64];
    snprintf(name, sizeof name, "%s", yaml_get(want, "gpu")->text);
    name[strcspn(name, " ")] = '\0';
    return catalogue_find_mig(f->c, name);
}

static void check_engines(const struct mig_profile *p, const struct yaml_node *want)
{
    const struct yaml_node *media = yaml_get(want, "media");
    assert_same(media, "dec", p->engines.decoders, MIG_NONE, 0);
    assert_same(media, "jpg", p->engines.jpeg, MIG_NONE, 0);
    assert_same(media, "ofa", p->engines.ofa, MIG_NONE, 0);
    assert_same(media, "ce", p->engines.copy, MIG_NONE, 0);
}

static void check_profile(const struct mig_table *t, const struct yaml_node *want)
{
    const int at = mig_profile_find(t, yaml_get(want, "name")->text);
    assert_true(at != MIG_NONE);
    const struct mig_profile *p = &t->profiles[at];
    const char *kind = yaml_get(want, "kind")->text;
    assert_string_equal(p->kind, kind);
    assert_same(want, "profile_id", p->id, MIG_NONE, 0);
    assert_same(want, "compute_slices", p->compute_slices, 0, 0);
    assert_same(want, "memory_slices", p->memory_slices, 0, 0);
    assert_same(want, "max_instances", p->most, 0, 0);
    assert_same(want, "sm", p->sms, 0, 0);
    assert_same(want, "memory_gib", (double)p->memory_bytes / GIB, 0, 0.0051);
    check_engines(p, want);
    const struct yaml_node *starts = yaml_get(want, "starts");
    unsigned bits = 0;
    for (size_t i = 0; i < starts->len; i++)
        bits |= 1u << atoi(starts->items[i]->text);
    assert_int_equal(p->starts, bits);
    assert_int_equal(p->media, strstr(kind, "+me") != NULL);
    assert_int_equal(p->double_memory, strcmp(kind, "1g.dm") == 0);
}

static void profiles_are_those_of_mig_profiles_json(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file = open_shared(f, "mig_profiles.json");
    if (file == NULL)
        return;
    const struct yaml_node *tables = yaml_get(yaml_doc(file, 0), "tables");
    size_t rows_seen = 0;
    for (size_t i = 0; i < tables->len; i++) {
        const struct mig_table *t = table_of(f, tables->items[i]);
        assert_non_null(t);
        const struct yaml_node *profiles = yaml_get(tables->items[i], "profiles");
        assert_int_equal(t->len, profiles->len);
        for (size_t p = 0; p < profiles->len; p++, rows_seen++)
            check_profile(t, profiles->items[p]);
    }
    assert_int_equal(tables->len, catalogue_migs(f->c));
    print_message("%zu of %zu rows in %zu tables\n", rows_seen, rows_seen, tables->len);
    yaml_close(file);
}

static void driver_orders_are_those_of_mig_profiles_json(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file = open_shared(f, "mig_profiles.json");
    if (file == NULL)
        return;
    const struct mig_table *t = catalogue_find_mig(f->c, "H100-80GB");
    const struct yaml_node *orders = yaml_get(yaml_doc(file, 0), "default_start_preference");
    size_t seen = 0;
    for (unsigned p = 0; p < t->len; p++) {
        const struct yaml_node *order = yaml_get(orders, t->profiles[p].kind);
        assert_int_equal(order == NULL, t->profiles[p].order_assumed);
        for (size_t i = 0; order != NULL && i < order->len; i++)
            assert_int_equal(t->profiles[p].order[i], atoi(order->items[i]->text));
        seen += order != NULL;
    }
    print_message("%zu of %d orders\n", seen, 5);
    assert_int_equal(seen, 5);
    yaml_close(file);
}

/* The 19 and the 78, each as a list of "kind@start". */
static void check_maximal(const struct mig_table *t, unsigned profiles,
                          const struct yaml_node *want)
{
    struct mig_space *s = mig_space_new(t, profiles);
    size_t len;
    const struct mig_layout *have = mig_space_maximal(s, &len);
    size_t found = 0;
    for (size_t i = 0; i < want->len; i++) {
        struct mig_layout l = {0};
        for (size_t k = 0; k < want->items[i]->len; k++) {
            const char *text = want->items[i]->items[k]->text;
            const size_t kind_len = strcspn(text, "@");
            for (unsigned p = 0; p < t->len; p++)
                if (strlen(t->profiles[p].kind) == kind_len &&
                    strncmp(t->profiles[p].kind, text, kind_len) == 0)
                    mig_add(t, &l, p, (unsigned)atoi(text + kind_len + 1));
        }
        assert_int_equal(l.len, want->items[i]->len);
        for (size_t k = 0; k < len; k++)
            found += have[k].code == l.code;
    }
    print_message("%zu of %zu maximal layouts\n", found, want->len);
    assert_int_equal(found, len);
    assert_int_equal(found, want->len);
    mig_space_free(s);
}

static void maximal_layouts_are_those_of_mig_profiles_json(void **state)
{
    struct fixture *f = *state;
    struct yaml_file *file = open_shared(f, "mig_profiles.json");
    if (file == NULL)
        return;
    const struct mig_table *t = catalogue_find_mig(f->c, "H100-80GB");
    unsigned base = 0;
    unsigned with_dm = 0;
    for (unsigned p = 0; p < t->len; p++) {
        base |= is_base(&t->profiles[p]) ? 1u << p : 0;
        with_dm |= !t->profiles[p].media ? 1u << p : 0;
    }
    const struct yaml_node *root = yaml_doc(file, 0);
    check_maximal(t, base, yaml_get(root, "maximal_placements_5_base_profiles"));
    check_maximal(t, with_dm, yaml_get(root, "maximal_placements_with_double_memory_1g"));
    yaml_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CATALOGUE(shipped_tables_have_the_layouts_of_the_user_guide),
        WITH_CATALOGUE(instance_ids_count_through_the_halvings),
        WITH_CATALOGUE(machines_are_those_of_nodes_json),
        WITH_CATALOGUE(profiles_are_those_of_mig_profiles_json),
        WITH_CATALOGUE(driver_orders_are_those_of_mig_profiles_json),
        WITH_CATALOGUE(maximal_layouts_are_those_of_mig_profiles_json),
    };
    return cmocka_run_group_tests_name("catalogue_data", tests, NULL, NULL);
}
