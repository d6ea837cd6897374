/*
 * csv_table.h - a CSV file of results as a table that sorts.
 *
 * A column that is 0 or empty in every row is left out and named below the table; of more rows than
 * `most` the first are shown, and how many there are.
 *
 * Cost     Reads the file twice; nothing of it is kept.
 */
#ifndef SIM_CLI_REPORT_CSV_TABLE_H
#define SIM_CLI_REPORT_CSV_TABLE_H

#include "sim/diag.h"

struct out_file;

/* A <details> element, closed, unless it is_open; nothing for a file without rows. False after a
 * diag_error. */
bool csv_table_put(struct out_file *out, const char *path, int64_t most, bool is_open,
                   struct diag *d);

#endif /* SIM_CLI_REPORT_CSV_TABLE_H */
