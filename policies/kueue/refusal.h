/*
 * refusal.h - why Kueue would not take an object: a field, a kind of mistake, its words.
 *
 * Rules collect refusals; whoever asked shows them. A user sees them in Kueue's own words, at the
 * place in the file.
 *
 * Order    As found.
 * Memory   Everything lies in the arena.
 * Source   k8s.io/apimachinery/pkg/util/validation/field.
 */
#ifndef POLICIES_KUEUE_REFUSAL_H
#define POLICIES_KUEUE_REFUSAL_H

#include "sim/yaml.h"

#include <stdint.h>

struct arena;

enum refusal_kind {
    REFUSED_INVALID,
    REFUSED_REQUIRED,
    REFUSED_DUPLICATE,
    REFUSED_NOT_SUPPORTED,
    REFUSED_FORBIDDEN,
    REFUSED_NOT_FOUND,
    REFUSED_TOO_LONG,
    REFUSED_TOO_MANY,
    REFUSED_INTERNAL,
};

struct refusal {
    enum refusal_kind kind;
    const char *field;          /* "spec.resourceGroups[0].flavors[1].name" */
    const char *value;          /* as JSON; NULL: it carries none */
    const char *detail;         /* may be "" */
    const struct yaml_node *at; /* NULL: nowhere */
};

struct refusals {
    struct arena *arena;
    struct refusal *items;
    uint32_t len, cap;
};

void refusals_add(struct refusals *r, struct refusal item);

/* An invalid value; as it is written, or a text of one's own. */
void refuse_node(struct refusals *r, const struct yaml_node *n, const char *field,
                 const char *detail);
void refuse_text(struct refusals *r, const struct yaml_node *at, const char *field,
                 const char *text, const char *detail);
void refuse_number(struct refusals *r, const struct yaml_node *at, const char *field,
                   int64_t number, const char *detail);
void refuse_missing(struct refusals *r, const struct yaml_node *at, const char *field,
                    const char *detail);
void refuse_twin(struct refusals *r, const struct yaml_node *at, const char *field,
                 const char *text);
void refuse_forbidden(struct refusals *r, const struct yaml_node *at, const char *field,
                      const char *detail);
void refuse_too_many(struct refusals *r, const struct yaml_node *at, const char *field,
                     size_t number, unsigned most);

/* Not one of the texts, which end with NULL. */
void refuse_unsupported(struct refusals *r, const struct yaml_node *at, const char *field,
                        const char *text, const char *const *supported);

/* "FieldValueInvalid", as conformance cases and Go name it; "Invalid value", as people read it. */
const char *refusal_kind_name(enum refusal_kind kind);

/* field: Invalid value: "x": detail */
const char *refusal_text(struct arena *a, const struct refusal *r);

/* Each as an error at its place: ClusterQueue 'a': field: Invalid value: ... at: where those are
 * that have none. */
void refusals_report(const struct refusals *r, struct diag *d, const char *what,
                     const struct yaml_node *at);

/* A tree as compact JSON, keys sorted, and a text in quotes. */
const char *tree_json(struct arena *a, const struct yaml_node *n);
const char *text_json(struct arena *a, const char *text);

#endif /* POLICIES_KUEUE_REFUSAL_H */
