/*
 * catalogue_entry.h - how the entries of the catalogue are read; for the catalogue's own files.
 *
 * Each kind of entry is read in two steps: the table fills a raw struct, which begins with an
 * entry_head; `finish` checks it, resolves the names in it and fills the entry that others see.
 */
#ifndef MODELS_CATALOGUE_ENTRY_H
#define MODELS_CATALOGUE_ENTRY_H

#include "models/catalogue.h"
#include "sim/config.h"

enum entry_sort { ENTRY_GEOMETRY, ENTRY_MIG, ENTRY_GPU, ENTRY_MACHINE, ENTRY_SORTS };

struct entry_head {
    const char *name;
    const char *source;
    bool replaces;
};

#define ENTRY_HEAD_KEYS(raw)                                                              \
    {"name", CONFIG_TEXT, offsetof(struct raw, head.name), .help = "how others name it"}, \
        {"source", CONFIG_TEXT, offsetof(struct raw, head.source), "",                    \
         .help = "where its numbers are from"},                                           \
    {                                                                                     \
        "replaces", CONFIG_BOOL, offsetof(struct raw, head.replaces), "false",            \
            .help = "stands in for an entry of the same name"                             \
    }

struct entry_reading {
    struct config_reader *config;
    const struct catalogue *catalogue;
    const struct yaml_node *node; /* of the entry, a map */
    bool sound;                   /* its keys and values were right; if not, what follows from
                                     them is no further mistake */
};

/* Fills the entry as well as it can, after complaining. */
typedef void entry_finish_fn(struct entry_reading *r, const void *raw, void *entry);

struct entry_kind {
    const char *key;  /* of the list in a file */
    const char *noun; /* for messages */
    const char *list; /* what `clustersim list` calls them; NULL: it does not show them */
    const struct config_table *table; /* of the raw struct */
    size_t bytes;                     /* of the entry */
    entry_finish_fn *finish;
};

extern const struct config_table entry_geometry_table;
extern const struct config_table entry_mig_table;
extern const struct config_table entry_gpu_table;
extern const struct config_table entry_machine_table;

extern const struct entry_kind entry_geometry;
extern const struct entry_kind entry_mig;
extern const struct entry_kind entry_gpu;
extern const struct entry_kind entry_machine;

/* Where instances may lie: profiles without the names and numbers of one kind of GPU. */
struct mig_geometry {
    const char *name;
    struct mig_profile *profiles;
    uint8_t len;
    uint8_t compute_slices;
    uint8_t memory_slices;
    bool flawed; /* was complained about: what follows from it is no further mistake */
};

const void *catalogue_find(const struct catalogue *c, enum entry_sort sort, const char *name);

/* Finds what `key` of the entry names; complains and returns NULL if it is not there. */
const void *entry_named(struct entry_reading *r, enum entry_sort sort, const char *key,
                        const char *name);

/* Where the value of a key stands; where the map stands if it has no such key. */
struct src_pos entry_pos(const struct yaml_node *map, const char *key);

#endif /* MODELS_CATALOGUE_ENTRY_H */
