/*
 * kube_syntax.h - how Kubernetes writes names, and what it says of those it does not take.
 *
 * Memory   Messages lie in the arena, or are static.
 * Source   k8s.io/apimachinery/pkg/api/validate/content, pkg/util/validation,
 *          pkg/apis/meta/v1/validation; k8s.io/apimachinery/pkg/api/validation.
 */
#ifndef POLICIES_KUEUE_KUBE_SYNTAX_H
#define POLICIES_KUEUE_KUBE_SYNTAX_H

#include "policies/kueue/refusal.h"

enum { SYNTAX_MOST = 4 };

/* What is wrong with a text; none: it is right. */
struct syntax {
    const char *problems[SYNTAX_MOST];
    uint32_t len;
};

struct syntax syntax_label_key(struct arena *a, const char *text);
struct syntax syntax_label_value(struct arena *a, const char *text);
struct syntax syntax_subdomain(struct arena *a, const char *text);    /* DNS 1123 */
struct syntax syntax_dns_label(struct arena *a, const char *text);    /* DNS 1123 */
struct syntax syntax_service_name(struct arena *a, const char *text); /* DNS 1035 */
struct syntax syntax_c_identifier(struct arena *a, const char *text);

/* All problems in one text. */
const char *syntax_join(struct arena *a, const struct syntax *s, const char *between);

/* A refusal for each problem. */
void refuse_syntax(struct refusals *r, const struct yaml_node *at, const char *field,
                   const char *text, const struct syntax *s);

/* Maps of labels and of annotations. */
void check_labels(struct refusals *r, const struct yaml_node *map, const char *field);
void check_annotations(struct refusals *r, const struct yaml_node *map, const char *field);

/* matchLabels and matchExpressions; n may be NULL. */
void check_label_selector(struct refusals *r, const struct yaml_node *n, const char *field);

/* "acme.io/foo" */
void check_domain_prefixed_path(struct refusals *r, const struct yaml_node *at, const char *field,
                                const char *text);

#endif /* POLICIES_KUEUE_KUBE_SYNTAX_H */
