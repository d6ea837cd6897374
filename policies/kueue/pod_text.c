#include "policies/kueue/pod_text.h"

#include "sim/arena.h"
#include "sim/check.h"
#include "sim/quantity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const struct yaml_pair *const *)a)->key->text,
                  (*(const struct yaml_pair *const *)b)->key->text);
}

static void print(FILE *out, const struct yaml_node *n);

static void print_map(FILE *out, const struct yaml_node *n)
{
    const struct yaml_pair **pairs = malloc((n->len + 1) * sizeof pairs[0]);
    SIM_REQUIRE(pairs != NULL);
    for (size_t i = 0; i < n->len; i++)
        pairs[i] = &n->pairs[i];
    qsort(pairs, n->len, sizeof pairs[0], by_key);
    fputc('{', out);
    for (size_t i = 0; i < n->len; i++) {
        fprintf(out, "%s:", pairs[i]->key->text);
        print(out, pairs[i]->value);
        fputc(',', out);
    }
    fputc('}', out);
    free(pairs);
}

static void print(FILE *out, const struct yaml_node *n)
{
    if (n == NULL || yaml_is_null(n)) {
        fputs("null", out);
    } else if (n->kind == YAML_MAP) {
        print_map(out, n);
    } else if (n->kind == YAML_LIST) {
        fputc('[', out);
        for (size_t i = 0; i < n->len; i++) {
            print(out, n->items[i]);
            fputc(',', out);
        }
        fputc(']', out);
    } else {
        fprintf(out, "'%s'", n->text);
    }
}

/* Amounts compare by value: 1000m is 1. */
static void print_quantities(FILE *out, const struct yaml_node *n)
{
    if (n == NULL || n->kind != YAML_MAP) {
        print(out, n);
        return;
    }
    const struct yaml_pair **pairs = malloc((n->len + 1) * sizeof pairs[0]);
    SIM_REQUIRE(pairs != NULL);
    for (size_t i = 0; i < n->len; i++)
        pairs[i] = &n->pairs[i];
    qsort(pairs, n->len, sizeof pairs[0], by_key);
    for (size_t i = 0; i < n->len; i++) {
        struct quantity_kubernetes q;
        const char *why;
        const struct yaml_node *v = pairs[i]->value;
        if (v->kind == YAML_SCALAR && quantity_kubernetes(v->text, &q, &why))
            fprintf(out, "%s=%" PRId64 ".%09" PRId64 ";", pairs[i]->key->text,
                    (int64_t)(q.nano / 1000000000), (int64_t)(q.nano % 1000000000));
        else
            print(out, v);
    }
    free(pairs);
}

static void print_containers(FILE *out, const struct yaml_node *list)
{
    for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++) {
        fputs("requests:", out);
        print_quantities(out, field_get(field_get(list->items[i], "resources"), "requests"));
        fputs("ports:", out);
        print(out, field_get(list->items[i], "ports"));
        fputc(';', out);
    }
}

static const char *taken(struct arena *arena, FILE *out, char **text, size_t *len)
{
    fclose(out);
    char *copy = arena_text(arena, *text, *len);
    free(*text);
    return copy;
}

const char *yaml_text(struct arena *arena, const struct yaml_node *n)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    SIM_REQUIRE(out != NULL);
    print(out, n);
    return taken(arena, out, &text, &len);
}

const char *pod_text(struct arena *arena, const struct yaml_node *spec)
{
    static const char *const fields[] = {"nodeSelector",  "affinity",
                                         "tolerations",   "runtimeClassName",
                                         "priority",      "topologySpreadConstraints",
                                         "resourceClaims"};
    char *text = NULL;
    size_t len = 0;
    if (spec == NULL)
        return "";
    FILE *out = open_memstream(&text, &len);
    SIM_REQUIRE(out != NULL);
    fputs("init:", out);
    print_containers(out, field_get(spec, "initContainers"));
    fputs("containers:", out);
    print_containers(out, field_get(spec, "containers"));
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        fprintf(out, "%s:", fields[i]);
        print(out, field_get(spec, fields[i]));
    }
    fputs("overhead:", out);
    print_quantities(out, field_get(spec, "overhead"));
    fputs("resources:", out);
    print_quantities(out, field_get(field_get(spec, "resources"), "requests"));
    return taken(arena, out, &text, &len);
}
