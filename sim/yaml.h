/*
 * yaml.h - YAML text as a tree that remembers where everything stood.
 *
 * Built on libyaml's event parser, because its document loader takes duplicate keys and
 * self-references silently and counts lines from 0 (STYLE.md, trap 4). Several documents in a
 * file are several roots. JSON is read too, being a subset of YAML.
 *
 * Memory   A yaml_file owns its text and all nodes (one arena); nodes live until yaml_close. The
 *          text is lent to the diag, which must outlive the file.
 * Errors   Syntax errors, duplicate keys, keys that are not scalars, unknown or recursive aliases,
 *          a nesting deeper than YAML_DEEPEST, more than YAML_MOST_ALIASED nodes made by expanding
 *          aliases, merge keys (<<), tags other than YAML's own, NUL bytes and text that is not
 *          UTF-8 are errors in the diag, each with its position. Of twins the first is kept; what
 *          cannot be read becomes null or is left out; after a syntax error reading goes on with
 *          the next document.
 * Cost     O(length) in time and memory, the latter about six times the text; yaml_get is O(keys)
 *          up to 16 keys, then O(1). An alias shares the tree it names.
 * Threads  A file may be read by many threads once yaml_read or yaml_parse has returned it.
 */
#ifndef SIM_YAML_H
#define SIM_YAML_H

#include "sim/diag.h"

#include <stdbool.h>
#include <stddef.h>

enum { YAML_DEEPEST = 100, YAML_MOST_ALIASED = 100000 };

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_pair;

struct yaml_node {
    enum yaml_kind kind;
    bool quoted;        /* in quotes, a block scalar or tagged !!str: never null or a number */
    unsigned line, col; /* where it begins, from 1 */
    unsigned text_col;  /* of a literal block (|): the column where its lines begin; else 0 */
    const char *file;   /* as given to yaml_read; standard input is "<stdin>" */
    size_t len;         /* bytes, items or pairs */
    union {
        const char *text; /* NUL-terminated */
        const struct yaml_node *const *items;
        const struct yaml_pair *pairs; /* in the order written */
    };
};

struct yaml_pair {
    const struct yaml_node *key; /* a scalar */
    const struct yaml_node *value;
};

struct yaml_file;

/* Reads a file, "-" being standard input. NULL if it cannot be opened or read (an error in the
 * diag with the system's reason). A file with mistakes is returned with what could be understood.
 */
struct yaml_file *yaml_read(const char *path, struct diag *d);

/* The same from memory; name is used in messages, text is copied. */
struct yaml_file *yaml_parse(const char *name, const char *text, size_t len, struct diag *d);

/* The text of a scalar as YAML of its own, a file within a file: of a ConfigMap, say. Places are
 * those in the outer file, which must outlive this one, where the text is a literal block (|); else
 * they are those of a file of that name. */
struct yaml_file *yaml_parse_inside(const struct yaml_node *scalar, const char *name,
                                    struct diag *d);
void yaml_close(struct yaml_file *f); /* NULL is allowed */

/* Documents that are not empty, in order. */
size_t yaml_docs(const struct yaml_file *f);
const struct yaml_node *yaml_doc(const struct yaml_file *f, size_t i);

/* The value of a key, or NULL; also NULL if map is NULL or no map. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* null (Null, NULL), ~ and nothing at all, unquoted. */
bool yaml_is_null(const struct yaml_node *n);

struct src_pos yaml_pos(const struct yaml_node *n);

/* Where a piece of a scalar's text stands, by its line from 0 and its column from 1: exactly, if it
 * is a literal block (|); else where the scalar begins. */
struct src_pos yaml_pos_inside(const struct yaml_node *n, unsigned line, unsigned col);

/* "a list", "a mapping", "text", "nothing": for messages. */
const char *yaml_kind_name(const struct yaml_node *n);

/* A map with over's pairs in place of, or after, those of base; both stay as they were. Maps
 * below the same key are merged likewise, everything else is replaced. The result lives as long
 * as owner, and the trees it points into. It is what `extends` means. */
const struct yaml_node *yaml_overlay(struct yaml_file *owner, const struct yaml_node *base,
                                     const struct yaml_node *over);

#endif /* SIM_YAML_H */
