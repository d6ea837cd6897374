/*
 * configuration.h - Kueue's own Configuration file: what its manager is started with.
 *
 * Decoded as strictly as Kueue does it, taken to v1beta2, filled in with Kueue's defaults and then
 * judged by Kueue's rules. It stays a tree, because most of it is of no concern to a simulation;
 * what decides goes into kueue_settings.
 *
 * Memory   Lies in the arena, beside the file.
 * Errors   What cannot be decoded: unknown and wrong fields, with the nearest right name. What the
 *          rules refuse: with Kueue's own field and words.
 * Source   Kueue v0.20-dev, apis/config, pkg/config; specs/kueue.md 1.18.
 */
#ifndef POLICIES_KUEUE_CONFIGURATION_H
#define POLICIES_KUEUE_CONFIGURATION_H

#include "models/kubernetes/field.h"
#include "policies/kueue/refusal.h"
#include "policies/kueue/settings.h"

struct configuration {
    const struct yaml_node *given; /* in v1beta2, without defaults */
    const struct yaml_node *tree;  /* with them */
};

/* False after an error: Kueue would not start. */
bool configuration_read(struct field_reader *r, const struct yaml_node *doc,
                        struct configuration *out);

/* Whether doc is one at all. */
bool configuration_is_one(const struct yaml_node *doc);

/* --- configuration_gates.c --- */

/* What featureGates (of the tree, or as the command line would have them, "A=true,B=false", or
 * NULL) make of the defaults of a minor version. Refused ones change nothing. */
void configuration_gates(const struct yaml_node *tree, const char *command_line, int minor,
                         struct gates *gates, struct refusals *r);

/* --- validate_configuration.c --- */

void configuration_validate(const struct yaml_node *tree, const struct gates *gates,
                            struct refusals *r);

/* --- validate_device_classes.c: resources.deviceClassMappings --- */

void device_classes_validate(const struct yaml_node *list, const struct gates *gates,
                             struct refusals *r);

/* --- validate_manager.c: certificates, TLS, the visibility server, labels of metrics --- */

void manager_validate(const struct yaml_node *tree, struct refusals *r);

/* --- configuration_settings.c --- */

/* What a valid one decides. s is as kueue_settings_init and configuration_gates left it. */
void configuration_settings(struct field_reader *r, const struct configuration *c,
                            struct kueue_settings *s);

/* A whole file: read, judged, and taken over into the settings of that minor version. An
 * empty one means all defaults. False after an error. */
bool configuration_apply(struct field_reader *r, const struct yaml_file *f, int minor,
                         struct kueue_settings *s, struct configuration *out);

/* The Go duration that stands there, in nanoseconds; 0: none does. */
int64_t configuration_duration(const struct yaml_node *tree, const char *path);

/* A Go duration as Go prints it: 30m0s. */
const char *go_duration_text(struct arena *a, int64_t ns);

#endif /* POLICIES_KUEUE_CONFIGURATION_H */
