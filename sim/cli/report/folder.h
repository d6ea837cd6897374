/*
 * folder.h - what lies in an output directory of run or compare.
 *
 *   DIR: tables (.csv), summary.json, plots (.svg in plots/)       a run
 *   DIR: compare.csv, plots, DIR/POLICY for each run               a comparison
 *
 * Memory   Everything lies in the arena; a folder owns its summary's file until folder_close.
 * Errors   No such directory, nothing in it that could be shown, a summary.json that is none: in
 *          the diag.
 */
#ifndef SIM_CLI_REPORT_FOLDER_H
#define SIM_CLI_REPORT_FOLDER_H

#include "sim/yaml.h"

struct arena;

struct folder_names {
    const char **items; /* sorted */
    size_t len, cap;
};

struct folder {
    const char *path, *name;
    struct folder_names tables;   /* paths */
    struct folder_names pictures; /* paths */
    struct yaml_file *file;       /* of summary.json; NULL: there is none */
    const struct yaml_node *summary;
    struct folder *runs; /* below it, in the order of compare.csv */
    size_t runs_len;
};

bool folder_open(struct folder *f, const char *path, struct arena *a, struct diag *d);
void folder_close(struct folder *f);

/* One of its tables; NULL: it has none of that name. */
const char *folder_table(const struct folder *f, const char *name);

/* A text of the summary, at a path of keys ended by NULL; NULL: there is none. */
const char *folder_fact(const struct folder *f, const char *const *keys);

#endif /* SIM_CLI_REPORT_FOLDER_H */
