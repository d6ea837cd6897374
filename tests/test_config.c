#include "sim/config.h"

#include "sim/arena.h"
#include "tests/messages.h"
#include "tests/unit.h"

#include <math.h>
#include <string.h>

enum { LOW, HIGH };
static const char *const priorities[] = {"low", "high", NULL};

struct link {
    int64_t latency_ns;
    double loss;
};

static const struct config_key link_keys[] = {
    {.key = "latency",
     .kind = CONFIG_DURATION,
     .offset = offsetof(struct link, latency_ns),
     .fallback = "500ns",
     .min = 0,
     .max = 1e9,
     .help = "of one hop"},
    {.key = "loss",
     .kind = CONFIG_RATIO,
     .offset = offsetof(struct link, loss),
     .max = 1,
     .help = "of packets"},
    {0},
};
static const struct config_table link_table = {"link", "What nodes are joined by.",
                                               sizeof(struct link), link_keys};

struct pool {
    const char *name;
    bool spot;
    int64_t count;
    double weight;
    int priority;
    int64_t start_ns;
    int64_t memory_bytes;
    double rate_per_s;
    int64_t price_micro_usd;
    struct config_texts taints;
    struct link link;
    struct config_list links;
    const struct yaml_node *labels;
    size_t name_len;
};

static bool read_len(struct config_reader *r, const struct yaml_node *n, void *field)
{
    if (n->kind != YAML_SCALAR || n->len > *(size_t *)r->context) {
        diag_error(r->diag, yaml_pos(n), "len: too long");
        return false;
    }
    *(size_t *)field = n->len;
    return true;
}

#define FIELD(member) offsetof(struct pool, member)

static const struct config_key pool_keys[] = {
    {.key = "name", .kind = CONFIG_TEXT, .offset = FIELD(name), .help = "for a | b"},
    {.key = "spot",
     .kind = CONFIG_BOOL,
     .offset = FIELD(spot),
     .fallback = "false",
     .help = "may be taken away"},
    {.key = "count",
     .kind = CONFIG_INT,
     .offset = FIELD(count),
     .fallback = "1",
     .min = 1,
     .max = 100000,
     .help = "of machines"},
    {.key = "weight",
     .kind = CONFIG_REAL,
     .offset = FIELD(weight),
     .fallback = "",
     .min = 0.5,
     .max = INFINITY,
     .help = "in shares"},
    {.key = "priority",
     .kind = CONFIG_CHOICE,
     .offset = FIELD(priority),
     .fallback = "low",
     .choices = priorities,
     .help = "of its jobs"},
    {.key = "start",
     .kind = CONFIG_DATE,
     .offset = FIELD(start_ns),
     .fallback = "1970-01-01",
     .help = "of all"},
    {.key = "memory",
     .kind = CONFIG_SIZE,
     .offset = FIELD(memory_bytes),
     .fallback = "80GiB",
     .min = 1,
     .max = INFINITY,
     .help = "of a GPU"},
    {.key = "rate",
     .kind = CONFIG_RATE,
     .offset = FIELD(rate_per_s),
     .fallback = "0",
     .max = 10,
     .help = "of failures"},
    {.key = "price",
     .kind = CONFIG_MONEY_PER_HOUR,
     .offset = FIELD(price_micro_usd),
     .fallback = "",
     .help = "of a machine"},
    {.key = "taints",
     .kind = CONFIG_TEXTS,
     .offset = FIELD(taints),
     .fallback = "[]",
     .help = "it has"},
    {.key = "link",
     .kind = CONFIG_SECTION,
     .offset = FIELD(link),
     .fallback = "",
     .table = &link_table,
     .help = "to the others"},
    {.key = "links",
     .kind = CONFIG_SECTIONS,
     .offset = FIELD(links),
     .fallback = "",
     .table = &link_table,
     .help = "more of them"},
    {.key = "labels",
     .kind = CONFIG_NODE,
     .offset = FIELD(labels),
     .fallback = "",
     .hint = "a mapping of labels",
     .help = "its nodes carry"},
    {.key = "len",
     .kind = CONFIG_CUSTOM,
     .offset = FIELD(name_len),
     .fallback = "abc",
     .read = read_len,
     .hint = "a text up to 5 letters",
     .help = "counted"},
    {0},
};
static const struct config_table pool_table = {"pool", NULL, sizeof(struct pool), pool_keys};

struct reading {
    struct messages messages;
    struct arena *arena;
    struct yaml_file *file;
    struct pool pool;
    bool ok;
};

static void read_pool(struct reading *g, const char *yaml)
{
    static size_t most = 5;
    messages_open(&g->messages);
    g->arena = arena_new();
    g->file = yaml_parse("t", yaml, strlen(yaml), &g->messages.diag);
    g->pool = (struct pool){.weight = 7};
    struct config_reader r = {&g->messages.diag, g->arena, &most};
    g->ok = config_read(&r, yaml_docs(g->file) > 0 ? yaml_doc(g->file, 0) : NULL,
                        (struct src_pos){"t", 9, 9}, &pool_table, &g->pool);
}

static void end_reading(struct reading *g)
{
    yaml_close(g->file);
    arena_free(g->arena);
    messages_close(&g->messages);
}

static const struct row {
    const char *name;
    const char *yaml;
    const char *messages; /* without caret lines; "" if it is accepted */
} rows[] = {
    {"only_what_is_required", "name: a\n", ""},
    {"numbers_may_be_texts", "name: 17\n", ""},
    {"ranges_include_their_ends",
     "name: a\ncount: 100000\nweight: 0.5\nlink: {latency: 1s, loss: 1}", ""},
    {"quantities_may_stand_in_quotes", "name: a\nstart: '2026-03-02'\nlink: {loss: '5%'}\n", ""},
    {"an_empty_section_has_nothing_but_defaults", "name: a\nlinks:\ntaints:\n", ""},

    {"unknown_key", "name: a\ncuont: 2\n",
     "t:2:1: error: unknown key 'cuont' in pool; did you mean 'count'?\n"},
    {"unknown_key_among_few", "name: a\nlink: {lag: 1s, loss: 0}\n",
     "t:2:8: error: unknown key 'lag' in link (latency, loss)\n"},
    {"unknown_key_among_few_with_a_near_one", "name: a\nlink: {los: 0, loss: 0}\n",
     "t:2:8: error: unknown key 'los' in link (latency, loss); did you mean 'loss'?\n"},
    {"missing_key", "count: 2\n", "t:1:1: error: 'name' is missing in pool; expected text\n"},
    {"missing_key_of_a_section", "name: a\nlink: {}\n",
     "t:2:7: error: 'loss' is missing in link; expected a ratio such as 0.7 or 70%, at most 1\n"},
    {"missing_everything", "", "t:9:9: error: 'name' is missing in pool; expected text\n"},
    {"nothing_where_a_mapping_belongs", "~\n",
     "t:1:1: error: 'name' is missing in pool; expected text\n"},
    {"a_list_where_a_mapping_belongs", "[a]\n", "t:1:1: error: pool: a list; expected a mapping\n"},
    {"bool_of_yaml_1_1", "name: a\nspot: yes\n",
     "t:2:7: error: spot: 'yes': not a truth value; expected true or false\n"},
    {"bool_in_quotes", "name: a\nspot: 'true'\n",
     "t:2:7: error: spot: 'true': text in quotes; expected true or false\n"},
    {"bool_of_nothing", "name: a\nspot:\n",
     "t:2:6: error: spot: nothing; expected true or false\n"},
    {"int_of_text", "name: a\ncount: many\n",
     "t:2:8: error: count: 'many': not a whole number; expected a whole number\n"},
    {"int_in_quotes", "name: a\ncount: '2'\n",
     "t:2:8: error: count: '2': text in quotes; expected a whole number\n"},
    {"int_of_a_list", "name: a\ncount: [2]\n",
     "t:2:8: error: count: a list; expected a whole number, 1 to 100000\n"},
    {"int_too_small", "name: a\ncount: 0\n",
     "t:2:8: error: count: '0': out of range; expected 1 to 100000\n"},
    {"int_too_large", "name: a\ncount: 100001\n",
     "t:2:8: error: count: '100001': out of range; expected 1 to 100000\n"},
    {"real_too_small", "name: a\nweight: 0.49\n",
     "t:2:9: error: weight: '0.49': out of range; expected at least 0.5\n"},
    {"ratio_too_large", "name: a\nlink: {loss: 101%}\n",
     "t:2:14: error: loss: '101%': out of range; expected at most 1\n"},
    {"duration_too_large", "name: a\nlink: {loss: 0, latency: 2s}\n",
     "t:2:26: error: latency: '2s': out of range; expected at most 1s\n"},
    {"duration_without_a_unit", "name: a\nlink: {loss: 0, latency: 5}\n",
     "t:2:26: error: latency: '5': no unit; expected a duration such as 90s or 1.5h\n"},
    {"date_without_a_zone", "name: a\nstart: 2026-03-02T08:00:00\n",
     "t:2:8: error: start: '2026-03-02T08:00:00': no time zone; add Z, or an offset such as "
     "+01:00; expected a date such as 2026-03-02 or 2026-03-02T08:00:00Z\n"},
    {"size_too_small", "name: a\nmemory: 0\n",
     "t:2:9: error: memory: '0': out of range; expected at least 1B\n"},
    {"size_in_bits", "name: a\nmemory: 80Gb\n",
     "t:2:9: error: memory: '80Gb': in bits; B is a byte; expected a size such as 80GiB or "
     "500MB\n"},
    {"rate_too_large", "name: a\nrate: 11/s\n",
     "t:2:7: error: rate: '11/s': out of range; expected at most 10/s\n"},
    {"money_without_a_unit", "name: a\nprice: 98.32\n",
     "t:2:8: error: price: '98.32': no unit; expected a price such as 98.32 USD/h\n"},
    {"choice_misspelt", "name: a\npriority: hihg\n",
     "t:2:11: error: priority: 'hihg': not one of low, high; did you mean 'high'?\n"},
    {"choice_unknown", "name: a\npriority: other\n",
     "t:2:11: error: priority: 'other': not one of low, high\n"},
    {"choice_of_a_list", "name: a\npriority: [low]\n",
     "t:2:11: error: priority: a list; expected one of low, high\n"},
    {"text_of_nothing", "name: ~\n", "t:1:7: error: name: nothing; expected text\n"},
    {"text_of_a_mapping", "name: {}\n", "t:1:7: error: name: a mapping; expected text\n"},
    {"texts_of_a_mapping", "name: a\ntaints: {a: b}\n",
     "t:2:9: error: taints: a mapping; expected a text or a list of texts\n"},
    {"texts_of_other_things", "name: a\ntaints: [a, [b], ~]\n",
     "t:2:13: error: taints: a list; expected text\n"
     "t:2:18: error: taints: nothing; expected text\n"},
    {"section_of_text", "name: a\nlink: fast\n", "t:2:7: error: link: text; expected a mapping\n"},
    {"sections_of_a_mapping", "name: a\nlinks: {loss: 0}\n",
     "t:2:8: error: links: a mapping; expected a list of mappings\n"},
    {"sections_of_text", "name: a\nlinks: [fast, ~]\n",
     "t:2:9: error: link: text; expected a mapping\n"
     "t:2:15: error: 'loss' is missing in link; expected a ratio such as 0.7 or 70%, at most 1\n"},
    {"custom", "name: a\nlen: abcdef\n", "t:2:6: error: len: too long\n"},
    {"all_in_one_run", "count: 0\ncolour: red\nlinks:\n- loss: 2\n- los: 1\nspot: 1\n",
     "t:1:8: error: count: '0': out of range; expected 1 to 100000\n"
     "t:2:1: error: unknown key 'colour' in pool\n"
     "t:4:9: error: loss: '2': out of range; expected at most 1\n"
     "t:5:3: error: unknown key 'los' in link (latency, loss); did you mean 'loss'?\n"
     "t:5:3: error: 'loss' is missing in link; expected a ratio such as 0.7 or 70%, at most 1\n"
     "t:6:7: error: spot: '1': not a truth value; expected true or false\n"
     "t:1:1: error: 'name' is missing in pool; expected text\n"},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct reading g;
    read_pool(&g, row->yaml);
    messages_assert(&g.messages, row->messages);
    assert_int_equal(g.ok, row->messages[0] == '\0');
    end_reading(&g);
}

static void every_kind_is_read(void **state)
{
    (void)state;
    struct reading g;
    read_pool(&g, "name: train\nspot: true\ncount: 3\nweight: 2.5\npriority: high\n"
                  "start: 1970-01-02\nmemory: 1KiB\nrate: 3/min\nprice: 98.32 USD/h\n"
                  "taints: [a, 'b']\nlink: {latency: 2us, loss: 50%}\n"
                  "links: [{loss: 0.25}, {loss: 0, latency: 7ns}]\nlabels: {x: y}\nlen: four\n");
    messages_assert(&g.messages, "");
    const struct pool *p = &g.pool;
    assert_true(g.ok);
    assert_string_equal(p->name, "train");
    assert_true(p->spot);
    assert_int_equal(p->count, 3);
    assert_true(p->weight == 2.5);
    assert_int_equal(p->priority, HIGH);
    assert_int_equal(p->start_ns, INT64_C(86400000000000));
    assert_int_equal(p->memory_bytes, 1024);
    assert_true(p->rate_per_s == 0.05);
    assert_int_equal(p->price_micro_usd, 98320000);
    assert_int_equal(p->taints.len, 2);
    assert_string_equal(p->taints.texts[0], "a");
    assert_string_equal(p->taints.texts[1], "b");
    assert_int_equal(p->taints.nodes[1]->col, 13);
    assert_int_equal(p->link.latency_ns, 2000);
    assert_true(p->link.loss == 0.5);
    assert_int_equal(p->links.len, 2);
    const struct link *links = p->links.items;
    assert_int_equal(links[0].latency_ns, 500);
    assert_true(links[0].loss == 0.25);
    assert_int_equal(links[1].latency_ns, 7);
    assert_string_equal(yaml_get(p->labels, "x")->text, "y");
    assert_int_equal(p->name_len, 4);
    end_reading(&g);
}

static void what_is_absent_has_its_fallback(void **state)
{
    (void)state;
    struct reading g;
    read_pool(&g, "name: a\n");
    const struct pool *p = &g.pool;
    assert_true(g.ok);
    assert_false(p->spot);
    assert_int_equal(p->count, 1);
    assert_true(p->weight == 7); /* as it was */
    assert_int_equal(p->priority, LOW);
    assert_int_equal(p->memory_bytes, INT64_C(80) << 30);
    assert_true(p->rate_per_s == 0);
    assert_int_equal(p->taints.len, 0);
    assert_int_equal(p->link.latency_ns, 0); /* no section, no defaults of its keys */
    assert_int_equal(p->links.len, 0);
    assert_null(p->labels);
    assert_int_equal(p->name_len, 3);
    end_reading(&g);
}

static void one_text_is_a_list_of_one(void **state)
{
    (void)state;
    struct reading g;
    read_pool(&g, "name: a\ntaints: x\n");
    assert_true(g.ok);
    assert_int_equal(g.pool.taints.len, 1);
    assert_string_equal(g.pool.taints.texts[0], "x");
    assert_int_equal(g.pool.taints.nodes[0]->line, 2);
    end_reading(&g);
}

static void a_field_with_a_mistake_keeps_what_it_held(void **state)
{
    (void)state;
    struct reading g;
    read_pool(&g, "name: a\nweight: 0.1\ncount: x\n");
    assert_false(g.ok);
    assert_true(g.pool.weight == 7);
    assert_int_equal(g.pool.count, 0);
    end_reading(&g);
}

static void large_limits_are_compared_as_integers(void **state)
{
    (void)state;
    static const struct config_key keys[] = {{.key = "n",
                                              .kind = CONFIG_INT,
                                              .fallback = "",
                                              .min = 0x1p62,
                                              .max = 0x1.8p62,
                                              .help = "x"},
                                             {0}};
    static const struct config_table table = {"t", NULL, sizeof(int64_t), keys};
    static const struct {
        const char *yaml;
        bool ok;
    } cases[] = {
        {"n: 4611686018427387903", false},
        {"n: 4611686018427387904", true},
        {"n: 6917529027641081856", true},
        {"n: 6917529027641081857", false},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct messages m;
        messages_open(&m);
        struct yaml_file *f = yaml_parse("t", cases[i].yaml, strlen(cases[i].yaml), &m.diag);
        struct config_reader r = {.diag = &m.diag};
        int64_t n = 0;
        assert_int_equal(config_read(&r, yaml_doc(f, 0), (struct src_pos){0}, &table, &n),
                         cases[i].ok);
        yaml_close(f);
        messages_close(&m);
    }
}

static void the_manual_comes_from_the_tables(void **state)
{
    (void)state;
    struct text_stream t;
    config_print_manual(text_stream_open(&t), &pool_table, 2);
    assert_string_equal(
        text_stream_close(&t),
        "## pool\n"
        "\n"
        "| Key | What may be written | Default | Meaning |\n"
        "| --- | --- | --- | --- |\n"
        "| `name` | text | required | for a \\| b |\n"
        "| `spot` | true or false | `false` | may be taken away |\n"
        "| `count` | a whole number, 1 to 100000 | `1` | of machines |\n"
        "| `weight` | a number such as 0.25 or 1e-6, at least 0.5 | none | in shares |\n"
        "| `priority` | one of low, high | `low` | of its jobs |\n"
        "| `start` | a date such as 2026-03-02 or 2026-03-02T08:00:00Z | `1970-01-01` | of all |\n"
        "| `memory` | a size such as 80GiB or 500MB, at least 1B | `80GiB` | of a GPU |\n"
        "| `rate` | a rate such as 12/h or 0.5/s, at most 10/s | `0` | of failures |\n"
        "| `price` | a price such as 98.32 USD/h | none | of a machine |\n"
        "| `taints` | a text or a list of texts | `[]` | it has |\n"
        "| `link` | a mapping: [link](#link) | none | to the others |\n"
        "| `links` | a list of mappings: [link](#link) | none | more of them |\n"
        "| `labels` | a mapping of labels | none | its nodes carry |\n"
        "| `len` | a text up to 5 letters | `abc` | counted |\n"
        "\n"
        "### link\n"
        "\n"
        "What nodes are joined by.\n"
        "\n"
        "| Key | What may be written | Default | Meaning |\n"
        "| --- | --- | --- | --- |\n"
        "| `latency` | a duration such as 90s or 1.5h, at most 1s | `500ns` | of one hop |\n"
        "| `loss` | a ratio such as 0.7 or 70%, at most 1 | required | of packets |\n"
        "\n");
    free(t.text);
}

/* Two sections of one name: the second heading is #limits-1. One that was met is printed once. */
static void one_manual_holds_many_tables(void **state)
{
    (void)state;
    static const struct config_key leaf[] = {{.key = "x", .kind = CONFIG_BOOL, .fallback = "true"},
                                             {0}};
    static const struct config_table first = {.name = "limits", .keys = leaf};
    static const struct config_table second = {.name = "limits", .keys = leaf};
    static const struct config_key a_keys[] = {
        {.key = "of_a", .kind = CONFIG_SECTION, .table = &first}, {0}};
    static const struct config_key b_keys[] = {
        {.key = "of_a", .kind = CONFIG_SECTION, .table = &first},
        {.key = "of_b", .kind = CONFIG_SECTION, .table = &second},
        {0}};
    static const struct config_table a = {.name = "a", .keys = a_keys};
    static const struct config_table b = {.name = "b", .help = "Of b.", .keys = b_keys};
    struct text_stream t;
    struct config_manual *m = config_manual_new(text_stream_open(&t));
    config_manual_add(m, &a);
    config_manual_add(m, &b);
    config_manual_print(m, &a, 1);
    fputs("Between.\n\n", t.out);
    config_manual_print(m, &b, 6);
    config_manual_free(m);
#define HEAD "| Key | What may be written | Default | Meaning |\n| --- | --- | --- | --- |\n"
#define LEAF "| `x` | true or false | `true` |  |\n\n"
    assert_string_equal(text_stream_close(&t),
                        "# a\n\n" HEAD "| `of_a` | a mapping: [limits](#limits) | required |  |\n\n"
                        "## limits\n\n" HEAD LEAF "Between.\n\n"
                        "###### b\n\nOf b.\n\n" HEAD
                        "| `of_a` | a mapping: [limits](#limits) | required |  |\n"
                        "| `of_b` | a mapping: [limits](#limits-1) | required |  |\n\n"
                        "###### limits\n\n" HEAD LEAF);
    free(t.text);
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(every_kind_is_read),
        cmocka_unit_test(what_is_absent_has_its_fallback),
        cmocka_unit_test(one_text_is_a_list_of_one),
        cmocka_unit_test(a_field_with_a_mistake_keeps_what_it_held),
        cmocka_unit_test(large_limits_are_compared_as_integers),
        cmocka_unit_test(the_manual_comes_from_the_tables),
        cmocka_unit_test(one_manual_holds_many_tables),
    };
    struct CMUnitTest tests[LEN(rows) + LEN(others)];
    size_t n = 0;
    for (size_t i = 0; i < LEN(others); i++)
        tests[n++] = others[i];
    for (size_t i = 0; i < LEN(rows); i++)
        tests[n++] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
