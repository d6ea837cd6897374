/*
 * yaml_dump.h - a YAML tree in one line: {key: value}, [items], 'in quotes', ~ for null.
 */
#ifndef TESTS_YAML_DUMP_H
#define TESTS_YAML_DUMP_H

#include "sim/yaml.h"
#include "tests/unit.h"

#include <stdio.h>
#include <string.h>

static inline void yaml_dump_value(FILE *out, const struct yaml_node *n)
{
    if (n->kind == YAML_SCALAR) {
        const char *quote = n->quoted ? "'" : "";
        fprintf(out, "%s%s%s", quote, yaml_is_null(n) ? "~" : n->text, quote);
        assert_int_equal(strlen(n->text), n->len);
    } else if (n->kind == YAML_LIST) {
        for (size_t i = 0; i < n->len; i++) {
            fputs(i == 0 ? "[" : ", ", out);
            yaml_dump_value(out, n->items[i]);
        }
        fputs(n->len == 0 ? "[]" : "]", out);
    } else {
        for (size_t i = 0; i < n->len; i++) {
            fputs(i == 0 ? "{" : ", ", out);
            yaml_dump_value(out, n->pairs[i].key);
            fputs(": ", out);
            yaml_dump_value(out, n->pairs[i].value);
        }
        fputs(n->len == 0 ? "{}" : "}", out);
    }
}

/* With the end of the line. */
static inline void yaml_dump(FILE *out, const struct yaml_node *n)
{
    yaml_dump_value(out, n);
    fputc('\n', out);
}

#endif /* TESTS_YAML_DUMP_H */
