/*
 * kueue_case.h - recorded decisions of real Kueue, as files: conformance/kueue.
 *
 * A file is a header (what to do, what came out) and objects. Opening a case reads the header and
 * builds the site; workloads are added by kueue_case_workloads, or one by one by the test.
 *
 * Memory   A case owns everything it made until kueue_case_close.
 */
#ifndef TESTS_KUEUE_CASE_H
#define TESTS_KUEUE_CASE_H

#include "models/kubernetes/object_set.h"
#include "policies/kueue/kueue.h"
#include "policies/kueue/read_node.h"
#include "policies/kueue/read_site.h"
#include "policies/kueue/read_workload.h"
#include "tests/messages.h"

struct kueue_case {
    const char *path;
    struct messages messages;
    struct yaml_file *file;
    const struct yaml_node *config, *run, *expect;
    const char *suite, *name;
    int64_t now_ns;
    struct arena *arena;
    struct names names;
    struct site *site;
    struct shape_maker *shapes;
    struct kueue_settings settings;
    struct kueue *k;
    struct object *objects;
    size_t objects_len;
    struct object_set *set; /* the same, where LimitRanges are among them; NULL: none are */
    struct kueue_workload **workloads; /* by object; NULL: another kind, or not added */
};

/* Fails the test if the file cannot be understood. */
void kueue_case_open(struct kueue_case *c, const char *path);
void kueue_case_close(struct kueue_case *c);

/* The same from memory. */
void kueue_case_parse(struct kueue_case *c, const char *name, const char *text);

/* An object that stands in the header. */
struct object kueue_case_object(struct kueue_case *c, const struct yaml_node *doc);

/* Adds the workload of the i-th object and brings it into its state; it is not queued. */
struct kueue_workload *kueue_case_add(struct kueue_case *c, size_t i);

/* All of them; those that wait are queued. */
void kueue_case_workloads(struct kueue_case *c);

/* By namespace/name; NULL: there is none. */
struct kueue_workload *kueue_case_find(const struct kueue_case *c, const char *key);

bool kueue_case_is_workload(const struct object *o);

/* --- trees of the header --- */

const char *case_text(const struct yaml_node *map, const char *key); /* NULL: none */
int64_t case_int(const struct yaml_node *map, const char *key, int64_t otherwise);
bool case_bool(const struct yaml_node *map, const char *key, bool otherwise);
size_t case_len(const struct yaml_node *n); /* of a list or map; 0 for NULL */
int64_t case_number(const struct yaml_node *n);

/* The flavor and the resource of a key "flavor/resource": split at the first slash. */
struct quota_column case_column(const struct kueue_case *c, const char *key);

/* --- many files --- */

/* Calls check for every *.yaml file below dir (relative to the shared data), folder by folder in
 * the order of names; check returns whether the case is equal, and has said what is not. Prints a
 * line per folder, and the sum. `differing` names the files, without .yaml, of which it is known
 * that they differ, with their folder if need be; it ends with NULL, and NULL means none. Returns
 * false if some other case differs, or one of these does not. Where the shared data is not present,
 * it says so and returns true. */
bool kueue_cases_run(const char *dir, bool (*check)(const char *path),
                     const char *const *differing);

/* The same for one folder that is given by its whole path. */
bool kueue_cases_run_folder(const char *folder, bool (*check)(const char *path),
                            const char *const *differing);

#endif /* TESTS_KUEUE_CASE_H */
