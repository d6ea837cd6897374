/* Any bytes are read, and the trees keep what yaml.h promises. */
#include "sim/check.h"
#include "sim/text_stream.h"
#include "sim/yaml.h"
#include "tests/fuzz/fuzz_target.h"

#include <string.h>

static void check_pos(const struct yaml_node *n)
{
    SIM_REQUIRE(n->line > 0 && n->col > 0 && strcmp(n->file, "fuzz") == 0);
    SIM_REQUIRE(yaml_kind_name(n) != NULL);
}

/* The number of values, aliases expanded. */
static size_t check_tree(const struct yaml_node *n, unsigned depth)
{
    size_t values = 1;
    check_pos(n);
    SIM_REQUIRE(depth <= YAML_DEEPEST);
    if (n->kind == YAML_SCALAR)
        SIM_REQUIRE(n->text[n->len] == '\0');
    for (size_t i = 0; n->kind == YAML_LIST && i < n->len; i++)
        values += check_tree(n->items[i], depth + 1);
    for (size_t i = 0; n->kind == YAML_MAP && i < n->len; i++) {
        const struct yaml_pair *p = &n->pairs[i];
        SIM_REQUIRE(p->key->kind == YAML_SCALAR);
        if (strlen(p->key->text) == p->key->len) /* without a NUL, which was reported */
            SIM_REQUIRE(yaml_get(n, p->key->text) == p->value);
        values += check_tree(p->value, depth + 1) + 1;
    }
    return values;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_stream messages;
    struct diag d;
    diag_init(&d, text_stream_open(&messages));
    struct yaml_file *f = yaml_parse("fuzz", (const char *)data, size, &d);
    size_t values = 0;
    for (size_t i = 0; i < yaml_docs(f); i++)
        values += check_tree(yaml_doc(f, i), 0);
    SIM_REQUIRE(values <= 4 * size + 4 + YAML_MOST_ALIASED);
    const struct yaml_node *both = NULL;
    for (size_t i = 0; i < yaml_docs(f) && i < 10; i++)
        both = yaml_overlay(f, both, yaml_doc(f, i));
    if (both != NULL)
        check_tree(both, 0);
    diag_sum_up(&d);
    yaml_close(f);
    diag_fini(&d);
    text_stream_close(&messages);
    free(messages.text);
    return 0;
}
