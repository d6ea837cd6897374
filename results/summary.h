/*
 * summary.h - summary.csv and summary.json: every metric of a run, with what it was made from.
 *
 * The observer `summary` fills a run_record with metrics and writes both files when the run ends;
 * its options are that record, or NULL: then it keeps one of its own. Of several runs that were
 * merged, the files are written by the functions here.
 *
 * Errors   False after a diag_error; files of earlier runs then stay as they are.
 */
#ifndef RESULTS_SUMMARY_H
#define RESULTS_SUMMARY_H

#include "results/run_record.h"

enum { SUMMARY_SCHEMA = 1 }; /* of summary.json; raised when a key changes its meaning or goes */

bool summary_write_csv(const struct run_record *r, const char *path, struct diag *d);
bool summary_write_json(const struct run_record *r, const char *path, struct diag *d);

/* Both, into a folder. */
bool summary_write(const struct run_record *r, const char *dir, struct diag *d);

#endif /* RESULTS_SUMMARY_H */
