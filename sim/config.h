/*
 * config.h - fill a struct from a YAML mapping, by a table of its keys.
 *
 * Order    Mistakes are reported in the order of the file, then what is missing.
 * Memory   What is read (texts, lists) lies in the reader's arena or in the YAML file: both must
 *          outlive the struct. The caller zeroes the struct first.
 * Errors   Unknown keys (with the nearest valid one), missing keys, wrong kinds, wrong or missing
 *          units, values out of range: all of them in one run, in the reader's diag, as
 *          "file:line:col: error: key: 'written': what is wrong; what would be right". (Repeated
 *          keys are refused by yaml.h.) A field with a mistake keeps what it held. A fallback that
 *          its own key would refuse is a bug: SIM_REQUIRE.
 * Cost     O(keys written x keys of the table).
 */
#ifndef SIM_CONFIG_H
#define SIM_CONFIG_H

#include "sim/config_key.h"
#include "sim/yaml.h"

#include <stdio.h>

struct arena;

struct config_reader {
    struct diag *diag;
    struct arena *arena; /* owns what is read */
    void *context;       /* for CONFIG_CUSTOM functions: whatever the caller agreed with them */
};

/* Fills *target from map; true if nothing was wrong. A missing map (NULL) and one of which nothing
 * was written read as an empty one; missing required keys are then reported at `at`. */
bool config_read(struct config_reader *r, const struct yaml_node *map, struct src_pos at,
                 const struct config_table *table, void *target);

/* One value by one key's rules; for maps whose keys are data. */
bool config_read_value(struct config_reader *r, const struct yaml_node *n,
                       const struct config_key *key, void *target);

/* The manual's part for a table and those below it, each once, in Markdown; `level` is the number
 * of '#' of its heading. */
void config_print_manual(FILE *out, const struct config_table *table, unsigned level);

/* The same of many tables in one file, each once, wherever they are below: first all of them are
 * added in the order in which they will be printed, so that links are known before what they lead
 * to, then printed with what is written between them. Of several headings of one name, links lead
 * to the right one, as GitHub numbers them. */
struct config_manual;
struct config_manual *config_manual_new(FILE *out);
void config_manual_add(struct config_manual *m, const struct config_table *table);
void config_manual_print(struct config_manual *m, const struct config_table *table, unsigned level);
void config_manual_free(struct config_manual *m);

/* What a key takes: "a duration such as 90s or 1.5h, at most 7d"; "one of low, high". */
void config_describe(FILE *out, const struct config_key *key);

#endif /* SIM_CONFIG_H */
