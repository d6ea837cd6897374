/*
 * swf.h - one line of a log in the Standard Workload Format.
 *
 * A job is a line of 18 numbers between blanks, -1 standing for what is not known; lines that begin
 * with ';' are comments, and those of the form "; Key: value" are the log's header. Real logs take
 * liberties with all of this. What can still be understood is understood, and what was wrong with
 * it is said: whether that is a repair to be counted or an error is the caller's to decide.
 *
 * Units    Times are ns; everything else is as it was written.
 * Memory   Nothing is kept; names and flaws point into the line.
 * Errors   None of its own: flaws.
 * Cost     A clean line: 1 ns a byte. Any other: some 20 ns a field.
 * Source   cs.huji.ac.il/labs/parallel/workload/swf.html, version 2.2.
 */
#ifndef WORKLOADS_SWF_H
#define WORKLOADS_SWF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum swf_field {
    SWF_NUMBER,
    SWF_SUBMIT, /* time, since UnixStartTime */
    SWF_WAIT,   /* time */
    SWF_RUN,    /* time */
    SWF_PROCS,
    SWF_CPU,    /* time, per processor */
    SWF_MEMORY, /* KB per processor */
    SWF_REQUESTED_PROCS,
    SWF_REQUESTED_TIME,   /* time */
    SWF_REQUESTED_MEMORY, /* KB per processor */
    SWF_STATUS,
    SWF_USER,
    SWF_GROUP,
    SWF_EXECUTABLE,
    SWF_QUEUE,
    SWF_PARTITION,
    SWF_PRECEDING, /* number of a job */
    SWF_THINK,     /* time between the preceding job's end and this one's submission */
    SWF_FIELDS,
};

const char *swf_field_name(enum swf_field field); /* "run time" */

enum { SWF_UNKNOWN = -1 };

enum swf_status { SWF_FAILED = 0, SWF_COMPLETED = 1, SWF_PARTIAL = 2, SWF_CANCELLED = 5 };

/* What may be wrong with a line. */
enum swf_flaw_kind {
    SWF_FRACTION,     /* in a field of whole numbers: cut off */
    SWF_TOO_FINE,     /* a time finer than a nanosecond: cut off */
    SWF_TOO_LARGE,    /* a number that no log can mean: unknown */
    SWF_NOT_A_NUMBER, /* unknown */
    SWF_NAME,         /* of a user, group, executable, queue or partition: kept */
    SWF_SEMICOLONS,   /* between the fields, instead of blanks */
    SWF_ONE_MISSING,  /* 17 fields: the last is unknown */
    SWF_MORE_FIELDS,  /* than 18: the others are ignored */
    SWF_TOO_FEW,      /* nothing is understood */
    SWF_FLAW_KINDS,
};

struct swf_flaw {
    enum swf_flaw_kind kind;
    enum swf_field field;
    uint32_t at, len; /* where in the line, in bytes */
};

struct swf_name {
    const char *text; /* NULL: a number */
    size_t len;
};

struct swf_record {
    int64_t value[SWF_FIELDS];
    bool has_names;                          /* only then name[] means anything */
    struct swf_name name[SWF_PARTITION + 1]; /* from SWF_USER on */
    unsigned flaws_len;
    struct swf_flaw flaws[2 * SWF_FIELDS];
};

enum swf_line { SWF_JOB, SWF_COMMENT, SWF_BLANK, SWF_UNREADABLE };

/* text[len] must be NUL. Fills *out for a job; for what is unreadable, its flaws. */
enum swf_line swf_parse(const char *text, size_t len, struct swf_record *out);

/* Where a field stands in a line that is a job; false: it is missing. */
bool swf_find_field(const char *text, size_t len, enum swf_field field, uint32_t *at,
                    uint32_t *field_len);

/* Whether the field is a time, in ns. */
bool swf_is_time(enum swf_field field);

#endif /* WORKLOADS_SWF_H */
