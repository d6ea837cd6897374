/*
 * configuration_schema.h - every field of Kueue's Configuration: its name, its type, its versions.
 */
#ifndef POLICIES_KUEUE_CONFIGURATION_SCHEMA_H
#define POLICIES_KUEUE_CONFIGURATION_SCHEMA_H

#include "models/kubernetes/field.h"

enum schema_type {
    TYPE_TEXT,
    TYPE_BOOL,
    TYPE_INT32,
    TYPE_INT64,
    TYPE_REAL,
    TYPE_DURATION, /* of Go, as text */
    TYPE_QUANTITY,
    TYPE_STRUCT,
};

enum schema_shape { ONE, LIST, MAP };

enum schema_version { V1BETA1 = 1, V1BETA2 = 2, BOTH = 3 };

struct schema_field {
    const char *key; /* NULL ends the list */
    enum schema_type type;
    enum schema_shape shape;
    enum schema_version in;
    const struct schema_field *fields; /* of a struct */
};

extern const struct schema_field configuration_fields[];

/* Whether every field of the map is known to the version, and of its type. False after an error. */
bool schema_check(struct field_reader *r, const struct yaml_node *map,
                  const struct schema_field *fields, enum schema_version version);

#endif /* POLICIES_KUEUE_CONFIGURATION_SCHEMA_H */
