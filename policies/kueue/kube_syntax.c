#include "policies/kueue/kube_syntax.h"

#include "models/kubernetes/field.h"
#include "models/kubernetes/tree.h"
#include "sim/arena.h"

#include <string.h>

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

enum { LONGEST_NAME = 63, LONGEST_SUBDOMAIN = 253, LARGEST_ANNOTATIONS = 256 * 1024 };

#define NAME_FMT "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
#define NAME_RULE                                                                             \
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with "  \
    "an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for " \
    "validation is '" NAME_FMT "')"
#define LABEL_FMT "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
#define HTTP_PATH "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"

/* --- shapes --- */

static bool is_of(const char *text, size_t len, const char *set)
{
    return strspn(text, set) >= len;
}

/* Begins with one of first, ends with one of last, and has only inner ones between. */
static bool is_shaped(const char *text, size_t len, const char *first, const char *last,
                      const char *inner)
{
    return len > 0 && strchr(first, text[0]) != NULL && strchr(last, text[len - 1]) != NULL &&
           is_of(text, len, inner);
}

static bool is_dns_label(const char *text, size_t len)
{
    return is_shaped(text, len, LOWER DIGITS, LOWER DIGITS, LOWER DIGITS "-");
}

static bool is_subdomain(const char *text, size_t len)
{
    for (const char *end = text + len;;) {
        const char *dot = memchr(text, '.', (size_t)(end - text));
        if (!is_dns_label(text, (size_t)((dot == NULL ? end : dot) - text)))
            return false;
        if (dot == NULL)
            return true;
        text = dot + 1;
    }
}

static void add(struct syntax *s, const char *problem)
{
    s->problems[s->len++] = problem;
}

static const char *too_long(struct arena *a, const char *prefix, int most, const char *unit)
{
    return arena_printf(a, "%smust be no more than %d %s", prefix, most, unit);
}

/* --- names --- */

static const char subdomain_rule[] =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    "for validation is '" LABEL_FMT "(\\." LABEL_FMT ")*')";

static struct syntax subdomain(struct arena *a, const char *text, size_t len, const char *prefix,
                               const char *unit)
{
    struct syntax s = {0};
    if (len > LONGEST_SUBDOMAIN)
        add(&s, too_long(a, prefix, LONGEST_SUBDOMAIN, unit));
    if (!is_subdomain(text, len))
        add(&s, arena_printf(a, "%s%s", prefix, subdomain_rule));
    return s;
}

struct syntax syntax_subdomain(struct arena *a, const char *text)
{
    return subdomain(a, text, strlen(text), "", "characters");
}

struct syntax syntax_label_key(struct arena *a, const char *text)
{
    struct syntax s = {0};
    const char *slash = strchr(text, '/');
    if (slash != NULL && strchr(slash + 1, '/') != NULL) {
        add(&s, "a valid label key " NAME_RULE
                " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        return s;
    }
    if (slash == text)
        add(&s, "prefix part must be non-empty");
    else if (slash != NULL)
        s = subdomain(a, text, (size_t)(slash - text), "prefix part ", "bytes");
    const char *name = slash == NULL ? text : slash + 1;
    const size_t len = strlen(name);
    if (len == 0)
        add(&s, "name part must be non-empty");
    else if (len > LONGEST_NAME)
        add(&s, too_long(a, "name part ", LONGEST_NAME, "bytes"));
    if (!is_shaped(name, len, LOWER UPPER DIGITS, LOWER UPPER DIGITS, LOWER UPPER DIGITS "-_."))
        add(&s, "name part " NAME_RULE);
    return s;
}

struct syntax syntax_label_value(struct arena *a, const char *text)
{
    struct syntax s = {0};
    const size_t len = strlen(text);
    if (len > LONGEST_NAME)
        add(&s, too_long(a, "", LONGEST_NAME, "bytes"));
    if (len > 0 &&
        !is_shaped(text, len, LOWER UPPER DIGITS, LOWER UPPER DIGITS, LOWER UPPER DIGITS "-_."))
        add(&s, "a valid label must be an empty string or consist of alphanumeric characters, "
                "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
                "'MyValue',  or 'my_value',  or '12345', regex used for validation is "
                "'(" NAME_FMT ")?')");
    return s;
}

struct syntax syntax_dns_label(struct arena *a, const char *text)
{
    struct syntax s = {0};
    const size_t len = strlen(text);
    if (len > LONGEST_NAME)
        add(&s, too_long(a, "", LONGEST_NAME, "characters"));
    if (is_dns_label(text, len))
        return s;
    if (is_subdomain(text, len))
        add(&s, "must not contain dots");
    else
        add(&s, "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or "
                "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or "
                "'123-abc', regex used for validation is '" LABEL_FMT "')");
    return s;
}

struct syntax syntax_service_name(struct arena *a, const char *text)
{
    struct syntax s = {0};
    const size_t len = strlen(text);
    if (len > LONGEST_NAME)
        add(&s, too_long(a, "", LONGEST_NAME, "characters"));
    if (!is_shaped(text, len, LOWER, LOWER DIGITS, LOWER DIGITS "-"))
        add(&s, "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
                "start with an alphabetic character, and end with an alphanumeric character (e.g. "
                "'my-name',  or 'abc-123', regex used for validation is "
                "'[a-z]([-a-z0-9]*[a-z0-9])?')");
    return s;
}

struct syntax syntax_c_identifier(struct arena *a, const char *text)
{
    struct syntax s = {0};
    (void)a;
    if (!is_shaped(text, strlen(text), LOWER UPPER "_", LOWER UPPER DIGITS "_",
                   LOWER UPPER DIGITS "_"))
        add(&s, "a valid C identifier must start with alphabetic character or '_', followed by a "
                "string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or "
                "'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')");
    return s;
}

const char *syntax_join(struct arena *a, const struct syntax *s, const char *between)
{
    const char *text = "";
    for (uint32_t i = 0; i < s->len; i++)
        text = arena_printf(a, "%s%s%s", text, i == 0 ? "" : between, s->problems[i]);
    return text;
}

void refuse_syntax(struct refusals *r, const struct yaml_node *at, const char *field,
                   const char *text, const struct syntax *s)
{
    for (uint32_t i = 0; i < s->len; i++)
        refuse_text(r, at, field, text, s->problems[i]);
}

/* --- maps --- */

void check_labels(struct refusals *r, const struct yaml_node *map, const char *field)
{
    if (map == NULL || map->kind != YAML_MAP)
        return;
    for (size_t i = 0; i < map->len; i++) {
        const struct yaml_node *key = map->pairs[i].key, *value = map->pairs[i].value;
        struct syntax s = syntax_label_key(r->arena, key->text);
        refuse_syntax(r, key, field, key->text, &s);
        s = syntax_label_value(r->arena, node_text(value));
        refuse_syntax(r, value, field, node_text(value), &s);
    }
}

void check_annotations(struct refusals *r, const struct yaml_node *map, const char *field)
{
    size_t bytes = 0;
    if (map == NULL || map->kind != YAML_MAP)
        return;
    for (size_t i = 0; i < map->len; i++) {
        const struct yaml_node *key = map->pairs[i].key;
        const char *lower = arena_lower(r->arena, key->text);
        const struct syntax s = syntax_label_key(r->arena, lower);
        refuse_syntax(r, key, field, key->text, &s);
        bytes += key->len + strlen(node_text(map->pairs[i].value));
    }
    if (bytes > LARGEST_ANNOTATIONS)
        refusals_add(r, (struct refusal){REFUSED_TOO_LONG, field, NULL,
                                         "may not be more than 262144 bytes", map});
}

static void check_requirement(struct refusals *r, const struct yaml_node *n, const char *field)
{
    const struct yaml_node *op = field_get(n, "operator"), *key = field_get(n, "key");
    const struct yaml_node *values = field_get(n, "values");
    const size_t len = values == NULL || values->kind != YAML_LIST ? 0 : values->len;
    const char *in = arena_printf(r->arena, "%s.values", field);
    if (strcmp(node_text(op), "In") == 0 || strcmp(node_text(op), "NotIn") == 0) {
        if (len == 0)
            refuse_missing(r, n, in, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (strcmp(node_text(op), "Exists") == 0 || strcmp(node_text(op), "DoesNotExist") == 0) {
        if (len > 0)
            refuse_forbidden(r, values, in,
                             "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else {
        refuse_text(r, op == NULL ? n : op, arena_printf(r->arena, "%s.operator", field),
                    node_text(op), "not a valid selector operator");
    }
    struct syntax s = syntax_label_key(r->arena, node_text(key));
    refuse_syntax(r, key == NULL ? n : key, arena_printf(r->arena, "%s.key", field), node_text(key),
                  &s);
    for (size_t i = 0; i < len; i++) {
        s = syntax_label_value(r->arena, node_text(values->items[i]));
        refuse_syntax(r, values->items[i], arena_printf(r->arena, "%s[%zu]", in, i),
                      node_text(values->items[i]), &s);
    }
}

void check_label_selector(struct refusals *r, const struct yaml_node *n, const char *field)
{
    const struct yaml_node *list = field_get(n, "matchExpressions");
    check_labels(r, field_get(n, "matchLabels"), arena_printf(r->arena, "%s.matchLabels", field));
    for (size_t i = 0; list != NULL && list->kind == YAML_LIST && i < list->len; i++)
        check_requirement(r, list->items[i],
                          arena_printf(r->arena, "%s.matchExpressions[%zu]", field, i));
}

void check_domain_prefixed_path(struct refusals *r, const struct yaml_node *at, const char *field,
                                const char *text)
{
    const char *slash = strchr(text, '/');
    if (text[0] == '\0') {
        refuse_missing(r, at, field, "");
        return;
    }
    if (slash == NULL || slash == text || slash[1] == '\0') {
        refuse_text(r, at, field, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        return;
    }
    const char *host = arena_text(r->arena, text, (size_t)(slash - text));
    const struct syntax s = syntax_subdomain(r->arena, host);
    refuse_syntax(r, at, field, host, &s);
    if (!is_of(slash + 1, strlen(slash + 1), LOWER UPPER DIGITS "/-._~%!$&'()*+,;=:"))
        refuse_text(r, at, field, slash + 1,
                    "Invalid path (regex used for validation is '" HTTP_PATH "')");
}
