/* outputs.h - the manual of all files that a run writes: docs/OUTPUTS.md. */
#ifndef RESULTS_OUTPUTS_H
#define RESULTS_OUTPUTS_H

#include <stdio.h>

/* In Markdown, from the tables that also make the files. */
void outputs_print_manual(FILE *out);

/* The metrics, with units and what they may be asked by, in Markdown. */
void outputs_print_metrics(FILE *out);

#endif /* RESULTS_OUTPUTS_H */
