/*
 * validate.h - whether Kueue's webhooks would take an object, and the rules of its CRDs.
 *
 * The webhooks' rules stand in validate_*.c, as Kueue has them; the API server's own (required
 * fields, bounds, what one field says of another) in crd_rules.c.
 *
 * Memory   Lies in the arena of the refusals, and in the YAML file.
 * Source   Kueue v0.20-dev, pkg/webhooks; config/components/crd; specs/kueue.md 1.16,
 *          specs/kueue_crd_rules.md.
 */
#ifndef POLICIES_KUEUE_VALIDATE_H
#define POLICIES_KUEUE_VALIDATE_H

#include "models/kubernetes/field.h"
#include "policies/kueue/gates.h"
#include "policies/kueue/refusal.h"

struct object;

/* Documents of v1beta2. old: what it was before an update; NULL: it is new. */
void cluster_queue_validate(const struct yaml_node *doc, const struct yaml_node *old,
                            const struct gates *gates, struct refusals *r);
void cohort_validate(const struct yaml_node *doc, struct refusals *r);
void resource_flavor_validate(const struct yaml_node *doc, struct refusals *r);
void workload_validate(const struct yaml_node *doc, const struct yaml_node *old,
                       const struct gates *gates, struct refusals *r);

/* What an update may not change; validate_workload_update.c. */
void workload_validate_update(const struct yaml_node *doc, const struct yaml_node *old,
                              const struct gates *gates, struct refusals *r);

/* --- parts --- */

void check_tolerations(struct refusals *r, const struct yaml_node *list, const char *field);
bool quantity_of(const struct yaml_node *n, struct quantity_kubernetes *q);

/* Whether the condition of that type is True. */
bool has_condition(const struct yaml_node *doc, const char *type);
bool is_elastic(const struct yaml_node *doc, const struct gates *gates);
void check_conditions(struct refusals *r, const struct yaml_node *list, const char *field);

/* The annotation that keeps a workload out of queues, of any object. */
void check_admission_gates(struct refusals *r, const struct yaml_node *doc);

/* Of an object of any kind of Kueue's: what the API server and the webhooks say, as errors in the
 * diag. False after one; true for all other kinds. */
bool kueue_object_check(struct field_reader *r, const struct object *o, const struct gates *gates);

/* --- crd_rules.c --- */

void crd_validate(const struct object *o, struct refusals *r);

#endif /* POLICIES_KUEUE_VALIDATE_H */
