/*
 * repair_log.h - the dirt met in a log: counted by kind, or refused line by line.
 *
 * Memory   The table of kinds is borrowed, the counts lie in the arena.
 * Errors   Of a strict log every piece of dirt is an error in its diag:
 *          "FILE:LINE:COL: error: run time: '-1': not known; expected seconds".
 * Cost     O(1) per piece of dirt.
 */
#ifndef WORKLOADS_REPAIR_LOG_H
#define WORKLOADS_REPAIR_LOG_H

#include "models/job_source.h"

struct repair_kind {
    const char *what;  /* for the tally: "no run time: job left out" */
    const char *wrong; /* for errors: "not known" */
    const char *right; /* "expected seconds" */
    bool is_skip;
    bool is_choice; /* what the scenario asked for, no dirt: never an error */
};

struct repair_log {
    const struct repair_kind *kinds;
    size_t len;
    struct repair *met;   /* len counts, of which some are 0 */
    struct repair *shown; /* those that are not, for repair_log_tally */
    struct diag *strict;  /* NULL: count only */
};

void repair_log_init(struct repair_log *l, const struct repair_kind *kinds, size_t len,
                     struct arena *arena);
void repair_log_clear(struct repair_log *l);

/* What was written where; len bytes. */
struct repair_place {
    struct src_pos at;
    const char *name; /* of the field */
    const char *written;
    size_t len;
    const char *wrong, *right; /* instead of the kind's; NULL: those */
};

void repair_log_add(struct repair_log *l, size_t kind, const struct repair_place *place);

/* Several at once, of which no place is known. */
void repair_log_count(struct repair_log *l, size_t kind, uint64_t count);

/* The kinds that were met, in the order of the table; valid until the next call. */
size_t repair_log_tally(const struct repair_log *l, const struct repair **out);

#endif /* WORKLOADS_REPAIR_LOG_H */
