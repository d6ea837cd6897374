/*
 * yaml_reader.h - libyaml's events, made into the trees of a file.
 *
 * yaml_stream.c goes through the documents, yaml_value.c makes one value of them.
 *
 * Memory   What is made lies in the file's arena; the reader is gone when the file is read.
 * Errors   As yaml.h says. After a syntax error reading goes on at the next line that begins with
 *          "---"; the document with the error is left out, for half of it would only bring up
 *          complaints about what is missing.
 */
#ifndef SIM_YAML_READER_H
#define SIM_YAML_READER_H

#include "sim/yaml_anchors.h"
#include "sim/yaml_tree.h"

#include <yaml.h>

struct yaml_reader {
    struct yaml_file *file;
    struct arena *arena;
    struct diag *diag;
    yaml_parser_t parser;
    size_t from;                    /* the byte of the text at which the parser began */
    unsigned lines_before;          /* that byte */
    size_t literal_at;              /* the byte where line literal_line of the text begins: */
    unsigned literal_line;          /* the one that was looked up last, from 0 */
    const struct yaml_node **stack; /* see yaml_value.c */
    size_t stack_len;
    size_t stack_cap;
    struct yaml_anchors anchors;
    size_t nodes;        /* read so far, aliases expanded */
    size_t aliased;      /* of them from aliases */
    unsigned stopped_at; /* the line where the document was given up; 0: it was not */
    bool exhausted;      /* too many aliased nodes: the file is given up */
};

struct yaml_built {
    const struct yaml_node *node;
    unsigned height; /* of the tree; a scalar has 0 */
};

/* Fills f->docs from f->text. */
void yaml_read_stream(struct yaml_file *f);

/* False, after a message, if the text goes on in no way that YAML knows; there is nothing to
 * delete then. */
bool yaml_next_event(struct yaml_reader *r, yaml_event_t *ev);

/* Where a mark of libyaml's stands in the file. */
struct src_pos yaml_place(const struct yaml_reader *r, yaml_mark_t mark);

/* The value that begins with ev, with `depth` lists and mappings open around it. The caller
 * deletes ev. False if the document is given up. */
bool yaml_read_value(struct yaml_reader *r, const yaml_event_t *ev, unsigned depth,
                     struct yaml_built *out);

#endif /* SIM_YAML_READER_H */
