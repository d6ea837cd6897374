/*
 * swf_ends.h - how the jobs of an SWF log ended, by their status, and what its header says: what
 * jobs on their way into a simulation no longer tell.
 *
 * Memory   The header's, in the arena.
 * Errors   Those of line_reader.h.
 */
#ifndef WORKLOADS_SWF_ENDS_H
#define WORKLOADS_SWF_ENDS_H

#include "sim/diag.h"
#include "workloads/swf_header.h"

struct swf_ends {
    struct swf_header header;
    uint64_t lines; /* that are jobs, or parts of one */
    uint64_t completed, failed, cancelled, partial, unknown;
};

/* Reads the whole file; false after a diag_error. */
bool swf_ends_read(struct swf_ends *e, const char *path, struct arena *arena, struct diag *d);

#endif /* WORKLOADS_SWF_ENDS_H */
