/*
 * config_key.h - the tables that say which keys a struct is filled from.
 *
 * They are the only list of keys there is: reading, defaults, ranges, --help and docs/CONFIG.md
 * all come from them. Free of YAML, so that every plug-in may bring one.
 */
#ifndef SIM_CONFIG_KEY_H
#define SIM_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct yaml_node;
struct config_reader;

/* What stands in the file, and the field it is read into. What is not text must not be in quotes:
 * true, numbers. */
enum config_kind {
    CONFIG_BOOL,           /* bool: true or false                                          */
    CONFIG_INT,            /* int64_t in [min, max]                                        */
    CONFIG_REAL,           /* double in [min, max], a bare number                          */
    CONFIG_RATIO,          /* double in [min, max]: 0.7 or 70%                             */
    CONFIG_TEXT,           /* const char *, lives as long as the reader's file             */
    CONFIG_CHOICE,         /* int: which of `choices`                                      */
    CONFIG_DURATION,       /* int64_t ns: 90s, 1.5h, 1d12h, 1-12:00:00                     */
    CONFIG_DATE,           /* int64_t ns since the Unix epoch: 2026-03-02T08:00:00Z        */
    CONFIG_SIZE,           /* int64_t bytes: 80GiB                                         */
    CONFIG_RATE,           /* double, per second: 12/h                                     */
    CONFIG_MONEY_PER_HOUR, /* int64_t micro-dollars per hour: 98.32 USD/h                  */
    CONFIG_TEXTS,          /* struct config_texts: a list of texts, or one text            */
    CONFIG_SECTION,        /* the struct of `table`, in place                              */
    CONFIG_SECTIONS,       /* struct config_list of the struct of `table`: a list of maps  */
    CONFIG_NODE,           /* const struct yaml_node *: somebody else reads it             */
    CONFIG_CUSTOM,         /* what `read` makes of it                                      */
};

struct config_texts {
    const char *const *texts;
    const struct yaml_node *const *nodes; /* where each stood */
    size_t len;
};

struct config_list {
    void *items; /* len structs of table->bytes, in the reader's memory */
    size_t len;
};

/* Reads n into field, after complaining to the reader's diag returns false. */
typedef bool config_read_fn(struct config_reader *r, const struct yaml_node *n, void *field);

struct config_table;

struct config_key {
    const char *key; /* NULL ends the table */
    enum config_kind kind;
    size_t offset;        /* offsetof the field */
    const char *fallback; /* as a user would write it, "[]" and "{}" included; NULL: the key is
                             required; "": may be absent, the field then stays as it was (zero) */
    double min, max;      /* inclusive, in the field's unit; both 0: no range; INFINITY: no end */
    const char *const *choices;       /* ended by NULL */
    const struct config_table *table; /* of a section's keys */
    config_read_fn *read;
    const char *hint; /* for CONFIG_NODE and CONFIG_CUSTOM: what may be written, "a selector" */
    const char *help; /* one sentence */
};

struct config_table {
    const char *name; /* of the section, for messages and the manual */
    const char *help; /* NULL, or a paragraph below the manual's heading */
    size_t bytes;     /* of the struct; for CONFIG_SECTIONS */
    const struct config_key *keys;
};

#endif /* SIM_CONFIG_KEY_H */
